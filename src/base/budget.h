/* What a piece of work may cost, asked inside every loop that can be long: processor time of its thread,
 * time by the clock, and whether anybody still wants it.
 *
 * Whoever begins the work (a request) gives its thread a budget; whoever does it asks, and stops with the
 * status of budget_check: what was done until then is nothing, never a part of an answer. A thread without
 * a budget (a command) is never stopped; those of an audit have one without a bound, which Ctrl-C cancels.
 * GEOS asks, too (geo/valid.h). Memory is bounded elsewhere: what a request builds by its arena, pieces of
 * parcels and GEOS by what is estimated before (base/limits.h).
 *
 * Threads: a budget belongs to the thread that began it. */
#ifndef HX_BASE_BUDGET_H
#define HX_BASE_BUDGET_H

#include "base/status.h"

#include <stdatomic.h>
#include <stdint.h>

struct budget {
    const atomic_bool *cancelled;      /* by whom the work was for; borrowed; NULL: by nobody */
    double cpu_s;                      /* that it may take; 0: no bound */
    int64_t began_cpu_ns, ends_cpu_ns; /* by the thread's processor clock; it ends never: 0 */
    int64_t ends_ns;                   /* by the monotonic clock; 0: never */
    uint64_t asked,
        asks_max; /* how often somebody asked; it is over at the asks_max-th time (tests); 0: never */
    bool over;
    struct budget *outer; /* that the thread had before */
};

/* The thread's budget from now on. `cpu_s` of processor time, `wall_s` by the clock; 0: no bound. Once
 * `cancelled` is true nobody wants the work any more (the client has left, the server stops); NULL: it is
 * always wanted. */
void budget_begin(struct budget *b, double cpu_s, double wall_s, const atomic_bool *cancelled);
/* The thread has the budget of before again. */
void budget_end(struct budget *b);
/* Processor seconds since it began, in the thread that began it. */
double budget_took_s(const struct budget *b);

/* Is the thread's budget spent, or the work cancelled? Cheap: looks at a clock every 64th time. */
bool budget_is_over(void);
/* The same, with its sentence: STATUS_TOO_LARGE, "too-costly" or "cancelled". */
enum status budget_check(struct error *e);
/* What can be told before: the sentence of what is too dear, by what makes it so. */
enum status budget_too_costly(struct error *e, const char *zh, const char *en);

#endif
