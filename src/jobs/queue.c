#include "jobs/jobs_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "formats/json.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 60 * 1000 }; /* for what has grown old */

static bool has_ended(const struct job *j)
{
    return j->state != JOB_QUEUED && j->state != JOB_RUNNING;
}

void job_queue_wake(struct job_queue *q)
{
    const uint64_t one = 1;
    (void)!write(q->wake, &one, sizeof one);
}

enum status job_new(const char *folder, const char *id, struct job **out, struct error *e)
{
    enum { REQUEST_BYTES = 1 << 20 }; /* of texts; more cannot come with a request */
    struct job *j = calloc(1, sizeof *j);
    if (j)
        j->arena = arena_new(REQUEST_BYTES);
    if (!j || !j->arena) {
        job_free(j);
        return error_no_memory(e);
    }
    snprintf(j->folder, sizeof j->folder, "%s", folder);
    snprintf(j->id, sizeof j->id, "%s", id);
    j->progress = (struct job_progress){-1, -1, -1, -1, -1};
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        j->bytes[f] = -1;
    *out = j;
    return STATUS_OK;
}

void job_free(struct job *j)
{
    if (j)
        arena_free(j->arena);
    free(j);
}

/* ---- the table; all with the lock held ---- */

static void forget(struct job_queue *q, size_t i)
{
    job_folder_remove(q->jobs[i]->folder);
    job_free(q->jobs[i]);
    q->n--;
    memmove(&q->jobs[i], &q->jobs[i + 1], (q->n - i) * sizeof *q->jobs);
}

static int64_t bytes_of(const struct job *j)
{
    int64_t sum = j->upload_bytes;
    for (int f = 0; j->state == JOB_DONE && f < JOB_FORMAT_COUNT; f++)
        sum += j->bytes[f] > 0 ? j->bytes[f] : 0;
    return sum;
}

int64_t job_queue_bytes(const struct job_queue *q, const char *owner)
{
    int64_t sum = 0;
    for (size_t i = 0; i < q->n; i++)
        if (!owner || strcmp(q->jobs[i]->owner, owner) == 0)
            sum += bytes_of(q->jobs[i]);
    return sum;
}

void job_queue_note(const struct job *j)
{
    struct error e;
    if (job_state_save(j, &e))
        log_line(LOG_ERROR, "job %s: its state cannot be kept, a restart would not know of it: %s", j->id,
                 e.en);
}

void job_note_end(struct job *j, enum job_state how)
{
    j->state = how;
    j->ended = j->updated = (int64_t)time(NULL);
    j->ended_ms = clock_ms();
}

void job_queue_end(struct job *j, enum job_state how)
{
    static const char *const kept[] = {JOB_STATE_NAME, NULL};
    job_note_end(j, how);
    j->upload_bytes = 0;
    job_folder_clear(j->folder, kept);
    job_queue_note(j);
}

/* How many of its owner's and its kind ended after it did. */
static size_t count_newer(const struct job_queue *q, size_t i)
{
    const struct job *j = q->jobs[i];
    size_t n = 0;
    for (size_t k = i + 1; k < q->n; k++)
        n += has_ended(q->jobs[k]) && strcmp(q->jobs[k]->owner, j->owner) == 0 &&
             !q->jobs[k]->check == !j->check;
    return n;
}

/* Of an owner's that have ended and have files; of these the newest always stays. */
static bool forget_oldest(struct job_queue *q, const char *owner)
{
    size_t oldest = q->n, newest = q->n;
    for (size_t i = q->n; i-- > 0;) {
        const struct job *j = q->jobs[i];
        if (!has_ended(j) || !bytes_of(j) || strcmp(j->owner, owner) != 0)
            continue;
        if (oldest == q->n)
            newest = i;
        oldest = i;
    }
    if (oldest == newest)
        return false;
    forget(q, oldest);
    return true;
}

