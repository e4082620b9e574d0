/* inspect: what a file holds and what an import would make of it; changes nothing, needs no store. */

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "layers/inspect.h"
#include "layers/report_print.h"

#include <stdio.h>
#include <string.h>

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

static int run(struct arguments *a)
{
    struct error e = {0};
    struct buffer json;
    bool english = args_english(a);
    buffer_init(&json, 0);
    enum status st = inspect_file(a->items[0], &json, &e);
    if (st == STATUS_OK && args_json(a))
        printf("%s\n", json.data);
    else if (st == STATUS_OK)
        st = print(english ? "What the file holds" : "文件内容", json.data, a->format, english, &e);
    buffer_release(&json);
    return st ? exit_with_error(&e) : EXIT_OK;
}

static const struct cli_option options[] = {OPTION_FORMAT_OF("text|json|html"), OPTION_LANG, OPTION_END};

const struct command command_inspect = {.name = "inspect",
                                        .zh = "查看数据文件的图层、坐标系、字段，以及像哪个图层",
                                        .en = "show a file's layers, CRS, fields, and what they look like",
                                        .operands = "FILE",
                                        .operand_zh = "要查看的文件",
                                        .operand_en = "the file to look at",
                                        .least = 1,
                                        .most = 1,
                                        .options = options,
                                        .run = run};
