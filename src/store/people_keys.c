/* What people log in with: tokens of programs, and sessions of the page. */
#include "store/people.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct doing READING = {"核对登录", "looking up a login"};
static const struct doing WRITING = {"登记登录", "writing a login"};

#define NOW "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
#define PERSON "p.id, p.name, p.title, p.role, p.unit, p.password, p.added_at, p.revoked_at"

/* ---- tokens ---- */

static enum status fail_person(const char *name, struct error *e)
{
    error_zh(e, "没有名为“%.64s”的人员，或已停用；令牌没有发给任何人。", name);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-person",
                      "There is nobody called \"%.64s\", or it was revoked; no token was made.", name);
}

static enum status insert_token(struct store *s, const char *person, const char *title, const char *sha256,
                                int days, struct error *e)
{
    sqlite3_stmt *q = NULL;
    char later[24];
    snprintf(later, sizeof later, "+%d days", days);
    enum status st = sql_prepare(s,
                                 "INSERT INTO person_token (person_id, title, sha256, made_at, expires_at) "
                                 "SELECT id, ?2, ?3, " NOW ", strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?4) "
                                 "FROM person WHERE name = ?1 AND revoked_at = ''",
                                 &q, WRITING, e);
    if (st != STATUS_OK)
        return st;
    const char *const texts[] = {person, title, sha256, later};
    for (int i = 0; i < 4; i++)
        sql_bind_text(q, i + 1, texts[i]);
    st = sql_run(s, q, WRITING, e);
    sqlite3_finalize(q);
    return st == STATUS_OK && sqlite3_changes(s->db) == 0 ? fail_person(person, e) : st;
}

static enum status read_token(struct store *s, int64_t id, struct arena *a, struct store_token *out,
                              struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st =
        sql_prepare(s, "SELECT made_at, expires_at FROM person_token WHERE id = ?1", &q, READING, e);
    if (st == STATUS_OK) {
        sqlite3_bind_int64(q, 1, id);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK) {
        out->id = id;
        out->made_at = sql_text(q, 0, a);
        out->expires_at = sql_text(q, 1, a);
        if (!out->made_at || !out->expires_at)
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_token_add(struct store *s, const char *person, const char *title, const char *sha256,
                            int days, struct arena *a, struct store_token *out, struct error *e)
{
    struct store_token t = {.person = person, .title = title ? title : ""};
    char detail[64];
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = insert_token(s, person, t.title, sha256, days, e);
    if (st == STATUS_OK)
        st = read_token(s, sqlite3_last_insert_rowid(s->db), a, &t, e);
    if (st == STATUS_OK) {
        snprintf(detail, sizeof detail, "token %" PRId64 ", until %s", t.id, t.expires_at);
        st = sql_log(s, "token-add", person, detail, e);
    }
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st == STATUS_OK)
        *out = t;
    else
        sql_rollback(s);
    return st;
}

enum status store_tokens(struct store *s, store_token_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    enum status st =
        sql_prepare(s,
                    "SELECT t.id, p.name, t.title, t.made_at, t.expires_at, t.revoked_at, t.revoked_at <> '' "
                    "OR p.revoked_at <> '' OR t.expires_at <= " NOW
                    " FROM person_token t JOIN person p ON p.id = t.person_id ORDER BY t.id",
                    &q, READING, e);
    while (st == STATUS_OK) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_token t = {.id = sqlite3_column_int64(q, 0),
                                .person = (const char *)sqlite3_column_text(q, 1),
                                .title = (const char *)sqlite3_column_text(q, 2),
                                .made_at = (const char *)sqlite3_column_text(q, 3),
                                .expires_at = (const char *)sqlite3_column_text(q, 4),
                                .revoked_at = (const char *)sqlite3_column_text(q, 5),
                                .ended = sqlite3_column_int(q, 6) != 0};
        if (!fn(&t, user))
            break;
    }
    sqlite3_finalize(q);
    return st;
}

static enum status fail_token(int64_t id, struct error *e)
{
    error_zh(e, "没有第 %lld 号令牌，或已停用；hongxian users tokens 列出全部。", (long long)id);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-token",
                      "There is no token %lld, or it was revoked; hongxian users tokens shows all.",
                      (long long)id);
}

