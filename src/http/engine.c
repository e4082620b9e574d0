#include "http/engine.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/kept_days.h"
#include "http/page_counts.h"
#include "http/record_writer.h"
#include "http/tile_maker.h"
#include "store/store_file.h"
#include "store/store_lock.h"
#include "store/store_versions.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CANCELLED_LOOK_MS = 200, GLANCE_MS = 20 };

struct engine {
    char *store_path;
    struct record_writer *writer; /* of the same store; may be NULL */
    struct store_lock *lock;      /* likewise */
    char mark[48];                /* of the file that is served; changes while no worker is out */
    uint64_t store_number;        /* likewise */
    struct store_file journal;    /* that the handles have; likewise */

    pthread_mutex_t pool_lock;
    pthread_cond_t pool_given;
    bool gathering; /* every worker is wanted at once, to take up another store */
    struct engine_worker *workers;
    struct engine_worker **free_workers; /* a stack */
    size_t n_workers, n_free, n_given;   /* n_given: since the start */
    struct tile_cache *tiles;
    struct page_counts *counts;
    struct tile_maker *tile_maker;
    size_t n_taken[2], n_waiting[2]; /* by lane */

    pthread_mutex_t file_lock; /* guards the four below */
    struct store_file file;    /* that the workers' handles are of */
    uint64_t writes;           /* counts that somebody wrote into it otherwise than by its journal */
    int64_t written_ms;        /* when the latest of them was noticed */
    struct error fault;        /* why it cannot be served; status 0: it can */
    int64_t tried_ms;          /* when it was tried to take up the store at the path */

    pthread_mutex_t snapshot_lock; /* guards the four below */
    struct snapshot *snapshot;
    int64_t looked_at_ms;
    bool looking;

