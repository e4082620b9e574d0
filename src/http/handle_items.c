/* GET /collections/{id}/items and /collections/{id}/items/{fid}. */
#include "http/html_pages.h"
#include "http/item_csv.h"
#include "http/item_stream.h"
#include "http/route.h"

enum status handle_items(struct request *rq, struct reply *reply, struct error *e)
{
    struct item_page page;
    struct item_stream *stream;
    enum status s = item_page_read(rq, &page, e);
    if (!s && page.form == FORM_HTML)
        s = html_items(rq, &page, reply, e);
    else if (!s && page.form == FORM_CSV)
        s = item_csv(rq, &page, reply, e);
    if (s || (page.form != FORM_JSON && page.form != FORM_FGB)) {
        item_page_release(&page);
        return s;
    }
    s = item_stream_open(rq, &page, &stream, e);
    return s ? s : item_stream_reply(stream, reply, e);
}

/* ---- one feature ---- */

struct one {
    struct json_writer *writer;
    struct geo_shape_builder *shape;
    struct item_address at;
    struct request *request; /* of a page for people, with its answer; NULL: JSON is written */
    struct reply *reply;
    struct item_crs_writer crs;
    int64_t id;
    bool found;
    enum status status;
    struct error *error;
};

static bool write_feature(const struct store_feature *f, void *user)
{
    struct one *o = user;
    o->found = f->id == o->id;
    if (o->found && o->request)
        o->status = html_item(o->request, f, NULL, o->reply, o->error);
    else if (o->found)
        o->status = collection_write_feature(o->writer, f, o->shape, &o->crs.form, &o->at, o->error);
    return false;
}

static bool write_place(const struct store_plan_feature *f, void *user)
{
    struct one *o = user;
    o->found = f->id == o->id;
    if (o->found && o->request)
        o->status = html_item(o->request, NULL, f, o->reply, o->error);
    else if (o->found)
        o->status = collection_write_place(o->writer, f, &o->crs.form, &o->at, o->error);
    return false;
}

/* The first feature after id - 1 is the feature itself, or there is none. */
static enum status read_one(struct request *rq, const struct collection *c, struct one *o)
{
    enum status s;
    if (c->layer) {
        const struct store_feature_query q = {
            .version_id = c->layer->version.id, .after_id = o->id - 1, .limit = 1};
        s = store_features(rq->worker->store, &q, write_feature, o, o->error);
    } else {
        s = store_plan_features(rq->worker->store, c->places->id, NULL, o->id - 1, 1, write_place, o,
                                o->error);
    }
    if (!s)
        s = o->status ? o->status : o->crs.status;
    if (s || o->found)
        return s;
    error_zh(o->error, "图层“%.100s”的现行版本中没有编号为 %lld 的图斑。", rq->params[0], (long long)o->id);
    return error_fail(o->error, STATUS_NOT_FOUND, "unknown-feature",
                      "The current version of \"%.100s\" has no feature %lld.", rq->params[0],
                      (long long)o->id);
}

enum status handle_item(struct request *rq, struct reply *reply, struct error *e)
{
    struct collection c;
    struct crs_named crs;
    struct buffer b, kept;
    struct json_writer w;
    struct links l;
    buffer_init(&b, 0);
    buffer_init(&kept, 0);
    buffer_append_str(&kept, "");
    item_page_keep(rq, "crs", &kept);
    links_of(rq, &l);
    jw_init(&w, &b, false);
    enum form form;
    enum status s = form_asked(rq, MEDIA_GEOJSON, &form, e);
    if (!s)
        s = buffer_status(&kept, e);
    struct one o = {.writer = &w,
                    .shape = &rq->worker->shape,
                    .at = {&l, rq->params[0], kept.data},
                    .request = !s && form == FORM_HTML ? rq : NULL,
                    .reply = reply,
                    .error = e};
    if (!s)
        s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (!s)
        s = request_param_integer(rq, 1, 1, INT64_MAX, &o.id, e);
    if (!s)
        s = item_crs_read(rq, "crs", &crs, e);
    if (!s) {
        item_crs_begin(&o.crs, &crs, rq->worker->check.transformer, e);
        s = read_one(rq, &c, &o);
    }
    if (!s && !o.request)
        s = reply_buffer(reply, &b, "application/geo+json; charset=utf-8", e);
    buffer_release(&b);
    buffer_release(&kept);
    if (!s) {
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
        item_crs_header(reply, &crs);
    }
    return s;
}
