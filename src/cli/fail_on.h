/* --fail-on VERDICT,...: when does a verdict fail a script? A name stands for itself and for everything
 * worse, because a script that asks for "restricted" must not pass what is prohibited, or what could not be
 * measured. Worse is as lines/judge.h orders it: prohibited, unknown, restricted, notice, allowed.
 * Threads: pure. */
#ifndef HX_CLI_FAIL_ON_H
#define HX_CLI_FAIL_ON_H

#include "lines/rules.h"

/* Every name of the list must be a verdict: a misspelt one would never fail. NULL is no list. */
enum status fail_on_check(const char *list, struct error *e) HX_MUST_CHECK;

/* Is `v` a verdict of the list, or worse than one of them? The list has been checked. */
bool fail_on_asks(const char *list, enum verdict v);

#endif
