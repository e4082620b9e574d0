/* Getting in and out: POST /login, POST /logout, GET /me; and GET /log, what was done.
 *
 * A session is a random secret in a cookie; the store has its hash. A login always makes a new one, and ends
 * the one that the browser had: nobody can be made to use a session that another knows. */
#include "access/log_json.h"
#include "access/secret.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/access_gate.h"
#include "http/links.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { LOGINS_AT_A_TIME = 8, COOKIE_SIZE = 512, LOG_DEFAULT = 100, LOG_MAX = 1000 };

/* ---- who am I? ---- */

static const char *way_name(enum access_way way)
{
    switch (way) {
    case ACCESS_NOBODY:
        return "nobody";
    case ACCESS_OPEN:
        return "open";
    case ACCESS_SESSION:
        return "session";
    case ACCESS_TOKEN:
        return "token";
    case ACCESS_HEADER:
        return "header";
    }
    return "nobody";
}

static void write_person(struct json_writer *w, const struct access_caller *c, const char *unit_name)
{
    const struct access_role *role;
    jw_key(w, "person");
    if (c->way == ACCESS_NOBODY || c->way == ACCESS_OPEN) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_string(w, "name", c->name);
    jw_kv_string(w, "title", c->title);
    jw_kv_string(w, "role", c->role);
    jw_kv_string(w, "role_zh", access_role_find(c->role, &role, NULL) ? "" : role->zh);
    jw_kv_string(w, "unit", c->unit);
    jw_kv_string(w, "unit_name", strcmp(c->unit, "all") == 0 ? "全区" : unit_name);
    jw_kv_bool(w, "whole", access_is_whole(c));
    jw_object_end(w);
}

