/* GET /checks/{digest} and /checks/{digest}/input: a check of the last day that was kept nowhere (recall.h).
 * POST /check with "Prefer: recall" says in Content-Location where. */
#include "http/handle_recall.h"

#include "base/clock.h"
#include "formats/json.h"
#include "http/recall.h"
#include "http/route.h"

#include <stdio.h>
#include <string.h>

/* ---- what is found again ---- */

static bool write_claim(const char *value, void *user)
{
    jw_string(user, value);
    return true;
}

/* The parameters as they came: asked again they ask the same. */
static void write_question(struct request *rq, struct buffer *out)
{
    static const char *const keys[] = {"class", "crs", "as_of", "slivers", "source_file"};
    struct json_writer w;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = request_query(rq, keys[i]);
        if (value && *value)
            jw_kv_string(&w, keys[i], value);
    }
    jw_key(&w, "claims");
    jw_array_begin(&w);
    request_query_each(rq, "claim", write_claim, &w);
    jw_array_end(&w);
    jw_object_end(&w);
}

static bool is_preferred(const struct request *rq)
{
    const char *prefer = request_header(rq, "Prefer");
    return prefer && strcmp(prefer, "recall") == 0;
}

void recall_answered(struct request *rq, const struct buffer *report, char address[RECALL_ADDRESS_SIZE])
{
    struct buffer question;
    char digest[SHA256_HEX_SIZE];
    const char *keep = request_query(rq, "keep"), *saved = request_query(rq, "project");
    address[0] = '\0';
    if (!is_preferred(rq) || (keep && *keep) || (saved && *saved)) /* these are found in the store */
        return;
    buffer_init(&question, 0);
    write_question(rq, &question);
    const struct recall_check check = {
        .person = rq->caller.name,
        .parts = {{question.data, question.size}, {report->data, report->size}, {rq->body, rq->body_size}}};
    if (!question.failed && recall_add(rq->recall, &check, clock_seconds(), digest))
        snprintf(address, RECALL_ADDRESS_SIZE, "checks/%s", digest);
    buffer_release(&question);
}

/* ---- asked for again ---- */

static enum status refuse_gone(struct error *e)
{
    error_zh(
        e,
        "没有这一摘要的核查结果：未留存的结果只保留一天，服务重新启动后不再保留，且只有本人能看。请重新核查；"
        "要长期保留，请“留存本次核查”。");
    return error_fail(
        e, STATUS_NOT_FOUND, "check-gone",
        "There is no check with this digest: one that was not kept in the record is here for a day, "
        "until the server starts anew, and for whoever asked. Check again.");
}

static enum status find(struct request *rq, enum recall_part part, struct buffer *out, struct error *e)
{
    if (recall_find(rq->recall, rq->params[0], rq->caller.name, clock_seconds(), part, out))
        return STATUS_OK;
    return refuse_gone(e);
}

enum status handle_recall(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_printf(&b, "{\"digest\":\"%s\",\"question\":", rq->params[0]);
    enum status s = find(rq, RECALL_QUESTION, &b, e);
    buffer_append_str(&b, ",\"report\":");
    if (!s)
        s = find(rq, RECALL_REPORT, &b, e);
    buffer_append_str(&b, "}\n");
    return reply_json(reply, &b, s, "no-store", e);
}

enum status handle_recall_input(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = find(rq, RECALL_INPUT, &b, e);
    if (!s)
        s = reply_buffer(reply, &b, "application/octet-stream", e);
    buffer_release(&b);
    if (s)
        return s;
    /* somebody's upload is never shown as a page of this server */
    reply_header(reply, "Content-Disposition", "attachment; filename=\"hongxian-check-input.bin\"");
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return STATUS_OK;
}
