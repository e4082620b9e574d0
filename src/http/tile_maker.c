#include "http/tile_maker.h"

#include "base/clock.h"
#include "http/gzip.h"
#include "http/request.h"
#include "tile/tile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { NICENESS = 5, THREADS_MAX = 16 };

struct job {
    struct job *next;
    struct snapshot *snapshot; /* a reference */
    const struct layer_snapshot *layer;
    struct tile_key key;
    size_t waiting; /* so many wait for it; 0: it is being prepared */
    bool taken, done;
    enum status status;
    struct error error;
    const struct tile_kept *kept; /* held, once it is done */
};

struct tile_maker {
    struct tile_cache *cache;
    pthread_t thread[THREADS_MAX];
    size_t n_threads;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wanted, finished;
    struct job *jobs;          /* that are not done, in the order in which they came */
    int64_t idle_ms, asked_ms; /* when somebody last asked */
    size_t made;
    bool stop;
};

uint64_t tile_content_of(const struct layer_snapshot *layer)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%.16s", layer->version.source_sha256);
    return strtoull(digits, NULL, 16);
}

static struct tile_key key_of(const struct layer_snapshot *layer, const struct tile_id *t)
{
    return (struct tile_key){layer->version.id, tile_content_of(layer), *t};
}

/* ---- jobs; the lock is held ---- */

static struct job *job_find(struct tile_maker *m, const struct tile_key *key)
{
    struct job *j = m->jobs;
    while (j && !tile_key_same(&j->key, key))
        j = j->next;
    return j;
}

static struct job *job_add(struct tile_maker *m, struct snapshot *snapshot,
                           const struct layer_snapshot *layer, const struct tile_key *key)
{
    struct job **end = &m->jobs, *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    while (*end)
        end = &(*end)->next;
    *j = (struct job){.snapshot = snapshot_ref(snapshot), .layer = layer, .key = *key};
    *end = j;
    pthread_cond_signal(&m->wanted);
    return j;
}

static void job_unlist(struct tile_maker *m, const struct job *j)
{
    struct job **at = &m->jobs;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
}

static void job_free(struct job *j)
{
    tile_kept_release(j->kept);
    snapshot_unref(j->snapshot);
    free(j);
}

/* What somebody waits for comes first. */
static struct job *job_next(struct tile_maker *m, bool idle)
{
    for (struct job *j = m->jobs; j; j = j->next)
        if (!j->taken && j->waiting)
            return j;
    for (struct job *j = m->jobs; idle && j; j = j->next)
        if (!j->taken)
            return j;
    return NULL;
}

/* ---- making ---- */

const struct tile_kept *tile_maker_find(struct tile_maker *m, const struct tile_key *key)
{
    return tile_cache_find(m->cache, key);
}

/* Compressed once, for all who will ask. */
enum status tile_maker_keep(struct tile_maker *m, const struct tile_key *key, struct buffer *plain,
                            const struct tile_kept **out, struct error *e)
{
    struct buffer gzip;
    buffer_init(&gzip, 0);
    enum status s = buffer_status(plain, e);
    if (!s && plain->size > REPLY_PLAIN_BYTES)
        s = gzip_bytes(plain->data, plain->size, &gzip, e);
    *out = s ? NULL : tile_cache_put(m->cache, key, plain, &gzip);
    buffer_release(&gzip);
    return s ? s : *out ? STATUS_OK : error_no_memory(e);
}

static enum status make(struct tile_maker *m, const struct job *j, struct tile_scratch *scratch,
                        const struct tile_kept **out, struct error *e)
{
    struct buffer plain;
    buffer_init(&plain, 0);
    enum status s = tile_encode(j->layer->index, j->layer->version.layer, &j->key.tile, scratch, &plain, e);
    if (!s)
        s = tile_maker_keep(m, &j->key, &plain, out, e);
    buffer_release(&plain);
    return s;
}

/* Until there is a job or an end. What is only prepared waits until nobody has asked for a while. */
static struct job *job_wait(struct tile_maker *m)
{
    while (!m->stop) {
        int64_t left_ms = m->asked_ms + m->idle_ms - clock_ms();
        struct job *j = job_next(m, left_ms <= 0);
        if (j)
            return j;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += left_ms / 1000 + 1; /* no sooner */
        if (job_next(m, true))
            pthread_cond_timedwait(&m->wanted, &m->lock, &until);
        else
            pthread_cond_wait(&m->wanted, &m->lock);
    }
    return NULL;
}

