/* GET /collections and /collections/{id}: what is loaded, from where, since when, and how to get at it. */
#include "geo/crs/uri.h"
#include "http/catalog.h"
#include "http/collection.h"
#include "http/html_pages.h"
#include "http/route.h"

#include "http/stored_json.h"
#include "http/tile_answer.h"

#include <stdio.h>
#include <string.h>

static void write_four(struct json_writer *w, const struct geo_box *box)
{
    const double v[4] = {box->west_deg, box->south_deg, box->east_deg, box->north_deg};
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, v[i], 6);
    jw_array_end(w);
}

static void write_box(struct json_writer *w, const struct geo_box *box)
{
    jw_key(w, "bbox");
    if (box)
        write_four(w, box);
    else
        jw_null(w);
}

/* Those of all collections. One that stands among others points to their common list (a JSON pointer), which
 * would lead nowhere from where it stands alone. */
static void write_crs(struct json_writer *w, bool whole)
{
    jw_key(w, "crs");
    jw_array_begin(w);
    if (!whole)
        jw_string(w, "#/crs");
    for (size_t i = 0; whole && i < crs_named_count(); i++)
        jw_string(w, crs_named_at(i).uri);
    jw_array_end(w);
}

/* Where and since when; what has no beginning is open there. */
static void write_extent(struct json_writer *w, const struct geo_box *box, const char *from,
                         const char *until)
{
    static const char gregorian[] = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
    const char *ends[] = {from, until};
    jw_key(w, "extent");
    jw_object_begin(w);
    if (box) {
        jw_key(w, "spatial");
        jw_object_begin(w);
        jw_key(w, "bbox");
        jw_array_begin(w);
        write_four(w, box);
        jw_array_end(w);
        jw_kv_string(w, "crs", CRS_URI_CRS84);
        jw_object_end(w);
    }
    jw_key(w, "temporal");
    jw_object_begin(w);
    jw_key(w, "interval");
    jw_array_begin(w);
    jw_array_begin(w);
    for (int i = 0; i < 2; i++) {
        char moment[40];
        snprintf(moment, sizeof moment, "%.10sT00:00:00Z", ends[i]);
        jw_string(w, *ends[i] ? moment : NULL);
    }
    jw_array_end(w);
    jw_array_end(w);
    jw_kv_string(w, "trs", gregorian);
    jw_object_end(w);
    jw_object_end(w);
}

static void write_links(struct json_writer *w, const struct links *l, const char *id, bool tiled)
{
    char path[LINK_PATH_SIZE];
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/collections/%s", id);
    link_write(w, l, "self", MEDIA_JSON, "本图层 this collection", path);
    link_write_alternate(w, l, path);
    snprintf(path, sizeof path, "/collections/%s/items", id);
    link_write(w, l, "items", MEDIA_GEOJSON, "要素 its features", path);
    link_write_fgb(w, l, "items", path);
    if (tiled) {
        snprintf(path, sizeof path, "/collections/%s/tiles", id);
        link_write(w, l, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", MEDIA_JSON,
                   "瓦片集 its tile sets", path);
    }
    snprintf(path, sizeof path, "/collections/%s/queryables", id);
    link_write(w, l, "http://www.opengis.net/def/rel/ogc/1.0/queryables", MEDIA_SCHEMA,
               "筛选可用的属性 what filters may ask for", path);
    jw_array_end(w);
}

/* What OGC API says of a collection; the members beside it are our own page's. */
static void write_common(struct json_writer *w, const char *title_zh, const char *title_en, bool alone)
{
    jw_kv_string(w, "title", title_zh);
    jw_kv_string(w, "description", title_en);
    jw_kv_string(w, "itemType", "feature");
    write_crs(w, alone);
    jw_kv_string(w, "storageCrs", CRS_URI_STORED);
}

/* The version is part of the address, so that a tile may be kept for as long as its version is current. */
static void write_tiles(struct json_writer *w, const struct layer_snapshot *layer)
{
    char path[TILE_PATH_SIZE];
    if (layer->index) {
        struct tiled what = tiled_of_layer(layer);
        tile_path(&what, path);
    }
    jw_kv_string(w, "tiles", layer->index ? path : NULL);
}

