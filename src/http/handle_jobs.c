/* Background jobs: GET and POST /jobs, GET and DELETE /jobs/{id}, GET /jobs/{id}/result.
 *
 * POST /jobs?kind=parcels&name=&class=&class_field=&id_field=&layer=&crs=&since=&formats=gpkg,csv,…
 *     body: the parcel file; none with since=: the file of that job
 * POST /jobs?kind=lines&layer=&within_spaces=&compare=&body=official|compare   body: none, official totals, or an earlier result
 * POST /jobs?kind=figures */
#include "http/job_desk.h"
#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FORMATS_MAX = 4, FORMATS_TEXT = 64 };

static const char *given(const struct request *rq, const char *key)
{
    const char *text = request_query(rq, key);
    return text && *text ? text : NULL;
}

static enum status read_kind(const struct request *rq, enum job_kind *out, struct error *e)
{
    const char *text = given(rq, "kind");
    for (int k = 0; k < JOB_KIND_COUNT; k++)
        if (strcmp(text ? text : "parcels", job_kind_name((enum job_kind)k)) == 0)
            return *out = (enum job_kind)k, STATUS_OK;
    error_zh(e, "没有任务种类“%.20s”；可用 parcels（批量审查）、lines（三线冲突）、figures（规划数据）。",
             text);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-job-kind",
                      "There is no kind of job \"%.20s\"; parcels, lines and figures are known.", text);
}

static enum status fail_format(const char *word, struct error *e)
{
    error_zh(e, "没有结果格式“%.20s”；可用 gpkg、csv、geojsonl、xlsx，以逗号分隔。", word);
    return error_fail(
        e, STATUS_INVALID_INPUT, "unknown-format",
        "There is no format \"%.20s\"; gpkg, csv, geojsonl and xlsx, between commas, are known.", word);
}

static bool is_among(const char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == word)
            return true;
    return false;
}

/* The words of `formats=`, ended by NULL. FlatGeobuf is none of them: it cannot hold rows without geometry, and a download
 * of one file would leave out just the parcels that nobody could measure. */
static enum status read_formats(const char *asked, const char *out[FORMATS_MAX + 1], struct error *e)
{
    static const char *const known[FORMATS_MAX] = {"gpkg", "csv", "geojsonl", "xlsx"};
    char text[FORMATS_TEXT];
    size_t n = 0;
    snprintf(text, sizeof text, "%s", asked);
    char *rest = NULL;
    for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        size_t k = 0;
        while (k < FORMATS_MAX && strcmp(known[k], word) != 0)
            k++;
        if (k == FORMATS_MAX)
            return fail_format(word, e);
        if (!is_among(out, n, known[k]))
            out[n++] = known[k];
    }
    out[n] = NULL;
    return n ? STATUS_OK : fail_format(asked, e);
}

/* An option that would be passed over in silence is refused. */
static enum status check_options(const struct request *rq, enum job_kind kind, struct error *e)
{
    static const struct {
        const char *name;
        enum job_kind kind;
    } options[] = {{"since", JOB_PARCELS},       {"class", JOB_PARCELS},   {"class_field", JOB_PARCELS},
                   {"id_field", JOB_PARCELS},    {"formats", JOB_PARCELS}, {"crs", JOB_PARCELS},
                   {"within_spaces", JOB_LINES}, {"compare", JOB_LINES},   {"body", JOB_LINES}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!given(rq, options[i].name) || options[i].kind == kind)
            continue;
        error_zh(e, "参数 %s 不用于这种任务（kind=%s）；请去掉，或改正 kind。", options[i].name,
                 job_kind_name(kind));
        return error_fail(
            e, STATUS_INVALID_INPUT, "job-option",
            "The parameter %s is not one of this kind of job (kind=%s); leave it out, or correct "
            "kind.",
            options[i].name, job_kind_name(kind));
    }
    return STATUS_OK;
}

/* One of two words, the first when it is not given. */
static enum status read_choice(const struct request *rq, const char *key, const char *first,
                               const char *second, bool *is_second, struct error *e)
{
    const char *text = given(rq, key);
    *is_second = text && strcmp(text, second) == 0;
    if (!text || *is_second || strcmp(text, first) == 0)
        return STATUS_OK;
    error_zh(e, "请求参数不对：%s 应为 %s 或 %s，不是“%.20s”。", key, first, second, text);
    return error_fail(e, STATUS_INVALID_INPUT, "job-option", "The parameter %s is %s or %s, not \"%.20s\".",
                      key, first, second, text);
}

static enum status refuse_empty(struct error *e)
{
    error_zh(e, "请求中没有地块文件：请把文件的内容作为请求正文发送。");
    return error_fail(e, STATUS_INVALID_INPUT, "empty-body",
                      "The request has no parcel file: send its bytes as the body.");
}

