/* Recomputes a report from the versions, the rules and the input that it names, and says whether it is
 * identical, what differs, or what is missing.
 *
 * A report that names a row of the record is also compared with what was kept there, engine versions
 * included. The engine's versions are otherwise not compared but told as notes: a report must stay verifiable
 * with a later program.
 * Nothing is guessed: an input that is neither given nor kept, a version or an edition that the store does
 * not have, are named as missing.
 *
 * Not for: the chain (record/record.h). Threads: the worker's. */
#ifndef HX_RECORD_VERIFY_H
#define HX_RECORD_VERIFY_H

#include "check/check.h"
#include "store/store_records.h"

enum record_finding {
    RECORD_CANNOT_RECOMPUTE = 0, /* a zeroed verification never says identical */
    RECORD_DIFFERS,
    RECORD_IDENTICAL,
};

enum { RECORD_MAX_DIFFERENCES = 1000 }; /* that are listed; all are counted */

struct record_difference {
    const char *path;     /* "parcels[0].layers[1].area_m2" */
    const char *reported; /* JSON text; "(absent)" */
    const char *found;    /* likewise */
    const char *against;  /* "recomputed", "record", "input" */
};

struct record_sentence {
    const char *zh, *en;
};

struct record_verification {
    enum record_finding finding;
    struct record_difference *differences; /* arena */
    size_t n_listed, n_differences;
    struct record_sentence missing[8], notes[8];
    size_t n_missing, n_notes;
    int64_t record_id;   /* the row that it was compared with; 0: none */
    const char *verdict; /* as recomputed; "" when it could not be */
};

struct record_verify_request {
    const char *report; /* JSON */
    size_t report_size;
    const struct store_bytes *input; /* NULL: what the store kept under the report's input.sha256 */
    const char
        *place; /* digits of a unit: what is kept outside it is as if it were not. NULL, "": everywhere */
};

/* Fails only when the report is no report at all, or on memory and the store; everything else is a finding.
 * Texts are in the worker's arena. */
enum status record_verify(struct check_worker *w, struct store *store, const struct record_verify_request *rq,
                          struct record_verification *out, struct error *e) HX_MUST_CHECK;

const char *record_finding_name(enum record_finding f); /* "identical", "differs", "cannot_recompute" */
const char *record_finding_zh(enum record_finding f);
const char *record_finding_en(enum record_finding f);

#endif
