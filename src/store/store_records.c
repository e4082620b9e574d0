#include "store/store_records.h"

#include "base/sha256.h"
#include "store/sql.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct doing KEEPING = {"存档", "keeping the record"};
static const struct doing READING = {"读取档案", "reading the record"};

/* The sealed fields in the order of the seal, which is also the order of the columns in the statements
 * below. */
static const struct field {
    const char *name;
    bool integer;
    size_t offset;
} fields[] = {
    {"id", true, offsetof(struct store_record, id)},
    {"kind", false, offsetof(struct store_record, kind)},
    {"kept_at", false, offsetof(struct store_record, kept_at)},
    {"officer", false, offsetof(struct store_record, officer)},
    {"project_name", false, offsetof(struct store_record, project_name)},
    {"project_class", false, offsetof(struct store_record, project_class)},
    {"verdict", false, offsetof(struct store_record, verdict)},
    {"area_basis", false, offsetof(struct store_record, area_basis)},
    {"engine", false, offsetof(struct store_record, engine)},
    {"layers", false, offsetof(struct store_record, layers)},
    {"rules_sha256", false, offsetof(struct store_record, rules_sha256)},
    {"input_name", false, offsetof(struct store_record, input_name)},
    {"input_sha256", false, offsetof(struct store_record, input_sha256)},
    {"result_sha256", false, offsetof(struct store_record, result_sha256)},
    {"refers_to", true, offsetof(struct store_record, refers_to)},
    {"reason", false, offsetof(struct store_record, reason)},
    {"previous_sha256", false, offsetof(struct store_record, previous_sha256)},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

#define COLUMNS_AND(person)                                                                                  \
    "id, kind, kept_at, officer, project_name, project_class, verdict, area_basis, engine, layers, "         \
    "rules_sha256, input_name, input_sha256, result_sha256, refers_to, reason, previous_sha256, "            \
    "sha256, " person
#define COLUMNS COLUMNS_AND("person")
enum { SCHEMA_WITH_PERSONS = 110 };

static const void *at(const struct store_record *r, const struct field *f)
{
    return (const char *)r + f->offset;
}

static int64_t integer_of(const struct store_record *r, const struct field *f)
{
    return *(const int64_t *)at(r, f);
}

static const char *text_of(const struct store_record *r, const struct field *f)
{
    const char *text = *(const char *const *)at(r, f);
    return text ? text : "";
}

/* ---- the seal ---- */

void store_record_seal(const struct store_record *r, char hex[65])
{
    bool person = r->person && *r->person;
    const char *first = person ? "hongxian record 2\n" : "hongxian record 1\n";
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_BYTES];
    sha256_init(&ctx);
    sha256_update(&ctx, strlen(first), (const uint8_t *)first);
    for (int i = 0; i < N_FIELDS; i++) {
        char number[24];
        snprintf(number, sizeof number, "%" PRId64, fields[i].integer ? integer_of(r, &fields[i]) : 0);
        sha256_add_field(&ctx, fields[i].name, fields[i].integer ? number : text_of(r, &fields[i]));
    }
    if (person)
        sha256_add_field(&ctx, "person", r->person);
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, hex);
}

/* ---- reading ---- */

/* What stands behind a NUL would be seen by other programs and not by this one. */
static const char *read_text(sqlite3_stmt *q, int column, struct store_record *r)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    if (!text || strlen(text) != (size_t)sqlite3_column_bytes(q, column))
        r->damaged = true;
    return text ? text : "";
}

/* The row's texts live as long as the statement stays on it. */
static void read_row(sqlite3_stmt *q, struct store_record *r)
{
    r->damaged = false;
    for (int i = 0; i < N_FIELDS; i++) {
        void *to = (char *)r + fields[i].offset;
        if (fields[i].integer)
            *(int64_t *)to = sqlite3_column_int64(q, i);
        else
            *(const char **)to = read_text(q, i, r);
    }
    r->sha256 = read_text(q, N_FIELDS, r);
    r->person = read_text(q, N_FIELDS + 1, r);
    r->places = NULL;
}

static enum status each_row(struct store *s, sqlite3_stmt *q, store_record_fn *fn, void *user,
                            struct error *e)
{
    for (;;) {
        bool row = false;
        struct store_record r;
        enum status st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            return st;
        read_row(q, &r);
        if (!fn(&r, user))
            return STATUS_OK;
    }
}

