#include "http/pulse.h"

#include "base/clock.h"
#include "base/disk_room.h"
#include "base/log.h"
#include "http/engine.h"
#include "http/store_health.h"
#include "store/store_records.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LOOK_MS = 10 * 1000, /* between two looks, when nobody wants to hear of them sooner */
    LEAST_MS = 50,       /* however soon somebody wants to */
    STUCK_MS =
        5 * 60 * 1000, /* with all workers out, and none given back: many times what a request may take */
    STATUS_SIZE = 1600,
};

struct pulse {
    struct pulse_parts parts;
    int64_t period_ms;
    bool has_thread;
    pthread_t thread;
    size_t given; /* workers, at the look before; and since when it has not changed with all out */
    int64_t stuck_since_ms;
    char told[STATUS_SIZE]; /* the latest STATUS */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    bool ends;
    struct pulse_sample sample;
};

/* ---- does it answer? ---- */

/* Somebody who comes and goes: the door takes him and lets him go, or tells him that there is no room. */
static bool door_answers(int listening, int64_t within_ms)
{
    struct sockaddr_storage own = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof own;
    if (getsockname(listening, (struct sockaddr *)&own, &size) != 0)
        return false;
    int fd = socket(own.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)&own, size) == 0 &&
                   shutdown(fd, SHUT_WR) == 0 && poll(&p, 1, (int)within_ms) == 1;
    if (fd >= 0)
        close(fd);
    return answers;
}

/* All are at work: that is no hang while one comes back now and then. */
static bool workers_move(struct pulse *p)
{
    struct engine_load load = engine_load(p->parts.engine);
    int64_t now = clock_ms();
    if (load.given != p->given || load.slow + load.quick < load.workers || !p->stuck_since_ms)
        p->stuck_since_ms = now;
    p->given = load.given;
    return now - p->stuck_since_ms < STUCK_MS;
}

/* Reads the store when a worker is free this very moment. A store that cannot be served answers, too. */
static bool store_answers(struct pulse *p, int64_t *n_records)
{
    static const atomic_bool no_wait = true;
    struct engine_worker *w = NULL;
    struct error e = {0};
    if (engine_look_at_store(p->parts.engine, &e))
        return true;
    if (engine_take(p->parts.engine, LANE_QUICK, &no_wait, &w, &e))
        return workers_move(p);
    int64_t n = 0;
    if (!store_record_last(w->store, &n, &e))
        *n_records = n;
    engine_give(p->parts.engine, w);
    p->stuck_since_ms = 0;
    return true;
}

/* ---- what is seen ---- */

static uint64_t bytes_of(const char *path, const char *more)
{
    char name[4096];
    struct stat st;
    int n = snprintf(name, sizeof name, "%s%s", path, more);
    return n > 0 && n < (int)sizeof name && stat(name, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* The sample, and the sentence for people: what is served, and what is wrong with it first of all. */
static void look_at_store(struct pulse *p, struct pulse_sample *s, char status[STATUS_SIZE])
{
    const char *path = engine_store_path(p->parts.engine);
    struct store_health health;
    struct error why = {0};
    struct snapshot *held = engine_held_snapshot(p->parts.engine);
    store_health_look(p->parts.engine, p->parts.writer, &health);
    s->state = store_health_word(&health, held, &why);
    s->n_layers = snapshot_n_layers(held);
    snapshot_unref(held);
    s->store_bytes = bytes_of(path, "") + bytes_of(path, "-wal");
    s->disk_free_bytes = disk_free_beside(path);
    snprintf(status, STATUS_SIZE, "%s: %s; 图层 %zu, 留存记录 %" PRId64 " (layers, kept records)%s%s%s%s",
             p->parts.url, s->state, s->n_layers, s->n_records < 0 ? 0 : s->n_records, why.status ? "; " : "",
             why.zh, why.status ? " " : "", why.en);
}

static void tell(struct pulse *p, const char *status, bool says_it_lives)
{
    if (strcmp(p->told, status) != 0 && notify_send(p->parts.notify, "STATUS=%s", status))
        snprintf(p->told, sizeof p->told, "%s", status);
    if (says_it_lives)
        (void)notify_send(p->parts.notify, "WATCHDOG=1");
}

static void look(struct pulse *p)
{
    struct pulse_sample s = pulse_seen(p);
    char status[STATUS_SIZE];
    bool asked = p->parts.notify && p->parts.notify->watchdog_ms > 0;
    bool door = !asked || door_answers(p->parts.listening, p->period_ms);
    bool store = store_answers(p, &s.n_records);
    look_at_store(p, &s, status);
    s.looks++;
    if (!door || !store) {
        s.hangs++;
        log_line(LOG_ERROR, "this server does not answer: %s",
                 door ? "no worker comes back" : "nobody is taken at the door");
        snprintf(status, sizeof status, "没有响应 not answering: %s", door ? "workers" : "door");
    }
    pthread_mutex_lock(&p->lock);
    p->sample = s;
    pthread_mutex_unlock(&p->lock);
    tell(p, status, asked && door && store);
}

static void *look_now_and_then(void *user)
{
    struct pulse *p = user;
    pthread_mutex_lock(&p->lock);
    while (!p->ends) {
        struct timespec until = clock_in_ms((long)p->period_ms);
        while (!p->ends && pthread_cond_clockwait(&p->changed, &p->lock, CLOCK_MONOTONIC, &until) == 0)
            ;
        if (p->ends)
            break;
        pthread_mutex_unlock(&p->lock);
        look(p);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pulse_sample pulse_seen(struct pulse *p)
{
    pthread_mutex_lock(&p->lock);
    struct pulse_sample s = p->sample;
    pthread_mutex_unlock(&p->lock);
    return s;
}

/* ---- life ---- */

/* A door that does not answer is waited for as long as from one look to the next: with a third of what is
 * wanted, that is twice in time. */
static int64_t period(const struct notify *n)
{
    int64_t wanted = n && n->watchdog_ms > 0 ? n->watchdog_ms / 3 : LOOK_MS;
    return wanted < LEAST_MS ? LEAST_MS : wanted > LOOK_MS ? LOOK_MS : wanted;
}

enum status pulse_new(const struct pulse_parts *parts, struct pulse **out, struct error *e)
{
    struct pulse *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(e);
    p->parts = *parts;
    p->period_ms = period(parts->notify);
    p->sample = (struct pulse_sample){.state = "ok", .n_records = -1};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    *out = p;
    return STATUS_OK;
}

enum status pulse_start(struct pulse *p, struct error *e)
{
    (void)notify_send(p->parts.notify, "READY=1");
    look(p);
    p->has_thread = pthread_create(&p->thread, NULL, look_now_and_then, p) == 0;
    return p->has_thread ? STATUS_OK : error_no_memory(e);
}

void pulse_stop(struct pulse *p)
{
    if (!p || p->ends)
        return;
    (void)notify_send(p->parts.notify, "STOPPING=1\nSTATUS=正在停止 stopping");
    pthread_mutex_lock(&p->lock);
    p->ends = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (p->has_thread)
        pthread_join(p->thread, NULL);
}

void pulse_free(struct pulse *p)
{
    if (!p)
        return;
    pulse_stop(p);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
