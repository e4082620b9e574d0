#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/options/help.h"
#include "cli/store_path.h"

#include <stdio.h>
#include <string.h>

enum { COMMAND_ARENA_BYTES = 256 << 20 };

const struct command *const commands[] = {
    &command_check,
    &command_parcel,
    &command_serve,
    &command_init,
    &command_import,
    &command_inspect,
    &command_export,
    &command_layers,
    &command_layer,
    &command_classes,
    &command_audit,
    &command_rules,
    &command_projects,
    &command_records,
    &command_users,
    &command_log,
    &command_verify,
    &command_backup,
    &command_restore,
    &command_doctor,
    &command_version,
    &command_help,
    NULL,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const struct command *command_find_below(const struct command *group, const char *name)
{
    for (const struct command *c = group->subcommands; c && c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

bool command_option_at(const struct command *c, size_t i, struct cli_option *out)
{
    for (const struct cli_option *o = c->options; o && o->name; o++)
        if (i-- == 0)
            return *out = *o, true;
    return c->joined && c->joined(c, i, out);
}

static bool is_name(const char *name, const char *text, size_t n)
{
    return name && strlen(name) == n && strncmp(name, text, n) == 0;
}

bool command_option_find(const struct command *c, const char *name, size_t n, struct cli_option *out)
{
    for (size_t i = 0; command_option_at(c, i, out); i++)
        if (is_name(out->name, name, n) || is_name(out->alias, name, n))
            return true;
    return false;
}

int command_misused(const struct command *c, const struct error *e)
{
    fprintf(stderr, "错误：%s\nerror: %s\n用法 usage: ", e->zh, e->en);
    help_usage(c, stderr);
    fprintf(stderr, "\n说明 more: hongxian help %s%s%s\n", c->group ? c->group : "", c->group ? " " : "",
            c->name);
    return EXIT_INPUT;
}

enum status command_lacks(struct error *e, const char *zh, const char *en)
{
    error_zh(e, "%s", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s", en);
}

int command_in_store(const struct command *c, const struct arguments *a)
{
    struct error e = {0};
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (store_path_find(a->store, path, &e) || store_open(path, c->mode, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new(COMMAND_ARENA_BYTES);
    int code = arena ? c->in_store(store, arena, a) : exit_without_memory();
    arena_free(arena);
    store_close(store);
    return code;
}
