/* What is said of a parcel that lies in none of the administrative units that are loaded: that it does, and
 * by which other zone the same numbers would lie in one. A hint beside the answer, which stays as it is.
 * Private to check/. */
#ifndef HX_CHECK_OUTSIDE_H
#define HX_CHECK_OUTSIDE_H

#include "check/check.h"

/* One sentence in each language, in the arena; NULL for both when the parcel lies in a unit, or no layer of
 * the largest units can be asked. r->units is there; r->elsewhere is
 * written: the zones of the sentence, for who would rather choose than read. The reading is by one point
 * inside the parcel. */
enum status outside_hint(struct check_worker *w, const struct snapshot *snapshot, struct parcel_report *r,
                         const char **zh, const char **en, struct error *e) HX_MUST_CHECK;

#endif
