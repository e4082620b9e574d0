/* The overlap of a parcel and a feature as geometry, traced along their borders without an overlay. Private
 * to index/: overlap_shape.c compares the area of what comes out with the one that was measured.
 *
 * Threads: no shared state; the scratch belongs to one thread. */
#ifndef HX_INDEX_OVERLAP_TRACE_H
#define HX_INDEX_OVERLAP_TRACE_H

#include "index/layer_index.h"

/* Where the borders simply cross, which is how most features meet a usual parcel. `edges` are the parcel's
 * (shape_index.h), and `feature` is the feature near the parcel, as overlap_clip_shape gives it. False when
 * it is not a simple case: no crossing at all, a vertex or edge upon the other's border, a parcel with holes,
 * a ring of the feature within the parcel; also when memory is out. */
bool overlap_trace(const struct geo_shape *parcel, const struct layer_index *edges,
                   const struct geo_shape *feature, struct arena *arena, struct geo_shape *out);

/* More crossings of one parcel with one feature are more geometry than anybody reads: some 500 MB. */
enum { TRACE_CROSSINGS_MAX = 4000000 };

enum trace_answer {
    TRACE_DONE,
    TRACE_NOT, /* borders run along each other, or memory is out */
    TRACE_TOO_MANY
};

/* The same for any parcel with any rings, in (edges + crossings) log n however long and close together its
 * edges are, where GEOS tries every pair: for parcels of many edges. Nothing may be common; a few vertices
 * that touch the other's border are moved by some hundredths of a millimetre. `clip` is scratch. Outer rings
 * with their holes; of parts that only touch, each is one. */
enum trace_answer overlap_trace_whole(const struct geo_shape *parcel, const struct layer_index *edges,
                                      const struct geo_shape *feature, struct index_clip_scratch *clip,
                                      struct arena *arena, struct geo_shape *out);

#endif
