#include "cli/args.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "store/schema_files.h"

#include <jansson.h>
#include <stdio.h>

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

static int run(struct arguments *a)
{
    const struct schema_file *file = schema_file_find("project_classes.json");
    json_t *root = file ? json_loadb(file->bytes, file->size, 0, NULL) : NULL;
    const json_t *rows = json_object_get(root, "project_classes");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        printf("%s\t%s\n", text_of(row, "code"), text_of(row, args_english(a) ? "en" : "zh"));
    }
    print_lists(root);
    int code = json_array_size(rows) ? EXIT_OK : EXIT_INTERNAL;
    json_decref(root);
    return code;
}

static const struct cli_option options[] = {OPTION_LANG, OPTION_END};

const struct command command_classes = {.name = "classes",
                                        .zh = "列出项目类型",
                                        .en = "list the project classes",
                                        .options = options,
                                        .run = run};
