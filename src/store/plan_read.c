#include "store/plan_read.h"

#include "store/sql.h"

#include <string.h>

static const struct doing READING = {"读取规划数据", "reading the plan"};

static const char *text_at(sqlite3_stmt *q, int i)
{
    const char *text = (const char *)sqlite3_column_text(q, i);
    return text ? text : "";
}

enum status plan_units(struct store *s, const char *code, plan_unit_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st =
        sql_prepare(s,
                    "SELECT u.code, u.name, u.level, coalesce(u.parent, ''), "
                    "(SELECT count(*) FROM plan_units p WHERE p.code = u.code) FROM admin_unit u "
                    "WHERE u.level IN ('prefecture', 'county') AND (?1 IS NULL OR u.code = ?1) "
                    "ORDER BY u.code",
                    &q, READING, e);
    if (st == STATUS_OK && code)
        sql_bind_text(q, 1, code);
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        const struct plan_unit u = {text_at(q, 0), text_at(q, 1), text_at(q, 2), text_at(q, 3),
                                    sqlite3_column_int64(q, 4)};
        more = fn(&u, user);
    }
    sqlite3_finalize(q);
    return st;
}

enum status plan_sentences(struct store *s, const char *code, plan_sentence_fn *fn, void *user,
                           struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st =
        sql_prepare(s,
                    "SELECT t.no, t.section, t.sentence, u.words, u.how, u.topics FROM plan_units u "
                    "JOIN plan_sentences t ON t.no = u.sentence_no WHERE u.code = ?1 ORDER BY t.no",
                    &q, READING, e);
    if (st == STATUS_OK)
        sql_bind_text(q, 1, code);
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        const struct plan_sentence p = {sqlite3_column_int64(q, 0),
                                        text_at(q, 1),
                                        text_at(q, 2),
                                        text_at(q, 3),
                                        text_at(q, 4),
                                        text_at(q, 5)};
        more = fn(&p, user);
    }
    sqlite3_finalize(q);
    return st;
}

enum status plan_has_sentences(struct store *s, bool *has, struct error *e)
{
    int64_t n = 0;
    enum status st = sql_integer(s, "SELECT EXISTS (SELECT 1 FROM plan_sentences)", &n, READING, e);
    if (st == STATUS_OK)
        *has = n != 0;
    return st;
}

/* ---- tables ---- */

static enum status fail_table(const char *name, struct error *e)
{
    error_zh(e, "规划没有名为“%s”的表；可用 targets、nodes、unplaced 等，见 geodata/manifest.json 的 plan。",
             name);
    return error_fail(
        e, STATUS_NOT_FOUND, "plan-table",
        "The plan has no table \"%s\"; there are targets, nodes, unplaced and others: the plan's "
        "part of geodata/manifest.json.",
        name);
}

/* The table's own name, from the list of tables: the one that was asked for is never part of a statement. */
static enum status select_rows(struct store *s, const char *name, sqlite3_stmt **out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    char *sql = NULL;
    enum status st = sql_prepare(s, "SELECT name FROM plan_table WHERE name = 'plan_' || ?1", &q, READING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, name);
    st = sql_step(s, q, &row, READING, e);
    if (st == STATUS_OK && row)
        sql = sqlite3_mprintf("SELECT * FROM \"%w\" ORDER BY rowid", text_at(q, 0));
    sqlite3_finalize(q);
    if (st != STATUS_OK || !row)
        return st != STATUS_OK ? st : fail_table(name, e);
    st = sql ? sql_prepare(s, sql, out, READING, e) : error_no_memory(e);
    sqlite3_free(sql);
    return st;
}

static size_t read_cells(sqlite3_stmt *q, struct plan_cell cells[PLAN_COLUMNS_MAX])
{
    int n = sqlite3_column_count(q);
    for (int i = 0; i < n && i < PLAN_COLUMNS_MAX; i++) {
        const char *type = sqlite3_column_decltype(q, i);
        cells[i] = (struct plan_cell){sqlite3_column_name(q, i), (const char *)sqlite3_column_text(q, i),
                                      type && strcmp(type, "JSON") == 0};
    }
    return (size_t)(n < PLAN_COLUMNS_MAX ? n : PLAN_COLUMNS_MAX);
}

enum status plan_rows(struct store *s, const char *name, plan_row_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    struct plan_cell cells[PLAN_COLUMNS_MAX];
    bool row = true, more = true;
    enum status st = select_rows(s, name, &q, e);
    while (st == STATUS_OK && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        more = fn(cells, read_cells(q, cells), user);
    }
    sqlite3_finalize(q);
    return st;
}
