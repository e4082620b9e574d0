/* What becomes of the jobs of a server that has ended, in whatever way, at the next start. */
#include "jobs/jobs_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

const char *job_restart_zh(const struct job *j, char text[JOB_RESTART_SIZE])
{
    const char *what = j->state == JOB_QUEUED ? "重新排队" : j->goes_on ? "接着做" : "重新开始";
    snprintf(text, JOB_RESTART_SIZE, "服务重启后%s（第 %lld 次）", what, (long long)j->restarts);
    return text;
}

const char *job_restart_en(const struct job *j, char text[JOB_RESTART_SIZE])
{
    const char *what = j->state == JOB_QUEUED ? "waiting again" : j->goes_on ? "gone on" : "begun again";
    snprintf(text, JOB_RESTART_SIZE, "%s after a restart of the server (%lld so far)", what,
             (long long)j->restarts);
    return text;
}

enum status job_store_check(const struct job_queue *q, const struct job *j, struct error *e)
{
    struct store *store;
    char uid[STORE_UID_SIZE] = "";
    if (store_open(q->store_path, STORE_READ, &store, NULL))
        return STATUS_OK; /* the command says what is wrong with it */
    enum status s = store_uid(store, uid, e);
    store_close(store);
    if (s || strcmp(uid, j->store) == 0)
        return s;
    error_zh(e, "提交任务之后数据库换成了另一个，任务没有运行；请重新提交。");
    return error_fail(
        e, STATUS_CONFLICT, "job-other-store",
        "The store is another one than this job was sent to, and the job was not run; send it again.");
}

/* ---- what was left ---- */

static void fail_crashed(struct job *j)
{
    error_zh(&j->error, "任务运行时服务意外中断了 %d 次，不再重新开始；请检查文件，或分批提交。",
             JOB_CRASHES_MAX);
    (void)error_fail(
        &j->error, STATUS_INTERNAL, "job-interrupted",
        "The server ended unexpectedly %d times while this job ran, and it is not begun again; look at the "
        "file, or send it in parts.",
        JOB_CRASHES_MAX);
    job_queue_end(j, JOB_FAILED);
}

static void fail_results(struct job *j)
{
    error_zh(&j->error, "任务的结果文件已缺失或不完整；请重新提交。");
    (void)error_fail(&j->error, STATUS_CORRUPT, "job-results-damaged",
                     "The results of this job are no longer there, or no longer whole; send it again.");
    job_queue_end(j, JOB_FAILED);
}

static bool has_results(const struct job *j)
{
    char path[JOB_PATH_SIZE];
    struct stat st;
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        job_result_path(j, f, path);
        if (j->bytes[f] >= 0 && (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != j->bytes[f]))
            return false;
    }
    return true;
}

/* How long ago it ended is known by the clock alone that may have been set: never in the future. */
static int64_t ended_ms(const struct job *j)
{
    int64_t ago = (int64_t)time(NULL) - j->ended;
    return clock_ms() - 1000 * (ago < 0 ? 0 : ago);
}

static void settle(struct job *j)
{
    if (j->ended)
        j->ended_ms = ended_ms(j);
    if (j->state == JOB_DONE && !has_results(j))
        fail_results(j);
    if (j->state != JOB_RUNNING)
        return;
    j->restarts++;
    j->crashes++;
    if (j->cancel) {
        job_queue_end(j, JOB_CANCELLED);
    } else if (j->crashes >= JOB_CRASHES_MAX) {
        fail_crashed(j);
    } else {
        j->state = JOB_QUEUED;
        j->started = 0;
        j->progress = (struct job_progress){-1, -1, -1, -1, -1};
        j->updated = (int64_t)time(NULL);
        job_queue_note(j);
    }
}

/* A job whose state cannot be read is not dropped: whoever asks for it is told why there is nothing. */
static enum status make_damaged(const struct job_queue *q, const char *path, const char *id,
                                const struct error *why, struct job **out)
{
    enum status s = job_new(path, id, out, NULL);
    if (s)
        return s;
    struct job *j = *out;
    j->error = *why;
    memcpy(j->store, q->store, sizeof j->store);
    j->created = (int64_t)time(NULL);
    j->number = 1;
    job_queue_end(j, JOB_FAILED);
    return STATUS_OK;
}

/* The store at this place was another one. It may come back, so that its jobs stay for as long as any
 * would. */
static void leave_alone(const struct job *j)
{
    if ((int64_t)time(NULL) - j->updated > JOB_KEPT_SECONDS)
        job_folder_remove(j->folder);
    else
        log_line(LOG_WARN, "job %s was sent to another store that was here before; it is left alone", j->id);
}

static void restore(const char *path, const char *id, void *user)
{
    struct job_queue *q = user;
    struct job *j = NULL;
    struct error e;
    enum status s = q->n < JOB_TABLE_MAX ? job_state_load(path, id, &j, &e) : STATUS_TOO_LARGE;
    if (s == STATUS_NOT_FOUND) { /* an upload, of which nobody was told that it is a job */
        job_folder_remove(path);
        return;
    }
    if (s == STATUS_TOO_LARGE || s == STATUS_NO_MEMORY || s == STATUS_IO) {
        log_line(LOG_ERROR, "job %s of before is left where it is (%s)", id, status_name(s));
        return;
    }
    if (s) {
        log_line(LOG_ERROR, "job %s of before: %s", id, e.en);
        if (make_damaged(q, path, id, &e, &j))
            return;
    }
    if (strcmp(j->store, q->store) != 0) {
        leave_alone(j);
        job_free(j);
        return;
    }
    settle(j);
    q->last_number = j->number > q->last_number ? j->number : q->last_number;
    q->jobs[q->n++] = j;
}

static int by_number(const void *a, const void *b)
{
    const struct job *one = *(struct job *const *)a, *other = *(struct job *const *)b;
    return one->number < other->number ? -1 : one->number > other->number;
}

void job_queue_restore(struct job_queue *q)
{
    for (int place = 0; place < JOB_PLACES; place++)
        job_folder_each(&q->folders[place], restore, q);
    qsort(q->jobs, q->n, sizeof *q->jobs, by_number);
    if (q->n)
        log_line(LOG_INFO, "%zu background jobs of before are there", q->n);
}
