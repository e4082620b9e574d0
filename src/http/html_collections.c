/* Pages for people: the collections, and one of them with its extent on a small map. */
#include "http/html_pages.h"

#include "formats/html.h"
#include "formats/wkb.h"
#include "http/catalog.h"
#include "http/stored_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VERTICES_DRAWN_MAX = 1000000 }; /* of a layer that is drawn whole */

struct html_title html_title_of(const struct collection *c)
{
    if (c->places)
        return (struct html_title){c->places->title_zh, c->places->title_en, c->places->label};
    const struct store_version *v = &c->layer->version;
    return (struct html_title){v->title_zh, v->title_en, v->label};
}

void html_draw_position(double lon_deg, double lat_deg, bool begins, void *user)
{
    mini_map_position(user, lon_deg, lat_deg, begins);
}

void html_left_out(struct html_page *p, const struct mini_map *m)
{
    char zh[160];
    if (!m->n_left_out)
        return;
    snprintf(zh, sizeof zh,
             "小图已画满，还有 %lld 个要素没有画出。The map is full; %lld features are not drawn.",
             (long long)m->n_left_out, (long long)m->n_left_out);
    html_element(p, "p", zh);
}

/* ---- all of them ---- */

static void begin_cells(struct html_page *p, const char *id, const struct html_title *t)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/collections/%s", id);
    buffer_append_str(p->out, "<tr><td>");
    html_link(p, path, t->zh);
    html_badge(p, t->label);
    buffer_append_str(p->out, "<br>");
    html_text(p->out, t->en);
    buffer_append_str(p->out, "</td><td>");
    html_text(p->out, id);
    buffer_append_str(p->out, "</td><td>");
}

static void list_layer(struct html_page *p, const struct layer_snapshot *layer)
{
    const struct store_version *v = &layer->version;
    const struct collection c = {.layer = layer};
    const struct html_title t = html_title_of(&c);
    begin_cells(p, v->layer, &t);
    buffer_printf(p->out, "%d</td><td>", v->version_no);
    html_text(p->out, v->effective_from);
    buffer_printf(p->out, "</td><td>%" PRId64 "</td></tr>\n", v->n_features);
}

static void list_places(struct html_page *p, const struct place_set *set)
{
    const struct collection c = {.places = set};
    const struct html_title t = html_title_of(&c);
    begin_cells(p, set->id, &t);
    buffer_append_str(p->out, "</td><td></td><td></td></tr>\n");
}

enum status html_collections(struct request *rq, struct reply *reply, struct error *e)
{
    const struct html_step way[] = {{"红线 Hongxian", "/"}, {"图层 Collections", "/collections"}};
    struct buffer b;
    struct html_page p;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    buffer_append_str(&b, "<table>\n<tr><th>图层 Collection</th><th>id</th><th>版本 Version</th>"
                          "<th>起用 Since</th><th>要素数 Features</th></tr>\n");
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++)
        list_layer(&p, snapshot_layer_at(rq->snapshot, i));
    for (size_t i = 0; i < collection_n_place_sets(); i++)
        list_places(&p, collection_place_set(i));
    buffer_append_str(&b, "</table>\n<p>");
    html_link(&p, CATALOG_PATH, CATALOG_TITLE " " CATALOG_TITLE_EN);
    buffer_append_str(&b, "</p>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- one ---- */

struct drawing {
    struct mini_map *map;
    struct geo_shape_builder *shape;
    const char *style;
    int64_t n;
    enum status status;
    struct error *error;
};

static bool draw_feature(const struct store_feature *f, void *user)
{
    struct drawing *d = user;
    struct geo_shape view;
    d->status = wkb_read(f->wkb, f->wkb_size, d->shape, d->error);
    if (!d->status)
        d->status = geo_shape_builder_view(d->shape, &view, d->error);
    if (!d->status)
        mini_map_shape(d->map, &view, d->style);
    return !d->status;
}

static enum status draw_version(struct request *rq, const struct store_version *v, const char *style,
                                struct mini_map *m, struct error *e)
{
    struct drawing d = {.map = m, .shape = &rq->worker->shape, .style = style, .error = e};
    const struct store_feature_query q = {.version_id = v->id};
    enum status s = store_features(rq->worker->store, &q, draw_feature, &d, e);
    return s ? s : d.status;
}

/* The units below the largest, so that one sees where in the region it is; where none are loaded, nothing. */
static enum status draw_ground(struct request *rq, const struct store_version *drawn, struct mini_map *m,
                               struct error *e)
{
    const struct unit_layer *units;
    size_t n = snapshot_units(rq->snapshot, &units);
    const struct layer_snapshot *ground = n ? units[n > 1].layer : NULL;
    if (!ground || ground->version.id == drawn->id || ground->version.n_vertices > VERTICES_DRAWN_MAX)
        return STATUS_OK;
    return draw_version(rq, &ground->version, "ground", m, e);
}

/* Of a layer that fits: its features; else the box that holds them. */
static enum status map_layer(struct html_page *p, struct request *rq, const struct layer_snapshot *layer,
                             struct error *e)
{
    const struct store_version *v = &layer->version;
    struct mini_map m;
    if (!layer->index || index_n_features(layer->index) == 0)
        return STATUS_OK;
    struct geo_box box = index_box(layer->index);
    bool whole = v->n_vertices <= VERTICES_DRAWN_MAX;
    html_element(p, "h2", whole ? "要素所在 Where its features lie" : "范围 Extent");
    mini_map_begin(&m, p->out, &box, v->title_zh);
    enum status s = draw_ground(rq, v, &m, e);
    if (!s && whole)
        s = draw_version(rq, v, "shape", &m, e);
    else if (!s)
        mini_map_box(&m, &box);
    mini_map_end(&m);
    html_left_out(p, &m);
    return s;
}

static bool add_place(const struct store_plan_feature *f, void *user)
{
    stored_json_add_geometry(f->geometry, user);
    return true;
}

static bool draw_place(const struct store_plan_feature *f, void *user)
{
    stored_json_each_position(f->geometry, (struct stored_json_positions){html_draw_position, user});
    return true;
}

static enum status map_places(struct html_page *p, struct request *rq, const struct place_set *set,
                              struct error *e)
{
    struct geo_box box = geo_box_empty();
    struct mini_map m;
    struct store *store = rq->worker->store;
    enum status s = store_plan_features(store, set->id, NULL, 0, 0, add_place, &box, e);
    if (s || box.west_deg > box.east_deg)
        return s;
    html_element(p, "h2", "所在 Where they lie");
    mini_map_begin(&m, p->out, &box, set->title_zh);
    s = store_plan_features(store, set->id, NULL, 0, 0, draw_place, &m, e);
    mini_map_end(&m);
    html_left_out(p, &m);
    return s;
}

enum status html_map(struct html_page *p, struct request *rq, const char *id, struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, id, &c, e);
    if (s)
        return s;
    return c.layer ? map_layer(p, rq, c.layer, e) : map_places(p, rq, c.places, e);
}

