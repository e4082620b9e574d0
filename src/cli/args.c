#include "cli/args.h"

#include "cli/options/settings.h"
#include "cli/options/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status fail(struct error *e, const char *zh, const char *en, const char *arg)
{
    error_zh(e, "%s：%.200s。", zh, arg);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s: %.200s.", en, arg);
}

static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1];
}

static size_t name_length(const char *arg)
{
    return strcspn(arg, "=");
}

/* ---- what is not known ---- */

/* Another subcommand of the same group that has the option; NULL: none. */
static const struct command *sibling_with(const struct command *c, const char *arg)
{
    struct cli_option o;
    const struct command *group = c->group ? command_find(c->group) : NULL;
    for (const struct command *s = group ? group->subcommands : NULL; s && s->name; s++)
        if (s != c && command_option_find(s, arg, name_length(arg), &o) && !o.is_hidden)
            return s;
    return NULL;
}

static enum status fail_option(const struct command *c, const char *arg, struct error *e)
{
    struct suggestion near;
    struct cli_option o;
    char known[600] = "", zh[SUGGEST_SIZE], en[SUGGEST_SIZE];
    const char *names[ARG_GIVEN_MAX];
    size_t n = 0, shown = name_length(arg) < 60 ? name_length(arg) : 60;
    const struct command *other = sibling_with(c, arg);
    if (other) {
        error_zh(e, "%s %s 没有选项 %.*s；它是 %s %s 的选项。", c->group, c->name, (int)shown, arg, c->group,
                 other->name);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                          "%s %s has no option %.*s, which is one of %s %s.", c->group, c->name, (int)shown,
                          arg, c->group, other->name);
    }
    suggest_begin(&near, arg, name_length(arg));
    for (size_t i = 0; command_option_at(c, i, &o) && i < ARG_GIVEN_MAX; i++) {
        names[i] = o.name;
        if (o.is_hidden)
            continue;
        suggest_look(&near, names[i]);
        if (n < sizeof known)
            n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", n ? " " : "", o.name);
    }
    suggest_words(&near, zh, en);
    error_zh(e, "没有这个选项：%.*s；%s可用：%s。", (int)shown, arg, zh, n ? known : "（无）");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "There is no such option: %.*s.%s Known are %s.",
                      (int)shown, arg, en, n ? known : "none");
}

static enum status fail_subcommand(const struct command *group, const char *word, struct error *e)
{
    struct suggestion near;
    char known[200] = "", zh[SUGGEST_SIZE], en[SUGGEST_SIZE];
    size_t n = 0;
    suggest_begin(&near, word ? word : "", word ? strlen(word) : 0);
    for (const struct command *s = group->subcommands; s->name && n < sizeof known; s++) {
        suggest_look(&near, s->name);
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", n ? ", " : "", s->name);
    }
    suggest_words(&near, zh, en);
    if (!word) {
        error_zh(e, "%s 之后应为以下之一：%s。", group->name, known);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "After %s comes one of %s.", group->name,
                          known);
    }
    error_zh(e, "%s 没有“%.60s”；%s可用：%s。", group->name, word, zh, known);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s has no \"%.60s\".%s It has %s.", group->name,
                      word, en, known);
}

enum status args_subcommand(const struct command *group, int argc, char **argv, const struct command **out,
                            int *at, struct error *e)
{
    struct cli_option o;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool known = false;
        if (!is_option(argv[i])) {
            *at = i;
            *out = command_find_below(group, argv[i]);
            return *out ? STATUS_OK : fail_subcommand(group, argv[i], e);
        }
        for (const struct command *s = group->subcommands; s->name && !known; s++)
            known = command_option_find(s, argv[i], name_length(argv[i]), &o);
        i += known && !option_is_flag(&o) && !strchr(argv[i], '='); /* its value is no word */
    }
    *at = -1;
    *out = group->usual ? command_find_below(group, group->usual) : NULL;
    return *out ? STATUS_OK : fail_subcommand(group, NULL, e);
}

