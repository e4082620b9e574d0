#include "http/access_gate.h"

#include "store/access_log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- what a route needs ---- */

static const struct need {
    handler_fn *handler;
    enum access_right right;
    bool whole; /* it tells of all units */
} needs[] = {
    /* whoever comes, so that the page can be shown and somebody log in */
    {handle_web_file, RIGHT_NONE, false},
    {handle_landing, RIGHT_NONE, false},
    {handle_health, RIGHT_NONE, false},
    {handle_live, RIGHT_NONE, false},
    {handle_ready, RIGHT_NONE, false},
    {handle_login, RIGHT_NONE, false},
    {handle_logout, RIGHT_NONE, false},
    {handle_me, RIGHT_NONE, false},
    /* published */
    {handle_classes, RIGHT_READ, false},
    {handle_layers, RIGHT_READ, false},
    {handle_plan_units, RIGHT_READ, false},
    {handle_plan_unit, RIGHT_READ, false},
    {handle_plan_table, RIGHT_READ, false},
    {handle_search, RIGHT_READ, false}, /* projects need more: its handler asks */
    {handle_openapi, RIGHT_READ, false},
    {handle_api, RIGHT_READ, false},
    {handle_conformance, RIGHT_READ, false},
    {handle_collections, RIGHT_READ, false},
    {handle_collection, RIGHT_READ, false},
    {handle_catalog, RIGHT_READ, false},
    {handle_catalog_records, RIGHT_READ, false},
    {handle_catalog_record, RIGHT_READ, false},
    {handle_versions, RIGHT_READ, false},
    {handle_queryables, RIGHT_READ, false},
    {handle_items, RIGHT_READ, false},
    {handle_item, RIGHT_READ, false},
    {handle_tile, RIGHT_READ, false},
    {handle_tile_sets, RIGHT_READ, false},
    {handle_tile_set, RIGHT_READ, false},
    {handle_tile_of_set, RIGHT_READ, false},
    {handle_tile_matrix_sets, RIGHT_READ, false},
    {handle_tile_matrix_set, RIGHT_READ, false},
    {handle_styles, RIGHT_READ, false},
    {handle_style, RIGHT_READ, false},
    {handle_processes, RIGHT_READ, false},
    {handle_process, RIGHT_READ, false},
    /* keep=1, a saved project and a job need more: their handlers ask */
    {handle_check, RIGHT_CHECK, false},
    {handle_check_text, RIGHT_CHECK, false},
    {handle_recall, RIGHT_CHECK, false}, /* whose they are, recall.h asks */
    {handle_recall_input, RIGHT_CHECK, false},
    {handle_convert, RIGHT_CHECK, false},
    {handle_verify, RIGHT_CHECK, false},
    {handle_execute, RIGHT_CHECK, false},
    /* one's own jobs: whose they are, their handlers ask */
    {handle_jobs, RIGHT_CHECK, false},
    {handle_job, RIGHT_CHECK, false},
    {handle_job_result, RIGHT_CHECK, false},
    {handle_job_results, RIGHT_CHECK, false},
    {handle_job_rows, RIGHT_CHECK, false},
    {handle_job_row, RIGHT_CHECK, false},
    {handle_job_tile, RIGHT_CHECK, false},
    {handle_job_cancel, RIGHT_CHECK, false},
    {handle_job_add, RIGHT_JOBS, false},
    {handle_projects, RIGHT_RECORDS, false},
    {handle_project, RIGHT_RECORDS, false},
    {handle_project_input, RIGHT_RECORDS, false},
    {handle_project_save, RIGHT_PROJECTS, false},
    {handle_project_retire, RIGHT_PROJECTS, false},
    {handle_records, RIGHT_RECORDS, false},
    {handle_records_key, RIGHT_RECORDS, false},
    {handle_record, RIGHT_RECORDS, false},
    {handle_record_report, RIGHT_RECORDS, false},
    {handle_record_input, RIGHT_RECORDS, false},
    {handle_records_chain, RIGHT_RECORDS, true},
    {handle_override, RIGHT_OVERRIDE, false},
    {handle_log, RIGHT_LOG, true},
    {handle_metrics, RIGHT_LOG, true},
};

enum access_right access_gate_right(const struct route *route, bool *whole, bool *known)
{
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (needs[i].handler == route->handler) {
            *whole = needs[i].whole;
            *known = true;
            return needs[i].right;
        }
    *whole = true;
    *known = false;
    return RIGHT_ADMINISTER;
}

/* ---- who asks ---- */

static bool same_address(const char *a, const char *b)
{
    struct in6_addr six[2];
    struct in_addr four[2];
    if (inet_pton(AF_INET, a, &four[0]) == 1 && inet_pton(AF_INET, b, &four[1]) == 1)
        return four[0].s_addr == four[1].s_addr;
    return inet_pton(AF_INET6, a, &six[0]) == 1 && inet_pton(AF_INET6, b, &six[1]) == 1 &&
           memcmp(&six[0], &six[1], sizeof *six) == 0;
}

