/* OGC API - Tiles: /tileMatrixSets, and of a collection its tile sets, one of them, and a tile. */
#include "http/html_tiles.h"
#include "http/negotiate.h"
#include "http/route.h"
#include "tile/mvt.h"

#include <stdio.h>
#include <string.h>

#define REL_TILING_SCHEME "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

enum tile_form { TILES_JSON = FORM_JSON, TILES_HTML = FORM_HTML, TILES_TILEJSON };

/* `tilejson` tells whether there is that form, too. */
static enum status read_form(const struct request *rq, bool tilejson, enum tile_form *out, struct error *e)
{
    static const char *const forms[] = {"json", "html", NULL}, *const of_a_set[] = {"json", "html",
                                                                                    "tilejson", NULL};
    int form = (int)form_accepted(rq, MEDIA_JSON, false);
    enum status s = form_named(rq, tilejson ? of_a_set : forms, &form, e);
    *out = (enum tile_form)form;
    return s;
}

/* ---- tile matrix sets ---- */

static void link_to_set(struct json_writer *w, const struct links *l, const char *rel,
                        const struct tile_set *s)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/tileMatrixSets/%s", s->id);
    link_write(w, l, rel, MEDIA_JSON, s->title, path);
}

enum status handle_tile_matrix_sets(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum tile_form form;
    enum status s = read_form(rq, false, &form, e);
    if (s)
        return s;
    if (form == TILES_HTML)
        return html_tile_matrix_sets(rq, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/tileMatrixSets");
    link_write_alternate(&w, &l, "/tileMatrixSets");
    jw_array_end(&w);
    jw_key(&w, "tileMatrixSets");
    jw_array_begin(&w);
    for (size_t i = 0; i < tile_set_count(); i++) {
        const struct tile_set *set = tile_set_at(i);
        jw_object_begin(&w);
        jw_kv_string(&w, "id", set->id);
        jw_kv_string(&w, "title", set->title);
        if (set->uri)
            jw_kv_string(&w, "uri", set->uri);
        jw_kv_string(&w, "crs", set->crs);
        jw_key(&w, "links");
        jw_array_begin(&w);
        link_to_set(&w, &l, "self", set);
        jw_array_end(&w);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-cache", e);
}

enum status handle_tile_matrix_set(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    const struct tile_set *set;
    enum tile_form form;
    enum status s = read_form(rq, false, &form, e);
    if (!s)
        s = tile_set_find(rq->params[0], &set, e);
    if (s)
        return s;
    if (form == TILES_HTML)
        return html_tile_matrix_set(rq, set, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    tile_set_write(&w, set);
    s = reply_json(reply, &b, STATUS_OK, "no-cache", e);
    if (!s)
        link_header_alternate(reply, rq, rq->path);
    return s;
}

/* ---- a collection's tile sets ---- */

/* As link_write, of an address with variables in it. */
static void link_template(struct json_writer *w, const struct links *l, const char *path)
{
    char href[LINK_BASE_SIZE + LINK_PATH_SIZE];
    snprintf(href, sizeof href, "%s%s", l->base, path);
    jw_object_begin(w);
    jw_kv_string(w, "rel", "item");
    jw_kv_string(w, "type", MEDIA_MVT);
    jw_kv_string(w, "title", "瓦片 its tiles");
    jw_kv_string(w, "href", href);
    jw_kv_bool(w, "templated", true);
    jw_object_end(w);
}

/* What stands in the list of tile sets, and in a tile set. */
static void write_summary(struct json_writer *w, const struct links *l, const struct tiled *what,
                          const struct tile_set *set, bool whole)
{
    const char *id = what->id;
    char path[LINK_PATH_SIZE];
    jw_kv_string(w, "title", what->title_zh);
    jw_kv_string(w, "dataType", "vector");
    jw_kv_string(w, "crs", set->crs);
    if (set->uri)
        jw_kv_string(w, "tileMatrixSetURI", set->uri);
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/collections/%s/tiles/%s", id, set->id);
    link_write(w, l, "self", MEDIA_JSON, "本瓦片集 this tile set", path);
    if (whole)
        link_write_alternate(w, l, path);
    link_to_set(w, l, REL_TILING_SCHEME, set);
    if (whole) {
        snprintf(path, sizeof path, "/collections/%s/tiles/%s/{tileMatrix}/{tileRow}/{tileCol}", id, set->id);
        link_template(w, l, path);
        snprintf(path, sizeof path, "/collections/%s", id);
        link_write(w, l, "http://www.opengis.net/def/rel/ogc/1.0/geodata", MEDIA_JSON, "图层 its collection",
                   path);
    }
    if (whole && set->matrix == TILE_WEB_MERCATOR) {
        snprintf(path, sizeof path, "/collections/%s/tiles/%s?f=tilejson", id, set->id);
        link_write(w, l, "alternate", "application/json", "TileJSON", path);
        snprintf(path, sizeof path, "/styles/%s", id);
        link_write(w, l, "stylesheet", MEDIA_STYLE, "样式 its style", path);
    }
    jw_array_end(w);
}

static enum status write_tile_sets(struct json_writer *w, const struct request *rq, const struct tiled *what)
{
    struct links l;
    char path[LINK_PATH_SIZE];
    links_of(rq, &l);
    jw_object_begin(w);
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/collections/%s/tiles", what->id);
    link_write(w, &l, "self", MEDIA_JSON, "本文档 this document", path);
    link_write_alternate(w, &l, path);
    jw_array_end(w);
    jw_key(w, "tilesets");
    jw_array_begin(w);
    for (size_t i = 0; i < tile_set_count(); i++) {
        jw_object_begin(w);
        write_summary(w, &l, what, tile_set_at(i), false);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
    return STATUS_OK;
}

enum status handle_tile_sets(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct tiled what;
    enum tile_form form;
    enum status s = read_form(rq, false, &form, e);
    if (!s)
        s = tiled_find(rq, rq->params[0], &what, e);
    if (s)
        return s;
    if (form == TILES_HTML)
        return html_tile_sets(rq, &what, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    s = write_tile_sets(&w, rq, &what);
    return reply_json(reply, &b, s, "no-cache", e);
}

static void write_corner(struct json_writer *w, const char *key, double lon_deg, double lat_deg)
{
    jw_key(w, key);
    jw_array_begin(w);
    jw_fixed(w, lon_deg, 6);
    jw_fixed(w, lat_deg, 6);
    jw_array_end(w);
}

/* 0: points, 2: areas; -1: of several, which has no number. */
static int dimension_of(const struct tiled *what)
{
    return what->layer ? 2 : strcmp(what->places->geometry, "point") == 0 ? 0 : -1;
}

static void write_tile_set(struct json_writer *w, const struct links *l, const struct tiled *what,
                           const struct tile_set *set)
{
    jw_object_begin(w);
    write_summary(w, l, what, set, true);
    if (what->has_box) {
        jw_key(w, "boundingBox");
        jw_object_begin(w);
        jw_kv_string(w, "crs", "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
        write_corner(w, "lowerLeft", what->box.west_deg, what->box.south_deg);
        write_corner(w, "upperRight", what->box.east_deg, what->box.north_deg);
        jw_object_end(w);
    }
    jw_key(w, "layers");
    jw_array_begin(w);
    jw_object_begin(w);
    jw_kv_string(w, "id", what->id);
    jw_kv_string(w, "title", what->title_zh);
    jw_kv_string(w, "dataType", "vector");
    if (dimension_of(what) >= 0)
        jw_kv_integer(w, "geometryDimension", dimension_of(what));
    jw_object_end(w);
    jw_array_end(w);
    jw_object_end(w);
}

static void write_vector_layer(struct json_writer *w, const struct tiled *what)
{
    static const char *const of_layer[][2] = {
        {"code", "标识码 code"},
        {"name", "名称 name"},
        {"zone", "分区 sub-zone"},
        {"merged", "合并显示的要素数 how many features are drawn together"}};
    static const char *const of_places[][2] = {
        {"code", "行政区代码 code of the unit"},
        {"name", "名称 name"},
        {"kind", "种类 kind"},
        {"merged", "合并显示的地点数 how many places are drawn together"}};
    const char *const(*fields)[2] = what->layer ? of_layer : of_places;
    jw_object_begin(w);
    jw_kv_string(w, "id", what->id);
    jw_key(w, "fields");
    jw_object_begin(w);
    for (size_t i = 0; i < MVT_KEYS; i++)
        jw_kv_string(w, fields[i][0], fields[i][1]);
    jw_object_end(w);
    jw_object_end(w);
}

/* https://github.com/mapbox/tilejson-spec/tree/master/3.0.0 */
static void write_tilejson(struct json_writer *w, const struct links *l, const struct tiled *what)
{
    jw_object_begin(w);
    jw_kv_string(w, "tilejson", "3.0.0");
    jw_kv_string(w, "name", what->title_zh);
    jw_kv_string(w, "description", what->title_en);
    jw_kv_string(w, "attribution", what->label);
    jw_kv_string(w, "scheme", "xyz");
    tile_source_write(w, l, what);
    jw_key(w, "vector_layers");
    jw_array_begin(w);
    write_vector_layer(w, what);
    jw_array_end(w);
    jw_object_end(w);
}

static enum status refuse_tilejson(const struct tile_set *set, struct error *e)
{
    error_zh(e, "TileJSON 只能说明 Web 墨卡托的瓦片；%s 请用 f=json。", set->id);
    return error_fail(e, STATUS_INVALID_INPUT, "no-tilejson",
                      "TileJSON can only describe tiles in Web Mercator; of %s there is f=json.", set->id);
}

enum status handle_tile_set(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    struct tiled what;
    const struct tile_set *set;
    enum tile_form form;
    enum status s = read_form(rq, true, &form, e);
    if (!s)
        s = tiled_find(rq, rq->params[0], &what, e);
    if (!s)
        s = tiled_measure(rq, &what, e);
    if (!s)
        s = tile_set_find(rq->params[1], &set, e);
    if (!s && form == TILES_TILEJSON && set->matrix != TILE_WEB_MERCATOR)
        s = refuse_tilejson(set, e);
    if (s)
        return s;
    if (form == TILES_HTML)
        return html_tile_set(rq, &what, set, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    if (form == TILES_TILEJSON)
        write_tilejson(&w, &l, &what);
    else
        write_tile_set(&w, &l, &what, set);
    return reply_json(reply, &b, STATUS_OK, "no-cache", e);
}

/* ---- a tile: its row before its column ---- */

enum status handle_tile_of_set(struct request *rq, struct reply *reply, struct error *e)
{
    static const struct tile_params at = {.z = 2, .row = 3, .column = 4};
    struct tile_id t;
    struct tiled what;
    const struct tile_set *set;
    static const char *const forms[] = {"mvt", NULL};
    int form = 0;
    enum status s = form_named(rq, forms, &form, e);
    if (!s)
        s = tiled_find(rq, rq->params[0], &what, e);
    if (!s)
        s = tile_set_find(rq->params[1], &set, e);
    if (!s)
        s = tile_read(rq, &at, set->matrix, &t, e);
    return s ? s : tile_reply(rq, reply, &what, &t, e);
}
