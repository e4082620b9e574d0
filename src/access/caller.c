#include "access/caller.h"

#include "access/secret.h"

#include <stdio.h>
#include <string.h>

void access_caller_of(const struct store_person *p, enum access_way way, struct access_caller *out)
{
    *out = (struct access_caller){.way = way, .id = p->id};
    snprintf(out->name, sizeof out->name, "%s", p->name);
    snprintf(out->title, sizeof out->title, "%s", p->title);
    snprintf(out->role, sizeof out->role, "%s", p->role);
    snprintf(out->unit, sizeof out->unit, "%s", p->unit);
    unit_digits(out->unit, out->digits);
}

bool unit_is_whole(const char *unit)
{
    char digits[UNIT_DIGITS_SIZE];
    unit_digits(unit, digits);
    return strlen(digits) <= 2;
}

static void nobody(struct access_caller *out, const char *code, const char *zh, const char *en)
{
    *out = (struct access_caller){.way = ACCESS_NOBODY};
    error_zh(&out->why, "%s", zh);
    error_en(&out->why, STATUS_NOT_LOGGED_IN, code, "%s", en);
}

/* Not idle for too long; and not in use later than now, which would let it live on by what the clock was set
 * back. */
static bool is_awake(const struct store_key *session)
{
    return session->idle_s < SESSION_IDLE_S && session->idle_s >= -SESSION_AHEAD_S;
}

static enum status by_key(struct store *s, enum store_key_kind kind, const char *secret, struct arena *a,
                          struct access_caller *out, struct error *e)
{
    char hex[SHA256_HEX_SIZE];
    struct store_key k;
    bool session = kind == STORE_KEY_SESSION;
    enum status st = secret_hash(secret, hex) ? store_key_find(s, kind, hex, a, &k, e) : STATUS_NOT_FOUND;
    if (st && st != STATUS_NOT_FOUND)
        return st;
    if (!st && secret_same(k.sha256, hex) && !k.ended && (!session || is_awake(&k))) {
        access_caller_of(&k.person, session ? ACCESS_SESSION : ACCESS_TOKEN, out);
        snprintf(out->session, sizeof out->session, "%s", session ? hex : "");
        snprintf(out->ends_at, sizeof out->ends_at, "%s", k.ends_at);
        out->idle = session && k.idle_s >= SESSION_TOUCH_S;
        return STATUS_OK;
    }
    if (session)
        nobody(out, "session-over", "登录已过期或已退出，请重新登录。",
               "The login has expired or was ended; log in again.");
    else
        nobody(out, "token-refused",
               "令牌无效、已过期或已停用；请向管理员要新的令牌（hongxian users token）。",
               "The token is unknown, has expired or was revoked; ask the administrator for another "
               "(hongxian users token).");
    return STATUS_OK;
}

/* A proxy has looked at the password; that the name may come in is for us to say. */
static enum status by_name(struct store *s, const char *name, struct arena *a, struct access_caller *out,
                           struct error *e)
{
    struct store_person p;
    enum status st = store_person_named(s, name, a, &p, e);
    if (st && st != STATUS_NOT_FOUND)
        return st;
    if (!st && !*p.revoked_at) {
        access_caller_of(&p, ACCESS_HEADER, out);
        return STATUS_OK;
    }
    nobody(out, "person-refused", "代理给出的登录名没有登记或已停用；请由管理员登记（hongxian users add）。",
           "The name that the proxy gives is not registered, or was revoked; the administrator registers it "
           "(hongxian users add).");
    return STATUS_OK;
}

enum status access_identify(struct store *s, const struct access_sent *sent, struct arena *a,
                            struct access_caller *out, struct error *e)
{
    bool people = true;
    enum status st = store_has_people(s, &people, e);
    if (st)
        return st;
    *out = (struct access_caller){.way = people ? ACCESS_NOBODY : ACCESS_OPEN};
    if (!people)
        return STATUS_OK;
    if (sent->bearer)
        return by_key(s, STORE_KEY_TOKEN, sent->bearer, a, out, e);
    if (sent->name && *sent->name)
        return by_name(s, sent->name, a, out, e);
    return sent->session ? by_key(s, STORE_KEY_SESSION, sent->session, a, out, e) : STATUS_OK;
}

bool access_may(const struct access_caller *c, enum access_right right)
{
    if (right == RIGHT_NONE || c->way == ACCESS_OPEN)
        return true;
    if (c->way == ACCESS_NOBODY)
        return c->reads && right == RIGHT_READ;
    return access_role_may(c->role, right);
}

enum status access_need(const struct access_caller *c, enum access_right right, struct error *e)
{
    char roles[80];
    if (access_may(c, right))
        return STATUS_OK;
    if (c->way == ACCESS_NOBODY && c->why.status) {
        if (e)
            *e = c->why;
        return c->why.status;
    }
    access_right_roles(right, roles, sizeof roles);
    if (c->way == ACCESS_NOBODY) {
        error_zh(e,
                 "需要登录才能%s（可以的角色：%s）；请在网页上登录，程序请带令牌（Authorization: Bearer）。",
                 access_right_zh(right), roles);
        return error_fail(e, STATUS_NOT_LOGGED_IN, "login-needed",
                          "This needs a login with the right \"%s\" (roles: %s): log in on the page; a "
                          "program sends a token (Authorization: Bearer).",
                          access_right_name(right), roles);
    }
    error_zh(e, "%s的角色 %s 没有“%s”的权限（可以的角色：%s）；如有需要，请管理员更换角色。", c->name,
             c->role, access_right_zh(right), roles);
    return error_fail(e, STATUS_FORBIDDEN, "right-missing",
                      "%s has the role %s, which has not the right \"%s\" (roles that have: %s); ask the "
                      "administrator for another role.",
                      c->name, c->role, access_right_name(right), roles);
}

bool access_is_whole(const struct access_caller *c)
{
    return c->way == ACCESS_OPEN || (c->way != ACCESS_NOBODY && unit_is_whole(c->unit));
}

const char *access_digits(const struct access_caller *c)
{
    if (access_is_whole(c))
        return "";
    return c->way == ACCESS_NOBODY ? "-" : c->digits;
}

enum status access_need_whole(const struct access_caller *c, struct error *e)
{
    if (access_is_whole(c))
        return STATUS_OK;
    error_zh(e, "这里涉及全部辖区，%s的辖区是 %s；须由辖区为全区（--unit all）的人员查看。", c->name,
             c->unit);
    return error_fail(e, STATUS_FORBIDDEN, "unit-bounded",
                      "This is about all units, and the unit of %s is %s; somebody whose unit has no bounds "
                      "(--unit all) may see it.",
                      c->name, c->unit);
}
