#include "store/projects.h"

#include "base/text.h"
#include "store/sql.h"

#include <string.h>

static const struct doing SAVING = {"保存项目", "saving the project"};
static const struct doing READING = {"读取项目", "reading the projects"};
static const struct doing RETIRING = {"停用项目", "putting the project away"};

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

/* ---- what may be saved ---- */

static bool is_one_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static enum status bad_text(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "%s应为一行不超过 %d 个字节的 UTF-8 文字；请改短或去掉换行。", zh, PROJECT_TEXT_BYTES);
    return error_fail(e, STATUS_INVALID_INPUT, "project-text",
                      "%s must be one line of at most %d bytes of UTF-8 text; shorten it, or take out what "
                      "breaks the line.",
                      en, PROJECT_TEXT_BYTES);
}

enum status store_project_check(const struct store_project *p, struct error *e)
{
    const struct {
        const char *text, *zh, *en;
    } texts[] = {{p->name, "项目名称", "The project's name"},
                 {p->code, "项目代码", "The project's code"},
                 {p->builder, "建设单位", "The builder"},
                 {p->district, "所在行政区", "The district"},
                 {p->input_name, "文件名", "The file's name"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = texts[i].text ? texts[i].text : "";
        if (strlen(text) > PROJECT_TEXT_BYTES || !text_is_utf8(text) || !is_one_line(text))
            return bad_text(texts[i].zh, texts[i].en, e);
    }
    if (p->name && p->name[strspn(p->name, " ")])
        return STATUS_OK;
    error_zh(e, "保存项目须写明项目名称（--save-project，接口为 name=）。");
    return error_fail(e, STATUS_INVALID_INPUT, "project-name-missing",
                      "A saved project needs a name (--save-project; name= over HTTP).");
}

/* ---- saving ---- */

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
    sqlite3_bind_blob64(q, TEXTS + 1, p->input ? p->input : "", p->input_size, SQLITE_STATIC);
    st = sql_run(s, q, SAVING, e);
    sqlite3_finalize(q);
    return st;
}

/* What the store has of a project in force, by one condition with one text. */
struct standing {
    int64_t id; /* 0: none */
    const char *name, *code, *saved_at;
};

