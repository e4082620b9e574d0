#include "cli/args.h"
#include "cli/exit_codes.h"
#include "cli/options/help.h"
#include "cli/options/settings.h"
#include "cli/options/suggest.h"
#include "cli/print_json.h"
#include "features/sandbox/sandbox.h"
#include "report/identity.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int unknown_command(const char *name)
{
    struct suggestion near;
    char zh[SUGGEST_SIZE], en[SUGGEST_SIZE];
    suggest_begin(&near, name, strlen(name));
    for (size_t i = 0; commands[i]; i++)
        suggest_look(&near, commands[i]->name);
    suggest_words(&near, zh, en);
    fprintf(stderr,
            "错误：没有命令“%s”；%shongxian help 列出全部命令。\n"
            "error: There is no command \"%s\".%s hongxian help lists them.\n",
            name, zh, name, en);
    return EXIT_INPUT;
}

/* ---- version and help ---- */

static int version(struct arguments *a)
{
    (void)a;
    printf("hongxian %s\n", report_engine_version());
    return EXIT_OK;
}

const struct command command_version = {
    .name = "version", .zh = "显示版本", .en = "show the version", .run = version};

static int help_as_json(void)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    help_write(&w);
    return print_json(&b);
}

static int help_of(const struct command *c, const char *subcommand)
{
    struct error e = {0};
    const struct command *found = c;
    char *word = (char *)subcommand;
    int at;
    enum status s = STATUS_OK;
    if (subcommand && !c->subcommands)
        s = command_lacks(&e, "这个命令没有子命令。", "The command has no commands of its own.");
    else if (subcommand)
        s = args_subcommand(c, 1, &word, &found, &at, &e);
    if (s)
        return command_misused(c, &e);
    help_print(found);
    return EXIT_OK;
}

static int help(struct arguments *a)
{
    const struct command *c = a->n ? command_find(a->items[0]) : NULL;
    if (args_json(a))
        return help_as_json();
    if (strcmp(a->format, "words") == 0)
        help_words();
    else if (strcmp(a->format, "conf") == 0)
        settings_example(&command_serve);
    else if (a->n == 0)
        help_overview();
    else
        return c ? help_of(c, a->n == 2 ? a->items[1] : NULL) : unknown_command(a->items[0]);
    return EXIT_OK;
}

static const struct cli_option help_options[] = {OPTION_FORMAT_OF("text|json|words|conf"), OPTION_END};

const struct command command_help = {
    .name = "help",
    .zh = "显示说明；json：全部命令、选项和退出码；words：供补全；conf：设置文件的样例",
    .en = "show this text, or the options of a command; json: all commands, options and exit codes; words: "
          "for completion; conf: an example of the file of settings",
    .operands = "COMMAND [COMMAND]",
    .operand_zh = "哪个命令，如 check 或 records list",
    .operand_en = "which command, such as check or records list",
    .most = 2,
    .options = help_options,
    .run = help};

/* ---- running a command ---- */

static bool asks_for_help(int argc, char **argv)
{
    return argc > 0 && (strcmp(argv[argc - 1], "--help") == 0 || strcmp(argv[argc - 1], "-h") == 0);
}

static int refuse(const struct command *c, int argc, char **argv, const struct error *e)
{
    return c->refuse ? c->refuse(c, argc, argv, e) : command_misused(c, e);
}

static int run(const struct command *c, int argc, char **argv)
{
    struct error e = {0};
    int at = -1;
    const struct command *found = c;
    enum status s = c->subcommands ? args_subcommand(c, argc, argv, &found, &at, &e) : STATUS_OK;
    if (asks_for_help(argc, argv))
        return help_print(s || at < 0 ? c : found), EXIT_OK;
    if (s)
        return refuse(c, argc, argv, &e);
    struct arguments *a = calloc(1, found->size ? found->size : sizeof *a);
    if (!a)
        return exit_without_memory();
    a->arena = found->has_settings ? arena_new(SETTINGS_ARENA_BYTES) : NULL;
    int code = args_parse(found, argc, argv, at, a, &e) ? refuse(found, argc, argv, &e)
               : found->in_store                        ? command_in_store(found, a)
                                                        : found->run(a);
    arena_free(a->arena);
    free(a);
    return code;
}

int main(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv); /* reads one file in a sandbox, and does not return */
    signal(SIGPIPE, SIG_IGN);           /* a reader that goes away is a failed write, not a death */
    if (argc < 2) {
        help_overview();
        return output_end(EXIT_INPUT);
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    const struct command *c = command_find(name);
    int code = c ? run(c, argc - 2, argv + 2) : unknown_command(name);
    return output_end(code);
}
