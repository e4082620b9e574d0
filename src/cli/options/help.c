#include "cli/options/help.h"

#include "cli/exit_codes.h"
#include "cli/options/settings.h"
#include "report/identity.h"

#include <string.h>

#define ABOUT_ZH "地块是否压占三条控制线，压占多少平方米，依据哪一条。"
#define ABOUT_EN                                                                                             \
    "Whether a parcel presses on a control line, by how many square metres, and which clause applies."

static const char *group_of(const struct command *c)
{
    return c->group ? c->group : "";
}

static const char *blank_of(const struct command *c)
{
    return c->group ? " " : "";
}

static void print_subcommands(const struct command *c, FILE *out)
{
    fprintf(out, c->usual ? " [" : " ");
    for (const struct command *s = c->subcommands; s->name; s++)
        fprintf(out, "%s%s", s == c->subcommands ? "" : "|", s->name);
    fprintf(out, c->usual ? "]" : "");
}

void help_usage(const struct command *c, FILE *out)
{
    struct cli_option o;
    char value[OPTION_VALUE_SIZE];
    bool has_more = c->subcommands != NULL;
    fprintf(out, "hongxian %s%s%s", group_of(c), blank_of(c), c->name);
    if (c->subcommands)
        print_subcommands(c, out);
    if (c->operands)
        fprintf(out, c->least ? " %s" : " [%s]", c->operands);
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (o.is_required)
            fprintf(out, " %s %s", o.name, option_value(&o, value));
        else
            has_more = has_more || !o.is_hidden;
    fprintf(out, has_more ? " [OPTION ...]" : "");
}

/* ---- for people ---- */

static void print_parts(const struct cli_option *o)
{
    struct option_part p;
    for (size_t i = 0; o->part_at && o->part_at(i, &p); i++)
        printf("        %s=%ld%s%s  %s / %s（%ld – %ld）\n", p.name, p.fallback, *p.unit ? " " : "", p.unit,
               p.zh, p.en, p.least, p.most);
}

static void print_option(const struct cli_option *o)
{
    char value[OPTION_VALUE_SIZE];
    printf("  %s", o->name);
    if (!option_is_flag(o))
        printf(" %s", option_value(o, value));
    if (o->type == OPTION_LISTED && !o->is_single)
        printf(" ...");
    if (o->is_required)
        printf("   （必需 required）");
    if (o->fallback)
        printf("   （默认 default: %s）", o->fallback);
    if (o->alias)
        printf("   （旧名 earlier: %s）", o->alias);
    printf("\n      %s\n      %s\n", o->zh, o->en);
    print_parts(o);
}

static bool is_setting(const struct command *c, const struct cli_option *o, char variable[SETTING_NAME_SIZE])
{
    return c->has_settings && setting_variable(o, variable);
}

static void print_options(const struct command *c)
{
    struct cli_option o;
    char variable[SETTING_NAME_SIZE];
    size_t n = 0;
    for (size_t i = 0; command_option_at(c, i, &o); i++) {
        if (o.is_hidden)
            continue;
        if (n++ == 0)
            printf("\n选项 options\n");
        print_option(&o);
        if (is_setting(c, &o, variable))
            printf("      $%s\n", variable);
    }
    if (c->has_settings)
        printf("\n这些选项也可写在 %s（或 --config、$HONGXIAN_CONFIG "
               "所指的文件）和环境变量中；优先的次序是命令行、"
               "环境变量、文件、默认。\nThey may also stand in %s (or the file that --config or "
               "$HONGXIAN_CONFIG "
               "names) and in the environment; the command line comes first, then the environment, the file, "
               "the "
               "default.\n",
               SETTINGS_FILE, SETTINGS_FILE);
}

void help_print(const struct command *c)
{
    printf("用法 usage: ");
    help_usage(c, stdout);
    printf("\n%s\n%s\n", c->zh, c->en);
    if (c->operands)
        printf("\n  %s\n      %s\n      %s\n", c->operands, c->operand_zh, c->operand_en);
    for (const struct command *s = c->subcommands; s && s->name; s++) {
        printf("\n  ");
        help_usage(s, stdout);
        printf("\n      %s\n      %s\n", s->zh, s->en);
    }
    if (c->subcommands)
        printf("\n选项 options: hongxian help %s COMMAND\n", c->name);
    print_options(c);
}

void help_overview(void)
{
    struct exit_code_info x;
    printf("红线 hongxian %s：%s\n%s\n\n", report_engine_version(), ABOUT_ZH, ABOUT_EN);
    for (size_t i = 0; commands[i]; i++) {
        printf("  ");
        help_usage(commands[i], stdout);
        printf("\n      %s / %s\n", commands[i]->zh, commands[i]->en);
    }
    printf("\n每个命令的选项 the options of a command: hongxian help COMMAND\n"
           "数据文件 store：--store，否则 $HONGXIAN_STORE，否则 data/hongxian.sqlite，"
           "否则 ~/.local/share/hongxian/hongxian.sqlite\n退出码 exit codes：\n");
    for (size_t i = 0; exit_code_at(i, &x); i++)
        printf("  %3d  %s%s%s / %s\n", x.code, x.of, *x.of ? ": " : "", x.zh, x.en);
}

