/* A command: what it is called, what may stand behind it, and the function that does it. The row of a
 * command stands beside its function (cmd_*.c), the list of them in commands.c; everything that is said of
 * commands comes from these rows (options/help.h).
 *
 * Results go to standard output, everything else to standard error. Threads: const. */
#ifndef HX_CLI_COMMAND_H
#define HX_CLI_COMMAND_H

#include "base/arena.h"
#include "base/status.h"
#include "cli/options/option.h"
#include "store/store.h"

enum { ARG_ITEMS_MAX = 32, ARG_GIVEN_MAX = 96, ARG_OPTIONS_MAX = 64 };

struct command;

/* Where a value comes from; the later ones count before the earlier. */
enum arg_source { ARG_DEFAULT, ARG_FILE, ARG_ENVIRONMENT, ARG_COMMAND_LINE };
struct arg_origin {
    enum arg_source source;
    const char *option;   /* with its dashes */
    int line;             /* of ARG_FILE */
    const char *variable; /* of ARG_ENVIRONMENT */
};

/* What was said behind a command. A command that has more options begins its own struct with this one. */
struct arguments {
    const struct command *command;
    const char *items[ARG_ITEMS_MAX]; /* what is no option */
    int n;
    struct arg_given {
        const char *key, *value; /* of a flag "1" */
        struct arg_origin origin;
    } given[ARG_GIVEN_MAX]; /* OPTION_LISTED, in their order */
    int n_given;
    struct arg_origin origins[ARG_OPTIONS_MAX]; /* of the other options, one for each that was given */
    int n_origins;
    struct arg_origin now; /* of what is being read */
    const char *config;    /* the file of settings; NULL: none */
    struct arena *arena;   /* of a command with settings: their texts */
    int argc;              /* the command line, to be read again with other settings */
    char **argv;
    const char *store, *lang, *format; /* of the rows below */
};

static inline bool args_english(const struct arguments *a)
{
    return a->lang && *a->lang == 'e';
}

static inline bool args_json(const struct arguments *a)
{
    return a->format && *a->format == 'j';
}

#define OPTION_STORE                                                                                         \
    OPTION("--store", OPTION_TEXT, offsetof(struct arguments, store), "FILE",                                \
           "数据文件；不写时依次为 "                                                              \
           "$HONGXIAN_STORE、data/hongxian.sqlite、~/.local/share/hongxian/hongxian.sqlite",                 \
           "the store; otherwise $HONGXIAN_STORE, data/hongxian.sqlite, "                                    \
           "~/.local/share/hongxian/hongxian.sqlite")
#define OPTION_LANG                                                                                          \
    OPTION("--lang", OPTION_CHOICE, offsetof(struct arguments, lang), "zh|en", "语言", "the language",       \
           .fallback = "zh")
#define OPTION_FORMAT_OF(words)                                                                              \
    OPTION("--format", OPTION_CHOICE, offsetof(struct arguments, format), words,                             \
           "输出的形式：text 供人阅读，json 供程序读取",                                                     \
           "the form of what is printed: text for people, json for programs", .fallback = "text")
#define OPTION_FORMAT OPTION_FORMAT_OF("text|json")

typedef int in_store_fn(struct store *s, struct arena *arena, const struct arguments *a);

struct command {
    const char *group; /* of a subcommand: whose it is, "records"; else NULL */
    const char *name;
    const char *zh, *en;
    const char *operands; /* as usage has them: "FILE ..."; NULL: none */
    const char *operand_zh, *operand_en;
    int least, most; /* how many; `most` at most ARG_ITEMS_MAX */
    const struct cli_option *options;
    /* Options that a table elsewhere has; false after the last. NULL: none. */
    bool (*joined)(const struct command *c, size_t i, struct cli_option *out);
    const struct command *subcommands; /* ends with a row without a name; NULL: none */
    const char *usual;                 /* the subcommand that is meant when none is named; NULL: none */
    size_t size;                       /* of the struct of its arguments; 0: struct arguments */
    /* What the table cannot say of the arguments; NULL: nothing. */
    enum status (*check)(struct arguments *a, struct error *e);
    /* One of these two. The second is given the store, opened as `mode` says. */
    int (*run)(struct arguments *a);
    in_store_fn *in_store;
    enum store_mode mode;
    bool has_settings; /* its options may also stand in a file and in the environment (options/settings.h) */
    /* Arguments that are refused; NULL: command_misused. */
    int (*refuse)(const struct command *c, int argc, char **argv, const struct error *e);
};

/* All of them, in the order in which help has them; ends with NULL. */
extern const struct command *const commands[];

extern const struct command command_audit, command_backup, command_check, command_classes, command_doctor,
    command_export, command_help, command_import, command_init, command_inspect, command_layer,
    command_layers, command_log, command_parcel, command_projects, command_records, command_restore,
    command_rules, command_serve, command_users, command_verify, command_version;

/* The row of commands[] with this name, of `group` the subcommand; NULL: there is none. */
const struct command *command_find(const char *name);
const struct command *command_find_below(const struct command *group, const char *name);

/* The i-th option of a command, wherever it comes from; false after the last. */
bool command_option_at(const struct command *c, size_t i, struct cli_option *out);
/* By its name or its earlier one, of `n` bytes. */
bool command_option_find(const struct command *c, const char *name, size_t n, struct cli_option *out);

/* A usage error: the sentence, then how the command is used. Returns EXIT_INPUT. */
int command_misused(const struct command *c, const struct error *e);
/* For a command whose arguments it takes to see what is wrong. */
enum status command_lacks(struct error *e, const char *zh, const char *en) HX_MUST_CHECK;

/* Opens the store that --store and the environment name, and hands it to c->in_store. */
int command_in_store(const struct command *c, const struct arguments *a);

#endif