static void *run(void *user)
{
    struct tile_maker *m = user;
    struct tile_scratch *scratch = tile_scratch_new();
    (void)!setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread alone */
    pthread_mutex_lock(&m->lock);
    for (struct job *j; (j = job_wait(m));) {
        const struct tile_kept *kept = NULL;
        struct error why = {0};
        j->taken = true;
        pthread_mutex_unlock(&m->lock);
        enum status s = scratch ? make(m, j, scratch, &kept, &why) : error_no_memory(&why);
        pthread_mutex_lock(&m->lock);
        j->status = s;
        j->error = why;
        j->kept = kept;
        j->done = true;
        m->made += !s;
        job_unlist(m, j);
        if (j->waiting)
            pthread_cond_broadcast(&m->finished);
        else
            job_free(j);
    }
    pthread_mutex_unlock(&m->lock);
    tile_scratch_free(scratch);
    return NULL;
}

/* ---- asking ---- */

enum status tile_maker_make(struct tile_maker *m, struct snapshot *snapshot,
                            const struct layer_snapshot *layer, const struct tile_id *t,
                            const struct tile_kept **out, struct error *e)
{
    struct tile_key key = key_of(layer, t);
    *out = tile_maker_find(m, &key);
    if (*out)
        return STATUS_OK;
    pthread_mutex_lock(&m->lock);
    m->asked_ms = clock_ms();
    struct job *j = job_find(m, &key);
    if (!j) /* it may have been finished just now */
        *out = tile_maker_find(m, &key);
    if (!j && !*out)
        j = job_add(m, snapshot, layer, &key);
    enum status s = j || *out ? STATUS_OK : error_no_memory(e);
    if (j) {
        j->waiting++;
        pthread_cond_signal(&m->wanted); /* if it was only to be prepared */
        while (!j->done)
            pthread_cond_wait(&m->finished, &m->lock);
        s = j->status;
        *out = j->kept;
        if (s && e)
            *e = j->error;
        if (j->kept)
            tile_kept_hold(j->kept);
        if (--j->waiting == 0)
            job_free(j);
    }
    pthread_mutex_unlock(&m->lock);
    return s;
}

static void prepare_layer(struct tile_maker *m, struct snapshot *snapshot, const struct layer_snapshot *layer)
{
    struct geo_box layer_box = index_box(layer->index);
    for (unsigned z = 0; z <= TILE_MAKER_PREPARED_ZOOM; z++)
        for (uint32_t y = 0; y < tile_rows(TILE_WEB_MERCATOR, z); y++)
            for (uint32_t x = 0; x < tile_columns(TILE_WEB_MERCATOR, z); x++) {
                struct tile_id t = {z, x, y, TILE_WEB_MERCATOR};
                struct geo_box box = tile_box(&t, TILE_BUFFER_UNITS);
                struct tile_key key = key_of(layer, &t);
                if (geo_box_overlaps(&box, &layer_box) && !job_find(m, &key))
                    (void)!job_add(m, snapshot, layer, &key);
            }
}

void tile_maker_prepare(struct tile_maker *m, struct snapshot *snapshot)
{
    pthread_mutex_lock(&m->lock);
    m->asked_ms = clock_ms();
    for (struct job **at = &m->jobs; *at;) {
        struct job *j = *at;
        if (j->taken || j->waiting) {
            at = &j->next;
        } else {
            *at = j->next;
            job_free(j);
        }
    }
    for (int l = 0; l < snapshot_lines(snapshot)->n; l++) {
        const struct layer_snapshot *layer = snapshot_line(snapshot, l);
        if (layer && layer->index && index_n_features(layer->index) > 0)
            prepare_layer(m, snapshot, layer);
    }
    pthread_mutex_unlock(&m->lock);
}

size_t tile_maker_made(struct tile_maker *m)
{
    pthread_mutex_lock(&m->lock);
    size_t made = m->made;
    pthread_mutex_unlock(&m->lock);
    return made;
}

/* ---- life ---- */

struct tile_maker *tile_maker_new(struct tile_cache *cache, size_t n_threads, int64_t idle_ms)
{
    struct tile_maker *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->wanted, NULL);
    pthread_cond_init(&m->finished, NULL);
    m->cache = cache;
    m->idle_ms = idle_ms;
    m->asked_ms = clock_ms();
    while (m->n_threads < n_threads && m->n_threads < THREADS_MAX &&
           pthread_create(&m->thread[m->n_threads], NULL, run, m) == 0)
        m->n_threads++;
    if (m->n_threads > 0)
        return m;
    tile_maker_free(m);
    return NULL;
}

void tile_maker_free(struct tile_maker *m)
{
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->stop = true;
    pthread_cond_broadcast(&m->wanted);
    pthread_mutex_unlock(&m->lock);
    for (size_t i = 0; i < m->n_threads; i++)
        pthread_join(m->thread[i], NULL);
    while (m->jobs) {
        struct job *j = m->jobs;
        m->jobs = j->next;
        job_free(j);
    }
    pthread_cond_destroy(&m->wanted);
    pthread_cond_destroy(&m->finished);
    pthread_mutex_destroy(&m->lock);
    free(m);
}
