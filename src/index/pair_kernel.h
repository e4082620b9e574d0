/* The innermost sum: edges of a parcel piece against a run of edges of a ring. Private to index/.
 *
 * pair_kernel.c is plain C, compiled once per instruction set (src/index/CMakeLists.txt); the compiler vectorises it.
 * Every lane is computed alone and lanes are added in one fixed order, so that all builds give the same bits. */
#ifndef HX_INDEX_PAIR_KERNEL_H
#define HX_INDEX_PAIR_KERNEL_H

#include "geo/shape.h"

/* One edge of a piece, as the function y(x) over [low, high] that it is; degrees relative to the piece's origin. */
struct piece_edge {
    double low, high; /* x; low < high: vertical edges enclose nothing and are left out */
    double y, slope;  /* y at `low`, and dy/dx */
    double sign;      /* +1 when the edge runs westward (the area lies below it), -1 eastward */
};

/* A part of the parcel that is small enough for one cubic. */
struct piece {
    double lon0, lat0;  /* origin, degrees */
    double c1, c2, c3;  /* Q(y) = c1 y + c2 y^2 + c3 y^3, m2 per degree of longitude, y relative to lat0 */
    struct geo_box box; /* absolute degrees */
    double west, east;  /* box, relative to the origin */
    const struct piece_edge *edges;
    uint32_t n_edges;
    double area_m2; /* of the piece */
};

/* Mean of Q over a straight line from height p to height q. Exact for a cubic. */
static inline double piece_mean_q(const struct piece *piece, double p, double q)
{
    double s = p + q, m = p * q, t = s * s;
    return piece->c1 * s * 0.5 + piece->c2 * (t - m) * (1.0 / 3.0) + piece->c3 * s * (t - 2.0 * m) * 0.25;
}

enum { PAIR_RUN = 16 };

/* Signed area of T(a) and T(b) summed over all edges a of the piece and the n <= PAIR_RUN edges of a ring that start
 * at lon[0], lat[0] (absolute degrees; n + 1 vertices are read). */
typedef double pair_kernel_fn(const struct piece *piece, const double *lon, const double *lat, uint32_t n);
pair_kernel_fn pair_kernel_baseline, pair_kernel_avx2, pair_kernel_avx512;

#endif
