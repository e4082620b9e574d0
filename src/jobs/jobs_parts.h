/* What the files of the job queue share. Not for others' use. */
#ifndef HX_JOBS_JOBS_PARTS_H
#define HX_JOBS_JOBS_PARTS_H

#include "audit/format.h"
#include "jobs/queue.h"
#include "store/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };
enum {
    JOB_TABLE_MAX = 1000,
    JOB_OUTCOME_SIZE = 16384,
    JOB_ENGINE_SIZE = 96,
    JOB_RESTART_SIZE = 160,
    JOB_CRASHES_MAX = 3, /* so often may a server end in the middle of a job */
};
#define JOB_STATE_NAME "job.json" /* in its folder (state.c) */

enum { JOB_FORMAT_COUNT = 9, JOB_FORMAT_GPKG = 0 };
_Static_assert(JOB_FORMAT_COUNT <= (int)JOB_FORMATS_MAX, "queue.h tells them");
struct job_format {
    const char *name, *content_type;
    const char *path; /* of the result, as the command is told it: beside the folder "in" that it works in */
    /* The option of the command that makes it; NULL: none. Of a parcel audit the outputs are those that
     * are asked for. */
    const char *made_by[AUDIT_KIND_COUNT];
    enum audit_format format; /* of what an audit makes */
};
extern const struct job_format job_formats[JOB_FORMAT_COUNT];

struct job_progress { /* negative: not known */
    double done, total, share, rate, seconds_left;
};

struct job {
    char id[JOB_ID_SIZE];
    struct arena *arena;          /* of the request's texts */
    struct audit_request request; /* as the command is told it; its files are named from the folder "in" */
    const char *const *check;     /* arguments of a check, ended by NULL; NULL: it is the audit above */
    struct job_delivery delivery;
    char owner[JOB_OWNER_SIZE]; /* "": nobody who is known */
    enum job_state state;
    int64_t number;                  /* its place in the order in which they came */
    int64_t restarts;                /* how often the server ended before it had, */
    int64_t crashes;                 /* and how often of these without being asked to */
    bool goes_on;                    /* where the run before a restart ended; else from its beginning */
    char store[STORE_UID_SIZE];      /* that it was sent to */
    char engine[JOB_ENGINE_SIZE];    /* that made its results; "": none yet */
    bool cancel;                     /* asked for */
    bool forgotten;                  /* it had ended, and goes now */
    char name[JOB_NAME_SIZE];        /* of the file; "" without one */
    char folder[JOB_PATH_SIZE];      /* "" once it is gone */
    int64_t created, started, ended; /* Unix time, 0: not yet: what the clock said */
    int64_t ended_ms;                /* the same by the clock that nobody sets (base/clock.h); not kept */
    int64_t updated;                 /* when anything of it was last another */
    struct job_progress progress;
    char outcome[JOB_OUTCOME_SIZE]; /* JSON object; "" */
    struct error error;
    int64_t bytes[JOB_FORMAT_COUNT]; /* of results; -1: none */
    int64_t upload_bytes;            /* of the file that it reads or has kept; 0: none */
};

struct job_queue {
    char store_path[JOB_PATH_SIZE];
    struct job_limits limits;
    pthread_t thread;
    bool started;
    int wake; /* eventfd: something was added, cancelled or stopped */

    pthread_mutex_t lock;       /* guards all below */
    pthread_cond_t ended;       /* some job has, or the queue stops */
    char store[STORE_UID_SIZE]; /* which one it is */
    struct job_folder folders[JOB_PLACES];
    struct job *jobs[JOB_TABLE_MAX]; /* oldest first */
    size_t n;
    int64_t last_number;
    size_t n_uploads;
    bool stopping;
};

/* queue.c */
void job_queue_wake(struct job_queue *q);
/* With the lock held: what is too old or too many goes, and of `owner`'s (NULL: nobody's) the oldest that
 * have ended until `more` bytes find room, if that helps. */
