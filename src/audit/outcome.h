/* What came of an audit, as members of a JSON object that is open: for the command's --progress json, and
 * through it for the server's jobs. Threads: pure. */
#ifndef HX_AUDIT_OUTCOME_H
#define HX_AUDIT_OUTCOME_H

#include "audit/figures.h"
#include "formats/json.h"

void audit_outcome_write(struct json_writer *w, const struct audit_outcome *o);
void conflict_outcome_write(struct json_writer *w, const struct conflict_report *r);
void figures_outcome_write(struct json_writer *w, const struct figures *f);
/* PREFIX_share of each line for which the plan gives a share of the region, and what it gives. */
void figures_shares_write(struct json_writer *w, const struct figures *f, bool planned);

/* What a summary tells of the input as a whole. */
struct input_remarks {
    int crs_guessed; /* as in struct feed */
    const struct audit_note *notes;
    size_t n_notes;
};

/* "notes": the remarks on the file as a whole. */
void audit_notes_write(struct json_writer *w, const struct audit_note *notes, size_t n);
/* "verdicts": how many of each; `n` by enum verdict. */
void verdicts_write(struct json_writer *w, const int64_t *n);

#endif
