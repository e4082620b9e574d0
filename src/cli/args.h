/* A command's arguments: "--name value", "--name=value", flags, and what stands on its own. "--" ends the
 * options, and "-" alone is no option (standard input). Threads: pure. */
#ifndef HX_CLI_ARGS_H
#define HX_CLI_ARGS_H

#include "cli/command.h"

/* Which subcommand of `group` is meant, wherever among the options it stands: then *at is its place in argv,
 * or -1 for the usual one. The error says which there are. */
enum status args_subcommand(const struct command *group, int argc, char **argv, const struct command **out,
                            int *at, struct error *e) HX_MUST_CHECK;

/* Fills the struct that command `c` has for its arguments, zeroed by the caller, and asks c->check. Texts are
 * borrowed of argv; what is not given has its fallback. `skip` is the place of a word to leave out, or -1. */
enum status args_parse(const struct command *c, int argc, char **argv, int skip, struct arguments *a,
                       struct error *e) HX_MUST_CHECK;

/* Puts a value, which comes from a->now, where an option's goes; of a flag NULL is yes. The error names
 * `o`. */
enum status args_put(const struct cli_option *o, const char *value, struct arguments *a,
                     struct error *e) HX_MUST_CHECK;
/* A whole number in a range. */
enum status args_number(const char *name, const char *text, long min, long max, long *out,
                        struct error *e) HX_MUST_CHECK;

#endif
