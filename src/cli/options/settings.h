/* The options of `serve` as settings: of the configuration file (/etc/hongxian.conf, or --config, or
 * $HONGXIAN_CONFIG) and of the environment (HONGXIAN_PORT for --port). What is nearer counts: command line,
 * environment, file, default. Of an option that may come several times, the nearest that has it counts
 * whole, but that each limit counts by its own name.
 *
 * A line of the file is "name = value", the name that of the option without its dashes, a flag's value yes or
 * no; "#" begins a line that is passed over. What is not known or wrong is refused, with file and line.
 * Threads: pure. */
#ifndef HX_CLI_OPTIONS_SETTINGS_H
#define HX_CLI_OPTIONS_SETTINGS_H

#include "cli/command.h"

#define SETTINGS_FILE "/etc/hongxian.conf"

enum { SETTING_NAME_SIZE = 64, SETTINGS_ARENA_BYTES = 8 << 20 };

/* Puts what file and environment say into `a`, before the command line is read. Texts are in a->arena. */
enum status settings_read(const struct command *c, int argc, char **argv, struct arguments *a,
                          struct error *e) HX_MUST_CHECK;
/* Where the value stands that a check refused, in front of the sentence: "/etc/hongxian.conf 第 3 行：…". The
 * sentence names the option. */
void settings_place_error(const struct command *c, const struct arguments *a, struct error *e);

/* "port" of --port, "HONGXIAN_PORT"; false of an option that is no setting. */
bool setting_name(const struct cli_option *o, char name[SETTING_NAME_SIZE]);
bool setting_variable(const struct cli_option *o, char name[SETTING_NAME_SIZE]);

/* Does the setting say the same in both? */
bool setting_same(const struct cli_option *o, const struct arguments *a, const struct arguments *b);
/* Every setting in force with where it comes from, in the form of the file. */
void settings_print(const struct command *c, const struct arguments *a);
/* The file with everything commented out, for the package. */
void settings_example(const struct command *c);

#endif