/* ---- values ---- */

enum status args_number(const char *name, const char *text, long min, long max, long *out, struct error *e)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (end != text && !*end && !errno && v >= min && v <= max) {
        *out = v;
        return STATUS_OK;
    }
    error_zh(e, "%s 的值“%.40s”不对：应为 %ld 至 %ld 的整数。", name, text, min, max);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "The value \"%.40s\" of %s is wrong: a whole number from %ld to %ld is needed.", text,
                      name, min, max);
}

static enum status check_choice(const struct cli_option *o, const char *value, struct error *e)
{
    char zh[100] = "", en[100] = "";
    for (const char *w = o->value; *value; w++) {
        size_t n = strcspn(w, "|");
        if (strlen(value) == n && strncmp(w, value, n) == 0)
            return STATUS_OK;
        bool is_last = !w[n] || !strchr(w + n + 1, '|');
        snprintf(zh + strlen(zh), sizeof zh - strlen(zh), "%.*s%s", (int)n, w,
                 !w[n]     ? ""
                 : is_last ? " 或 "
                           : "、");
        snprintf(en + strlen(en), sizeof en - strlen(en), "%.*s%s", (int)n, w,
                 !w[n]     ? ""
                 : is_last ? " or "
                           : ", ");
        w += n;
        if (!*w)
            break;
    }
    error_zh(e, "%s 只能是 %s：%.60s。", o->name, *zh ? zh : o->value, value);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s is %s: %.60s.", o->name, *en ? en : o->value,
                      value);
}

/* What comes nearer takes the place of what is farther: of parts (NAME=NUMBER) each by its name. */
static void drop_farther(const struct cli_option *o, const char *value, struct arguments *a)
{
    int n = 0;
    for (int i = 0; i < a->n_given; i++) {
        const struct arg_given *g = &a->given[i];
        bool same = strcmp(g->key, o->key) == 0, farther = g->origin.source < a->now.source;
        if (same && o->part_at)
            farther = farther && name_length(g->value) == name_length(value) &&
                      strncmp(g->value, value, name_length(value)) == 0;
        if (!same || !farther)
            a->given[n++] = *g;
    }
    a->n_given = n;
}

static enum status list_value(const struct cli_option *o, const char *value, struct arguments *a,
                              struct error *e)
{
    drop_farther(o, value, a);
    if (a->n_given == ARG_GIVEN_MAX)
        return fail(e, "选项太多", "There are too many options", o->name);
    struct arg_given *g = &a->given[a->n_given++];
    *g = (struct arg_given){o->key, value, a->now};
    g->origin.option = o->name;
    return STATUS_OK;
}

static void note_origin(const struct cli_option *o, struct arguments *a)
{
    int i = 0;
    while (i < a->n_origins && strcmp(a->origins[i].option, o->name) != 0)
        i++;
    if (i == ARG_OPTIONS_MAX)
        return;
    a->origins[i] = a->now;
    a->origins[i].option = o->name;
    a->n_origins += i == a->n_origins;
}

/* On a command line it has no value. */
static enum status put_flag(const struct cli_option *o, const char *value, bool *out, struct error *e)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    *out = !value;
    for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(value, yes[i]) == 0)
            return *out = true, STATUS_OK;
        if (strcmp(value, no[i]) == 0)
            return STATUS_OK;
    }
    if (!value)
        return STATUS_OK;
    error_zh(e, "%s 的值应为 yes 或 no，不是“%.40s”。", o->name, value);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "The value of %s is yes or no, not \"%.40s\".",
                      o->name, value);
}