static enum status query(struct store *s, const char *sql, int64_t first, int64_t second, store_record_fn *fn,
                         void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, sql, &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, first);
    if (sqlite3_bind_parameter_count(q) > 1)
        sqlite3_bind_int64(q, 2, second);
    st = each_row(s, q, fn, user, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_records(struct store *s, int64_t after_id, int64_t limit, store_record_fn *fn, void *user,
                          struct error *e)
{
    const char *sql = s->schema < SCHEMA_WITH_PERSONS /* read as it is (store_copy.c) */
                          ? "SELECT " COLUMNS_AND("''") " FROM record WHERE id > ?1 ORDER BY id LIMIT ?2"
                          : "SELECT " COLUMNS " FROM record WHERE id > ?1 ORDER BY id LIMIT ?2";
    return query(s, sql, after_id, limit > 0 ? limit : -1, fn, user, e);
}

/* ?3 project, ?4 layer, ?5 class, ?6 document, ?7 digits of the unit. Claims are JSON (schema/080). */
#define CLAIM(key) "coalesce(json_extract(k.value, '$." key "'), '')"
#define HAS(text, part) "instr(lower(" text "), lower(" part ")) > 0"
static const char found_sql[] =
    "SELECT " COLUMNS " FROM record WHERE id > ?1 AND (?7 = '' OR EXISTS (SELECT 1 FROM record_place y WHERE "
    "y.record_id = CASE WHEN refers_to > 0 THEN refers_to ELSE record.id END AND y.digits = ?7)) AND CASE "
    "WHEN refers_to > 0 THEN refers_to ELSE id END IN ("
    "SELECT c.id FROM record c LEFT JOIN record_search x ON x.record_id = c.id WHERE c.kind = 'check' "
    "AND (?3 = '' OR " HAS("c.project_name", "?3") " OR " HAS(
        "x.project_code",
        "?3") ") "
              "AND (?4 || ?5 || ?6 = '' OR (?4 || ?6 = '' AND c.project_class = upper(?5)) OR EXISTS ("
              "SELECT 1 FROM json_each(CASE WHEN json_valid(x.claims) THEN x.claims ELSE '[]' END) k "
              "WHERE (?4 = '' OR " CLAIM("layer") " = ?4) AND (?5 = '' OR " CLAIM(
                  "class") " = upper(?5) OR " HAS(CLAIM("title_zh"),
                                                  "?5") " OR " HAS(CLAIM("title_en"),
                                                                   "?5") ") "
                                                                         "AND (?6 = '' OR " HAS(
                                                                             CLAIM("document"),
                                                                             "?6") ")))) ORDER BY id LIMIT "
                                                                                   "?2";

enum status store_records_found(struct store *s, const struct store_record_search *search, int64_t after_id,
                                int64_t limit, store_record_fn *fn, void *user, struct error *e)
{
    const char *const texts[] = {search->project, search->layer, search->project_class, search->document,
                                 search->place};
    bool any = false;
    for (int i = 0; i < 5; i++)
        any = any || (texts[i] && *texts[i]);
    if (!any) /* what the search knows nothing of is listed, too */
        return store_records(s, after_id, limit, fn, user, e);
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, found_sql, &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sqlite3_bind_int64(q, 1, after_id);
    sqlite3_bind_int64(q, 2, limit > 0 ? limit : -1);
    for (int i = 0; i < 5; i++)
        sql_bind_text(q, 3 + i, texts[i]);
    st = each_row(s, q, fn, user, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_record_overrides(struct store *s, int64_t id, store_record_fn *fn, void *user,
                                   struct error *e)
{
    return query(s, "SELECT " COLUMNS " FROM record WHERE refers_to = ?1 AND refers_to > 0 ORDER BY id", id,
                 0, fn, user, e);
}

static enum status fail_no_record(int64_t id, struct error *e)
{
    error_zh(e, "档案中没有第 %" PRId64 " 号记录。", id);
    return error_fail(e, STATUS_NOT_FOUND, "record-not-found", "There is no record %" PRId64 ".", id);
}

struct copy {
    struct arena *arena;
    struct store_record record;
    bool found, failed;
};

static bool copy_row(const struct store_record *r, void *user)
{
    struct copy *c = user;
    c->record = *r;
    c->found = true;
    for (int i = 0; i < N_FIELDS; i++) {
        if (fields[i].integer)
            continue;
        char *text = arena_strdup(c->arena, text_of(r, &fields[i]));
        *(const char **)(void *)((char *)&c->record + fields[i].offset) = text;
        c->failed = c->failed || !text;
    }
    c->record.sha256 = arena_strdup(c->arena, r->sha256);
    c->record.person = arena_strdup(c->arena, r->person);
    c->failed = c->failed || !c->record.sha256 || !c->record.person;
    return false;
}

enum status store_record_read(struct store *s, int64_t id, struct arena *a, struct store_record *out,
                              struct error *e)
{
    struct copy c = {.arena = a};
    enum status st = query(s, "SELECT " COLUMNS " FROM record WHERE id = ?1", id, 0, copy_row, &c, e);
    if (st != STATUS_OK)
        return st;
    if (c.failed)
        return error_no_memory(e);
    if (!c.found)
        return fail_no_record(id, e);
    *out = c.record;
    return STATUS_OK;
}

/* The check whose units count: an override's is the one that it refers to. */
#define LIES_IN(id, refers_to, digits)                                                                       \
    "EXISTS (SELECT 1 FROM record_place y WHERE y.record_id = CASE WHEN " refers_to " > 0 THEN " refers_to   \
    " ELSE " id " END AND y.digits = " digits ")"

static enum status ask(struct store *s, const char *sql, const char *const args[3], bool *out,
                       struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, sql, &q, READING, e);
    for (int i = 0; st == STATUS_OK && i < 3 && args[i]; i++)
        sql_bind_text(q, i + 1, args[i]);
    if (st == STATUS_OK)
        st = sql_step(s, q, out, READING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_record_seen(struct store *s, int64_t id, const char *digits, struct error *e)
{
    char number[24];
    const char *const args[3] = {number, digits, NULL};
    bool seen = false;
    snprintf(number, sizeof number, "%" PRId64, id);
    enum status st = ask(s,
                         "SELECT 1 FROM record WHERE id = CAST(?1 AS INTEGER) AND (?2 = '' OR " LIES_IN(
                             "id", "refers_to", "?2") ")",
                         args, &seen, e);
    return st || seen ? st : fail_no_record(id, e);
}

enum status store_record_content_seen(struct store *s, const char *sha256, const char *digits, bool *out,
                                      struct error *e)
{
    const char *const args[3] = {sha256, digits, NULL};
    return ask(s,
               "SELECT 1 FROM record WHERE kind = 'check' AND (input_sha256 = ?1 OR result_sha256 = ?1) AND "
               "(?2 = '' OR " LIES_IN("id", "refers_to", "?2") ")",
               args, out, e);
}

enum status store_record_content(struct store *s, const char *sha256, struct arena *a,
                                 struct store_bytes *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT bytes FROM record_content WHERE sha256 = ?1", &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, sha256);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK && row) {
        const void *bytes = sqlite3_column_blob(q, 0);
        size_t n = (size_t)sqlite3_column_bytes(q, 0);
        char *copy = arena_strndup(a, bytes ? bytes : "", n);
        *out = (struct store_bytes){copy, n};
        if (!copy)
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    if (st != STATUS_OK || row)
        return st;
    error_zh(e, "档案中没有 SHA-256 为 %s 的内容。", sha256);
    return error_fail(e, STATUS_NOT_FOUND, "content-not-kept", "Nothing with the SHA-256 %s is kept.",
                      sha256);
}

enum status store_record_orphan(struct store *s, char sha256[65], struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s,
                                 "SELECT sha256 FROM record_content EXCEPT SELECT input_sha256 FROM record "
                                 "EXCEPT SELECT result_sha256 FROM record LIMIT 1",
                                 &q, READING, e);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, READING, e);
    const char *found = row ? (const char *)sqlite3_column_text(q, 0) : "";
    if (st == STATUS_OK)
        snprintf(sha256, 65, "%s", found ? found : "");
    sqlite3_finalize(q);
    return st;
}

/* ---- appending, within the caller's transaction ---- */

static enum status put_content(struct store *s, struct store_bytes c, const char *sha256, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "INSERT INTO record_content (sha256, bytes) SELECT ?1, ?2 "
                                 "WHERE NOT EXISTS (SELECT 1 FROM record_content WHERE sha256 = ?1)",
                                 &q, KEEPING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, sha256);
    sqlite3_bind_blob64(q, 2, c.size ? c.data : "", c.size, SQLITE_STATIC);
    st = sql_run(s, q, KEEPING, e);
    sqlite3_finalize(q);
    return st;
}

static enum status hash_contents(struct store_record *r, struct store_bytes input, struct store_bytes result,
                                 struct arena *a, struct error *e)
{
    char *hex = arena_alloc(a, 2 * SHA256_HEX_SIZE);
    uint8_t digest[SHA256_BYTES];
    if (!hex)
        return error_no_memory(e);
    sha256_of_bytes(input.data, input.size, digest);
    sha256_to_hex(digest, hex);
    sha256_of_bytes(result.data, result.size, digest);
    sha256_to_hex(digest, hex + SHA256_HEX_SIZE);
    r->input_sha256 = hex;
    r->result_sha256 = hex + SHA256_HEX_SIZE;
    return STATUS_OK;
}

/* Where the chain ends now, and what time it is: both under the write lock, so that times do not run
 * backwards within one clock. */
static enum status read_end(struct store *s, struct store_record *r, struct arena *a, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s,
                                 "SELECT coalesce(max(id), 0) + 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), "
                                 "coalesce((SELECT sha256 FROM record ORDER BY id DESC LIMIT 1), "
                                 "'" STORE_RECORD_NO_SHA256 "') FROM record",
                                 &q, KEEPING, e);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, KEEPING, e);
    if (st == STATUS_OK) {
        r->id = sqlite3_column_int64(q, 0);
        r->kept_at = sql_text(q, 1, a);
        r->previous_sha256 = sql_text(q, 2, a);
        if (!r->kept_at || !r->previous_sha256)
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

static enum status insert_row(struct store *s, const struct store_record *r, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "INSERT INTO record (" COLUMNS ") VALUES "
                                 "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)",
                                 &q, KEEPING, e);
    if (st != STATUS_OK)
        return st;
    for (int i = 0; i < N_FIELDS; i++) {
        if (fields[i].integer)
            sqlite3_bind_int64(q, i + 1, integer_of(r, &fields[i]));
        else
            sql_bind_text(q, i + 1, text_of(r, &fields[i]));
    }
    sql_bind_text(q, N_FIELDS + 1, r->sha256);
    sql_bind_text(q, N_FIELDS + 2, r->person);
    st = sql_run(s, q, KEEPING, e);
    sqlite3_finalize(q);
    return st;
}

