/* A command's arguments: "--name value", "--name=value", flags, and what stands on its own. "--" ends the
 * options, and "-" alone is no option (standard input). Threads: pure. */
#ifndef HX_CLI_ARGS_H
#define HX_CLI_ARGS_H

#include "base/status.h"

struct arg_option {
    const char *name;   /* with its dashes */
    const char **value; /* where the value goes; NULL for a flag */
    bool *flag;         /* set by a flag; NULL otherwise */
};

/* An option whose meaning somebody else knows (audit/request.h), and that may come several times. */
struct arg_listed {
    const char *name; /* with its dashes */
    const char *key;  /* what the other calls it */
    bool is_flag;
};
enum { ARG_LISTED_MAX = 64, ARG_ITEMS_MAX = 32 };

struct arg_rest {
    const char *items[ARG_ITEMS_MAX];
    int n;
    int max;      /* at most ARG_ITEMS_MAX */
    int n_hidden; /* of the options, the last ones: for the program itself, not named to a person */
    const struct arg_listed *listed; /* ends with a row without a name; NULL: none */
    struct arg_given {
        const char *key, *value; /* of a flag "1" */
    } given[ARG_LISTED_MAX];     /* in their order */
    int n_given;
};

/* `options` ends with a row without a name. The error names the argument. Outputs keep their defaults when
 * absent. */
enum status args_parse(int argc, char **argv, const struct arg_option *options, struct arg_rest *rest,
                       struct error *e) HX_MUST_CHECK;
/* A whole number in a range. `text` NULL leaves *out alone. */
enum status args_number(const char *name, const char *text, long min, long max, long *out,
                        struct error *e) HX_MUST_CHECK;
/* --lang: zh (also when absent) or en. */
enum status args_lang(const char *text, struct error *e) HX_MUST_CHECK;
bool args_is_english(const char *text);

#endif
