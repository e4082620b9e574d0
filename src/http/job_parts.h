/* What the files of the job desk share. Not for others' use. */
#ifndef HX_HTTP_JOB_PARTS_H
#define HX_HTTP_JOB_PARTS_H

#include "http/job_desk.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };
enum { JOB_TABLE_MAX = JOB_WAITING_MAX + 1 + JOB_KEPT_MAX, JOB_OUTCOME_SIZE = 8192 };

struct job_format {
    const char *name, *content_type;
    bool of_parcels; /* may be asked for in a parcel audit; "html" and "json" are always made */
};
extern const struct job_format job_formats[];
enum { JOB_FORMAT_COUNT = 6 };

struct job_progress { /* negative: not known */
    double done, total, share, rate, seconds_left;
};

struct job {
    char id[JOB_ID_SIZE];
    enum job_kind kind;
    enum job_state state;
    bool cancel;              /* asked for */
    char name[JOB_NAME_SIZE]; /* of the file; "" without one */
    char project_class[64];
    char folder[JOB_PATH_SIZE];      /* "" once it is gone */
    int64_t created, started, ended; /* Unix time, 0: not yet */
    struct job_progress progress;
    char outcome[JOB_OUTCOME_SIZE]; /* JSON object; "" */
    struct error error;
    int64_t bytes[JOB_FORMAT_COUNT]; /* of results; -1: none */
    int64_t upload_bytes;            /* of the parcel file, kept beside its results; 0: none */
};

struct job_desk {
    char store_path[JOB_PATH_SIZE];
    pthread_t thread;
    bool started;
    int wake; /* eventfd: something was added, cancelled or stopped */

    pthread_mutex_t lock; /* guards all below */
    struct job_folder folder;
    struct job *jobs[JOB_TABLE_MAX]; /* oldest first */
    size_t n;
    size_t n_uploads;
    bool stopping;
};

/* job_desk.c */
void job_desk_wake(struct job_desk *d);
void job_desk_forget_old(struct job_desk *d); /* with the lock held */
void job_desk_write(const struct job_desk *d, const struct job *j, struct buffer *json); /* likewise */
/* job_describe.c, with the lock held: what the job is told, and its name and class where they are an earlier job's. */
enum status job_describe(const struct job_desk *d, struct job *j, const struct job_request *r, bool has_file,
                         struct error *e) HX_MUST_CHECK;
/* Files of earlier jobs in the folder "in"; uploads are never called so, because names have no dot at the front. */
#define JOB_SINCE_NAME ".since.gpkg"
#define JOB_COMPARE_NAME ".compare.gpkg"
/* job_run.c: runs one job in a child from beginning to end, without the lock but to note progress; afterwards its state is
 * one of those that end. */
void job_run(struct job_desk *d, struct job *j);
/* job_json.c; with the lock held. `ahead` is how many go before it. */
struct json_writer;
void job_write(struct json_writer *w, const struct job *j, size_t ahead);

#endif
