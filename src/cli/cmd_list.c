#include "cli/args.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "store/schema_files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The lists as they are in schema/. */
static int print_as_json(json_t *root)
{
    static const char *const lists[] = {"limited_human_activities_10", "national_major_7"};
    json_t *out = json_pack("{s:O}", "classes", json_object_get(root, "project_classes"));
    for (size_t i = 0; out && i < sizeof lists / sizeof *lists; i++)
        (void)json_object_set(out, lists[i], json_object_get(root, lists[i]));
    char *text = out ? json_dumps(out, JSON_INDENT(2)) : NULL;
    json_decref(out);
    if (!text)
        return EXIT_INTERNAL;
    printf("%s\n", text);
    free(text);
    return EXIT_OK;
}

static void print_as_text(const json_t *root, bool english)
{
    const json_t *rows = json_object_get(root, "project_classes"), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        printf("%s\t%s\n", text_of(row, "code"), text_of(row, english ? "en" : "zh"));
    }
    print_lists(root);
}

static int run(struct arguments *a)
{
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    int code = json_array_size(json_object_get(root, "project_classes")) ? EXIT_OK : EXIT_INTERNAL;
    if (code == EXIT_OK && args_json(a))
        code = print_as_json(root);
    else if (code == EXIT_OK)
        print_as_text(root, args_english(a));
    json_decref(root);
    return code;
}

static const struct cli_option options[] = {OPTION_FORMAT, OPTION_LANG, OPTION_END};

const struct command command_classes = {.name = "classes",
                                        .zh = "列出项目类型",
                                        .en = "list the project classes",
                                        .options = options,
                                        .run = run};
