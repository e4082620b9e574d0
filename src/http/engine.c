#include "http/engine.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/store_versions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS_KEPT = 4, DAY_SIZE = 11 };

struct day {
    char day[DAY_SIZE];
    struct snapshot *snapshot; /* NULL: free */
    uint64_t used;             /* the latest use */
};

struct engine {
    pthread_mutex_t pool_lock;
    pthread_cond_t pool_given;
    struct engine_worker *workers;
    struct engine_worker **free_workers; /* a stack */
    size_t n_workers, n_free;

    pthread_mutex_t snapshot_lock; /* guards the four below */
    struct snapshot *snapshot;
    int64_t looked_at_ms;
    bool looking;

    pthread_mutex_t days_lock; /* guards the two below */
    struct day days[DAYS_KEPT];
    uint64_t n_days_asked;
};

/* ---- workers ---- */

static enum status worker_open(struct engine_worker *w, const char *store_path, struct error *e)
{
    geo_shape_builder_init(&w->shape);
    enum status s = check_worker_init(&w->check, e);
    if (s)
        return s;
    w->check.reader = &child_reader_self;
    s = store_open(store_path, STORE_READ, &w->store, e);
    if (!s) {
        w->tile = tile_scratch_new();
        if (!w->tile)
            s = error_no_memory(e);
    }
    if (s) {
        store_close(w->store);
        w->store = NULL;
        check_worker_release(&w->check);
    }
    return s;
}

static void worker_close(struct engine_worker *w)
{
    tile_scratch_free(w->tile);
    store_close(w->store);
    check_worker_release(&w->check);
    geo_shape_builder_release(&w->shape);
}

static enum status open_workers(struct engine *en, const char *store_path, size_t n, struct error *e)
{
    en->workers = calloc(n, sizeof *en->workers);
    en->free_workers = calloc(n, sizeof(struct engine_worker *));
    if (!en->workers || !en->free_workers)
        return error_no_memory(e);
    while (en->n_workers < n) {
        enum status s = worker_open(&en->workers[en->n_workers], store_path, e);
        if (s)
            return s;
        en->free_workers[en->n_free++] = &en->workers[en->n_workers++];
    }
    return STATUS_OK;
}

struct engine_worker *engine_take(struct engine *en)
{
    pthread_mutex_lock(&en->pool_lock);
    while (en->n_free == 0)
        pthread_cond_wait(&en->pool_given, &en->pool_lock);
    struct engine_worker *w = en->free_workers[--en->n_free];
    pthread_mutex_unlock(&en->pool_lock);
    return w;
}

void engine_give(struct engine *en, struct engine_worker *w)
{
    arena_reset(w->check.arena);
    pthread_mutex_lock(&en->pool_lock);
    en->free_workers[en->n_free++] = w;
    pthread_cond_signal(&en->pool_given);
    pthread_mutex_unlock(&en->pool_lock);
}

/* ---- the snapshot ---- */

static struct snapshot *load_if_changed(struct engine_worker *w, const struct snapshot *held)
{
    struct error err = {0};
    struct snapshot *newer = NULL;
    int64_t generation;
    enum status s = store_generation(w->store, &generation, &err);
    if (!s && generation != snapshot_generation(held))
        s = snapshot_load(w->store, &newer, &err);
    if (s)
        log_line(LOG_ERROR, "the store's new versions cannot be loaded, the old ones stay: %s", err.en);
    return newer;
}

static bool claim_look(struct engine *en)
{
    int64_t now = clock_ms();
    if (en->looking || now - en->looked_at_ms < ENGINE_LOOK_MS)
        return false;
    en->looking = true;
    en->looked_at_ms = now;
    return true;
}

static struct snapshot *swap_in(struct engine *en, struct snapshot *newer)
{
    pthread_mutex_lock(&en->snapshot_lock);
    struct snapshot *older = NULL;
    if (newer) {
        older = en->snapshot;
        en->snapshot = newer;
    }
    en->looking = false;
    struct snapshot *held = snapshot_ref(en->snapshot);
    pthread_mutex_unlock(&en->snapshot_lock);
    snapshot_unref(older);
    return held;
}