/* Checks, which a program may send by the dozen, do not push out audits, which took somebody long. */
void job_queue_forget_old(struct job_queue *q, const char *owner, int64_t more)
{
    int64_t now_ms = clock_ms(); /* a clock that is set takes no result away */
    for (size_t i = q->n; i-- > 0;)
        if (has_ended(q->jobs[i]) && (now_ms - q->jobs[i]->ended_ms > JOB_KEPT_SECONDS * INT64_C(1000) ||
                                      count_newer(q, i) >= JOB_KEPT_MAX))
            forget(q, i);
    while (owner &&
           (job_queue_bytes(q, owner) + more > q->limits.owner_bytes ||
            job_queue_bytes(q, NULL) + more > JOB_KEPT_BYTES) &&
           forget_oldest(q, owner))
        ;
}

static struct job *next_queued(struct job_queue *q)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->jobs[i]->state == JOB_QUEUED)
            return q->jobs[i];
    return NULL;
}

static size_t count_ahead(const struct job_queue *q, const struct job *j)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n && q->jobs[i] != j; i++)
        n += !has_ended(q->jobs[i]);
    return j->state == JOB_QUEUED ? n : 0;
}

size_t job_queue_find(const struct job_queue *q, const char *id)
{
    size_t i = 0;
    while (i < q->n && strcmp(q->jobs[i]->id, id) != 0)
        i++;
    return i;
}

static enum status fail_not_found(const char *id, struct error *e)
{
    error_zh(e, "没有后台任务“%.40s”；已结束的任务保留 %d 小时，且只保留最新的一些。", id,
             JOB_KEPT_SECONDS / 3600);
    return error_fail(e, STATUS_NOT_FOUND, "job-not-found",
                      "There is no background job \"%.40s\"; one that has ended is kept for %d hours, and "
                      "only the newest are.",
                      id, JOB_KEPT_SECONDS / 3600);
}

/* ---- the queue's thread ---- */

static void *work(void *user)
{
    struct job_queue *q = user;
    char owner[JOB_OWNER_SIZE] = ""; /* of the job that has ended last */
    for (;;) {
        pthread_mutex_lock(&q->lock);
        job_queue_forget_old(q, owner, 0);
        struct job *j = q->stopping ? NULL : next_queued(q);
        bool stopping = q->stopping;
        if (j) {
            memcpy(owner, j->owner, sizeof owner);
            j->state = JOB_RUNNING;
            j->started = j->updated = (int64_t)time(NULL);
            job_queue_note(j);
        }
        pthread_mutex_unlock(&q->lock);
        if (stopping)
            return NULL;
        if (j) {
            job_run(q, j); /* only an ended job is ever forgotten, so that it stays where it is */
            continue;
        }
        uint64_t ignored;
        struct pollfd p = {.fd = q->wake, .events = POLLIN};
        if (poll(&p, 1, LOOK_MS) > 0)
            (void)!read(q->wake, &ignored, sizeof ignored);
    }
}

static enum status find_folders(struct job_queue *q, struct error *e)
{
    struct store *store;
    enum status s = store_open(q->store_path, STORE_READ, &store, e);
    if (s)
        return s;
    s = store_uid(store, q->store, e);
    store_close(store);
    for (int place = 0; !s && place < JOB_PLACES; place++)
        job_folder_find(&q->folders[place], q->store_path, (enum job_place)place);
    return s;
}

enum status job_queue_open(const char *store_path, const struct job_limits *limits, struct job_queue **out,
                           struct error *e)
{
    struct job_queue *q = calloc(1, sizeof *q);
    if (!q)
        return error_no_memory(e);
    q->limits = *limits;
    char *real = realpath(store_path, NULL);
    snprintf(q->store_path, sizeof q->store_path, "%s", real ? real : store_path);
    free(real);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->ended, NULL);
    q->wake = -1;
    enum status s = find_folders(q, e);
    if (s) {
        job_queue_close(q);
        return s;
    }
    job_queue_restore(q);
    q->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    q->started = q->wake >= 0 && pthread_create(&q->thread, NULL, work, q) == 0;
    if (!q->started) {
        job_queue_close(q);
        error_zh(e, "不能启动后台任务的线程。");
        return error_fail(e, STATUS_IO, "job-thread", "The thread of background jobs cannot be started.");
    }
    *out = q;
    return STATUS_OK;
}

