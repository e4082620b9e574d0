#include "store/access_log.h"

#include "base/sha256.h"
#include "base/text.h"
#include "store/sql.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct doing LOGGING = {"写入日志", "writing the log"};
static const struct doing READING = {"读取日志", "reading the log"};

#define COLUMNS "id, at, person, address, action, subject, detail, previous_sha256, sha256"

static void copy(char *out, size_t size, const char *text)
{
    size_t n = text_cut(text, size - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

void store_act_as(struct store *s, const char *person, const char *address)
{
    s->acting = person != NULL;
    copy(s->actor, sizeof s->actor, person ? person : "");
    copy(s->actor_address, sizeof s->actor_address, address ? address : "");
}

/* "os:NAME", by the user that the process really is. */
static const char *actor_of(const struct store *s, char text[80])
{
    char space[1024];
    struct passwd entry, *found = NULL;
    if (s->acting)
        return s->actor;
    if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) == 0 && found)
        snprintf(text, 80, "os:%.70s", entry.pw_name);
    else
        snprintf(text, 80, "os:%lu", (unsigned long)getuid());
    return text;
}

static void seal(const struct store_log_row *r, char hex[SHA256_HEX_SIZE])
{
    static const char first[] = "hongxian log 1\n";
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_BYTES];
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, r->id);
    sha256_init(&ctx);
    sha256_update(&ctx, sizeof first - 1, (const uint8_t *)first);
    sha256_add_field(&ctx, "id", number);
    sha256_add_field(&ctx, "at", r->at);
    sha256_add_field(&ctx, "person", r->person);
    sha256_add_field(&ctx, "address", r->address);
    sha256_add_field(&ctx, "action", r->action);
    sha256_add_field(&ctx, "subject", r->subject);
    sha256_add_field(&ctx, "detail", r->detail);
    sha256_add_field(&ctx, "previous_sha256", r->previous_sha256);
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, hex);
}

static enum status insert(struct store *s, const struct store_log_row *r, struct error *e)
{
    sqlite3_stmt *q = NULL;
    const char *const texts[] = {r->at,      r->person, r->address,         r->action,
                                 r->subject, r->detail, r->previous_sha256, r->sha256};
    enum status st = sql_prepare(
        s, "INSERT INTO access_log (" COLUMNS ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)", &q, LOGGING, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, r->id);
    for (int i = 0; i < 8; i++)
        sql_bind_text(q, i + 2, texts[i]);
    st = sql_run(s, q, LOGGING, e);
    sqlite3_finalize(q);
    return st;
}

/* Number, time and seal before are read under the write lock: rows queue. */
enum status sql_log(struct store *s, const char *action, const char *subject, const char *detail,
                    struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    char name[80], hex[SHA256_HEX_SIZE];
    enum status st = sql_prepare(s,
                                 "SELECT coalesce(max(id), 0) + 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), "
                                 "coalesce((SELECT sha256 FROM access_log ORDER BY id DESC LIMIT 1), "
                                 "'0000000000000000000000000000000000000000000000000000000000000000') "
                                 "FROM access_log",
                                 &q, LOGGING, e);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, LOGGING, e);
    if (st == STATUS_OK) {
        struct store_log_row r = {.id = sqlite3_column_int64(q, 0),
                                  .at = (const char *)sqlite3_column_text(q, 1),
                                  .person = actor_of(s, name),
                                  .address = s->actor_address,
                                  .action = action,
                                  .subject = subject ? subject : "",
                                  .detail = detail ? detail : "",
                                  .previous_sha256 = (const char *)sqlite3_column_text(q, 2)};
        seal(&r, hex);
        r.sha256 = hex;
        st = insert(s, &r, e);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_log_write(struct store *s, const char *action, const char *subject, const char *detail,
                            struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = sql_log(s, action, subject, detail, e);
    if (st == STATUS_OK)
        st = sql_commit(s, LOGGING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

static const char *text_at(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? text : "";
}

static void read_row(sqlite3_stmt *q, struct store_log_row *r)
{
    *r = (struct store_log_row){.id = sqlite3_column_int64(q, 0),
                                .at = text_at(q, 1),
                                .person = text_at(q, 2),
                                .address = text_at(q, 3),
                                .action = text_at(q, 4),
                                .subject = text_at(q, 5),
                                .detail = text_at(q, 6),
                                .previous_sha256 = text_at(q, 7),
                                .sha256 = text_at(q, 8)};
}

enum status store_log_read(struct store *s, const char *since, int64_t after_id, int64_t limit,
                           store_log_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    enum status st =
        sql_prepare(s, "SELECT " COLUMNS " FROM access_log WHERE at >= ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                    &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, since);
    sqlite3_bind_int64(q, 2, after_id);
    sqlite3_bind_int64(q, 3, limit > 0 ? limit : -1);
    for (;;) {
        struct store_log_row r;
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        read_row(q, &r);
        if (!fn(&r, user))
            break;
    }
    sqlite3_finalize(q);
    return st;
}

struct walk {
    int64_t last, broken;
    char head[SHA256_HEX_SIZE];
};

static bool check_row(const struct store_log_row *r, void *user)
{
    struct walk *w = user;
    char hex[SHA256_HEX_SIZE];
    seal(r, hex);
    if (r->id != w->last + 1 || strcmp(r->previous_sha256, w->head) != 0 || strcmp(r->sha256, hex) != 0) {
        w->broken = w->last + 1;
        return false;
    }
    w->last = r->id;
    memcpy(w->head, hex, sizeof hex);
    return true;
}

enum status store_log_verify(struct store *s, int64_t *broken_id, struct error *e)
{
    struct walk w = {.last = 0};
    memset(w.head, '0', sizeof w.head - 1);
    enum status st = store_log_read(s, NULL, 0, 0, check_row, &w, e);
    if (st == STATUS_OK)
        *broken_id = w.broken;
    return st;
}
