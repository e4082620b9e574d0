/* GET /styles, /styles/map and /styles/{collection}: style documents of MapLibre (style specification 8),
 * from the definitions of layers in force, as /layers gives them to the page.
 *
 * A style has colours and outlines, no patterns and no labels: those need pictures and fonts of a server. */
#include "http/html_tiles.h"
#include "http/negotiate.h"
#include "http/route.h"
#include "http/style_look.h"

#include <stdio.h>
#include <string.h>

#define WHOLE_MAP "map"
/* ---- expressions ---- */

static void write_colour(struct json_writer *w, unsigned rgb, double alpha)
{
    char text[48];
    snprintf(text, sizeof text, "rgba(%u,%u,%u,%.3g)", rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, alpha);
    jw_string(w, text);
}

static void begin(struct json_writer *w, const char *operator)
{
    jw_array_begin(w);
    jw_string(w, operator);
}

static void write_zone_text(struct json_writer *w)
{
    begin(w, "coalesce");
    begin(w, "get");
    jw_string(w, "zone");
    jw_array_end(w);
    jw_string(w, "");
    jw_array_end(w);
}

static void write_is_in(struct json_writer *w, const char *text)
{
    begin(w, "in");
    jw_string(w, text);
    write_zone_text(w);
    jw_array_end(w);
}

static void write_begins_with(struct json_writer *w, const char *code)
{
    begin(w, "==");
    begin(w, "index-of");
    jw_string(w, code);
    write_zone_text(w);
    jw_array_end(w);
    jw_integer(w, 0);
    jw_array_end(w);
}

/* Does a feature belong to the zone? As line_zone_of has it. */
static void write_in_zone(struct json_writer *w, const struct line_zone *z)
{
    begin(w, "any");
    begin(w, "==");
    write_zone_text(w);
    jw_string(w, z->zh);
    jw_array_end(w);
    for (const char *const *code = z->codes; code && *code; code++)
        write_begins_with(w, *code);
    if (!z->codes || !*z->codes) {
        begin(w, "all");
        write_is_in(w, z->has);
        for (const char *const *no = z->not ; no && *no; no++) {
            begin(w, "!");
            write_is_in(w, *no);
            jw_array_end(w);
        }
        jw_array_end(w);
    }
    jw_array_end(w);
}

static void write_fill_colour(struct json_writer *w, const struct look *k)
{
    int n = 0;
    for (int i = 0; k->line && i < k->line->n_zones; i++) {
        const struct line_zone *z = &k->line->zones[i];
        if (!z->screen.given && !z->has_fill)
            continue;
        if (n++ == 0)
            begin(w, "case");
        write_in_zone(w, z);
        if (z->screen.given)
            write_colour(w, z->screen.fill, z->screen.alpha);
        else
            write_colour(w, z->fill, k->line->symbol.alpha);
    }
    write_colour(w, k->fill, k->alpha);
    if (n)
        jw_array_end(w);
}

/* Which part of its width, or of its radius, something has at zoom 4, 7 and 10. */
typedef double shares[3];
/* Thin from far away, or a dense region is nothing but outlines. */
static const shares OF_OUTLINES = {0.2, 0.5, 1};
static const shares OF_PLACES = {0.6, 0.8, 1}; /* few, and each is to be seen */

static void write_width(struct json_writer *w, double width, const shares at)
{
    begin(w, "interpolate");
    begin(w, "linear");
    jw_array_end(w);
    begin(w, "zoom");
    jw_array_end(w);
    for (int i = 0; i < 3; i++) {
        jw_number(w, 4 + 3 * i);
        jw_fixed(w, at[i] * width, 3);
    }
    jw_array_end(w);
}

/* ---- layers ---- */

