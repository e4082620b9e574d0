/* export: a layer version as a file for other programs. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/store_path.h"
#include "layers/export.h"
#include "store/store_versions.h"

#include <stdio.h>

enum { EXPORT_ARENA_BYTES = 64 << 20 };

static enum status missing(struct error *e)
{
    error_zh(e, "缺少图层（“图层”或“图层@版本号”）或输出文件 -o。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "The layer (\"layer\" or \"layer@number\") or the output file -o is missing.");
}

static int run(struct store *store, struct arena *arena, const char *name, const char *path)
{
    struct error e = {0};
    struct store_version v;
    int64_t n = 0;
    if (store_version_find(store, name, arena, &v, &e) || export_version(store, &v, path, &n, &e))
        return exit_with_error(&e);
    printf("%s@%d\t%lld\t%s\n", v.layer, v.version_no, (long long)n, path);
    return EXIT_OK;
}

int cmd_export(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 1};
    const char *asked = NULL, *out = NULL;
    char path[STORE_PATH_SIZE];
    struct store *store;
    const struct arg_option options[] = {{"--store", &asked, NULL}, {"-o", &out, NULL}, {NULL, NULL, NULL}};
    if (args_parse(argc, argv, options, &rest, &e) || ((!out || rest.n == 0) && missing(&e) != STATUS_OK))
        return command_misused("export", &e);
    if (store_path_find(asked, path, &e) || store_open(path, STORE_READ, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new(EXPORT_ARENA_BYTES);
    int code = arena ? run(store, arena, rest.items[0], out) : EXIT_INTERNAL;
    arena_free(arena);
    store_close(store);
    return code;
}
