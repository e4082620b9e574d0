#include "cli/exit_codes.h"
#include "cli/layers_parts.h"
#include "layers/report_print.h"
#include "layers/version_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int misused_format(const char *format)
{
    struct error e = {0};
    error_zh(&e, "--format 不认识“%s”；可用 text、json、html。", format);
    error_en(&e, STATUS_INVALID_INPUT, "bad-usage",
             "--format does not know \"%s\"; text, json and html are formats.", format);
    return exit_with_error(&e);
}

/* JSON as it is, or printed for people. */
static int print_json(const struct layers_job *j, const char *title, const char *json)
{
    bool text = strcmp(j->format, "text") == 0, html = strcmp(j->format, "html") == 0;
    struct error e = {0};
    struct buffer b;
    if (strcmp(j->format, "json") == 0) {
        printf("%s\n", json);
        return EXIT_OK;
    }
    if (!text && !html)
        return misused_format(j->format);
    buffer_init(&b, 0);
    enum status st =
        report_print(title, json, html ? REPORT_PRINT_HTML : REPORT_PRINT_TEXT, j->english, &b, &e);
    if (st == STATUS_OK)
        fwrite(b.data, 1, b.size, stdout);
    buffer_release(&b);
    return st ? exit_with_error(&e) : EXIT_OK;
}

int layers_report(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version v;
    const char *json;
    if (store_version_find(j->store, j->names[0], j->arena, &v, &e) ||
        store_version_report(j->store, v.id, j->arena, &json, &e))
        return exit_with_error(&e);
    char *title =
        arena_printf(j->arena, j->english ? "Import report: %s, version %d" : "导入报告：%s 第 %d 版",
                     j->english && *v.title_en ? v.title_en : v.title_zh, v.version_no);
    return print_json(j, title ? title : "", json);
}

int layers_diff(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version a, b;
    struct buffer out;
    if (store_version_find(j->store, j->names[0], j->arena, &a, &e) ||
        store_version_find(j->store, j->names[1], j->arena, &b, &e))
        return exit_with_error(&e);
    buffer_init(&out, 0);
    enum status st = version_diff(j->store, &a, &b, &out, &e);
    char *title = arena_printf(j->arena, j->english ? "From %s@%d to %s@%d" : "%s@%d 与 %s@%d 的差异",
                               a.layer, a.version_no, b.layer, b.version_no);
    int code = st ? exit_with_error(&e) : print_json(j, title ? title : "", out.data);
    buffer_release(&out);
    return code;
}

static const char *user_name(const struct layers_job *j)
{
    const char *user = j->who ? j->who : getenv("USER");
    return user ? user : "";
}

static void print_switched(const struct layers_job *j, const struct store_version *v)
{
    printf(j->english ? "%s@%d is current\n" : "%s@%d 已成为现行版本\n", v->layer, v->version_no);
}

int layers_promote(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version v;
    if (store_version_find(j->store, j->names[0], j->arena, &v, &e) ||
        store_version_promote(j->store, &v, user_name(j), j->reason, &e))
        return exit_with_error(&e);
    print_switched(j, &v);
    return EXIT_OK;
}

int layers_rollback(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version v;
    const char *at = strchr(j->names[0], '@');
    char *layer = arena_strndup(j->arena, j->names[0], at ? (size_t)(at - j->names[0]) : strlen(j->names[0]));
    if (!layer || store_version_rollback(j->store, layer, at ? atoi(at + 1) : 0, user_name(j), j->reason,
                                         j->arena, &v, &e))
        return exit_with_error(&e);
    print_switched(j, &v);
    return EXIT_OK;
}

int layers_discard(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version v;
    if (store_version_find(j->store, j->names[0], j->arena, &v, &e) || store_draft_discard(j->store, &v, &e))
        return exit_with_error(&e);
    printf(j->english ? "%s@%d was discarded\n" : "%s@%d（草稿）已删除\n", v.layer, v.version_no);
    return EXIT_OK;
}
