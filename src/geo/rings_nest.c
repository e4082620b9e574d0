/* Which rings are holes? 圈号 does not say (writers count outer rings with it too), so position does: a ring
 * inside an odd number of others is a hole of the smallest of them. One grid holds all edges, so that a
 * ring asks its surroundings only. */
#include "geo/edge_grid.h"
#include "geo/rings.h"

#include <math.h>
#include <string.h>

struct placed {
    double west, south, east, north;
    double area;       /* absolute, in the square of the unit */
    int32_t container; /* the smallest ring around it, or -1 */
    uint32_t depth;    /* how many rings are around it */
};

struct nesting {
    struct edge_grid grid;
    struct placed *placed;
    double *x, *y; /* closed rings */
    uint32_t *start;
    uint32_t n_rings;
    double near;       /* points nearer than this to a boundary say nothing of which side they are on */
    uint8_t *odd, *by; /* per ring: the point is inside; the point is near */
    uint32_t *met;     /* rings with one of the two set */
    uint32_t *undecided[2],
        n_undecided; /* rings that all points so far were near to: of this point, and of the last */
    int flip;
    uint8_t *asked; /* per ring: is it among them? */
};

static void measure(struct placed *p, const struct ring *r)
{
    *p = (struct placed){INFINITY, INFINITY, -INFINITY, -INFINITY, fabs(ring_twice_area(r)) / 2, -1, 0};
    for (size_t i = 0; i < r->n; i++) {
        p->west = fmin(p->west, r->x[i]);
        p->east = fmax(p->east, r->x[i]);
        p->south = fmin(p->south, r->y[i]);
        p->north = fmax(p->north, r->y[i]);
    }
}

static bool may_contain(const struct placed *outer, const struct placed *inner, double near)
{
    return outer->area > inner->area && inner->west >= outer->west - near &&
           inner->east <= outer->east + near && inner->south >= outer->south - near &&
           inner->north <= outer->north + near;
}

static double distance_to_edge(const struct edge *e, double x, double y)
{
    double ax = e->x0 - x, ay = e->y0 - y, dx = e->x1 - e->x0, dy = e->y1 - e->y0;
    double d2 = dx * dx + dy * dy;
    double at = d2 > 0 ? fmin(1, fmax(0, -(ax * dx + ay * dy) / d2)) : 0;
    return hypot(ax + at * dx, ay + at * dy);
}

/* Sets odd and by of the rings that (x, y) is inside of, or near to; rings that were met and left again
 * have neither. */
static uint32_t look(struct nesting *t, double x, double y)
{
    uint32_t n_met = 0, n = edge_grid_near(&t->grid, x, y, t->near);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge *e = &t->grid.edges[t->grid.hits[i]];
        if (t->by[e->ring] || distance_to_edge(e, x, y) > t->near)
            continue;
        t->met[n_met++] = e->ring;
        t->by[e->ring] = 1;
    }
    n = edge_grid_ray(&t->grid, x, y);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge *e = &t->grid.edges[t->grid.hits[i]];
        if (t->by[e->ring] || !edge_is_crossed(&t->grid, e, x, y))
            continue;
        if (t->odd[e->ring] == 0)
            t->met[n_met++] = e->ring;
        t->odd[e->ring] = t->odd[e->ring] == 1 ? 2 : 1; /* 2: met, and left again */
    }
    return n_met;
}

static void count_container(struct nesting *t, struct placed *self, uint32_t outer)
{
    self->depth++;
    if (self->container < 0 || t->placed[outer].area < t->placed[self->container].area)
        self->container = (int32_t)outer;
}

/* One point of a ring: what it is clear of is decided, the rest is left in `undecided`. */
static void decide(struct nesting *t, uint32_t ring, double x, double y, bool first)
{
    struct placed *self = &t->placed[ring];
    uint32_t n_met = look(t, x, y), *left = t->undecided[t->flip = !t->flip], n = 0;
    for (uint32_t i = 0; i < n_met; i++) {
        uint32_t other = t->met[i];
        if (other != ring && (first || t->asked[other]) && may_contain(&t->placed[other], self, t->near)) {
            if (t->by[other])
                left[n++] = other;
            else if (t->odd[other] == 1)
                count_container(t, self, other);
        }
        t->odd[other] = t->by[other] = 0;
    }
    for (uint32_t i = 0; i < t->n_undecided; i++)
        t->asked[t->undecided[!t->flip][i]] = 0;
    for (uint32_t i = 0; i < n; i++)
        t->asked[left[i]] = 1;
    t->n_undecided = n;
}

/* The first point of a ring that is clear of another one's boundary decides: vertices first, then the middles
 * of edges. Rings that coincide contain nothing. */
static void place_ring(struct nesting *t, uint32_t ring)
{
    const double *x = t->x + t->start[ring], *y = t->y + t->start[ring];
    uint32_t n = t->start[ring + 1] - t->start[ring];
    if (n < 2)
        return;
    decide(t, ring, x[0], y[0], true);
    for (uint32_t i = 1; t->n_undecided && i + 1 < n; i++)
        decide(t, ring, x[i], y[i], false);
    for (uint32_t i = 0; t->n_undecided && i + 1 < n; i++)
        decide(t, ring, 0.5 * (x[i] + x[i + 1]), 0.5 * (y[i] + y[i + 1]), false);
    for (uint32_t i = 0; i < t->n_undecided; i++)
        t->asked[t->undecided[t->flip][i]] = 0;
    t->n_undecided = 0;
}

static bool prepare(struct nesting *t, const struct ring_list *l, struct arena *a)
{
    size_t n = l->n_rings;
    t->n_rings = (uint32_t)n;
    t->placed = arena_array(a, n, sizeof *t->placed);
    t->x = arena_array(a, l->n + n, sizeof *t->x);
    t->y = arena_array(a, l->n + n, sizeof *t->y);
    t->start = arena_array(a, n + 1, sizeof *t->start);
    t->met = arena_array(a, n, sizeof *t->met);
    t->undecided[0] = arena_array(a, n, sizeof(uint32_t));
    t->undecided[1] = arena_array(a, n, sizeof(uint32_t));
    t->odd = arena_array(a, 3 * n, 1);
    if (!t->placed || !t->x || !t->y || !t->start || !t->met || !t->undecided[0] || !t->undecided[1] ||
        !t->odd)
        return false;
    memset(t->odd, 0, 3 * n);
    t->by = t->odd + n;
    t->asked = t->by + n;
    uint32_t at = 0;
    for (uint32_t r = 0; r < n; r++) {
        struct ring ring = ring_list_ring(l, r);
        measure(&t->placed[r], &ring);
        t->start[r] = at;
        for (size_t i = 0; ring.n && i <= ring.n; i++, at++) {
            t->x[at] = ring.x[i < ring.n ? i : 0];
            t->y[at] = ring.y[i < ring.n ? i : 0];
        }
    }
    t->start[n] = at;
    return edge_grid_make(&t->grid, t->x, t->y, t->start, t->n_rings);
}

enum status rings_nest(struct ring_list *l, double near, struct arena *a, struct error *e)
{
    if (l->n_rings == 1) {
        l->hole_of[0] = -1;
        return STATUS_OK;
    }
    struct nesting t = {.near = near};
    bool ok = prepare(&t, l, a);
    for (uint32_t r = 0; ok && r < t.n_rings; r++)
        place_ring(&t, r);
    for (size_t r = 0; ok && r < l->n_rings; r++)
        l->hole_of[r] = t.placed[r].depth % 2 ? t.placed[r].container : -1;
    edge_grid_release(&t.grid);
    return ok ? STATUS_OK : error_no_memory(e);
}
