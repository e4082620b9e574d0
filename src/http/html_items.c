/* Pages for people: a page of features as a table and a small map, and one feature. */
#include "http/html_pages.h"
#include "http/item_stream.h"

#include "formats/html.h"
#include "formats/wkb.h"
#include "http/stored_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- a page of them: the rows first, which tell the box; then the map, from a second reading ---- */

struct listing {
    struct html_page page; /* writes the rows, which come behind the map */
    const struct item_page *asked;
    struct geo_shape_builder *shape;
    struct geo_box box;
    struct mini_map *map; /* NULL: rows are written */
    bool linked;          /* a feature has a page of its own: in the current version alone */
    int64_t n, last;
    enum status status;
    struct error *error;
};

static void write_id(struct listing *l, int64_t id)
{
    char path[LINK_PATH_SIZE], text[24];
    snprintf(text, sizeof text, "%" PRId64, id);
    snprintf(path, sizeof path, "/collections/%s/items/%s", l->asked->id, text);
    buffer_append_str(l->page.out, "<tr><td>");
    if (l->linked)
        html_link(&l->page, path, text);
    else
        html_text(l->page.out, text);
    buffer_append_str(l->page.out, "</td>");
    l->last = id;
    l->n++;
}

static void write_cell(struct listing *l, const char *text)
{
    buffer_append_str(l->page.out, "<td>");
    html_text(l->page.out, text);
    buffer_append_str(l->page.out, "</td>");
}

static bool take_feature(const struct store_feature *f, void *user)
{
    struct listing *l = user;
    struct geo_shape view;
    l->status = wkb_read(f->wkb, f->wkb_size, l->shape, l->error);
    if (!l->status)
        l->status = geo_shape_builder_view(l->shape, &view, l->error);
    if (l->status)
        return false;
    if (l->map) {
        mini_map_shape(l->map, &view, "shape");
        return true;
    }
    geo_box_add(&l->box, view.box.west_deg, view.box.south_deg);
    geo_box_add(&l->box, view.box.east_deg, view.box.north_deg);
    write_id(l, f->id);
    write_cell(l, f->code);
    write_cell(l, f->name);
    write_cell(l, f->zone);
    write_cell(l, f->county);
    buffer_append_str(l->page.out, "</tr>\n");
    return true;
}

static bool take_place(const struct store_plan_feature *f, void *user)
{
    struct listing *l = user;
    if (l->map) {
        stored_json_each_position(f->geometry, (struct stored_json_positions){html_draw_position, l->map});
        return true;
    }
    stored_json_add_geometry(f->geometry, &l->box);
    write_id(l, f->id);
    write_cell(l, f->name);
    buffer_append_str(l->page.out, "</tr>\n");
    return true;
}

static enum status read_page(struct request *rq, struct listing *l)
{
    const struct item_page *p = l->asked;
    const struct item_slice slice = {.after = p->after, .limit = p->limit};
    enum status s = item_page_each(p, rq->worker->store, slice,
                                   (struct item_reader){take_feature, take_place, l}, l->error);
    return s ? s : l->status;
}

static void link_page(struct html_page *page, const struct item_page *p, int64_t after, const char *says)
{
    struct buffer path;
    buffer_init(&path, 0);
    item_page_path(p, after, &path);
    html_link(page, path.data ? path.data : "", says);
    buffer_release(&path);
}

/* This page as a file: f=csv or f=fgb. */
static void link_file(struct html_page *page, const struct item_page *p, const char *form, const char *says)
{
    struct buffer path;
    buffer_init(&path, 0);
    item_page_path(p, p->after, &path);
    buffer_printf(&path, "&f=%s", form);
    buffer_append_str(page->out, "<p>");
    html_plain_link(page, path.data ? path.data : "", says);
    buffer_append_str(page->out, "</p>\n");
    buffer_release(&path);
}

static void write_neighbours(struct html_page *page, const struct item_page *p, bool more, int64_t last)
{
    buffer_append_str(page->out, "<p>");
    if (p->before >= 0)
        link_page(page, p, p->before, "← 上一页 Previous");
    buffer_append_str(page->out, " ");
    if (more)
        link_page(page, p, last, "下一页 Next →");
    buffer_append_str(page->out, "</p>\n");
}

/* What the page holds, around the rows. */
static enum status write_page(struct request *rq, struct html_page *page, struct listing *l, struct error *e)
{
    const struct item_page *p = l->asked;
    struct buffer *rows = l->page.out;
    struct mini_map map;
    char text[160];
    bool more = false;
    const struct item_shown shown = {l->n, l->last};
    enum status s = l->n ? item_page_has_more(p, rq->worker->store, shown, &more, e) : STATUS_OK;
    snprintf(text, sizeof text,
             "符合条件的共 %" PRId64 " 个，本页 %" PRId64 " 个。%" PRId64 " match, %" PRId64 " on this page.",
             p->matched, l->n, p->matched, l->n);
    html_element(page, "p", text);
    write_neighbours(page, p, more, l->last);
    link_file(page, p, "csv", "下载本页表格 This page as a table (CSV)");
    link_file(page, p, "fgb", "下载本页图形 This page with its shapes (FlatGeobuf)");
    if (!s && l->n && l->box.west_deg <= l->box.east_deg) {
        mini_map_begin(&map, page->out, &l->box, "本页要素所在 Where they lie");
        l->map = &map;
        s = read_page(rq, l);
        mini_map_end(&map);
        html_left_out(page, &map);
    }
    buffer_append_str(page->out, "<table>\n<tr><th>id</th>");
    buffer_append_str(page->out, p->places ? "<th>名称 Name</th></tr>\n"
                                           : "<th>编码 Code</th><th>名称 Name</th><th>分区 Zone</th>"
                                             "<th>行政区 County</th></tr>\n");
    if (!s)
        s = buffer_status(rows, e);
    buffer_append(page->out, rows->data ? rows->data : "", rows->size);
    buffer_append_str(page->out, "</table>\n");
    write_neighbours(page, p, more, l->last);
    return s;
}

