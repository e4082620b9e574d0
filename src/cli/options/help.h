/* What is said of commands and their options, made from their rows: usage, `help` for people, and the same
 * for programs, from which the manual page (packaging/man-page.py) and the completion of bash are made.
 * Threads: of one thread. */
#ifndef HX_CLI_OPTIONS_HELP_H
#define HX_CLI_OPTIONS_HELP_H

#include "cli/command.h"
#include "formats/json.h"

#include <stdio.h>

/* "hongxian users token NAME --days N [OPTION ...]" */
void help_usage(const struct command *c, FILE *out);
/* A command with every option; of a group its subcommands, too. */
void help_print(const struct command *c);
/* All commands, a line or two each. */
void help_overview(void);
/* All commands, options and exit codes as one object. */
void help_write(struct json_writer *w);
/* For completion: a line for each command and subcommand: its name, a tab, the words that may follow: its
 * subcommands, else its options; behind a tab each choice that an option has: "--lang=zh". */
void help_words(void);

#endif
