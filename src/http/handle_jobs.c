/* Background jobs: GET and POST /jobs, GET and DELETE /jobs/{id}, GET /jobs/{id}/result.
 *
 * POST /jobs?kind=parcels&name=&since=&formats=gpkg,csv,…&(options of audit/request.h: class=, crs=, …)
 *     body: the parcel file; none with since=: the file of that job
 * POST /jobs?kind=lines&compare=&body=official|compare&(options)
 *     body: none, official totals, or an earlier result
 * POST /jobs?kind=figures */
#include "base/text.h"
#include "http/route.h"
#include "jobs/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static enum status refuse_cross_origin(struct error *e)
{
    error_zh(e, "别的网站不能在这里提交或取消任务；请在本服务自己的页面上操作。");
    return error_fail(e, STATUS_UNSUPPORTED, "foreign-page",
                      "A page of another site may not start or end jobs here; use this server's own page.");
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

static enum status add(struct request *rq, struct buffer *b, char id[JOB_ID_SIZE], struct error *e)
{
    struct audit_option options[OPTIONS_MAX];
    struct job_request r = {.name = given(rq, "name"),
                            .options = options,
                            .n_options = audit_options(rq, options),
                            .formats = given(rq, "formats"),
                            .since = given(rq, "since"),
                            .compare = given(rq, "compare"),
                            .body = given(rq, "body")};
    enum status s = read_wishes(rq, &r, e);
    if (!s)
        s = job_queue_add(rq->jobs, &r, rq->upload, id, b, e);
    if (!s)
        rq->upload = NULL;
    return s;
}

enum status handle_job_add(struct request *rq, struct reply *reply, struct error *e)
{
    char id[JOB_ID_SIZE], location[JOB_ID_SIZE + 8];
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = request_is_cross_origin(rq) ? refuse_cross_origin(e) : add(rq, &b, id, e);
    s = reply_json(reply, &b, s, "no-store", e);
    if (s)
        return s;
    snprintf(location, sizeof location, "/jobs/%s", id);
    reply_header(reply, MHD_HTTP_HEADER_LOCATION, location);
    reply->status = MHD_HTTP_ACCEPTED;
    return STATUS_OK;
}

enum status handle_jobs(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    job_queue_list(rq->jobs, &b);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_job(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = job_queue_show(rq->jobs, rq->params[0], &b, e);
    return reply_json(reply, &b, s, "no-store", e);
}

enum status handle_job_cancel(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = request_is_cross_origin(rq) ? refuse_cross_origin(e)
                                                : job_queue_cancel(rq->jobs, rq->params[0], &b, e);
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

enum status handle_job_result(struct request *rq, struct reply *reply, struct error *e)
{
    struct job_result r = {.fd = -1};
    const char *format = given(rq, "format");
    if (!format)
        format = "json";
    enum status s = job_queue_result(rq->jobs, rq->params[0], format, &r, e);
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
