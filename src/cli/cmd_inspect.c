/* inspect: what a file holds and what an import would make of it; changes nothing, needs no store. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "layers/inspect.h"
#include "layers/report_print.h"

#include <stdio.h>
#include <string.h>

static enum status missing_file(struct error *e)
{
    error_zh(e, "缺少要查看的文件。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "The file to look at is missing.");
}

static enum status print(const char *title, const char *json, const char *format, bool english,
                         struct error *e)
{
    struct buffer b;
    buffer_init(&b, 0);
    enum status st = report_print(
        title, json, strcmp(format, "html") == 0 ? REPORT_PRINT_HTML : REPORT_PRINT_TEXT, english, &b, e);
    if (st == STATUS_OK)
        fwrite(b.data, 1, b.size, stdout);
    buffer_release(&b);
    return st;
}

int cmd_inspect(int argc, char **argv)
{
    struct error e = {0};
    struct arg_rest rest = {.max = 1};
    const char *format = "text", *lang = NULL;
    const struct arg_option options[] = {
        {"--format", &format, NULL}, {"--lang", &lang, NULL}, {NULL, NULL, NULL}};
    if (args_parse(argc, argv, options, &rest, &e) || args_lang(lang, &e) ||
        (rest.n == 0 && missing_file(&e) != STATUS_OK))
        return command_misused("inspect", &e);
    struct buffer json;
    buffer_init(&json, 0);
    enum status st = inspect_file(rest.items[0], &json, &e);
    if (st == STATUS_OK && strcmp(format, "json") == 0)
        printf("%s\n", json.data);
    else if (st == STATUS_OK)
        st = print(args_is_english(lang) ? "What the file holds" : "文件内容", json.data, format,
                   args_is_english(lang), &e);
    buffer_release(&json);
    return st ? exit_with_error(&e) : EXIT_OK;
}
