#include "tile/ring.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>

/* An edge that climbs this far bends by less than half a unit at every zoom at which it fits into a tile. */
#define LONGEST_STRAIGHT_DEG 0.1
#define RADIANS (M_PI / 180)

static double mercator_y(double lat_deg)
{
    return asinh(tan(lat_deg * RADIANS)); /* radians */
}

double tile_row_lat_deg(double row, unsigned z)
{
    return atan(sinh(M_PI * (1 - 2 * row / ldexp(1, (int)z)))) / RADIANS;
}

struct tile_projection tile_projection_of(unsigned z, uint32_t x, uint32_t y)
{
    double world = ldexp(MVT_EXTENT, (int)z); /* units around the globe */
    return (struct tile_projection){
        .x_scale = world / 360,
        .x_origin = (double)x * MVT_EXTENT - world / 2,
        .y_scale = -world / (2 * M_PI),
        .y_origin = (double)y * MVT_EXTENT - world / 2,
    };
}

void tile_ring_release(struct tile_ring *r)
{
    free(r->points);
    *r = (struct tile_ring){0};
}

static bool on_one_line(struct mvt_point a, struct mvt_point b, struct mvt_point c)
{
    return (int64_t)(b.x - a.x) * (c.y - b.y) == (int64_t)(b.y - a.y) * (c.x - b.x);
}

static bool same(struct mvt_point a, struct mvt_point b)
{
    return a.x == b.x && a.y == b.y;
}

static void push(struct tile_ring *r, struct mvt_point p)
{
    if (ARRAY_RESERVE(r->points, r->capacity, (size_t)r->n + 1))
        r->points[r->n++] = p;
    else
        r->out_of_memory = true;
}

/* Adds a point so that the last three are never on one line: what the new point makes superfluous goes
 * first. */
static void add_clean(struct tile_ring *r, struct mvt_point p)
{
    while (r->n) {
        const struct mvt_point *last = &r->points[r->n - 1];
        if (same(*last, p) || (r->n >= 2 && on_one_line(last[-1], *last, p)))
            r->n--;
        else
            break;
    }
    push(r, p);
}

/* The same at the seam, where the ring's end meets its start. `first` moves instead of the whole array. */
static void clean_seam(struct tile_ring *r)
{
    uint32_t first = 0;
    bool again = true;
    while (again && r->n - first >= 3) {
        const struct mvt_point *p = r->points;
        again = true;
        if (same(p[first], p[r->n - 1]) || on_one_line(p[r->n - 2], p[r->n - 1], p[first]))
            r->n--;
        else if (on_one_line(p[r->n - 1], p[first], p[first + 1]))
            first++;
        else
            again = false;
    }
    if (r->n - first < 3)
        first = r->n; /* nothing is left */
    for (uint32_t i = first; first && i < r->n; i++)
        r->points[i - first] = r->points[i];
    r->n -= first;
}

static struct mvt_point project(const struct tile_projection *p, double lon_deg, double lat_deg)
{
    return (struct mvt_point){
        .x = (int32_t)lround(lon_deg * p->x_scale - p->x_origin),
        .y = (int32_t)lround(mercator_y(lat_deg) * p->y_scale - p->y_origin),
    };
}

void tile_ring_project(struct tile_ring *r, const struct tile_projection *p, const double *lon_deg,
                       const double *lat_deg, uint32_t n)
{
    r->n = 0;
    for (uint32_t i = 0; i + 1 < n; i++) {
        double dlon = lon_deg[i + 1] - lon_deg[i], dlat = lat_deg[i + 1] - lat_deg[i];
        int pieces = dlon != 0 ? (int)ceil(fabs(dlat) / LONGEST_STRAIGHT_DEG) : 1;
        add_clean(r, project(p, lon_deg[i], lat_deg[i]));
        for (int k = 1; k < pieces; k++)
            add_clean(r, project(p, lon_deg[i] + dlon * k / pieces, lat_deg[i] + dlat * k / pieces));
    }
    clean_seam(r);
}

int64_t tile_ring_twice_area(const struct tile_ring *r)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        struct mvt_point a = r->points[i], b = r->points[i + 1 < r->n ? i + 1 : 0];
        sum += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    return sum;
}

void tile_ring_reverse(struct tile_ring *r)
{
    for (uint32_t i = 0, j = r->n; i + 1 < j; i++) {
        j--;
        struct mvt_point swap = r->points[i];
        r->points[i] = r->points[j];
        r->points[j] = swap;
    }
}
