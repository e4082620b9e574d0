/* Which hole belongs to which outer ring, and rings to the writer in the order that a tile wants: each outer
 * ring before its holes. */
#ifndef HX_TILE_NEST_H
#define HX_TILE_NEST_H

#include "tile/ring.h"

struct nest_scratch;
struct nest_scratch *nest_scratch_new(void); /* owned; NULL when memory is out */
void nest_scratch_free(struct nest_scratch *s);

/* Writes the rings, which are apart from each other (ring_set_apart), to the feature under way. A hole that
 * lies in no outer ring is left out. false when memory is out. */
bool nest_write(const struct ring_set *rings, struct nest_scratch *s, struct mvt_writer *w);

#endif
