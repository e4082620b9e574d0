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
    {AUDIT_GPKG, "gpkg", "application/geopackage+sqlite3", "../out.gpkg", {OUTPUT, OUTPUT, NULL}},
    {AUDIT_CSV, "csv", "text/csv; charset=utf-8", "../out.csv", {OUTPUT, OUTPUT, OUTPUT}},
    {AUDIT_GEOJSONL, "geojsonl", "application/geo+json-seq", "../out.geojsonl", {OUTPUT, OUTPUT, NULL}},
    {AUDIT_XLSX,
     "xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "../out.xlsx",
     {OUTPUT, NULL, NULL}},
    {AUDIT_HTML, "html", "text/html; charset=utf-8", "../out.html", {SUMMARY, OUTPUT, OUTPUT}},
    {AUDIT_JSON, "json", "application/json; charset=utf-8", "../out.json", {SUMMARY, SUMMARY, OUTPUT}},
};

static const char *state_name(const struct job *j)
{
    static const char *const names[] = {"queued", "running", "done", "failed", "cancelled"};
    return names[j->state];
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
    jw_key(w, "progress");
    jw_object_begin(w);
    kv_known(w, "done", j->progress.done);
    kv_known(w, "total", j->progress.total);
    kv_known(w, "share", j->progress.share);
    kv_known(w, "rate", j->progress.rate);
    kv_known(w, "seconds_left", j->progress.seconds_left);
    jw_object_end(w);
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

void job_write(struct json_writer *w, const struct job *j, size_t ahead)
{
    jw_object_begin(w);
    jw_kv_string(w, "id", j->id);
    jw_kv_string(w, "kind", audit_kind_name(j->request.kind));
    jw_kv_string(w, "state", state_name(j));
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
    write_results(w, j);
    jw_kv_bool(w, "repeatable",
               j->state == JOB_DONE && j->upload_bytes > 0 && j->bytes[JOB_FORMAT_GPKG] >= 0);
    jw_object_end(w);
}
