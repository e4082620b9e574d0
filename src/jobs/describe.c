/* What the command of a job will be told, and what its folder gets: the upload under its name, and second
 * names of what earlier jobs left, so that it stays when they are forgotten. All with the queue's lock
 * held. */
#include "jobs/jobs_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPTIONS_MAX = 40, THREADS_TEXT = 16 };

/* The options in the making, and the earlier jobs that they go on from. */
struct describing {
    const struct job_queue *queue;
    struct job *job;
    const struct job_request *asked;
    bool has_file;
    const struct job *since, *compare;
    struct audit_option options[OPTIONS_MAX];
    size_t n;
    char threads[THREADS_TEXT];
};

static void add(struct describing *d, const char *key, const char *value)
{
    if (d->n < OPTIONS_MAX)
        d->options[d->n++] = (struct audit_option){key, value};
}

/* ---- earlier jobs ---- */

/* NULL unless it is one of the kind, done, with a GeoPackage among its results. */
static const struct job *find_earlier(const struct job_queue *q, const char *id, enum audit_kind kind)
{
    size_t i = job_queue_find(q, id);
    const struct job *j = i < q->n ? q->jobs[i] : NULL;
    bool fits = j && j->request.kind == kind && j->state == JOB_DONE && j->bytes[JOB_FORMAT_GPKG] >= 0;
    return fits ? j : NULL;
}

static enum status fail_since(const char *id, struct error *e)
{
    error_zh(e, "没有可用的以前的结果“%.40s”：应为一次已完成的批量审查，且结果含 gpkg。", id);
    return error_fail(
        e, STATUS_NOT_FOUND, "job-since",
        "There is no earlier result \"%.40s\" to go on from: a parcel audit that is done, with a "
        "gpkg among its results, is needed.",
        id);
}

static enum status fail_compare(const char *id, struct error *e)
{
    error_zh(e, "没有可用来比较的以前的结果“%.40s”：应为一次已完成的三线冲突审查。", id);
    return error_fail(
        e, STATUS_NOT_FOUND, "job-compare",
        "There is no earlier result \"%.40s\" to compare with: an audit of the lines that is done is "
        "needed.",
        id);
}

/* Of another kind of audit "since" and "compare" are refused as the options that they are. */
static enum status find_those_before(struct describing *d, struct error *e)
{
    const struct job_request *r = d->asked;
    if (r->check)
        return STATUS_OK;
    if (r->since && r->kind == AUDIT_PARCELS && !(d->since = find_earlier(d->queue, r->since, r->kind)))
        return fail_since(r->since, e);
    if (r->compare && r->kind == AUDIT_LINES && !(d->compare = find_earlier(d->queue, r->compare, r->kind)))
        return fail_compare(r->compare, e);
    return STATUS_OK;
}

/* ---- results ---- */

static const char *path_of_format(const char *name, enum audit_kind kind)
{
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (job_formats[f].made_by[kind] && strcasecmp(job_formats[f].name, name) == 0)
            return job_formats[f].path;
    return NULL;
}

static bool has_output(const struct describing *d, const char *path)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->options[i].key, "output") == 0 && strcmp(d->options[i].value, path) == 0)
            return true;
    return false;
}

/* What is no format is told to the command's own judge as the ending of an output: its sentence is the one
 * for all doors. */
static enum status add_format(struct describing *d, const char *word, struct error *e)
{
    const char *path = path_of_format(word, d->asked->kind);
    if (!path && !(path = arena_printf(d->job->arena, "../out.%s", word)))
        return error_no_memory(e);
    if (!has_output(d, path))
        add(d, "output", path);
    return STATUS_OK;
}

static bool is_result(const char *path, enum audit_kind kind)
{
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (job_formats[f].made_by[kind] && strcmp(job_formats[f].path, path) == 0)
            return true;
    return false;
}

/* What the command would write and no job gives out: nobody would find that result. Of these fgb cannot hold
 * rows without geometry, and a download of one file would leave out just the parcels that nobody could
 * measure. */
