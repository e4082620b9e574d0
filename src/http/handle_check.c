/* POST /check?class=&claim=&as_of=&format=json|geojson|text|csv|xlsx|html|pdf&lang=zh|en: the bytes of a
 * parcel file in, the report out. The printed formats also take project_name, project_code, builder, district
 * and source_file.
 * GET /check?parcel= is the same with the parcel as text (WKT, GeoJSON, coordinates) in the address. */
#include "http/keep_check.h"
#include "http/route.h"
#include "report/form_write.h"

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

/* A page that was made from somebody's file: it may have its own style, and nothing else. */
#define REPORT_POLICY                                                                                        \
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"

static void add_document_headers(struct reply *reply, const struct report_form *form)
{
    static const char policy[] = "Content-Security-Policy";
    char disposition[80];
    if (!form->is_kept)
        return;
    snprintf(disposition, sizeof disposition, "%s; filename=\"hongxian-report.%s\"",
             form->is_page ? "inline" : "attachment", form->name);
    reply_header(reply, "Content-Disposition", disposition);
    const char *site = MHD_get_response_header(reply->response, policy);
    if (form->is_page && site && MHD_del_response_header(reply->response, policy, site) == MHD_YES)
        reply_header(reply, policy, REPORT_POLICY);
}

/* claim= any number of times, each one or more claims. */
struct claims_asked {
    struct arena *arena;
    struct claim_words words[LINES_MAX];
    size_t n;
    enum status status;
    struct error error;
};

static bool claims_add(const char *text, void *user)
{
    struct claims_asked *c = user;
    c->status = claims_split(text, c->arena, c->words, LINES_MAX, &c->n, &c->error);
    return c->status == STATUS_OK;
}

static enum status run_check(struct request *rq, const struct report_form *form, enum report_lang lang,
                             struct buffer *out, struct error *e)
{
    const struct report_project project = {.name = request_query(rq, "project_name"),
                                           .code = request_query(rq, "project_code"),
                                           .builder = request_query(rq, "builder"),
                                           .district = request_query(rq, "district"),
                                           .source_file = request_query(rq, "source_file")};
    const struct form_request wanted = {form, lang, &project};
    const char *project_class = request_query(rq, "class");
    struct sliver_policy slivers;
    struct check_options options = {.project_class = project_class && *project_class ? project_class : NULL,
                                    .slivers = &slivers};
    struct report report;
    bool keep;
    struct claims_asked claims = {.arena = rq->worker->check.arena};
    request_query_each(rq, "claim", claims_add, &claims);
    options.claims = claims.words;
    options.n_claims = claims.n;
    enum status s = keep_check_wanted(rq, &keep, e);
    if (!s && claims.status) {
        *e = claims.error;
        s = claims.status;
    }
    if (!s)
        s = crs_of_option(request_query(rq, "crs"), false, &options.epsg, e);
    if (!s)
        s = sliver_policy_of_text(request_query(rq, "slivers"), &slivers, e);
    if (!s)
        s = check_bytes(&rq->worker->check, rq->snapshot, &options, rq->body, rq->body_size, &report, e);
    if (!s && keep)
        s = keep_check(rq, &report, e);
    return s ? s : report_form_write(&rq->worker->check, &report, &wanted, out, e);
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

enum status handle_check(struct request *rq, struct reply *reply, struct error *e)
{
    const struct report_form *form;
    enum report_lang lang = REPORT_LANG_ZH;
    enum status s = report_form_find(request_query(rq, "format"), &form, e);
    if (!s)
        s = report_lang_parse(request_query(rq, "lang"), &lang, e);
    if (s)
        return s;
    if (rq->body_size == 0)
        return refuse_empty(e);
    struct buffer b;
    buffer_init(&b, 0);
    s = run_check_as_of(rq, form, lang, &b, e);
    if (!s)
        s = reply_buffer(reply, &b, form->content_type, e);
    buffer_release(&b);
    if (!s) {
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        add_document_headers(reply, form);
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
