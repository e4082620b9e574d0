#include "store/store_versions.h"

#include "base/text.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct doing SWITCHING = {"切换图层版本", "switching a layer's version"};

/* The version's day of beginning, for the choice by day. */
#define BEGINS "CASE WHEN v.effective_from <> '' THEN v.effective_from ELSE substr(v.imported_at, 1, 10) END"
#define IN_FORCE                                                                                             \
    "v.status <> 'draft' AND v.id NOT IN (SELECT version_id FROM layer_version_withdrawn) AND " BEGINS       \
    " <= ?1 AND (v.effective_to = '' OR v.effective_to >= ?1)"

enum status store_versions(struct store *s, const char *layer, struct arena *a, struct store_version **out,
                           size_t *n, struct error *e)
{
    const char *const args[3] = {layer};
    return sql_read_versions(
        s, layer ? "v.layer_id = ?1 ORDER BY v.version_no" : "1 ORDER BY l.legend_order, l.id, v.version_no",
        args, a, out, n, e);
}

static enum status fail_name(const char *name, struct error *e)
{
    error_zh(e, "存储中没有图层版本“%s”；写法为“图层”或“图层@版本号”，hongxian layers --all 列出全部。",
             name);
    return error_fail(e, STATUS_NOT_FOUND, "version-not-found",
                      "The store has no layer version \"%s\"; write \"layer\" or \"layer@number\"; hongxian "
                      "layers --all lists them.",
                      name);
}

enum status store_version_find(struct store *s, const char *name, struct arena *a, struct store_version *out,
                               struct error *e)
{
    const char *at = strchr(name, '@');
    char *end = NULL;
    long number = at ? strtol(at + 1, &end, 10) : 0;
    if (at && (end == at + 1 || *end || number < 1))
        return fail_name(name, e);
    char *layer = arena_strndup(a, name, at ? (size_t)(at - name) : strlen(name));
    char *no = arena_printf(a, "%ld", number);
    if (!layer || !no)
        return error_no_memory(e);
    const char *const args[3] = {layer, no};
    struct store_version *list;
    size_t n;
    enum status st = sql_read_versions(s,
                                       at ? "l.id = ?1 AND v.version_no = CAST(?2 AS INTEGER)"
                                          : "l.id = ?1 AND v.id = l.current_version_id",
                                       args, a, &list, &n, e);
    if (st == STATUS_OK && n == 0)
        st = fail_name(name, e);
    if (st == STATUS_OK)
        *out = list[0];
    return st;
}

enum status store_day_check(const char *day, struct error *e)
{
    if (text_is_day(day))
        return STATUS_OK;
    error_zh(e, "“%s”不是日期；请写成 2024-01-31 的样子。", day);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-date", "\"%s\" is not a date; write it like 2024-01-31.",
                      day);
}

enum status store_versions_as_of(struct store *s, const char *day, struct arena *a,
                                 struct store_version **out, size_t *n, struct error *e)
{
    enum status st = store_day_check(day, e);
    const char *const args[3] = {day};
    return st == STATUS_OK
               ? sql_read_versions(
                     s,
                     IN_FORCE " AND v.id = (SELECT w.id FROM layer_version w WHERE w.layer_id = v.layer_id "
                              "AND w.id IN "
                              "(SELECT v.id FROM layer_version v WHERE v.layer_id = w.layer_id AND " IN_FORCE
                              ") ORDER BY CASE WHEN w.effective_from <> '' THEN w.effective_from ELSE "
                              "substr(w.imported_at, 1, 10) END DESC, w.version_no DESC LIMIT 1) "
                              "ORDER BY l.legend_order, l.id",
                     args, a, out, n, e)
               : st;
}

/* ---- switching ---- */

enum status sql_log_version(struct store *s, const char *kind, const struct store_version *v,
                            const char *reason, struct error *e)
{
    char action[32], subject[96];
    snprintf(action, sizeof action, "layer-%.20s", kind);
    snprintf(subject, sizeof subject, "%.64s@%d", v->layer, v->version_no);
    return sql_log(s, action, subject, reason, e);
}