static enum status refuse_what_is_no_result(const struct audit_request *r, struct error *e)
{
    const char *const *o = r->outputs;
    char zh[AUDIT_FORMAT_NAMES_SIZE], en[AUDIT_FORMAT_NAMES_SIZE];
    unsigned set = 0;
    while (*o && is_result(*o, r->kind))
        o++;
    if (!*o)
        return STATUS_OK;
    const char *dot = strrchr(*o, '.'), *word = dot ? dot + 1 : *o;
    for (int f = 0; f < JOB_FORMAT_COUNT; f++)
        if (job_formats[f].made_by[r->kind] && audit_format_written(job_formats[f].format, r->kind))
            set |= 1u << job_formats[f].format;
    audit_format_names(set, zh, en);
    error_zh(e, "后台任务没有结果格式“%.20s”；可用 %s。", word, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "job-format",
                      "Background jobs have no format \"%.20s\" of results; %s are there.", word, en);
}

static enum status add_asked_formats(struct describing *d, const char *formats, struct error *e)
{
    char *text = arena_strdup(d->job->arena, formats), *rest = NULL;
    enum status s = text ? STATUS_OK : error_no_memory(e);
    char *word = text ? strtok_r(text, ",", &rest) : NULL;
    if (!s && !word)
        s = add_format(d, "", e);
    for (; !s && word; word = strtok_r(NULL, ",", &rest))
        s = add_format(d, word, e);
    return s;
}

static enum status add_results(struct describing *d, struct error *e)
{
    enum audit_kind kind = d->asked->kind;
    if (d->asked->formats && kind != AUDIT_PARCELS)
        return audit_option_refuse("formats", kind, e);
    for (int f = 0; f < JOB_FORMAT_COUNT; f++) {
        const char *made_by = job_formats[f].made_by[kind];
        bool is_asked = kind == AUDIT_PARCELS && made_by && strcmp(made_by, "output") == 0;
        if (made_by && !is_asked)
            add(d, made_by, job_formats[f].path);
    }
    if (kind != AUDIT_PARCELS || (d->job->request.outputs[0] && !d->asked->formats))
        return STATUS_OK; /* those of the earlier job */
    d->job->request.outputs[0] = NULL;
    return add_asked_formats(d, d->asked->formats ? d->asked->formats : "gpkg", e);
}

/* ---- files ---- */

static enum status fail_two_to_compare(struct error *e)
{
    error_zh(e, "要比较的以前的结果给了两个：compare 所指的任务和上传的文件；请去掉一个。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "job-compare",
        "Two earlier results to compare with are given, the job of compare and the file that was sent; "
        "leave one out.");
}

static enum status add_files(struct describing *d, struct error *e)
{
    const struct job_request *r = d->asked;
    const char *body = r->body ? r->body : r->kind == AUDIT_LINES && d->has_file ? "compare" : NULL;
    if (r->kind == AUDIT_PARCELS)
        add(d, "input", d->job->name);
    if (d->compare && d->has_file && strcmp(body, "compare") == 0)
        return fail_two_to_compare(e);
    add(d, "since", r->since ? JOB_SINCE_NAME : NULL);
    add(d, "compare", r->compare ? JOB_COMPARE_NAME : NULL);
    if (body &&
        (d->has_file || r->kind != AUDIT_LINES)) /* of another kind it is refused as the option that it is */
        add(d, body, *d->job->name ? d->job->name : JOB_COMPARE_NAME);
    return STATUS_OK;
}

/* One processor stays with the server. */
static void add_threads(struct describing *d)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    snprintf(d->threads, sizeof d->threads, "%ld",
             n < 1                   ? 1
             : n > AUDIT_MAX_THREADS ? (long)AUDIT_MAX_THREADS
                                     : n);
    add(d, "threads", d->threads);
}

/* A check has no table of options of its own here: whoever asks has looked at them. Its file follows "--",
 * and a saved project has none. */
