/* How long something takes: a clock that nobody sets. Not for: dates (time.h). Threads: pure. */
#ifndef HX_BASE_CLOCK_H
#define HX_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Since a moment that is the same for one boot of the machine. */
static inline int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* For pthread_cond_clockwait(…, CLOCK_MONOTONIC, …). */
static inline struct timespec clock_in_ms(long ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static inline double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
