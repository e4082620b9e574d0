#include "store/people.h"

#include "base/text.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

static const struct doing READING = {"读取人员", "reading the people"};
static const struct doing WRITING = {"登记人员", "writing the people"};

#define COLUMNS "id, name, title, role, unit, password, added_at, revoked_at"

enum status store_has_people(struct store *s, bool *out, struct error *e)
{
    int64_t n = 0;
    enum status st = sql_integer(s, "SELECT EXISTS (SELECT 1 FROM person)", &n, READING, e);
    if (st == STATUS_OK)
        *out = n != 0;
    return st;
}

enum status store_unit_name(struct store *s, const char *code, struct arena *a, const char **out,
                            struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "SELECT name FROM admin_unit WHERE code = ?1", &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, code);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK && !(*out = row ? sql_text(q, 0, a) : arena_strdup(a, "")))
        st = error_no_memory(e);
    sqlite3_finalize(q);
    return st;
}

/* ---- what may be written ---- */

static bool is_one_line(const char *text, size_t max)
{
    if (strlen(text) > max || !text_is_utf8(text))
        return false;
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

/* A name stands in logs, headers and at the command line. */
static enum status check_name(const char *name, struct error *e)
{
    if (name && *name && is_one_line(name, PERSON_NAME_BYTES) && !strpbrk(name, " :,;\"'\\/") && *name != '-')
        return STATUS_OK;
    error_zh(e,
             "登录名“%.64s”不对：应为 1 至 %d 个字节的 UTF-8 文字，不含空格和 : , ; \" ' \\ /，不以 - 开头。",
             name ? name : "", PERSON_NAME_BYTES);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-person-name",
                      "The name \"%.64s\" is wrong: 1 to %d bytes of UTF-8 are needed, without blanks and "
                      ": , ; \" ' \\ / and not beginning with -.",
                      name ? name : "", PERSON_NAME_BYTES);
}

static enum status check_title(const char *title, struct error *e)
{
    if (is_one_line(title, PERSON_TITLE_BYTES))
        return STATUS_OK;
    error_zh(e, "姓名或用途（--title）应为一行不超过 %d 个字节的 UTF-8 文字。", PERSON_TITLE_BYTES);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-person-title",
                      "The title (--title) must be one line of at most %d bytes of UTF-8 text.",
                      PERSON_TITLE_BYTES);
}

/* The first units of the store, so that whoever mistypes sees how a code looks. */
static void list_units(struct store *s, char *out, size_t size)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    size_t n = 0;
    *out = '\0';
    if (sql_prepare(s,
                    "SELECT code || ' ' || name FROM admin_unit WHERE level <> 'township' "
                    "ORDER BY level = 'county', code LIMIT 6",
                    &q, READING, NULL) != STATUS_OK)
        return;
    while (n < size && sql_step(s, q, &row, READING, NULL) == STATUS_OK && row)
        n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
}

static enum status check_unit(struct store *s, const char *unit, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    char list[240];
    if (unit && strcmp(unit, "all") == 0)
        return STATUS_OK;
    enum status st = sql_prepare(s, "SELECT 1 FROM admin_unit WHERE code = ?1", &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, unit);
        st = sql_step(s, q, &row, READING, e);
    }
    sqlite3_finalize(q);
    if (st != STATUS_OK || row)
        return st;
    list_units(s, list, sizeof list);
    error_zh(e, "存储中没有代码为“%.20s”的行政区（--unit）；应为 all（不限）或行政区代码，如 %s。",
             unit ? unit : "", *list ? list : "（尚未载入行政区；请先 hongxian import --geodata）");
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-unit",
                      "The store has no administrative unit \"%.20s\" (--unit); all (no bounds) or a code is "
                      "needed, such as %s.",
                      unit ? unit : "", *list ? list : "(none is loaded: hongxian import --geodata first)");
}

/* ---- reading ---- */

void sql_read_person(sqlite3_stmt *q, int first, struct store_person *p)
{
    const char *texts[7];
    for (int i = 0; i < 7; i++) {
        const char *text = (const char *)sqlite3_column_text(q, first + 1 + i);
        texts[i] = text ? text : "";
    }
    *p = (struct store_person){.id = sqlite3_column_int64(q, first),
                               .name = texts[0],
                               .title = texts[1],
                               .role = texts[2],
                               .unit = texts[3],
                               .password = texts[4],
                               .added_at = texts[5],
                               .revoked_at = texts[6]};
}

enum status sql_keep_person(struct store_person *p, struct arena *a, struct error *e)
{
    const char **const texts[] = {&p->name,     &p->title,    &p->role,      &p->unit,
                                  &p->password, &p->added_at, &p->revoked_at};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!(*texts[i] = arena_strdup(a, *texts[i])))
            return error_no_memory(e);
    return STATUS_OK;
}

static enum status fail_unknown(const char *name, struct error *e)
{
    error_zh(e, "没有名为“%.64s”的人员；hongxian users list 列出全部。", name);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-person",
                      "There is nobody called \"%.64s\"; hongxian users list shows everybody.", name);
}

enum status store_person_named(struct store *s, const char *name, struct arena *a, struct store_person *out,
                               struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    struct store_person p;
    enum status st = sql_prepare(s, "SELECT " COLUMNS " FROM person WHERE name = ?1", &q, READING, e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, name);
        st = sql_step(s, q, &row, READING, e);
    }
    if (st == STATUS_OK && !row)
        st = fail_unknown(name, e);
    if (st == STATUS_OK) {
        sql_read_person(q, 0, &p);
        st = sql_keep_person(&p, a, e);
    }
    if (st == STATUS_OK)
        *out = p;
    sqlite3_finalize(q);
    return st;
}