static enum status reply_me(struct reply *reply, const struct access_caller *c, const char *unit_name,
                            struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_bool(&w, "login_needed", c->way == ACCESS_NOBODY);
    jw_kv_string(&w, "way", way_name(c->way));
    write_person(&w, c, unit_name);
    jw_key(&w, "rights");
    jw_array_begin(&w);
    for (int r = RIGHT_NONE + 1; r < RIGHT_COUNT; r++)
        if (access_may(c, (enum access_right)r))
            jw_string(&w, access_right_name((enum access_right)r));
    jw_array_end(&w);
    jw_kv_string(&w, "ends_at", *c->ends_at ? c->ends_at : NULL);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_me(struct request *rq, struct reply *reply, struct error *e)
{
    const char *unit = "";
    enum status s = *rq->caller.unit ? store_unit_name(rq->worker->store, rq->caller.unit,
                                                       rq->worker->check.arena, &unit, e)
                                     : STATUS_OK;
    return s ? s : reply_me(reply, &rq->caller, unit, e);
}

/* ---- the cookie ---- */

static bool is_https(const struct request *rq)
{
    const char *said = request_header(rq, "X-Forwarded-Proto"), *url = rq->entry->public_url;
    return (url && strncmp(url, "https://", 8) == 0) || strncmp(rq->own_url, "https://", 8) == 0 ||
           (said && strcmp(said, "https") == 0);
}

/* "" ends it. It goes to this service alone, by no script, and with no request that another site began. */
static void set_cookie(const struct request *rq, struct reply *reply, const char *secret)
{
    char text[COOKIE_SIZE];
    const char *url = rq->entry->public_url, *after = url ? strstr(url, "://") : NULL;
    const char *path = after ? strchr(after + 3, '/') : NULL;
    snprintf(text, sizeof text, SESSION_COOKIE "=%s; Path=%.200s/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             secret, path ? path : "", *secret ? SESSION_MAX_S : 0, is_https(rq) ? "; Secure" : "");
    reply_header(reply, MHD_HTTP_HEADER_SET_COOKIE, text);
}

/* ---- logging in ---- */

struct login {
    char name[PERSON_NAME_BYTES + 1], password[PASSWORD_MAX_BYTES + 1];
    char address[ADDRESS_SIZE];
    char before[SHA256_HEX_SIZE]; /* of the session that the browser had; "" */
    char secret[SECRET_SIZE], hex[SHA256_HEX_SIZE];
    struct access_caller caller; /* who it would be */
    char phc[SECRET_PHC_SIZE];   /* ""; nobody, or nobody who may log in so */
    char unit_name[PERSON_TITLE_BYTES];
};

static enum status bad_body(struct error *e)
{
    error_zh(e, "登录应为 JSON：{\"name\":\"登录名\",\"password\":\"密码\"}，不能有别的内容。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-login",
                      "A login is JSON: {\"name\": \"...\", \"password\": \"...\"}, and nothing else.");
}

static enum status read_body(const struct request *rq, struct login *l, struct error *e)
{
    json_t *root = json_loadb(rq->body ? rq->body : "", rq->body_size, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(root, "name"));
    const char *password = json_string_value(json_object_get(root, "password"));
    bool ok = name && password && json_object_size(root) == 2 && strlen(name) <= PERSON_NAME_BYTES &&
              strlen(password) <= PASSWORD_MAX_BYTES;
    snprintf(l->name, sizeof l->name, "%s", ok ? name : "");
    snprintf(l->password, sizeof l->password, "%s", ok ? password : "");
    json_decref(root);
    return ok ? STATUS_OK : bad_body(e);
}

static enum status read_person(const struct request *rq, struct login *l, struct error *e)
{
    struct store_person p;
    const char *unit = "";
    struct arena *a = rq->worker->check.arena;
    enum status s = store_person_named(rq->worker->store, l->name, a, &p, e);
    if (s == STATUS_NOT_FOUND) {
        l->caller = (struct access_caller){.way = ACCESS_NOBODY};
        return STATUS_OK;
    }
    if (!s)
        s = store_unit_name(rq->worker->store, p.unit, a, &unit, e);
    if (s)
        return s;
    access_caller_of(&p, ACCESS_SESSION, &l->caller);
    snprintf(l->unit_name, sizeof l->unit_name, "%s", unit);
    snprintf(l->phc, sizeof l->phc, "%s", *p.revoked_at ? "" : p.password);
    return STATUS_OK;
}

static enum status may_log_in(const struct request *rq, struct error *e)
{
    bool people = false;
    enum status s = store_has_people(rq->worker->store, &people, e);
    if (s)
        return s;
    if (!people) {
        error_zh(e, "这个存储没有登记人员，无需登录；hongxian users add 登记。");
        return error_fail(e, STATUS_CONFLICT, "no-people",
                          "The store has no people, and needs no login; hongxian users add registers some.");
    }
    return rq->entry->writer ? STATUS_OK : access_fail_new(e);
}

static enum status fail_wait(int seconds, struct reply *reply, struct error *e)
{
    reply->retry_after_s = (unsigned)seconds;
    error_zh(e, "登录失败的次数太多，请 %d 秒后再试；忘记密码请管理员更换（hongxian users password）。",
             seconds);
    return error_fail(e, STATUS_TOO_OFTEN, "login-wait",
                      "Too many logins failed; try again in %d s. The administrator can set another password "
                      "(hongxian users password).",
                      seconds);
}

static enum status fail_login(const struct request *rq, struct login *l, struct error *e)
{
    int wait_s = guard_note(rq->entry->guard, l->name, l->address, false, clock_ms());
    struct error unlogged;
    bool known = l->caller.way != ACCESS_NOBODY;
    log_line(LOG_WARN, "a login failed from %s%s%s; the next one waits %d s", l->address,
             known ? " as " : " as nobody who is known", known ? l->caller.name : "", wait_s);
    /* what was typed for a name that nobody has may be a password */
    enum status s =
        access_note(rq, "login-failed", known ? l->caller.name : "", known ? "" : "unknown name", &unlogged);
    if (s) {
        *e = unlogged;
        return s;
    }
    error_zh(e, "登录名或密码不对。");
    return error_fail(e, STATUS_NOT_LOGGED_IN, "login-failed", "The name or the password is wrong.");
}

static enum status begin(struct store *store, void *user, struct error *e)
{
    struct login *l = user;
    return store_session_begin(store, l->caller.id, l->hex, *l->before ? l->before : NULL, SESSION_MAX_S, e);
}

/* The password takes a tenth of a second: nobody waits for the worker meanwhile. */
static void let_go(struct request *rq)
{
    snapshot_unref(rq->snapshot);
    rq->snapshot = NULL;
    engine_give(rq->engine, rq->worker);
    rq->worker = NULL;
}

static enum status check_password(struct request *rq, struct login *l, struct reply *reply, struct error *e)
{
    static atomic_int under_way;
    let_go(rq);
    bool good = false, busy = atomic_fetch_add(&under_way, 1) >= LOGINS_AT_A_TIME;
    if (!busy)
        good = password_matches(l->phc, l->password);
    atomic_fetch_sub(&under_way, 1);
    if (busy)
        return fail_wait(1, reply, e);
    if (!good)
        return fail_login(rq, l, e);
    (void)guard_note(rq->entry->guard, l->name, l->address, true, clock_ms());
    return STATUS_OK;
}

static enum status log_in(struct request *rq, struct login *l, struct reply *reply, struct error *e)
{
    enum status s = read_person(rq, l, e);
    if (!s)
        s = check_password(rq, l, reply, e);
    if (!s)
        s = secret_new(l->secret, e);
    if (s)
        return s;
    (void)secret_hash(l->secret, l->hex);
    return record_writer_use(rq->entry->writer, l->caller.name, l->address, begin, l, e);
}

enum status handle_login(struct request *rq, struct reply *reply, struct error *e)
{
    struct login l = {.name = ""};
    const char *old = MHD_lookup_connection_value(rq->connection, MHD_COOKIE_KIND, SESSION_COOKIE);
    enum status s = may_log_in(rq, e);
    if (!s)
        s = read_body(rq, &l, e);
    if (s)
        return s;
    access_address(rq, l.address);
    int wait_s = guard_wait_s(rq->entry->guard, l.name, l.address, clock_ms());
    if (old)
        (void)secret_hash(old, l.before);
    s = wait_s ? fail_wait(wait_s, reply, e) : log_in(rq, &l, reply, e);
    if (!s)
        s = reply_me(reply, &l.caller, l.unit_name, e);
    if (!s)
        set_cookie(rq, reply, l.secret);
    explicit_bzero(&l, sizeof l);
    return s;
}

/* ---- logging out ---- */

static enum status end(struct store *store, void *user, struct error *e)
{
    return store_session_end(store, user, e);
}

enum status handle_logout(struct request *rq, struct reply *reply, struct error *e)
{
    const struct access_caller nobody = {.way = ACCESS_NOBODY};
    char address[ADDRESS_SIZE];
    enum status s = STATUS_OK;
    access_address(rq, address);
    if (rq->caller.way == ACCESS_SESSION && rq->entry->writer)
        s = record_writer_use(rq->entry->writer, rq->caller.name, address, end, rq->caller.session, e);
    if (!s)
        s = reply_me(reply, rq->caller.way == ACCESS_OPEN ? &rq->caller : &nobody, "", e);
    if (!s)
        set_cookie(rq, reply, "");
    return s;
}

/* ---- the log ---- */

struct page {
    struct json_writer w;
    int64_t n, limit, last;
    bool more;
};

static bool add_row(const struct store_log_row *r, void *user)
{
    struct page *p = user;
    p->more = p->n == p->limit;
    if (p->more)
        return false;
    access_log_write_row(&p->w, r);
    p->n++;
    p->last = r->id;
    return true;
}

enum status handle_log(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct page p = {.n = 0};
    int64_t after;
    char href[128];
    const char *since = request_query(rq, "since");
    enum status s = access_log_since_check(since, e);
    if (!s)
        s = request_query_integer(rq, "limit", LOG_DEFAULT, 1, LOG_MAX, &p.limit, e);
    if (!s)
        s = request_query_integer(rq, "after", 0, 0, INT64_MAX, &after, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&p.w, &b, false);
    jw_object_begin(&p.w);
    jw_key(&p.w, "rows");
    jw_array_begin(&p.w);
    s = store_log_read(rq->worker->store, since, after, p.limit + 1, add_row, &p, e);
    jw_array_end(&p.w);
    jw_kv_integer(&p.w, "numberReturned", p.n);
    snprintf(href, sizeof href, "/log?limit=%" PRId64 "&after=%" PRId64 "%s%.20s", p.limit, p.last,
             since && *since ? "&since=" : "", since ? since : "");
    link_write_next(&p.w, rq, p.more ? href : NULL);
    jw_object_end(&p.w);
    return reply_json(reply, &b, s, "no-store", e);
}
