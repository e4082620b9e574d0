#include "http/bench_shelf.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/access_gate.h"
#include "http/admission.h"
#include "http/answer_tag.h"
#include "http/bench_shelf.h"
#include "http/call.h"
#include "http/current_config.h"
#include "http/daemons.h"
#include "http/framing.h"
#include "http/front_door.h"
#include "http/kept_answers.h"
#include "http/lanes.h"
#include "http/links.h"
#include "http/listen.h"
#include "http/negotiate.h"
#include "http/pulse.h"
#include "http/recall.h"
#include "http/record_writer.h"
#include "http/route.h"
#include "http/web_files.h"
#include "jobs/queue.h"
#include "store/store_lock.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFAULT_MIN_THREADS = 4,
    DEFAULT_MAX_THREADS = 16,
};

struct http_server {
    struct daemons *daemons;
    struct front_door *door;
    struct engine *engine;
    struct web_files *web;
    struct record_writer *record_writer; /* NULL unless records are allowed */
    struct store_lock *lock;             /* this server owns the store */
    struct access_entry entry;           /* its writer is record_writer's, or one of its own */
    struct record_writer *people_writer;
    struct job_queue *jobs;
    struct bench_shelf *benches;
    char url[LISTEN_URL_SIZE];
    struct current_config config;
    struct kept_answers *kept;
    struct recall *recall;
    struct pulse *pulse;
    bool holds_log;
    struct request_counts counts;
};

/* What stands above a request's body. */
struct head {
    const char *method, *path, *version;
    char host[REQUEST_HOST_SIZE];
};

/* ---- what libmicrohttpd tells of a request ---- */

static void call_finished(void *user, struct MHD_Connection *connection, void **state,
                          enum MHD_RequestTerminationCode why)
{
    (void)connection;
    struct http_server *s = user;
    if (*state)
        call_end(*state, why, &s->counts);
    *state = NULL;
}

/* MHD calls this when a request's first line is there; what it gives is the request's state from then on. */
static void *on_target(void *user, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *s = user;
    return call_new(uri, connection, s->config.start.tls_cert != NULL, s->door, s->jobs);
}

/* ---- answering ---- */

static enum MHD_Result refuse_method(struct call *c, struct MHD_Connection *connection, const char *path,
                                     const char *allowed)
{
    struct error e = {0};
    if (!*allowed) { /* the path is no route, and files are only read */
        error_zh(&e, "没有这个地址：%.200s。", path);
        (void)error_fail(&e, STATUS_NOT_FOUND, "unknown-path", "There is nothing at %.200s.", path);
        return call_refuse(c, connection, MHD_HTTP_NOT_FOUND, NULL, &e);
    }
    error_zh(&e, "%.200s 不接受方法 %s；可用：%s。", path, c->method, allowed);
    (void)error_fail(&e, STATUS_INVALID_INPUT, "method-not-allowed", "%.200s does not take %s; it takes %s.",
                     path, c->method, allowed);
    return call_refuse(c, connection, MHD_HTTP_METHOD_NOT_ALLOWED, allowed, &e);
}

/* The handler's answer; without its work when the client has it already (304), or somebody asked before. */
static enum status answer_tagged(struct http_server *s, const struct route *route, struct request *rq,
                                 struct reply *reply, struct error *e)
{
    char tag[ANSWER_TAG_SIZE];
    bool is_kept = route_is_kept(route);
    if (!route_is_tagged(route))
        return route->handler(rq, reply, e);
    answer_tag(rq, tag);
    if (reply_unchanged(rq, reply, tag) || (is_kept && kept_answers_find(s->kept, tag, reply)))
        return STATUS_OK;
    enum status status = route->handler(rq, reply, e);
    if (status || MHD_get_response_header(reply->response, MHD_HTTP_HEADER_ETAG)) /* the page's files have */
        return status;
    if (!MHD_get_response_header(reply->response, MHD_HTTP_HEADER_CACHE_CONTROL))
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    reply_etag(rq, reply, tag);
    if (is_kept)
        kept_answers_add(s->kept, tag, reply);
    return STATUS_OK;
}

#define DEAR_S 0.5 /* of processor time: what such a request has freed goes back to the system */

