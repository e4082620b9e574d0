#include "http/item_csv.h"

#include "formats/csv.h"
#include "formats/wkb.h"
#include "http/item_headers.h"
#include "http/item_stream.h"
#include "http/stored_json.h"

#include <stdio.h>
#include <string.h>

enum { DEGREE_DIGITS = 9, AREA_DIGITS = 4 };

struct table {
    struct csv_writer w;
    struct geo_shape_builder *shape;
    const char *label; /* 示例数据 and the like, in every row: rows are copied elsewhere */
    struct item_shown shown;
    enum status status;
    struct error *error;
};

static void write_box(struct csv_writer *w, const struct geo_box *box)
{
    csv_number(w, box->west_deg, DEGREE_DIGITS); /* an empty box is infinite, and then the cells are empty */
    csv_number(w, box->south_deg, DEGREE_DIGITS);
    csv_number(w, box->east_deg, DEGREE_DIGITS);
    csv_number(w, box->north_deg, DEGREE_DIGITS);
}

static bool end_row(struct table *t, const struct geo_box *box, const char *properties, int64_t id)
{
    write_box(&t->w, box);
    csv_text(&t->w, properties);
    csv_text(&t->w, t->label);
    csv_row_end(&t->w);
    t->shown.n++;
    t->shown.last = id;
    return true;
}

static bool write_feature(const struct store_feature *f, void *user)
{
    struct table *t = user;
    struct geo_shape view;
    t->status = wkb_read(f->wkb, f->wkb_size, t->shape, t->error);
    if (!t->status)
        t->status = geo_shape_builder_view(t->shape, &view, t->error);
    if (t->status)
        return false;
    csv_integer(&t->w, f->id);
    csv_text(&t->w, f->code);
    csv_text(&t->w, f->name);
    csv_text(&t->w, f->zone);
    csv_text(&t->w, f->county);
    csv_number(&t->w, f->declared_area_m2, AREA_DIGITS);
    return end_row(t, &view.box, f->properties, f->id);
}

static bool write_place(const struct store_plan_feature *f, void *user)
{
    struct table *t = user;
    struct geo_box box = geo_box_empty();
    stored_json_add_geometry(f->geometry, &box);
    csv_integer(&t->w, f->id);
    csv_text(&t->w, f->name);
    return end_row(t, &box, f->properties, f->id);
}

static void write_head(struct csv_writer *w, bool places)
{
    static const char *const of_layer[] = {"id", "code", "name", "zone", "county", "declared_area_m2", NULL};
    static const char *const of_places[] = {"id", "name", NULL};
    static const char *const of_all[] = {"west_deg",   "south_deg", "east_deg", "north_deg",
                                         "properties", "label",     NULL};
    const char *const *const parts[] = {places ? of_places : of_layer, of_all};
    csv_mark(w);
    for (size_t p = 0; p < 2; p++)
        for (const char *const *name = parts[p]; *name; name++)
            csv_text(w, *name);
    csv_row_end(w);
}

static enum status refuse_crs(const struct item_page *p, struct error *e)
{
    error_zh(e, "CSV 的外包框只用经纬度，不能换成 %s；要换算坐标请取 GeoJSON（f=json）。", p->crs.uri);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-parameter",
        "The boxes of CSV are in longitude and latitude and cannot be in %s; GeoJSON (f=json) can.",
        p->crs.uri);
}

enum status item_csv(struct request *rq, const struct item_page *page, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct table t = {.w = {.out = &b}, .shape = &rq->worker->shape, .label = page->label, .error = e};
    bool more = false;
    enum status s = STATUS_OK;
    if (strcmp(page->crs.uri, CRS_URI_CRS84) != 0)
        return refuse_crs(page, e);
    buffer_init(&b, 0);
    write_head(&t.w, page->places != NULL);
    s = item_page_each(page, rq->worker->store,
                       (struct item_slice){.after = page->after, .limit = page->limit},
                       (struct item_reader){write_feature, write_place, &t}, e);
    if (!s)
        s = t.status;
    if (!s && t.shown.n)
        s = item_page_has_more(page, rq->worker->store, t.shown, &more, e);
    if (!s)
        s = reply_buffer(reply, &b, MEDIA_CSV "; charset=utf-8; header=present", e);
    buffer_release(&b);
    if (!s)
        item_file_headers(reply, page, t.shown, more);
    return s;
}
