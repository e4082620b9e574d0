/* Reading the record: GET /records, /records/verify, /records/{id}, /records/{id}/report and
 * /records/{id}/input. */
#include "http/access_gate.h"
#include "http/access_place.h"
#include "http/links.h"
#include "http/route.h"

#include "base/text.h"
#include "record/print.h"
#include "record/record.h"
#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIMIT = 100, MAX_LIMIT = 1000, HREF_SIZE = 4 * (3 * RECORD_NAME_BYTES + 16) + 64 };

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

/* The address goes on with the same search: every part of it as it was asked, percent-encoded. */
static void write_next(struct page *p, const struct request *rq, const struct store_record_search *search)
{
    char href[HREF_SIZE];
    size_t n =
        (size_t)snprintf(href, sizeof href, "/records?limit=%" PRId64 "&after=%" PRId64, p->limit, p->last);
    const struct {
        const char *key, *value;
    } parts[] = {{"project", search->project},
                 {"layer", search->layer},
                 {"class", search->project_class},
                 {"document", search->document}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].value && *parts[i].value && n < sizeof href) {
            n += (size_t)snprintf(href + n, sizeof href - n, "&%s=", parts[i].key);
            n = n < sizeof href ? n + text_percent(parts[i].value, href + n, sizeof href - n) : n;
        }
    link_write_next(&p->w, rq, p->more ? href : NULL);
}

/* project=&layer=&class=&document= */
static enum status read_search(struct request *rq, struct store_record_search *out, struct error *e)
{
    *out = (struct store_record_search){.project = request_query(rq, "project"),
                                        .layer = request_query(rq, "layer"),
                                        .project_class = request_query(rq, "class"),
                                        .document = request_query(rq, "document"),
                                        .place = access_digits(&rq->caller)};
    return record_search_check(out, snapshot_lines(rq->snapshot), e);
}

enum status handle_records(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct page p = {.n = 0};
    struct store_record_search search;
    int64_t after;
    enum status s = request_query_integer(rq, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &p.limit, e);
    if (!s)
        s = request_query_integer(rq, "after", 0, 0, INT64_MAX, &after, e);
    if (!s)
        s = read_search(rq, &search, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&p.w, &b, false);
    jw_object_begin(&p.w);
    jw_key(&p.w, "records");
    jw_array_begin(&p.w);
    s = store_records_found(rq->worker->store, &search, after, p.limit + 1, add_row, &p, e);
    jw_array_end(&p.w);
    jw_kv_integer(&p.w, "numberReturned", p.n);
    write_next(&p, rq, &search);
    jw_object_end(&p.w);
    return reply_json(reply, &b, s, "no-store", e);
}

/* f=pdf and the other forms: the check as a document again. */
static enum status reply_document(struct request *rq, struct reply *reply, int64_t id, const char *name,
                                  struct error *e)
{
    const struct report_form *form;
    enum report_lang lang = REPORT_LANG_ZH;
    struct buffer b;
    char number[24], disposition[96];
    snprintf(number, sizeof number, "%" PRId64, id);
    buffer_init(&b, 0);
    enum status s = report_form_find(name, &form, e);
    if (!s)
        s = report_lang_parse(request_query(rq, "lang"), &lang, e);
    if (!s)
        s = record_print(&rq->worker->check, rq->worker->store, id, form, lang, &b, e);
    if (!s)
        s = access_note(rq, "record-download", number, form->name, e);
    if (!s)
        s = reply_buffer(reply, &b, form->content_type, e);
    buffer_release(&b);
    if (s)
        return s;
    snprintf(disposition, sizeof disposition, "attachment; filename=\"hongxian-record-%" PRId64 ".%s\"", id,
             form->name);
    reply_header(reply, "Content-Disposition", disposition);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return STATUS_OK;
}

enum status handle_record(struct request *rq, struct reply *reply, struct error *e)
{
    const char *f = request_query(rq, "f");
    struct buffer b;
    struct json_writer w;
    int64_t id;
    enum status s = request_param_integer(rq, 0, 1, INT64_MAX, &id, e);
    if (!s)
        s = access_record(rq, id, e);
    if (!s && f && *f)
        return reply_document(rq, reply, id, f, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    s = record_write_whole(&w, rq->worker->store, id, rq->worker->check.arena, e);
    return reply_json(reply, &b, s, "no-store", e);
}

/* ---- the kept bytes as they are, so that sha256sum of them is what the row says ---- */

static enum status find_content(struct request *rq, bool input, int64_t *id, struct store_bytes *out,
                                struct error *e)
{
    struct arena *a = rq->worker->check.arena;
    struct store_record row;
    enum status s = request_param_integer(rq, 0, 1, INT64_MAX, id, e);
    if (!s)
        s = access_record(rq, *id, e);
    if (!s)
        s = store_record_read(rq->worker->store, *id, a, &row, e);
    if (!s && strcmp(row.kind, "check") != 0) {
        error_zh(e, "第 %lld 号记录是一次改判，没有文件；它所改判的检查是第 %lld 号。", (long long)*id,
                 (long long)row.refers_to);
        s = error_fail(e, STATUS_NOT_FOUND, "not-a-check",
                       "Record %lld is an override and has no files; the check that it refers to is %lld.",
                       (long long)*id, (long long)row.refers_to);
    }
    return s ? s
             : store_record_content(rq->worker->store, input ? row.input_sha256 : row.result_sha256, a, out,
                                    e);
}

static enum status reply_content(struct request *rq, struct reply *reply, bool input, struct error *e)
{
    int64_t id = 0;
    struct store_bytes bytes = {NULL, 0};
    struct buffer b;
    char disposition[96];
    buffer_init(&b, 0);
    char number[24];
    enum status s = find_content(rq, input, &id, &bytes, e);
    snprintf(number, sizeof number, "%" PRId64, id);
    if (!s)
        s = access_note(rq, "record-download", number, input ? "input" : "report", e);
    if (!s)
        buffer_append(&b, bytes.data, bytes.size);
    if (!s)
        s = reply_buffer(reply, &b, input ? "application/octet-stream" : "application/json; charset=utf-8",
                         e);
    buffer_release(&b);
    if (s)
        return s;
    /* somebody's upload is never shown as a page of this server, and never under a name of its own
     * choosing */
    snprintf(disposition, sizeof disposition, "attachment; filename=\"hongxian-record-%" PRId64 "-%s\"", id,
             input ? "input.bin" : "report.json");
    reply_header(reply, "Content-Disposition", disposition);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return STATUS_OK;
}

enum status handle_record_report(struct request *rq, struct reply *reply, struct error *e)
{
    return reply_content(rq, reply, false, e);
}

enum status handle_record_input(struct request *rq, struct reply *reply, struct error *e)
{
    return reply_content(rq, reply, true, e);
}

/* ---- the public key ---- */

enum status handle_records_key(struct request *rq, struct reply *reply, struct error *e)
{
    struct ed25519_public key;
    struct buffer b;
    char pem[ED25519_PEM_SIZE];
    enum status s = record_public_key(rq->worker->store, &key, e);
    if (s)
        return s;
    ed25519_public_pem(&key, pem);
    buffer_init(&b, 0);
    buffer_append_str(&b, pem);
    s = reply_buffer(reply, &b, "application/x-pem-file", e);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

/* ---- the chain ---- */

enum status handle_records_chain(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct record_chain chain;
    const char *anchor = request_query(rq, "expect");
    enum status s = record_chain_verify(rq->worker->store, anchor && *anchor ? anchor : NULL, &chain, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    record_write_chain(&w, &chain);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}
