/* What of a job outlasts the server: one file in its folder, "job.json", beside the upload and the results
 * that it speaks of, so that a job is whole, moved and removed as one.
 *
 * Its first line has the SHA-256 of the rest: what was cut off or written over is told from what we wrote.
 * It is written under another name, synced and renamed, and the folder synced: after a kill or a power cut
 * there is the old one or the new one. */
#include "jobs/jobs_parts.h"

#include "base/file.h"
#include "base/sha256.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "hongxian job 1 "
enum { STATE_BYTES = 4 << 20, ARENA_BYTES = 8 << 20, HEAD_BYTES = sizeof HEAD - 1 + SHA256_HEX_SIZE };

static const struct {
    const char *key;
    size_t at;
} numbers[] = {
    {"number", offsetof(struct job, number)},   {"created", offsetof(struct job, created)},
    {"started", offsetof(struct job, started)}, {"ended", offsetof(struct job, ended)},
    {"updated", offsetof(struct job, updated)}, {"restarts", offsetof(struct job, restarts)},
    {"crashes", offsetof(struct job, crashes)}, {"upload_bytes", offsetof(struct job, upload_bytes)}};
static const struct {
    const char *key;
    size_t at, size;
} texts[] = {{"owner", offsetof(struct job, owner), JOB_OWNER_SIZE},
             {"name", offsetof(struct job, name), JOB_NAME_SIZE},
             {"store", offsetof(struct job, store), STORE_UID_SIZE},
             {"engine", offsetof(struct job, engine), JOB_ENGINE_SIZE},
             {"outcome", offsetof(struct job, outcome), JOB_OUTCOME_SIZE}};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers, N_TEXTS = sizeof texts / sizeof *texts };
static const char *const outputs[] = {"report", "summary", "rows"}; /* that a delivery may name */

static void path_of(const char *folder, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/" JOB_STATE_NAME, JOB_PATH_SIZE - 32, folder);
}

/* ---- writing ---- */

