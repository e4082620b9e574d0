#include "cli/options/settings.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/options/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 1 << 20, WHERE_SIZE = 300 };
#define PREFIX "HONGXIAN_"

extern char **environ;

bool setting_name(const struct cli_option *o, char name[SETTING_NAME_SIZE])
{
    bool is_one = !o->is_hidden && !o->is_no_setting && strncmp(o->name, "--", 2) == 0;
    if (is_one)
        snprintf(name, SETTING_NAME_SIZE, "%s", o->name + 2);
    return is_one;
}

bool setting_variable(const struct cli_option *o, char name[SETTING_NAME_SIZE])
{
    char plain[SETTING_NAME_SIZE];
    if (!setting_name(o, plain))
        return false;
    snprintf(name, SETTING_NAME_SIZE, "%s%.*s", PREFIX, (int)(SETTING_NAME_SIZE - sizeof PREFIX), plain);
    for (char *p = name; *p; p++)
        *p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
    return true;
}

/* ---- where it stands ---- */

static void write_place(const struct arguments *a, const struct arg_origin *at, const char *option,
                        char zh[WHERE_SIZE], char en[WHERE_SIZE])
{
    switch (at->source) {
    case ARG_FILE:
        snprintf(zh, WHERE_SIZE, "%.200s 第 %d 行", a->config, at->line);
        snprintf(en, WHERE_SIZE, "%.200s, line %d", a->config, at->line);
        break;
    case ARG_ENVIRONMENT:
        snprintf(zh, WHERE_SIZE, "环境变量 %.60s", at->variable);
        snprintf(en, WHERE_SIZE, "the environment, %.60s", at->variable);
        break;
    case ARG_COMMAND_LINE:
        snprintf(zh, WHERE_SIZE, "命令行 %s", option);
        snprintf(en, WHERE_SIZE, "the command line");
        break;
    case ARG_DEFAULT:
        snprintf(zh, WHERE_SIZE, "默认");
        snprintf(en, WHERE_SIZE, "default");
        break;
    }
}

static void put_in_front(const char *zh, const char *en, struct error *e)
{
    if (!e)
        return;
    struct error of = *e;
    error_zh(e, "%s：%s", zh, of.zh);
    error_en(e, of.status, of.code, "%s: %s", en, of.en);
}

static enum status refuse_at(const struct arguments *a, enum status s, struct error *e)
{
    char zh[WHERE_SIZE], en[WHERE_SIZE];
    if (s) {
        write_place(a, &a->now, "", zh, en);
        put_in_front(zh, en, e);
    }
    return s;
}

/* Of an option that may come several times the sentence has the value, too. */
void settings_place_error(const struct command *c, const struct arguments *a, struct error *e)
{
    const struct arg_origin *at = NULL;
    char zh[WHERE_SIZE], en[WHERE_SIZE];
    (void)c;
    for (int i = 0; e && i < a->n_origins; i++)
        if (strstr(e->en, a->origins[i].option))
            at = &a->origins[i];
    for (int i = 0; e && i < a->n_given; i++)
        if (strstr(e->en, a->given[i].value) && strstr(e->en, a->given[i].key))
            at = &a->given[i].origin;
    if (!at || at->source <= ARG_DEFAULT || at->source == ARG_COMMAND_LINE)
        return;
    write_place(a, at, at->option, zh, en);
    put_in_front(zh, en, e);
}

/* ---- one setting ---- */

static bool find_setting(const struct command *c, const char *name, size_t n, struct cli_option *out)
{
    char option[SETTING_NAME_SIZE], plain[SETTING_NAME_SIZE];
    snprintf(option, sizeof option, "--%.*s", (int)(n < 50 ? n : 50), name);
    return n < 50 && command_option_find(c, option, n + 2, out) && setting_name(out, plain);
}

static enum status fail_unknown(const struct command *c, const char *name, struct error *e)
{
    struct suggestion near;
    struct cli_option o;
    char zh[SUGGEST_SIZE], en[SUGGEST_SIZE], plain[SETTING_NAME_SIZE];
    suggest_begin(&near, name, strlen(name));
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (setting_name(&o, plain))
            suggest_look(&near, o.name + 2);
    suggest_words(&near, zh, en);
    error_zh(e, "没有设置“%.60s”；%shongxian help %s 列出全部（去掉选项前的 --）。", name, zh, c->name);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                      "There is no setting \"%.60s\".%s hongxian help %s has them all (options without their "
                      "dashes).",
                      name, en, c->name);
}

static enum status fail_twice(const struct arguments *a, const struct cli_option *o, int line,
                              struct error *e)
{
    error_zh(e, "“%s”在第 %d 行已经写过（%s）；请去掉一处。", o->name + 2, line, a->config);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                      "\"%s\" is in line %d already (%s); take one of them out.", o->name + 2, line,
                      a->config);
}

static int line_before(const struct arguments *a, const struct cli_option *o)
{
    for (int i = 0; i < a->n_origins; i++)
        if (a->origins[i].source == ARG_FILE && strcmp(a->origins[i].option, o->name) == 0)
            return a->origins[i].line;
    return 0;
}

