/* An earlier audit of the same parcels, from which a row is taken over where nothing has changed. Private
 * to audit/.
 *
 * A row may stand when its parcel has the same bytes, project class and claims, nothing has changed near it,
 * and every feature that it names is the same today; then a measurement would give the same bits (changes.h).
 * Rules, definitions of the lines, options, program and libraries must be the same, and the earlier output
 * must be as it was written: otherwise nothing is taken over and the run says why. Any doubt means that the
 * parcel is measured. Threads: since_next belongs to the reader; since_stands may be called by all
 * workers. */
#ifndef HX_AUDIT_SINCE_H
#define HX_AUDIT_SINCE_H

#include "audit/changes.h"

struct since;
/* STATUS_INVALID_INPUT when `r->since` is no finished GeoPackage of a parcel audit. `store` NULL: nothing
 * is taken over. Owned. */
enum status since_open(struct store *store, const struct snapshot *s, const struct audit_request *r,
                       struct since **out, struct error *e) HX_MUST_CHECK;
void since_close(struct since *s); /* NULL-safe */
/* Why nothing is taken over; NULL: some rows may be. */
const char *since_total_zh(const struct since *s);
const char *since_total_en(const struct since *s);

/* The earlier row of an item, in the arena; NULL: there is none. Items come in ascending order of their
 * fids. */
enum status since_next(struct since *s, const struct audit_item *item, struct arena *a,
                       const struct audit_row **out, struct error *e) HX_MUST_CHECK;
/* Does the earlier row answer for this parcel? `row` has its box, project class, claims and blob; on true it
 * has everything. */
bool since_stands(const struct since *s, const struct audit_row *earlier, struct audit_row *row);

#endif