enum status store_token_revoke(struct store *s, int64_t id, struct error *e)
{
    char number[24];
    const char *const args[3] = {number, NULL, NULL};
    snprintf(number, sizeof number, "%" PRId64, id);
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = sql_run_text(
        s, "UPDATE person_token SET revoked_at = " NOW " WHERE id = CAST(?1 AS INTEGER) AND revoked_at = ''",
        args, WRITING, e);
    if (st == STATUS_OK && sqlite3_changes(s->db) == 0)
        st = fail_token(id, e);
    if (st == STATUS_OK)
        st = sql_log(s, "token-revoke", number, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

/* ---- sessions ---- */

static enum status insert_session(struct store *s, int64_t person_id, const char *sha256, int max_s,
                                  struct error *e)
{
    sqlite3_stmt *q = NULL;
    char later[32];
    snprintf(later, sizeof later, "+%d seconds", max_s);
    enum status st =
        sql_prepare(s,
                    "INSERT INTO person_session (sha256, person_id, began_at, seen_at, expires_at) "
                    "VALUES (?1, ?2, " NOW ", " NOW ", strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?3))",
                    &q, WRITING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, sha256);
    sqlite3_bind_int64(q, 2, person_id);
    sql_bind_text(q, 3, later);
    st = sql_run(s, q, WRITING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_session_begin(struct store *s, int64_t person_id, const char *sha256, const char *before,
                                int max_s, struct error *e)
{
    const char *const old[3] = {before ? before : "", NULL, NULL};
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = sql_run_text(s, "DELETE FROM person_session WHERE sha256 = ?1 OR expires_at <= " NOW, old, WRITING,
                      e);
    if (st == STATUS_OK)
        st = insert_session(s, person_id, sha256, max_s, e);
    if (st == STATUS_OK)
        st = sql_log(s, "login", s->actor, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

enum status store_session_touch(struct store *s, const char *sha256, bool *busy, struct error *e)
{
    const char *const args[3] = {sha256, NULL, NULL};
    struct error why = {0};
    sqlite3_busy_timeout(s->db, 0);
    enum status st =
        sql_run_text(s, "UPDATE person_session SET seen_at = " NOW " WHERE sha256 = ?1", args, WRITING, &why);
    sqlite3_busy_timeout(s->db, STORE_BUSY_WAIT_MS);
    *busy = st == STATUS_CONFLICT;
    if (st != STATUS_OK && !*busy && e)
        *e = why;
    return *busy ? STATUS_OK : st;
}

enum status store_session_end(struct store *s, const char *sha256, struct error *e)
{
    const char *const args[3] = {sha256, NULL, NULL};
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = sql_run_text(s, "DELETE FROM person_session WHERE sha256 = ?1", args, WRITING, e);
    if (st == STATUS_OK && sqlite3_changes(s->db) > 0)
        st = sql_log(s, "logout", s->actor, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

/* ---- who is it? ---- */

static const char *const find_by[] = {
    [STORE_KEY_SESSION] =
        "SELECT " PERSON ", k.sha256, k.expires_at, k.expires_at <= " NOW " OR p.revoked_at <> '', "
        "unixepoch('now') - unixepoch(k.seen_at), 0 "
        "FROM person_session k JOIN person p ON p.id = k.person_id WHERE k.sha256 = ?1",
    [STORE_KEY_TOKEN] =
        "SELECT " PERSON ", k.sha256, k.expires_at, k.revoked_at <> '' OR k.expires_at <= " NOW
        " OR p.revoked_at <> '', 0, k.id "
        "FROM person_token k JOIN person p ON p.id = k.person_id WHERE k.sha256 = ?1",
};

static enum status read_key(sqlite3_stmt *q, struct arena *a, struct store_key *out, struct error *e)
{
    struct store_key k;
    sql_read_person(q, 0, &k.person);
    k.sha256 = sql_text(q, 8, a);
    k.ends_at = sql_text(q, 9, a);
    k.ended = sqlite3_column_int(q, 10) != 0;
    k.idle_s = sqlite3_column_int64(q, 11);
    k.id = sqlite3_column_int64(q, 12);
    if (!k.sha256 || !k.ends_at)
        return error_no_memory(e);
    enum status st = sql_keep_person(&k.person, a, e);
    if (st == STATUS_OK)
        *out = k;
    return st;
}

enum status store_key_find(struct store *s, enum store_key_kind kind, const char *sha256, struct arena *a,
                           struct store_key *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, find_by[kind], &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, sha256);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK)
        st = row ? read_key(q, a, out, e) : STATUS_NOT_FOUND;
    sqlite3_finalize(q);
    return st;
}