enum status html_items(struct request *rq, const struct item_page *asked, struct reply *reply,
                       struct error *e)
{
    struct collection c;
    struct buffer b, rows, self;
    char above[LINK_PATH_SIZE];
    enum status s = collection_find(rq->snapshot, asked->id, &c, e);
    if (s)
        return s;
    struct html_title t = html_title_of(&c);
    struct html_page page = {.out = &b, .links = asked->links};
    struct listing l = {.page = {.out = &rows, .links = asked->links},
                        .asked = asked,
                        .shape = &rq->worker->shape,
                        .box = geo_box_empty(),
                        .linked = c.places || c.layer->version.id == asked->version_id,
                        .error = e};
    snprintf(above, sizeof above, "/collections/%s", asked->id);
    buffer_init(&b, 0);
    buffer_init(&rows, 0);
    buffer_init(&self, 0);
    item_page_path(asked, asked->after, &self);
    const struct html_step way[] = {{"红线 Hongxian", "/"},
                                    {"图层 Collections", "/collections"},
                                    {t.zh, above},
                                    {"要素 Features", self.data ? self.data : ""}};
    s = read_page(rq, &l);
    html_page_begin(&page, way, 4, MEDIA_GEOJSON);
    buffer_append_str(&b, "<p>");
    html_text(&b, t.zh);
    html_badge(&page, t.label);
    buffer_append_str(&b, "</p>\n");
    if (!s)
        s = write_page(rq, &page, &l, e);
    html_page_end(&page);
    buffer_release(&rows);
    buffer_release(&self);
    return reply_html(reply, &b, s, e);
}

/* ---- one ---- */

static void write_member(const char *key, const char *value, void *user)
{
    html_row(user, key, value);
}

/* The source's own fields; anything else in their place is said, not trusted. */
static void write_members(struct html_page *p, const char *json)
{
    if (!stored_json_each_member(json, write_member, p))
        html_row(p, "属性 Properties", "不可读 unreadable");
}

static void map_place(struct html_page *p, const struct store_plan_feature *place)
{
    struct mini_map m;
    struct geo_box box = geo_box_empty();
    stored_json_add_geometry(place->geometry, &box);
    if (box.west_deg > box.east_deg)
        return;
    mini_map_begin(&m, p->out, &box, place->name);
    stored_json_each_position(place->geometry, (struct stored_json_positions){html_draw_position, &m});
    mini_map_end(&m);
}

static enum status map_feature(struct html_page *p, struct request *rq, const struct store_feature *f,
                               struct error *e)
{
    struct mini_map m;
    struct geo_shape view;
    enum status s = wkb_read(f->wkb, f->wkb_size, &rq->worker->shape, e);
    if (!s)
        s = geo_shape_builder_view(&rq->worker->shape, &view, e);
    if (s)
        return s;
    mini_map_begin(&m, p->out, &view.box, f->name);
    mini_map_shape(&m, &view, "shape");
    mini_map_end(&m);
    return STATUS_OK;
}

static void write_feature_rows(struct html_page *p, const struct store_feature *f)
{
    char area[40];
    html_row(p, "编码 Code", f->code);
    html_row(p, "名称 Name", f->name);
    html_row(p, "分区 Zone", f->zone);
    html_row(p, "行政区 County", f->county);
    snprintf(area, sizeof area, "%.4f", f->declared_area_m2);
    if (f->declared_area_m2 == f->declared_area_m2) /* NaN: not given */
        html_row(p, "登记面积 m² Declared area", area);
    write_members(p, f->properties);
}

enum status html_item(struct request *rq, const struct store_feature *feature,
                      const struct store_plan_feature *place, struct reply *reply, struct error *e)
{
    struct collection c;
    struct buffer b;
    struct html_page p;
    char above[LINK_PATH_SIZE], items[LINK_PATH_SIZE], self[LINK_PATH_SIZE], title[64];
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    struct html_title t = html_title_of(&c);
    int64_t id = feature ? feature->id : place->id;
    snprintf(title, sizeof title, "要素 Feature %" PRId64, id);
    snprintf(above, sizeof above, "/collections/%s", rq->params[0]);
    snprintf(items, sizeof items, "/collections/%s/items", rq->params[0]);
    snprintf(self, sizeof self, "/collections/%s/items/%" PRId64, rq->params[0], id);
    const struct html_step way[] = {{"红线 Hongxian", "/"},
                                    {"图层 Collections", "/collections"},
                                    {t.zh, above},
                                    {"要素 Features", items},
                                    {title, self}};
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 5, MEDIA_GEOJSON);
    buffer_append_str(&b, "<p>");
    html_text(&b, t.zh);
    html_badge(&p, t.label);
    buffer_append_str(&b, "</p>\n");
    if (feature)
        s = map_feature(&p, rq, feature, e);
    else
        map_place(&p, place);
    buffer_append_str(&b, "<table>\n");
    if (feature) {
        write_feature_rows(&p, feature);
    } else {
        html_row(&p, "名称 Name", place->name);
        write_members(&p, place->properties);
    }
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    return reply_html(reply, &b, s, e);
}