/* The snapshot of this moment, and a worker where one is needed, or free. */
static enum status take_engine(struct http_server *s, const struct route *route, struct request *rq,
                               struct error *e)
{
    bool glance = need_of(route, rq) == NEEDS_GLANCE && !access_gate_asks(route);
    enum status status = glance ? engine_glance(s->engine, &rq->worker, &rq->snapshot, e)
                                : engine_take(s->engine, lane_of(route, rq), rq->cancelled, &rq->worker, e);
    if (!status && !rq->snapshot)
        status = engine_snapshot(s->engine, rq->worker, &rq->snapshot, e);
    if (status && rq->worker)
        engine_give(s->engine, rq->worker);
    if (status && route->handler == handle_health) { /* it says why */
        rq->worker = NULL;
        rq->snapshot = engine_held_snapshot(s->engine);
        status = STATUS_OK;
    }
    return status;
}

/* Runs the handler with what it needs, and gives that back. */
static enum status run_handler(struct http_server *s, const struct route *route, struct request *rq,
                               struct reply *reply, struct error *e)
{
    if (need_of(route, rq) == NEEDS_NOTHING && !(s->entry.people && access_gate_asks(route)))
        return route->handler(rq, reply, e);
    enum status status = take_engine(s, route, rq, e);
    if (status) { /* whatever else is asked: there is no store to answer from */
        reply->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        return status;
    }
    budget_begin(&rq->budget, LIMIT_REQUEST_CPU_S, 0, rq->cancelled);
    status = access_gate(rq, route, e);
    if (!status)
        status = answer_tagged(s, route, rq, reply, e);
    budget_end(&rq->budget);
    snapshot_unref(rq->snapshot);
    if (rq->worker)
        engine_give(s->engine, rq->worker);
    if (budget_took_s(&rq->budget) > DEAR_S)
        malloc_trim(0);
    return status;
}

/* A browser asks before it lets another site's page ask: what is published may be read. False:
 * that is not what is asked. */
static bool answer_preflight(const struct http_server *s, const char *method, const char *path,
                             struct reply *reply)
{
    char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE], allowed[32];
    const struct route *route =
        current_config(&s->config)->cors && strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0
            ? route_find(MHD_HTTP_METHOD_GET, path, params, allowed)
            : NULL;
    if (!route || !route_is_public(route))
        return false;
    reply->cors = current_config(&s->config)->cors;
    if (reply_static(reply, "", 0, "text/plain", NULL))
        return false;
    reply->status = MHD_HTTP_NO_CONTENT;
    reply_header(reply, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, OPTIONS");
    reply_header(reply, "Access-Control-Allow-Methods", "GET, HEAD");
    reply_header(reply, "Access-Control-Allow-Headers",
                 "Accept, Accept-Language, Content-Type, If-None-Match");
    reply_header(reply, "Access-Control-Max-Age", "600");
    return true;
}

static struct request request_of(struct http_server *s, const struct call *c,
                                 struct MHD_Connection *connection, const char *path)
{
    return (struct request){.connection = connection,
                            .engine = s->engine,
                            .door = s->door,
                            .entry = &s->entry,
                            .counts = &s->counts,
                            .pulse = s->pulse,
                            .web = s->web,
                            .record_writer = s->record_writer,
                            .jobs = s->jobs,
                            .benches = s->benches,
                            .recall = s->recall,
                            .public_url = s->config.start.public_url,
                            .own_url = s->url,
                            .cancelled = door_cancelled(c->guest),
                            .behind_proxy = s->config.start.behind_proxy,
                            .path = path,
                            .host = c->host,
                            .body = c->body.bytes.data,
                            .body_size = c->body.bytes.size,
                            .upload = c->body.upload};
}

