/* A shape as an index of one feature, number 0, in memory: so that what looks for the edges of a layer near a
 * box looks for those of a parcel, too, whose vertices may be as many.
 * Private to index/.
 *
 * Threads: const once made. */
#ifndef HX_INDEX_SHAPE_INDEX_H
#define HX_INDEX_SHAPE_INDEX_H

#include "index/layer_index.h"

/* In the arena, vertices included; it needs no closing. Rings keep their numbers. NULL when memory is out. */
const struct layer_index *shape_index_new(const struct geo_shape *shape, struct arena *a);

#endif
