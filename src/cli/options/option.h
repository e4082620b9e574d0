/* What an option of the command line is: one row says how it is spelled, where its value goes, and what it
 * is for. From the rows come parsing (cli/args.h), usage and help, completion and the manual page (help.h),
 * and of `serve` the settings of the environment and of the configuration file (settings.h). A row stands
 * beside the command that it is an option of.
 *
 * Threads: const. */
#ifndef HX_CLI_OPTIONS_OPTION_H
#define HX_CLI_OPTIONS_OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_FLAG,   /* a bool */
    OPTION_TEXT,   /* a const char * */
    OPTION_NUMBER, /* a long, from `least` to `most` */
    OPTION_CHOICE, /* a const char *, one of `value`'s words: "text|json" */
    OPTION_LISTED, /* in `given` of struct arguments alone, under its `key`; may come several times */
    OPTION_LISTED_FLAG,
};

enum { OPTION_VALUE_SIZE = 160 };

/* One of the things that an option's value may name: a limit of the server, say. */
struct option_part {
    const char *name, *unit, *zh, *en;
    long fallback, least, most;
};

struct cli_option {
    const char *name; /* with its dashes */
    enum option_type type;
    size_t at;         /* in the struct of the command's arguments */
    const char *value; /* its value's name, as usage has it; NULL of a flag */
    const char *zh, *en;
    const char *fallback; /* what it is when it is not given; NULL: nothing, or what zh and en say */
    long least, most;
    const char *key;                                  /* of OPTION_LISTED */
    const char *alias;                                /* an earlier name, still understood; NULL */
    bool is_required;                                 /* without it the command is refused */
    bool is_single;                                   /* of OPTION_LISTED: one of them counts */
    bool is_no_setting;                               /* of the command line alone (settings.h) */
    bool is_live;                                     /* of a setting: it changes while the server runs */
    bool is_hidden;                                   /* for the program itself, not named to a person */
    void (*name_values)(char *out, size_t size);      /* instead of `value`, which is NULL; NULL */
    bool (*part_at)(size_t i, struct option_part *p); /* the rows that help adds; NULL */
};

/* A row; the members beyond `en` by name. */
#define OPTION(a_name, a_type, a_place, a_value, a_zh, a_en, ...)                                            \
    {                                                                                                        \
        .name = a_name, .type = a_type, .at = a_place, .value = a_value, .zh = a_zh, .en = a_en, __VA_ARGS__ \
    }
/* The end of a list of options. */
#define OPTION_END                                                                                           \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static inline bool option_is_flag(const struct cli_option *o)
{
    return o->type == OPTION_FLAG || o->type == OPTION_LISTED_FLAG;
}

static inline bool option_is_listed(const struct cli_option *o)
{
    return o->type == OPTION_LISTED || o->type == OPTION_LISTED_FLAG;
}

/* What its value is called: "FILE", "text|json". In `out` where it is made. */
static inline const char *option_value(const struct cli_option *o, char out[OPTION_VALUE_SIZE])
{
    if (!o->name_values)
        return o->value;
    o->name_values(out, OPTION_VALUE_SIZE);
    return out;
}

#endif
