#include "audit/pipeline.h"

#include "base/budget.h"
#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum slot_state { SLOT_EMPTY, SLOT_FILLED, SLOT_TAKEN, SLOT_DONE };

struct slot {
    enum slot_state state;
    struct audit_batch batch;
};

struct pipeline {
    const struct pipeline_request *request;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot *slots;
    size_t n_slots;
    size_t next_work; /* the batch that the next free worker takes */
    size_t n_filled;
    bool read_all; /* nothing more will be filled */
    bool stopped, failed;
    struct error error;
};

static struct slot *slot_of(struct pipeline *p, size_t k)
{
    return &p->slots[k % p->n_slots];
}

static void fail(struct pipeline *p, const struct error *e)
{
    pthread_mutex_lock(&p->lock);
    if (!p->failed)
        p->error = *e;
    p->failed = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void set_state(struct pipeline *p, struct slot *s, enum slot_state state)
{
    pthread_mutex_lock(&p->lock);
    s->state = state;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* ---- reader ---- */

/* Nobody waits any more for what is not done yet. */
static void cut_short(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopped = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static bool asked_to_stop(const struct pipeline *p)
{
    return p->request->stop && atomic_load(p->request->stop);
}

static enum status batch_fill(struct pipeline *p, struct audit_batch *b, bool *more, struct error *e)
{
    struct feed *f = p->request->feed;
    enum status s = STATUS_OK;
    arena_reset(b->arena);
    b->n = b->bytes = 0;
    *more = true;
    while (b->n < BATCH_PARCELS && b->bytes < BATCH_BYTES) {
        struct audit_item *item = &b->items[b->n];
        s = feed_next(f, b->arena, item, more, e);
        if (!s && *more && p->request->since)
            s = since_next(p->request->since, item, b->arena, &item->earlier, e);
        if (s || !*more)
            break;
        b->bytes += item->feature.n_wkb;
        b->n++;
    }
    return s;
}

/* NULL when the run is over before the slot is free. */
static struct slot *wait_empty(struct pipeline *p, size_t k)
{
    struct slot *s = slot_of(p, k);
    pthread_mutex_lock(&p->lock);
    while (!p->failed && !p->stopped && s->state != SLOT_EMPTY)
        pthread_cond_wait(&p->changed, &p->lock);
    if (s->state != SLOT_EMPTY)
        s = NULL;
    pthread_mutex_unlock(&p->lock);
    return s;
}

static void *reader_main(void *user)
{
    struct pipeline *p = user;
    struct error e = {0};
    bool more = true, stop = false;
    struct slot *s;
    for (size_t k = 0; more && !(stop = asked_to_stop(p)) && (s = wait_empty(p, k)); k++) {
        if (batch_fill(p, &s->batch, &more, &e)) {
            fail(p, &e);
            break;
        }
        pthread_mutex_lock(&p->lock);
        s->state = SLOT_FILLED;
        p->n_filled = k + 1;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_lock(&p->lock);
    p->read_all = true;
    p->stopped = p->stopped || stop;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- workers ---- */

static struct slot *take_work(struct pipeline *p)
{
    struct slot *s = NULL;
    pthread_mutex_lock(&p->lock);
    while (!p->failed && !p->stopped && p->next_work == p->n_filled && !p->read_all)
        pthread_cond_wait(&p->changed, &p->lock);
    if (!p->failed && !p->stopped && p->next_work < p->n_filled) {
        s = slot_of(p, p->next_work++);
        s->state = SLOT_TAKEN;
    }
    pthread_mutex_unlock(&p->lock);
    return s;
}

static enum status work(struct pipeline *p, struct row_maker *m, struct audit_batch *b, struct error *e)
{
    for (int i = 0; i < BATCH_TEXTS; i++)
        buffer_clear(&b->text[i]);
    enum status s = batch_make(m, b, e);
    if (!s && p->request->format)
        p->request->format(b);
    return s;
}

static void *worker_main(void *user)
{
    struct pipeline *p = user;
    struct error e = {0};
    struct check_worker w;
    struct budget budget;
    if (check_worker_init(&w, &e)) {
        fail(p, &e);
        return NULL;
    }
    struct row_maker m = {.worker = &w,
                          .snapshot = p->request->snapshot,
                          .project_class = p->request->audit->project_class,
                          .claims = p->request->audit->claims,
                          .since = p->request->since,
                          .overlaps = p->request->audit->overlaps,
                          .crs = &p->request->feed->crs,
                          .srs = p->request->feed->srs};
    buffer_init(&m.text, 0);
    if (feature_judge_new(w.transformer, w.geos, &m.judge, &e))
        fail(p, &e);
    budget_begin(&budget, 0, 0, p->request->stop);
    for (struct slot *s; m.judge && (s = take_work(p));) {
        enum status st = work(p, &m, &s->batch, &e);
        if (asked_to_stop(p)) { /* a row that was stopped looks like one that could not be measured */
            cut_short(p);
            break;
        }
        if (st) {
            fail(p, &e);
            break;
        }
        set_state(p, s, SLOT_DONE);
    }
    budget_end(&budget);
    feature_judge_free(m.judge);
    buffer_release(&m.text);
    check_worker_release(&w);
    return NULL;
}

/* ---- the caller ---- */

static struct slot *wait_done(struct pipeline *p, size_t k)
{
    struct slot *s = slot_of(p, k);
    pthread_mutex_lock(&p->lock);
    while (!p->failed && !p->stopped && s->state != SLOT_DONE && !(p->read_all && k >= p->n_filled))
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->failed || s->state != SLOT_DONE)
        s = NULL;
    pthread_mutex_unlock(&p->lock);
    return s;
}

static void write_all(struct pipeline *p, pipeline_write_fn *fn, void *user)
{
    struct error e = {0};
    struct slot *s;
    for (size_t k = 0; (s = wait_done(p, k)); k++) {
        if (s->batch.n > 0 && fn(&s->batch, user, &e)) {
            fail(p, &e);
            return;
        }
        set_state(p, s, SLOT_EMPTY);
    }
}

static enum status slots_new(struct pipeline *p, struct error *e)
{
    p->n_slots = 2 * (size_t)p->request->audit->threads + 2;
    p->slots = calloc(p->n_slots, sizeof *p->slots);
    bool ok = p->slots != NULL;
    for (size_t i = 0; ok && i < p->n_slots; i++) {
        for (int k = 0; k < BATCH_TEXTS; k++)
            buffer_init(&p->slots[i].batch.text[k], 0);
        p->slots[i].batch.lines = snapshot_lines(p->request->snapshot);
        p->slots[i].batch.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
        ok = p->slots[i].batch.arena != NULL;
    }
    return ok ? STATUS_OK : error_no_memory(e);
}

static void slots_free(struct pipeline *p)
{
    for (size_t i = 0; p->slots && i < p->n_slots; i++) {
        for (int k = 0; k < BATCH_TEXTS; k++)
            buffer_release(&p->slots[i].batch.text[k]);
        arena_free(p->slots[i].batch.arena);
    }
    free(p->slots);
}

static enum status cannot_start(struct error *e)
{
    error_zh(e, "不能启动工作线程；请减少 --threads。");
    return error_fail(e, STATUS_NO_MEMORY, "no-threads",
                      "No worker thread could be started; give fewer --threads.");
}

static void run_threads(struct pipeline *p, pipeline_write_fn *fn, void *user)
{
    pthread_t threads[AUDIT_MAX_THREADS + 1];
    int n = 0, wanted = p->request->audit->threads + 1;
    while (n < wanted && pthread_create(&threads[n], NULL, n == 0 ? reader_main : worker_main, p) == 0)
        n++;
    if (n < 2) {
        struct error e;
        (void)cannot_start(&e);
        fail(p, &e);
    }
    write_all(p, fn, user);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

enum status pipeline_run(const struct pipeline_request *r, pipeline_write_fn *fn, void *user, bool *stopped,
                         struct error *e)
{
    struct pipeline p = {.request = r};
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.changed, NULL);
    enum status s = slots_new(&p, e);
    if (!s)
        run_threads(&p, fn, user);
    slots_free(&p);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    if (!s && p.failed) {
        if (e)
            *e = p.error;
        s = p.error.status;
    }
    if (!s)
        *stopped = p.stopped;
    return s;
}