static enum status find_standing(struct store *s, const char *where, const char *text, struct arena *a,
                                 struct standing *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    const char *sql = arena_printf(
        a, "SELECT id, name, code, saved_at FROM project_current WHERE %s ORDER BY id DESC LIMIT 1", where);
    *out = (struct standing){.id = 0};
    enum status st = sql ? sql_prepare(s, sql, &q, SAVING, e) : error_no_memory(e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, text);
        st = sql_step(s, q, &row, SAVING, e);
    }
    if (st == STATUS_OK && row) {
        *out = (struct standing){sqlite3_column_int64(q, 0), sql_text(q, 1, a), sql_text(q, 2, a),
                                 sql_text(q, 3, a)};
        if (!out->name || !out->code || !out->saved_at)
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

static enum status changed_since(const char *name, const struct standing *now, struct error *e)
{
    if (!now->id) {
        error_zh(e, "项目“%.100s”在此期间已被停用；如仍要保存，请作为新项目保存。", name);
        return error_fail(
            e, STATUS_CONFLICT, "project-changed",
            "The project \"%.100s\" was put away meanwhile; save it as a new one if it is still "
            "wanted.",
            name);
    }
    error_zh(e, "项目“%.100s”已有较新的保存（第 %lld 号，%s）；请打开它再改，或换一个名称保存。", name,
             (long long)now->id, now->saved_at);
    return error_fail(
        e, STATUS_CONFLICT, "project-changed",
        "The project \"%.100s\" has a newer saving (no. %lld, %s); open that one, or save under "
        "another name.",
        name, (long long)now->id, now->saved_at);
}

/* A name is of one code, and a code of one name. */
static enum status check_code(struct store *s, const struct store_project *p, const struct standing *same,
                              struct arena *a, struct error *e)
{
    struct standing other;
    if (!p->code || !*p->code)
        return STATUS_OK;
    if (same->id && *same->code && strcmp(same->code, p->code) != 0) {
        error_zh(e, "项目“%.100s”已以代码“%.60s”保存，与“%.60s”不同；请核对代码，另一个项目请换名称保存。",
                 p->name, same->code, p->code);
        return error_fail(
            e, STATUS_INVALID_INPUT, "project-code",
            "The project \"%.100s\" is saved with the code \"%.60s\", not \"%.60s\"; see to the "
            "code, or give another project another name.",
            p->name, same->code, p->code);
    }
    enum status st = find_standing(s, "code = ?1", p->code, a, &other, e);
    if (st || !other.id || strcmp(other.name, p->name) == 0)
        return st;
    error_zh(e, "代码“%.60s”已属于项目“%.100s”；请核对代码，要改名请先停用原项目。", p->code, other.name);
    return error_fail(
        e, STATUS_INVALID_INPUT, "project-code",
        "The code \"%.60s\" belongs to the project \"%.100s\"; see to the code, or put that project "
        "away first to give it another name.",
        p->code, other.name);
}

static enum status save(struct store *s, const struct store_project *p, int64_t replaces, struct arena *a,
                        struct error *e)
{
    struct standing same;
    enum status st = find_standing(s, "name = ?1", p->name, a, &same, e);
    if (!st && replaces != PROJECT_REPLACES_ANY && same.id != replaces)
        st = changed_since(p->name, &same, e);
    if (!st)
        st = check_code(s, p, &same, a, e);
    return st ? st : insert(s, p, a, e);
}

enum status store_project_save(struct store *s, const struct store_project *p, int64_t replaces, int64_t *id,
                               struct error *e)
{
    struct arena *a = arena_new((size_t)1 << 20);
    if (!a)
        return error_no_memory(e);
    enum status st = store_project_check(p, e);
    if (st == STATUS_OK)
        st = sql_begin_write(s, e);
    if (st == STATUS_OK) {
        st = save(s, p, replaces, a, e);
        int64_t saved = sqlite3_last_insert_rowid(s->db);
        if (st == STATUS_OK)
            st = sql_add_places(s, "INSERT INTO project_place VALUES (?1, ?2)", saved, p->places, SAVING, e);
        if (st == STATUS_OK)
            st = sql_log(s, "project-save", p->name, NULL, e);
        if (st == STATUS_OK)
            st = sql_commit(s, SAVING, e);
        if (st == STATUS_OK)
            *id = saved;
        else
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

static enum status take_row(sqlite3_stmt *q, struct arena *a, struct store_project *p, struct error *e)
{
    bool ok = true;
    for (int i = 0; i < TEXTS; i++) {
        const char *text = sql_text(q, i, a);
        ok = ok && text;
        take_text(p, i, text);
    }
    p->id = sqlite3_column_int64(q, TEXTS);
    p->saved_at = sql_text(q, TEXTS + 1, a);
    p->input_size = (size_t)sqlite3_column_bytes(q, TEXTS + 2);
    p->input = p->input_size ? arena_strndup(a, sqlite3_column_blob(q, TEXTS + 2), p->input_size)
                             : arena_strdup(a, "");
    p->newest_id = sqlite3_column_int64(q, TEXTS + 3);
    p->retired = sqlite3_column_int64(q, TEXTS + 4) != 0;
    return ok && p->saved_at && p->input ? STATUS_OK : error_no_memory(e);
}

/* One row of project p; id 0 when there is none. */
static enum status read_row(struct store *s, const char *where, const char *text, int64_t number,
                            struct arena *a, struct store_project *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    *out = (struct store_project){.id = 0};
    const char *sql = arena_printf(
        a,
        "SELECT %s, id, saved_at, input, (SELECT max(x.id) FROM project x WHERE x.name = p.name), "
        "EXISTS (SELECT 1 FROM project_retired r WHERE r.project_id = "
        "(SELECT max(x.id) FROM project x WHERE x.name = p.name)) FROM %s ORDER BY id DESC LIMIT 1",
        columns, where);
    enum status st = sql ? sql_prepare(s, sql, &q, READING, e) : error_no_memory(e);
    if (st == STATUS_OK && text)
        sql_bind_text(q, 1, text);
    else if (st == STATUS_OK)
        sqlite3_bind_int64(q, 1, number);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, READING, e);
    if (st == STATUS_OK && row)
        st = take_row(q, a, out, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_project_read(struct store *s, const char *name, struct arena *a, struct store_project *out,
                               struct error *e)
{
    struct store_project p;
    enum status st = read_row(s, "project_current p WHERE name = ?1", name, 0, a, &p, e);
    if (st == STATUS_OK && !p.id && *name)
        st = read_row(s, "project_current p WHERE code = ?1", name, 0, a, &p, e);
    if (st != STATUS_OK)
        return st;
    if (p.id) {
        *out = p;
        return STATUS_OK;
    }
    error_zh(e,
             "没有保存名称或代码为“%.100s”的项目，或它已停用；hongxian projects list（接口为 GET "
             "/projects）列出全部。",
             name);
    return error_fail(
        e, STATUS_NOT_FOUND, "project-not-found",
        "No project of the name or code \"%.100s\" is saved, or it was put away; hongxian projects "
        "list (GET /projects over HTTP) shows all.",
        name);
}

static enum status fail_no_saving(int64_t id, struct error *e)
{
    error_zh(e, "没有第 %lld 号已保存的项目；GET /projects 列出全部。", (long long)id);
    return error_fail(e, STATUS_NOT_FOUND, "project-not-found",
                      "There is no saved project no. %lld; GET /projects lists all.", (long long)id);
}

enum status store_project_at(struct store *s, int64_t id, struct arena *a, struct store_project *out,
                             struct error *e)
{
    struct store_project p;
    enum status st = read_row(s, "project p WHERE id = ?1", NULL, id, a, &p, e);
    if (st != STATUS_OK)
        return st;
    if (p.id) {
        *out = p;
        return STATUS_OK;
    }
    return fail_no_saving(id, e);
}

enum status store_project_seen(struct store *s, int64_t id, const char *digits, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool seen = !*digits;
    enum status st =
        sql_prepare(s, "SELECT 1 FROM project_place WHERE project_id = ?1 AND digits = ?2", &q, READING, e);
    if (st == STATUS_OK && !seen) {
        sqlite3_bind_int64(q, 1, id);
        sql_bind_text(q, 2, digits);
        st = sql_step(s, q, &seen, READING, e);
    }
    sqlite3_finalize(q);
    return st || seen ? st : fail_no_saving(id, e);
}

enum status store_projects(struct store *s, const struct store_project_page *page, store_project_fn *fn,
                           void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(
        s,
        "SELECT name, code, builder, district, project_class, claims, crs, slivers, input_name, id, "
        "saved_at, length(input) FROM project_current p WHERE id > ?1 AND (?3 = '' OR EXISTS (SELECT 1 FROM "
        "project_place y WHERE y.project_id = p.id AND y.digits = ?3)) ORDER BY id LIMIT ?2",
        &q, READING, e);
    if (st == STATUS_OK) {
        sqlite3_bind_int64(q, 1, page->after_id);
        sqlite3_bind_int64(q, 2, page->limit > 0 ? page->limit : -1);
        sql_bind_text(q, 3, page->digits);
    }
    while (st == STATUS_OK && row && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        struct store_project p = {.id = sqlite3_column_int64(q, TEXTS)};
        for (int i = 0; i < TEXTS; i++)
            take_text(&p, i, (const char *)sqlite3_column_text(q, i));
        p.saved_at = (const char *)sqlite3_column_text(q, TEXTS + 1);
        p.input_size = (size_t)sqlite3_column_int64(q, TEXTS + 2);
        p.newest_id = p.id;
        more = fn(&p, user);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- putting away ---- */

static enum status retire(struct store *s, int64_t id, struct arena *a, struct error *e)
{
    struct store_project p;
    sqlite3_stmt *q = NULL;
    enum status st = store_project_at(s, id, a, &p, e);
    if (!st && p.newest_id != id) {
        struct store_project newest;
        st = store_project_at(s, p.newest_id, a, &newest, e);
        return st ? st : changed_since(p.name, &(struct standing){newest.id, "", "", newest.saved_at}, e);
    }
    if (!st && p.retired) {
        error_zh(e, "项目“%.100s”已经停用；再保存一次即重新启用。", p.name);
        return error_fail(e, STATUS_CONFLICT, "project-retired",
                          "The project \"%.100s\" was put away already; saving it again takes it up again.",
                          p.name);
    }
    if (!st)
        st = sql_prepare(s,
                         "INSERT INTO project_retired (project_id, retired_at) VALUES (?1, "
                         "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                         &q, RETIRING, e);
    if (!st) {
        sqlite3_bind_int64(q, 1, id);
        st = sql_run(s, q, RETIRING, e);
    }
    sqlite3_finalize(q);
    return st ? st : sql_log(s, "project-retire", p.name, NULL, e);
}

enum status store_project_retire(struct store *s, int64_t id, struct error *e)
{
    struct arena *a = arena_new((size_t)256 << 20); /* a saving is read with its file */
    if (!a)
        return error_no_memory(e);
    enum status st = sql_begin_write(s, e);
    if (st == STATUS_OK) {
        st = retire(s, id, a, e);
        if (st == STATUS_OK)
            st = sql_commit(s, RETIRING, e);
        if (st != STATUS_OK)
            sql_rollback(s);
    }
    arena_free(a);
    return st;
}
