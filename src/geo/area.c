#include "geo/area.h"

#include "geo/proj_library.h"

#include <math.h>

#define DEGREE (M_PI / 180.0)

/* Flattening and what follows from it; compile-time constants, so that no table has to be initialised. */
#define F (1.0 / CGCS2000_INV_F)
#define E2 (F * (2.0 - F))
#define B2_M2 (CGCS2000_A_M * CGCS2000_A_M * (1.0 - E2))

/* Neumaier's sum: a county's ring adds a million terms of both signs. */
struct sum {
    double total, lost;
};

static void sum_add(struct sum *s, double v)
{
    double t = s->total + v;
    s->lost += fabs(s->total) >= fabs(v) ? (s->total - t) + v : (v - t) + s->total;
    s->total = t;
}

static double sum_value(const struct sum *s)
{
    return s->total + s->lost;
}

double geo_authalic_q_m2_per_deg(double lat_deg)
{
    double e = sqrt(E2);
    double s = sin(lat_deg * DEGREE);
    return 0.5 * B2_M2 * DEGREE * (s / (1 - E2 * s * s) + atanh(e * s) / e);
}

/* With s = sin, w = 1 - e2 s^2 the first derivative is cos/w^2; the others follow by the chain rule:
 *   k2 = s ((4 e2 - 1) - 3 e2 s^2) / w^3
 *   k3 = cos * K,  K = (p + (5p - 9) e2 s^2 - 9 e2^2 s^4) / w^4,  p = 4 e2 - 1
 *   k4 = cos^2 * dK/ds - s * K */
void geo_authalic_series(double lat_deg, double derivative[4])
{
    double s = sin(lat_deg * DEGREE);
    double c = cos(lat_deg * DEGREE);
    double s2 = s * s;
    double w = 1 - E2 * s2;
    double w3 = w * w * w;
    double p = 4 * E2 - 1;
    double k = (p + (5 * p - 9) * E2 * s2 - 9 * E2 * E2 * s2 * s2) / (w3 * w);
    double dk = (2 * (5 * p - 9) * E2 * s - 36 * E2 * E2 * s2 * s) / (w3 * w) + 8 * E2 * s / w * k;
    double unit = B2_M2 * DEGREE * DEGREE;
    derivative[0] = unit * c / (w * w);
    derivative[1] = unit * DEGREE * s * (p - 3 * E2 * s2) / w3;
    derivative[2] = unit * DEGREE * DEGREE * c * k;
    derivative[3] = unit * DEGREE * DEGREE * DEGREE * (c * c * dk - s * k);
}

/* The latitude that a ring's integral is taken about. */
struct origin {
    double lat_deg;
    double sin_lat;
    double w; /* 1 - e2 sin^2 */
    double e;
};

/* Q(lat) - Q(origin), m^2 per radian and per b^2/2, with full relative precision however near the two are:
 * the difference of sines is taken as a product, and the two terms of Q as differences in closed form. */
static double q_above(const struct origin *o, double lat_deg)
{
    double half = 0.5 * DEGREE * (lat_deg - o->lat_deg);
    double ds = 2 * cos(0.5 * DEGREE * (lat_deg + o->lat_deg)) * sin(half);
    double s = o->sin_lat + ds;
    double cross = E2 * s * o->sin_lat;
    double rational = ds * (1 + cross) / ((1 - E2 * s * s) * o->w);
    return rational + atanh(o->e * ds / (1 - cross)) / o->e;
}

/* Mean of q_above over latitudes that run evenly from lat0 to lat1. Two Gauss points are exact to 1e-14 of an
 * edge's own trapezoid up to 0.02 degrees of latitude, three up to half a degree; longer edges are cut. */
static double mean_q(const struct origin *o, double lat0, double lat1)
{
    double mid = 0.5 * (lat0 + lat1);
    double half = 0.5 * (lat1 - lat0);
    if (fabs(half) < 0.01) {
        double at = half * 0.57735026918962576451; /* 1/sqrt(3) */
        return 0.5 * (q_above(o, mid - at) + q_above(o, mid + at));
    }
    double at = half * 0.77459666924148337704; /* sqrt(3/5) */
    return (5 * q_above(o, mid - at) + 8 * q_above(o, mid) + 5 * q_above(o, mid + at)) / 18;
}

static void add_edge(struct sum *sum, const struct origin *o, const double lon[2], const double lat[2])
{
    double dlon = lon[1] - lon[0];
    double dlat = lat[1] - lat[0];
    int pieces = (int)ceil(fabs(dlat) / 0.5);
    if (pieces < 1)
        pieces = 1;
    for (int i = 0; i < pieces; i++) {
        double from = lat[0] + dlat * i / pieces;
        double to = i + 1 == pieces ? lat[1] : lat[0] + dlat * (i + 1) / pieces;
        sum_add(sum, dlon / pieces * mean_q(o, from, to));
    }
}

/* Near a middle latitude Q is its series, exact for the quartic: what is left out is below 1e-14 of the area,
 * and an edge costs a dozen multiplications instead of four transcendental functions. A ring walks slowly, so
 * one series serves many edges before the next has to be made. */
#define SERIES_REACH_DEG 0.05

struct series {
    double middle_deg;
    double q;              /* m^2 per degree of longitude between the ring's origin and the middle */
    double c1, c2, c3, c4; /* of the mean over an edge: that of y^k over p..q has 1/(k+1) */
};

