/* Replacing administrative units, seats, plan features, plan tables and the base map in one transaction. */
#include "base/text.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static const struct doing LOADING = {"载入规划数据", "loading the plan"};

struct store_plan_load {
    struct store *store; /* borrowed */
    char key[65];
};

void store_plan_abort(struct store_plan_load *l)
{
    if (!l)
        return;
    sql_rollback(l->store);
    free(l);
}

static enum status is_loaded(struct store *s, const char *key, bool *loaded, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, "SELECT 1 FROM plan_state WHERE loaded_key = ?1", &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, key);
    st = sql_step(s, q, loaded, LOADING, e);
    sqlite3_finalize(q);
    return st;
}

static enum status empty_tables(struct store *s, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_exec(s,
                              "DELETE FROM plan_feature; DELETE FROM base_feature; DELETE FROM admin_seat; "
                              "DELETE FROM admin_unit;",
                              LOADING, e);
    if (st == STATUS_OK)
        st = sql_prepare(s, "SELECT name FROM plan_table", &q, LOADING, e);
    bool row = true;
    while (st == STATUS_OK) {
        st = sql_step(s, q, &row, LOADING, e);
        if (st != STATUS_OK || !row)
            break;
        char *sql = sqlite3_mprintf("DELETE FROM \"%w\"", (const char *)sqlite3_column_text(q, 0));
        st = sql ? sql_exec(s, sql, LOADING, e) : error_no_memory(e);
        sqlite3_free(sql);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_plan_begin(struct store *s, const char *key, struct store_plan_load **out, bool *current,
                             struct error *e)
{
    struct store_plan_load *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(e);
    l->store = s;
    sqlite3_snprintf(sizeof l->key, l->key, "%s", key);
    bool loaded = false;
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK) {
        free(l);
        return st;
    }
    st = is_loaded(s, l->key, &loaded, e);
    if (st == STATUS_OK && !loaded)
        /* parents and children of admin_unit arrive in any order; the commit checks them all */
        st = sql_exec(s, "PRAGMA defer_foreign_keys=ON", LOADING, e);
    if (st == STATUS_OK && !loaded)
        st = empty_tables(s, e);
    if (st != STATUS_OK || loaded) {
        store_plan_abort(l);
        l = NULL;
    }
    if (st == STATUS_OK) {
        *out = l;
        *current = loaded;
    }
    return st;
}

static enum status add_seat(struct store_plan_load *l, const struct store_admin_unit *u, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(l->store,
                                 "INSERT INTO admin_seat (code, name, source, geometry) VALUES (?1, ?2, ?3, "
                                 "MakePoint(?4, ?5, 4490))",
                                 &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, u->code);
    sql_bind_text(q, 2, u->seat);
    sql_bind_text(q, 3, u->seat_source);
    sqlite3_bind_double(q, 4, u->seat_lon_deg);
    sqlite3_bind_double(q, 5, u->seat_lat_deg);
    st = sql_run(l->store, q, LOADING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_plan_add_unit(struct store_plan_load *l, const struct store_admin_unit *u, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(l->store,
                    "INSERT INTO admin_unit (code, name, name_en, level, parent) VALUES (?1, ?2, ?3, ?4, "
                    "nullif(?5, '')) ON CONFLICT (code) DO UPDATE SET name = ?2, level = ?4, "
                    "name_en = CASE WHEN ?3 = '' THEN name_en ELSE ?3 END",
                    &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, u->code);
    sql_bind_text(q, 2, u->name);
    sql_bind_text(q, 3, u->name_en);
    sql_bind_text(q, 4, u->level);
    sql_bind_text(q, 5, u->parent);
    st = sql_run(l->store, q, LOADING, e);
    sqlite3_finalize(q);
    return st == STATUS_OK && u->seat ? add_seat(l, u, e) : st;
}

enum status store_plan_add_feature(struct store_plan_load *l, const char *collection, const char *name,
                                   const char *kind, const char *properties, const char *geojson,
                                   struct error *e)
{
    sqlite3_stmt *q = NULL;
#define INSERT_INTO(table)                                                                                   \
    "INSERT INTO " table " (collection, name, kind, properties, geometry) VALUES (?1, ?2, ?3, json(?4), "    \
    "SetSRID(GeomFromGeoJSON(?5), 4490))"
    bool base = strncmp(collection, "base_", 5) == 0;
    enum status st = sql_prepare(l->store, base ? INSERT_INTO("base_feature") : INSERT_INTO("plan_feature"),
                                 &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, collection);
    sql_bind_text(q, 2, name);
    sql_bind_text(q, 3, kind);
    sql_bind_text(q, 4, properties);
    sql_bind_text(q, 5, geojson);
    st = sql_run(l->store, q, LOADING, e);
    sqlite3_finalize(q);
    return st;
}

static enum status fail_no_table(const char *table, struct error *e)
{
    error_zh(e, "没有名为“%s”的规划表；请核对清单文件中的表名。", table);
    return error_fail(e, STATUS_INVALID_INPUT, "plan-table-unknown",
                      "There is no plan table \"%s\"; check the name in the manifest.", table);
}

static enum status is_plan_table(struct store *s, const char *table, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT 1 FROM plan_table WHERE name = ?1", &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, table);
    st = sql_step(s, q, &row, LOADING, e);
    sqlite3_finalize(q);
    return st == STATUS_OK && !row ? fail_no_table(table, e) : st;
}

/* "INSERT INTO t (a, b) VALUES (?, ?)". %w quotes, so that a column name from a file stays a name. */
static char *insert_sql(const char *table, const char *const *columns, size_t n)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" (", table);
    for (size_t i = 0; i < n; i++)
        sqlite3_str_appendf(sql, "%s\"%w\"", i ? ", " : "", columns[i]);
    sqlite3_str_appendall(sql, ") VALUES (");
    for (size_t i = 0; i < n; i++)
        sqlite3_str_appendall(sql, i ? ", ?" : "?");
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static enum status fail_columns(struct store *s, const char *table, struct error *e)
{
    error_zh(e, "规划表“%s”的列与存储结构不符：%s。", table, sqlite3_errmsg(s->db));
    return error_fail(e, STATUS_INVALID_INPUT, "plan-columns",
                      "The columns of plan table \"%s\" do not fit: %s.", table, sqlite3_errmsg(s->db));
}

enum status store_plan_add_row(struct store_plan_load *l, const char *table, const char *const *columns,
                               const char *const *values, size_t n, struct error *e)
{
    enum status st = is_plan_table(l->store, table, e);
    if (st != STATUS_OK)
        return st;
    char *sql = insert_sql(table, columns, n);
    sqlite3_stmt *q = NULL;
    if (!sql)
        return error_no_memory(e);
    if (sqlite3_prepare_v2(l->store->db, sql, -1, &q, NULL) != SQLITE_OK)
        st = fail_columns(l->store, table, e);
    sqlite3_free(sql);
    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        if (values[i])
            sqlite3_bind_text(q, (int)i + 1, values[i], -1, SQLITE_STATIC);
    if (st == STATUS_OK)
        st = sql_run(l->store, q, LOADING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_plan_commit(struct store_plan_load *l, struct error *e)
{
    const char *const args[3] = {l->key};
    enum status st = sql_copy_boundaries(l->store, e);
    if (st == STATUS_OK)
        st = sql_run_text(
            l->store,
            "UPDATE plan_state SET loaded_key = ?1, loaded_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')", args,
            LOADING, e);
    if (st == STATUS_OK) /* a server tells by it that what it keeps of places is of before */
        st = sql_exec(l->store, "UPDATE store_state SET generation = generation + 1", LOADING, e);
    if (st == STATUS_OK)
        st = sql_log(l->store, "plan-load", "", l->key, e);
    if (st == STATUS_OK)
        st = sql_commit(l->store, LOADING, e);
    if (st == STATUS_OK)
        free(l);
    return st;
}
