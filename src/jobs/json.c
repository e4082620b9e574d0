/* A job as JSON, and the formats of results. */
#include "jobs/jobs_parts.h"

#include "formats/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define OUTPUT "output"
#define SUMMARY "summary"
const struct job_format job_formats[JOB_FORMAT_COUNT] = {
    {"gpkg", "application/geopackage+sqlite3", "../out.gpkg", {OUTPUT, OUTPUT, NULL}, AUDIT_GPKG},
    {"csv", "text/csv; charset=utf-8", "../out.csv", {OUTPUT, OUTPUT, OUTPUT}, AUDIT_CSV},
    {"geojsonl", "application/geo+json-seq", "../out.geojsonl", {OUTPUT, OUTPUT, NULL}, AUDIT_GEOJSONL},
    {"xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "../out.xlsx",
     {OUTPUT, NULL, NULL},
     AUDIT_XLSX},
    {"html", "text/html; charset=utf-8", "../out.html", {SUMMARY, OUTPUT, OUTPUT}, AUDIT_HTML},
    {"json", "application/json; charset=utf-8", "../out.json", {SUMMARY, SUMMARY, OUTPUT}, AUDIT_JSON},
    /* of checks alone */
    {.name = "geojson", .content_type = "application/geo+json; charset=utf-8", .path = "../out.geojson"},
    {.name = "text", .content_type = "text/plain; charset=utf-8", .path = "../out.text"},
    {.name = "pdf", .content_type = "application/pdf", .path = "../out.pdf"},
};

const char *job_state_name(size_t state)
{
    static const char *const names[JOB_STATES] = {"queued", "running", "done", "failed", "cancelled"};
    return names[state];
}

const char *job_status(const struct job *j)
{
    static const char *const names[] = {"accepted", "running", "successful", "failed", "dismissed"};
    bool ends = j->cancel && (j->state == JOB_QUEUED || j->state == JOB_RUNNING);
    return names[ends || j->forgotten ? JOB_CANCELLED : j->state];
}

bool job_status_known(const char *text, size_t n)
{
    for (int s = JOB_QUEUED; s <= JOB_CANCELLED; s++) {
        const struct job j = {.state = (enum job_state)s};
        if (strlen(job_status(&j)) == n && memcmp(job_status(&j), text, n) == 0)
            return true;
    }
    return false;
}

const char *job_process_of_audit(enum audit_kind k)
{
    static const char *const names[AUDIT_KIND_COUNT] = {"audit-parcels", "audit-lines", "audit-figures"};
    return names[k];
}

const char *job_process(const struct job *j)
{
    return j->check ? JOB_PROCESS_CHECK : job_process_of_audit(j->request.kind);
}

const char *job_kind_name(const struct job *j)
{
    return j->check ? "check" : audit_kind_name(j->request.kind);
}

static void kv_time(struct json_writer *w, const char *key, int64_t t)
{
    time_t seconds = (time_t)t;
    struct tm utc;
    char text[32] = "";
    if (t && gmtime_r(&seconds, &utc))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    jw_kv_string(w, key, *text ? text : NULL);
}

static void kv_known(struct json_writer *w, const char *key, double v)
{
    jw_kv_number(w, key, v >= 0 ? v : NAN);
}

static void write_progress(struct json_writer *w, const struct job *j)
{
    jw_key(w, "work");
    jw_object_begin(w);
    kv_known(w, "done", j->progress.done);
    kv_known(w, "total", j->progress.total);
    kv_known(w, "share", j->progress.share);
    kv_known(w, "rate", j->progress.rate);
    kv_known(w, "seconds_left", j->progress.seconds_left);
    jw_object_end(w);
}

static void write_link(struct json_writer *w, const char *rel, const char *base, const char *path)
{
    struct buffer href;
    buffer_init(&href, 0);
    buffer_printf(&href, "%s%s", base, path);
    jw_object_begin(w);
    jw_kv_string(w, "rel", rel);
    jw_kv_string(w, "type", "application/json");
    jw_kv_string(w, "href", href.data); /* NULL when memory is out: the writer's own buffer says so */
    jw_object_end(w);
    buffer_release(&href);
}

static void write_links(struct json_writer *w, const struct job *j, const char *base)
{
    char path[JOB_ID_SIZE + 64];
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/jobs/%s", j->id);
    write_link(w, "self", base, path);
    snprintf(path, sizeof path, "/jobs/%s/results", j->id);
    if (j->state == JOB_DONE && !j->forgotten)
        write_link(w, "http://www.opengis.net/def/rel/ogc/1.0/results", base, path);
    snprintf(path, sizeof path, "/processes/%s", job_process(j));
    write_link(w, "up", base, path);
    jw_array_end(w);
}