static struct series series_about(double middle_deg, double q)
{
    double d[4];
    geo_authalic_series(middle_deg, d);
    return (struct series){middle_deg, q, d[0] / 2, d[1] / 6, d[2] / 24, d[3] / 120};
}

static bool series_reaches(const struct series *v, double lat0_deg, double lat1_deg)
{
    return fabs(lat0_deg - v->middle_deg) <= SERIES_REACH_DEG &&
           fabs(lat1_deg - v->middle_deg) <= SERIES_REACH_DEG;
}

static double series_mean(const struct series *v, double lat0_deg, double lat1_deg)
{
    double p = lat0_deg - v->middle_deg, q = lat1_deg - v->middle_deg, s = p + q, m = p * q, t = s * s;
    return v->q +
           (v->c1 * s + v->c2 * (t - m) + v->c3 * s * (t - 2 * m) + v->c4 * (t * t - 3 * t * m + m * m));
}

/* Middle of the ring's latitudes. */
static double ring_middle(const double *lat_deg, uint32_t n)
{
    double south = lat_deg[0], north = lat_deg[0];
    for (uint32_t i = 1; i < n; i++) {
        south = lat_deg[i] < south ? lat_deg[i] : south;
        north = lat_deg[i] > north ? lat_deg[i] : north;
    }
    return south + (north - south) / 2;
}

double geo_ring_area_m2(const double *lon_deg, const double *lat_deg, uint32_t n)
{
    if (n < 4)
        return 0;
    const double unit = 0.5 * B2_M2 * DEGREE; /* of q_above, per degree */
    double middle = ring_middle(lat_deg, n), sine = sin(middle * DEGREE);
    struct origin o = {middle, sine, 1 - E2 * sine * sine, sqrt(E2)};
    struct series series = series_about(middle, 0);
    struct sum sum = {0, 0}, tall = {0, 0};
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (!series_reaches(&series, lat_deg[i], lat_deg[i + 1])) {
            double at = 0.5 * (lat_deg[i] + lat_deg[i + 1]);
            if (fabs(lat_deg[i] - at) > SERIES_REACH_DEG) {
                add_edge(&tall, &o, lon_deg + i, lat_deg + i);
                continue;
            }
            series = series_about(at, unit * q_above(&o, at));
        }
        sum_add(&sum, (lon_deg[i + 1] - lon_deg[i]) * series_mean(&series, lat_deg[i], lat_deg[i + 1]));
    }
    sum_add(&sum, unit * sum_value(&tall));
    /* Green: with Q growing northwards, going round counter-clockwise gathers it negatively. */
    return -sum_value(&sum);
}

double geo_shape_area_m2(const struct geo_shape *s)
{
    struct sum sum = {0, 0};
    for (uint32_t r = 0; r < s->n_rings; r++) {
        uint32_t start = s->ring_start[r];
        sum_add(&sum, geo_ring_area_m2(s->lon_deg + start, s->lat_deg + start, s->ring_start[r + 1] - start));
    }
    return sum_value(&sum);
}

static double ring_geodesic_area(const struct geod_geodesic *g, const struct geo_shape *s, uint32_t ring)
{
    struct geod_polygon p;
    double area = 0;
    geod_polygon_init(&p, 0);
    for (uint32_t i = s->ring_start[ring]; i + 1 < s->ring_start[ring + 1]; i++)
        geod_polygon_addpoint(g, &p, s->lat_deg[i], s->lon_deg[i]);
    geod_polygon_compute(g, &p, 0, 1, &area, NULL);
    return area;
}

double geo_shape_geodesic_area_m2(const struct geo_shape *s)
{
    struct geod_geodesic g;
    struct sum sum = {0, 0};
    if (proj_load(NULL) != STATUS_OK)
        return NAN;
    geod_init(&g, CGCS2000_A_M, F);
    for (uint32_t r = 0; r < s->n_rings; r++)
        sum_add(&sum, ring_geodesic_area(&g, s, r));
    return sum_value(&sum);
}

void geo_metres_per_degree(double lat_deg, double *north_m, double *east_m)
{
    double s = sin(lat_deg * DEGREE);
    double w = 1 - E2 * s * s;
    double prime_vertical_m = CGCS2000_A_M / sqrt(w);
    *north_m = prime_vertical_m * (1 - E2) / w * DEGREE;
    *east_m = prime_vertical_m * cos(lat_deg * DEGREE) * DEGREE;
}

static double ring_length_m(const double *lon_deg, const double *lat_deg, uint32_t n)
{
    double south = INFINITY, north = -INFINITY, sum = 0, north_m, east_m;
    for (uint32_t i = 0; i < n; i++) {
        south = fmin(south, lat_deg[i]);
        north = fmax(north, lat_deg[i]);
    }
    geo_metres_per_degree((south + north) / 2, &north_m, &east_m);
    for (uint32_t i = 0; i + 1 < n; i++) {
        double dx = (lon_deg[i + 1] - lon_deg[i]) * east_m, dy = (lat_deg[i + 1] - lat_deg[i]) * north_m;
        sum += sqrt(dx * dx + dy * dy);
    }
    return sum;
}

double geo_perimeter_m(const struct geo_shape *s, uint32_t first_ring, uint32_t end_ring)
{
    double sum = 0;
    for (uint32_t r = first_ring; r < end_ring; r++)
        sum += ring_length_m(s->lon_deg + s->ring_start[r], s->lat_deg + s->ring_start[r],
                             s->ring_start[r + 1] - s->ring_start[r]);
    return sum;
}