static enum MHD_Result answer(struct http_server *s, struct call *c, struct MHD_Connection *connection,
                              const char *method, const char *path)
{
    struct request rq = request_of(s, c, connection, path);
    struct reply reply = {.is_secure = c->is_secure};
    struct error e = {0};
    char query[ROUTE_QUERY_SIZE];
    const struct route *route = c->route;
    memcpy(rq.params, c->params, sizeof rq.params);
    if (c->refused.status) /* before it is looked at */
        return call_refuse(c, connection, c->refused_status, NULL, &c->refused);
    if (answer_preflight(s, method, path, &reply))
        return call_reply(c, connection, &reply);
    if (!route)
        return refuse_method(c, connection, path, c->allowed);
    if (route_is_public(route)) {
        reply.negotiated = true;
        reply.gzip = gzip_asked(&rq);
        reply.cors = c->cors = current_config(&s->config)->cors;
    }
    if (need_of(route, &rq) == NEEDS_WORKER)
        c->lane = (int)lane_of(route, &rq);
    enum status status = request_body_status(&c->body, &e);
    if (!status && route->query)
        status = request_check_query(&rq, route_query(route, query), &e);
    if (!status)
        status = run_handler(s, route, &rq, &reply, &e);
    memcpy(c->person, rq.caller.name, sizeof c->person);
    c->body.upload = rq.upload; /* NULL when the handler has taken it */
    if (!status)
        return call_reply(c, connection, &reply);
    if (strcmp(e.code, "foreign-forbidden") == 0 || strcmp(e.code, "foreign-timeout") == 0)
        atomic_fetch_add(&s->counts.refused_by_sandbox, 1);
    c->retry_after_s = reply.retry_after_s;
    reply_done(&reply);
    bool is_away = reply.status == MHD_HTTP_SERVICE_UNAVAILABLE || record_writer_lost_store(&e) ||
                   strcmp(e.code, "index-changed") == 0;
    unsigned code = is_away ? MHD_HTTP_SERVICE_UNAVAILABLE : reply_status_of(status);
    if (reply.status != MHD_HTTP_SERVICE_UNAVAILABLE && strcmp(e.code, "store-journal-gone") == 0)
        engine_set_fault(s->engine, &e); /* found by the handler, not told by the engine */
    if (code >= 500 && !(rq.cancelled && atomic_load(rq.cancelled))) /* that is nobody's fault */
        log_line(LOG_ERROR, "%s %s: %s (%s)", c->method, c->path, e.en, status_name(status));
    return call_refuse(c, connection, code, NULL, &e);
}

/* Before a body is read: nobody whom the gate would refuse sends us a gigabyte first. Only where there are
 * people, and the store can be asked; otherwise the answer comes when the body is there. */
static enum status look_at_gate(struct http_server *s, struct call *c, struct request *rq,
                                const struct route *route)
{
    struct error away = {0};
    if (!s->entry.people || !c->body.is_wanted || !route ||
        engine_take(s->engine, LANE_QUICK, rq->cancelled, &rq->worker, &away))
        return STATUS_OK;
    enum status status = access_gate(rq, route, &c->refused);
    memcpy(c->person, rq->caller.name, sizeof c->person);
    engine_give(s->engine, rq->worker);
    rq->worker = NULL;
    c->refused_status = reply_status_of(status);
    return status;
}

/* The headers are there. What is refused without a look at its body is still read to the end of it, so that
 * the client reads why. */
static enum MHD_Result begin(struct http_server *s, struct call *c, struct MHD_Connection *connection,
                             const struct head *head)
{
    struct error e = {0};
    memcpy(c->host, head->host, sizeof c->host);
    struct request rq = request_of(s, c, connection, head->path);
    const char *id =
        current_config(&s->config)->behind_proxy ? request_header_last(&rq, REQUEST_ID_HEADER) : NULL;
    call_begin(c, head->method, head->path, id && request_id_is_plain(id) ? id : NULL, &s->counts);
    door_stage(c->guest, DOOR_BODY);
    access_address(&rq, c->client);
    c->closes = framing_check(connection, &c->target, head->method, head->version, &e) != STATUS_OK;
    if (c->closes)
        return call_refuse(c, connection, MHD_HTTP_BAD_REQUEST, NULL, &e);
    enum status status =
        admission_check(current_config(&s->config), &rq, c->route, &c->refused_status, &c->refused);
    if (!status) {
        status = door_client(s->door, c->guest, request_header_last(&rq, "X-Forwarded-For"), &c->refused);
        c->refused_status = MHD_HTTP_TOO_MANY_REQUESTS;
    }
    if (!status)
        status = look_at_gate(s, c, &rq, c->route);
    if (status)
        c->body.is_wanted = false;
    return request_body_ends_early(&c->body, connection, status != STATUS_OK)
               ? answer(s, c, connection, head->method, head->path)
               : MHD_YES;
}

