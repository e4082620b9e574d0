#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "store/schema_files.h"
#include "store/store.h"

#include <jansson.h>
#include <stdio.h>

enum { LIST_ARENA_BYTES = 64 << 20 };

static void print_layer(const struct store_version *v, bool english)
{
    const char *title = english && *v->title_en ? v->title_en : v->title_zh;
    printf("%s\tv%d\t%s\t%lld %s\t%.4f %s%s%s%s%s\n", v->layer, v->version_no, title,
           (long long)v->n_features, english ? "features" : "个图斑", v->area_m2 / 10000,
           english ? "ha" : "公顷", *v->effective_from ? "\t" : "", v->effective_from,
           v->synthetic ? (english ? "\t[sample data]" : "\t【示例数据】") : "",
           v->reference_only ? (english ? "\t[reference only]" : "\t【仅供参考】") : "");
}

static int print_layers(struct store *store, struct arena *arena, bool english)
{
    struct error e = {0};
    struct store_version *versions;
    size_t n;
    if (store_current_versions(store, arena, &versions, &n, &e))
        return exit_with_store_error(&e);
    for (size_t i = 0; i < n; i++)
        print_layer(&versions[i], english);
    if (n == 0)
        fprintf(stderr, "%s", english ? "No layer is loaded.\n" : "尚未载入图层。\n");
    return EXIT_OK;
}

int cmd_layers(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 0};
    const char *asked = NULL, *lang = NULL;
    char path[STORE_PATH_SIZE];
    struct store *store;
    const struct arg_option options[] = {
        {"--store", &asked, NULL}, {"--lang", &lang, NULL}, {NULL, NULL, NULL}};
    if (args_parse(argc, argv, options, &rest, &e) || args_lang(lang, &e))
        return command_misused("layers", &e);
    if (store_path_find(asked, path, &e) || store_open(path, STORE_READ, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new(LIST_ARENA_BYTES);
    int code = arena ? print_layers(store, arena, args_is_english(lang)) : EXIT_INTERNAL;
    arena_free(arena);
    store_close(store);
    return code;
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

/* The activities and projects that two of the classes stand for. `conf` says how sure each text is. */
static void print_lists(const json_t *root)
{
    const json_t *limited = json_object_get(root, "limited_human_activities_10"),
                 *major = json_object_get(root, "national_major_7"),
                 *activities = json_object_get(limited, "items"), *projects = json_object_get(major, "items");
    printf("\nLIMITED_ACTIVITY 十类有限人为活动（%s）\n", text_of(limited, "basis"));
    for (size_t i = 0; i < json_array_size(activities); i++) {
        const json_t *row = json_array_get(activities, i);
        printf("  %zu. %s [%s]\n", i + 1, text_of(row, "zh"), text_of(row, "conf"));
    }
    printf("\nNATIONAL_MAJOR 七类国家重大项目（%s）[%s]\n", text_of(major, "basis"), text_of(major, "conf"));
    for (size_t i = 0; i < json_array_size(projects); i++) {
        const char *text = json_string_value(json_array_get(projects, i));
        printf("  %zu. %s\n", i + 1, text ? text : "");
    }
}

int cmd_classes(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 0};
    const char *lang = NULL;
    const struct arg_option options[] = {{"--lang", &lang, NULL}, {NULL, NULL, NULL}};
    if (args_parse(argc, argv, options, &rest, &e) || args_lang(lang, &e))
        return command_misused("classes", &e);
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "project_classes");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *code = json_string_value(json_object_get(row, "code"));
        const char *title = json_string_value(json_object_get(row, args_is_english(lang) ? "en" : "zh"));
        printf("%s\t%s\n", code ? code : "", title ? title : "");
    }
    print_lists(root);
    int code = json_array_size(rows) ? EXIT_OK : EXIT_INTERNAL;
    json_decref(root);
    return code;
}
