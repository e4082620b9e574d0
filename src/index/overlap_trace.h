/* The overlap of a parcel and a feature as geometry where their borders simply cross: traced along the
 * borders, without an overlay. That is how most features meet; whatever is less simple is left to GEOS
 * (overlap_shape.c).
 *
 * Threads: no shared state. */
#ifndef HX_INDEX_OVERLAP_TRACE_H
#define HX_INDEX_OVERLAP_TRACE_H

#include "index/layer_index.h"

/* `edges` are the parcel's (shape_index.h), and `feature` is the feature near the parcel, as
 * overlap_clip_shape gives it. False when it is not a simple case: no crossing at all, a vertex or edge upon
 * the other's border, a parcel with holes, a ring of the feature within the parcel; also when memory is
 * out. The caller compares the area of what comes out (in the arena) with the one that was measured. */
bool overlap_trace(const struct geo_shape *parcel, const struct layer_index *edges,
                   const struct geo_shape *feature, struct arena *arena, struct geo_shape *out);

#endif
