/* Rings around what a cover covers: a line through its cells where the covered part passes a level.
 *
 * Between the centres of two neighbouring cells there is at most one point of a ring, and within the square
 * of four centres rings do not touch: whatever was covered, the rings are simple, apart from each other, and
 * nest as outer rings and holes. They follow a border to within about a tenth of a cell.
 * Threads: one owner. */
#ifndef HX_TILE_CONTOUR_H
#define HX_TILE_CONTOUR_H

#include "tile/cover.h"

struct contour_scratch;
struct contour_scratch *contour_scratch_new(void); /* owned; NULL when memory is out */
void contour_scratch_free(struct contour_scratch *s);

/* Reads a cover, which is settled and whose cells are at least 4 units and even. Once for all levels. false
 * when memory is out. */
bool contour_begin(const struct cover *cover, struct contour_scratch *s);
/* Puts the rings of that cover into `out`, which is cleared, at a level between 0 and 1. false when memory is
 * out. */
bool contour_rings(struct contour_scratch *s, double level, struct ring_set *out);

#endif
