/* Which rings are holes? 圈号 does not say (writers count outer rings with it too), so position does: a ring inside an
 * odd number of others is a hole of the smallest of them. */
#include "parcel/rings.h"

#include <math.h>

struct placed {
    const double *x, *y;
    size_t n;    /* without the closing vertex */
    double near; /* vertices nearer than this to a boundary say nothing of which side they are on */
    double west, south, east, north;
    double area;       /* absolute, in the square of the unit */
    int32_t container; /* the smallest ring around it, or -1 */
    uint32_t depth;    /* how many rings are around it */
};

enum side { SIDE_OUT, SIDE_IN, SIDE_NEAR };

static void measure(struct placed *r)
{
    double sum = 0;
    r->west = r->south = INFINITY;
    r->east = r->north = -INFINITY;
    for (size_t i = 0; i < r->n; i++) {
        size_t j = i + 1 == r->n ? 0 : i + 1;
        sum += (r->x[i] - r->x[0]) * (r->y[j] - r->y[0]) - (r->x[j] - r->x[0]) * (r->y[i] - r->y[0]);
        r->west = fmin(r->west, r->x[i]);
        r->east = fmax(r->east, r->x[i]);
        r->south = fmin(r->south, r->y[i]);
        r->north = fmax(r->north, r->y[i]);
    }
    r->area = fabs(sum) / 2;
    r->container = -1;
}

static double distance_to_edge(double ax, double ay, double bx, double by)
{
    double dx = bx - ax, dy = by - ay;
    double d2 = dx * dx + dy * dy;
    double at = d2 > 0 ? fmin(1, fmax(0, -(ax * dx + ay * dy) / d2)) : 0;
    return hypot(ax + at * dx, ay + at * dy);
}

/* Counts crossings of a ray to the east. */
static enum side side_of(const struct placed *r, double x, double y)
{
    bool inside = false;
    for (size_t i = 0, j = r->n - 1; i < r->n; j = i++) {
        double ax = r->x[j] - x, ay = r->y[j] - y;
        double bx = r->x[i] - x, by = r->y[i] - y;
        bool beside = fmin(ay, by) <= r->near && fmax(ay, by) >= -r->near;
        if (beside && distance_to_edge(ax, ay, bx, by) <= r->near)
            return SIDE_NEAR;
        if ((ay > 0) != (by > 0) && ax - ay * (bx - ax) / (by - ay) > 0)
            inside = !inside;
    }
    return inside ? SIDE_IN : SIDE_OUT;
}

/* The first vertex of `inner` that is clear of the boundary decides; then the first edge's middle; rings that coincide
 * contain nothing (and are refused by the validity check). */
static bool contains(const struct placed *outer, const struct placed *inner)
{
    if (outer->area <= inner->area || inner->west < outer->west - outer->near ||
        inner->east > outer->east + outer->near || inner->south < outer->south - outer->near ||
        inner->north > outer->north + outer->near)
        return false;
    for (size_t i = 0; i < inner->n; i++) {
        enum side side = side_of(outer, inner->x[i], inner->y[i]);
        if (side != SIDE_NEAR)
            return side == SIDE_IN;
    }
    for (size_t i = 0; i < inner->n; i++) {
        size_t j = i + 1 == inner->n ? 0 : i + 1;
        enum side side = side_of(outer, 0.5 * (inner->x[i] + inner->x[j]), 0.5 * (inner->y[i] + inner->y[j]));
        if (side != SIDE_NEAR)
            return side == SIDE_IN;
    }
    return false;
}

static void place_ring(struct placed *rings, size_t n, size_t i)
{
    struct placed *r = &rings[i];
    for (size_t j = 0; j < n; j++) {
        if (j == i || !contains(&rings[j], r))
            continue;
        r->depth++;
        if (r->container < 0 || rings[j].area < rings[r->container].area)
            r->container = (int32_t)j;
    }
}

enum status rings_nest(struct ring_list *l, double near, struct arena *a, struct error *e)
{
    if (l->n_rings == 1) {
        l->hole_of[0] = -1;
        return STATUS_OK;
    }
    struct placed *rings = arena_array(a, l->n_rings, sizeof *rings);
    if (!rings)
        return error_no_memory(e);
    for (size_t i = 0; i < l->n_rings; i++) {
        struct ring r = ring_list_ring(l, i);
        rings[i] = (struct placed){.x = r.x, .y = r.y, .n = r.n, .near = near};
        measure(&rings[i]);
    }
    for (size_t i = 0; i < l->n_rings; i++)
        place_ring(rings, l->n_rings, i);
    for (size_t i = 0; i < l->n_rings; i++)
        l->hole_of[i] = rings[i].depth % 2 ? rings[i].container : -1;
    return STATUS_OK;
}