/* ---- the file ---- */

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t n = strlen(text);
    while (n && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text;
}

static enum status take_line(const struct command *c, char *line, struct arguments *a, struct error *e)
{
    struct cli_option o;
    char *name = trim(line), *equals = strchr(name, '=');
    if (!*name || *name == '#')
        return STATUS_OK;
    if (!equals) {
        error_zh(e, "“%.60s”不是“名称 = 值”；请改正，或在前面加 #。", name);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                          "\"%.60s\" is not \"name = value\"; correct it, or put # in front.", name);
    }
    *equals = '\0';
    const char *value = trim(equals + 1);
    name = trim(name);
    if (!find_setting(c, name, strlen(name), &o))
        return fail_unknown(c, name, e);
    if (!*value) {
        error_zh(e, "“%s”没有值；请写上，或在前面加 #。", name);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                          "\"%s\" has no value; give it one, or put # in front.", name);
    }
    int before = option_is_listed(&o) ? 0 : line_before(a, &o);
    return before ? fail_twice(a, &o, before, e) : args_put(&o, value, a, e);
}

static enum status read_file(const struct command *c, struct arguments *a, struct error *e)
{
    char *text, *rest;
    size_t n;
    enum status s = file_read(a->config, FILE_BYTES, a->arena, &text, &n, e);
    if (s)
        return s;
    if (strlen(text) != n || !text_is_utf8(text)) {
        error_zh(e, "设置文件“%.200s”不是 UTF-8 文本；请另存为 UTF-8。", a->config);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                          "The settings \"%.200s\" are no text in UTF-8; save them as UTF-8.", a->config);
    }
    a->now = (struct arg_origin){.source = ARG_FILE};
    for (rest = text; !s && rest;) {
        char *line = strsep(&rest, "\n");
        a->now.line++;
        s = refuse_at(a, take_line(c, line, a, e), e);
    }
    return s;
}

/* ---- the environment ---- */

static bool is_variable_of(const struct command *c, const char *name, size_t n)
{
    /* the second is of the service's unit, which makes arguments of it */
    static const char *const others[] = {PREFIX "CONFIG", PREFIX "OPTIONS"};
    struct cli_option o;
    char variable[SETTING_NAME_SIZE];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i]) == n && strncmp(others[i], name, n) == 0)
            return true;
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (setting_variable(&o, variable) && strlen(variable) == n && strncmp(variable, name, n) == 0)
            return true;
    return false;
}

/* A misspelt one would be passed over in silence. */
static enum status look_for_unknown(const struct command *c, struct error *e)
{
    struct suggestion near;
    struct cli_option o;
    char zh[SUGGEST_SIZE], en[SUGGEST_SIZE], names[ARG_OPTIONS_MAX][SETTING_NAME_SIZE];
    for (char **v = environ; v && *v; v++) {
        size_t n = strcspn(*v, "=");
        if (strncmp(*v, PREFIX, strlen(PREFIX)) != 0 || is_variable_of(c, *v, n))
            continue;
        suggest_begin(&near, *v, n);
        for (size_t i = 0; i < ARG_OPTIONS_MAX && command_option_at(c, i, &o); i++)
            if (setting_variable(&o, names[i]))
                suggest_look(&near, names[i]);
        suggest_words(&near, zh, en);
        error_zh(e, "环境变量 %.*s 不是设置；%s请改正或去掉。", (int)(n < 60 ? n : 60), *v, zh);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-setting",
                          "The environment's %.*s is no setting.%s Correct it, or take it out.",
                          (int)(n < 60 ? n : 60), *v, en);
    }
    return STATUS_OK;
}

/* Several values have blanks between them. */
static enum status take_variable(const struct cli_option *o, const char *value, struct arguments *a,
                                 struct error *e)
{
    char *rest = arena_strdup(a->arena, value);
    enum status s = rest ? STATUS_OK : error_no_memory(e);
    if (s || !option_is_listed(o))
        return s ? s : args_put(o, rest, a, e);
    while (!s && rest) {
        const char *one = strsep(&rest, " \t");
        if (*one)
            s = args_put(o, one, a, e);
    }
    return s;
}

static enum status read_environment(const struct command *c, struct arguments *a, struct error *e)
{
    struct cli_option o;
    char variable[SETTING_NAME_SIZE];
    enum status s = look_for_unknown(c, e);
    for (size_t i = 0; !s && command_option_at(c, i, &o); i++) {
        const char *value = setting_variable(&o, variable) ? getenv(variable) : NULL;
        if (!value || !*value)
            continue;
        a->now = (struct arg_origin){.source = ARG_ENVIRONMENT, .variable = arena_strdup(a->arena, variable)};
        s = a->now.variable ? refuse_at(a, take_variable(&o, value, a, e), e) : error_no_memory(e);
    }
    return s;
}

/* ---- both ---- */

/* Only the usual file may be absent. */
static const char *find_file(int argc, char **argv)
{
    const char *named = getenv(PREFIX "CONFIG");
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--config=", 9) == 0)
            return argv[i] + 9;
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    if (named && *named)
        return named;
    return access(SETTINGS_FILE, F_OK) == 0 ? SETTINGS_FILE : NULL;
}

