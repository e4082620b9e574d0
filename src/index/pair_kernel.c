#include "index/pair_kernel.h"

#include "index/lanes.h"

#include <math.h>

#ifndef PAIR_KERNEL
#define PAIR_KERNEL pair_kernel_baseline
#endif

enum { PARTS = PAIR_LANES / LANES };

/* PAIR_LANES neighbouring edges of a ring, one in each lane; unused lanes span nothing. */
struct group {
    lanes low[PARTS], high[PARTS], y[PARTS], slope[PARTS], sign[PARTS]; /* as in struct piece_edges */
    double first, end;               /* x where the first edge begins and the last one ends */
    double west, east, south, north; /* of all its vertices */
};

static inline lanes mean_q(const struct parcel_part *piece, lanes p, lanes q)
{
    lanes s = p + q, m = p * q, t = s * s;
    return piece->c1 * s * 0.5 + piece->c2 * (t - m) * (1.0 / 3.0) + piece->c3 * s * (t - 2.0 * m) * 0.25;
}

static inline double fold_least(lanes v)
{
    double least = v[0];
    for (int i = 1; i < LANES; i++)
        least = v[i] < least ? v[i] : least;
    return least;
}

static inline void group_load(struct group *g, const struct parcel_part *piece, const double *lon,
                              const double *lat)
{
    lanes west = lanes_of(INFINITY), minus_east = west, south = west, minus_north = west;
    for (int p = 0; p < PARTS; p++) {
        int at = p * LANES;
        lanes x0 = lanes_load(lon + at) - piece->lon0, x1 = lanes_load(lon + at + 1) - piece->lon0;
        lanes y0 = lanes_load(lat + at) - piece->lat0, y1 = lanes_load(lat + at + 1) - piece->lat0;
        lanes dx = x1 - x0;
        lanes_mask westward = dx < 0.0;
        g->low[p] = lanes_least(x0, x1);
        g->high[p] = lanes_most(x0, x1);
        g->y[p] = lanes_select(westward, y1, y0);
        g->slope[p] = (y1 - y0) / lanes_select(dx == 0.0, lanes_of(1.0), dx);
        g->sign[p] = lanes_select(westward, lanes_of(1.0), lanes_of(-1.0));
        west = lanes_least(west, g->low[p]);
        minus_east = lanes_least(minus_east, -g->high[p]);
        south = lanes_least(south, lanes_least(y0, y1));
        minus_north = lanes_least(minus_north, -lanes_most(y0, y1));
    }
    g->west = fold_least(west);
    g->east = -fold_least(minus_east);
    g->south = fold_least(south);
    g->north = -fold_least(minus_north);
    g->first = lon[0] - piece->lon0;
    g->end = lon[PAIR_LANES] - piece->lon0;
}

/* Edges k .. k + LANES - 1 of the piece, those of them that lie wholly below the group (`below`): over them
 * the group's edges telescope, and what is left of the group are its two ends. */
static inline lanes group_over(const struct group *g, const struct parcel_part *piece, uint32_t k,
                               lanes_mask below)
{
    const struct piece_edges *e = &piece->edges;
    bool westward = g->first > g->end;
    double from = westward ? g->end : g->first, to = westward ? g->first : g->end;
    lanes a_low = lanes_load(e->low + k), slope = lanes_load(e->slope + k), sign = lanes_load(e->sign + k);
    lanes low = lanes_most(a_low, lanes_of(from)), high = lanes_least(lanes_load(e->high + k), lanes_of(to));
    lanes width = high - low, y = lanes_load(e->y + k) + (low - a_low) * slope;
    lanes area = sign * width * mean_q(piece, y, y + width * slope);
    return lanes_where((width > 0.0) & below, westward ? area : -area);
}

/* Edge k of the piece against the group. The lower of two lines over [low, high] is one line up to where they
 * cross and the other one after it; t is that place as a fraction of the width, and 0 when they do not cross.
 * Few pairs cross: the second half of the work is done when some lane needs it. */
static inline void group_pairs(lanes sum[PARTS], const struct group *g, const struct parcel_part *piece,
                               uint32_t k)
{
    const struct piece_edges *e = &piece->edges;
    const double a_low = e->low[k], a_y = e->y[k], a_slope = e->slope[k];
    for (int p = 0; p < PARTS; p++) {
        lanes low = lanes_most(g->low[p], lanes_of(a_low)),
              high = lanes_least(g->high[p], lanes_of(e->high[k]));
        lanes width = high - low;
        lanes_mask common = width > 0.0;
        lanes a0 = a_y + (low - a_low) * a_slope, a1 = a_y + (high - a_low) * a_slope;
        lanes b0 = g->y[p] + (low - g->low[p]) * g->slope[p], b1 = g->y[p] + (high - g->low[p]) * g->slope[p];
        lanes d0 = a0 - b0, d1 = a1 - b1, m0 = lanes_least(a0, b0), m1 = lanes_least(a1, b1);
        lanes area = e->sign[k] * g->sign[p] * width, apart = lanes_where(common, d0 * d1), mean;
        if (lanes_signs(apart) == 0) {
            mean = mean_q(piece, m0, m1);
        } else {
            lanes_mask cross = apart < 0.0;
            lanes t = lanes_where(cross, d0 / lanes_select(cross, d0 - d1, lanes_of(1.0)));
            lanes y = lanes_select(cross, a0 + t * (a1 - a0), m0);
            mean = t * mean_q(piece, m0, y) + (1.0 - t) * mean_q(piece, y, m1);
        }
        sum[p] += lanes_where(common, area * mean);
    }
}

static inline void group_add(lanes sum[PARTS], const struct group *g, const struct parcel_part *piece)
{
    const struct piece_edges *e = &piece->edges;
    for (uint32_t k = 0; k < piece->n_edges; k += PAIR_LANES) {
        unsigned near = 0;
        for (int p = 0; p < PARTS; p++) {
            uint32_t at = k + (uint32_t)(p * LANES);
            lanes_mask over = (lanes_load(e->low + at) < g->east) & (lanes_load(e->high + at) > g->west);
            lanes_mask below = lanes_load(e->top + at) <= g->south;
            if (lanes_bits(over & below))
                sum[p] += group_over(g, piece, at, below);
            near |= lanes_bits(over & ~below) << p * LANES;
        }
        for (; near; near &= near - 1)
            group_pairs(sum, g, piece, k + (uint32_t)__builtin_ctz(near));
    }
}

double PAIR_KERNEL(const struct parcel_part *piece, const double *lon, const double *lat, uint32_t n)
{
    lanes sum[PARTS] = {{0}};
    for (uint32_t at = 0; at < n; at += PAIR_LANES) {
        struct group g;
        double few_lon[PAIR_LANES + 1], few_lat[PAIR_LANES + 1];
        uint32_t left = n - at;
        for (uint32_t i = 0; left < PAIR_LANES && i <= PAIR_LANES; i++) {
            few_lon[i] = lon[at + (i < left ? i : left)];
            few_lat[i] = lat[at + (i < left ? i : left)];
        }
        group_load(&g, piece, left < PAIR_LANES ? few_lon : lon + at, left < PAIR_LANES ? few_lat : lat + at);
        if (g.east > piece->west && g.west < piece->east && g.north > piece->south)
            group_add(sum, &g, piece);
    }
    double lane[PAIR_LANES];
    memcpy(lane, sum, sizeof lane);
    for (int half = PAIR_LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}
