#include "cli/exit_codes.h"
#include "cli/layers_parts.h"
#include "layers/report_print.h"
#include "layers/version_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON as it is, or printed for people. */
static int print_document(const struct arguments *a, const char *title, const char *json)
{
    struct error e = {0};
    struct buffer b;
    if (args_json(a)) {
        printf("%s\n", json);
        return EXIT_OK;
    }
    buffer_init(&b, 0);
    enum status st =
        report_print(title, json, strcmp(a->format, "html") == 0 ? REPORT_PRINT_HTML : REPORT_PRINT_TEXT,
                     args_english(a), &b, &e);
    if (st == STATUS_OK)
        fwrite(b.data, 1, b.size, stdout);
    buffer_release(&b);
    return st ? exit_with_error(&e) : EXIT_OK;
}

int layers_report(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_version v;
    const char *json;
    if (store_version_find(store, a->items[0], arena, &v, &e) ||
        store_version_report(store, v.id, arena, &json, &e))
        return exit_with_error(&e);
    char *title =
        arena_printf(arena, args_english(a) ? "Import report: %s, version %d" : "导入报告：%s 第 %d 版",
                     args_english(a) && *v.title_en ? v.title_en : v.title_zh, v.version_no);
    return print_document(a, title ? title : "", json);
}

int layers_diff(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_version from, to;
    struct buffer out;
    if (store_version_find(store, a->items[0], arena, &from, &e) ||
        store_version_find(store, a->items[1], arena, &to, &e))
        return exit_with_error(&e);
    buffer_init(&out, 0);
    enum status st = version_diff(store, &from, &to, &out, &e);
    char *title = arena_printf(arena, args_english(a) ? "From %s@%d to %s@%d" : "%s@%d 与 %s@%d 的差异",
                               from.layer, from.version_no, to.layer, to.version_no);
    int code = st ? exit_with_error(&e) : print_document(a, title ? title : "", out.data);
    buffer_release(&out);
    return code;
}

static const char *reason_of(const struct arguments *a)
{
    return ((const struct layers_args *)a)->reason;
}

static const char *user_name(const struct arguments *a)
{
    const char *who = ((const struct layers_args *)a)->who, *user = who ? who : getenv("USER");
    return user ? user : "";
}

static void print_switched(const struct arguments *a, const struct store_version *v)
{
    printf(args_english(a) ? "%s@%d is current\n" : "%s@%d 已成为现行版本\n", v->layer, v->version_no);
}

int layers_promote(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_version v;
    if (store_version_find(store, a->items[0], arena, &v, &e) ||
        store_version_promote(store, &v, user_name(a), reason_of(a), &e))
        return exit_with_error(&e);
    print_switched(a, &v);
    return EXIT_OK;
}

int layers_rollback(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_version v;
    const char *at = strchr(a->items[0], '@');
    char *layer = arena_strndup(arena, a->items[0], at ? (size_t)(at - a->items[0]) : strlen(a->items[0]));
    if (!layer || store_version_rollback(store, layer, at ? atoi(at + 1) : 0, user_name(a), reason_of(a),
                                         arena, &v, &e))
        return exit_with_error(&e);
    print_switched(a, &v);
    return EXIT_OK;
}

int layers_discard(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_version v;
    if (store_version_find(store, a->items[0], arena, &v, &e) || store_draft_discard(store, &v, &e))
        return exit_with_error(&e);
    printf(args_english(a) ? "%s@%d was discarded\n" : "%s@%d（草稿）已删除\n", v.layer, v.version_no);
    return EXIT_OK;
}