enum status sql_add_places(struct store *s, const char *insert, int64_t number, const char *const *places,
                           struct doing d, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, insert, &q, d, e);
    for (; st == STATUS_OK && places && *places; places++) {
        sqlite3_bind_int64(q, 1, number);
        sql_bind_text(q, 2, *places);
        st = sql_run(s, q, d, e);
    }
    sqlite3_finalize(q);
    return st;
}

static enum status log_row(struct store *s, const struct store_record *r, struct error *e)
{
    char number[24];
    bool check = r->refers_to == 0;
    snprintf(number, sizeof number, "%" PRId64, check ? r->id : r->refers_to);
    return sql_log(s, check ? "keep" : "override", number, r->verdict, e);
}

static enum status append(struct store *s, struct store_record *r, struct store_bytes input,
                          struct store_bytes result, struct arena *a, struct error *e)
{
    enum status st = read_end(s, r, a, e);
    if (st == STATUS_OK && r->refers_to == 0) {
        st = put_content(s, input, r->input_sha256, e);
        if (st == STATUS_OK)
            st = put_content(s, result, r->result_sha256, e);
    }
    char *hex = arena_alloc(a, SHA256_HEX_SIZE);
    if (st == STATUS_OK && !hex)
        st = error_no_memory(e);
    if (st != STATUS_OK)
        return st;
    r->person = arena_strdup(a, s->acting ? s->actor : "");
    if (!r->person)
        return error_no_memory(e);
    store_record_seal(r, hex);
    r->sha256 = hex;
    st = insert_row(s, r, e);
    if (st == STATUS_OK)
        st = sql_add_places(s, "INSERT INTO record_place VALUES (?1, ?2)", r->id, r->places, KEEPING, e);
    return st ? st : log_row(s, r, e);
}

enum status store_record_append(struct store *s, struct store_record *r, struct store_bytes input,
                                struct store_bytes result, struct arena *a, struct error *e)
{
    struct store_record row = *r;
    enum status st = row.refers_to ? STATUS_OK : hash_contents(&row, input, result, a, e);
    if (st == STATUS_OK)
        st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = append(s, &row, input, result, a, e);
    if (st == STATUS_OK)
        st = sql_commit(s, KEEPING, e);
    if (st != STATUS_OK) {
        sql_rollback(s);
        return st;
    }
    *r = row;
    return STATUS_OK;
}

enum status store_record_last(struct store *s, int64_t *id, struct error *e)
{
    return sql_integer(s, "SELECT coalesce(max(id), 0) FROM record", id, READING, e);
}

const char *store_sqlite_version(void)
{
    return sqlite3_libversion();
}