/* MHD calls this once when the headers are there, then for each part of the body, then once more to be
 * answered. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *target,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct http_server *s = user;
    struct call *c = *state;
    struct head head = {.method = method, .version = version};
    head.path = request_split_target(target, head.host);
    if (!c) /* there was no memory for it */
        return MHD_NO;
    if (!c->is_begun)
        return begin(s, c, connection, &head);
    if (*upload_size) {
        size_t n = *upload_size;
        *upload_size = 0;
        door_body_came(c->guest, n);
        return request_body_take(&c->body, upload, n) ? MHD_YES : MHD_NO;
    }
    door_stage(c->guest, DOOR_WORK);
    enum MHD_Result ok = answer(s, c, connection, method, head.path);
    request_body_release(&c->body); /* an answer has nothing of it, and may take long to send */
    return ok;
}

/* ---- life ---- */

static unsigned choose_threads(unsigned asked)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = asked ? asked : processors > 0 ? 2 * (unsigned)processors : 1;
    unsigned min = asked ? 1 : DEFAULT_MIN_THREADS, max = asked ? HTTP_MAX_THREADS : DEFAULT_MAX_THREADS;
    return n < min ? min : n > max ? max : n;
}

static enum status start_daemons(struct http_server *s, int fd, struct error *e)
{
    const struct daemon_parts parts = {.answer = on_request,
                                       .completed = call_finished,
                                       .target = on_target,
                                       .user = s,
                                       .door = s->door,
                                       .cert = s->config.start.tls_cert,
                                       .key = s->config.start.tls_key};
    return daemons_start(&parts, fd, &s->daemons, e);
}

/* "http://127.0.0.1:8080/" as it is to be asked. */
static void name_scheme(struct http_server *s)
{
    char plain[LISTEN_URL_SIZE];
    snprintf(plain, sizeof plain, "%s", strstr(s->url, "://"));
    if (s->config.start.tls_cert)
        snprintf(s->url, sizeof s->url, "https%.*s", LISTEN_URL_SIZE - 6, plain);
}

/* Where there are people the store is written to, with or without records: their logins, and the log. */
static enum status open_entry(struct http_server *s, const struct http_config *config, bool is_loopback,
                              struct error *e)
{
    struct store *store;
    bool people = false;
    s->entry = (struct access_entry){.guard = guard_new(),
                                     .public_read = config->public_read,
                                     .login_header = config->login_header,
                                     .proxy = config->proxy,
                                     .public_url = config->public_url};
    if (!s->entry.guard)
        return error_no_memory(e);
    enum status status = store_open(config->store_path, STORE_READ, &store, e);
    if (status)
        return status;
    status = store_has_people(store, &people, e);
    store_close(store);
    if (!status)
        status = admission_may_listen(&s->config.start, is_loopback, people, e);
    if (!status && config->allow_records)
        status = record_writer_open(config->store_path, config->gdal_version, &s->record_writer, e);
    else if (!status && people)
        status = record_writer_open(config->store_path, config->gdal_version, &s->people_writer, e);
    s->entry.people = people;
    s->config.start.public_read =
        config->public_read && !people; /* with people the gate knows who may what */
    s->entry.writer = s->record_writer ? s->record_writer : s->people_writer;
    return status;
}

static enum status open_pulse(struct http_server *s, int fd, struct error *e)
{
    const struct pulse_parts parts = {.notify = s->config.start.notify,
                                      .engine = s->engine,
                                      .writer = s->record_writer,
                                      .listening = fd,
                                      .url = s->url};
    return pulse_new(&parts, &s->pulse, e);
}

