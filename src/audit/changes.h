/* Where the control lines differ from what an earlier audit saw, and which features are the same. Private to
 * audit/.
 *
 * Versions are compared by their flat indexes, because the indexes are what is measured: vertices, texts and
 * coverage, bit by bit. A feature is the same when all of it is. Of a feature that was changed, rings that
 * are the same change nothing; of a ring that was changed, the run of vertices that is not common to both
 * does: old ring and new one differ nowhere outside the box of the two runs. Places are kept as cells of
 * CHANGES_CELL_DEG, rounded outward. Whatever cannot be told for certain counts as changed.
 * Threads: const after changes_find. */
#ifndef HX_AUDIT_CHANGES_H
#define HX_AUDIT_CHANGES_H

#include "audit/state.h"

#define CHANGES_CELL_DEG 0.005

struct changes;
/* `store` gives the versions that `then` names. Owned. Nothing but memory is an error: what cannot be
 * compared means that everything has changed. */
enum status changes_find(struct store *store, const struct snapshot *now, const struct run_identity *then,
                         struct changes **out, struct error *e) HX_MUST_CHECK;
void changes_free(struct changes *c); /* NULL-safe */

/* Why nothing can be taken over; NULL: some may. */
const char *changes_total_zh(const struct changes *c);
const char *changes_total_en(const struct changes *c);
/* Has anything changed near the box? */
bool changes_near(const struct changes *c, const struct geo_box *box);
/* Has any line's stated coverage changed? */
bool changes_coverage(const struct changes *c);
/* The number in today's version of a feature that is the same; false: it is not. */
bool changes_feature(const struct changes *c, int line, int64_t then, int64_t *now);

#endif