static json_t *arguments_of(const struct job *j, struct arena *a)
{
    const char *argv[AUDIT_ARGUMENTS_MAX];
    const char *const *from = j->check;
    size_t n = 0;
    if (from)
        while (from[n])
            n++;
    else if (audit_request_arguments(&j->request, a, argv, &n, NULL))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(list, json_string(from ? from[i] : argv[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *delivery_of(const struct job_delivery *d)
{
    json_t *wishes = json_array();
    for (size_t i = 0; i < d->n; i++)
        json_array_append_new(wishes,
                              json_pack("{s:s,s:s,s:b}", "output", d->wishes[i].output, "format",
                                        d->wishes[i].format, "by_reference", d->wishes[i].by_reference));
    return json_pack("{s:b,s:b,s:o}", "said", d->is_said, "raw", d->raw, "wishes", wishes);
}

static json_t *results_of(const struct job *j)
{
    json_t *o = json_object();
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (j->bytes[f] >= 0)
            json_object_set_new(o, job_formats[f].name, json_integer(j->bytes[f]));
    return o;
}

static const size_t work[] = {offsetof(struct job_progress, done), offsetof(struct job_progress, total),
                              offsetof(struct job_progress, share), offsetof(struct job_progress, rate),
                              offsetof(struct job_progress, seconds_left)};
enum { N_WORK = sizeof work / sizeof *work };

static json_t *work_of(const struct job_progress *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_WORK; i++)
        json_array_append_new(list, json_real(*(const double *)((const char *)p + work[i])));
    return list;
}

static json_t *to_json(const struct job *j, struct arena *a)
{
    const struct error *e = &j->error;
    json_t *o = json_pack("{s:s,s:s,s:b,s:o,s:o,s:o,s:o,s:{s:s,s:s,s:s,s:s}}", "kind", job_kind_name(j),
                          "state", job_state_name(j->state), "cancel", j->cancel, "arguments",
                          arguments_of(j, a), "delivery", delivery_of(&j->delivery), "results", results_of(j),
                          "work", work_of(&j->progress), "error", "status",
                          e->status ? status_name(e->status) : "", "code", e->code, "zh", e->zh, "en", e->en);
    for (size_t i = 0; i < N_NUMBERS; i++)
        json_object_set_new(o, numbers[i].key,
                            json_integer(*(const int64_t *)((const char *)j + numbers[i].at)));
    for (size_t i = 0; i < N_TEXTS; i++)
        json_object_set_new(o, texts[i].key, json_string((const char *)j + texts[i].at));
    return json_object_size(o) == 8 + N_NUMBERS + N_TEXTS ? o : (json_decref(o), NULL);
}

static enum status write_text(const struct job *j, const char *text, struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE], path[JOB_PATH_SIZE];
    struct buffer b;
    sha256_of_bytes(text, strlen(text), digest);
    sha256_to_hex(digest, hex);
    path_of(j->folder, path);
    buffer_init(&b, 0);
    buffer_printf(&b, HEAD "%s\n%s", hex, text);
    enum status s = buffer_status(&b, e);
    if (!s)
        s = file_write_atomic(path, b.data, b.size, e);
    if (!s)
        s = file_sync_folder(path, e);
    buffer_release(&b);
    return s;
}

enum status job_state_save(const struct job *j, struct error *e)
{
    struct arena *a = arena_new(ARENA_BYTES);
    json_t *o = a ? to_json(j, a) : NULL;
    char *text = o ? json_dumps(o, JSON_INDENT(1)) : NULL;
    enum status s = text ? write_text(j, text, e) : error_no_memory(e);
    free(text);
    json_decref(o);
    arena_free(a);
    return s;
}

/* ---- reading ---- */

static enum status fail_damaged(struct error *e)
{
    error_zh(e, "任务的状态文件已损坏，不能读取：其上传的文件和结果已不可用；请重新提交。");
    return error_fail(
        e, STATUS_CORRUPT, "job-state-damaged",
        "The state of this job is damaged and cannot be read: its upload and its results cannot "
        "be used any more; send it again.");
}

static const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static bool read_error(const json_t *o, struct error *e)
{
    const char *status = text_at(o, "status");
    *e = (struct error){.status = *status ? job_status_of_name(status) : STATUS_OK};
    snprintf(e->code, sizeof e->code, "%s", text_at(o, "code"));
    snprintf(e->zh, sizeof e->zh, "%s", text_at(o, "zh"));
    snprintf(e->en, sizeof e->en, "%s", text_at(o, "en"));
    return json_is_object(o);
}

static bool read_delivery(const json_t *o, struct job_delivery *d)
{
    const json_t *wishes = json_object_get(o, "wishes");
    d->is_said = json_is_true(json_object_get(o, "said"));
    d->raw = json_is_true(json_object_get(o, "raw"));
    d->n = json_array_size(wishes);
    for (size_t i = 0; d->n <= JOB_WISHES_MAX && i < d->n; i++) {
        const json_t *wish = json_array_get(wishes, i);
        struct job_wish *w = &d->wishes[i];
        for (size_t k = 0; k < sizeof outputs / sizeof *outputs; k++)
            if (strcmp(outputs[k], text_at(wish, "output")) == 0)
                w->output = outputs[k];
        for (size_t f = 0; job_format_name(f); f++)
            if (strcmp(job_format_name(f), text_at(wish, "format")) == 0)
                w->format = job_format_name(f);
        w->by_reference = json_is_true(json_object_get(wish, "by_reference"));
        if (!w->output || !w->format)
            return false;
    }
    return d->n <= JOB_WISHES_MAX;
}

/* As audit_request_arguments wrote them. */
static enum status read_audit(const json_t *list, struct job *j, struct error *e)
{
    struct audit_option options[AUDIT_ARGUMENTS_MAX];
    size_t n = 0, i = 0;
    while (i < json_array_size(list) && n < AUDIT_ARGUMENTS_MAX) {
        char *text = arena_strdup(j->arena, json_string_value(json_array_get(list, i++)));
        const char *next = json_string_value(json_array_get(list, i));
        char *value = text ? strchr(text, '=') : NULL;
        if (!text)
            return error_no_memory(e);
        if (strcmp(text, "-o") == 0 || strcmp(text, "--") == 0) {
            options[n++] = (struct audit_option){text[1] == 'o' ? "output" : "input", next};
            i++;
            continue;
        }
        if (value)
            *value++ = '\0';
        options[n++] = (struct audit_option){text + 2, value ? value : "1"};
    }
    enum status s = audit_request_of(options, n, &j->request, e);
    return s ? s : audit_request_copy(&j->request, j->arena, &j->request, e);
}

static enum status read_check(const json_t *list, struct job *j, struct error *e)
{
    size_t n = json_array_size(list);
    const char **argv = arena_array(j->arena, n + 1, sizeof *argv);
    for (size_t i = 0; argv && i < n; i++)
        if (!(argv[i] = arena_strdup(j->arena, json_string_value(json_array_get(list, i)))))
            return error_no_memory(e);
    if (!argv)
        return error_no_memory(e);
    j->check = argv;
    return STATUS_OK;
}

static bool all_texts(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_array_size(list) > 0;
}

static bool read_state(const json_t *o, struct job *j)
{
    for (int s = JOB_QUEUED; s <= JOB_CANCELLED; s++) {
        j->state = (enum job_state)s;
        if (strcmp(job_state_name(j->state), text_at(o, "state")) == 0)
            return true;
    }
    return false;
}

static bool read_members(const json_t *o, struct job *j)
{
    const json_t *results = json_object_get(o, "results");
    for (size_t i = 0; i < N_NUMBERS; i++)
        *(int64_t *)((char *)j + numbers[i].at) = json_integer_value(json_object_get(o, numbers[i].key));
    for (size_t i = 0; i < N_TEXTS; i++)
        if ((size_t)snprintf((char *)j + texts[i].at, texts[i].size, "%s", text_at(o, texts[i].key)) >=
            texts[i].size)
            return false;
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        const json_t *bytes = json_object_get(results, job_formats[f].name);
        j->bytes[f] = json_is_integer(bytes) ? (int64_t)json_integer_value(bytes) : -1;
    }
    for (size_t i = 0; i < N_WORK; i++)
        *(double *)((char *)&j->progress + work[i]) =
            json_number_value(json_array_get(json_object_get(o, "work"), i));
    j->cancel = json_is_true(json_object_get(o, "cancel"));
    return read_state(o, j) && read_error(json_object_get(o, "error"), &j->error) &&
           read_delivery(json_object_get(o, "delivery"), &j->delivery) && j->number > 0 && j->created > 0;
}

static enum status of_json(const json_t *o, struct job *j, struct error *e)
{
    const json_t *list = json_object_get(o, "arguments");
    if (!all_texts(list) || !read_members(o, j))
        return fail_damaged(e);
    if (strcmp(text_at(o, "kind"), "check") == 0)
        return read_check(list, j, e);
    enum status s = audit_kind_of(text_at(o, "kind"), &j->request.kind, e);
    return s ? s : read_audit(list, j, e);
}

static enum status read_text(struct arena *a, const char *folder, json_t **out, struct error *e)
{
    char path[JOB_PATH_SIZE], *bytes, hex[SHA256_HEX_SIZE];
    uint8_t digest[SHA256_BYTES];
    size_t n;
    path_of(folder, path);
    enum status s = file_read(path, STATE_BYTES, a, &bytes, &n, e);
    if (s)
        return s;
    if (n < HEAD_BYTES || memcmp(bytes, HEAD, sizeof HEAD - 1) != 0)
        return fail_damaged(e);
    sha256_of_bytes(bytes + HEAD_BYTES, n - HEAD_BYTES, digest);
    sha256_to_hex(digest, hex);
    if (memcmp(bytes + sizeof HEAD - 1, hex, SHA256_HEX_SIZE - 1) != 0)
        return fail_damaged(e);
    *out = json_loadb(bytes + HEAD_BYTES, n - HEAD_BYTES, 0, NULL);
    return *out ? STATUS_OK : fail_damaged(e);
}

enum status job_state_load(const char *folder, const char *id, struct job **out, struct error *e)
{
    struct job *j;
    json_t *o = NULL;
    struct arena *a = arena_new(STATE_BYTES + (1 << 20));
    enum status s = job_new(folder, id, &j, e);
    if (!s)
        s = a ? read_text(a, folder, &o, e) : error_no_memory(e);
    if (!s)
        s = of_json(o, j, e);
    json_decref(o);
    arena_free(a);
    if (s)
        job_free(j);
    else
        *out = j;
    return s;
}
