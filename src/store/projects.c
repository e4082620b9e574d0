#include "store/projects.h"

#include "store/sql.h"

#include <string.h>

static const struct doing SAVING = {"保存项目", "saving the project"};
static const struct doing READING = {"读取项目", "reading the projects"};

enum { TEXTS = 9 };
static const char columns[] =
    "name, code, builder, district, project_class, claims, crs, slivers, input_name";

static const char *const *texts_of(const struct store_project *p, const char *texts[TEXTS])
{
    const char *all[TEXTS] = {p->name,   p->code, p->builder, p->district,  p->project_class,
                              p->claims, p->crs,  p->slivers, p->input_name};
    memcpy(texts, all, sizeof all);
    return texts;
}

static enum status insert(struct store *s, const struct store_project *p, struct arena *a, struct error *e)
{
    const char *texts[TEXTS];
    sqlite3_stmt *q = NULL;
    const char *sql =
        arena_printf(a,
                     "INSERT INTO project (%s, input, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                     "?7, ?8, ?9, ?10, strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now'))",
                     columns);
    enum status st = sql ? sql_prepare(s, sql, &q, SAVING, e) : error_no_memory(e);
    if (st != STATUS_OK)
        return st;
    texts_of(p, texts);
    for (int i = 0; i < TEXTS; i++)
        sql_bind_text(q, i + 1, texts[i]);
    sqlite3_bind_blob64(q, TEXTS + 1, p->input, p->input_size, SQLITE_STATIC);
    st = sql_run(s, q, SAVING, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_project_save(struct store *s, const struct store_project *p, struct error *e)
{
    struct arena *a = arena_new((size_t)1 << 20);
    if (!a)
        return error_no_memory(e);
    enum status st = sql_begin_write(s, e);
    if (st == STATUS_OK) {
        st = insert(s, p, a, e);
        if (st == STATUS_OK)
            st = sql_commit(s, SAVING, e);
        if (st != STATUS_OK)
            sql_rollback(s);
    }
    arena_free(a);
    return st;
}

static void take_text(struct store_project *p, int i, const char *text)
{
    const char **to[TEXTS] = {&p->name,   &p->code, &p->builder, &p->district,  &p->project_class,
                              &p->claims, &p->crs,  &p->slivers, &p->input_name};
    *to[i] = text;
}

enum status store_project_read(struct store *s, const char *name, struct arena *a, struct store_project *out,
                               struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    struct store_project p = {.id = 0};
    const char *sql = arena_printf(
        a, "SELECT %s, id, saved_at, input FROM project WHERE name = ?1 ORDER BY id DESC LIMIT 1", columns);
    enum status st = sql ? sql_prepare(s, sql, &q, READING, e) : error_no_memory(e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, name);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK && row) {
        bool ok = true;
        for (int i = 0; i < TEXTS; i++) {
            const char *text = sql_text(q, i, a);
            ok = ok && text;
            take_text(&p, i, text);
        }
        p.id = sqlite3_column_int64(q, TEXTS);
        p.saved_at = sql_text(q, TEXTS + 1, a);
        p.input_size = (size_t)sqlite3_column_bytes(q, TEXTS + 2);
        p.input = p.input_size ? arena_strndup(a, sqlite3_column_blob(q, TEXTS + 2), p.input_size)
                               : arena_strdup(a, "");
        if (!ok || !p.saved_at || !p.input)
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    if (st != STATUS_OK)
        return st;
    if (row) {
        *out = p;
        return STATUS_OK;
    }
    error_zh(e, "没有保存名为“%.100s”的项目；hongxian projects list 列出全部。", name);
    return error_fail(e, STATUS_NOT_FOUND, "project-not-found",
                      "No project \"%.100s\" was saved; hongxian projects list shows all.", name);
}

enum status store_projects(struct store *s, store_project_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(
        s,
        "SELECT name, code, builder, district, project_class, claims, crs, slivers, input_name, id, "
        "saved_at, length(input) FROM project p WHERE id = (SELECT max(id) FROM project x "
        "WHERE x.name = p.name) ORDER BY name",
        &q, READING, e);
    while (st == STATUS_OK && row && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_project p = {.id = sqlite3_column_int64(q, TEXTS)};
        for (int i = 0; i < TEXTS; i++)
            take_text(&p, i, (const char *)sqlite3_column_text(q, i));
        p.saved_at = (const char *)sqlite3_column_text(q, TEXTS + 1);
        p.input_size = (size_t)sqlite3_column_int64(q, TEXTS + 2);
        more = fn(&p, user);
    }
    sqlite3_finalize(q);
    return st;
}
