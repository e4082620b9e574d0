/* A parcel cut into pieces, each small enough for one cubic of Q and for a short inner loop. Private to
 * index/. */
#ifndef HX_INDEX_PIECES_H
#define HX_INDEX_PIECES_H

#include "index/pair_kernel.h"

struct piece_list {
    struct piece *pieces;
    size_t n_pieces, cap_pieces;
    double *fields; /* of all pieces: the arrays of one after those of the other */
    size_t n_fields, cap_fields;
    double area_m2; /* of all pieces */
};

void piece_list_release(struct piece_list *l);
/* The shape is one piece as it is. */
bool piece_is_whole(const struct geo_shape *shape);
/* Replaces the list's contents by the pieces of `shape`. false when memory is out. */
bool piece_list_build(struct piece_list *l, const struct geo_shape *shape);

/* The piece's area west of x (degrees relative to its origin): 0 at or before its west, its area at or
 * after its east. */
double piece_area_west_of(const struct piece *p, double x);

#endif
