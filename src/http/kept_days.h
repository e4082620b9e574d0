/* The snapshots of the latest days that were asked for: what was in force on each.
 *
 * Invariant: a day is loaded once, since loads take turns; another generation of the store is another day.
 * Threads: any. */
#ifndef HX_HTTP_KEPT_DAYS_H
#define HX_HTTP_KEPT_DAYS_H

#include "check/snapshot.h"

#include <pthread.h>

enum { KEPT_DAYS = 4, KEPT_DAY_SIZE = 11 };

struct kept_days {
    pthread_mutex_t lock;
    struct kept_day {
        char day[KEPT_DAY_SIZE];
        struct snapshot *snapshot; /* NULL: free */
        uint64_t used;             /* the latest use */
    } days[KEPT_DAYS];
    uint64_t n_asked;
};

void kept_days_init(struct kept_days *k);
void kept_days_forget(struct kept_days *k);
void kept_days_release(struct kept_days *k);
/* Of "2024-01-31"; release with snapshot_unref. */
enum status kept_days_take(struct kept_days *k, struct store *store, const char *day, struct snapshot **out,
                           struct error *e) HX_MUST_CHECK;

#endif
