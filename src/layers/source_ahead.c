#include "layers/source_ahead.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>

struct batch {
    struct arena *arena; /* all that the features point to */
    struct source_feature features[AHEAD_FEATURES];
    size_t n;
    bool last; /* nothing follows: the end, or the failure below after the features */
    enum status status;
    struct error error;
};

struct source_ahead {
    struct source *source;
    bool threaded;
    pthread_t thread;
    struct batch *batches[AHEAD_BATCHES];
    size_t at; /* in the batch being handed out */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    uint64_t n_filled, n_emptied; /* batches; batch k is in slot k modulo AHEAD_BATCHES */
    bool stop;
};

/* ---- the reading thread ---- */

static void fill(struct source *s, struct batch *b)
{
    size_t vertices = 0;
    arena_reset(b->arena);
    b->n = 0;
    b->last = false;
    b->status = STATUS_OK;
    while (b->n < AHEAD_FEATURES && vertices < AHEAD_VERTICES && !b->last) {
        bool more = false;
        b->status = source_next_into(s, b->arena, &b->features[b->n], &more, &b->error);
        b->last = b->status != STATUS_OK || !more;
        if (!b->last)
            vertices += b->features[b->n++].shape.n_vertices;
    }
}

static bool wait_for_room(struct source_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->stop && a->n_filled - a->n_emptied == AHEAD_BATCHES)
        pthread_cond_wait(&a->changed, &a->lock);
    bool go_on = !a->stop;
    pthread_mutex_unlock(&a->lock);
    return go_on;
}

static void *read_ahead(void *user)
{
    struct source_ahead *a = user;
    for (bool last = false; !last && wait_for_room(a);) {
        struct batch *b = a->batches[a->n_filled % AHEAD_BATCHES]; /* only this thread changes n_filled */
        fill(a->source, b);
        last = b->last;
        pthread_mutex_lock(&a->lock);
        a->n_filled++;
        pthread_cond_broadcast(&a->changed);
        pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

/* ---- the caller ---- */

static struct batch *current(struct source_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->n_filled == a->n_emptied)
        pthread_cond_wait(&a->changed, &a->lock);
    struct batch *b = a->batches[a->n_emptied % AHEAD_BATCHES];
    pthread_mutex_unlock(&a->lock);
    return b;
}

static void give_back(struct source_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->n_emptied++;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    a->at = 0;
}

enum status source_ahead_next(struct source_ahead *a, struct source_feature *f, bool *more, struct error *e)
{
    if (!a->threaded)
        return source_next(a->source, f, more, e);
    struct batch *b = current(a);
    if (a->at == b->n && !b->last) {
        give_back(a);
        b = current(a);
    }
    *more = a->at < b->n;
    if (*more)
        *f = b->features[a->at++];
    else if (b->status != STATUS_OK && e)
        *e = b->error;
    return *more ? STATUS_OK : b->status;
}

/* ---- life ---- */

static enum status make_batches(struct source_ahead *a, struct error *e)
{
    for (int i = 0; i < AHEAD_BATCHES; i++) {
        a->batches[i] = calloc(1, sizeof *a->batches[i]);
        if (a->batches[i])
            a->batches[i]->arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
        if (!a->batches[i] || !a->batches[i]->arena)
            return error_no_memory(e);
    }
    return STATUS_OK;
}

static void free_all(struct source_ahead *a)
{
    for (int i = 0; i < AHEAD_BATCHES; i++) {
        if (a->batches[i])
            arena_free(a->batches[i]->arena);
        free(a->batches[i]);
    }
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
    free(a);
}

enum status source_ahead_start(struct source *s, bool threaded, struct source_ahead **out, struct error *e)
{
    struct source_ahead *a = calloc(1, sizeof *a);
    if (!a)
        return error_no_memory(e);
    a->source = s;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    enum status st = threaded ? make_batches(a, e) : STATUS_OK;
    if (st != STATUS_OK) {
        free_all(a);
        return st;
    }
    /* A machine that has no thread to spare imports without one. */
    a->threaded = threaded && pthread_create(&a->thread, NULL, read_ahead, a) == 0;
    *out = a;
    return STATUS_OK;
}

void source_ahead_stop(struct source_ahead *a)
{
    if (!a)
        return;
    if (a->threaded) {
        pthread_mutex_lock(&a->lock);
        a->stop = true;
        pthread_cond_broadcast(&a->changed);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->thread, NULL);
    }
    free_all(a);
}
