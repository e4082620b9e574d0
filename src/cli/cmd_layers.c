/* layers: what the store holds, and what is done with its versions: report, diff, promote, rollback,
 * discard. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/layers_parts.h"
#include "cli/store_path.h"

#include <stdio.h>
#include <string.h>

enum { LAYERS_ARENA_BYTES = 64 << 20 };

static void print_layer(const struct store_version *v, bool english)
{
    const char *title = english && *v->title_en ? v->title_en : v->title_zh;
    printf("%s\tv%d\t%s\t%lld %s\t%.4f %s%s%s%s%s\n", v->layer, v->version_no, title,
           (long long)v->n_features, english ? "features" : "个图斑", v->area_m2 / 10000,
           english ? "ha" : "公顷", *v->effective_from ? "\t" : "", v->effective_from,
           v->synthetic ? (english ? "\t[sample data]" : "\t【示例数据】") : "",
           v->reference_only ? (english ? "\t[reference only]" : "\t【仅供参考】") : "");
}

static const char *status_word(const char *status, bool english)
{
    if (english)
        return status;
    return strcmp(status, "current") == 0 ? "现行" : strcmp(status, "draft") == 0 ? "草稿" : "停用";
}

static void print_version(const struct store_version *v, bool english)
{
    printf("%s@%d\t%s\t%s..%s\t%s\t%s\t%s\t%.12s\t%lld\n", v->layer, v->version_no,
           status_word(v->status, english), v->effective_from, v->effective_to, v->document_no,
           v->imported_at, v->imported_by, v->source_sha256, (long long)v->n_features);
}

static int print_list(const struct layers_job *j)
{
    struct error e = {0};
    struct store_version *versions;
    size_t n;
    bool all = j->all || j->n_names;
    enum status st =
        j->as_of ? store_versions_as_of(j->store, j->as_of, j->arena, &versions, &n, &e)
        : all    ? store_versions(j->store, j->n_names ? j->names[0] : NULL, j->arena, &versions, &n, &e)
                 : store_current_versions(j->store, j->arena, &versions, &n, &e);
    if (st)
        return exit_with_store_error(&e);
    for (size_t i = 0; i < n; i++)
        all ? print_version(&versions[i], j->english) : print_layer(&versions[i], j->english);
    if (n == 0)
        fprintf(stderr, "%s", j->english ? "No layer is loaded.\n" : "尚未载入图层。\n");
    return EXIT_OK;
}

static const struct {
    const char *name;
    layers_fn *run;
    int n_names; /* at least */
    enum store_mode mode;
} actions[] = {
    {"list", print_list, 0, STORE_READ},           {"report", layers_report, 1, STORE_READ},
    {"diff", layers_diff, 2, STORE_READ},          {"promote", layers_promote, 1, STORE_WRITE},
    {"rollback", layers_rollback, 1, STORE_WRITE}, {"discard", layers_discard, 1, STORE_WRITE},
};
enum { N_ACTIONS = sizeof actions / sizeof *actions };

static enum status choose(const struct arg_rest *rest, struct layers_job *j, int *action, struct error *e)
{
    *action = 0;
    for (int i = 0; rest->n && i < N_ACTIONS; i++)
        if (strcmp(actions[i].name, rest->items[0]) == 0)
            *action = i;
    if (rest->n && strcmp(actions[*action].name, rest->items[0]) != 0) {
        error_zh(e, "layers 没有“%s”；可用 list、report、diff、promote、rollback、discard。", rest->items[0]);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                          "layers has no \"%s\"; it has list, report, diff, promote, rollback and discard.",
                          rest->items[0]);
    }
    j->n_names = rest->n ? rest->n - 1 : 0;
    for (int i = 0; i < j->n_names; i++)
        j->names[i] = rest->items[i + 1];
    if (j->n_names >= actions[*action].n_names)
        return STATUS_OK;
    error_zh(e, "layers %s 缺少图层版本，写法为“图层”或“图层@版本号”。", actions[*action].name);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "layers %s needs a layer version, written \"layer\" or \"layer@number\".",
                      actions[*action].name);
}

int cmd_layers(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 3};
    struct layers_job j = {.format = "text"};
    const char *asked = NULL, *lang = NULL;
    char path[STORE_PATH_SIZE];
    int action = 0;
    const struct arg_option options[] = {{"--store", &asked, NULL},     {"--lang", &lang, NULL},
                                         {"--format", &j.format, NULL}, {"--by", &j.who, NULL},
                                         {"--reason", &j.reason, NULL}, {"--as-of", &j.as_of, NULL},
                                         {"--all", NULL, &j.all},       {NULL, NULL, NULL}};
    if (args_parse(argc, argv, options, &rest, &e) || args_lang(lang, &e) || choose(&rest, &j, &action, &e))
        return command_misused("layers", &e);
    if (store_path_find(asked, path, &e) || store_open(path, actions[action].mode, &j.store, &e))
        return exit_with_store_error(&e);
    j.english = args_is_english(lang);
    j.arena = arena_new(LAYERS_ARENA_BYTES);
    int code = j.arena ? actions[action].run(&j) : EXIT_INTERNAL;
    arena_free(j.arena);
    store_close(j.store);
    return code;
}
