/* POST /verify: a report in JSON as the body, or multipart/form-data with the fields `report` and `input`. In
 * place of the report also a PDF, a workbook, the text of a report's code or its number. */
#include "http/route.h"

#include "base/limits.h"
#include "record/proof_check.h"
#include "record/record_json.h"

#include <string.h>
#include <strings.h>

struct form {
    struct buffer report, input;
    bool has_report, has_input;
    bool stray; /* another field, or one of the two twice */
};

static enum MHD_Result take_field(void *user, enum MHD_ValueKind kind, const char *key, const char *file_name,
                                  const char *content_type, const char *transfer_encoding, const char *data,
                                  uint64_t offset, size_t size)
{
    (void)kind, (void)file_name, (void)content_type, (void)transfer_encoding;
    struct form *f = user;
    bool input = strcmp(key, "input") == 0;
    bool *has = input ? &f->has_input : &f->has_report;
    if ((!input && strcmp(key, "report") != 0) || (offset == 0 && *has)) {
        f->stray = true;
        return MHD_NO;
    }
    *has = true;
    buffer_append(input ? &f->input : &f->report, data, size);
    return MHD_YES;
}

static bool is_form(const struct request *rq)
{
    static const char form[] = MHD_HTTP_POST_ENCODING_MULTIPART_FORMDATA;
    const char *type = request_header(rq, MHD_HTTP_HEADER_CONTENT_TYPE);
    return type && strncasecmp(type, form, sizeof form - 1) == 0;
}

/* The boundary comes from the request's own header; MHD reads the parts. */
static enum status read_form(const struct request *rq, struct form *f, struct error *e)
{
    struct MHD_PostProcessor *p = MHD_create_post_processor(rq->connection, 4096, take_field, f);
    bool ok = p && rq->body && MHD_post_process(p, rq->body, rq->body_size) == MHD_YES;
    ok = (!p || MHD_destroy_post_processor(p) == MHD_YES) && ok; /* MHD_NO: the last boundary is missing */
    enum status s = buffer_status(&f->report, e);
    if (!s)
        s = buffer_status(&f->input, e);
    if (s || (ok && f->has_report && !f->stray))
        return s;
    error_zh(e,
             "表单应有一个 report（JSON 报告），可另有一个 input（当时检查的文件），并以最后的分隔行结束。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-form",
        "The form needs one field report (the JSON report), may have one field input (the file that "
        "was checked), and ends with its last boundary.");
}

static const char *place_of(const struct request *rq)
{
    return access_may(&rq->caller, RIGHT_RECORDS) ? access_digits(&rq->caller) : "-"; /* which no unit has */
}

static enum status verify_paper(struct request *rq, const struct buffer *paper, struct reply *reply,
                                struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct proof_answer answer;
    const struct proof_request wanted = {.bytes = paper->data, .n = paper->size, .place = place_of(rq)};
    enum status s = proof_check(rq->worker->store, &wanted, rq->worker->check.arena, &answer, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    proof_write_answer(&w, &answer);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

static enum status verify_form(struct request *rq, const struct form *f, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct record_verification v;
    const struct store_bytes input = {f->input.data ? f->input.data : "", f->input.size};
    const struct record_verify_request wanted = {.report = f->report.data ? f->report.data : "",
                                                 .report_size = f->report.size,
                                                 .input = f->has_input ? &input : NULL,
                                                 .place = place_of(rq)};
    enum status s = record_verify(&rq->worker->check, rq->worker->store, &wanted, &v, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    record_write_verification(&w, &v);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_verify(struct request *rq, struct reply *reply, struct error *e)
{
    struct form f = {.has_report = false};
    enum status s = STATUS_OK;
    buffer_init(&f.report, LIMIT_BODY_BYTES);
    buffer_init(&f.input, LIMIT_BODY_BYTES);
    if (is_form(rq))
        s = read_form(rq, &f, e);
    else
        buffer_append(&f.report, rq->body, rq->body_size);
    if (!s && proof_is_paper(f.report.data ? f.report.data : "", f.report.size))
        s = verify_paper(rq, &f.report, reply, e);
    else if (!s)
        s = verify_form(rq, &f, reply, e);
    buffer_release(&f.report);
    buffer_release(&f.input);
    return s;
}
