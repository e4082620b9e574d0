/* Jobs on their way in: uploads, and the request. */
#include "jobs/jobs_parts.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
    if (q->n + JOB_UPLOADS_MAX >= JOB_TABLE_MAX)
        return fail_busy(
            "保存的任务已满；请删除不再需要的任务，或等其保留时间（24 小时）过去。",
            "No more jobs can be kept; remove those that are not needed, or wait until their time "
            "(24 hours) is over.",
            e);
    return STATUS_OK;
}

static enum status fail_owner_bytes(const struct job_limits *l, struct error *e)
{
    long long mb = (long long)(l->owner_bytes >> 20);
    error_zh(e,
             "您的后台任务的文件超过每人上限 %lld MB；请等自己前面的任务完成、分批提交，或请管理员调大 serve "
             "--limit job-user-mb。",
             mb);
    return error_fail(
        e, STATUS_TOO_LARGE, "job-user-limit",
        "The files of your background jobs exceed the %lld MB that each person has; wait for your jobs "
        "before, send the file in parts, or have the operator raise serve --limit job-user-mb.",
        mb);
}

static enum status fail_all_bytes(struct error *e)
{
    error_zh(e, "所有人的后台任务的文件已占满 %lld MB；请删除不再需要的任务，或稍后再试。",
             (long long)(JOB_KEPT_BYTES >> 20));
    return error_fail(
        e, STATUS_TOO_LARGE, "jobs-disk-full",
        "The files of everybody's background jobs fill their %lld MB; remove jobs that are not needed, "
        "or try again later.",
        (long long)(JOB_KEPT_BYTES >> 20));
}

/* With the lock held. Who sends more makes room by what he had before; by what is still to be done, and by
 * what is others', nobody does. */
static enum status make_room(struct job_queue *q, const char *owner, int64_t bytes, struct error *e)
{
    if (bytes > q->limits.owner_bytes)
        return fail_owner_bytes(&q->limits, e);
    job_queue_forget_old(q, owner, bytes);
    if (job_queue_bytes(q, owner) + bytes > q->limits.owner_bytes)
        return fail_owner_bytes(&q->limits, e);
    return job_queue_bytes(q, NULL) + bytes > JOB_KEPT_BYTES ? fail_all_bytes(e) : STATUS_OK;
}

enum status job_upload_begin(struct job_queue *q, struct job_upload **out, struct error *e)
{
    struct job_upload *u = calloc(1, sizeof *u);
    const struct job_folder *f;
    char path[JOB_PATH_SIZE];
    if (!u)
        return error_no_memory(e);
    *u = (struct job_upload){.queue = q, .fd = -1};
    pthread_mutex_lock(&q->lock);
    enum status s = may_begin(q, true, e);
    if (!s)
        s = job_folder_make(q->folders, q->store_path, &f, e);
    if (!s)
        s = job_folder_add(f, u->folder, u->id, e);
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
    const struct job_limits limits = job_queue_limits(u->queue);
    if (u->size + (int64_t)n > limits.owner_bytes)
        return fail_owner_bytes(&limits, e);
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

/* With its number and its own folder, where it has brought no file: with the lock held. */
static enum status make_job(struct job_queue *q, const struct job_request *r, const struct job_upload *u,
                            struct job **out, struct error *e)
{
    const struct job_folder *f;
    struct job *j;
    char folder[JOB_PATH_SIZE], id[JOB_ID_SIZE];
    enum status s = job_folder_make(q->folders, q->store_path, &f, e);
    if (!s && !u)
        s = job_folder_add(f, folder, id, e);
    if (!s)
        s = job_new(u ? u->folder : folder, u ? u->id : id, &j, e);
    if (s)
        return s;
    snprintf(j->owner, sizeof j->owner, "%s", r->owner ? r->owner : "");
    memcpy(j->store, q->store, sizeof j->store);
    j->number = ++q->last_number;
    j->created = j->updated = (int64_t)time(NULL);
    if (u) {
        j->upload_bytes = u->size;
        job_file_name(r->name, u->head, (size_t)(u->size < JOB_HEAD_BYTES ? u->size : JOB_HEAD_BYTES),
                      j->name);
    }
    *out = j;
    return STATUS_OK;
}

/* Whoever is told of a job finds it after a power cut: its files, their names and its state are synced. */
static enum status keep_job(const struct job *j, struct error *e)
{
    char path[JOB_PATH_SIZE];
    snprintf(path, sizeof path, "%.*s/in/x", JOB_PATH_SIZE - 32, j->folder);
    enum status s = file_sync_folder(path, e);
    if (!s)
        s = job_state_save(j, e);
    return s ? s : file_sync_folder(j->folder, e);
}

static enum status refuse_text(struct error *e)
{
    error_zh(e, "请求中的文件名或选项不是 UTF-8 文字；请按 UTF-8 编码后重新提交。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-text",
        "The name of the file, or an option of the request, is no text in UTF-8; send it encoded so.");
}

/* The state that is kept is JSON. */
static enum status check_texts(const struct job_request *r, struct error *e)
{
    bool ok = text_is_utf8(r->name ? r->name : "");
    for (size_t i = 0; ok && i < r->n_options; i++)
        ok = text_is_utf8(r->options[i].value ? r->options[i].value : "");
    for (size_t i = 0; ok && r->check && r->check[i]; i++)
        ok = text_is_utf8(r->check[i]);
    return ok ? STATUS_OK : refuse_text(e);
}

/* With the lock held. A refused upload stays the caller's. */
static enum status take_in(struct job_queue *q, const struct job_request *r, const struct job_upload *u,
                           struct job **out, struct error *e)
{
    struct job *j;
    enum status s = may_begin(q, false, e);
    if (!s)
        s = make_job(q, r, u, &j, e);
    if (s)
        return s;
    s = job_describe(q, j, r, u != NULL, e);
    if (!s) /* what goes on from an earlier job has its files by now */
        s = make_room(q, j->owner, j->upload_bytes, e);
    if (!s)
        s = keep_job(j, e);
    if (s) {
        if (!u)
            job_folder_remove(j->folder);
        job_free(j);
        return s;
    }
    q->jobs[q->n++] = *out = j;
    return STATUS_OK;
}

enum status job_queue_add(struct job_queue *q, const struct job_request *r, struct job_upload *u,
                          char id[JOB_ID_SIZE], struct buffer *json, struct error *e)
{
    struct job *j;
    enum status s = check_texts(r, e);
    if (s)
        return s;
    if (u && fsync(u->fd) != 0) /* before the lock: it may be long */
        return error_errno(e, "保存上传的文件", "Keeping the upload", u->folder);
    pthread_mutex_lock(&q->lock);
    s = take_in(q, r, u, &j, e);
    if (!s) {
        memcpy(id, j->id, JOB_ID_SIZE);
        job_queue_write(q, j, r->base, json);
    }
    pthread_mutex_unlock(&q->lock);
    if (s)
        return s;
    job_queue_wake(q);
    if (u)
        upload_end(u);
    return STATUS_OK;
}
