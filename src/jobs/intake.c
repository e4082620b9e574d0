/* Jobs on their way in: uploads, and the request. */
#include "jobs/jobs_parts.h"

#include "base/file.h"
#include "formats/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_BYTES = 1 << 20 }; /* of texts; more cannot come with a request */

static enum status fail_busy(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "%s", zh);
    return error_fail(e, STATUS_CONFLICT, "jobs-busy", "%s", en);
}

static size_t count_waiting(const struct job_queue *q)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++)
        n += q->jobs[i]->state == JOB_QUEUED;
    return n;
}

/* With the lock held. */
static enum status may_begin(struct job_queue *q, bool upload, struct error *e)
{
    if (q->stopping)
        return fail_busy("服务正在停止，不再接收任务。", "The server is stopping and takes no more jobs.", e);
    if (count_waiting(q) >= JOB_WAITING_MAX)
        return fail_busy("排队的任务已满；请等前面的任务完成，或取消不需要的任务。",
                         "The queue of jobs is full; wait for the ones before, or cancel what is not needed.",
                         e);
    if (upload && q->n_uploads >= JOB_UPLOADS_MAX)
        return fail_busy("正在上传的文件太多；请稍后再试。",
                         "Too many files are being sent at once; try again later.", e);
    return job_folder_make(&q->folder, q->store_path, e);
}

enum status job_upload_begin(struct job_queue *q, struct job_upload **out, struct error *e)
{
    struct job_upload *u = calloc(1, sizeof *u);
    char path[JOB_PATH_SIZE];
    if (!u)
        return error_no_memory(e);
    *u = (struct job_upload){.queue = q, .fd = -1};
    pthread_mutex_lock(&q->lock);
    enum status s = may_begin(q, true, e);
    if (!s)
        s = job_folder_add(&q->folder, u->folder, e);
    if (!s)
        q->n_uploads++;
    pthread_mutex_unlock(&q->lock);
    if (s) {
        free(u);
        return s;
    }
    snprintf(path, sizeof path, "%.*s/in", JOB_PATH_SIZE - 32, u->folder);
    if (mkdir(path, 0700) == 0) {
        strcat(path, "/upload");
        u->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    if (u->fd < 0) {
        s = error_errno(e, "写上传的文件", "Writing the upload", path);
        job_upload_discard(u);
        return s;
    }
    *out = u;
    return STATUS_OK;
}

enum status job_upload_write(struct job_upload *u, const void *bytes, size_t n, struct error *e)
{
    size_t room = u->size < JOB_HEAD_BYTES ? JOB_HEAD_BYTES - (size_t)u->size : 0;
    memcpy(u->head + JOB_HEAD_BYTES - room, bytes, n < room ? n : room);
    if (!file_write_all(u->fd, bytes, n))
        return error_errno(e, "写上传的文件", "Writing the upload", u->folder);
    u->size += (int64_t)n;
    return STATUS_OK;
}

static void upload_end(struct job_upload *u)
{
    if (u->fd >= 0)
        close(u->fd);
    pthread_mutex_lock(&u->queue->lock);
    u->queue->n_uploads--;
    pthread_mutex_unlock(&u->queue->lock);
    free(u);
}

void job_upload_discard(struct job_upload *u)
{
    if (!u)
        return;
    job_folder_remove(u->folder);
    upload_end(u);
}

/* ---- taking a job in ---- */

/* Not to be guessed: whoever knows it may read the result and cancel. */
static bool make_id(char id[JOB_ID_SIZE])
{
    unsigned char bytes[(JOB_ID_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static enum status make_job(const struct job_request *r, const struct job_upload *u, struct job **out,
                            struct error *e)
{
    struct job *j = calloc(1, sizeof *j);
    if (j)
        j->arena = arena_new(REQUEST_BYTES);
    if (!j || !j->arena || !make_id(j->id)) {
        job_free(j);
        return error_no_memory(e);
    }
    snprintf(j->owner, sizeof j->owner, "%s", r->owner ? r->owner : "");
    j->created = j->updated = (int64_t)time(NULL);
    j->progress = (struct job_progress){-1, -1, -1, -1, -1};
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        j->bytes[f] = -1;
    if (u) {
        job_file_name(r->name, u->head, (size_t)(u->size < JOB_HEAD_BYTES ? u->size : JOB_HEAD_BYTES),
                      j->name);
        memcpy(j->folder, u->folder, sizeof j->folder);
    }
    *out = j;
    return STATUS_OK;
}

/* With the lock held. */
static enum status take_in(struct job_queue *q, const struct job_request *r, bool has_file, struct job *j,
                           struct error *e)
{
    enum status s = may_begin(q, false, e);
    if (!s && !has_file)
        s = job_folder_add(&q->folder, j->folder, e);
    if (!s)
        s = job_describe(q, j, r, has_file, e);
    if (s && !has_file)
        job_folder_remove(j->folder);
    if (s)
        return s;
    job_queue_forget_old(q); /* so that there is room: the table holds all that may wait, run and be kept */
    q->jobs[q->n++] = j;
    return STATUS_OK;
}

enum status job_queue_add(struct job_queue *q, const struct job_request *r, struct job_upload *u,
                          char id[JOB_ID_SIZE], struct buffer *json, struct error *e)
{
    struct job *j = NULL;
    enum status s = make_job(r, u, &j, e);
    if (s)
        return s;
    pthread_mutex_lock(&q->lock);
    s = take_in(q, r, u != NULL, j, e);
    if (!s) {
        memcpy(id, j->id, JOB_ID_SIZE);
        job_queue_write(q, j, r->base, json);
    }
    pthread_mutex_unlock(&q->lock);
    if (s) {
        job_free(j);
        return s;
    }
    job_queue_wake(q);
    if (u)
        upload_end(u);
    return STATUS_OK;
}