/* `types`: of these alone, "Point", "LineString" and "Polygon"; NULL: whatever there is. */
static void layer_begin(struct json_writer *w, const char *id, const char *type, bool hidden,
                        const char *const *types)
{
    char name[96];
    snprintf(name, sizeof name, "%s-%s", id, type);
    jw_object_begin(w);
    jw_kv_string(w, "id", name);
    jw_kv_string(w, "type", type);
    jw_kv_string(w, "source", id);
    jw_kv_string(w, "source-layer", id);
    if (types) {
        jw_key(w, "filter");
        begin(w, "in");
        jw_string(w, "$type");
        for (; *types; types++)
            jw_string(w, *types);
        jw_array_end(w);
    }
    jw_key(w, "layout");
    jw_object_begin(w);
    jw_kv_string(w, "visibility", hidden ? "none" : "visible");
    jw_object_end(w);
    jw_key(w, "paint");
    jw_object_begin(w);
}

static void layer_end(struct json_writer *w)
{
    jw_object_end(w);
    jw_object_end(w);
}

static void write_layers(struct json_writer *w, const char *id, const struct look *k, bool hidden)
{
    layer_begin(w, id, "fill", hidden, NULL);
    jw_key(w, "fill-color");
    write_fill_colour(w, k);
    layer_end(w);
    layer_begin(w, id, "line", hidden, NULL);
    jw_key(w, "line-color");
    write_colour(w, k->edge, 1);
    jw_key(w, "line-width");
    write_width(w, k->width, OF_OUTLINES);
    if (k->dashed) {
        jw_key(w, "line-dasharray");
        jw_array_begin(w);
        jw_integer(w, 4);
        jw_integer(w, 2);
        jw_array_end(w);
    }
    layer_end(w);
}

/* Places have no symbol of their own: quiet dots, lines and areas. */
static void write_place_layers(struct json_writer *w, const struct place_set *set, bool hidden)
{
    static const char *const points[] = {"Point", NULL}, *const areas[] = {"Polygon", NULL},
                             *const edges[] = {"LineString", "Polygon", NULL};
    enum { INK = 0x4a5560, PAPER = 0xffffff };
    if (strcmp(set->geometry, "point") != 0) {
        layer_begin(w, set->id, "fill", hidden, areas);
        jw_key(w, "fill-color");
        write_colour(w, INK, 0.12);
        layer_end(w);
        layer_begin(w, set->id, "line", hidden, edges);
        jw_key(w, "line-color");
        write_colour(w, INK, 0.7);
        jw_key(w, "line-width");
        write_width(w, 2, OF_PLACES);
        layer_end(w);
    }
    layer_begin(w, set->id, "circle", hidden, points);
    jw_key(w, "circle-color");
    write_colour(w, INK, 1);
    jw_key(w, "circle-radius");
    write_width(w, 5, OF_PLACES);
    jw_key(w, "circle-stroke-color");
    write_colour(w, PAPER, 1);
    jw_kv_integer(w, "circle-stroke-width", 1);
    layer_end(w);
}

static void write_source(struct json_writer *w, const struct links *l, const struct tiled *what)
{
    jw_key(w, what->id);
    jw_object_begin(w);
    jw_kv_string(w, "type", "vector");
    if (*what->label)
        jw_kv_string(w, "attribution", what->label);
    tile_source_write(w, l, what);
    jw_object_end(w);
}

/* What a style shows: one, or all (layers by rank, places on top). */
struct shown {
    struct tiled one;
    bool all;
};

typedef void write_fn(struct json_writer *w, const struct request *rq, const struct tiled *what, bool hide);

static enum status each_shown(struct json_writer *w, const struct request *rq, const struct shown *shown,
                              write_fn *write, struct error *e)
{
    const struct layer_snapshot *layer;
    int rank = 0;
    enum status s = STATUS_OK;
    if (!shown->all)
        write(w, rq, &shown->one, false);
    for (size_t at = 0; shown->all && (layer = look_next(rq->snapshot, &rank, &at));) {
        struct tiled what = tiled_of_layer(layer);
        write(w, rq, &what, true);
    }
    for (size_t i = 0; shown->all && i < collection_n_place_sets() && !s; i++) {
        struct tiled what = tiled_of_places(rq, collection_place_set(i));
        s = tiled_measure(rq, &what, e);
        if (!s && what.has_box)
            write(w, rq, &what, true);
    }
    return s;
}