enum status http_server_start(const struct http_config *config, struct http_server **out, struct error *e)
{
    enum status status = mhd_load(e);
    if (status)
        return status;
    struct http_server *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    s->kept = kept_answers_new();
    s->recall = recall_new();
    if (!s->kept || !s->recall) {
        http_server_stop(s);
        return error_no_memory(e);
    }
    current_config_init(&s->config, config);
    s->config.start.host = config->host ? config->host : "127.0.0.1";
    unsigned n_threads = choose_threads(config->n_threads);
    int fd = -1;
    /* the port first: it is the quickest to fail */
    bool is_loopback = true;
    int given = config->notify ? config->notify->listening : -1;
    status = given >= 0 ? listen_take(given, &fd, s->url, &is_loopback, e)
                        : listen_open(s->config.start.host, config->port, &fd, s->url, &is_loopback, e);
    if (!status) {
        name_scheme(s);
        status = web_files_load(config->web_dir, &s->web, e);
    }
    if (!status) /* before the process has the store open, and after it has closed it: store_lock.h */
        status = store_lock_take(config->store_path, (unsigned)strtoul(strrchr(s->url, ':') + 1, NULL, 10),
                                 &s->lock, e);
    if (!status)
        status = open_entry(s, config, is_loopback, e);
    if (!status)
        status = engine_open(config->store_path, n_threads, &s->engine, e);
    if (!status) {
        engine_share_writer(s->engine, s->entry.writer);
        engine_share_lock(s->engine, s->lock);
    }
    const struct job_limits jobs = door_limits_of_jobs(&config->limits);
    if (!status)
        status = job_queue_open(config->store_path, &jobs, &s->jobs, e);
    if (!status && !(s->benches = bench_shelf_new()))
        status = error_no_memory(e);
    if (!status)
        status = door_open(&s->config.start.limits, s->config.start.behind_proxy, s->config.start.tls_cert,
                           &s->door, e);
    if (!status)
        status = open_pulse(s, fd, e);
    if (!status)
        status = start_daemons(s, fd, e);
    if (status) {
        if (fd >= 0)
            close(fd);
        http_server_stop(s);
        return status;
    }
    log_hold();
    s->holds_log = true;
    status = pulse_start(s->pulse, e);
    if (status) {
        http_server_stop(s);
        return status;
    }
    log_line(LOG_INFO, "listening on %s with %u threads; %zu files of the web page", s->url, n_threads,
             web_files_count(s->web));
    *out = s;
    return STATUS_OK;
}

const char *http_server_url(const struct http_server *s)
{
    return s->url;
}

enum status http_server_change(struct http_server *s, const struct http_config *wanted, struct error *e)
{
    const struct door_limits before = current_config(&s->config)->limits;
    struct later_config *next = current_config_next(&s->config, wanted);
    if (!next)
        return error_no_memory(e);
    (void)notify_send(s->config.start.notify, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_ms() * 1000);
    door_change_limits(s->door, &wanted->limits);
    enum status status = daemons_renew(s->daemons, e);
    (void)notify_send(s->config.start.notify, "READY=1");
    if (status) {
        door_change_limits(s->door, &before);
        current_config_drop(next);
        return status;
    }
    const struct job_limits jobs = door_limits_of_jobs(&wanted->limits);
    job_queue_change_limits(s->jobs, &jobs);
    current_config_take(&s->config, next);
    return STATUS_OK;
}

static void finish_requests(struct http_server *s)
{
    const int64_t until_ms =
        clock_ms() + current_config(&s->config)->limits.of[DOOR_STOP_SECONDS] * INT64_C(1000);
    const struct timespec step = {.tv_nsec = 20 * 1000 * 1000};
    while (atomic_load(&s->counts.active) > 0 && clock_ms() < until_ms)
        nanosleep(&step, NULL);
}

void http_server_stop(struct http_server *s)
{
    if (!s)
        return;
    pulse_stop(s->pulse);
    if (s->daemons) {
        daemons_shut(s->daemons);
        door_shut(s->door);
        job_queue_stop(s->jobs);
        finish_requests(s);
        door_cut_all(s->door);
        daemons_stop(s->daemons);
    }
    pulse_free(s->pulse);
    door_close(s->door);
    job_queue_close(s->jobs);
    bench_shelf_free(s->benches);
    engine_close(s->engine);
    record_writer_close(s->record_writer); /* last, so that the journal is folded back */
    record_writer_close(s->people_writer);
    guard_free(s->entry.guard);
    store_lock_free(s->lock);
    current_config_release(&s->config);
    web_files_free(s->web);
    kept_answers_free(s->kept);
    recall_free(s->recall);
    if (s->holds_log)
        log_release();
    free(s);
}
