/* The log of logins, changes and what was taken out. */
#include "access/log_json.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool print_row(const struct store_log_row *r, void *user)
{
    struct json_writer *w = listing_json(user);
    if (w)
        access_log_write_row(w, r);
    else
        printf("%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s\n", r->id, r->at, *r->person ? r->person : "-",
               *r->address ? r->address : "-", r->action, r->subject, r->detail);
    return true;
}

static int verify_json(int64_t broken)
{
    struct buffer text;
    struct json_writer w;
    buffer_init(&text, 0);
    jw_init(&w, &text, true);
    jw_object_begin(&w);
    jw_kv_bool(&w, "sound", !broken);
    jw_key(&w, "broken_at"); /* the row, by its id */
    if (broken)
        jw_integer(&w, broken);
    else
        jw_null(&w);
    jw_object_end(&w);
    return print_json(&text);
}

static int verify(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    int64_t broken;
    (void)arena;
    if (store_log_verify(store, &broken, &e))
        return exit_with_store_error(&e);
    if (args_json(a)) {
        int code = verify_json(broken);
        return code != EXIT_OK ? code : broken ? EXIT_DIFFERS : EXIT_OK;
    }
    if (broken)
        printf("日志链断裂：第 %" PRId64 " 行。the chain of the log is broken at row %" PRId64 "\n", broken,
               broken);
    else
        printf("日志链完好。the chain of the log is sound\n");
    return broken ? EXIT_DIFFERS : EXIT_OK;
}

struct log_args {
    struct arguments base;
    const char *since;
};

static int list(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct listing l;
    (void)arena;
    listing_begin(&l, a, "log");
    enum status s = store_log_read(store, ((const struct log_args *)a)->since, 0, 0, print_row, &l, &e);
    return listing_end(&l, s, &e);
}

static enum status check(struct arguments *a, struct error *e)
{
    return access_log_since_check(((const struct log_args *)a)->since, e);
}

static const struct cli_option options_of_list[] = {
    OPTION("--since", OPTION_TEXT, offsetof(struct log_args, since), "DAY|TIME",
           "从何时起，如 2026-01-31 或 2026-01-31T08:00:00Z",
           "from when on, such as 2026-01-31 or 2026-01-31T08:00:00Z"),
    OPTION_STORE, OPTION_FORMAT, OPTION_END};
static const struct cli_option options_of_verify[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};

static const struct command subcommands[] = {{.group = "log",
                                              .name = "list",
                                              .zh = "列出日志",
                                              .en = "the rows of the log",
                                              .options = options_of_list,
                                              .size = sizeof(struct log_args),
                                              .check = check,
                                              .mode = STORE_READ,
                                              .in_store = list},
                                             {.group = "log",
                                              .name = "verify",
                                              .zh = "校验日志链",
                                              .en = "look at the chain of the log",
                                              .options = options_of_verify,
                                              .mode = STORE_READ,
                                              .in_store = verify},
                                             {.name = NULL}};

const struct command command_log = {.name = "log",
                                    .zh = "日志：登录、改动、导出，何时由何人",
                                    .en = "the log: logins, changes, what was taken out, when and by whom",
                                    .subcommands = subcommands,
                                    .usual = "list"};