/* What the standard says of a job (statusInfo.yaml); a time that is not known yet is left out. */
static void write_status(struct json_writer *w, const struct job *j, const char *base)
{
    const struct {
        const char *key;
        int64_t t;
    } times[] = {
        {"created", j->created}, {"started", j->started}, {"finished", j->ended}, {"updated", j->updated}};
    double share = j->state == JOB_DONE ? 1 : j->progress.share;
    char restart[JOB_RESTART_SIZE];
    jw_kv_string(w, "jobID", j->id);
    jw_kv_string(w, "processID", job_process(j));
    jw_kv_string(w, "type", "process");
    jw_kv_string(w, "status", job_status(j));
    if (j->state == JOB_FAILED)
        jw_kv_string(w, "message", *j->error.zh ? j->error.zh : j->error.en);
    else if (j->restarts)
        jw_kv_string(w, "message", job_restart_zh(j, restart));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i].t)
            kv_time(w, times[i].key, times[i].t);
    if (share >= 0)
        jw_kv_integer(w, "progress", (long long)(100 * share));
    write_links(w, j, base);
}

static void write_results(struct json_writer *w, const struct job *j)
{
    char href[JOB_ID_SIZE + 64];
    jw_key(w, "results");
    jw_array_begin(w);
    for (int f = 0; j->state == JOB_DONE && f < JOB_FORMAT_COUNT; f++) {
        if (j->bytes[f] < 0)
            continue;
        snprintf(href, sizeof href, "/jobs/%s/result?format=%s", j->id, job_formats[f].name);
        jw_object_begin(w);
        jw_kv_string(w, "format", job_formats[f].name);
        jw_kv_integer(w, "bytes", j->bytes[f]);
        jw_kv_string(w, "href", href);
        jw_object_end(w);
    }
    jw_array_end(w);
}

/* null, unless the server was started anew before it had ended. */
static void write_restart(struct json_writer *w, const struct job *j)
{
    char zh[JOB_RESTART_SIZE], en[JOB_RESTART_SIZE];
    jw_key(w, "restarted");
    if (!j->restarts) {
        jw_null(w);
        return;
    }
    jw_words_begin(w,
                   j->state == JOB_QUEUED ? "job-waits-again"
                   : j->goes_on           ? "job-gone-on"
                                          : "job-begun-again",
                   job_restart_zh(j, zh), job_restart_en(j, en));
    jw_kv_integer(w, "times", (long long)j->restarts);
    jw_object_end(w);
}

void job_write(struct json_writer *w, const struct job *j, size_t ahead, const char *base)
{
    jw_object_begin(w);
    write_status(w, j, base);
    jw_kv_string(w, "id", j->id);
    jw_kv_string(w, "kind", job_kind_name(j));
    jw_kv_string(w, "state", job_state_name(j->state));
    jw_kv_bool(w, "cancelling", j->cancel && j->state == JOB_RUNNING);
    jw_kv_string(w, "name", j->name);
    jw_kv_string(w, "project_class", j->request.project_class ? j->request.project_class : "");
    jw_kv_integer(w, "ahead", (long long)ahead);
    kv_time(w, "created_at", j->created);
    kv_time(w, "started_at", j->started);
    kv_time(w, "ended_at", j->ended);
    kv_time(w, "kept_until", j->ended ? j->ended + JOB_KEPT_SECONDS : 0);
    write_progress(w, j);
    jw_key(w, "outcome");
    if (j->state == JOB_DONE && *j->outcome)
        jw_raw(w, j->outcome, strlen(j->outcome));
    else
        jw_null(w);
    jw_key(w, "error");
    if (j->state == JOB_FAILED) {
        jw_words_begin(w, j->error.code, j->error.zh, j->error.en);
        jw_object_end(w);
    } else {
        jw_null(w);
    }
    write_restart(w, j);
    jw_kv_string(w, "engine", j->state == JOB_DONE ? j->engine : NULL);
    write_results(w, j);
    jw_kv_bool(w, "repeatable",
               j->state == JOB_DONE && j->upload_bytes > 0 && j->bytes[JOB_FORMAT_GPKG] >= 0);
    jw_object_end(w);
}
