#include "layers/gcj_test.h"

#include "geo/area.h"

#include <math.h>

/* Krasovsky's axis and eccentricity, as the formula has them. */
#define AXIS_M 6378245.0
#define ECCENTRICITY2 0.00669342162296594323

/* WGS 84 to GCJ-02, degrees. */
static void gcj_forward(double lon, double lat, double *gcj_lon, double *gcj_lat)
{
    double x = lon - 105, y = lat - 35, root = 0.2 * sqrt(fabs(x));
    double wave = (20 * sin(6 * x * M_PI) + 20 * sin(2 * x * M_PI)) * 2 / 3;
    double dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + root + wave;
    dlat += (20 * sin(y * M_PI) + 40 * sin(y / 3 * M_PI)) * 2 / 3;
    dlat += (160 * sin(y / 12 * M_PI) + 320 * sin(y * M_PI / 30)) * 2 / 3;
    double dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + root / 2 + wave;
    dlon += (20 * sin(x * M_PI) + 40 * sin(x / 3 * M_PI)) * 2 / 3;
    dlon += (150 * sin(x / 12 * M_PI) + 300 * sin(x / 30 * M_PI)) * 2 / 3;
    double s = sin(lat * M_PI / 180), magic = 1 - ECCENTRICITY2 * s * s;
    *gcj_lat = lat + dlat * 180 / (AXIS_M * (1 - ECCENTRICITY2) / (magic * sqrt(magic)) * M_PI);
    *gcj_lon = lon + dlon * 180 / (AXIS_M / sqrt(magic) * cos(lat * M_PI / 180) * M_PI);
}

/* One step is right to a metre, which is far below GCJ_NEAR_M. */
static void undo(double lon, double lat, double *out_lon, double *out_lat)
{
    double x, y;
    gcj_forward(lon, lat, &x, &y);
    *out_lon = 2 * lon - x;
    *out_lat = 2 * lat - y;
}

/* A reservoir: every vertex offered has the same chance to stay. */
void gcj_test_add(struct gcj_test *t, const struct geo_shape *s)
{
    uint32_t step = s->n_vertices / GCJ_PER_FEATURE + 1;
    for (uint32_t i = 0; i < s->n_vertices; i += step) {
        t->seed = t->seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t at = t->n_seen < GCJ_SAMPLE ? t->n_seen : (t->seed >> 20) % (t->n_seen + 1);
        t->n_seen++;
        if (at >= GCJ_SAMPLE)
            continue;
        t->lon[at] = s->lon_deg[i];
        t->lat[at] = s->lat_deg[i];
    }
}

static double distance_m(double lon, double lat, const double a[2], const double b[2], double north_m,
                         double east_m)
{
    double ax = (a[0] - lon) * east_m, ay = (a[1] - lat) * north_m;
    double dx = (b[0] - a[0]) * east_m, dy = (b[1] - a[1]) * north_m;
    double length2 = dx * dx + dy * dy;
    double k = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0;
    k = k < 0 ? 0 : k > 1 ? 1 : k;
    return hypot(ax + k * dx, ay + k * dy);
}

static bool is_near_shape(const struct geo_shape *s, double lon, double lat, double north_m, double east_m)
{
    double reach_lon = GCJ_NEAR_M / east_m, reach_lat = GCJ_NEAR_M / north_m;
    if (lon < s->box.west_deg - reach_lon || lon > s->box.east_deg + reach_lon ||
        lat < s->box.south_deg - reach_lat || lat > s->box.north_deg + reach_lat)
        return false;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            const double a[2] = {s->lon_deg[i], s->lat_deg[i]}, b[2] = {s->lon_deg[i + 1], s->lat_deg[i + 1]};
            if ((a[1] < lat - reach_lat && b[1] < lat - reach_lat) ||
                (a[1] > lat + reach_lat && b[1] > lat + reach_lat) ||
                (a[0] < lon - reach_lon && b[0] < lon - reach_lon) ||
                (a[0] > lon + reach_lon && b[0] > lon + reach_lon))
                continue;
            if (distance_m(lon, lat, a, b, north_m, east_m) <= GCJ_NEAR_M)
                return true;
        }
    return false;
}

static bool is_near(const struct units *u, double lon, double lat)
{
    double north_m, east_m;
    geo_metres_per_degree(lat, &north_m, &east_m);
    for (size_t i = 0; i < u->n; i++)
        if (u->list[i].shape.n_rings && is_near_shape(&u->list[i].shape, lon, lat, north_m, east_m))
            return true;
    return false;
}

struct gcj_answer gcj_test_answer(const struct gcj_test *t, const struct units *u)
{
    struct gcj_answer a = {.n_sample = t->n_seen < GCJ_SAMPLE ? (int)t->n_seen : GCJ_SAMPLE};
    for (int i = 0; i < a.n_sample; i++) {
        double lon, lat;
        undo(t->lon[i], t->lat[i], &lon, &lat);
        a.near_as_is += is_near(u, t->lon[i], t->lat[i]);
        a.near_undone += is_near(u, lon, lat);
    }
    a.suspected = a.near_undone >= GCJ_FEWEST && a.near_undone >= 2 * a.near_as_is;
    return a;
}
