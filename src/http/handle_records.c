/* GET /records, GET /records/{id}, POST /verify, and the keeping of a check. */
#include "http/keep_check.h"
#include "http/record_desk.h"
#include "http/route.h"

#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIMIT = 100, MAX_LIMIT = 1000 };

/* ---- keeping ---- */

static struct record_spec spec_of(const struct request *rq)
{
    return (struct record_spec){.officer = request_query(rq, "officer"),
                                .project_name = request_query(rq, "project_name"),
                                .input_name = request_query(rq, "source_file"),
                                .input = {rq->body, rq->body_size}};
}

enum status keep_check_wanted(const struct request *rq, bool *out, struct error *e)
{
    const char *keep = request_query(rq, "keep");
    struct record_spec spec = spec_of(rq);
    *out = keep && strcmp(keep, "1") == 0;
    if (keep && *keep && !*out && strcmp(keep, "0") != 0) {
        error_zh(e, "keep 只能是 0 或 1。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter", "keep is 0 or 1.");
    }
    if (!*out)
        return STATUS_OK;
    if (!rq->desk) {
        error_zh(e, "本服务没有开启存档；请由管理员以 hongxian serve --allow-records 启动。");
        return error_fail(e, STATUS_UNSUPPORTED, "records-not-allowed",
                          "This server keeps no records; its operator starts it with hongxian serve "
                          "--allow-records.");
    }
    return record_spec_check(&spec, e);
}

enum status keep_check(struct request *rq, struct report *r, struct error *e)
{
    struct record_spec spec = spec_of(rq);
    return record_desk_keep(rq->desk, &spec, rq->worker->check.arena, r, e);
}

/* ---- reading ---- */

struct page {
    struct json_writer w;
    int64_t n, limit, last;
    bool more;
};

static bool add_row(const struct store_record *r, void *user)
{
    struct page *p = user;
    p->more = p->n == p->limit;
    if (p->more)
        return false;
    record_write_row(&p->w, r);
    p->n++;
    p->last = r->id;
    return true;
}

static void write_next(struct page *p)
{
    char href[96];
    snprintf(href, sizeof href, "/records?limit=%" PRId64 "&after=%" PRId64, p->limit, p->last);
    jw_key(&p->w, "links");
    jw_array_begin(&p->w);
    if (p->more) {
        jw_object_begin(&p->w);
        jw_kv_string(&p->w, "rel", "next");
        jw_kv_string(&p->w, "type", "application/json");
        jw_kv_string(&p->w, "href", href);
        jw_object_end(&p->w);
    }
    jw_array_end(&p->w);
}

/* Moves the buffer into the answer, or releases it. */
static enum status finish(struct reply *reply, struct buffer *b, enum status s, struct error *e)
{
    if (!s)
        s = reply_buffer(reply, b, "application/json; charset=utf-8", e);
    buffer_release(b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

enum status handle_records(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct page p = {.n = 0};
    int64_t after;
    enum status s = request_query_integer(rq, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &p.limit, e);
    if (!s)
        s = request_query_integer(rq, "after", 0, 0, INT64_MAX, &after, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&p.w, &b, false);
    jw_object_begin(&p.w);
    jw_key(&p.w, "records");
    jw_array_begin(&p.w);
    s = store_records(rq->worker->store, after, p.limit + 1, add_row, &p, e);
    jw_array_end(&p.w);
    jw_kv_integer(&p.w, "numberReturned", p.n);
    write_next(&p);
    jw_object_end(&p.w);
    return finish(reply, &b, s, e);
}

enum status handle_record(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    int64_t id;
    enum status s = request_param_integer(rq, 0, 1, INT64_MAX, &id, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    s = record_write_whole(&w, rq->worker->store, id, rq->worker->check.arena, e);
    return finish(reply, &b, s, e);
}

/* ---- verifying ---- */

enum status handle_verify(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct record_verification v;
    const struct record_verify_request wanted = {.report = rq->body ? rq->body : "",
                                                 .report_size = rq->body_size};
    enum status s = record_verify(&rq->worker->check, rq->worker->store, &wanted, &v, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    record_write_verification(&w, &v);
    return finish(reply, &b, STATUS_OK, e);
}
