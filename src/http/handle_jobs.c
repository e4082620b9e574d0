/* Background jobs: GET and POST /jobs, GET and DELETE /jobs/{id}, GET /jobs/{id}/result. Each is also a job
 * of OGC API - Processes, whichever way it came (handle_execute.c); its results as that has them are
 * job_results.c.
 *
 * POST /jobs?kind=parcels&name=&since=&formats=gpkg,csv,…&(options of audit/request.h: class=, crs=, …)
 *     body: the parcel file; none with since=: the file of that job
 * POST /jobs?kind=lines&compare=&body=official|compare&(options)
 *     body: none, official totals, or an earlier result
 * POST /jobs?kind=figures */
#include "base/text.h"
#include "http/access_gate.h"
#include "http/access_place.h"
#include "http/html_pages.h"
#include "http/job_answer.h"
#include "http/negotiate.h"
#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *given(const struct request *rq, const char *key)
{
    const char *text = request_query(rq, key);
    return text && *text ? text : NULL;
}

enum { OPTIONS_MAX = 32 };

/* What of the query is an option of the audit itself. Which kind of audit has which, and what may stand
 * there, is said where the request is made (audit/request.h), for the command as for jobs. */
static size_t audit_options(const struct request *rq, struct audit_option out[OPTIONS_MAX])
{
    struct audit_option_info o;
    size_t n = 0;
    for (size_t i = 0; audit_option_at(i, &o) && n < OPTIONS_MAX; i++)
        if (o.query)
            out[n++] = (struct audit_option){o.key, given(rq, o.query)};
    return n;
}

static enum status refuse_empty(struct error *e)
{
    error_zh(e, "请求中没有地块文件：请把文件的内容作为请求正文发送。");
    return error_fail(e, STATUS_INVALID_INPUT, "empty-body",
                      "The request has no parcel file: send its bytes as the body.");
}

static enum status refuse_no_body(const char *word, struct error *e)
{
    error_zh(e, "body=%s，但请求没有正文：请把该文件的内容作为请求正文发送。", word);
    return error_fail(e, STATUS_INVALID_INPUT, "empty-body",
                      "body=%s, but the request has none: send the bytes of that file as the body.", word);
}

static enum status refuse_unasked_body(struct error *e)
{
    error_zh(e, "规划数据的审查不读文件，请求却带了正文；请不带文件再提交。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "unasked-body",
        "An audit of the plan's figures reads no file, and the request has one; send it without.");
}

static enum status check_body_word(const char *word, struct error *e)
{
    if (!word || strcmp(word, "compare") == 0 || strcmp(word, "official") == 0)
        return STATUS_OK;
    error_zh(e, "请求参数不对：body 应为 compare 或 official，不是“%.20s”。", word);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "The parameter body is compare or official, not \"%.20s\".", word);
}

static enum status read_wishes(const struct request *rq, struct job_request *r, struct error *e)
{
    enum status s = audit_kind_of(given(rq, "kind") ? given(rq, "kind") : "parcels", &r->kind, e);
    if (!s)
        s = check_body_word(r->body, e);
    if (!s && r->kind == AUDIT_PARCELS && !rq->upload && !r->since)
        s = refuse_empty(e);
    if (!s && r->kind == AUDIT_LINES && r->body && !rq->upload)
        s = refuse_no_body(r->body, e);
    return !s && r->kind == AUDIT_FIGURES && rq->upload ? refuse_unasked_body(e) : s;
}

enum status job_answer_add(struct request *rq, const struct job_request *more, char id[JOB_ID_SIZE],
                           struct buffer *json, struct error *e)
{
    struct audit_option options[OPTIONS_MAX];
    struct links l;
    bool is_check = more && more->check;
    struct job_request r = {.name = given(rq, is_check ? "source_file" : "name"),
                            .options = options,
                            .n_options = is_check ? 0 : audit_options(rq, options),
                            .formats = given(rq, "formats"),
                            .since = given(rq, "since"),
                            .compare = given(rq, "compare"),
                            .body = given(rq, "body"),
                            .base = l.base,
                            .owner = rq->caller.name};
    links_of(rq, &l);
    if (more) {
        r.check = more->check;
        r.check_format = more->check_format;
        r.delivery = more->delivery;
    }
    enum status s = access_need(&rq->caller, RIGHT_JOBS, e);
    if (!s && r.since)
        s = access_job(rq, r.since, e);
    if (!s && r.compare)
        s = access_job(rq, r.compare, e);
    if (!s && !is_check)
        s = read_wishes(rq, &r, e);
    if (!s)
        s = job_queue_add(rq->jobs, &r, rq->upload, id, json, e);
    if (!s)
        rq->upload = NULL;
    return s;
}

