/* The rule table as CSV text: the edition in force, and loading a later one. */
#include "base/sha256.h"
#include "store/schema_files.h"
#include "store/sql.h"

#include <string.h>

static const struct doing LOADING = {"载入规则表", "loading the rule table"};

/* Within the caller's transaction. Text that the store has seen before becomes current again. */
static enum status load(struct store *s, const char *csv, size_t n, const char *source, struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(csv, n, digest);
    sha256_to_hex(digest, hex);
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "INSERT INTO rule_set (sha256, csv, source, loaded_at, current) "
                                 "VALUES (?1, ?2, ?3, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), 0) "
                                 "ON CONFLICT (sha256) DO NOTHING",
                                 &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, hex);
    sqlite3_bind_text64(q, 2, csv, n, SQLITE_STATIC, SQLITE_UTF8);
    sql_bind_text(q, 3, source);
    st = sql_run(s, q, LOADING, e);
    sqlite3_finalize(q);
    const char *const args[3] = {hex};
    if (st == STATUS_OK)
        st = sql_run_text(s, "UPDATE rule_set SET current = 0 WHERE current = 1 AND sha256 <> ?1", args,
                          LOADING, e);
    if (st == STATUS_OK)
        st = sql_run_text(s, "UPDATE rule_set SET current = 1 WHERE current = 0 AND sha256 = ?1", args,
                          LOADING, e);
    return st;
}

enum status store_rules_seed(struct store *s, struct error *e)
{
    int64_t n = 0;
    enum status st = sql_integer(s, "SELECT count(*) FROM rule_set", &n, LOADING, e);
    if (st != STATUS_OK || n > 0)
        return st;
    const struct schema_file *f = schema_file_find("rules.csv");
    return load(s, f->bytes, f->size, "schema/rules.csv", e);
}

enum status store_rules_load(struct store *s, const char *csv, size_t n, const char *source, struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = load(s, csv, n, source, e);
    if (st == STATUS_OK)
        st = sql_log(s, "rules-load", source, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, LOADING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

static enum status fail_none(const struct store *s, struct error *e)
{
    error_zh(e, "存储“%s”中没有现行规则表；请重新载入规则表。", s->path);
    return error_fail(e, STATUS_CORRUPT, "store-no-rules",
                      "The store \"%s\" has no rule table in force; load one again.", s->path);
}

enum status store_rules(struct store *s, struct arena *a, const char **csv, const char **sha256_hex,
                        struct error *e)
{
    struct doing d = {"读取规则表", "reading the rule table"};
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT csv, sha256 FROM rule_set WHERE current = 1", &q, d, e);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, d, e);
    if (st == STATUS_OK && !row)
        st = fail_none(s, e);
    if (st == STATUS_OK) {
        char *text = sql_text(q, 0, a);
        char *hex = sql_text(q, 1, a);
        if (text && hex) {
            *csv = text;
            *sha256_hex = hex;
        } else {
            st = error_no_memory(e);
        }
    }
    sqlite3_finalize(q);
    return st;
}