enum status store_people(struct store *s, store_person_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    enum status st = sql_prepare(s, "SELECT " COLUMNS " FROM person ORDER BY name", &q, READING, e);
    while (st == STATUS_OK) {
        struct store_person p;
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        sql_read_person(q, 0, &p);
        if (!fn(&p, user))
            break;
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- writing ---- */

static enum status fail_name_taken(const struct store_person *p, struct error *e)
{
    bool was = *p->revoked_at != '\0';
    error_zh(e, "登录名“%.64s”已%s；档案和日志以登录名指人，一个名字只给一次，请换一个。", p->name,
             was ? "停用" : "有人使用");
    return error_fail(e, STATUS_CONFLICT, "person-exists",
                      "The name \"%.64s\" %s; records and the log name people by it, so that it is given "
                      "once: choose another.",
                      p->name, was ? "was revoked" : "is in use");
}

static enum status check_free(struct store *s, const char *name, struct error *e)
{
    struct arena *a = arena_new(64 << 10);
    struct store_person p;
    struct error none;
    enum status st = a ? store_person_named(s, name, a, &p, &none) : error_no_memory(&none);
    if (st == STATUS_OK)
        st = fail_name_taken(&p, e);
    else if (st == STATUS_NOT_FOUND)
        st = STATUS_OK;
    else if (e)
        *e = none;
    arena_free(a);
    return st;
}

static enum status insert(struct store *s, const struct store_person *p, struct error *e)
{
    sqlite3_stmt *q = NULL;
    char detail[96];
    const char *const texts[] = {p->name, p->title && *p->title ? p->title : p->name, p->role, p->unit,
                                 p->password};
    enum status st = sql_prepare(s,
                                 "INSERT INTO person (name, title, role, unit, password, added_at) VALUES "
                                 "(?1, ?2, ?3, ?4, ?5, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                                 &q, WRITING, e);
    if (st != STATUS_OK)
        return st;
    for (int i = 0; i < 5; i++)
        sql_bind_text(q, i + 1, texts[i]);
    st = sql_run(s, q, WRITING, e);
    sqlite3_finalize(q);
    snprintf(detail, sizeof detail, "role %s, unit %s", p->role, p->unit);
    return st ? st : sql_log(s, "user-add", p->name, detail, e);
}

enum status store_person_add(struct store *s, const struct store_person *p, struct error *e)
{
    enum status st = check_name(p->name, e);
    if (st == STATUS_OK)
        st = check_title(p->title ? p->title : "", e);
    if (st == STATUS_OK)
        st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = check_unit(s, p->unit, e);
    if (st == STATUS_OK)
        st = check_free(s, p->name, e);
    if (st == STATUS_OK)
        st = insert(s, p, e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

/* Runs statements with the name as ?1 and `value` as ?2, and logs it, in one transaction. The first of them
 * must change a row. */
static enum status change(struct store *s, const char *name, const char *const *statements, const char *value,
                          const char *action, struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    for (int i = 0; st == STATUS_OK && statements[i]; i++) {
        const char *const args[3] = {name, value, NULL};
        st = sql_run_text(s, statements[i], args, WRITING, e);
        if (st == STATUS_OK && i == 0 && sqlite3_changes(s->db) == 0)
            st = fail_unknown(name, e);
    }
    if (st == STATUS_OK)
        st = sql_log(s, action, name, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

static enum status update(struct store *s, const char *const texts[4], struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "UPDATE person SET role = coalesce(nullif(?2, ''), role), unit = "
                                 "coalesce(nullif(?3, ''), unit), title = coalesce(nullif(?4, ''), title) "
                                 "WHERE name = ?1 AND revoked_at = ''",
                                 &q, WRITING, e);
    if (st != STATUS_OK)
        return st;
    for (int i = 0; i < 4; i++)
        sql_bind_text(q, i + 1, texts[i]);
    st = sql_run(s, q, WRITING, e);
    sqlite3_finalize(q);
    return st == STATUS_OK && sqlite3_changes(s->db) == 0 ? fail_unknown(texts[0], e) : st;
}

enum status store_person_change(struct store *s, const char *name, const char *role, const char *unit,
                                const char *title, struct error *e)
{
    const char *const texts[4] = {name, role, unit, title};
    char detail[256];
    snprintf(detail, sizeof detail, "%s%s%s%s%s%s", role ? "role " : "", role ? role : "",
             unit ? " unit " : "", unit ? unit : "", title ? " title " : "", title ? title : "");
    enum status st = check_title(title ? title : "", e);
    if (st == STATUS_OK)
        st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    if (unit)
        st = check_unit(s, unit, e);
    if (st == STATUS_OK)
        st = update(s, texts, e);
    if (st == STATUS_OK)
        st = sql_log(s, "user-change", name, detail + (*detail == ' '), e);
    if (st == STATUS_OK)
        st = sql_commit(s, WRITING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

#define END_SESSIONS "DELETE FROM person_session WHERE person_id = (SELECT id FROM person WHERE name = ?1)"

enum status store_person_revoke(struct store *s, const char *name, struct error *e)
{
    static const char *const statements[] = {
        "UPDATE person SET revoked_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE name = ?1 AND "
        "revoked_at = ''",
        END_SESSIONS,
        "UPDATE person_token SET revoked_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE revoked_at = '' "
        "AND person_id = (SELECT id FROM person WHERE name = ?1)",
        NULL};
    return change(s, name, statements, NULL, "user-revoke", e);
}

enum status store_person_password(struct store *s, const char *name, const char *phc, struct error *e)
{
    static const char *const statements[] = {
        "UPDATE person SET password = ?2 WHERE name = ?1 AND revoked_at = ''", END_SESSIONS, NULL};
    return change(s, name, statements, phc, "user-password", e);
}
