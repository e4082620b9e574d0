/* Saved projects: GET and POST /projects, GET and DELETE /projects/{id}, GET /projects/{id}/input.
 *
 * POST /projects?name=&code=&builder=&district=&class=&claim=&crs=&slivers=&source_file=&replaces=: the bytes
 * of a parcel file in; they are checked, and what can be checked is saved. What is saved is checked again by
 * /check?project=NAME. */
#include "http/access_gate.h"
#include "http/access_place.h"
#include "http/links.h"
#include "http/record_writer.h"
#include "http/request_options.h"
#include "http/route.h"

#include "formats/json.h"

#include <inttypes.h>
#include <stdio.h>

enum { DEFAULT_LIMIT = 100, MAX_LIMIT = 1000 };

static void write_members(struct json_writer *w, const struct store_project *p)
{
    jw_kv_integer(w, "id", p->id);
    jw_kv_string(w, "name", p->name);
    jw_kv_string(w, "code", p->code);
    jw_kv_string(w, "builder", p->builder);
    jw_kv_string(w, "district", p->district);
    jw_kv_string(w, "project_class", *p->project_class ? p->project_class : "UNKNOWN");
    jw_kv_string(w, "claims", p->claims);
    jw_kv_string(w, "crs", p->crs);
    jw_kv_string(w, "slivers", p->slivers);
    jw_kv_string(w, "input_name", p->input_name);
    jw_kv_integer(w, "input_bytes", (long long)p->input_size);
    jw_kv_string(w, "saved_at", p->saved_at);
}

static void write_project(struct json_writer *w, const struct store_project *p)
{
    jw_object_begin(w);
    write_members(w, p);
    jw_kv_integer(w, "newest_id", p->newest_id);
    jw_kv_bool(w, "retired", p->retired);
    jw_object_end(w);
}

/* ---- the list ---- */

struct page {
    struct json_writer w;
    int64_t n, limit, last;
    bool more;
};

static bool add_row(const struct store_project *p, void *user)
{
    struct page *page = user;
    page->more = page->n == page->limit;
    if (page->more)
        return false;
    jw_object_begin(&page->w);
    write_members(&page->w, p);
    jw_object_end(&page->w);
    page->n++;
    page->last = p->id;
    return true;
}

enum status handle_projects(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct page p = {.n = 0};
    int64_t after;
    char href[96];
    enum status s = request_query_integer(rq, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &p.limit, e);
    if (!s)
        s = request_query_integer(rq, "after", 0, 0, INT64_MAX, &after, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&p.w, &b, false);
    jw_object_begin(&p.w);
    jw_key(&p.w, "projects");
    jw_array_begin(&p.w);
    const struct store_project_page page = {after, p.limit + 1, access_digits(&rq->caller)};
    s = store_projects(rq->worker->store, &page, add_row, &p, e);
    jw_array_end(&p.w);
    jw_kv_integer(&p.w, "numberReturned", p.n);
    snprintf(href, sizeof href, "/projects?limit=%" PRId64 "&after=%" PRId64, p.limit, p.last);
    link_write_next(&p.w, rq, p.more ? href : NULL);
    jw_object_end(&p.w);
    return reply_json(reply, &b, s, "no-store", e);
}

/* ---- one ---- */

static enum status find(struct request *rq, struct store_project *out, struct error *e)
{
    int64_t id;
    enum status s = request_param_integer(rq, 0, 1, INT64_MAX, &id, e);
    if (!s)
        s = access_project(rq, id, e);
    return s ? s : store_project_at(rq->worker->store, id, rq->worker->check.arena, out, e);
}

static enum status reply_project(struct reply *reply, const struct store_project *p, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    write_project(&w, p);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_project(struct request *rq, struct reply *reply, struct error *e)
{
    struct store_project p;
    enum status s = find(rq, &p, e);
    return s ? s : reply_project(reply, &p, e);
}

enum status handle_project_input(struct request *rq, struct reply *reply, struct error *e)
{
    struct store_project p;
    struct buffer b;
    char disposition[96];
    char number[24];
    enum status s = find(rq, &p, e);
    if (s)
        return s;
    snprintf(number, sizeof number, "%" PRId64, p.id);
    s = access_note(rq, "project-download", number, p.name, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    buffer_append(&b, p.input, p.input_size);
    s = reply_buffer(reply, &b, "application/octet-stream", e);
    buffer_release(&b);
    if (s)
        return s;
    /* as with kept files: never a page of this server, never a name of its own choosing */
    snprintf(disposition, sizeof disposition,
             "attachment; filename=\"hongxian-project-%" PRId64 "-input.bin\"", p.id);
    reply_header(reply, "Content-Disposition", disposition);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return STATUS_OK;
}

/* ---- writing ---- */

static enum status refuse_empty(struct error *e)
{
    error_zh(e, "请求中没有地块数据：请把要保存的地块文件的内容作为请求正文发送。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "empty-body",
        "The request has no parcel data: send the bytes of the project's parcel file as the body.");
}

enum status handle_project_save(struct request *rq, struct reply *reply, struct error *e)
{
    const struct store_project p = {.name = request_query(rq, "name"),
                                    .code = request_query(rq, "code"),
                                    .builder = request_query(rq, "builder"),
                                    .district = request_query(rq, "district"),
                                    .project_class = request_query(rq, "class"),
                                    .crs = request_query(rq, "crs"),
                                    .slivers = request_query(rq, "slivers"),
                                    .input_name = request_query(rq, "source_file"),
                                    .input = rq->body,
                                    .input_size = rq->body_size};
    struct check_worker *w = &rq->worker->check;
    struct saved_check ask;
    struct store_project saved;
    struct report report;
    int64_t replaces;
    char href[48];
    enum status s = record_writer_may_write(rq, RIGHT_PROJECTS, e);
    if (!s)
        s = request_query_integer(rq, "replaces", PROJECT_REPLACES_ANY, 0, INT64_MAX, &replaces, e);
    if (!s)
        s = store_project_check(&p, e);
    if (!s && rq->body_size == 0)
        s = refuse_empty(e);
    if (!s)
        s = access_project_free(rq, p.name, p.code, e);
    if (!s)
        s = request_check_options(rq, &ask, e);
    if (!s)
        s = check_bytes(w, rq->snapshot, &ask.options, rq->body, rq->body_size, &report, e);
    if (!s)
        s = access_place_check(rq, &report, e);
    if (!s)
        s = record_writer_save_project(rq, &p, &report, replaces, w->arena, &saved, e);
    if (!s)
        s = reply_project(reply, &saved, e);
    if (s)
        return s;
    snprintf(href, sizeof href, "/projects/%" PRId64, saved.id);
    reply->status = MHD_HTTP_CREATED;
    reply_header(reply, MHD_HTTP_HEADER_LOCATION, href);
    return STATUS_OK;
}

enum status handle_project_retire(struct request *rq, struct reply *reply, struct error *e)
{
    int64_t id;
    struct store_project p;
    enum status s = record_writer_may_write(rq, RIGHT_PROJECTS, e);
    if (!s)
        s = request_param_integer(rq, 0, 1, INT64_MAX, &id, e);
    if (!s)
        s = access_project(rq, id, e);
    if (!s)
        s = record_writer_retire_project(rq, id, e);
    if (!s)
        s = store_project_at(rq->worker->store, id, rq->worker->check.arena, &p, e);
    return s ? s : reply_project(reply, &p, e);
}