enum status sql_switch_version(struct store *s, const struct store_version *v, const char *kind,
                               const char *who, const char *reason, struct error *e)
{
    char *sql = sqlite3_mprintf(
        "INSERT INTO layer_switch (layer_id, version_id, previous_id, kind, at, by, reason) SELECT id, %lld, "
        "current_version_id, %Q, strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now'), %Q, %Q FROM layer WHERE id = "
        "%Q;"
        "UPDATE layer_version SET status = 'retired' WHERE layer_id = %Q AND status = 'current';"
        "UPDATE layer_version SET status = 'current' WHERE id = %lld;"
        "UPDATE layer SET current_version_id = %lld WHERE id = %Q;",
        (long long)v->id, kind, who ? who : "", reason ? reason : "", v->layer, v->layer, (long long)v->id,
        (long long)v->id, v->layer);
    enum status st = sql ? sql_exec(s, sql, SWITCHING, e) : error_no_memory(e);
    sqlite3_free(sql);
    if (st == STATUS_OK && strcmp(v->kind, "admin") == 0)
        st = sql_copy_boundaries(s, e);
    if (st == STATUS_OK)
        st = store_view_register(s, v->layer, v->title_zh, e);
    return st ? st : sql_log_version(s, kind, v, reason, e);
}

static enum status switch_alone(struct store *s, const struct store_version *v, const char *kind,
                                const char *who, const char *reason, struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    st = sql_switch_version(s, v, kind, who, reason, e);
    if (st == STATUS_OK)
        st = sql_commit(s, SWITCHING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

static enum status fail_current(const struct store_version *v, struct error *e)
{
    error_zh(e, "图层“%s”的第 %d 版已是现行版本，没有改动。", v->layer, v->version_no);
    return error_fail(e, STATUS_CONFLICT, "already-current",
                      "Version %d of layer \"%s\" is current already; nothing was changed.", v->version_no,
                      v->layer);
}

enum status store_version_promote(struct store *s, const struct store_version *v, const char *who,
                                  const char *reason, struct error *e)
{
    if (strcmp(v->status, "current") == 0)
        return fail_current(v, e);
    return switch_alone(s, v, "promote", who, reason, e);
}

/* The newest version before the current one that is neither a draft nor withdrawn. */
static enum status find_previous(struct store *s, const char *layer, struct arena *a,
                                 struct store_version *out, struct error *e)
{
    const char *const args[3] = {layer};
    struct store_version *list;
    size_t n;
    enum status st = sql_read_versions(
        s,
        "l.id = ?1 AND v.status <> 'draft' AND v.id NOT IN (SELECT version_id FROM layer_version_withdrawn) "
        "AND "
        "v.version_no < (SELECT c.version_no FROM layer_version c WHERE c.id = l.current_version_id) "
        "ORDER BY v.version_no DESC LIMIT 1",
        args, a, &list, &n, e);
    if (st != STATUS_OK || n == 1) {
        if (st == STATUS_OK)
            *out = list[0];
        return st;
    }
    error_zh(e, "图层“%s”之前没有可退回的版本；hongxian layers --all 列出全部版本。", layer);
    return error_fail(
        e, STATUS_NOT_FOUND, "no-earlier-version",
        "There is no earlier version of layer \"%s\" to go back to; hongxian layers --all lists them.",
        layer);
}

enum status store_version_rollback(struct store *s, const char *layer, int version_no, const char *who,
                                   const char *reason, struct arena *a, struct store_version *out,
                                   struct error *e)
{
    enum status st = version_no ? store_version_named(s, layer, version_no, a, out, e)
                                : find_previous(s, layer, a, out, e);
    if (st == STATUS_OK && strcmp(out->status, "current") == 0)
        st = fail_current(out, e);
    return st == STATUS_OK ? switch_alone(s, out, "rollback", who, reason, e) : st;
}

enum status store_draft_discard(struct store *s, const struct store_version *v, struct error *e)
{
    if (strcmp(v->status, "draft") != 0) {
        error_zh(e, "图层“%s”的第 %d 版不是草稿；已定稿的版本永久保存，不能删除。", v->layer, v->version_no);
        return error_fail(e, STATUS_CONFLICT, "not-a-draft",
                          "Version %d of layer \"%s\" is no draft; committed versions are kept for good.",
                          v->version_no, v->layer);
    }
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    char *sql = sqlite3_mprintf(
        "DELETE FROM feature WHERE version_id = %lld; DELETE FROM coverage WHERE version_id = "
        "%lld; DELETE FROM layer_version WHERE id = %lld AND status = 'draft';",
        (long long)v->id, (long long)v->id, (long long)v->id);
    st = sql ? sql_exec(s, sql, SWITCHING, e) : error_no_memory(e);
    sqlite3_free(sql);
    if (st == STATUS_OK)
        st = sql_log_version(s, "discard", v, NULL, e);
    if (st == STATUS_OK)
        st = sql_commit(s, SWITCHING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}