static enum status refuse_foreign(struct error *e)
{
    error_zh(e, "别的网站不能在这里提交或取消任务；请在本服务自己的页面上操作。");
    return error_fail(e, STATUS_UNSUPPORTED, "foreign-page",
                      "A page of another site may not start or end jobs here; use this server's own page.");
}

static enum status answer_json(struct reply *reply, struct buffer *b, enum status s, struct error *e)
{
    if (!s)
        s = reply_buffer(reply, b, "application/json; charset=utf-8", e);
    buffer_release(b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}

static enum status refuse_no_totals(struct error *e)
{
    error_zh(e, "请求中没有公布面积：请把 CSV 或 JSON 文件的内容作为请求正文发送。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "empty-body",
        "The request has no official totals: send the bytes of the CSV or JSON file as the body.");
}

static enum status read_wishes(const struct request *rq, struct job_request *r,
                               const char *formats[FORMATS_MAX + 1], struct error *e)
{
    enum status s = read_kind(rq, &r->kind, e);
    if (!s)
        s = check_options(rq, r->kind, e);
    if (!s && given(rq, "formats")) {
        s = read_formats(given(rq, "formats"), formats, e);
        r->formats = formats;
    }
    if (!s)
        s = crs_of_option(request_query(rq, "crs"), false, &r->epsg, e);
    if (!s)
        s = read_choice(rq, "within_spaces", "0", "1", &r->within_spaces, e);
    if (!s)
        s = read_choice(rq, "body", "compare", "official", &r->official, e);
    if (!s && r->kind == JOB_PARCELS && !rq->upload && !r->since)
        s = refuse_empty(e);
    return !s && r->official && !rq->upload ? refuse_no_totals(e) : s;
}

enum status handle_job_add(struct request *rq, struct reply *reply, struct error *e)
{
    char id[JOB_ID_SIZE], location[JOB_ID_SIZE + 8];
    const char *formats[FORMATS_MAX + 1];
    struct job_request r = {.name = given(rq, "name"),
                            .project_class = given(rq, "class"),
                            .class_field = given(rq, "class_field"),
                            .id_field = given(rq, "id_field"),
                            .layer = given(rq, "layer"),
                            .since = given(rq, "since"),
                            .compare = given(rq, "compare")};
    struct buffer b;
    enum status s = request_is_foreign(rq) ? refuse_foreign(e) : read_wishes(rq, &r, formats, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    s = job_desk_add(rq->jobs, &r, r.kind == JOB_FIGURES ? NULL : rq->upload, id, &b, e);
    if (!s && r.kind != JOB_FIGURES)
        rq->upload = NULL;
    s = answer_json(reply, &b, s, e);
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
    job_desk_list(rq->jobs, &b);
    return answer_json(reply, &b, STATUS_OK, e);
}

enum status handle_job(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = job_desk_show(rq->jobs, rq->params[0], &b, e);
    return answer_json(reply, &b, s, e);
}

enum status handle_job_cancel(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status s =
        request_is_foreign(rq) ? refuse_foreign(e) : job_desk_cancel(rq->jobs, rq->params[0], &b, e);
    return answer_json(reply, &b, s, e);
}

/* A page that was made from somebody's file: it may have its own style, and nothing else. */
#define SUMMARY_POLICY                                                                                       \
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"

/* RFC 5987: everything but letters, digits and a few marks as %XX. */
static void percent(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 4 < size; text++) {
        bool plain = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= 'a' && *text <= 'z') || *text == '-' || *text == '.' || *text == '_';
        n += (size_t)snprintf(out + n, size - n, plain ? "%c" : "%%%02X", (unsigned char)*text);
    }
    out[n] = '\0';
}

static void add_result_headers(struct reply *reply, const struct job_result *r, const char *format)
{
    static const char policy[] = "Content-Security-Policy";
    char title[3 * sizeof r->title], disposition[sizeof title + 160];
    bool page = strcmp(format, "html") == 0;
    percent(r->title, title, sizeof title);
    snprintf(disposition, sizeof disposition, "%s; filename=\"%s\"; filename*=UTF-8''%s",
             page ? "inline" : "attachment", r->file_name, title);
    reply_header(reply, "Content-Disposition", disposition);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    const char *site = MHD_get_response_header(reply->response, policy);
    if (page && site && MHD_del_response_header(reply->response, policy, site) == MHD_YES)
        reply_header(reply, policy, SUMMARY_POLICY);
}

enum status handle_job_result(struct request *rq, struct reply *reply, struct error *e)
{
    struct job_result r = {.fd = -1};
    const char *format = given(rq, "format");
    if (!format)
        format = "json";
    enum status s = job_desk_result(rq->jobs, rq->params[0], format, &r, e);
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