static void write_layer(struct json_writer *w, const struct links *l, const struct layer_snapshot *layer,
                        bool alone)
{
    const struct store_version *v = &layer->version;
    struct geo_box box = layer->index ? index_box(layer->index) : geo_box_empty();
    const struct geo_box *known = layer->index && index_n_features(layer->index) > 0 ? &box : NULL;
    jw_object_begin(w);
    jw_kv_string(w, "id", v->layer);
    write_common(w, v->title_zh, v->title_en, alone);
    write_extent(w, known, v->effective_from, v->effective_to);
    jw_kv_string(w, "title_zh", v->title_zh);
    jw_kv_string(w, "title_en", v->title_en);
    jw_kv_string(w, "kind", v->kind);
    jw_kv_string(w, "geometry", "polygon");
    jw_kv_bool(w, "synthetic", v->synthetic);
    jw_kv_string(w, "label", v->label);
    jw_kv_bool(w, "reference_only", v->reference_only);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "effective_from", v->effective_from);
    jw_kv_string(w, "document_no", v->document_no);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_integer(w, "n_features", v->n_features);
    jw_kv_decimal(w, "area_m2", v->area_m2, 4);
    write_box(w, known);
    write_tiles(w, layer);
    write_links(w, l, v->layer, layer->index != NULL);
    jw_object_end(w);
}

/* ---- sets of places ---- */

/* Tiles of the base map, which no panel asks the details of; the plan's features the page draws itself. */
static void write_place_tiles(struct json_writer *w, const struct request *rq, const struct place_set *set)
{
    char path[TILE_PATH_SIZE];
    bool base = strcmp(set->kind, "base") == 0;
    if (base) {
        struct tiled what = tiled_of_places(rq, set);
        tile_path(&what, path);
    }
    jw_kv_string(w, "tiles", base ? path : NULL);
}

static enum status write_places(struct json_writer *w, const struct links *l, const struct place_set *set,
                                const struct request *rq, bool alone, struct error *e)
{
    struct geo_box box;
    int64_t n = 0;
    enum status s = store_plan_extent(rq->worker->store, set->id, &box, &n, e);
    if (s)
        return s;
    jw_object_begin(w);
    jw_kv_string(w, "id", set->id);
    write_common(w, set->title_zh, set->title_en, alone);
    write_extent(w, n > 0 ? &box : NULL, "", "");
    jw_kv_string(w, "title_zh", set->title_zh);
    jw_kv_string(w, "title_en", set->title_en);
    jw_kv_string(w, "kind", set->kind);
    jw_kv_string(w, "geometry", set->geometry);
    jw_kv_bool(w, "synthetic", false);
    jw_kv_string(w, "label", set->label);
    jw_kv_bool(w, "reference_only", true);
    jw_kv_string(w, "version", NULL);
    jw_kv_string(w, "effective_from", "");
    jw_kv_string(w, "document_no", "");
    jw_kv_string(w, "source_sha256", "");
    jw_kv_integer(w, "n_features", n);
    jw_kv_string(w, "area_m2", NULL);
    write_box(w, n > 0 ? &box : NULL);
    write_place_tiles(w, rq, set);
    write_links(w, l, set->id, true);
    jw_object_end(w);
    return STATUS_OK;
}

/* ---- handlers ---- */

static enum status write_all(struct json_writer *w, const struct request *rq, struct error *e)
{
    struct links l;
    enum status s = STATUS_OK;
    links_of(rq, &l);
    jw_object_begin(w);
    jw_key(w, "links");
    jw_array_begin(w);
    link_write(w, &l, "self", MEDIA_JSON, "图层 the collections", "/collections");
    link_write_alternate(w, &l, "/collections");
    jw_array_end(w);
    write_crs(w, true);
    jw_key(w, "collections");
    jw_array_begin(w);
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++)
        write_layer(w, &l, snapshot_layer_at(rq->snapshot, i), false);
    for (size_t i = 0; i < collection_n_place_sets() && !s; i++)
        s = write_places(w, &l, collection_place_set(i), rq, false, e);
    catalog_write_collection(w, &l);
    jw_array_end(w);
    jw_object_end(w);
    return s;
}

static enum status write_one(struct json_writer *w, const struct request *rq, struct error *e)
{
    struct collection c;
    struct links l;
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    links_of(rq, &l);
    if (c.places)
        return write_places(w, &l, c.places, rq, true, e);
    write_layer(w, &l, c.layer, true);
    return STATUS_OK;
}

typedef enum status write_fn(struct json_writer *w, const struct request *rq, struct error *e);

static enum status answer(struct request *rq, struct reply *reply, write_fn *write, handler_fn *page,
                          struct error *e)
{
    struct buffer b;
    struct json_writer w;
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return page(rq, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    s = write(&w, rq, e);
    return reply_json(reply, &b, s, "no-cache", e);
}

enum status handle_collections(struct request *rq, struct reply *reply, struct error *e)
{
    return answer(rq, reply, write_all, html_collections, e);
}

enum status handle_collection(struct request *rq, struct reply *reply, struct error *e)
{
    return answer(rq, reply, write_one, html_collection, e);
}