static enum status make_check(struct describing *d, struct error *e)
{
    const struct job_request *r = d->asked;
    struct job *j = d->job;
    enum { OWN = 6 };
    size_t n = 0;
    while (r->check[n])
        n++;
    const char **argv = arena_array(j->arena, n + OWN, sizeof *argv);
    if (!argv)
        return error_no_memory(e);
    j->check = argv;
    *argv++ = arena_printf(j->arena, "--format=%s", r->check_format);
    *argv++ = "-o";
    *argv++ = arena_printf(j->arena, "../out.%s", r->check_format);
    for (size_t i = 0; i < n; i++)
        *argv++ = arena_strdup(j->arena, r->check[i]);
    if (d->has_file) {
        *argv++ = "--";
        *argv++ = j->name;
    }
    for (const char *const *a = j->check; a < argv; a++)
        if (!*a)
            return error_no_memory(e);
    return STATUS_OK;
}

/* j->request: an earlier job's where its file is audited again, with what is asked now put over it. */
static enum status make_request(struct describing *d, struct error *e)
{
    struct job *j = d->job;
    j->request = (struct audit_request){.kind = d->asked->kind};
    if (d->since && !d->has_file) {
        j->request = d->since->request;
        memcpy(j->name, d->since->name, sizeof j->name);
    }
    for (size_t i = 0; i < d->asked->n_options; i++)
        add(d, d->asked->options[i].key, d->asked->options[i].value);
    add_threads(d);
    enum status s = add_results(d, e);
    if (!s)
        s = add_files(d, e);
    if (!s)
        s = audit_request_of(d->options, d->n, &j->request, e);
    if (!s && j->request.kind == AUDIT_PARCELS)
        s = refuse_what_is_no_result(&j->request, e);
    return s ? s : audit_request_copy(&j->request, j->arena, &j->request, e);
}

static void path_in(const struct job *j, const char *name, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/in/%.*s", JOB_PATH_SIZE - JOB_NAME_SIZE - 8, j->folder, JOB_NAME_SIZE,
             name);
}

static enum status link_file(const char *from, const char *to, struct error *e)
{
    return link(from, to) == 0 ? STATUS_OK
                               : error_errno(e, "取用以前的结果", "Taking the earlier result", from);
}

/* Its GeoPackage as in/NAME of the new job. */
static enum status take_result(const struct job *earlier, const struct job *j, const char *name,
                               struct error *e)
{
    char from[JOB_PATH_SIZE], to[JOB_PATH_SIZE];
    job_result_path(earlier, JOB_FORMAT_GPKG, from);
    path_in(j, name, to);
    return link_file(from, to, e);
}

static enum status take_upload(const struct job *earlier, const struct job *j, struct error *e)
{
    char from[JOB_PATH_SIZE], to[JOB_PATH_SIZE];
    path_in(earlier, earlier->name, from);
    path_in(j, j->name, to);
    return link_file(from, to, e);
}

static enum status name_upload(const struct job *j, struct error *e)
{
    char upload[JOB_PATH_SIZE], named[JOB_PATH_SIZE];
    path_in(j, "upload", upload);
    path_in(j, j->name, named);
    return rename(upload, named) == 0 ? STATUS_OK
                                      : error_errno(e, "保存上传的文件", "Keeping the upload", j->folder);
}

static enum status fill_folder(const struct describing *d, struct error *e)
{
    char in[JOB_PATH_SIZE];
    enum status s = STATUS_OK;
    path_in(d->job, "", in);
    if (mkdir(in, 0700) != 0 && errno != EEXIST)
        return error_errno(e, "建立任务文件夹", "Making the folder of a background job", in);
    if (d->has_file)
        s = name_upload(d->job, e);
    else if (d->since)
        s = take_upload(d->since, d->job, e);
    if (!s && d->since)
        s = take_result(d->since, d->job, JOB_SINCE_NAME, e);
    return !s && d->compare ? take_result(d->compare, d->job, JOB_COMPARE_NAME, e) : s;
}

enum status job_describe(const struct job_queue *q, struct job *j, const struct job_request *r, bool has_file,
                         struct error *e)
{
    struct describing d = {.queue = q, .job = j, .asked = r, .has_file = has_file};
    j->delivery = r->delivery;
    enum status s = find_those_before(&d, e);
    if (!s)
        s = r->check ? make_check(&d, e) : make_request(&d, e);
    return s ? s : fill_folder(&d, e);
}