/* ---- for programs ---- */

static void write_parts(struct json_writer *w, const struct cli_option *o)
{
    struct option_part p;
    if (!o->part_at)
        return;
    jw_key(w, "parts");
    jw_array_begin(w);
    for (size_t i = 0; o->part_at(i, &p); i++) {
        jw_object_begin(w);
        jw_kv_string(w, "name", p.name);
        jw_kv_string(w, "zh", p.zh);
        jw_kv_string(w, "en", p.en);
        jw_kv_string(w, "unit", p.unit);
        jw_kv_integer(w, "default", p.fallback);
        jw_kv_integer(w, "least", p.least);
        jw_kv_integer(w, "most", p.most);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_option(struct json_writer *w, const struct command *c, const struct cli_option *o)
{
    char value[OPTION_VALUE_SIZE], variable[SETTING_NAME_SIZE];
    bool setting = is_setting(c, o, variable);
    jw_object_begin(w);
    jw_kv_string(w, "name", o->name);
    jw_kv_string(w, "alias", o->alias);
    jw_kv_string(w, "value", option_is_flag(o) ? NULL : option_value(o, value));
    jw_kv_string(w, "zh", o->zh);
    jw_kv_string(w, "en", o->en);
    jw_kv_string(w, "default", o->fallback);
    jw_kv_bool(w, "required", o->is_required);
    jw_kv_bool(w, "choice", o->type == OPTION_CHOICE);
    jw_kv_bool(w, "number", o->type == OPTION_NUMBER);
    jw_kv_bool(w, "several", o->type == OPTION_LISTED && !o->is_single);
    jw_kv_string(w, "environment", setting ? variable : NULL);
    jw_kv_string(w, "setting", setting ? o->name + 2 : NULL);
    write_parts(w, o);
    jw_object_end(w);
}

static void write_command(struct json_writer *w, const struct command *c)
{
    struct cli_option o;
    jw_object_begin(w);
    jw_kv_string(w, "group", c->group);
    jw_kv_string(w, "name", c->name);
    jw_kv_string(w, "zh", c->zh);
    jw_kv_string(w, "en", c->en);
    jw_kv_string(w, "operands", c->operands);
    jw_kv_bool(w, "operands_required", c->least > 0);
    jw_kv_string(w, "operands_zh", c->operand_zh);
    jw_kv_string(w, "operands_en", c->operand_en);
    jw_kv_string(w, "usual", c->usual);
    jw_key(w, "subcommands");
    jw_array_begin(w);
    for (const struct command *s = c->subcommands; s && s->name; s++)
        jw_string(w, s->name);
    jw_array_end(w);
    jw_key(w, "options");
    jw_array_begin(w);
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (!o.is_hidden)
            write_option(w, c, &o);
    jw_array_end(w);
    jw_object_end(w);
}

void help_write(struct json_writer *w)
{
    struct exit_code_info x;
    jw_object_begin(w);
    jw_kv_string(w, "version", report_engine_version());
    jw_kv_string(w, "zh", ABOUT_ZH);
    jw_kv_string(w, "en", ABOUT_EN);
    jw_key(w, "commands");
    jw_array_begin(w);
    for (size_t i = 0; commands[i]; i++) {
        write_command(w, commands[i]);
        for (const struct command *s = commands[i]->subcommands; s && s->name; s++)
            write_command(w, s);
    }
    jw_array_end(w);
    jw_key(w, "exit_codes");
    jw_array_begin(w);
    for (size_t i = 0; exit_code_at(i, &x); i++) {
        jw_object_begin(w);
        jw_kv_integer(w, "code", x.code);
        jw_kv_string(w, "of", *x.of ? x.of : NULL);
        jw_kv_string(w, "zh", x.zh);
        jw_kv_string(w, "en", x.en);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void print_choices(const struct cli_option *o)
{
    char value[OPTION_VALUE_SIZE];
    const char *w = option_value(o, value);
    while (*w) {
        size_t n = strcspn(w, "|");
        printf(" %s=%.*s", o->name, (int)n, w);
        w += n + (w[n] == '|');
    }
}

static void print_words(const struct command *c)
{
    struct cli_option o;
    printf("%s%s%s\t", group_of(c), blank_of(c), c->name);
    for (const struct command *s = c->subcommands; s && s->name; s++)
        printf(" %s", s->name);
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (!o.is_hidden)
            printf(" %s", o.name);
    printf("\t");
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (!o.is_hidden && (o.type == OPTION_CHOICE || o.name_values))
            print_choices(&o);
    printf("\n");
}

void help_words(void)
{
    for (size_t i = 0; commands[i]; i++) {
        print_words(commands[i]);
        for (const struct command *s = commands[i]->subcommands; s && s->name; s++)
            print_words(s);
    }
}
