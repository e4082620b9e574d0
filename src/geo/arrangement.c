/* Rings fall into groups that touch; a group divides the plane into faces, and every face has one answer of
 * each reading (see settle.h). A ring that touches nothing is a group with one face. What lies around a group
 * is the same along all of it, since the rest does not touch it: one look from any of its vertices tells. The
 * boundary of the meaning is where faces that are inside meet faces that are not. */
#include "geo/arrangement_parts.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum status arrangement_new(struct arrangement **out, struct error *e)
{
    struct arrangement *a = calloc(1, sizeof *a);
    if (a)
        a->arena = arena_new(ARRANGEMENT_BYTES);
    if (!a || !a->arena) {
        free(a);
        return error_no_memory(e);
    }
    *out = a;
    return STATUS_OK;
}

void arrangement_free(struct arrangement *a)
{
    if (!a)
        return;
    edge_grid_release(&a->grid);
    ring_list_release(&a->found);
    arena_free(a->arena);
    free(a->found_group);
    free(a);
}

/* ---- the rings, closed, and without points that repeat the one before ---- */

static void close_ring(struct arrangement *a, uint32_t r, struct ring ring)
{
    uint32_t n = a->start[r];
    for (size_t i = 0; i < ring.n; i++)
        if (n == a->start[r] || ring.x[i] != a->x[n - 1] || ring.y[i] != a->y[n - 1]) {
            a->x[n] = ring.x[i];
            a->y[n++] = ring.y[i];
        }
    a->x[n] = a->x[a->start[r]];
    a->y[n++] = a->y[a->start[r]];
    a->start[r + 1] = n;
}

static bool take_rings(struct arrangement *a, const struct ring_list *in)
{
    uint32_t n = a->n_rings = (uint32_t)in->n_rings;
    a->x = arena_array(a->arena, in->n + n, sizeof *a->x);
    a->y = arena_array(a->arena, in->n + n, sizeof *a->y);
    a->start = arena_array(a->arena, (size_t)n + 1, sizeof *a->start);
    a->ring = arena_array(a->arena, n, sizeof *a->ring);
    a->around = arena_array(a->arena, n, sizeof *a->around);
    a->within = arena_array(a->arena, n, sizeof *a->within);
    a->met = arena_array(a->arena, n, sizeof *a->met);
    if (!a->x || !a->y || !a->start || !a->ring || !a->around || !a->within || !a->met)
        return false;
    a->start[0] = 0;
    for (uint32_t r = 0; r < n; r++) {
        struct ring ring = ring_list_ring(in, r);
        double twice = ring_twice_area(&ring);
        close_ring(a, r, ring);
        a->ring[r] = (struct arranged_ring){.part = in->hole_of[r] < 0 ? r : (uint32_t)in->hole_of[r],
                                            .hole = in->hole_of[r] >= 0,
                                            .sign = twice < 0 ? -1 : 1,
                                            .area = fabs(twice) / 2,
                                            .group = r,
                                            .next = NO_RING};
    }
    return edge_grid_make(&a->grid, a->x, a->y, a->start, n);
}

/* ---- groups ---- */

static uint32_t group_of(struct arrangement *a, uint32_t r)
{
    while (a->ring[r].group != r) {
        a->ring[r].group = a->ring[a->ring[r].group].group;
        r = a->ring[r].group;
    }
    return r;
}

static void join(struct arrangement *a, uint32_t r, uint32_t s)
{
    r = group_of(a, r);
    s = group_of(a, s);
    a->ring[r < s ? s : r].group = r < s ? r : s;
}

