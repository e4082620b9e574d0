#include "geo/inner_point.h"

#include <math.h>
#include <stdlib.h>

/* Where stretches are as good as equal the one at half the height is taken: the middle of a rectangle. */
#define CLEARLY (1 + 1e-9)
enum { PARALLELS = 5, CROSSINGS_ON_STACK = 256 };

struct widest {
    double width, x, y;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Writes at most `room` crossings and returns how many there are. */
static size_t crossings(const struct geo_shape *s, double lat, double *at, size_t room)
{
    size_t n = 0;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            double y0 = s->lat_deg[i], y1 = s->lat_deg[i + 1];
            if ((y0 > lat) == (y1 > lat))
                continue;
            if (n < room)
                at[n] = s->lon_deg[i] + (lat - y0) / (y1 - y0) * (s->lon_deg[i + 1] - s->lon_deg[i]);
            n++;
        }
    return n;
}

/* Of a part of the crossings nothing can be said: which of them are ways in is known only when all are. */
static bool look_along(const struct geo_shape *s, double lat, struct widest *best)
{
    double stack[CROSSINGS_ON_STACK], *at = stack;
    size_t n = crossings(s, lat, at, CROSSINGS_ON_STACK);
    if (n > CROSSINGS_ON_STACK) {
        at = malloc(n * sizeof *at);
        if (!at)
            return false;
        crossings(s, lat, at, n);
    }
    qsort(at, n, sizeof *at, by_value);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (at[i + 1] - at[i] > best->width * CLEARLY)
            *best = (struct widest){at[i + 1] - at[i], at[i] + (at[i + 1] - at[i]) / 2, lat};
    if (at != stack)
        free(at);
    return true;
}

/* Of several parallels, so that none that runs along vertices decides alone. */
static bool look_between(const struct geo_shape *s, double south, double north, struct widest *best)
{
    static const double at[PARALLELS] = {1.0 / 2, 1.0 / 3, 2.0 / 3, 1.0 / 6, 5.0 / 6};
    bool ok = true;
    for (int k = 0; ok && k < PARALLELS; k++)
        ok = look_along(s, south + (north - south) * at[k], best);
    return ok;
}

bool geo_inner_point(const struct geo_shape *s, double *lon_deg, double *lat_deg)
{
    struct widest best = {0};
    bool ok = s->n_rings > 0 && look_between(s, s->box.south_deg, s->box.north_deg, &best);
    /* Small parts that are far apart: look at the heights of each. */
    for (uint32_t p = 0; ok && best.width == 0 && p < s->n_polygons; p++) {
        double south = INFINITY, north = -INFINITY;
        uint32_t shell = s->polygon_start[p];
        for (uint32_t i = s->ring_start[shell]; i < s->ring_start[shell + 1]; i++) {
            south = fmin(south, s->lat_deg[i]);
            north = fmax(north, s->lat_deg[i]);
        }
        ok = look_between(s, south, north, &best);
    }
    if (!ok || best.width == 0)
        return false;
    *lon_deg = best.x;
    *lat_deg = best.y;
    return true;
}
