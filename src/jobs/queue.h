/* The background jobs of a server: audits that take too long to wait for. They are taken in, run one after
 * another, each as the command itself in a process of its own (run.c), and their results kept for a while.
 *
 * Invariants: one job runs at a time, the others wait in the order in which they came; at most
 * JOB_WAITING_MAX wait; at most JOB_KEPT_MAX finished ones are kept, for JOB_KEPT_SECONDS, with
 * JOB_KEPT_BYTES of results; stopping the server ends the job under way and removes every file; nothing
 * survives a restart. A request never waits for a job: the queue's lock is held to look or to note, never
 * while working. Threads: one thread of the queue's own runs the jobs; every function may be called from
 * any thread. */
#ifndef HX_JOBS_QUEUE_H
#define HX_JOBS_QUEUE_H

#include "audit/request.h"
#include "base/buffer.h"
#include "jobs/folder.h"

#include <stdint.h>

enum {
    JOB_WAITING_MAX = 8,
    JOB_KEPT_MAX = 20,
    JOB_KEPT_SECONDS = 24 * 3600,
    JOB_UPLOADS_MAX = 4, /* at the same time */
    JOB_ID_SIZE = 25,
    JOB_HEAD_BYTES = 64,
};
#define JOB_KEPT_BYTES ((int64_t)8 << 30)

struct job_queue;
/* Sweeps what a crash left, and starts the queue's thread. Nothing is written before the first job. */
enum status job_queue_open(const char *store_path, struct job_queue **out, struct error *e) HX_MUST_CHECK;
/* Ends what is running and takes nothing more. Before the requests under way are waited for. */
void job_queue_stop(struct job_queue *q);
void job_queue_close(struct job_queue *q); /* NULL-safe; after job_queue_stop */

/* ---- an upload on its way in ---- */

struct job_upload {
    struct job_queue *queue;
    char folder[JOB_PATH_SIZE];
    int fd;
    int64_t size;
    char head[JOB_HEAD_BYTES]; /* its first bytes */
};

enum status job_upload_begin(struct job_queue *q, struct job_upload **out, struct error *e) HX_MUST_CHECK;
enum status job_upload_write(struct job_upload *u, const void *bytes, size_t n,
                             struct error *e) HX_MUST_CHECK;
void job_upload_discard(struct job_upload *u); /* NULL-safe; not after job_queue_add has taken it */

/* ---- jobs ---- */

/* What is asked. Texts are borrowed; NULL: not given. */
struct job_request {
    enum audit_kind kind;
    const char *name;                   /* of the file, as the client calls it */
    const struct audit_option *options; /* of the audit, but for its files */
    size_t n_options;
    const char *formats; /* of a parcel audit, between commas. NULL: gpkg, or those of `since` */
    /* Of parcels: the id of an earlier job whose GeoPackage is kept; without an upload its file and options
     * are taken, too. */
    const char *since;
    const char *compare; /* of lines: the id of an earlier job */
    const char *body; /* of lines: the option that the upload is, "compare" or "official". NULL: "compare" */
};

/* Takes the upload over (which may be NULL), unless it fails: what is wrong with the request is refused
 * here, by the sentence of the command. Appends the new job as JSON. `id` gets its id. */
enum status job_queue_add(struct job_queue *q, const struct job_request *r, struct job_upload *u,
                          char id[JOB_ID_SIZE], struct buffer *json, struct error *e) HX_MUST_CHECK;
/* Appends {"jobs": […]}, newest first. */
void job_queue_list(struct job_queue *q, struct buffer *json);
/* Appends one. */
enum status job_queue_show(struct job_queue *q, const char *id, struct buffer *json,
                           struct error *e) HX_MUST_CHECK;
/* A job that waits or runs is cancelled, one that has ended is forgotten with its results. Appends what it
 * is now. */
enum status job_queue_cancel(struct job_queue *q, const char *id, struct buffer *json,
                             struct error *e) HX_MUST_CHECK;

struct job_result {
    int fd; /* open for reading; the caller's */
    int64_t size;
    const char *content_type;
    char file_name[96]; /* plain */
    char title[JOB_NAME_SIZE +
               64]; /* UTF-8: of the input and of the kind of job, as the officer should find it */
};
enum status job_queue_result(struct job_queue *q, const char *id, const char *format, struct job_result *out,
                             struct error *e) HX_MUST_CHECK;

#endif