/* "" when the kernel does not say. An IPv4 address by way of IPv6 is the IPv4 address. */
static void peer_address(const struct request *rq, char out[ADDRESS_SIZE])
{
    static const char mapped[] = "::ffff:";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info ? info->client_addr : NULL;
    char text[ADDRESS_SIZE] = "";
    if (a && a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, text, sizeof text);
    else if (a && a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, text, sizeof text);
    bool four = strncmp(text, mapped, sizeof mapped - 1) == 0 && strchr(text, '.');
    snprintf(out, ADDRESS_SIZE, "%s", text + (four ? sizeof mapped - 1 : 0));
}

static bool is_proxy(const struct request *rq, const char *peer)
{
    return rq->entry->proxy && *peer && same_address(rq->entry->proxy, peer);
}

/* Of the header's list the last is the one that our proxy wrote; those before it anybody may have. */
void access_address(const struct request *rq, char out[ADDRESS_SIZE])
{
    peer_address(rq, out);
    bool behind = rq->behind_proxy || is_proxy(rq, out);
    const char *list = behind ? request_header_last(rq, "X-Forwarded-For") : NULL;
    const char *comma = list ? strrchr(list, ',') : NULL, *last = comma ? comma + 1 : list;
    char text[ADDRESS_SIZE];
    if (!last)
        return;
    last += strspn(last, " \t");
    size_t n = strcspn(last, " \t");
    if (n < sizeof text && n > 0) {
        memcpy(text, last, n);
        text[n] = '\0';
        if (same_address(text, text)) /* it is one */
            memcpy(out, text, n + 1);
    }
}

static const char *bearer_of(const struct request *rq)
{
    static const char scheme[] = "Bearer ";
    const char *text = request_header(rq, MHD_HTTP_HEADER_AUTHORIZATION);
    if (!text || strncasecmp(text, scheme, sizeof scheme - 1) != 0)
        return NULL;
    text += sizeof scheme - 1;
    return text + strspn(text, " ");
}

/* Another store took the place of the one with the people: what was closed does not fall open. */
static void people_gone(struct access_caller *c)
{
    *c = (struct access_caller){.way = ACCESS_NOBODY};
    error_zh(&c->why, "存储已被换成没有登记人员的；请登记人员（hongxian users add），或重新启动服务。");
    error_en(&c->why, STATUS_NOT_LOGGED_IN, "people-gone",
             "The store was replaced by one without people; register some (hongxian users add), or start the "
             "server again.");
}

static enum status identify(struct request *rq, struct error *e)
{
    char peer[ADDRESS_SIZE];
    peer_address(rq, peer);
    struct access_sent sent = {
        .session = MHD_lookup_connection_value(rq->connection, MHD_COOKIE_KIND, SESSION_COOKIE),
        .bearer = bearer_of(rq),
        .name = rq->entry->login_header && is_proxy(rq, peer) ? request_header(rq, rq->entry->login_header)
                                                              : NULL};
    enum status s = access_identify(rq->worker->store, &sent, rq->worker->check.arena, &rq->caller, e);
    if (!s && rq->caller.way != ACCESS_OPEN)
        rq->entry->people = true;
    else if (!s && rq->entry->people)
        people_gone(&rq->caller);
    rq->caller.reads = rq->entry->public_read;
    return s;
}

/* ---- what is written ---- */

struct touching {
    const char *session;
    bool busy;
};

static enum status touch(struct store *store, void *user, struct error *e)
{
    struct touching *t = user;
    return store_session_touch(store, t->session, &t->busy, e);
}

struct row {
    const char *action, *subject, *detail;
};

static enum status write_row(struct store *store, void *user, struct error *e)
{
    const struct row *r = user;
    return store_log_write(store, r->action, r->subject, r->detail, e);
}

enum status access_fail_new(struct error *e)
{
    error_zh(e, "人员是在服务启动之后登记的；请重新启动 hongxian serve，之后可以登录，日志也从那时写起。");
    return error_fail(e, STATUS_CONFLICT, "people-are-new",
                      "The people were registered after this server had started; start hongxian serve again: "
                      "from then on they can log in, and the log is written.");
}

enum status access_note(const struct request *rq, const char *action, const char *subject, const char *detail,
                        struct error *e)
{
    char address[ADDRESS_SIZE];
    struct row row = {action, subject, detail};
    if (rq->caller.way == ACCESS_OPEN)
        return STATUS_OK;
    if (!rq->entry->writer)
        return access_fail_new(e);
    access_address(rq, address);
    return record_writer_use(rq->entry->writer, rq->caller.name, address, write_row, &row, e);
}

/* ---- the gate ---- */

bool access_gate_asks(const struct route *route)
{
    bool whole, known;
    return access_gate_right(route, &whole, &known) != RIGHT_NONE || route->handler == handle_me ||
           route->handler == handle_logout;
}

enum status access_gate(struct request *rq, const struct route *route, struct error *e)
{
    bool whole, known;
    enum access_right right = access_gate_right(route, &whole, &known);
    if (!access_gate_asks(route))
        return STATUS_OK;
    enum status s = identify(rq, e);
    if (!s)
        s = access_need(&rq->caller, right, e);
    if (!s && whole && right != RIGHT_NONE)
        s = access_need_whole(&rq->caller, e);
    if (!s && rq->caller.idle && rq->entry->writer) { /* nobody waits for it, and nothing hangs on it */
        struct touching t = {rq->caller.session, false};
        record_writer_use_if_idle(rq->entry->writer, touch, &t);
    }
    return s;
}
