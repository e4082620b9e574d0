#include "index/pair_kernel.h"

#ifndef PAIR_KERNEL
#define PAIR_KERNEL pair_kernel_baseline
#endif

/* The ring's edges of one run, turned into functions of x; unused lanes span nothing. */
struct run {
    double low[PAIR_RUN], high[PAIR_RUN], y[PAIR_RUN], slope[PAIR_RUN], sign[PAIR_RUN];
    double west, east;
};

static inline void run_load(struct run *r, const struct piece *piece, const double *lon, const double *lat,
                            uint32_t n)
{
    double x[PAIR_RUN + 1], y[PAIR_RUN + 1];
    for (uint32_t i = 0; i <= n; i++) {
        x[i] = lon[i] - piece->lon0;
        y[i] = lat[i] - piece->lat0;
    }
    for (uint32_t i = n + 1; i <= PAIR_RUN; i++) {
        x[i] = x[n];
        y[i] = y[n];
    }
    for (int i = 0; i < PAIR_RUN; i++) {
        double dx = x[i + 1] - x[i], dy = y[i + 1] - y[i];
        bool westward = dx < 0;
        r->low[i] = westward ? x[i + 1] : x[i];
        r->high[i] = westward ? x[i] : x[i + 1];
        r->y[i] = westward ? y[i + 1] : y[i];
        r->slope[i] = dy / (dx == 0 ? 1.0 : dx);
        r->sign[i] = westward ? 1.0 : -1.0;
    }
    r->west = x[0];
    r->east = x[0];
    for (int i = 1; i <= PAIR_RUN; i++) {
        r->west = x[i] < r->west ? x[i] : r->west;
        r->east = x[i] > r->east ? x[i] : r->east;
    }
}

/* One edge a against the whole run. The lower of two lines over [low, high] is one line up to where they cross and the
 * other one after it; t is that place as a fraction of the width, and 0 when they do not cross. */
static inline void run_add(double sum[PAIR_RUN], const struct run *r, const struct piece_edge *a,
                           const struct piece *piece)
{
    const double a_low = a->low, a_high = a->high, a_y = a->y, a_slope = a->slope, a_sign = a->sign;
    for (int i = 0; i < PAIR_RUN; i++) {
        double low = r->low[i] > a_low ? r->low[i] : a_low;
        double high = r->high[i] < a_high ? r->high[i] : a_high;
        double width = high - low;
        double a0 = a_y + (low - a_low) * a_slope, a1 = a_y + (high - a_low) * a_slope;
        double b0 = r->y[i] + (low - r->low[i]) * r->slope[i],
               b1 = r->y[i] + (high - r->low[i]) * r->slope[i];
        double d0 = a0 - b0, d1 = a1 - b1;
        double m0 = d0 < 0 ? a0 : b0, m1 = d1 < 0 ? a1 : b1;
        bool cross = d0 * d1 < 0;
        double t = cross ? d0 / (d0 - d1) : 0.0;
        double y = cross ? a0 + t * (a1 - a0) : m0;
        double mean = t * piece_mean_q(piece, m0, y) + (1.0 - t) * piece_mean_q(piece, y, m1);
        double term = a_sign * r->sign[i] * width * mean;
        sum[i] += width > 0 ? term : 0.0;
    }
}

double PAIR_KERNEL(const struct piece *piece, const double *lon, const double *lat, uint32_t n)
{
    struct run r;
    run_load(&r, piece, lon, lat, n);
    double sum[PAIR_RUN] = {0};
    for (uint32_t k = 0; k < piece->n_edges; k++) {
        const struct piece_edge *a = piece->edges + k;
        if (a->low < r.east && a->high > r.west)
            run_add(sum, &r, a, piece);
    }
    for (int half = PAIR_RUN / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            sum[i] += sum[i + half];
    return sum[0];
}