enum status args_put(const struct cli_option *o, const char *value, struct arguments *a, struct error *e)
{
    void *at = (char *)a + o->at;
    enum status s = STATUS_OK;
    switch (o->type) {
    case OPTION_FLAG:
        s = put_flag(o, value, at, e);
        break;
    case OPTION_CHOICE:
        s = check_choice(o, value, e);
        if (!s)
            *(const char **)at = value;
        break;
    case OPTION_TEXT:
        *(const char **)at = value;
        break;
    case OPTION_NUMBER:
        s = args_number(o->name, value, o->least, o->most, at, e);
        break;
    case OPTION_LISTED:
        s = list_value(o, value, a, e);
        break;
    case OPTION_LISTED_FLAG:
        s = list_value(o, "1", a, e);
        break;
    }
    if (!s && a->now.source != ARG_DEFAULT && !option_is_listed(o))
        note_origin(o, a);
    return s;
}

/* ---- the arguments ---- */

/* Takes one option and, where it has one, its value from the next argument. */
static enum status take_option(const struct command *c, int argc, char **argv, int *i, struct arguments *a,
                               struct error *e)
{
    struct cli_option o;
    const char *arg = argv[*i], *equals = strchr(arg, '=');
    if (!command_option_find(c, arg, name_length(arg), &o))
        return fail_option(c, arg, e);
    if (option_is_flag(&o))
        return equals ? fail(e, "这个选项不带值", "The option takes no value", o.name)
                      : args_put(&o, NULL, a, e);
    if (!equals && *i + 1 >= argc)
        return fail(e, "这个选项后面缺少值", "A value is missing after the option", o.name);
    return args_put(&o, equals ? equals + 1 : argv[++*i], a, e);
}

static enum status put_fallbacks(const struct command *c, struct arguments *a, struct error *e)
{
    struct cli_option o;
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && command_option_at(c, i, &o); i++)
        if (o.fallback && !option_is_listed(&o))
            s = args_put(&o, o.fallback, a, e);
    return s;
}

static enum status check_items(const struct command *c, const struct arguments *a, struct error *e)
{
    if (a->n >= c->least)
        return STATUS_OK;
    error_zh(e, "缺少 %s：%s。", c->operands, c->operand_zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s is missing: %s.", c->operands, c->operand_en);
}

static bool is_given(const struct cli_option *o, const struct arguments *a)
{
    const void *at = (const char *)a + o->at;
    for (int i = 0; option_is_listed(o) && i < a->n_given; i++)
        if (strcmp(a->given[i].key, o->key) == 0)
            return true;
    if (option_is_listed(o))
        return false;
    return o->type == OPTION_NUMBER ? *(const long *)at != 0 : *(const char *const *)at != NULL;
}

static enum status check_required(const struct command *c, const struct arguments *a, struct error *e)
{
    struct cli_option o;
    char value[OPTION_VALUE_SIZE];
    for (size_t i = 0; command_option_at(c, i, &o); i++) {
        if (!o.is_required || is_given(&o, a))
            continue;
        error_zh(e, "缺少选项 %s %s（%s）。", o.name, option_value(&o, value), o.zh);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "The option %s %s is missing: %s.", o.name,
                          option_value(&o, value), o.en);
    }
    return STATUS_OK;
}

enum status args_parse(const struct command *c, int argc, char **argv, int skip, struct arguments *a,
                       struct error *e)
{
    bool options_end = false;
    a->command = c;
    a->argc = argc;
    a->argv = argv;
    enum status s = put_fallbacks(c, a, e);
    if (!s && c->has_settings)
        s = settings_read(c, argc, argv, a, e);
    a->now = (struct arg_origin){.source = ARG_COMMAND_LINE};
    for (int i = 0; !s && i < argc; i++) {
        if (i == skip)
            continue;
        if (!options_end && strcmp(argv[i], "--") == 0)
            options_end = true;
        else if (!options_end && is_option(argv[i]))
            s = take_option(c, argc, argv, &i, a, e);
        else if (a->n == c->most)
            s = fail(e, "多出一个参数", "There is one argument too many", argv[i]);
        else
            a->items[a->n++] = argv[i];
    }
    if (!s)
        s = check_items(c, a, e);
    if (!s)
        s = check_required(c, a, e);
    if (s || !c->check)
        return s;
    s = c->check(a, e);
    if (s)
        settings_place_error(c, a, e);
    return s;
}
