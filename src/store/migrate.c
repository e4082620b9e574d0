/* Applies the numbered files of schema/ to a store. */
#include "store/paper_key.h"
#include "store/schema_files.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct schema_file *schema_file_find(const char *name)
{
    for (size_t i = 0; i < schema_n_files; i++)
        if (strcmp(schema_files[i].name, name) == 0)
            return &schema_files[i];
    return NULL;
}

static const struct schema_file *migration(int number)
{
    for (size_t i = 0; i < schema_n_files; i++)
        if (strstr(schema_files[i].name, ".sql") && atoi(schema_files[i].name) == number)
            return &schema_files[i];
    return NULL;
}

static enum status fail_zero(const char *name, const char *sql, struct error *e)
{
    error_zh(e, "执行结构文件 %s 时，语句“%.120s”没有成功；请检查所装 SpatiaLite 是否为 5.0 以上。", name,
             sql);
    return error_fail(
        e, STATUS_INTERNAL, "migration-failed",
        "In the schema file %s the statement \"%.120s\" did not succeed; is SpatiaLite 5.0 or later "
        "installed?",
        name, sql);
}

/* SpatiaLite's functions report failure by returning 0, not by an SQL error: a SELECT must therefore
 * return 1. */
static enum status run_statement(struct store *s, sqlite3_stmt *q, const char *name, struct error *e)
{
    struct doing d = {"升级存储结构", "upgrading the schema"};
    bool row = true;
    bool is_query = sqlite3_column_count(q) > 0;
    for (;;) {
        enum status st = sql_step(s, q, &row, d, e);
        if (st != STATUS_OK || !row)
            return st;
        if (is_query && sqlite3_column_int(q, 0) != 1)
            return fail_zero(name, sqlite3_sql(q), e);
    }
}

static enum status run_file(struct store *s, const struct schema_file *f, struct error *e)
{
    const char *sql = f->bytes;
    while (*sql) {
        sqlite3_stmt *q = NULL;
        const char *tail = NULL;
        if (sqlite3_prepare_v2(s->db, sql, -1, &q, &tail) != SQLITE_OK)
            return sql_fail(s, (struct doing){"读取结构文件", "reading a schema file"}, e);
        sql = tail;
        if (!q)
            continue; /* a comment or blank tail */
        enum status st = run_statement(s, q, f->name, e);
        sqlite3_finalize(q);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status apply(struct store *s, int number, struct error *e)
{
    const struct schema_file *f = migration(number);
    if (!f) {
        error_zh(e, "程序内缺少第 %d 号结构文件；请重新安装本程序。", number);
        return error_fail(e, STATUS_INTERNAL, "migration-missing",
                          "Schema file number %d is missing from this program; reinstall it.", number);
    }
    enum status st = run_file(s, f, e);
    if (st != STATUS_OK)
        return st;
    char pragma[80];
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", number);
    return sql_exec(s, pragma, (struct doing){"升级存储结构", "upgrading the schema"}, e);
}

static enum status apply_all(struct store *s, int from, struct error *e)
{
    /* Another program may have upgraded the store between our look at it and our lock. */
    int64_t now = from;
    enum status st = sql_integer(s, "PRAGMA user_version", &now,
                                 (struct doing){"读取结构版本", "reading the schema version"}, e);
    /* Numbers may have gaps: they are given out in tens, so that work on two subjects does not wait for a
     * number. */
    for (int n = (int)now + 1; st == STATUS_OK && n <= STORE_SCHEMA_VERSION; n++)
        if (migration(n) || n == STORE_SCHEMA_VERSION)
            st = apply(s, n, e);
    if (st == STATUS_OK)
        st = store_rules_seed(s, e);
    if (st == STATUS_OK)
        st = store_definitions_seed(s, e);
    if (st == STATUS_OK)
        st = store_paper_key_seed(s, e);
    if (st != STATUS_OK)
        return st;
    char pragma[80];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d", STORE_APPLICATION_ID);
    return sql_exec(s, pragma, (struct doing){"标记存储", "marking the store"}, e);
}

/* All pending migrations in one transaction: a store is of one version or of another, never between. */
enum status store_migrate(struct store *s, int from, struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = apply_all(s, from, e);
    if (st == STATUS_OK)
        st = sql_commit(s, (struct doing){"保存新的存储结构", "saving the new schema"}, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}