static void find_groups(struct arrangement *a)
{
    const struct edge_grid *g = &a->grid;
    size_t n_cells = (size_t)g->rows * g->columns;
    for (size_t c = 0; c < n_cells; c++)
        for (uint32_t i = g->cell_start[c]; i < g->cell_start[c + 1]; i++)
            for (uint32_t k = i + 1; k < g->cell_start[c + 1]; k++) {
                const struct edge *e = &g->edges[g->cell_edges[i]], *f = &g->edges[g->cell_edges[k]];
                bool one = e->ring == f->ring;
                if (one ? a->ring[e->ring].touches_itself : group_of(a, e->ring) == group_of(a, f->ring))
                    continue;
                if (edges_surely_fine(e, f, a->start[e->ring + 1] - a->start[e->ring] - 2))
                    continue;
                if (one)
                    a->ring[e->ring].touches_itself = true;
                else
                    join(a, e->ring, f->ring);
            }
    for (uint32_t r = a->n_rings; r-- > 0;) {
        uint32_t first = a->ring[r].group = group_of(a, r);
        if (first != r) {
            a->ring[r].next = a->ring[first].next;
            a->ring[first].next = r;
        }
    }
}

/* ---- what the readings say of a point ---- */

/* The rings of the group, or all others, that wind around a point. */
static uint32_t windings(struct arrangement *a, double x, double y, uint32_t group, bool of_group,
                         struct wound *out)
{
    uint32_t n_met = 0, n_out = 0, n = edge_grid_ray(&a->grid, x, y);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge *e = &a->grid.edges[a->grid.hits[i]];
        struct arranged_ring *r = &a->ring[e->ring];
        if ((r->group == group) != of_group || !edge_is_crossed(&a->grid, e, x, y))
            continue;
        if (!r->met)
            a->met[n_met++] = e->ring;
        r->met = true;
        r->winding += r->sign * edge_winding(&a->grid, e);
    }
    for (uint32_t i = 0; i < n_met; i++) {
        struct arranged_ring *r = &a->ring[a->met[i]];
        if (r->winding)
            out[n_out++] = (struct wound){a->met[i], r->winding};
        r->winding = 0;
        r->met = false;
    }
    return n_out;
}

static void count_wound(struct arrangement *a, const struct wound *list, uint32_t n, bool holes,
                        struct reading *out)
{
    for (uint32_t i = 0; i < n; i++) {
        struct arranged_ring *r = &a->ring[list[i].ring];
        if (r->hole != holes)
            continue;
        out->odd ^= list[i].times & 1;
        out->sum += holes ? -list[i].times : list[i].times;
        out->within_ring |= list[i].times != 1;
        if (holes) {
            a->ring[r->part].holed = true;
        } else {
            out->shell = true;
            out->united |= !r->holed;
        }
    }
}

static void forget_holes(struct arrangement *a, const struct wound *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        a->ring[a->ring[list[i].ring].part].holed = false;
}

static struct face read_face(struct arrangement *a, uint32_t n_around, uint32_t n_within)
{
    struct reading r = {0};
    for (int holes = 1; holes >= 0; holes--) {
        count_wound(a, a->around, n_around, holes, &r);
        count_wound(a, a->within, n_within, holes, &r);
    }
    forget_holes(a, a->around, n_around);
    forget_holes(a, a->within, n_within);
    bool agree = r.united == (r.odd != 0) && r.sum == (r.united ? 1 : 0);
    return (struct face){.inside = r.united || (r.shell && (r.odd || r.sum > 0)),
                         .at_stake = !agree,
                         .within_ring = !agree && r.within_ring};
}

static struct face around_of(struct arrangement *a, uint32_t group)
{
    uint32_t at = a->start[group];
    a->n_around = windings(a, a->x[at], a->y[at], group, false, a->around);
    return read_face(a, a->n_around, 0);
}

struct face arrangement_at(struct arrangement *a, uint32_t group, double x, double y)
{
    return read_face(a, a->n_around, windings(a, x, y, group, true, a->within));
}

/* ---- faces ---- */

static double m2_at(const struct arrangement *a, double y)
{
    double north_m = 1, east_m = 1;
    if (a->degrees)
        geo_metres_per_degree(y, &north_m, &east_m);
    return north_m * east_m;
}