void job_queue_change_limits(struct job_queue *q, const struct job_limits *limits)
{
    pthread_mutex_lock(&q->lock);
    q->limits = *limits;
    pthread_mutex_unlock(&q->lock);
}

struct job_limits job_queue_limits(struct job_queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job_limits limits = q->limits;
    pthread_mutex_unlock(&q->lock);
    return limits;
}

void job_queue_stop(struct job_queue *q)
{
    if (!q || !q->started)
        return;
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_broadcast(&q->ended);
    pthread_mutex_unlock(&q->lock);
    job_queue_wake(q);
    pthread_join(q->thread, NULL);
    q->started = false;
}

void job_queue_close(struct job_queue *q)
{
    if (!q)
        return;
    job_queue_stop(q);
    while (q->n)
        job_free(q->jobs[--q->n]);
    for (int place = 0; place < JOB_PLACES; place++)
        job_folder_close(&q->folders[place]);
    if (q->wake >= 0)
        close(q->wake);
    pthread_cond_destroy(&q->ended);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

/* ---- looking and cancelling ---- */

void job_queue_write(const struct job_queue *q, const struct job *j, const char *base, struct buffer *json)
{
    struct json_writer w;
    jw_init(&w, json, false);
    job_write(&w, j, count_ahead(q, j), base);
}

/* Is `wanted` one of those between the commas? */
static bool is_listed(const char *list, const char *wanted)
{
    size_t n = strlen(wanted);
    for (const char *at = list; at; at = strchr(at, ','), at += at != NULL)
        if (strncmp(at, wanted, n) == 0 && (at[n] == ',' || !at[n]))
            return true;
    return !list;
}

static bool lasts(const struct job *j, const struct job_filter *f, int64_t now)
{
    int64_t seconds = (j->ended ? j->ended : now) - j->started;
    if (f->min_seconds < 0 && f->max_seconds < 0)
        return true;
    return j->started && seconds >= f->min_seconds && (f->max_seconds < 0 || seconds <= f->max_seconds);
}

static bool passes(const struct job *j, const struct job_filter *f, int64_t now)
{
    return (!f->owner || strcmp(f->owner, j->owner) == 0) && is_listed(f->types, "process") &&
           is_listed(f->processes, job_process(j)) && is_listed(f->statuses, job_status(j)) &&
           j->created >= f->created_from && j->created <= f->created_until && lasts(j, f, now);
}

void job_queue_count(struct job_queue *q, size_t n[JOB_STATES])
{
    memset(n, 0, JOB_STATES * sizeof *n);
    pthread_mutex_lock(&q->lock);
    for (size_t i = 0; i < q->n; i++)
        n[q->jobs[i]->state]++;
    pthread_mutex_unlock(&q->lock);
}

size_t job_queue_list(struct job_queue *q, const struct job_filter *f, const char *base,
                      struct json_writer *w)
{
    int64_t now = (int64_t)time(NULL);
    size_t n = 0;
    jw_array_begin(w);
    pthread_mutex_lock(&q->lock);
    job_queue_forget_old(q, NULL, 0);
    for (size_t i = q->n; i-- > 0;)
        if (passes(q->jobs[i], f, now) && (int64_t)n++ < f->limit)
            job_write(w, q->jobs[i], count_ahead(q, q->jobs[i]), base);
    pthread_mutex_unlock(&q->lock);
    jw_array_end(w);
    return n;
}

enum status job_queue_owned(struct job_queue *q, const char *id, const char *owner, struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    bool owned = i < q->n && (!owner || strcmp(owner, q->jobs[i]->owner) == 0);
    pthread_mutex_unlock(&q->lock);
    return owned ? STATUS_OK : fail_not_found(id, e);
}

enum status job_queue_show(struct job_queue *q, const char *id, const char *base, struct buffer *json,
                           struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    enum status s = i < q->n ? STATUS_OK : fail_not_found(id, e);
    if (!s)
        job_queue_write(q, q->jobs[i], base, json);
    pthread_mutex_unlock(&q->lock);
    return s;
}

enum status job_queue_cancel(struct job_queue *q, const char *id, const char *base, struct buffer *json,
                             struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    enum status s = i < q->n ? STATUS_OK : fail_not_found(id, e);
    if (!s) {
        struct job *j = q->jobs[i];
        j->forgotten = has_ended(j);
        j->cancel = true;
        if (j->state == JOB_QUEUED) {
            job_queue_end(j, JOB_CANCELLED);
        } else if (j->state == JOB_RUNNING) {
            job_queue_note(j);
        }
        job_queue_write(q, j, base, json);
        if (j->forgotten)
            forget(q, i);
        pthread_cond_broadcast(&q->ended);
    }
    pthread_mutex_unlock(&q->lock);
    job_queue_wake(q);
    return s;
}

static enum status fail_stopping(const char *id, struct error *e)
{
    error_zh(e, "服务正在停止，任务还没有完成；服务重新启动后会接着做，请届时查看 /jobs/%s。", id);
    return error_fail(
        e, STATUS_CONFLICT, "jobs-stopping",
        "The server is stopping and the job has not ended; it goes on once the server is back: see "
        "/jobs/%s then.",
        id);
}

enum status job_queue_wait(struct job_queue *q, const char *id, struct error *e)
{
    enum status s = STATUS_OK;
    pthread_mutex_lock(&q->lock);
    for (;;) {
        size_t i = job_queue_find(q, id); /* where it is, and whether it still is, may be another each time */
        bool there = i < q->n, ended = there && has_ended(q->jobs[i]);
        if (!there)
            s = fail_not_found(id, e);
        else if (!ended && q->stopping)
            s = fail_stopping(id, e);
        if (s || ended)
            break;
        pthread_cond_wait(&q->ended, &q->lock);
    }
    pthread_mutex_unlock(&q->lock);
    return s;
}

/* ---- results ---- */

static enum status fail_format(const struct job *j, const char *format, struct error *e)
{
    char list[96] = "";
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (j->bytes[f] >= 0)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "",
                     job_formats[f].name);
    error_zh(e, "该任务没有“%.20s”格式的结果；有：%s。", format, list);
    return error_fail(e, STATUS_NOT_FOUND, "job-format", "The job has no result in \"%.20s\"; it has: %s.",
                      format, list);
}