    struct kept_days days;
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
    if (!s && !(w->tile = tile_scratch_new()))
        s = error_no_memory(e);
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

static size_t slow_max(const struct engine *en)
{
    return en->n_workers / 2;
}

static bool may_take(const struct engine *en, enum engine_lane lane)
{
    return en->n_free > 0 && !en->gathering && (lane == LANE_QUICK || en->n_taken[LANE_SLOW] < slow_max(en));
}

/* NULL: cancelled before one was free. Nobody tells him: he looks. */
static struct engine_worker *take_free(struct engine *en, enum engine_lane lane, const atomic_bool *cancelled)
{
    struct engine_worker *w = NULL;
    pthread_mutex_lock(&en->pool_lock);
    en->n_waiting[lane]++;
    while (!may_take(en, lane) && !(cancelled && atomic_load(cancelled))) {
        struct timespec until = clock_in_ms(CANCELLED_LOOK_MS);
        pthread_cond_clockwait(&en->pool_given, &en->pool_lock, CLOCK_MONOTONIC, &until);
    }
    en->n_waiting[lane]--;
    if (may_take(en, lane)) {
        en->n_taken[lane]++;
        w = en->free_workers[--en->n_free];
        w->lane = lane;
    }
    pthread_mutex_unlock(&en->pool_lock);
    return w;
}

static enum status fail_cancelled(struct error *e)
{
    error_zh(e, "请求已取消：客户已断开、时限已到，或服务正在停止。");
    return error_fail(
        e, STATUS_CONFLICT, "cancelled",
        "The request was cancelled: its client has left, its time is over, or the server stops.");
}

struct engine_load engine_load(struct engine *en)
{
    pthread_mutex_lock(&en->pool_lock);
    struct engine_load load = {.workers = en->n_workers,
                               .slow_max = slow_max(en),
                               .slow = en->n_taken[LANE_SLOW],
                               .quick = en->n_taken[LANE_QUICK],
                               .waiting_slow = en->n_waiting[LANE_SLOW],
                               .waiting_quick = en->n_waiting[LANE_QUICK],
                               .given = en->n_given};
    pthread_mutex_unlock(&en->pool_lock);
    return load;
}

void engine_give(struct engine *en, struct engine_worker *w)
{
    check_worker_shrink(&w->check);
    pthread_mutex_lock(&en->pool_lock);
    en->n_given++;
    en->n_taken[w->lane]--;
    en->free_workers[en->n_free++] = w;
    pthread_cond_broadcast(&en->pool_given);
    pthread_mutex_unlock(&en->pool_lock);
}

/* Waits until every worker is in, while nobody takes one. */
static void gather(struct engine *en)
{
    pthread_mutex_lock(&en->pool_lock);
    en->gathering = true;
    while (en->n_free < en->n_workers)
        pthread_cond_wait(&en->pool_given, &en->pool_lock);
    pthread_mutex_unlock(&en->pool_lock);
}

static void disperse(struct engine *en)
{
    pthread_mutex_lock(&en->pool_lock);
    en->gathering = false;
    pthread_cond_broadcast(&en->pool_given);
    pthread_mutex_unlock(&en->pool_lock);
}

/* ---- the snapshot ---- */

/* Is what the store has in use something else than what is held? Generations alone do not tell: a store that
 * was written over by another may be at the same one. */
static enum status look_for_newer(struct engine_worker *w, const struct snapshot *held, bool *newer,
                                  struct error *e)
{
    struct store_version *current = NULL;
    size_t n = 0;
    int64_t generation = 0;
    enum status s = store_generation(w->store, &generation, e);
    *newer = !s && generation != snapshot_generation(held);
    size_t changed = s ? 0 : snapshot_look(held);
    if (changed) /* loading verifies them, and makes anew what is damaged */
        log_line(LOG_ERROR, "%zu index files were changed while they were in use; they are verified again",
                 changed);
    *newer |= changed > 0;
    if (s || *newer)
        return s;
    s = store_current_versions(w->store, w->check.arena, &current, &n, e);
    *newer = n != snapshot_n_layers(held);
    for (size_t i = 0; i < n && !*newer; i++)
        *newer = strcmp(current[i].uid, snapshot_layer_at(held, i)->version.uid) != 0;
    return s;
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

static void swap_in(struct engine *en, struct snapshot *newer)
{
    pthread_mutex_lock(&en->snapshot_lock);
    struct snapshot *older = NULL;
    if (newer) {
        older = en->snapshot;
        en->snapshot = newer;
    }
    en->looking = false;
    pthread_mutex_unlock(&en->snapshot_lock);
    if (older) {
        tile_cache_clear(en->tiles);
        tile_maker_prepare(en->tile_maker, newer);
    }
    snapshot_unref(older);
}

struct snapshot *engine_held_snapshot(struct engine *en)
{
    pthread_mutex_lock(&en->snapshot_lock);
    struct snapshot *held = snapshot_ref(en->snapshot);
    pthread_mutex_unlock(&en->snapshot_lock);
    return held;
}

/* ---- what was in force on a day ---- */

enum status engine_snapshot_as_of(struct engine *en, struct engine_worker *w, const char *day,
                                  struct snapshot **out, struct error *e)
{
    return kept_days_take(&en->days, w->store, day, out, e);
}

/* ---- another file at the store's path ---- */

/* What the journal still has goes into the file that the handles are of, wherever that is now. */
static void close_handles(struct engine *en)
{
    store_fold_journal(en->workers[0].store);
    for (size_t i = 0; i < en->n_workers; i++) {
        store_close_apart(en->workers[i].store);
        en->workers[i].store = NULL;
    }
    if (en->writer)
        record_writer_let_go(en->writer);
}

static void note_file(struct engine *en, const struct store_file *file)
{
    en->file = *file;
    en->journal = store_file_journal(en->store_path);
    snprintf(en->mark, sizeof en->mark, "%" PRIx64 ":%" PRIx64, file->device, file->inode);
}

static enum status open_handles(struct engine *en, struct snapshot **loaded, struct error *e)
{
    enum status s = store_file_refuse_journal(en->store_path, &en->journal, e);
    if (!s)
        s = store_lock_move(en->lock, en->store_path, e);
    for (size_t i = 0; i < en->n_workers && !s; i++)
        s = store_open(en->store_path, STORE_READ, &en->workers[i].store, e);
    if (!s && en->writer)
        s = record_writer_take_up(en->writer, en->store_path, e);
    return s ? s : snapshot_load(en->workers[0].store, loaded, e);
}

/* Everything is closed before anything is opened: two files under one name at once would share one journal.
 * With the file's lock, so that others wait and then find it done. */
static enum status take_up(struct engine *en, const struct store_file *file, struct error *e)
{
    struct snapshot *loaded = NULL;
    gather(en);
    close_handles(en);
    enum status s = open_handles(en, &loaded, e);
    en->tried_ms = clock_ms();
    if (!s) {
        note_file(en, file);
        en->store_number++;
        en->writes++;
        for (size_t i = 0; i < en->n_workers; i++)
            en->workers[i].writes = en->writes;
        swap_in(en, loaded);
        kept_days_forget(&en->days);
        log_line(LOG_INFO, "another store is at %s, and in use", en->store_path);
    } else {
        close_handles(en);
        log_line(LOG_ERROR, "another file is at %s, and cannot be used: %s", en->store_path, e->en);
    }
    disperse(en);
    return s;
}

/* A journal that is folded back page by page is one write, and so is a copy: at most one in a while. */
static void note_writes(struct engine *en, const struct store_file *now)
{
    if ((now->size == en->file.size && now->mtime_ns == en->file.mtime_ns) ||
        clock_ms() - en->written_ms < ENGINE_LOOK_MS)
        return;
    en->file = *now;
    en->writes++;
    en->written_ms = clock_ms();
    if (en->writer && record_writer_renew(en->writer, en->store_path, &en->fault))
        log_line(LOG_ERROR, "the store can no longer be written: %s", en->fault.en);
}

/* Without a word of what the handles have: is the store that they are of still what the path leads to? */
static enum status look_at_file(struct engine *en, uint64_t *writes, struct error *e)
{
    struct store_file now;
    struct error why = {0};
    pthread_mutex_lock(&en->file_lock);
    enum status s = store_file_look(en->store_path, &now, &why);
    bool same = !s && store_file_same(&now, &en->file);
    bool open = en->fault.status == STATUS_OK;
    if (!s && same && open) {
        note_writes(en, &now);
    } else if (s && en->writer) {
        record_writer_fold(en->writer); /* what was kept is in the file, wherever that was moved to */
    } else if (!s && (!same || !open)) {
        bool again = open || clock_ms() - en->tried_ms >= ENGINE_LOOK_MS;
        s = again ? take_up(en, &now, &why) : en->fault.status;
        en->fault = again ? why : en->fault;
        why = en->fault;
    }
    *writes = en->writes;
    pthread_mutex_unlock(&en->file_lock);
    if (s && e)
        *e = why;
    return s;
}

/* A handle that was opened before somebody wrote past its journal (a copy over the file, or only a journal
 * that was folded back) may have kept pages of before. */
static enum status renew(struct engine *en, struct engine_worker *w, uint64_t writes, struct error *e)
{
    if (w->writes >= writes)
        return STATUS_OK;
    store_close_apart(w->store);
    w->store = NULL;
    w->writes = writes;
    return store_open(en->store_path, STORE_READ, &w->store, e);
}

/* What is found while it works: nobody is answered from here on until the store has been taken up again.
 * Whoever finds it may hold a worker, for which somebody with the lock waits (take_up): that one is about to
 * see for himself, and is not waited for. */
void engine_set_fault(struct engine *en, const struct error *why)
{
    if (pthread_mutex_trylock(&en->file_lock) != 0)
        return;
    if (!en->fault.status)
        log_line(LOG_ERROR, "the store can no longer be used: %s", why->en);
    en->fault = *why;
    en->tried_ms = clock_ms();
    pthread_mutex_unlock(&en->file_lock);
}

enum status engine_snapshot(struct engine *en, struct engine_worker *w, struct snapshot **out,
                            struct error *e)
{
    pthread_mutex_lock(&en->snapshot_lock);
    bool look = claim_look(en);
    struct snapshot *held = snapshot_ref(en->snapshot);
    pthread_mutex_unlock(&en->snapshot_lock);
    struct error why = {0};
    struct snapshot *loaded = NULL;
    bool newer = false;
    enum status s = look ? look_for_newer(w, held, &newer, &why) : STATUS_OK;
    if (!s && newer)
        s = snapshot_load(w->store, &loaded, &why);
    if (look)
        swap_in(en, loaded);
    if (s) {
        snapshot_unref(held);
        engine_set_fault(en, &why);
        if (e)
            *e = why;
        return s;
    }
    if (loaded) {
        log_line(LOG_INFO, "layers were loaded anew and are in use (generation %lld)",
                 (long long)snapshot_generation(loaded));
        snapshot_unref(held);
        held = engine_held_snapshot(en);
    }
    *out = held;
    return STATUS_OK;
}

enum status engine_take(struct engine *en, enum engine_lane lane, const atomic_bool *cancelled,
                        struct engine_worker **out, struct error *e)
{
    uint64_t writes;
    struct error why = {0};
    struct engine_worker *w = NULL;
    enum status s;
    while (!(s = look_at_file(en, &writes, &why))) {
        w = take_free(en, lane, cancelled);
        if (!w)
            return fail_cancelled(e);
        s = w->store ? renew(en, w, writes, &why) : STATUS_OK;
        if (w->store)
            break;
        engine_give(en, w); /* somebody found a fault meanwhile, or just now */
        if (s)
            engine_set_fault(en, &why);
    }
    if (!s)
        *out = w;
    else if (e)
        *e = why;
    return s;
}

/* ---- without waiting ---- */

static enum status fail_changing(struct error *e)
{
    error_zh(e, "数据文件正在更换，尚未启用；请稍后再试。");
    return error_fail(
        e, STATUS_CONFLICT, "store-changing",
        "The store is being replaced by another, which is not in use yet; try again in a while.");
}

/* Is every worker in, so that another store could be taken up at once? */
static bool all_are_in(struct engine *en, bool *gathering)
{
    pthread_mutex_lock(&en->pool_lock);
    bool in = en->n_free == en->n_workers;
    *gathering = en->gathering;
    pthread_mutex_unlock(&en->pool_lock);
    return in;
}

/* Within GLANCE_MS, or not at all. */
static bool lock_soon(pthread_mutex_t *lock)
{
    const struct timespec step = {.tv_nsec = 1000000};
    bool held = pthread_mutex_trylock(lock) == 0;
    for (int i = 0; !held && i < GLANCE_MS && nanosleep(&step, NULL) == 0; i++)
        held = pthread_mutex_trylock(lock) == 0;
    return held;
}

/* A look at the file alone. Who has its lock for longer may be waiting for every worker (take_up). */
static enum status glance_at_file(struct engine *en, bool gathering, struct error *e)
{
    struct store_file now;
    if (!lock_soon(&en->file_lock))
        return gathering ? fail_changing(e) : STATUS_OK;
    enum status s = store_file_look(en->store_path, &now, e);
    if (!s && en->fault.status) {
        s = en->fault.status;
        if (e)
            *e = en->fault;
    } else if (!s && !store_file_same(&now, &en->file)) {
        s = fail_changing(e);
    }
    pthread_mutex_unlock(&en->file_lock);
    return s;
}

enum status engine_glance(struct engine *en, struct engine_worker **worker, struct snapshot **out,
                          struct error *e)
{
    bool gathering;
    *worker = NULL;
    if (all_are_in(en, &gathering)) {
        enum status s = engine_take(en, LANE_QUICK, NULL, worker, e);
        return s ? s : engine_snapshot(en, *worker, out, e);
    }
    enum status s = glance_at_file(en, gathering, e);
    if (!s)
        *out = engine_held_snapshot(en);
    return s;
}

enum status engine_look_at_store(struct engine *en, struct error *e)
{
    bool gathering;
    (void)all_are_in(en, &gathering);
    return glance_at_file(en, gathering, e);
}

const char *engine_store_path(const struct engine *en)
{
    return en->store_path;
}

const char *engine_store_mark(const struct engine *en)
{
    return en->mark;
}

uint64_t engine_store_number(const struct engine *en)
{
    return en->store_number;
}

void engine_share_writer(struct engine *en, struct record_writer *writer)
{
    en->writer = writer;
}

void engine_share_lock(struct engine *en, struct store_lock *lock)
{
    en->lock = lock;
}

/* ---- life ---- */

/* As many as may wait for them, and can work at once. */
static size_t n_makers(size_t n_workers)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = processors > 1 ? (size_t)processors : 1;
    return n_workers / 2 < 1 ? 1 : n_workers / 2 < most ? n_workers / 2 : most;
}

enum status engine_open(const char *store_path, size_t n_workers, struct engine **out, struct error *e)
{
    struct engine *en = calloc(1, sizeof *en);
    if (!en)
        return error_no_memory(e);
    pthread_mutex_init(&en->pool_lock, NULL);
    pthread_cond_init(&en->pool_given, NULL);
    pthread_mutex_init(&en->file_lock, NULL);
    pthread_mutex_init(&en->snapshot_lock, NULL);
    kept_days_init(&en->days);
    struct store_file file = {.inode = 0};
    en->store_path = strdup(store_path);
    enum status s = en->store_path ? store_file_look(store_path, &file, e) : error_no_memory(e);
    en->tiles = tile_cache_new(TILE_CACHE_BYTES);
    en->tile_maker = en->tiles ? tile_maker_new(en->tiles, n_makers(n_workers), TILE_MAKER_IDLE_MS) : NULL;
    en->counts = page_counts_new();
    if (!s && (!en->tile_maker || !en->counts))
        s = error_no_memory(e);
    if (!s)
        s = open_workers(en, store_path, n_workers < 2 ? 2 : n_workers, e);
    if (!s)
        s = snapshot_load(en->workers[0].store, &en->snapshot, e);
    if (s) {
        engine_close(en);
        return s;
    }
    note_file(en, &file);
    en->looked_at_ms = clock_ms();
    tile_maker_prepare(en->tile_maker, en->snapshot);
    *out = en;
    return STATUS_OK;
}

struct tile_maker *engine_tiles(struct engine *en)
{
    return en->tile_maker;
}

struct page_counts *engine_page_counts(struct engine *en)
{
    return en->counts;
}

void engine_close(struct engine *en)
{
    if (!en)
        return;
    tile_maker_free(en->tile_maker);
    snapshot_unref(en->snapshot);
    for (size_t i = 0; i < en->n_workers; i++)
        worker_close(&en->workers[i]);
    tile_cache_free(en->tiles);
    page_counts_free(en->counts);
    free(en->workers);
    free(en->free_workers);
    free(en->store_path);
    pthread_mutex_destroy(&en->pool_lock);
    pthread_cond_destroy(&en->pool_given);
    pthread_mutex_destroy(&en->file_lock);
    pthread_mutex_destroy(&en->snapshot_lock);
    kept_days_release(&en->days);
    free(en);
}
