/* The innermost sum: edges of a parcel piece against a run of edges of a ring. Private to index/.
 *
 * pair_kernel.c is compiled once per instruction set (src/index/CMakeLists.txt). Every lane is computed alone
 * and lanes are added in one fixed order, so that all builds give the same bits. */
#ifndef HX_INDEX_PAIR_KERNEL_H
#define HX_INDEX_PAIR_KERNEL_H

#include "geo/shape.h"

enum { PAIR_RUN = 16, PAIR_LANES = 8 };

/* Edges of a piece, each as the function y(x) over [low, high] that it is; degrees relative to the piece's
 * origin. One array per field, n_edges long and filled with zeros up to a multiple of PAIR_LANES: an edge of
 * no width encloses nothing. Vertical edges are left out for the same reason. */
struct piece_edges {
    double *low, *high; /* x */
    double *y, *slope;  /* y at `low`, and dy/dx */
    double *top;        /* the larger y of its ends */
    double *sign;       /* +1 when the edge runs westward (the area lies below it), -1 eastward */
};

/* A part of the parcel that is small enough for one cubic. */
struct parcel_part {
    double lon0, lat0;  /* origin, degrees */
    double c1, c2, c3;  /* Q(y) = c1 y + c2 y^2 + c3 y^3, m2 per degree of longitude, y relative to lat0 */
    struct geo_box box; /* absolute degrees */
    double west, east, south; /* box, relative to the origin */
    struct piece_edges edges;
    uint32_t n_edges, room; /* room: length of the arrays */
    double area_m2;         /* of the piece */
};

/* Mean of Q over a straight line from height p to height q. Exact for a cubic. */
static inline double piece_mean_q(const struct parcel_part *piece, double p, double q)
{
    double s = p + q, m = p * q, t = s * s;
    return piece->c1 * s * 0.5 + piece->c2 * (t - m) * (1.0 / 3.0) + piece->c3 * s * (t - 2.0 * m) * 0.25;
}

/* Signed area of T(a) and T(b) summed over all edges a of the piece and the n <= PAIR_RUN edges of a ring
 * that start at lon[0], lat[0] (absolute degrees; n + 1 vertices are read). */
typedef double pair_kernel_fn(const struct parcel_part *piece, const double *lon, const double *lat,
                              uint32_t n);
pair_kernel_fn pair_kernel_baseline, pair_kernel_avx2;

#endif