static void describe_layer(struct html_page *p, const struct layer_snapshot *layer)
{
    const struct store_version *v = &layer->version;
    char text[64];
    snprintf(text, sizeof text, "%d", v->version_no);
    html_row(p, "版本 Version", text);
    html_row(p, "起用 In force since", v->effective_from);
    html_row(p, "批文 Document", v->document_no);
    snprintf(text, sizeof text, "%" PRId64, v->n_features);
    html_row(p, "要素数 Features", text);
    if (v->n_refused) {
        snprintf(text, sizeof text, "%" PRId64, v->n_refused);
        html_row(p, "导入时未收的要素 Features refused at import", text);
    }
    html_row(p, "来源 SHA-256 Source", v->source_sha256);
    if (!layer->index) { /* a check would answer "cannot be measured" on it */
        html_row(p, "不可用 Cannot be used", layer->fault.zh);
        html_row(p, "", layer->fault.en);
    }
}

static void write_ways_on(struct html_page *p, const char *id, const struct collection *c)
{
    char path[LINK_PATH_SIZE];
    buffer_append_str(p->out, "<ul><li>");
    snprintf(path, sizeof path, "/collections/%s/items", id);
    html_link(p, path, "要素 Its features");
    buffer_append_str(p->out, "</li>\n<li>");
    snprintf(path, sizeof path, "/collections/%s/items?f=fgb", id);
    html_plain_link(p, path, "下载全部要素 All of them as a file (FlatGeobuf)");
    buffer_append_str(p->out, "</li>\n<li>");
    snprintf(path, sizeof path, "/collections/%s/queryables", id);
    html_link(p, path, "可筛选的属性 What filters may ask for");
    buffer_append_str(p->out, "</li>\n");
    if (c->places || c->layer->index) {
        buffer_append_str(p->out, "<li>");
        snprintf(path, sizeof path, "/collections/%s/tiles", id);
        html_link(p, path, "瓦片集 Its tile sets");
        buffer_append_str(p->out, "</li>\n<li>");
        snprintf(path, sizeof path, "/styles/%s", id);
        html_link(p, path, "样式 Its style");
        buffer_append_str(p->out, "</li>\n");
    }
    if (c->layer) {
        buffer_append_str(p->out, "<li>");
        snprintf(path, sizeof path, "/collections/%s/versions", id);
        html_plain_link(p, path, "各版 Its versions (JSON)");
        buffer_append_str(p->out, "</li>\n");
    }
    buffer_append_str(p->out, "</ul>\n");
}

enum status html_collection(struct request *rq, struct reply *reply, struct error *e)
{
    struct collection c;
    struct buffer b;
    char path[LINK_PATH_SIZE];
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    struct html_title t = html_title_of(&c);
    struct html_page p;
    snprintf(path, sizeof path, "/collections/%s", rq->params[0]);
    const struct html_step way[] = {
        {"红线 Hongxian", "/"}, {"图层 Collections", "/collections"}, {t.zh, path}};
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_JSON);
    buffer_append_str(&b, "<p>");
    html_text(&b, t.en);
    html_badge(&p, t.label);
    buffer_append_str(&b, "</p>\n");
    write_ways_on(&p, rq->params[0], &c);
    buffer_append_str(&b, "<table>\n");
    html_row(&p, "id", rq->params[0]);
    if (c.layer)
        describe_layer(&p, c.layer);
    buffer_append_str(&b, "</table>\n");
    s = html_map(&p, rq, rq->params[0], e);
    html_page_end(&p);
    return reply_html(reply, &b, s, e);
}