static enum status fail_no_result(const struct job *j, struct error *e)
{
    if (j->state == JOB_FAILED) {
        *e = j->error;
        return e->status ? e->status : STATUS_INTERNAL;
    }
    bool cancelled = j->cancel || j->state == JOB_CANCELLED;
    error_zh(e, cancelled ? "任务已取消，没有结果。" : "任务还没有完成，没有结果。");
    return error_fail(e, STATUS_CONFLICT, cancelled ? "job-cancelled" : "job-unfinished",
                      cancelled ? "The job was cancelled: there is no result."
                                : "The job has not ended yet: there is no result.");
}

void job_result_path(const struct job *j, int format, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/out.%s", JOB_PATH_SIZE - 32, j->folder, job_formats[format].name);
}

void job_bench_path(const struct job *j, char base[JOB_PATH_SIZE])
{
    snprintf(base, JOB_PATH_SIZE, "%.*s/bench", JOB_PATH_SIZE - 32, j->folder);
}

static enum status open_result(const struct job *j, const char *format, struct job_result *out,
                               struct error *e)
{
    char path[JOB_PATH_SIZE];
    int f = 0;
    if (j->state != JOB_DONE)
        return fail_no_result(j, e);
    while (f < JOB_FORMAT_COUNT && (j->bytes[f] < 0 || strcmp(job_formats[f].name, format) != 0))
        f++;
    if (f == JOB_FORMAT_COUNT)
        return fail_format(j, format, e);
    job_result_path(j, f, path);
    out->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (out->fd < 0)
        return error_errno(e, "读取结果", "Reading the result", path);
    out->size = j->bytes[f];
    out->content_type = job_formats[f].content_type;
    static const char *const titles[AUDIT_KIND_COUNT] = {"批量审查", "三线冲突", "规划数据"};
    const char *dot = strrchr(j->name, '.');
    bool named = (j->check || j->request.kind == AUDIT_PARCELS) && *j->name;
    snprintf(out->title, sizeof out->title, "%.*s%s%s.%s", named && dot ? (int)(dot - j->name) : 0, j->name,
             named ? "-" : "", j->check ? "审查报告" : titles[j->request.kind], format);
    snprintf(out->file_name, sizeof out->file_name, "hongxian-%s-%.8s.%s", job_kind_name(j), j->id, format);
    return STATUS_OK;
}

