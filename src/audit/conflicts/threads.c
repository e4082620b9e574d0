/* A pass over many items on all threads, while the caller's thread tells how far it is. */
#include "audit/conflicts/parts.h"

#include "base/budget.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define PROGRESS_NANOSECONDS 200000000L

struct parallel {
    struct conflict_run *run;
    size_t n, chunk;
    atomic_size_t next, done;
    atomic_bool failed;
    conflict_item_fn *fn;
    void *user;
    pthread_mutex_t lock; /* of `working` */
    pthread_cond_t ended;
    int working;
};

struct parallel_thread {
    struct parallel *p;
    struct conflict_worker worker;
    enum status status;
    pthread_t thread;
};

struct conflict_run conflict_run_of(const struct snapshot *snapshot, const struct audit_request *r,
                                    const struct audit_watch *watch, struct arena *arena)
{
    return (struct conflict_run){.snapshot = snapshot,
                                 .request = r,
                                 .watch = watch,
                                 .threads = r->threads,
                                 .arena = arena,
                                 .began = clock_seconds()};
}

double conflict_run_seconds(const struct conflict_run *run)
{
    return clock_seconds() - run->began;
}

static enum status stopped(struct error *e)
{
    error_zh(e, "已停止。");
    return error_fail(e, STATUS_CONFLICT, AUDIT_STOPPED, "Stopped.");
}

static bool asked_to_stop(const struct parallel *p)
{
    return p->run->watch->stop && atomic_load(p->run->watch->stop);
}

/* What was stopped inside an item looks like an item that could not be measured: nothing of it is told. */
static void work(struct parallel_thread *t)
{
    struct parallel *p = t->p;
    struct budget budget;
    budget_begin(&budget, 0, 0, p->run->watch->stop);
    while (!t->status && !atomic_load(&p->failed) && !asked_to_stop(p)) {
        size_t first = atomic_fetch_add(&p->next, p->chunk);
        if (first >= p->n)
            break;
        size_t end = first + p->chunk < p->n ? first + p->chunk : p->n;
        for (size_t i = first; i < end && !t->status; i++) {
            arena_reset(t->worker.check.arena);
            t->status = p->fn(&t->worker, i, p->user, &t->worker.error);
        }
        atomic_fetch_add(&p->done, end - first);
    }
    budget_end(&budget);
    if (asked_to_stop(p))
        t->status = stopped(&t->worker.error);
    if (t->status)
        atomic_store(&p->failed, true);
}

static void *thread_main(void *user)
{
    struct parallel_thread *t = user;
    work(t);
    pthread_mutex_lock(&t->p->lock);
    t->p->working--;
    pthread_cond_signal(&t->p->ended);
    pthread_mutex_unlock(&t->p->lock);
    return NULL;
}

static void tell(const struct parallel *p)
{
    const struct conflict_run *run = p->run;
    int64_t done = run->done + (int64_t)atomic_load(&p->done);
    const struct audit_progress progress = {.done = done,
                                            .total = run->total > done ? run->total : done,
                                            .seconds = conflict_run_seconds(run),
                                            .done_here = done,
                                            .n_passes = 1};
    run->watch->progress(&progress, run->watch->user);
}

/* Until the last thread has ended. */
static void watch(struct parallel *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->working > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PROGRESS_NANOSECONDS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        if (pthread_cond_timedwait(&p->ended, &p->lock, &until) == ETIMEDOUT && p->run->watch->progress) {
            pthread_mutex_unlock(&p->lock); /* the caller's function may take its time */
            tell(p);
            pthread_mutex_lock(&p->lock);
        }
    }
    pthread_mutex_unlock(&p->lock);
}

static enum status threads_run(struct parallel *p, struct parallel_thread *threads, int n)
{
    int started = 0;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    p->working = n;
    while (started < n && pthread_create(&threads[started].thread, NULL, thread_main, &threads[started]) == 0)
        started++;
    pthread_mutex_lock(&p->lock);
    p->working -= n - started;
    pthread_mutex_unlock(&p->lock);
    if (started == 0)
        work(&threads[0]);
    watch(p);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
    for (int i = 0; i < n; i++)
        if (threads[i].status)
            return threads[i].status;
    return STATUS_OK;
}

enum status conflict_parallel(struct conflict_run *run, size_t n, size_t chunk, conflict_item_fn *fn,
                              conflict_end_fn *end, void *user, struct error *e)
{
    struct parallel p = {.run = run, .n = n, .chunk = chunk, .fn = fn, .user = user};
    struct parallel_thread *threads = calloc((size_t)run->threads, sizeof *threads);
    enum status s = threads ? STATUS_OK : error_no_memory(e);
    int made = 0;
    for (; !s && made < run->threads; made++) {
        threads[made].p = &p;
        threads[made].worker.run = run;
        threads[made].worker.kept = arena_new(CONFLICT_ARENA_BYTES);
        s = threads[made].worker.kept ? check_worker_init(&threads[made].worker.check, e)
                                      : error_no_memory(e);
    }
    if (!s) {
        s = threads_run(&p, threads, made);
        for (int i = 0; s && i < made; i++)
            if (threads[i].status == s && e)
                *e = threads[i].worker.error;
    }
    for (int i = 0; i < made; i++) {
        if (!s && end)
            s = end(&threads[i].worker, user, e);
        arena_take(run->arena, threads[i].worker.kept);
        check_worker_release(&threads[i].worker.check);
        free(threads[i].worker.pairs);
    }
    free(threads);
    run->done += (int64_t)n;
    if (!s && run->watch->progress)
        tell(&(struct parallel){.run = run});
    return s;
}