enum status settings_read(const struct command *c, int argc, char **argv, struct arguments *a,
                          struct error *e)
{
    a->config = find_file(argc, argv);
    enum status s = a->config ? read_file(c, a, e) : STATUS_OK;
    return s ? s : read_environment(c, a, e);
}

/* ---- what is in force ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The i-th value of an option that may come several times; NULL after the last. */
static const char *listed_at(const struct cli_option *o, const struct arguments *a, int i)
{
    for (int k = 0; k < a->n_given; k++)
        if (strcmp(a->given[k].key, o->key) == 0 && i-- == 0)
            return a->given[k].value;
    return NULL;
}

bool setting_same(const struct cli_option *o, const struct arguments *a, const struct arguments *b)
{
    const void *in_a = (const char *)a + o->at, *in_b = (const char *)b + o->at;
    bool same = true;
    switch (o->type) {
    case OPTION_FLAG:
        same = *(const bool *)in_a == *(const bool *)in_b;
        break;
    case OPTION_NUMBER:
        same = *(const long *)in_a == *(const long *)in_b;
        break;
    case OPTION_TEXT:
    case OPTION_CHOICE:
        same = same_text(*(const char *const *)in_a, *(const char *const *)in_b);
        break;
    case OPTION_LISTED:
    case OPTION_LISTED_FLAG:
        for (int i = 0; same && (listed_at(o, a, i) || listed_at(o, b, i)); i++)
            same = same_text(listed_at(o, a, i), listed_at(o, b, i));
        break;
    }
    return same;
}

static void print_value(const struct arguments *a, const struct cli_option *o, const char *value,
                        const struct arg_origin *at)
{
    char zh[WHERE_SIZE], en[WHERE_SIZE];
    write_place(a, at, o->name, zh, en);
    printf("# %s / %s\n%s = %s\n", zh, en, o->name + 2, value);
}

static void print_setting(const struct arguments *a, const struct cli_option *o)
{
    static const struct arg_origin untold = {.source = ARG_DEFAULT};
    const void *at = (const char *)a + o->at;
    const struct arg_origin *from = &untold;
    char number[32];
    for (int i = 0; i < a->n_origins; i++)
        if (strcmp(a->origins[i].option, o->name) == 0)
            from = &a->origins[i];
    for (int i = 0; option_is_listed(o) && i < a->n_given; i++)
        if (strcmp(a->given[i].key, o->key) == 0)
            print_value(a, o, a->given[i].value, &a->given[i].origin);
    if (option_is_listed(o))
        return;
    snprintf(number, sizeof number, "%ld", o->type == OPTION_NUMBER ? *(const long *)at : 0);
    const char *value = o->type == OPTION_FLAG     ? (*(const bool *)at ? "yes" : "no")
                        : o->type == OPTION_NUMBER ? number
                                                   : *(const char *const *)at;
    if (value && (from->source != ARG_DEFAULT || o->fallback || o->type == OPTION_FLAG))
        print_value(a, o, value, from);
    else
        printf("# 默认 / default\n# %s =\n", o->name + 2);
}

void settings_print(const struct command *c, const struct arguments *a)
{
    struct cli_option o;
    char name[SETTING_NAME_SIZE];
    printf("# 设置文件 settings: %s\n", a->config ? a->config : "（没有 none）");
    for (size_t i = 0; command_option_at(c, i, &o); i++)
        if (setting_name(&o, name))
            print_setting(a, &o);
}

void settings_example(const struct command *c)
{
    struct cli_option o;
    struct option_part p;
    char name[SETTING_NAME_SIZE], variable[SETTING_NAME_SIZE], value[OPTION_VALUE_SIZE];
    printf(
        "# hongxian serve 的设置：每行“名称 = 值”，是/否写 yes 或 no。命令行和环境变量优先于本文件；\n"
        "# hongxian serve --print-config 显示现行的值和来源；systemctl reload hongxian 重读本文件。\n"
        "# Settings of hongxian serve, one \"name = value\" a line, flags yes or no. The command line and "
        "the\n"
        "# environment come before this file; hongxian serve --print-config shows what is in force and from\n"
        "# where; systemctl reload hongxian reads the file anew.\n");
    for (size_t i = 0; command_option_at(c, i, &o); i++) {
        if (!setting_name(&o, name) || !setting_variable(&o, variable))
            continue;
        printf("\n# %s\n# %s\n# $%s%s%s%s\n", o.zh, o.en, variable, o.fallback ? "; 默认 default: " : "",
               o.fallback ? o.fallback : "",
               option_is_listed(&o) ? "; 可以写几行 may come several times" : "");
        for (size_t k = 0; o.part_at && o.part_at(k, &p); k++)
            printf("#%s = %s=%ld\n#   %s / %s%s%s (%ld – %ld)\n", name, p.name, p.fallback, p.zh, p.en,
                   *p.unit ? ", " : "", p.unit, p.least, p.most);
        if (!o.part_at)
            printf("#%s = %s\n", name,
                   option_is_flag(&o) ? "no"
                   : o.fallback       ? o.fallback
                                      : option_value(&o, value));
    }
}
