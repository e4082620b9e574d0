/* The inside of overlap.h, shared by one parcel (overlap.c) and many (overlap_batch.c). Private to index/. */
#ifndef HX_INDEX_OVERLAP_PARTS_H
#define HX_INDEX_OVERLAP_PARTS_H

#include "index/layer_set_find.h"
#include "index/overlap.h"
#include "index/overlap_nearby.h"
#include "index/parcel_parts.h"
#include "index/touch.h"

struct overlap_kernel {
    const char *name;
    pair_kernel_fn *fn;
};

struct overlap_scratch {
    struct overlap_kernel kernel;
    const struct geo_shape *parcel; /* borrowed */
    struct parcel_parts list;       /* of the parcel, once something is near it */
    bool cut;                       /* the list is the parcel's */
    struct overlap_nearby nearby;
    const struct layer_set *looked_at;    /* for this parcel, or NULL */
    struct ring_hits near[LAYER_SET_MAX]; /* what was found in each of its layers */
    struct ring_hits blocks;              /* of the set, while it is looked into */
    size_t near_at;                       /* the one that was asked for last: mostly the next is, next */
    struct touching touching;             /* shape: NULL until somebody asks of this parcel */
    struct arena *edges;                  /* of touching.shape */
    struct overlap *found;
    size_t n_found, cap_found;
};

/* Makes the list the parcel's. false when memory is out. */
bool overlap_parcel_cut(struct overlap_scratch *s);

/* The features of a part of the nearby, measured against `p`, which has area_m2, and added to `found`.
 * Nothing is asked of the piece when the part is far. false when memory is out. */
bool overlap_part_measure(struct overlap_scratch *s, const struct overlap_nearby_part *part,
                          const struct parcel_part *p, double area_m2);

/* Rounding may leave an area a little below 0: there it is 0. */
void overlap_found_finish(struct overlap_scratch *s);

#endif
