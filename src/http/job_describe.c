/* What the child of a job is told (job.json), and what its folder gets: the upload under its name, and second names of what
 * earlier jobs left, so that it stays when they are forgotten. All with the desk's lock held. */
#include "http/job_parts.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(json_t *o, const char *key, const char *text)
{
    if (text && *text)
        (void)json_object_set_new(o, key, json_string(text));
}

static void path_in(const struct job *j, const char *name, char path[JOB_PATH_SIZE])
{
    snprintf(path, JOB_PATH_SIZE, "%.*s/in/%.*s", JOB_PATH_SIZE - JOB_NAME_SIZE - 8, j->folder, JOB_NAME_SIZE,
             name);
}

/* NULL unless it is one of the kind, done, with a GeoPackage among its results. */
static const struct job *find_earlier(const struct job_desk *d, const char *id, enum job_kind kind)
{
    size_t i = 0;
    while (i < d->n && strcmp(d->jobs[i]->id, id) != 0)
        i++;
    const struct job *j = i < d->n ? d->jobs[i] : NULL;
    return j && j->kind == kind && j->state == JOB_DONE && j->bytes[0] >= 0 ? j : NULL;
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
    char from[JOB_PATH_SIZE], to[JOB_PATH_SIZE], in[JOB_PATH_SIZE];
    snprintf(from, sizeof from, "%.*s/out.%s", JOB_PATH_SIZE - 32, earlier->folder, job_formats[0].name);
    path_in(j, "", in);
    path_in(j, name, to);
    if (mkdir(in, 0700) != 0 && errno != EEXIST)
        return error_errno(e, "取用以前的结果", "Taking the earlier result", in);
    return link_file(from, to, e);
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

/* ---- parcels ---- */

/* The same file once more, with the same options but for those that are given anew: *o is what that job was told. */
static enum status take_again(const struct job *earlier, struct job *j, json_t **o, struct error *e)
{
    char path[JOB_PATH_SIZE], from[JOB_PATH_SIZE];
    snprintf(path, sizeof path, "%.*s/job.json", JOB_PATH_SIZE - 32, earlier->folder);
    *o = json_load_file(path, 0, NULL);
    if (!*o)
        return error_errno(e, "取用以前的任务", "Taking the earlier job", path);
    memcpy(j->name, earlier->name, sizeof j->name);
    memcpy(j->project_class, earlier->project_class, sizeof j->project_class);
    (void)json_object_del(*o, "since");
    path_in(earlier, earlier->name, from);
    path_in(j, j->name, path);
    return link_file(from, path, e);
}

static enum status describe_parcels(const struct job_desk *d, struct job *j, const struct job_request *r,
                                    bool has_file, json_t **o, struct error *e)
{
    char path[JOB_PATH_SIZE];
    const struct job *earlier = r->since ? find_earlier(d, r->since, JOB_PARCELS) : NULL;
    enum status s = r->since && !earlier ? fail_since(r->since, e) : STATUS_OK;
    if (!s && earlier)
        s = take_result(earlier, j, JOB_SINCE_NAME, e);
    if (!s && !has_file)
        s = take_again(earlier, j, o, e);
    if (s)
        return s;
    path_in(j, j->name, path);
    put(*o, "input", path);
    path_in(j, JOB_SINCE_NAME, path);
    put(*o, "since", earlier ? path : NULL);
    put(*o, "class", r->project_class);
    put(*o, "class_field", r->class_field);
    put(*o, "id_field", r->id_field);
    if (r->project_class)
        snprintf(j->project_class, sizeof j->project_class, "%s", r->project_class);
    return STATUS_OK;
}

/* ---- lines ---- */

static enum status describe_lines(const struct job_desk *d, const struct job *j, const struct job_request *r,
                                  bool has_file, json_t *o, struct error *e)
{
    char path[JOB_PATH_SIZE];
    const struct job *earlier = r->compare ? find_earlier(d, r->compare, JOB_LINES) : NULL;
    enum status s = r->compare && !earlier ? fail_compare(r->compare, e) : STATUS_OK;
    if (!s && earlier)
        s = take_result(earlier, j, JOB_COMPARE_NAME, e);
    if (s)
        return s;
    path_in(j, JOB_COMPARE_NAME, path);
    put(o, "compare", earlier ? path : NULL);
    path_in(j, j->name, path);
    if (has_file)
        put(o, r->official ? "official" : "compare", path);
    (void)json_object_set_new(o, "within_spaces", json_boolean(r->within_spaces));
    return STATUS_OK;
}

/* ---- all kinds ---- */

static void put_formats(json_t *o, const struct job_request *r)
{
    static const char *const usual[] = {"gpkg", NULL};
    if (!r->formats && json_object_get(o, "formats"))
        return; /* those of the earlier job */
    json_t *formats = json_array();
    for (const char *const *f = r->formats ? r->formats : usual; *f; f++)
        (void)json_array_append_new(formats, json_string(*f));
    (void)json_object_set_new(o, "formats", formats);
}

static enum status name_upload(const struct job *j, struct error *e)
{
    char upload[JOB_PATH_SIZE], named[JOB_PATH_SIZE];
    path_in(j, "upload", upload);
    path_in(j, j->name, named);
    return rename(upload, named) == 0 ? STATUS_OK
                                      : error_errno(e, "保存上传的文件", "Keeping the upload", j->folder);
}

enum status job_describe(const struct job_desk *d, struct job *j, const struct job_request *r, bool has_file,
                         struct error *e)
{
    char path[JOB_PATH_SIZE];
    json_t *o = json_object();
    enum status s = has_file ? name_upload(j, e) : STATUS_OK;
    if (!s && r->kind == JOB_PARCELS)
        s = describe_parcels(d, j, r, has_file, &o, e);
    else if (!s && r->kind == JOB_LINES)
        s = describe_lines(d, j, r, has_file, o, e);
    put(o, "store", d->store_path);
    put(o, "kind", job_kind_name(r->kind));
    put(o, "layer", r->layer);
    if (r->epsg || !json_object_get(o, "epsg"))
        (void)json_object_set_new(o, "epsg", json_integer(r->epsg));
    put_formats(o, r);
    snprintf(path, sizeof path, "%.*s/job.json", JOB_PATH_SIZE - 32, j->folder);
    if (!s && json_dump_file(o, path, JSON_COMPACT) != 0)
        s = error_errno(e, "保存任务", "Keeping the job", j->folder);
    json_decref(o);
    return s;
}
