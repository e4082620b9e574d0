/* Many parcels against the control lines: a file of any size in, one row for each parcel out, in the order
 * of the input.
 *
 *     reader thread -> batches -> worker threads (one check_worker each) -> writer, in input order
 *
 * Invariants: the rows are the same for any number of threads, and for a run that was stopped or killed
 * and resumed, or that took over rows of an earlier audit; a parcel that cannot be measured is a row
 * (verdict unknown, with the reason), never the end of the run and never missing; memory is bounded by the
 * number of batches under way, not by the file. An output appears under its name only when it is whole:
 * until then it is OUT.part. Not for: one parcel that somebody waits for (check/), printing (cli/).
 * Threads: audit_parcels starts and joins its own; the snapshot is shared and const; the progress function
 * is called on the caller's thread. */
#ifndef HX_AUDIT_AUDIT_H
#define HX_AUDIT_AUDIT_H

#include "audit/request.h"
#include "check/check.h"

#include <stdatomic.h>

struct audit_progress {
    int64_t done, total; /* parcels; total is -1 when the file does not tell */
    double seconds;      /* since this pass began */
    int64_t done_here;   /* of them by this run, not by the one that it resumes */
    int pass, n_passes;  /* from 0; each output of a parcel audit is one */
};
typedef void audit_progress_fn(const struct audit_progress *p, void *user);

enum { AUDIT_NOTES_MAX = 8 };
/* A remark on the file as a whole: what was assumed, and what it holds that is no area. */
struct audit_note {
    char code[48], zh[512], en[512];
};

struct audit_outcome {
    struct audit_note notes[AUDIT_NOTES_MAX];
    size_t n_notes, n_notes_left_out; /* none when every output was finished before */
    int64_t n_parcels, n_unmeasured, n_findings;
    int64_t by_verdict[VERDICT_ALLOWED + 1];
    int64_t n_reused;                  /* rows of this run that were taken over from `since` */
    char since_zh[128], since_en[128]; /* why none could be; "" */
    int64_t resumed_after;             /* rows that were there already, of the pass that was resumed */
    bool stopped;                      /* *stop was set: OUT.part and its checkpoint are ready for --resume */
    bool finished_before;              /* --resume found every output of the same run whole */
    double seconds;
};

/* Who watches an audit. All may be NULL. */
struct audit_watch {
    const atomic_bool *stop; /* setting it ends the run cleanly after the batches under way */
    audit_progress_fn *progress;
    void *user;
};

/* Each output is a pass of its own: the rows are the same, and measuring costs less than reading them back
 * would. `store` is that of the snapshot; it is needed with `since` only, else it may be NULL. */
enum status audit_parcels(struct store *store, const struct snapshot *snapshot,
                          const struct audit_request *request, const struct audit_watch *watch,
                          struct audit_outcome *out, struct error *e) HX_MUST_CHECK;

#endif
