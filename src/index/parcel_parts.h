/* A parcel cut into pieces, each small enough for one cubic of Q and for a short inner loop. Private to
 * index/. */
#ifndef HX_INDEX_PARCEL_PARTS_H
#define HX_INDEX_PARCEL_PARTS_H

#include "index/pair_kernel.h"

struct parcel_parts {
    struct parcel_part *parts;
    size_t n_parts, cap_parts;
    double *fields; /* of all pieces: the arrays of one after those of the other */
    size_t n_fields, cap_fields;
    double area_m2; /* of all pieces */
};

void parcel_parts_release(struct parcel_parts *l);
/* The shape is one piece as it is. */
bool parcel_part_is_whole(const struct geo_shape *shape);
/* How many edges the pieces have at least, before any is made: one that crosses a cut is two, and may be
 * followed by one along it. */
double parcel_parts_edges(const struct geo_shape *shape);
/* Replaces the list's contents by the pieces of `shape`. false when memory is out, or the budget is over. */
bool parcel_parts_build(struct parcel_parts *l, const struct geo_shape *shape);

/* The piece's area west of x (degrees relative to its origin): 0 at or before its west, its area at or
 * after its east. */
double parcel_part_area_west_of(const struct parcel_part *p, double x);

#endif
