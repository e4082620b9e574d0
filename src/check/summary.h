/* The summary of one parcel: one sentence per line, chosen by how the parcel stands to it. Threads: pure. */
#ifndef HX_CHECK_SUMMARY_H
#define HX_CHECK_SUMMARY_H

#include "check/check.h"

/* Hundredths of m2 as they are printed, by line; those of a line that was not measured are not looked at. */
struct summary_figures {
    int64_t *held;    /* of the parcel in the line: pressed on, or inside */
    int64_t *outside; /* of a line that contains */
};
/* Each rounded for itself; the outside is what is left of the parcel. A report of several parcels balances
 * its columns and may differ by 0.01 m2. In the arena; NULL members when memory is out. */
struct summary_figures summary_figures_of(const struct parcel_report *r, struct arena *a);

/* NULL when memory is out. */
const char *summary_text(struct arena *a, const struct parcel_report *r,
                         const struct summary_figures *figures, bool english);

#endif
