/* 图斑椭球面积 by 国土调查办发〔2008〕32号, with the rounding that the tools in use apply: grid coordinates
 * to 4 decimals, B and L to 6 decimals of a second, edges cut to at most 70 m, area to 2 decimals.
 *
 * Kept apart from area.c because it is deliberately less exact: it exists to give the same figure as the
 * officer's other software, digit for digit, and nothing here should be improved. */
#include "geo/area.h"

#include <math.h>

#define F (1.0 / CGCS2000_INV_F)
#define E2 (F * (2.0 - F))
#define E4 (E2 * E2)
#define E6 (E4 * E2)
#define E8 (E4 * E4)
#define EP2 (E2 / (1.0 - E2))
#define A2_M2 (CGCS2000_A_M * CGCS2000_A_M)
#define B2_M2 (A2_M2 * (1.0 - E2))

/* The series' coefficients, as the standard prints them. */
#define SERIES_A (1 + 3.0 / 6 * E2 + 30.0 / 80 * E4 + 35.0 / 112 * E6 + 630.0 / 2304 * E8)
#define SERIES_B (1.0 / 6 * E2 + 15.0 / 80 * E4 + 21.0 / 112 * E6 + 420.0 / 2304 * E8)
#define SERIES_C (3.0 / 80 * E4 + 7.0 / 112 * E6 + 180.0 / 2304 * E8)
#define SERIES_D (1.0 / 112 * E6 + 45.0 / 2304 * E8)
#define SERIES_E (5.0 / 2304 * E8)

/* Seconds of arc in a radian: the standard's rounded constant. */
#define RHO 206264.8062471

#define EDGE_MAX_M 70.0

struct point_rad {
    double b, l; /* latitude, longitude */
};

static double round_4(double v)
{
    return copysign(floor(fabs(v) * 1e4 + 0.5) / 1e4, v);
}

/* Angles are rounded in seconds of arc, then turned to radians by the standard's own constant. */
static double radians_of_rounded(double seconds)
{
    return copysign(floor(fabs(seconds) * 1e6 + 0.5) / 1e6, seconds) / RHO;
}

/* The trapezoid between an edge and the prime meridian; positive when the edge runs north, to the east of
 * it. */
static double trapezoid(struct point_rad p, struct point_rad q)
{
    double half = 0.5 * (q.b - p.b);
    double bm = 0.5 * (p.b + q.b);
    double sum = SERIES_A * sin(half) * cos(bm) - SERIES_B * sin(3 * half) * cos(3 * bm) +
                 SERIES_C * sin(5 * half) * cos(5 * bm) - SERIES_D * sin(7 * half) * cos(7 * bm) +
                 SERIES_E * sin(9 * half) * cos(9 * bm);
    return 2 * B2_M2 * 0.5 * (p.l + q.l) * sum;
}

/* The latitude whose meridian arc is x: the standard's K0..K4 series, whose coefficients belong to
 * CGCS2000. */
static double footpoint_latitude(double northing_m)
{
    double e = 1.57048761144159e-07 * northing_m;
    double s = sin(e);
    double s2 = s * s;
    return e + cos(e) * s *
                   (5.05250178820567e-03 -
                    s2 * (2.98472900956587e-05 - s2 * (2.41626669230084e-07 - s2 * 2.22241238938534e-09)));
}

/* The inverse Gauss-Krueger series of the standard. `easting_m` is counted from the central meridian. */
static struct point_rad grid_to_bl(double northing_m, double easting_m, double central_meridian_deg)
{
    double bf = footpoint_latitude(northing_m);
    double t = tan(bf);
    double t2 = t * t;
    double eta2 = EP2 * cos(bf) * cos(bf);
    double v2 = 1 + eta2;
    double n = A2_M2 / sqrt(B2_M2) / sqrt(v2);
    double y = easting_m / n;
    double y2 = y * y;
    double db =
        -0.5 + y2 * ((5 + 3 * t2 + eta2 - 9 * eta2 * t2) / 24 - y2 * (61 + 90 * t2 + 45 * t2 * t2) / 720);
    double dl = 1 - y2 * ((1 + 2 * t2 + eta2) / 6 -
                          y2 * (5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2) / 120);
    double lat_s = (bf + v2 * t * y2 * db) * RHO;
    /* The central meridian is whole seconds: added after the conversion, it does not take RHO's rounding. */
    double lon_s = y * dl / cos(bf) * RHO + central_meridian_deg * 3600;
    return (struct point_rad){radians_of_rounded(lat_s), radians_of_rounded(lon_s)};
}

double geo_standard_round_m2(double area_m2)
{
    return copysign(floor(fabs(area_m2) * 100 + 0.5) / 100, area_m2);
}

/* Edge i of the grid ring, cut to pieces of at most 70 m, each point rounded to 0.1 mm before it is turned
 * to B, L. */
static double grid_edge(const double x[2], const double y[2], double false_easting_m, double cm_deg)
{
    int pieces = (int)(hypot(x[1] - x[0], y[1] - y[0]) / EDGE_MAX_M) + 1;
    double sum = 0;
    struct point_rad from = grid_to_bl(round_4(y[0]), round_4(x[0] - false_easting_m), cm_deg);
    for (int k = 1; k <= pieces; k++) {
        double at = (double)k / pieces;
        double px = k == pieces ? x[1] : x[0] + (x[1] - x[0]) * at;
        double py = k == pieces ? y[1] : y[0] + (y[1] - y[0]) * at;
        struct point_rad to = grid_to_bl(round_4(py), round_4(px - false_easting_m), cm_deg);
        sum += trapezoid(from, to);
        from = to;
    }
    return sum;
}

double geo_grid_ring_standard_area_m2(const struct geo_crs *crs, const double *x, const double *y, size_t n)
{
    double false_easting_m = 500000.0 + (crs->zone_prefix ? crs->zone * 1e6 : 0);
    double sum = 0;
    for (size_t i = 0; n >= 3 && i < n; i++) {
        size_t next = i + 1 == n ? 0 : i + 1;
        double ex[2] = {x[i], x[next]};
        double ey[2] = {y[i], y[next]};
        sum += grid_edge(ex, ey, false_easting_m, crs->central_meridian_deg);
    }
    return sum;
}

static struct point_rad vertex(const struct geo_shape *s, uint32_t i)
{
    return (struct point_rad){radians_of_rounded(s->lat_deg[i] * 3600),
                              radians_of_rounded(s->lon_deg[i] * 3600)};
}

double geo_shape_standard_area_m2(const struct geo_shape *s)
{
    double sum = 0;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
            sum += trapezoid(vertex(s, i), vertex(s, i + 1));
    return geo_standard_round_m2(sum);
}
