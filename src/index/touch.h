/* Do the boundaries of a shape and of a feature of the index come together? Private to index/; see overlap_touches. */
#ifndef HX_INDEX_TOUCH_H
#define HX_INDEX_TOUCH_H

#include "index/candidates.h"

/* true in `out` when some point of one boundary lies within tolerance_m of the other. `hits` is scratch memory. false
 * when memory is out. */
bool touch_find(const struct geo_shape *shape, const struct layer_index *ix, uint32_t feature,
                double tolerance_m, struct ring_hits *hits, bool *out);

#endif
