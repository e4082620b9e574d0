/* How far something is, on standard error where that is a terminal, and never in a pipe or to a program: one
 * line that writes itself anew and is gone at the end. Threads: the caller's; a clock has one of its own. */
#ifndef HX_CLI_PROGRESS_H
#define HX_CLI_PROGRESS_H

#include "cli/command.h"

#include <pthread.h>
#include <stdatomic.h>

/* Is there somebody to be told? Not with --format json. */
bool progress_wanted(const struct arguments *a);

struct progress_count {
    int64_t done, done_here,
        total; /* done_here: without what a run before had done; total below 1: not known */
    double seconds;
    int pass, passes; /* the first is 0 */
};
void progress_count(const struct progress_count *c);
void progress_clear(void);

/* What does not count: its name, and for how long it has been going on, once that is PROGRESS_AFTER_S. */
enum { PROGRESS_AFTER_S = 2 };
struct progress_clock {
    const char *zh, *en;
    bool runs;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ends;
};
void progress_clock_start(struct progress_clock *c, const struct arguments *a, const char *zh,
                          const char *en);
void progress_clock_end(struct progress_clock *c);

#endif
