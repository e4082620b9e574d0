/* The background jobs of a server: audits and checks that take too long to wait for. They are taken in,
 * run one after another, each as the command itself in a process of its own (run.c), and their results
 * kept for a while.
 *
 * Invariants: one job runs at a time, the others wait in the order in which they came; at most
 * JOB_WAITING_MAX wait; of each owner at most JOB_KEPT_MAX finished audits and as many checks are kept,
 * for JOB_KEPT_SECONDS, within job_limits.owner_bytes and JOB_KEPT_BYTES of all: an owner's older jobs
 * make room for his newer ones, nobody's for somebody else's, who is refused instead. What was accepted is
 * on the disk (state.c) and outlasts the server, however that ends: jobs that waited wait again in their
 * order, those that have ended are kept until their time is over, and the one that ran goes on where it
 * was, or begins again, and says so (restart.c). A request never waits for a job: the queue's lock is held
 * to look or to note, also on the disk, never while working. Threads: one thread of the queue's own runs
 * the jobs; every function may be called from any thread. */
#ifndef HX_JOBS_QUEUE_H
#define HX_JOBS_QUEUE_H

#include "audit/request.h"
#include "base/buffer.h"
#include "jobs/folder.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    JOB_WAITING_MAX = 8,
    JOB_KEPT_MAX = 20,
    JOB_KEPT_SECONDS = 24 * 3600,
    JOB_UPLOADS_MAX = 4, /* at the same time */
    JOB_HEAD_BYTES = 64,
    JOB_OWNER_SIZE = 80,
};
#define JOB_KEPT_BYTES ((int64_t)8 << 30)

/* What of its results a client of OGC API - Processes has asked for (http/job_results.h); the queue keeps it
 * with the job. All zero: nothing was said. */
enum { JOB_WISHES_MAX = 2 };
struct job_delivery {
    bool is_said, raw;
    size_t n;
    struct job_wish {
        const char *output, *format; /* of tables that are there for ever */
        bool by_reference;
    } wishes[JOB_WISHES_MAX];
};

/* What a job may take, children included; beyond it is ended, with a sentence that names the limit. */
struct job_limits {
    int64_t cpu_s, seconds;
    int64_t memory_bytes; /* that nothing else can have: neither files that are mapped nor mere addresses */
    int64_t output_bytes;
    int64_t owner_bytes; /* of uploads and results of all jobs of one owner */
};

struct job_queue;
struct json_writer;
/* Takes in what earlier servers left, and starts the queue's thread. Nothing is written before the first
 * job. */
enum status job_queue_open(const char *store_path, const struct job_limits *limits, struct job_queue **out,
                           struct error *e) HX_MUST_CHECK;
/* Others from now on, for the job under way, too. */
void job_queue_change_limits(struct job_queue *q, const struct job_limits *limits);
/* Interrupts what is running, to go on after the next start, and takes nothing more. Before the requests
 * under way are waited for. */
void job_queue_stop(struct job_queue *q);
void job_queue_close(struct job_queue *q); /* NULL-safe; after job_queue_stop */

/* ---- an upload on its way in ---- */

struct job_upload {
    struct job_queue *queue;
    char folder[JOB_PATH_SIZE], id[JOB_ID_SIZE];
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
    /* Of a check, which is no audit (NULL): its options as arguments of the command, ended by NULL, and the
     * form of its report, one of job_format_name. */
    const char *const *check;
    const char *check_format;
    struct job_delivery delivery;
    const char *base;  /* before the links of what is appended: the address of the service */
    const char *owner; /* who asks for it; NULL, "": nobody who is known */
};

/* The process of OGC API - Processes that a kind of audit is, and the one that is none: "audit-lines",
 * "check". */
#define JOB_PROCESS_CHECK "check"
const char *job_process_of_audit(enum audit_kind k);

/* Takes the upload over (which may be NULL), unless it fails: what is wrong with the request is refused
 * here, by the sentence of the command. Appends the new job as JSON. `id` gets its id. */
enum status job_queue_add(struct job_queue *q, const struct job_request *r, struct job_upload *u,
                          char id[JOB_ID_SIZE], struct buffer *json, struct error *e) HX_MUST_CHECK;
/* Which jobs of the list. */
struct job_filter {
    const char *types, *processes, *statuses; /* between commas; NULL: all */
    int64_t created_from, created_until;      /* Unix time, both inside */
    int64_t min_seconds, max_seconds; /* from start to end, or to now; of what has not started there is
                                                 none. Negative: whatever */
    int64_t limit;
    const char *owner; /* NULL: whosever */
};
/* Writes an array of them, newest first. Returns how many the filter lets through, whatever its limit. */
size_t job_queue_list(struct job_queue *q, const struct job_filter *f, const char *base,
                      struct json_writer *w);
/* How many there are in each state, and what a state is called: "queued". */
enum { JOB_STATES = 5 };
void job_queue_count(struct job_queue *q, size_t n[JOB_STATES]);
const char *job_state_name(size_t state);
/* Is there such a job, and is it this person's (NULL: whosever)? Otherwise as of one that is not there. */
enum status job_queue_owned(struct job_queue *q, const char *id, const char *owner,
                            struct error *e) HX_MUST_CHECK;
/* Is it one of the states that the standard knows? */
bool job_status_known(const char *text, size_t n);
/* Appends one. */
enum status job_queue_show(struct job_queue *q, const char *id, const char *base, struct buffer *json,
                           struct error *e) HX_MUST_CHECK;
/* A job that waits or runs is cancelled, one that has ended is forgotten with its results. Appends what it
 * is now. */
enum status job_queue_cancel(struct job_queue *q, const char *id, const char *base, struct buffer *json,
                             struct error *e) HX_MUST_CHECK;
/* Waits until it has ended, however; fails when the queue stops before. */
enum status job_queue_wait(struct job_queue *q, const char *id, struct error *e) HX_MUST_CHECK;

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

/* Where the bench of a parcel audit that is done lies (whether it is there says bench_open), and its
 * GeoPackage. */
enum status job_queue_bench(struct job_queue *q, const char *id, char base[JOB_PATH_SIZE],
                            char gpkg[JOB_PATH_SIZE], struct error *e) HX_MUST_CHECK;

/* The names of the formats that results have, "gpkg", and what each is; NULL beyond the last. */
enum { JOB_FORMATS_MAX = 12 };
const char *job_format_name(size_t i);
const char *job_format_type(size_t i);
/* Has this kind of audit results of that format? */
bool job_format_of_audit(size_t i, enum audit_kind kind);

/* What there is of a job that is done. */
struct job_results {
    bool is_check;
    enum audit_kind kind;
    struct job_delivery delivery;
    const char *formats[JOB_FORMATS_MAX + 1]; /* ended by NULL */
};
/* Fails with the code result-not-ready while it waits or runs, with its own error when it has failed. */
enum status job_queue_results(struct job_queue *q, const char *id, struct job_results *out,
                              struct error *e) HX_MUST_CHECK;

#endif