static void write_its_source(struct json_writer *w, const struct request *rq, const struct tiled *what,
                             bool hide)
{
    struct links l;
    (void)hide;
    links_of(rq, &l);
    write_source(w, &l, what);
}

static void write_its_layers(struct json_writer *w, const struct request *rq, const struct tiled *what,
                             bool hide)
{
    if (what->places) { /* areas would tint the lines below */
        write_place_layers(w, what->places, hide && strcmp(what->places->geometry, "point") != 0);
        return;
    }
    struct look look = look_of(rq->snapshot, what->id);
    write_layers(w, what->id, &look, hide && look.hidden);
}

static enum status write_style(struct json_writer *w, const struct request *rq, const struct shown *shown,
                               struct error *e)
{
    jw_object_begin(w);
    jw_kv_integer(w, "version", 8);
    jw_kv_string(w, "name", shown->all ? "红线 Hongxian" : shown->one.title_zh);
    jw_key(w, "sources");
    jw_object_begin(w);
    enum status s = each_shown(w, rq, shown, write_its_source, e);
    jw_object_end(w);
    jw_key(w, "layers");
    jw_array_begin(w);
    if (!s)
        s = each_shown(w, rq, shown, write_its_layers, e);
    jw_array_end(w);
    jw_object_end(w);
    return s;
}

/* ---- handlers ---- */

/* `json`: the media type of the document. */
static enum status read_form(const struct request *rq, const char *json, enum form *out, struct error *e)
{
    static const char *const forms[] = {"json", "html", "mapbox", NULL}; /* the first and the last are one */
    int form = (int)form_accepted(rq, json, false);
    enum status s = form_named(rq, forms, &form, e);
    *out = form == FORM_HTML ? FORM_HTML : FORM_JSON;
    return s;
}

enum status handle_style(struct request *rq, struct reply *reply, struct error *e)
{
    struct shown shown = {.all = strcmp(rq->params[0], WHOLE_MAP) == 0};
    struct buffer b;
    struct json_writer w;
    enum form form;
    enum status s = read_form(rq, MEDIA_STYLE, &form, e);
    if (!s && !shown.all)
        s = tiled_find(rq, rq->params[0], &shown.one, e);
    if (!s && !shown.all)
        s = tiled_measure(rq, &shown.one, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_of_style(rq, rq->params[0], shown.all ? NULL : &shown.one, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    s = write_style(&w, rq, &shown, e);
    if (!s)
        s = reply_buffer(reply, &b, MEDIA_STYLE, e);
    buffer_release(&b);
    if (s)
        return s;
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    link_header_alternate(reply, rq, rq->path);
    return STATUS_OK;
}

static void write_entry(struct json_writer *w, const struct links *l, const char *id, const char *title)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/styles/%s", id);
    jw_object_begin(w);
    jw_kv_string(w, "id", id);
    jw_kv_string(w, "title", title);
    jw_key(w, "links");
    jw_array_begin(w);
    link_write(w, l, "stylesheet", MEDIA_STYLE, NULL, path);
    jw_array_end(w);
    jw_object_end(w);
}

enum status handle_styles(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct links l;
    enum form form;
    enum status s = read_form(rq, MEDIA_JSON, &form, e);
    if (s)
        return s;
    if (form == FORM_HTML)
        return html_of_styles(rq, reply, e);
    links_of(rq, &l);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/styles");
    link_write_alternate(&w, &l, "/styles");
    jw_array_end(&w);
    jw_key(&w, "styles");
    jw_array_begin(&w);
    write_entry(&w, &l, WHOLE_MAP, "全部图层 the whole map");
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++) {
        const struct layer_snapshot *layer = snapshot_layer_at(rq->snapshot, i);
        if (layer->index)
            write_entry(&w, &l, layer->version.layer, layer->version.title_zh);
    }
    for (size_t i = 0; i < collection_n_place_sets(); i++)
        write_entry(&w, &l, collection_place_set(i)->id, collection_place_set(i)->title_zh);
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-cache", e);
}