/* `area` below 0 takes back what was counted of the face that lies around a group. */
void arrangement_count(struct arrangement *a, struct face face, double area, const struct geo_shape *shape)
{
    struct at_stake *stake = &a->out->stake;
    double m2 = area * m2_at(a, shape->lat_deg[0]), x, y;
    if (!face.at_stake)
        return;
    stake->m2 += m2;
    stake->within_ring_m2 += face.within_ring ? m2 : 0;
    if (m2 <= stake->largest_m2 || !geo_inner_point(shape, &x, &y))
        return;
    stake->largest_m2 = m2;
    stake->x = x;
    stake->y = y;
}

bool arrangement_emit(struct arrangement *a, uint32_t group, int32_t hole_of, const double *x,
                      const double *y, size_t n)
{
    if (!ARRAY_RESERVE(a->found_group, a->cap_found, a->found.n_rings + 1))
        return false;
    a->found_group[a->found.n_rings] = group;
    ring_list_begin(&a->found, hole_of);
    ring_list_points(&a->found, x, y, n);
    return !a->found.failed;
}

/* A ring that touches nothing is itself the boundary, if there is one. */
static bool mean_alone(struct arrangement *a, uint32_t r, struct face around)
{
    uint32_t at = a->start[r], n = a->start[r + 1] - at;
    uint32_t ring_start[2] = {0, n}, polygon_start[2] = {0, 1};
    struct geo_shape shape = {a->x + at, a->y + at, ring_start, polygon_start, n, 1, 1, geo_box_empty()};
    a->within[0] = (struct wound){r, 1};
    struct face face = read_face(a, a->n_around, 1);
    if (n < 4)
        return true; /* a point encloses nothing */
    if (face.at_stake)
        geo_box_add_all(&shape.box, shape.lon_deg, shape.lat_deg, n);
    arrangement_count(a, around, -a->ring[r].area, &shape);
    arrangement_count(a, face, a->ring[r].area, &shape);
    return face.inside == around.inside ||
           arrangement_emit(a, r, face.inside ? -1 : HOLE_OF_UNKNOWN, shape.lon_deg, shape.lat_deg, n);
}

/* ---- which polygon is a hole of which ---- */

static bool find_shells(struct arrangement *a)
{
    struct ring_list *l = &a->found;
    bool unknown = false;
    for (size_t r = 0; r < l->n_rings; r++)
        unknown |= l->hole_of[r] == HOLE_OF_UNKNOWN;
    if (!unknown)
        return true;
    uint32_t n = (uint32_t)l->n_rings;
    uint32_t *start = arena_array(a->arena, (size_t)n + 1, sizeof *start);
    uint8_t *odd = arena_array(a->arena, n, 1);
    double *area = arena_array(a->arena, n, sizeof *area);
    if (!start || !odd || !area)
        return false;
    for (uint32_t r = 0; r < n; r++) {
        struct ring ring = ring_list_ring(l, r);
        start[r] = (uint32_t)l->start[r];
        area[r] = fabs(ring_twice_area(&ring));
        odd[r] = 0;
    }
    start[n] = (uint32_t)l->n;
    if (!edge_grid_make(&a->grid, l->x, l->y, start, n)) /* the rings were emitted closed */
        return false;
    for (uint32_t r = 0; r < n; r++) {
        if (l->hole_of[r] != HOLE_OF_UNKNOWN)
            continue;
        double x = l->x[start[r]], y = l->y[start[r]];
        uint32_t hits = edge_grid_ray(&a->grid, x, y);
        for (int pass = 0; pass < 2; pass++)
            for (uint32_t i = 0; i < hits; i++) {
                const struct edge *e = &a->grid.edges[a->grid.hits[i]];
                if (a->found_group[e->ring] == a->found_group[r] || !edge_is_crossed(&a->grid, e, x, y))
                    continue;
                int32_t best = l->hole_of[r];
                if (pass == 0)
                    odd[e->ring] ^= 1;
                else if (odd[e->ring] && l->hole_of[e->ring] == -1 &&
                         (best < 0 || area[e->ring] < area[best]))
                    l->hole_of[r] = (int32_t)e->ring;
            }
        for (uint32_t i = 0; i < hits; i++)
            odd[a->grid.edges[a->grid.hits[i]].ring] = 0;
        a->out->known &= l->hole_of[r] >= 0;
    }
    return true;
}

