#include "cli/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct arg_option *find_option(const struct arg_option *options, const char *arg,
                                            size_t name_length)
{
    for (; options->name; options++)
        if (strlen(options->name) == name_length && strncmp(options->name, arg, name_length) == 0)
            return options;
    return NULL;
}

static enum status fail(struct error *e, const char *zh, const char *en, const char *arg)
{
    error_zh(e, "%s：%.200s。", zh, arg);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s: %.200s.", en, arg);
}

static const struct arg_listed *find_listed(const struct arg_listed *l, const char *arg, size_t name_length)
{
    for (; l && l->name; l++)
        if (strlen(l->name) == name_length && strncmp(l->name, arg, name_length) == 0)
            return l;
    return NULL;
}

/* Which there are, where one is not known. */
static enum status fail_unknown(const struct arg_option *o, const struct arg_rest *rest, const char *arg,
                                struct error *e)
{
    char known[400] = "";
    size_t n = 0;
    const struct arg_listed *l = rest->listed;
    for (; o[rest->n_hidden].name && n < sizeof known; o++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", n ? " " : "", o->name);
    for (; l && l->name && n < sizeof known; l++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", n ? " " : "", l->name);
    int shown = (int)strcspn(arg, "=");
    error_zh(e, "没有这个选项：%.*s；可用：%s。", shown < 60 ? shown : 60, arg, known);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "There is no such option: %.*s; known are %s.",
                      shown < 60 ? shown : 60, arg, known);
}

/* The value behind an equals sign, or the next argument. */
static enum status take_value(const char *name, int argc, char **argv, int *i, const char **out,
                              struct error *e)
{
    const char *equals = strchr(argv[*i], '=');
    if (!equals && *i + 1 >= argc)
        return fail(e, "这个选项后面缺少值", "A value is missing after the option", name);
    *out = equals ? equals + 1 : argv[++*i];
    return STATUS_OK;
}

static enum status take_listed(const struct arg_listed *l, int argc, char **argv, int *i,
                               struct arg_rest *rest, struct error *e)
{
    struct arg_given *to = &rest->given[rest->n_given];
    if (rest->n_given == ARG_LISTED_MAX)
        return fail(e, "选项太多", "There are too many options", argv[*i]);
    if (l->is_flag && strchr(argv[*i], '='))
        return fail(e, "这个选项不带值", "The option takes no value", l->name);
    enum status s =
        l->is_flag ? (to->value = "1", STATUS_OK) : take_value(l->name, argc, argv, i, &to->value, e);
    to->key = l->key;
    rest->n_given += !s;
    return s;
}

/* Takes one option and, where it has one, its value from the next argument. */
static enum status take_option(const struct arg_option *options, int argc, char **argv, int *i,
                               struct arg_rest *rest, struct error *e)
{
    const char *arg = argv[*i], *equals = strchr(arg, '=');
    size_t length = equals ? (size_t)(equals - arg) : strlen(arg);
    const struct arg_option *o = find_option(options, arg, length);
    const struct arg_listed *l = o ? NULL : find_listed(rest->listed, arg, length);
    if (l)
        return take_listed(l, argc, argv, i, rest, e);
    if (!o)
        return fail_unknown(options, rest, arg, e);
    if (!o->value && equals)
        return fail(e, "这个选项不带值", "The option takes no value", o->name);
    if (!o->value) {
        *o->flag = true;
        return STATUS_OK;
    }
    return take_value(o->name, argc, argv, i, o->value, e);
}

enum status args_parse(int argc, char **argv, const struct arg_option *options, struct arg_rest *rest,
                       struct error *e)
{
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        if (!options_end && strcmp(arg, "--") == 0) {
            options_end = true;
        } else if (!options_end && arg[0] == '-' && arg[1]) {
            enum status s = take_option(options, argc, argv, &i, rest, e);
            if (s)
                return s;
        } else if (rest->n == rest->max) {
            return fail(e, "多出一个参数", "There is one argument too many", arg);
        } else {
            rest->items[rest->n++] = arg;
        }
    }
    return STATUS_OK;
}

enum status args_number(const char *name, const char *text, long min, long max, long *out, struct error *e)
{
    if (!text)
        return STATUS_OK;
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

bool args_is_english(const char *text)
{
    return text && strcmp(text, "en") == 0;
}

enum status args_lang(const char *text, struct error *e)
{
    if (!text || strcmp(text, "zh") == 0 || args_is_english(text))
        return STATUS_OK;
    return fail(e, "--lang 只能是 zh 或 en", "--lang is zh or en", text);
}
