/* The command of a job while it runs: its lines, and its end, by itself or because it is asked for. */
#include "jobs/jobs_parts.h"

#include "base/clock.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A command that was asked to end gets this long to tidy up. */
enum { GRACE_MS = 3000, LINE_BYTES = 64 * 1024, LOOK_MS = 500 };

struct listening {
    struct job_watch *watch;
    char line[LINE_BYTES];
    size_t n;
    long long asked_to_end_ms; /* 0: not yet */
    long long began_ms, measured_ms;
};

/* ---- what it says ---- */

static double known(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : -1;
}

/* Of the whole job, whose passes are as long as each other. */
static void take_progress(struct job *j, const json_t *o)
{
    double done = known(o, "done"), total = known(o, "total"), seconds = known(o, "seconds");
    double pass = known(o, "pass"), passes = known(o, "passes");
    double rate = seconds > 0 ? known(o, "done_here") / seconds : 0;
    bool has_passes = total > 0 && pass >= 1 && passes >= pass;
    j->updated = (int64_t)time(NULL);
    j->progress = (struct job_progress){
        .done = done,
        .total = total,
        .share = has_passes ? (pass - 1 + done / total) / passes : -1,
        .rate = rate,
        .seconds_left = has_passes && rate > 0 ? (total - done + total * (passes - pass)) / rate : -1};
}

enum status job_status_of_name(const char *name)
{
    for (int s = STATUS_OK + 1; name && s <= STATUS_INTERNAL; s++)
        if (strcmp(status_name((enum status)s), name) == 0)
            return (enum status)s;
    return STATUS_INTERNAL;
}

/* Libraries name files by their whole path; where the server keeps them is nobody's business. In place. */
static void forget_folder(const struct job *j, char *text)
{
    char folder[JOB_PATH_SIZE];
    int n = snprintf(folder, sizeof folder, "%.*s/in/", JOB_PATH_SIZE - 32, j->folder);
    for (char *at; (at = strstr(text, folder));)
        memmove(at, at + n, strlen(at + n) + 1);
}

static void take_error(struct job *j, const json_t *o)
{
    struct error *e = &j->error;
    const char *code = json_string_value(json_object_get(o, "code"));
    const char *zh = json_string_value(json_object_get(o, "zh"));
    const char *en = json_string_value(json_object_get(o, "en"));
    *e = (struct error){.status = job_status_of_name(json_string_value(json_object_get(o, "status")))};
    snprintf(e->code, sizeof e->code, "%s", code ? code : "job-failed");
    snprintf(e->zh, sizeof e->zh, "%s", zh ? zh : "");
    snprintf(e->en, sizeof e->en, "%s", en ? en : "");
    forget_folder(j, e->zh);
    forget_folder(j, e->en);
}

static bool take_outcome(struct job *j, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(12));
    bool fits = text && strlen(text) < sizeof j->outcome;
    if (fits)
        strcpy(j->outcome, text);
    free(text);
    return fits;
}

static void take_line(struct job_watch *w, const char *text, size_t n)
{
    if (w->is_over) /* why it ended is known */
        return;
    json_t *line = json_loadb(text, n, 0, NULL);
    const json_t *o;
    pthread_mutex_lock(&w->queue->lock);
    if ((o = json_object_get(line, "outcome"))) {
        w->has_outcome = take_outcome(w->job, o);
    } else if ((o = json_object_get(line, "error"))) {
        take_error(w->job, o);
        w->has_error = true;
    } else if (json_object_get(line, "done")) {
        take_progress(w->job, line);
    }
    pthread_mutex_unlock(&w->queue->lock);
    json_decref(line);
}

static void take_bytes(struct listening *l)
{
    for (char *end; (end = memchr(l->line, '\n', l->n));) {
        size_t n = (size_t)(end - l->line);
        take_line(l->watch, l->line, n);
        l->n -= n + 1;
        memmove(l->line, end + 1, l->n);
    }
    if (l->n == sizeof l->line)
        l->n = 0; /* a line that long is none of ours */
}

/* ---- until it ends ---- */

/* What does not listen is killed; a job that is only interrupted goes on from what it had written. */
static void end_if_asked(struct listening *l)
{
    struct job_watch *w = l->watch;
    pthread_mutex_lock(&w->queue->lock);
    bool end = w->job->cancel || w->queue->stopping;
    pthread_mutex_unlock(&w->queue->lock);
    if (!end)
        return;
    if (!l->asked_to_end_ms) {
        l->asked_to_end_ms = clock_ms();
        kill(w->pid, SIGTERM);
    } else if (clock_ms() - l->asked_to_end_ms > GRACE_MS) {
        kill(-w->pid, SIGKILL);
    }
}

/* What is over a limit is killed at once: it has nothing to say that would matter. */
static void end_if_over(struct listening *l)
{
    struct job_watch *w = l->watch;
    struct job_use use;
    struct error e;
    long long now = clock_ms();
    if (w->is_over || now - l->measured_ms < LOOK_MS)
        return;
    l->measured_ms = now;
    job_measure(w->pid, w->job->folder, &use);
    const struct job_limits limits = job_queue_limits(w->queue);
    if (!job_within(&limits, &use, (now - l->began_ms) / 1000, &e))
        return;
    w->is_over = true;
    pthread_mutex_lock(&w->queue->lock);
    w->job->error = e;
    w->has_error = true;
    pthread_mutex_unlock(&w->queue->lock);
    kill(-w->pid, SIGKILL);
}

static void listen_to(struct listening *l)
{
    struct job_watch *w = l->watch;
    for (;;) {
        struct pollfd p[] = {{.fd = w->pipe, .events = POLLIN}, {.fd = w->queue->wake, .events = POLLIN}};
        uint64_t ignored;
        int ready = poll(p, 2, LOOK_MS);
        if (ready < 0 && errno != EINTR)
            return;
        if (ready > 0 && p[1].revents)
            (void)!read(w->queue->wake, &ignored, sizeof ignored);
        end_if_asked(l);
        end_if_over(l);
        if (ready <= 0 || !p[0].revents)
            continue;
        ssize_t n = read(w->pipe, l->line + l->n, sizeof l->line - l->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        l->n += (size_t)n;
        take_bytes(l);
    }
}

int job_watch_until_end(struct job_watch *w)
{
    struct listening *l = calloc(1, sizeof *l);
    int how = 0;
    if (l) {
        l->watch = w;
        l->began_ms = clock_ms();
        listen_to(l);
    } else {
        kill(-w->pid, SIGKILL); /* what nobody listens to comes to nothing */
    }
    free(l);
    close(w->pipe);
    while (waitpid(w->pid, &how, 0) < 0 && errno == EINTR)
        ;
    return how;
}
