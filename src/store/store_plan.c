/* Reading the plan: its features, its tables, and the administrative seats. */
#include "store/sql.h"

#include <string.h>

static const struct doing READING = {"读取规划数据", "reading the plan"};

static const char *column_text(sqlite3_stmt *q, int i, const char *when_null)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    return text ? text : when_null;
}

static void bind_box(sqlite3_stmt *q, int first, const struct geo_box *box)
{
    sqlite3_bind_double(q, first, box->west_deg);
    sqlite3_bind_double(q, first + 1, box->south_deg);
    sqlite3_bind_double(q, first + 2, box->east_deg);
    sqlite3_bind_double(q, first + 3, box->north_deg);
}

/* A few hundred rows: the box is tested row by row. */
enum status store_plan_features(struct store *s, const char *collection, const struct geo_box *box,
                                int64_t after_id, int64_t limit, store_plan_feature_fn *fn, void *user,
                                struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st =
        sql_prepare(s,
                    "SELECT id, collection, name, properties, AsGeoJSON(geometry, 8) FROM place_item "
                    "WHERE collection = ?1 AND id > ?2 AND (?4 IS NULL OR MbrIntersects(geometry, "
                    "BuildMbr(?4, ?5, ?6, ?7, 4490))) ORDER BY id LIMIT ?3",
                    &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, collection);
    sqlite3_bind_int64(q, 2, after_id);
    sqlite3_bind_int64(q, 3, limit > 0 ? limit : -1);
    if (box)
        bind_box(q, 4, box);
    bool row = true, more = true;
    while (more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_plan_feature f = {.id = sqlite3_column_int64(q, 0),
                                       .collection = column_text(q, 1, ""),
                                       .name = column_text(q, 2, ""),
                                       .properties = column_text(q, 3, "{}"),
                                       .geometry = column_text(q, 4, "null")};
        more = fn(&f, user);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- tables as JSON ---- */

static enum status one_text(struct store *s, const char *sql, const char *arg, struct arena *a,
                            const char **out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, sql, &q, READING, e);
    if (st != STATUS_OK)
        return st;
    if (arg)
        sql_bind_text(q, 1, arg);
    st = sql_step(s, q, &row, READING, e);
    if (st == STATUS_OK) {
        char *text = row ? sql_text(q, 0, a) : arena_strdup(a, "");
        if (text)
            *out = text;
        else
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

static enum status fail_no_table(const char *table, struct error *e)
{
    error_zh(e, "没有名为“%s”的规划表；可用的表见规划表目录。", table);
    return error_fail(e, STATUS_NOT_FOUND, "plan-table-not-found",
                      "There is no plan table \"%s\"; see the list of plan tables.", table);
}

/* "'seq', seq, 'rules', json(rules)": the table's columns as arguments of json_object. */
static const char COLUMN_LIST[] = "SELECT group_concat(quote(name) || ', ' || CASE WHEN type = 'JSON' THEN "
                                  "'json(\"' || name || '\")' ELSE '\"' || "
                                  "name || '\"' END, ', ') FROM pragma_table_info(?1) WHERE name <> "
                                  "'geometry' AND (?1 = 'admin_unit' OR ?1 IN "
                                  "(SELECT name FROM plan_table))";

enum status store_plan_table(struct store *s, const char *table, struct arena *a, const char **json,
                             struct error *e)
{
    const char *columns = "";
    enum status st = one_text(s, COLUMN_LIST, table, a, &columns, e);
    if (st != STATUS_OK)
        return st;
    if (!columns[0])
        return fail_no_table(table, e);
    char *sql = sqlite3_mprintf("SELECT json_group_array(json_object(%s)) FROM \"%w\" ORDER BY rowid",
                                columns, table);
    if (!sql)
        return error_no_memory(e);
    st = one_text(s, sql, NULL, a, json, e);
    sqlite3_free(sql);
    return st;
}
