#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

bool progress_wanted(const struct arguments *a)
{
    return isatty(STDERR_FILENO) == 1 && !args_json(a);
}

void progress_count(const struct progress_count *c)
{
    double rate = c->seconds > 0 ? (double)c->done_here / c->seconds : 0;
    fputs("\r", stderr);
    if (c->passes > 1)
        fprintf(stderr, "(%d/%d) ", c->pass + 1, c->passes);
    if (c->total > 0 && rate > 0)
        fprintf(stderr, "%" PRId64 " / %" PRId64 "  %.0f%%  %.0f/s  剩余 left %.0f s   ", c->done, c->total,
                100.0 * (double)c->done / (double)c->total, rate, (double)(c->total - c->done) / rate);
    else
        fprintf(stderr, "%" PRId64 "  %.0f/s   ", c->done, rate);
}

void progress_clear(void)
{
    fputs("\r\033[K", stderr);
}

/* Wakes once a second, or when it is over. */
static void *tell(void *user)
{
    struct progress_clock *c = user;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    pthread_mutex_lock(&c->lock);
    for (int seconds = 1; !c->ends; seconds++) {
        next.tv_sec++;
        while (!c->ends && pthread_cond_timedwait(&c->changed, &c->lock, &next) == 0)
            ;
        if (!c->ends && seconds >= PROGRESS_AFTER_S)
            fprintf(stderr, "\r%s %s … %d s ", c->zh, c->en, seconds);
        if (c->ends && seconds > PROGRESS_AFTER_S)
            progress_clear();
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

void progress_clock_start(struct progress_clock *c, const struct arguments *a, const char *zh, const char *en)
{
    *c = (struct progress_clock){.zh = zh, .en = en};
    if (!progress_wanted(a))
        return;
    pthread_condattr_t steady; /* a clock that is set does not matter */
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, &steady);
    pthread_condattr_destroy(&steady);
    c->runs = pthread_create(&c->thread, NULL, tell, c) == 0;
}

void progress_clock_end(struct progress_clock *c)
{
    if (!c->runs)
        return;
    pthread_mutex_lock(&c->lock);
    c->ends = true;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    c->runs = false;
}
