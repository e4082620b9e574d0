/* Do the boundaries of a shape and of a feature of the index come together? Private to index/; see
 * overlap_touches. */
#ifndef HX_INDEX_TOUCH_H
#define HX_INDEX_TOUCH_H

#include "index/candidates.h"

/* A shape and what of one layer is near it: searched once, then asked feature by feature. */
struct touching {
    const struct layer_index *shape; /* the shape's own edges (shape_index.h); borrowed */
    uint64_t serial;                 /* of the layer that `near` is of; 0: none yet */
    struct ring_hits near;           /* rings of the layer near the shape */
    struct ring_hits met;            /* rings of the shape near one of these */
};

/* true in `out` when some point of one boundary lies within tolerance_m of the other. Every call for one
 * shape names the same tolerance. false when memory is out. */
bool touch_find(struct touching *t, const struct layer_index *ix, uint32_t feature, double tolerance_m,
                bool *out);

#endif