void job_queue_forget_old(struct job_queue *q, const char *owner, int64_t more);
/* With the lock held. Of one owner; NULL: of all. */
int64_t job_queue_bytes(const struct job_queue *q, const char *owner);
enum status job_new(const char *folder, const char *id, struct job **out, struct error *e) HX_MUST_CHECK;
void job_free(struct job *j); /* NULL-safe */
/* Its state on the disk; where that cannot be, the log says so. With the lock held. */
void job_queue_note(const struct job *j);
/* For whoever has not the lock: a SIGHUP may change them. */
struct job_limits job_queue_limits(struct job_queue *q);
/* That it has ended, and when. With the lock held. */
void job_note_end(struct job *j, enum job_state how);
/* How a job ends that has nothing to show: its files go, its state stays. With the lock held. */
void job_queue_end(struct job *j, enum job_state how);
void job_queue_write(const struct job_queue *q, const struct job *j, const char *base,
                     struct buffer *json); /* with the lock held */
/* With the lock held; q->n when there is none. */
size_t job_queue_find(const struct job_queue *q, const char *id);
/* Of one of job_formats: the path of the result, whether it is there or not. */
void job_result_path(const struct job *j, int format, char path[JOB_PATH_SIZE]);
/* What its command makes of the GeoPackage of parcels, beside it: to be looked at, no result. */
void job_bench_path(const struct job *j, char base[JOB_PATH_SIZE]);
/* describe.c, with the lock held: what the command will be told (j->request), the files of the folder
 * "in", and the job's name where it is an earlier job's. */
enum status job_describe(const struct job_queue *q, struct job *j, const struct job_request *r, bool has_file,
                         struct error *e) HX_MUST_CHECK;
/* Files of earlier jobs in the folder "in"; uploads are never called so, because names have no dot at the
 * front. */
#define JOB_SINCE_NAME ".since.gpkg"
#define JOB_COMPARE_NAME ".compare.gpkg"
/* run.c: runs one job from beginning to end, without the lock but to note progress; afterwards its state
 * is one of those that end. */
void job_run(struct job_queue *q, struct job *j);

/* state.c */
enum status job_state_save(const struct job *j, struct error *e) HX_MUST_CHECK;
/* STATUS_CORRUPT, STATUS_NOT_FOUND (it has none) or whatever kept it from being read. */
enum status job_state_load(const char *folder, const char *id, struct job **out,
                           struct error *e) HX_MUST_CHECK;

/* restart.c: takes in what earlier servers of this store left, before the queue's thread runs. */
void job_queue_restore(struct job_queue *q);
/* What a restart meant to the job, in words; NULL: none did. */
const char *job_restart_zh(const struct job *j, char text[JOB_RESTART_SIZE]);
const char *job_restart_en(const struct job *j, char text[JOB_RESTART_SIZE]);
/* Is the store still the one that the job was sent to? */
enum status job_store_check(const struct job_queue *q, const struct job *j, struct error *e) HX_MUST_CHECK;

/* watch.c: what the command says (cli/audit_say.h), line by line, until it has ended. */
struct job_watch {
    struct job_queue *queue;
    struct job *job;
    pid_t pid;
    int pipe;                             /* the end that is read */
    bool has_outcome, has_error, is_over; /* a limit, which is its error */
};
/* Ends the command when that is asked for. Returns what waitpid says. */
int job_watch_until_end(struct job_watch *w);

/* measure.c: what it takes, with all processes that come from `root`; a process that nobody may look at
 * counts nothing. */
struct job_use {
    double cpu_s;
    int64_t memory_bytes, output_bytes;
};
void job_measure(pid_t root, const char *folder, struct job_use *out);
/* Is that within the limits? Otherwise the sentence. */
enum status job_within(const struct job_limits *l, const struct job_use *use, int64_t seconds,
                       struct error *e) HX_MUST_CHECK;
/* How often the kernel of this machine has killed for want of memory; 0: it does not say. */
int64_t job_kills_for_memory(void);

/* json.c; with the lock held. `ahead` is how many go before it; `base` stands before its links. */
void job_write(struct json_writer *w, const struct job *j, size_t ahead, const char *base);
/* The inverse of status_name; STATUS_INTERNAL for what is none, and for NULL. */
enum status job_status_of_name(const char *name);
/* What the standard calls its state and its process. */
const char *job_status(const struct job *j);
const char *job_process(const struct job *j);
/* "parcels", "check": what it is in our own words. */
const char *job_kind_name(const struct job *j);

#endif