enum status handle_job_add(struct request *rq, struct reply *reply, struct error *e)
{
    char id[JOB_ID_SIZE], location[JOB_ID_SIZE + 8];
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = job_answer_add(rq, NULL, id, &b, e);
    s = reply_json(reply, &b, s, "no-store", e);
    if (s)
        return s;
    snprintf(location, sizeof location, "/jobs/%s", id);
    reply_header(reply, MHD_HTTP_HEADER_LOCATION, location);
    reply->status = MHD_HTTP_ACCEPTED;
    return STATUS_OK;
}

/* ---- the list ---- */

enum { LIST_DEFAULT = 1000, LIST_MAX = 10000 };

static enum status fail_datetime(const char *text, struct error *e)
{
    error_zh(e,
             "datetime“%.80s”不对：应为时刻（2024-01-31T08:00:00Z）或区间（起/止，不限的一端写 .. "
             "或空着），按 created "
             "筛选。",
             text);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-datetime",
        "The datetime \"%.80s\" is wrong: a time (2024-01-31T08:00:00Z) or an interval (from/until, an open "
        "end as .. or nothing) is needed.",
        text);
}

/* A moment as RFC 3339 writes it, in whole seconds. */
static bool read_moment(const char *text, size_t n, int64_t *out)
{
    char copy[40], sign = '+';
    struct tm utc = {0};
    int hours = 0, minutes = 0, used = 0;
    snprintf(copy, sizeof copy, "%.*s", (int)(n < sizeof copy ? n : 0), text);
    const char *at = strptime(copy, "%Y-%m-%dT%H:%M:%S", &utc);
    if (!at)
        return false;
    if (*at == '.' && at[1 + strspn(at + 1, "0123456789")])
        at += 1 + strspn(at + 1, "0123456789");
    if (strcmp(at, "Z") != 0 &&
        (sscanf(at, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || at[used] || !strchr("+-", sign)))
        return false;
    *out = (int64_t)timegm(&utc) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool is_open(const char *text, size_t n)
{
    return n == 0 || (n == 2 && memcmp(text, "..", 2) == 0);
}

static enum status read_times(const struct request *rq, struct job_filter *f, struct error *e)
{
    const char *text = request_query(rq, "datetime"), *slash = text ? strchr(text, '/') : NULL;
    f->created_from = INT64_MIN;
    f->created_until = INT64_MAX;
    if (!text)
        return STATUS_OK;
    size_t n = slash ? (size_t)(slash - text) : strlen(text), n_rest = slash ? strlen(slash + 1) : 0;
    bool ok =
        slash && is_open(text, n) ? !is_open(slash + 1, n_rest) : read_moment(text, n, &f->created_from);
    if (ok && !slash)
        f->created_until = f->created_from;
    else if (ok && !is_open(slash + 1, n_rest))
        ok = read_moment(slash + 1, n_rest, &f->created_until);
    return ok ? STATUS_OK : fail_datetime(text, e);
}

static enum status check_statuses(const char *list, struct error *e)
{
    for (const char *at = list; at; at = strchr(at, ','), at += at != NULL) {
        if (job_status_known(at, strcspn(at, ",")))
            continue;
        error_zh(e, "status“%.60s”不对：可用 accepted、running、successful、failed、dismissed，以逗号分隔。",
                 list);
        return error_fail(
            e, STATUS_INVALID_INPUT, "bad-parameter",
            "The status \"%.60s\" is wrong: accepted, running, successful, failed and dismissed are known, "
            "between commas.",
            list);
    }
    return STATUS_OK;
}

static enum status read_filter(const struct request *rq, struct job_filter *f, struct error *e)
{
    *f = (struct job_filter){.owner = access_jobs_of(rq),
                             .types = given(rq, "type"),
                             .processes = given(rq, "processID"),
                             .statuses = given(rq, "status")};
    enum status s = read_times(rq, f, e);
    if (!s)
        s = check_statuses(f->statuses, e);
    if (!s)
        s = request_query_integer(rq, "minDuration", -1, 0, INT32_MAX, &f->min_seconds, e);
    if (!s)
        s = request_query_integer(rq, "maxDuration", -1, 0, INT32_MAX, &f->max_seconds, e);
    if (!s)
        s = request_query_integer(rq, "limit", LIST_DEFAULT, 1, INT32_MAX, &f->limit, e);
    f->limit = f->limit < LIST_MAX ? f->limit : LIST_MAX;
    return s;
}

static void write_list(const struct request *rq, const struct job_filter *f, struct buffer *b)
{
    struct json_writer w;
    struct links l;
    links_of(rq, &l);
    jw_init(&w, b, false);
    jw_object_begin(&w);
    jw_key(&w, "jobs");
    size_t n = job_queue_list(rq->jobs, f, l.base, &w);
    jw_kv_integer(&w, "numberMatched", (long long)n);
    jw_key(&w, "links");
    jw_array_begin(&w);
    link_write(&w, &l, "self", MEDIA_JSON, "本文档 this document", "/jobs");
    link_write_alternate(&w, &l, "/jobs");
    jw_array_end(&w);
    jw_object_end(&w);
}

/* The JSON, or the page that is made of it. Releases it. */
typedef enum status page_fn(struct request *rq, const struct buffer *json, struct reply *reply,
                            struct error *e);
static enum status reply_form(struct request *rq, struct buffer *json, page_fn *page, struct reply *reply,
                              struct error *e)
{
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (s || form == FORM_JSON)
        return reply_json(reply, json, s, "no-store", e);
    s = buffer_status(json, e);
    if (!s)
        s = page(rq, json, reply, e);
    buffer_release(json);
    return s;
}

enum status handle_jobs(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct job_filter f;
    enum status s = read_filter(rq, &f, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    write_list(rq, &f, &b);
    return reply_form(rq, &b, html_jobs, reply, e);
}

/* ---- one ---- */

enum status handle_job(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct links l;
    links_of(rq, &l);
    buffer_init(&b, 0);
    enum status s = access_job(rq, rq->params[0], e);
    if (!s)
        s = job_queue_show(rq->jobs, rq->params[0], l.base, &b, e);
    return s ? reply_json(reply, &b, s, "no-store", e) : reply_form(rq, &b, html_job, reply, e);
}

/* One's own, or anybody's for an administrator: who only looks at others' jobs does not end them. */
static enum status may_cancel(const struct request *rq, struct error *e)
{
    bool any = access_may(&rq->caller, RIGHT_ADMINISTER) && access_is_whole(&rq->caller);
    enum status s = access_job(rq, rq->params[0], e);
    return s || any ? s : job_queue_owned(rq->jobs, rq->params[0], rq->caller.name, e);
}

enum status handle_job_cancel(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct links l;
    links_of(rq, &l);
    buffer_init(&b, 0);
    enum status s = may_cancel(rq, e);
    if (!s)
        s = job_queue_cancel(rq->jobs, rq->params[0], l.base, &b, e);
    return reply_json(reply, &b, s, "no-store", e);
}

static void add_result_headers(struct reply *reply, const struct job_result *r, const char *format)
{
    char title[3 * sizeof r->title], disposition[sizeof title + 160];
    bool page = strcmp(format, "html") == 0;
    text_percent(r->title, title, sizeof title); /* RFC 5987 */
    snprintf(disposition, sizeof disposition, "%s; filename=\"%s\"; filename*=UTF-8''%s",
             page ? "inline" : "attachment", r->file_name, title);
    reply_header(reply, "Content-Disposition", disposition);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (page)
        reply_own_style(reply);
}

enum status job_answer_file(const struct request *rq, const char *id, const char *format, struct reply *reply,
                            struct error *e)
{
    struct job_result r = {.fd = -1};
    enum status s = job_queue_result(rq->jobs, id, format, &r, e);
    if (!s)
        s = access_note(rq, "job-download", id, format, e);
    if (s && r.fd >= 0)
        close(r.fd);
    if (s)
        return s;
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)r.size, r.fd);
    if (!response)
        close(r.fd);
    s = reply_response(reply, response, r.content_type, e);
    if (!s)
        add_result_headers(reply, &r, format);
    return s;
}

enum status handle_job_result(struct request *rq, struct reply *reply, struct error *e)
{
    const char *format = given(rq, "format");
    enum status s = access_job(rq, rq->params[0], e);
    return s ? s : job_answer_file(rq, rq->params[0], format ? format : "json", reply, e);
}