struct snapshot *engine_snapshot(struct engine *en, struct engine_worker *w)
{
    pthread_mutex_lock(&en->snapshot_lock);
    bool look = claim_look(en);
    struct snapshot *held = snapshot_ref(en->snapshot);
    pthread_mutex_unlock(&en->snapshot_lock);
    if (!look)
        return held;
    struct snapshot *newer = load_if_changed(w, held);
    snapshot_unref(held);
    if (newer)
        log_line(LOG_INFO, "new layer versions are in use (generation %lld)",
                 (long long)snapshot_generation(newer));
    return swap_in(en, newer);
}

/* ---- what was in force on a day ---- */

static struct day *find_day(struct engine *en, const char *day, int64_t generation)
{
    for (int i = 0; i < DAYS_KEPT; i++)
        if (en->days[i].snapshot && strcmp(en->days[i].day, day) == 0 &&
            snapshot_generation(en->days[i].snapshot) == generation)
            return &en->days[i];
    return NULL;
}

static struct day *oldest_day(struct engine *en)
{
    struct day *oldest = &en->days[0];
    for (int i = 1; i < DAYS_KEPT; i++)
        if (en->days[i].used < oldest->used)
            oldest = &en->days[i];
    return oldest;
}

static enum status load_day(struct engine *en, struct engine_worker *w, const char *day, struct day **out,
                            struct error *e)
{
    struct snapshot *loaded = NULL;
    enum status s = snapshot_load_as_of(w->store, day, &loaded, e);
    if (s)
        return s;
    struct day *d = oldest_day(en);
    snapshot_unref(d->snapshot); /* whoever works with it has a reference of his own */
    d->snapshot = loaded;
    snprintf(d->day, sizeof d->day, "%s", day);
    *out = d;
    return STATUS_OK;
}

enum status engine_snapshot_as_of(struct engine *en, struct engine_worker *w, const char *day,
                                  struct snapshot **out, struct error *e)
{
    int64_t generation;
    enum status s = store_day_check(day, e);
    if (!s)
        s = store_generation(w->store, &generation, e);
    if (s)
        return s;
    pthread_mutex_lock(&en->days_lock);
    struct day *d = find_day(en, day, generation);
    if (!d)
        s = load_day(en, w, day, &d, e);
    if (!s) {
        d->used = ++en->n_days_asked;
        *out = snapshot_ref(d->snapshot);
    }
    pthread_mutex_unlock(&en->days_lock);
    return s;
}

/* ---- life ---- */

enum status engine_open(const char *store_path, size_t n_workers, struct engine **out, struct error *e)
{
    struct engine *en = calloc(1, sizeof *en);
    if (!en)
        return error_no_memory(e);
    pthread_mutex_init(&en->pool_lock, NULL);
    pthread_cond_init(&en->pool_given, NULL);
    pthread_mutex_init(&en->snapshot_lock, NULL);
    pthread_mutex_init(&en->days_lock, NULL);
    enum status s = open_workers(en, store_path, n_workers, e);
    if (!s)
        s = snapshot_load(en->workers[0].store, &en->snapshot, e);
    if (s) {
        engine_close(en);
        return s;
    }
    en->looked_at_ms = clock_ms();
    *out = en;
    return STATUS_OK;
}

void engine_close(struct engine *en)
{
    if (!en)
        return;
    snapshot_unref(en->snapshot);
    for (int i = 0; i < DAYS_KEPT; i++)
        snapshot_unref(en->days[i].snapshot);
    for (size_t i = 0; i < en->n_workers; i++)
        worker_close(&en->workers[i]);
    free(en->workers);
    free(en->free_workers);
    pthread_mutex_destroy(&en->pool_lock);
    pthread_cond_destroy(&en->pool_given);
    pthread_mutex_destroy(&en->snapshot_lock);
    pthread_mutex_destroy(&en->days_lock);
    free(en);
}
