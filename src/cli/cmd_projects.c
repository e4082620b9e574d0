/* hongxian projects: what `check --save-project` saved. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "store/projects.h"

#include <stdio.h>
#include <string.h>

struct projects_args {
    const char *store;
    struct arg_rest rest;
};

static bool print_row(const struct store_project *p, void *user)
{
    (void)user;
    printf("%s\t%s\t%s\t%s\t%s\t%s\n", p->name, p->code, *p->project_class ? p->project_class : "UNKNOWN",
           p->claims, p->input_name, p->saved_at);
    return true;
}

static void print_one(const struct store_project *p)
{
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
                 {"保存时间 saved (UTC)", p->saved_at}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        printf("%s\t%s\n", facts[i].label, facts[i].value);
}

static int run(struct store *store, const struct projects_args *a)
{
    struct error e = {0};
    if (strcmp(a->rest.items[0], "list") == 0)
        return store_projects(store, print_row, NULL, &e) ? exit_with_store_error(&e) : EXIT_OK;
    struct arena *arena = arena_new((size_t)256 << 20);
    struct store_project p;
    enum status s = arena ? store_project_read(store, a->rest.items[1], arena, &p, &e) : error_no_memory(&e);
    if (!s && strcmp(a->rest.items[0], "input") == 0)
        fwrite(p.input, 1, p.input_size, stdout);
    else if (!s)
        print_one(&p);
    arena_free(arena);
    return s ? exit_with_error(&e) : EXIT_OK;
}

static enum status parse(int argc, char **argv, struct projects_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL}, {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    const char *what = a->rest.n > 0 ? a->rest.items[0] : "";
    if (s || (strcmp(what, "list") == 0 && a->rest.n == 1) ||
        ((strcmp(what, "show") == 0 || strcmp(what, "input") == 0) && a->rest.n == 2))
        return s;
    error_zh(e, "应为 list、show 项目名 或 input 项目名。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "list, show NAME or input NAME is needed.");
}

int cmd_projects(int argc, char **argv)
{
    struct error e = {0};
    struct projects_args a = {.rest.max = 2};
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (parse(argc, argv, &a, &e))
        return command_misused("projects", &e);
    if (store_path_find(a.store, path, &e) || store_open(path, STORE_READ, &store, &e))
        return exit_with_store_error(&e);
    int code = run(store, &a);
    store_close(store);
    return code;
}
