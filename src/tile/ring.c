#include "tile/ring.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>

/* An edge that climbs this far bends by less than half a unit at every zoom at which it fits into a tile. */
#define LONGEST_STRAIGHT_DEG 0.1

/* ---- as they are ---- */

void unit_rings_release(struct unit_rings *s)
{
    free(s->x);
    free(s->y);
    free(s->start);
    *s = (struct unit_rings){0};
}

void unit_rings_clear(struct unit_rings *s)
{
    s->n_rings = s->n = 0;
    s->out_of_memory = false;
}

static bool unit_rings_room(struct unit_rings *s, size_t points)
{
    size_t cap_x = s->capacity; /* both arrays grow alike */
    if (!ARRAY_RESERVE(s->x, cap_x, s->n + points) || !ARRAY_RESERVE(s->y, s->capacity, s->n + points))
        s->out_of_memory = true;
    return !s->out_of_memory;
}

static void unit_rings_point(struct unit_rings *s, const struct tile_projection *p, double lon_deg,
                             double lat_deg)
{
    s->x[s->n] = tile_project_x(p, lon_deg);
    s->y[s->n++] = tile_project_y(p, lat_deg);
}

void unit_rings_add(struct unit_rings *s, const struct tile_projection *p, const double *lon_deg,
                    const double *lat_deg, uint32_t n)
{
    if (!ARRAY_RESERVE(s->start, s->cap_rings, s->n_rings + 2))
        s->out_of_memory = true;
    if (s->out_of_memory || !unit_rings_room(s, n))
        return;
    s->start[s->n_rings++] = (uint32_t)s->n;
    for (uint32_t i = 0; i < n; i++) {
        unit_rings_point(s, p, lon_deg[i], lat_deg[i]);
        double dlon = i + 1 < n ? lon_deg[i + 1] - lon_deg[i] : 0;
        double dlat = i + 1 < n ? lat_deg[i + 1] - lat_deg[i] : 0;
        if (!p->bends || dlon == 0 || fabs(dlat) <= LONGEST_STRAIGHT_DEG)
            continue;
        uint32_t pieces = (uint32_t)ceil(fabs(dlat) / LONGEST_STRAIGHT_DEG);
        if (!unit_rings_room(s, (size_t)pieces + n - i))
            return;
        for (uint32_t k = 1; k < pieces; k++)
            unit_rings_point(s, p, lon_deg[i] + dlon * k / pieces, lat_deg[i] + dlat * k / pieces);
    }
    s->start[s->n_rings] = (uint32_t)s->n;
}

/* Relative to the first vertex, so that small rings keep their digits. In y-down units the directions of
 * degrees are mirrored. */
double unit_rings_area(const struct unit_rings *s, size_t ring)
{
    const double *x = s->x + s->start[ring], *y = s->y + s->start[ring];
    uint32_t n = s->start[ring + 1] - s->start[ring];
    double sum = 0;
    for (uint32_t i = 1; i + 1 < n; i++)
        sum += (y[i] - y[0]) * (x[i + 1] - x[0]) - (x[i] - x[0]) * (y[i + 1] - y[0]);
    return sum / 2;
}

/* ---- as they are drawn ---- */

void ring_set_release(struct ring_set *s)
{
    free(s->points);
    free(s->start);
    *s = (struct ring_set){0};
}

void ring_set_clear(struct ring_set *s)
{
    s->n_rings = s->n = 0;
    s->out_of_memory = !ARRAY_RESERVE(s->start, s->cap_rings, 1);
    if (!s->out_of_memory)
        s->start[0] = 0;
}

static bool on_one_line(struct mvt_point a, struct mvt_point b, struct mvt_point c)
{
    return (int64_t)(b.x - a.x) * (c.y - b.y) == (int64_t)(b.y - a.y) * (c.x - b.x);
}

static bool same(struct mvt_point a, struct mvt_point b)
{
    return a.x == b.x && a.y == b.y;
}

/* Adds a point so that the last three are never on one line: what the new point makes superfluous goes
 * first. */
void ring_set_point(struct ring_set *s, struct mvt_point p)
{
    if (s->out_of_memory || !ARRAY_RESERVE(s->points, s->capacity, s->n + 1)) {
        s->out_of_memory = true;
        return;
    }
    size_t first = s->start[s->n_rings];
    while (s->n > first) {
        const struct mvt_point *last = &s->points[s->n - 1];
        if (same(*last, p) || (s->n - first >= 2 && on_one_line(last[-1], *last, p)))
            s->n--;
        else
            break;
    }
    s->points[s->n++] = p;
}

/* The same at the seam, where the ring's end meets its start. `first` moves instead of the whole array. */
static void clean_seam(struct ring_set *s)
{
    size_t at = s->start[s->n_rings], first = at;
    bool again = true;
    while (again && s->n - first >= 3) {
        const struct mvt_point *p = s->points;
        if (same(p[first], p[s->n - 1]) || on_one_line(p[s->n - 2], p[s->n - 1], p[first]))
            s->n--;
        else if (on_one_line(p[s->n - 1], p[first], p[first + 1]))
            first++;
        else
            again = false;
    }
    if (s->n - first < 3)
        first = s->n; /* nothing is left */
    for (size_t i = first; first > at && i < s->n; i++)
        s->points[at + i - first] = s->points[i];
    s->n -= first - at;
}

void ring_set_end(struct ring_set *s)
{
    if (!s->out_of_memory)
        clean_seam(s);
    if (s->out_of_memory || s->n == s->start[s->n_rings])
        return;
    if (!ARRAY_RESERVE(s->start, s->cap_rings, s->n_rings + 2)) {
        s->out_of_memory = true;
        return;
    }
    s->start[++s->n_rings] = (uint32_t)s->n;
}

void ring_set_round(struct ring_set *s, const struct unit_rings *from, size_t ring)
{
    for (uint32_t i = from->start[ring + 1] - 1; i > from->start[ring]; i--)
        ring_set_point(s, (struct mvt_point){(int32_t)lround(from->x[i]), (int32_t)lround(from->y[i])});
    ring_set_end(s);
}

int64_t ring_set_twice_area(const struct ring_set *s, size_t ring)
{
    int64_t sum = 0;
    struct mvt_point a = s->points[s->start[ring + 1] - 1];
    for (uint32_t i = s->start[ring]; i < s->start[ring + 1]; i++) {
        struct mvt_point b = s->points[i];
        sum += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
        a = b;
    }
    return sum;
}

void ring_set_drop_last(struct ring_set *s)
{
    s->n = s->start[--s->n_rings];
}
