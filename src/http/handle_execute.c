/* POST /processes/{id}/execution (OGC API - Processes): a check or an audit by its inputs in JSON.
 *
 * The inputs become the parameters of the route that does it (execute_body.h). A check that is waited for is
 * /check; all else is a job as of POST /jobs, which is waited for, without a worker, when the client
 * waits. */
#include "http/check_answer.h"
#include "http/execute_body.h"
#include "http/job_answer.h"
#include "http/route.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Prefer: respond-async, alone or among others (RFC 7240). */
static bool prefers_async(const struct request *rq)
{
    static const char wish[] = "respond-async";
    const char *at = request_header(rq, "Prefer");
    while (at && *at) {
        at += strspn(at, " \t,");
        size_t n = strcspn(at, " \t,;");
        if (n == sizeof wish - 1 && strncasecmp(at, wish, n) == 0)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

/* ---- at once ---- */

static enum status check_now(struct request *rq, const struct job_delivery *d, struct reply *reply,
                             struct error *e)
{
    const struct report_form *form;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = check_answer(rq, &form, &b, e);
    if (!s && !d->raw)
        s = job_answer_document(d->wishes[0].output, form->name, &b, reply, e);
    else if (!s)
        s = reply_buffer(reply, &b, form->content_type, e);
    buffer_release(&b);
    if (s || !d->raw)
        return s;
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    check_answer_headers(reply, form);
    return STATUS_OK;
}

/* ---- as a job ---- */

/* What an input of the check is called by the command. */
static const struct {
    const char *key, *option;
} check_options[] = {{"class", "class"},
                     {"claim", "claim"},
                     {"crs", "crs"},
                     {"slivers", "slivers"},
                     {"as_of", "as-of"},
                     {"lang", "lang"},
                     {"project", "project"},
                     {"project_name", "project-name"},
                     {"project_code", "project-code"},
                     {"builder", "builder"},
                     {"district", "district"}};
enum {
    N_CHECK_OPTIONS = sizeof check_options / sizeof *check_options,
    CHECK_ARGUMENTS_MAX = N_CHECK_OPTIONS + 2
};

static enum status refuse_keep(struct error *e)
{
    error_zh(e,
             "作为后台任务的审查不存档（keep、officer）；请不带 Prefer: respond-async 执行，结果按值返回。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "keep-in-a-job",
        "A check that is a job is not kept (keep, officer); execute it without Prefer: respond-async, "
        "with its result by value.");
}

static enum status check_arguments(struct request *rq, const char *argv[CHECK_ARGUMENTS_MAX], struct error *e)
{
    const char *keep = request_query(rq, "keep");
    size_t n = 0;
    if ((keep && strcmp(keep, "0") != 0) || request_query(rq, "officer"))
        return refuse_keep(e);
    for (size_t i = 0; i < N_CHECK_OPTIONS; i++) {
        const char *value = request_query(rq, check_options[i].key);
        if (!value || !*value)
            continue;
        argv[n] = arena_printf(rq->worker->check.arena, "--%s=%s", check_options[i].option, value);
        if (!argv[n++])
            return error_no_memory(e);
    }
    /* the job's own file is called otherwise; of a saved project the store knows the name */
    const char *file = request_query(rq, "source_file"), *saved = request_query(rq, "project");
    if (!saved || !*saved) {
        argv[n] = arena_printf(rq->worker->check.arena, "--source-file=%s", file ? file : "");
        if (!argv[n++])
            return error_no_memory(e);
    }
    argv[n] = NULL;
    return check_answer_refuses(rq, e);
}

static enum status spool(struct request *rq, const struct execute_asked *asked, struct error *e)
{
    if (!asked->file)
        return STATUS_OK;
    enum status s = job_upload_begin(rq->jobs, &rq->upload, e);
    return s ? s : job_upload_write(rq->upload, asked->file, asked->file_size, e);
}

static enum status add_job(struct request *rq, const struct process *p, const struct execute_asked *asked,
                           char id[JOB_ID_SIZE], struct buffer *json, struct error *e)
{
    const char *argv[CHECK_ARGUMENTS_MAX];
    struct job_request more = {.delivery = asked->delivery};
    enum status s = STATUS_OK;
    if (p->is_check) {
        s = check_arguments(rq, argv, e);
        more.check = argv;
        more.check_format = asked->delivery.wishes[0].format;
    }
    if (!s)
        s = spool(rq, asked, e);
    return s ? s : job_answer_add(rq, &more, id, json, e);
}

static enum status reply_created(struct request *rq, const char *id, struct buffer *json, struct reply *reply,
                                 struct error *e)
{
    char location[LINK_BASE_SIZE + JOB_ID_SIZE + 16];
    struct links l;
    links_of(rq, &l);
    enum status s = reply_json(reply, json, STATUS_OK, "no-store", e);
    if (s)
        return s;
    snprintf(location, sizeof location, "%s/jobs/%s", l.base, id);
    reply_header(reply, MHD_HTTP_HEADER_LOCATION, location);
    reply_header(reply, "Preference-Applied", "respond-async");
    reply->status = MHD_HTTP_CREATED;
    return STATUS_OK;
}

/* Others work while this one waits: the worker and the snapshot go back. */
static void let_go(struct request *rq)
{
    rq->values = NULL; /* they are the worker's */
    rq->n_values = 0;
    snapshot_unref(rq->snapshot);
    rq->snapshot = NULL;
    engine_give(rq->engine, rq->worker);
    rq->worker = NULL;
}

static enum status wait_and_reply(struct request *rq, const char *id, struct reply *reply, struct error *e)
{
    char monitor[LINK_BASE_SIZE + JOB_ID_SIZE + 64];
    struct links l;
    links_of(rq, &l);
    let_go(rq);
    enum status s = job_queue_wait(rq->jobs, id, e);
    if (!s)
        s = job_answer_results(rq, id, reply, e);
    if (s)
        return s;
    snprintf(monitor, sizeof monitor, "<%s/jobs/%s>; rel=\"monitor\"; type=\"" MEDIA_JSON "\"", l.base, id);
    reply_header(reply, MHD_HTTP_HEADER_LINK, monitor);
    return STATUS_OK;
}

static bool wants_a_link(const struct job_delivery *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->wishes[i].by_reference)
            return true;
    return false;
}

enum status handle_execute(struct request *rq, struct reply *reply, struct error *e)
{
    const struct process *p;
    struct execute_asked asked;
    struct buffer json;
    char id[JOB_ID_SIZE];
    bool async = prefers_async(rq);
    enum status s = process_find(rq->params[0], &p, e);
    if (!s)
        s = execute_body_read(rq, p, &asked, e);
    if (s)
        return s;
    rq->values = asked.values;
    rq->n_values = asked.n;
    rq->body = asked.file;
    rq->body_size = asked.file_size;
    if (p->is_check && !async && !wants_a_link(&asked.delivery))
        return check_now(rq, &asked.delivery, reply, e);
    buffer_init(&json, 0);
    s = add_job(rq, p, &asked, id, &json, e);
    if (!s && async)
        s = reply_created(rq, id, &json, reply, e);
    buffer_release(&json);
    return s || async ? s : wait_and_reply(rq, id, reply, e);
}