static bool put_in_order(struct arrangement *a)
{
    const struct ring_list *l = &a->found;
    const uint32_t *order = ring_list_order(l, a->arena);
    struct ring_list *out = &a->out->rings;
    int32_t outer = 0;
    if (!order)
        return false;
    for (size_t i = 0; i < l->n_rings; i++) {
        struct ring ring = ring_list_ring(l, order[i]);
        bool hole = l->hole_of[order[i]] >= 0;
        outer = hole ? outer : (int32_t)i;
        ring_list_begin(out, hole ? outer : -1);
        ring_list_points(out, ring.x, ring.y, ring.n);
        if (!out->failed)
            ring_list_point(out, ring.x[0], ring.y[0]);
    }
    return !out->failed;
}

/* ---- what is no drawing ---- */

/* Every crossing is a vertex to GEOS, and a scribble of n edges has n² / 10 of them: whoever draws a border
 * has no more than this for each edge. Counted once for each pair, in the first cell that both are in. */
enum { CROSSINGS_OF_EDGE = 16, CROSSINGS_LEAST = 10000 };

static bool is_first_cell(const struct edge_cells *e, const struct edge_cells *f, uint32_t column,
                          uint32_t row)
{
    return (e->c0 > f->c0 ? e->c0 : f->c0) == column && (e->r0 > f->r0 ? e->r0 : f->r0) == row;
}

static bool is_scribble(const struct arrangement *a)
{
    const struct edge_grid *g = &a->grid;
    size_t n = 0, most = CROSSINGS_LEAST + (size_t)CROSSINGS_OF_EDGE * g->n_edges;
    if (edge_grid_is_hopeless(g))
        return true;
    if (g->pairs <= (double)most)
        return false;
    for (uint32_t row = 0; row < g->rows; row++)
        for (uint32_t column = 0; column < g->columns && n <= most; column++) {
            const uint32_t *cell = g->cell_start + (size_t)row * g->columns + column;
            for (uint32_t i = cell[0]; i < cell[1] && n <= most; i++)
                for (uint32_t k = i + 1; k < cell[1]; k++) {
                    const struct edge *e = &g->edges[g->cell_edges[i]], *f = &g->edges[g->cell_edges[k]];
                    n += is_first_cell(&e->cells, &f->cells, column, row) &&
                         !edges_surely_fine(e, f, a->start[e->ring + 1] - a->start[e->ring] - 2);
                }
        }
    return n > most;
}

static bool mean_groups(struct arrangement *a, struct geo_geos *g)
{
    bool ok = true;
    for (uint32_t r = 0; ok && a->out->known && r < a->n_rings; r++) {
        if (a->ring[r].group != r)
            continue;
        struct face around = around_of(a, r);
        bool alone = a->ring[r].next == NO_RING && !a->ring[r].touches_itself;
        ok = alone ? mean_alone(a, r, around) : arrangement_overlay(a, g, r, around);
    }
    return ok;
}

enum status arrangement_mean(struct arrangement *a, struct geo_geos *g, const struct ring_list *in,
                             bool degrees, struct meaning *out, struct error *e)
{
    arena_reset(a->arena);
    ring_list_clear(&a->found);
    ring_list_clear(&out->rings);
    out->stake = (struct at_stake){0};
    out->ring_touches = false;
    out->known = true;
    a->out = out;
    a->degrees = degrees;
    if (!take_rings(a, in))
        return error_no_memory(e);
    if (is_scribble(a)) {
        out->known = false;
        return STATUS_OK;
    }
    find_groups(a);
    for (uint32_t r = 0; r < a->n_rings; r++)
        out->ring_touches |= a->ring[r].touches_itself;
    if (!mean_groups(a, g) || (out->known && (!find_shells(a) || (out->known && !put_in_order(a)))))
        return error_no_memory(e);
    return STATUS_OK;
}
