/* hongxian projects: what `check --save-project` saved. */
#include "base/china_time.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "store/projects.h"

#include <stdio.h>
#include <string.h>

static const char *class_of(const struct store_project *p)
{
    return *p->project_class ? p->project_class : "UNKNOWN";
}

static void write_project(struct json_writer *w, const struct store_project *p)
{
    jw_object_begin(w);
    jw_kv_string(w, "name", p->name);
    jw_kv_string(w, "code", p->code);
    jw_kv_string(w, "builder", p->builder);
    jw_kv_string(w, "district", p->district);
    jw_kv_string(w, "class", class_of(p));
    jw_kv_string(w, "claims", p->claims);
    jw_kv_string(w, "crs", p->crs);
    jw_kv_string(w, "slivers", p->slivers);
    jw_kv_string(w, "input_name", p->input_name);
    jw_kv_string(w, "saved_at", p->saved_at);
    jw_object_end(w);
}

static bool print_row(const struct store_project *p, void *user)
{
    struct json_writer *w = listing_json(user);
    char when[CHINA_TIME_SIZE];
    if (w)
        write_project(w, p);
    else
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", p->name, p->code, class_of(p), p->claims, p->input_name,
               china_time_told(p->saved_at, when));
    return true;
}

static void print_one(const struct store_project *p)
{
    char when[CHINA_TIME_SIZE];
    const struct {
        const char *label, *value;
    } facts[] = {{"项目名称 name", p->name},
                 {"项目代码 code", p->code},
                 {"建设单位 builder", p->builder},
                 {"所在行政区 district", p->district},
                 {"项目类型 class", p->project_class},
                 {"主张 claims", p->claims},
                 {"坐标系 CRS", p->crs},
                 {"碎屑标准 slivers", p->slivers},
                 {"文件 file", p->input_name},
                 {"保存时间 saved at", china_time_told(p->saved_at, when)}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        printf("%s\t%s\n", facts[i].label, facts[i].value);
}

static int show(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_project p;
    if (store_project_read(store, a->items[0], arena, &p, &e))
        return exit_with_error(&e);
    if (args_json(a)) {
        struct buffer b;
        struct json_writer w;
        buffer_init(&b, 0);
        jw_init(&w, &b, true);
        write_project(&w, &p);
        return print_json(&b);
    }
    print_one(&p);
    return EXIT_OK;
}

static int input(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_project p;
    if (store_project_read(store, a->items[0], arena, &p, &e))
        return exit_with_error(&e);
    fwrite(p.input, 1, p.input_size, stdout);
    return EXIT_OK;
}

static int retire(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_project p;
    if (store_project_read(store, a->items[0], arena, &p, &e) || store_project_retire(store, p.id, &e))
        return exit_with_error(&e);
    fprintf(stderr, "已停用项目“%s”\nput the project \"%s\" away\n", p.name, p.name);
    return EXIT_OK;
}

static int list(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct listing l;
    (void)arena;
    listing_begin(&l, a, "projects");
    enum status s = store_projects(store, &(struct store_project_page){0, 0, NULL}, print_row, &l, &e);
    return listing_end(&l, s, &e);
}

static const struct cli_option options[] = {OPTION_STORE, OPTION_END};
static const struct cli_option options_to_read[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};

#define PROJECT(word, opened, function, rows, text_zh, text_en)                                              \
    {                                                                                                        \
        .group = "projects", .name = word, .zh = text_zh, .en = text_en, .operands = "NAME",                 \
        .operand_zh = "项目的名称或代码", .operand_en = "the project's name or code", .least = 1, .most = 1, \
        .options = rows, .mode = opened, .in_store = function                                                \
    }

static const struct command subcommands[] = {
    {.group = "projects",
     .name = "list",
     .zh = "列出已保存的项目",
     .en = "the saved projects",
     .options = options_to_read,
     .mode = STORE_READ,
     .in_store = list},
    PROJECT("show", STORE_READ, show, options_to_read, "查看一个项目", "what is saved of a project"),
    PROJECT("input", STORE_READ, input, options, "写出其地块文件", "its file of parcels, as it was"),
    PROJECT("retire", STORE_WRITE, retire, options, "停用", "put it away"),
    {.name = NULL}};

const struct command command_projects = {
    .name = "projects",
    .zh = "已保存的项目，按名称或代码（check --save-project 保存，check --project 再次检查）",
    .en = "saved projects, by name or code (check --save-project saves one, check --project checks it again)",
    .subcommands = subcommands};
