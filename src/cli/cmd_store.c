/* init: a new, empty store. */
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "store/store.h"

#include <stdio.h>

static enum status check(struct arguments *a, struct error *e)
{
    return a->n || a->store ? STATUS_OK
                            : command_lacks(e, "缺少数据文件的路径。", "The path of the store is missing.");
}

static int run(struct arguments *a)
{
    struct error e = {0};
    const char *path = a->n ? a->items[0] : a->store;
    if (store_create(path, &e))
        return exit_with_store_error(&e);
    printf("%s\n", path);
    return EXIT_OK;
}

static const struct cli_option options[] = {OPTION("--store", OPTION_TEXT, offsetof(struct arguments, store),
                                                   "FILE", "另一种写法，代替 STORE",
                                                   "another way to name STORE"),
                                            OPTION_END};

const struct command command_init = {.name = "init",
                                     .zh = "新建空的数据文件",
                                     .en = "make a new, empty store",
                                     .operands = "STORE",
                                     .operand_zh = "新的数据文件",
                                     .operand_en = "the file to make",
                                     .most = 1,
                                     .options = options,
                                     .check = check,
                                     .run = run};
