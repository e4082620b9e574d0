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

static enum status show(struct store *store, const char *name, struct arena *a, struct error *e)
{
    struct store_project p;
    enum status s = store_project_read(store, name, a, &p, e);
    if (!s)
        print_one(&p);
    return s;
}

static enum status input(struct store *store, const char *name, struct arena *a, struct error *e)
{
    struct store_project p;
    enum status s = store_project_read(store, name, a, &p, e);
    if (!s)
        fwrite(p.input, 1, p.input_size, stdout);
    return s;
}

static enum status retire(struct store *store, const char *name, struct arena *a, struct error *e)
{
    struct store_project p;
    enum status s = store_project_read(store, name, a, &p, e);
    if (!s)
        s = store_project_retire(store, p.id, e);
    if (!s)
        fprintf(stderr, "已停用项目“%s”\nput the project \"%s\" away\n", p.name, p.name);
    return s;
}

static enum status list(struct store *store, const char *name, struct arena *a, struct error *e)
{
    (void)name, (void)a;
    return store_projects(store, &(struct store_project_page){0, 0, NULL}, print_row, NULL, e);
}

static const struct action {
    const char *name;
    enum store_mode mode;
    bool takes_name;
    enum status (*run)(struct store *store, const char *name, struct arena *a, struct error *e);
} actions[] = {{"list", STORE_READ, false, list},
               {"show", STORE_READ, true, show},
               {"input", STORE_READ, true, input},
               {"retire", STORE_WRITE, true, retire}};

static enum status parse(int argc, char **argv, struct projects_args *a, const struct action **out,
                         struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL}, {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (s)
        return s;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (a->rest.n == (actions[i].takes_name ? 2 : 1) && strcmp(a->rest.items[0], actions[i].name) == 0) {
            *out = &actions[i];
            return STATUS_OK;
        }
    error_zh(e, "应为 list、show 项目名、input 项目名 或 retire 项目名。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "list, show NAME, input NAME or retire NAME is needed.");
}

int cmd_projects(int argc, char **argv)
{
    struct error e = {0};
    struct projects_args a = {.rest.max = 2};
    char path[STORE_PATH_SIZE];
    const struct action *action;
    struct store *store;
    if (parse(argc, argv, &a, &action, &e))
        return command_misused("projects", &e);
    if (store_path_find(a.store, path, &e) || store_open(path, action->mode, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new((size_t)256 << 20);
    enum status s =
        arena ? action->run(store, a.rest.n > 1 ? a.rest.items[1] : NULL, arena, &e) : error_no_memory(&e);
    arena_free(arena);
    store_close(store);
    return s ? exit_with_error(&e) : EXIT_OK;
}
