/* init: a new, empty store. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "store/store.h"

#include <stdio.h>

static enum status missing(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "缺少%s。", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s is missing.", en);
}

int cmd_init(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 1};
    const char *store = NULL;
    const struct arg_option options[] = {{"--store", &store, NULL}, {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &rest, &e);
    if (!s && !store && rest.n == 0)
        s = missing("数据文件的路径", "The path of the store", &e);
    if (s)
        return command_misused("init", &e);
    const char *path = rest.n ? rest.items[0] : store;
    if (store_create(path, &e))
        return exit_with_store_error(&e);
    printf("%s\n", path);
    return EXIT_OK;
}
