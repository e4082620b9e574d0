/* Which measures took effect: noted while a process confines itself (confine.c), told by sandbox.h.
 * Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_MEASURES_H
#define HX_FEATURES_SANDBOX_MEASURES_H

#include "features/sandbox/sandbox.h"

#define SANDBOX_PROBE "--sandbox-probe" /* the hidden argument of a process that only finds out */

/* `why` is errno's number, 0: it is in effect. */
void measure_note(struct sandbox_measures *m, enum sandbox_measure which, int why);
/* The first of SANDBOX_REQUIRED that is not in effect; SANDBOX_REQUIRED: none. */
enum sandbox_measure measure_missing(const struct sandbox_measures *m);
enum status measure_fail(const struct sandbox_measures *m, enum sandbox_measure which, struct error *e);

_Noreturn void measure_probe(void);

#endif