enum status job_queue_result(struct job_queue *q, const char *id, const char *format, struct job_result *out,
                             struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    enum status s = i < q->n ? open_result(q->jobs[i], format, out, e) : fail_not_found(id, e);
    pthread_mutex_unlock(&q->lock);
    return s;
}

static enum status bench_of(const struct job *j, char base[JOB_PATH_SIZE], char gpkg[JOB_PATH_SIZE],
                            struct error *e)
{
    if (j->state != JOB_DONE)
        return fail_no_result(j, e);
    if (j->bytes[JOB_FORMAT_GPKG] < 0)
        return fail_format(j, job_formats[JOB_FORMAT_GPKG].name, e);
    job_bench_path(j, base);
    job_result_path(j, JOB_FORMAT_GPKG, gpkg);
    return STATUS_OK;
}

enum status job_queue_bench(struct job_queue *q, const char *id, char base[JOB_PATH_SIZE],
                            char gpkg[JOB_PATH_SIZE], struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    enum status s = i < q->n ? bench_of(q->jobs[i], base, gpkg, e) : fail_not_found(id, e);
    pthread_mutex_unlock(&q->lock);
    return s;
}

const char *job_format_name(size_t i)
{
    return i < JOB_FORMAT_COUNT ? job_formats[i].name : NULL;
}

const char *job_format_type(size_t i)
{
    return i < JOB_FORMAT_COUNT ? job_formats[i].content_type : NULL;
}

bool job_format_of_audit(size_t i, enum audit_kind kind)
{
    return i < JOB_FORMAT_COUNT && job_formats[i].made_by[kind];
}

static enum status fail_not_ready(const struct job *j, struct error *e)
{
    error_zh(e, "任务%s，还没有结果；请以 /jobs/%s 查看进度，完成后再取。",
             j->state == JOB_QUEUED ? "在排队" : "正在运行", j->id);
    return error_fail(e, STATUS_NOT_FOUND, "result-not-ready",
                      "The job is %s: there is no result yet; /jobs/%s tells how far it is.",
                      j->state == JOB_QUEUED ? "waiting" : "running", j->id);
}

static enum status tell_results(const struct job *j, struct job_results *out, struct error *e)
{
    size_t n = 0;
    if (!has_ended(j) && !j->cancel)
        return fail_not_ready(j, e);
    if (j->state != JOB_DONE)
        return fail_no_result(j, e);
    *out =
        (struct job_results){.is_check = j->check != NULL, .kind = j->request.kind, .delivery = j->delivery};
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (j->bytes[f] >= 0)
            out->formats[n++] = job_formats[f].name;
    return STATUS_OK;
}

enum status job_queue_results(struct job_queue *q, const char *id, struct job_results *out, struct error *e)
{
    pthread_mutex_lock(&q->lock);
    size_t i = job_queue_find(q, id);
    enum status s = i < q->n ? tell_results(q->jobs[i], out, e) : fail_not_found(id, e);
    pthread_mutex_unlock(&q->lock);
    return s;
}
