/* POST /check?class=&claim=&as_of=&format=json|geojson|text|csv|xlsx|html|pdf&lang=zh|en: the bytes of a
 * parcel file in, the report out. The printed formats also take project_name, project_code, builder, district
 * and source_file. project=NAME instead of all these and of a body: a saved project.
 * GET /check?parcel= is the same with the parcel as text (WKT, GeoJSON, coordinates) in the address. */
#include "http/access_place.h"
#include "http/check_answer.h"
#include "http/handle_recall.h"
#include "http/keep_check.h"
#include "http/request_counts.h"
#include "http/request_options.h"
#include "http/route.h"
#include "report/form_write.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>

static enum status refuse_empty(struct error *e)
{
    error_zh(e, "请求中没有地块数据：请把 GeoJSON 或国土TXT 文件的内容作为请求正文发送（GET 时放在 parcel "
                "参数中）。");
    return error_fail(e, STATUS_INVALID_INPUT, "empty-body",
                      "The request has no parcel data: send the bytes of a GeoJSON or TXT file as its body "
                      "(of a GET: the text as the parameter parcel).");
}

void check_answer_headers(struct reply *reply, const struct report_form *form)
{
    char disposition[80];
    if (!form->is_kept)
        return;
    snprintf(disposition, sizeof disposition, "%s; filename=\"hongxian-report.%s\"",
             form->is_page ? "inline" : "attachment", form->name);
    reply_header(reply, "Content-Disposition", disposition);
    if (form->is_page)
        reply_own_style(reply);
}

/* What is asked, of the request or of a saved project. */
struct ask {
    struct report_project project;
    struct saved_check check;
};

static enum status ask_request(struct request *rq, struct ask *ask, struct error *e)
{
    ask->project = (struct report_project){.name = request_query(rq, "project_name"),
                                           .code = request_query(rq, "project_code"),
                                           .builder = request_query(rq, "builder"),
                                           .district = request_query(rq, "district"),
                                           .source_file = request_query(rq, "source_file")};
    return request_check_options(rq, &ask->check, e);
}

static const char *given(const char *text)
{
    return text && *text ? text : NULL;
}

/* Its file becomes the request's, so that a check that is kept keeps it. */
static enum status ask_saved(struct request *rq, const char *name, struct ask *ask, struct error *e)
{
    static const char *const others[] = {"class",        "claim",   "crs",      "slivers",     "project_name",
                                         "project_code", "builder", "district", "source_file", "parcel"};
    struct arena *a = rq->worker->check.arena;
    struct store_project p;
    bool other = rq->body_size != 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        other = other || given(request_query(rq, others[i]));
    enum status s = saved_project_alone(other, e);
    if (!s)
        s = access_need(&rq->caller, RIGHT_RECORDS, e);
    if (!s)
        s = store_project_read(rq->worker->store, name, a, &p, e);
    if (!s)
        s = access_project(rq, p.id, e);
    if (!s)
        s = saved_project_ask(&p, a, &ask->check, e);
    if (s)
        return s;
    rq->body = p.input;
    rq->body_size = p.input_size;
    ask->project = (struct report_project){.name = p.name,
                                           .code = given(p.code),
                                           .builder = given(p.builder),
                                           .district = given(p.district),
                                           .source_file = given(p.input_name)};
    return STATUS_OK;
}

static enum status run_check(struct request *rq, const struct report_form *form, enum report_lang lang,
                             struct buffer *out, struct error *e)
{
    struct ask ask;
    const struct form_request wanted = {form, lang, &ask.project};
    const char *saved = given(request_query(rq, "project"));
    struct report report;
    bool keep = false;
    enum status s = saved ? ask_saved(rq, saved, &ask, e) : ask_request(rq, &ask, e);
    if (!s && rq->body_size == 0)
        s = refuse_empty(e);
    if (!s)
        s = keep_check_wanted(rq, &ask.project, &keep, e);
    if (!s)
        s = check_bytes(&rq->worker->check, rq->snapshot, &ask.check.options, rq->body, rq->body_size,
                        &report, e);
    if (!s && keep)
        s = keep_check(rq, &ask.project, &report, e);
    if (!s)
        s = report_form_write(&rq->worker->check, &report, &wanted, out, e);
    if (!s)
        atomic_fetch_add(&rq->counts->checks[report.verdict], 1);
    return s ? s : budget_check(e); /* a form may have left out a picture that took too long */
}

/* Everything of the request then sees the lines of that day, what is kept of it, too. */
static enum status run_check_as_of(struct request *rq, const struct report_form *form, enum report_lang lang,
                                   struct buffer *out, struct error *e)
{
    const char *day = request_query(rq, "as_of");
    struct snapshot *today = rq->snapshot, *then = NULL;
    if (!day || !*day)
        return run_check(rq, form, lang, out, e);
    enum status s = engine_snapshot_as_of(rq->engine, rq->worker, day, &then, e);
    if (s)
        return s;
    rq->snapshot = then;
    s = run_check(rq, form, lang, out, e);
    rq->snapshot = today;
    snapshot_unref(then);
    return s;
}

static enum status read_form(const struct request *rq, const struct report_form **form,
                             enum report_lang *lang, struct error *e)
{
    enum status s = report_form_find(request_query(rq, "format"), form, e);
    *lang = REPORT_LANG_ZH;
    return s ? s : report_lang_parse(request_query(rq, "lang"), lang, e);
}

enum status check_answer(struct request *rq, const struct report_form **form, struct buffer *out,
                         struct error *e)
{
    enum report_lang lang;
    enum status s = read_form(rq, form, &lang, e);
    return s ? s : run_check_as_of(rq, *form, lang, out, e);
}

enum status check_answer_refuses(struct request *rq, struct error *e)
{
    const struct report_form *form;
    enum report_lang lang;
    struct ask ask;
    const char *saved = given(request_query(rq, "project")), *day = given(request_query(rq, "as_of"));
    enum status s = read_form(rq, &form, &lang, e);
    if (!s && day)
        s = store_day_check(day, e);
    if (s)
        return s;
    return saved ? ask_saved(rq, saved, &ask, e) : ask_request(rq, &ask, e);
}

enum status handle_check(struct request *rq, struct reply *reply, struct error *e)
{
    const struct report_form *form;
    struct buffer b;
    char recalled[RECALL_ADDRESS_SIZE] = "";
    buffer_init(&b, 0);
    enum status s = check_answer(rq, &form, &b, e);
    if (!s && strcmp(form->name, "json") == 0)
        recall_answered(rq, &b, recalled);
    if (!s)
        s = reply_buffer(reply, &b, form->content_type, e);
    buffer_release(&b);
    if (!s) {
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        check_answer_headers(reply, form);
    }
    if (!s && *recalled) {
        reply_header(reply, "Content-Location", recalled);
        reply_header(reply, "Preference-Applied", "recall");
    }
    return s;
}

enum status handle_check_text(struct request *rq, struct reply *reply, struct error *e)
{
    const char *parcel = request_query(rq, "parcel");
    rq->body = parcel ? parcel : "";
    rq->body_size = strlen(rq->body);
    return handle_check(rq, reply, e);
}
