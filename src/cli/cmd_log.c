/* The log of logins, changes and what was taken out. */
#include "access/log_json.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "cli/store_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool print_row(const struct store_log_row *r, void *user)
{
    struct json_writer *w = user;
    if (w)
        access_log_write_row(w, r);
    else
        printf("%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s\n", r->id, r->at, *r->person ? r->person : "-",
               *r->address ? r->address : "-", r->action, r->subject, r->detail);
    return true;
}

static int verify(struct store *store)
{
    struct error e = {0};
    int64_t broken;
    if (store_log_verify(store, &broken, &e))
        return exit_with_store_error(&e);
    if (broken)
        printf("日志链断裂：第 %" PRId64 " 行。the chain of the log is broken at row %" PRId64 "\n", broken,
               broken);
    else
        printf("日志链完好。the chain of the log is sound\n");
    return broken ? EXIT_DIFFERS : EXIT_OK;
}

static int list(struct store *store, const char *since, bool json)
{
    struct error e = {0};
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    jw_array_begin(&w);
    enum status s = store_log_read(store, since, 0, 0, print_row, json ? &w : NULL, &e);
    jw_array_end(&w);
    if (!s && json)
        return print_json(&b);
    buffer_release(&b);
    return s ? exit_with_store_error(&e) : EXIT_OK;
}

int cmd_log(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 1};
    struct store *store;
    const char *store_name = NULL, *since = NULL, *format = NULL;
    char path[STORE_PATH_SIZE];
    const struct arg_option options[] = {{"--store", &store_name, NULL},
                                         {"--since", &since, NULL},
                                         {"--format", &format, NULL},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &rest, &e);
    bool json = format && strcmp(format, "json") == 0,
         verifies = rest.n && strcmp(rest.items[0], "verify") == 0;
    if (!s)
        s = access_log_since_check(since, &e);
    if (!s && ((rest.n && !verifies) || (format && !json && strcmp(format, "text") != 0))) {
        error_zh(&e, "应为 log 或 log verify；--format 为 text 或 json。");
        s = error_fail(&e, STATUS_INVALID_INPUT, "bad-usage",
                       "log or log verify is needed; --format is text or json.");
    }
    if (s)
        return command_misused("log", &e);
    if (store_path_find(store_name, path, &e) || store_open(path, STORE_READ, &store, &e))
        return exit_with_store_error(&e);
    int code = verifies ? verify(store) : list(store, since, json);
    store_close(store);
    return code;
}
