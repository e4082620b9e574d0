/* What the program's exit says, for scripts. Verdicts have no part in it unless --fail-on asks for one. */
#ifndef HX_CLI_EXIT_CODES_H
#define HX_CLI_EXIT_CODES_H

#include "base/status.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_INPUT = 1,             /* bad usage, or input that is refused */
    EXIT_STORE = 2,             /* no store, not a store, damaged, locked */
    EXIT_INTERNAL = 3,          /* memory, the operating system, a fault of ours */
    EXIT_VERDICT = 10,          /* check and audit --fail-on: the verdict is one of those asked for */
    EXIT_DIFFERS = 10,          /* verify: the report differs; records verify: the chain is broken */
    EXIT_FAULTS = 10,           /* doctor: something must be mended */
    EXIT_WARNINGS = 11,         /* doctor: something should be looked at, and nothing is wrong */
    EXIT_CANNOT_RECOMPUTE = 11, /* verify: something that the report names is missing */
    EXIT_INTERRUPTED = 130,     /* Ctrl-C; what was done is kept and can be resumed */
};

/* Every code of a program that ends by itself, with what it says; `of` is the command that gives it,
"" all of
 * them. False after the last. */
struct exit_code_info {
    int code;
    const char *of, *zh, *en;
};
bool exit_code_at(size_t i, struct exit_code_info *out);

/* The code for an error; for one of the store. */
int exit_code_of(const struct error *e);
int exit_store_code_of(const struct error *e);
/* Writes the error in both languages to standard error and returns the code for it. */
int exit_with_error(const struct error *e);
/* The same where the store is what failed. */
int exit_with_store_error(const struct error *e);
/* For want of memory, before anything was begun: says so. */
int exit_without_memory(void);

#endif
