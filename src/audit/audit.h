/* Many parcels against the control lines: a file of any size in, one row for each parcel out, in the order of the input.
 *
 *     reader thread -> batches -> worker threads (one check_worker each) -> writer, in input order
 *
 * Invariants: the rows are the same for any number of threads, and for a run that was stopped or killed and resumed, or that
 * took over rows of an earlier audit; a parcel that cannot be measured is a row (verdict unknown, with the reason), never
 * the end of the run and never missing; memory is bounded by the number of batches under way, not by the file. An output
 * appears under its name only when it is whole: until then it is OUT.part.
 * Not for: one parcel that somebody waits for (check/), printing (cli/). Threads: audit_parcels starts and joins its own;
 * the snapshot is shared and const; the progress function is called on the caller's thread. */
#ifndef HX_AUDIT_AUDIT_H
#define HX_AUDIT_AUDIT_H

#include "check/check.h"

#include <stdatomic.h>

enum { AUDIT_MAX_THREADS = 64 };

struct audit_request {
    const char *input;
    const char *layer; /* of the input; NULL: the only one */
    const char *output;
    const char *summary;       /* an HTML file; NULL: none */
    const char *summary_json;  /* the same sums for programs; NULL: none */
    const char *project_class; /* for every parcel; NULL: not given */
    const char *class_field;   /* the field that holds each parcel's class; NULL: none */
    const char *id_field;      /* NULL: the official name (BSM), else the file's own number */
    const char *since; /* an earlier output (.gpkg): what stands is taken over; NULL: all is measured */
    struct store *since_store; /* of the snapshot, open while the audit runs; needed with `since` only */
    const struct child_reader *reader; /* reads formats that need GDAL; NULL: this very program */
    int epsg;                          /* for an input that states no CRS; 0: none given */
    int threads;                       /* 1 .. AUDIT_MAX_THREADS */
    bool overlaps;                     /* GeoPackage: a table with the overlap geometries */
    bool resume;                       /* go on where OUT.part ends */
    bool overwrite;                    /* an existing output is replaced, an interrupted run is thrown away */
};

struct audit_progress {
    int64_t done, total; /* parcels; total is -1 when the file does not tell */
    double seconds;      /* since this run began */
    int64_t done_here;   /* of them by this run, not by the one that it resumes */
};
typedef void audit_progress_fn(const struct audit_progress *p, void *user);

struct audit_outcome {
    int64_t n_parcels, n_unmeasured, n_findings;
    int64_t by_verdict[VERDICT_ALLOWED + 1];
    int64_t n_reused;                  /* rows of this run that were taken over from `since` */
    char since_zh[128], since_en[128]; /* why none could be; "" */
    int64_t resumed_after;             /* rows that were there already */
    bool stopped;                      /* *stop was set: OUT.part and its checkpoint are ready for --resume */
    bool finished_before;              /* --resume found the whole output of the same run */
    double seconds;
};

/* `stop` may be NULL; setting it ends the run cleanly after the batches under way. */
enum status audit_parcels(const struct snapshot *snapshot, const struct audit_request *request,
                          const atomic_bool *stop, audit_progress_fn *fn, void *user,
                          struct audit_outcome *out, struct error *e) HX_MUST_CHECK;

#endif
