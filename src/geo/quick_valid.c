#include "geo/quick_valid.h"

#include "base/array.h"
#include "geo/edge_grid.h"
#include "geo/edge_sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The grid is quicker until it tries so many pairs, or rays look at so much, for each edge. */
#define CROWDED 64.0
#define CROWDED_LEAST 100000.0 /* and never for less than this */

struct quick_valid {
    struct edge_grid grid;
    struct edge_sweep sweep;
    uint32_t *parity_rings;    /* rings that a ray met */
    uint8_t *parity, *touches; /* per ring */
    size_t cap_rings;
};

enum status quick_valid_new(struct quick_valid **out, struct error *e)
{
    *out = calloc(1, sizeof **out);
    return *out ? STATUS_OK : error_no_memory(e);
}

void quick_valid_free(struct quick_valid *q)
{
    if (!q)
        return;
    edge_grid_release(&q->grid);
    edge_sweep_release(&q->sweep);
    free(q->parity_rings);
    free(q->parity);
    free(q->touches);
    free(q);
}

static bool reserve_rings(struct quick_valid *q, size_t n)
{
    size_t cap_met = q->cap_rings, cap_parity = q->cap_rings;
    return ARRAY_RESERVE(q->parity_rings, cap_met, n) && ARRAY_RESERVE(q->parity, cap_parity, n) &&
           ARRAY_RESERVE(q->touches, q->cap_rings, n);
}

static void find_touches(struct quick_valid *q, const struct geo_shape *s)
{
    const struct edge_grid *g = &q->grid;
    memset(q->touches, 0, s->n_rings);
    size_t n_cells = (size_t)g->rows * g->columns;
    for (size_t c = 0; c < n_cells; c++)
        for (uint32_t i = g->cell_start[c]; i < g->cell_start[c + 1]; i++)
            for (uint32_t k = i + 1; k < g->cell_start[c + 1]; k++) {
                const struct edge *a = &g->edges[g->cell_edges[i]], *b = &g->edges[g->cell_edges[k]];
                if (q->touches[a->ring] && q->touches[b->ring])
                    continue;
                uint32_t last = s->ring_start[a->ring + 1] - s->ring_start[a->ring] - 2;
                if (!edges_surely_fine(a, b, last))
                    q->touches[a->ring] = q->touches[b->ring] = 1;
            }
}

/* ---- nesting ---- */

/* Sets parity[r] = 1 for each ring that contains the first vertex of `ring` and lists the rings that were
 * met. False when rounding leaves doubt about a ring that does not touch. */
static bool find_containers(struct quick_valid *q, const struct geo_shape *s, uint32_t ring, uint32_t *n_met)
{
    double x = s->lon_deg[s->ring_start[ring]], y = s->lat_deg[s->ring_start[ring]];
    uint32_t n = edge_grid_ray(&q->grid, x, y);
    *n_met = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct edge *e = &q->grid.edges[q->grid.hits[i]];
        if (e->ring == ring)
            continue;
        int meets = edge_is_met(&q->grid, e, x, y);
        if (meets == SIDE_UNSURE && !(q->touches[ring] && q->touches[e->ring]))
            return false;
        if (meets != 1)
            continue;
        if (q->parity[e->ring] == 0)
            q->parity_rings[(*n_met)++] = e->ring;
        q->parity[e->ring] = q->parity[e->ring] == 1 ? 2 : 1;
    }
    return true;
}

static uint32_t polygon_of(const struct geo_shape *s, uint32_t ring)
{
    uint32_t low = 0, high = s->n_polygons;
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (s->polygon_start[mid] <= ring)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* A hole must lie in its shell and in no other hole of it. Pairs of rings that both touch something are
 * GEOS's. */
static bool hole_is_placed(const struct quick_valid *q, const struct geo_shape *s, uint32_t ring,
                           uint32_t polygon, uint32_t n_met)
{
    uint32_t shell = s->polygon_start[polygon], end = s->polygon_start[polygon + 1];
    bool in_shell = false;
    for (uint32_t i = 0; i < n_met; i++) {
        uint32_t other = q->parity_rings[i];
        if (q->parity[other] != 1)
            continue;
        in_shell |= other == shell;
        if (other > shell && other < end && !(q->touches[ring] && q->touches[other]))
            return false;
    }
    return in_shell || (q->touches[ring] && q->touches[shell]);
}

enum { HOLED = 4 }; /* beside the parity of a shell: the vertex is in a hole of it */

/* A shell inside another shell must lie in one of its holes. */
static bool shell_is_placed(const struct quick_valid *q, const struct geo_shape *s, uint32_t n_met)
{
    bool placed = true;
    for (int pass = 0; pass < 3; pass++)
        for (uint32_t i = 0; i < n_met; i++) {
            uint32_t ring = q->parity_rings[i], shell = s->polygon_start[polygon_of(s, ring)];
            if (pass == 2)
                q->parity[shell] &= ~HOLED;
            else if (pass == 1 && ring == shell)
                placed = placed && q->parity[ring] != 1;
            else if (pass == 0 && ring != shell && q->parity[ring] == 1)
                q->parity[shell] |= HOLED;
        }
    return placed;
}

static double crowded_from(const struct edge_grid *g)
{
    return fmax(CROWDED_LEAST, CROWDED * g->n_edges);
}

/* *crowded: given up, because rays meet too much. */
static bool nesting_is_right(struct quick_valid *q, const struct geo_shape *s, bool shells_too, bool *crowded)
{
    memset(q->parity, 0, s->n_rings);
    bool right = true;
    *crowded = false;
    for (uint32_t p = 0; right && p < s->n_polygons && !*crowded; p++)
        for (uint32_t r = s->polygon_start[p]; right && r < s->polygon_start[p + 1]; r++) {
            if (shells_too && (*crowded = (double)q->grid.looked_at > crowded_from(&q->grid)))
                break;
            bool shell = r == s->polygon_start[p];
            if (shell && !shells_too)
                continue;
            uint32_t n_met;
            right = find_containers(q, s, r, &n_met);
            if (right)
                right = shell ? shell_is_placed(q, s, n_met) : hole_is_placed(q, s, r, p, n_met);
            for (uint32_t i = 0; i < n_met; i++)
                q->parity[q->parity_rings[i]] = 0;
        }
    return right;
}

/* ---- where the grid would be slow ---- */

/* Nothing touches: only what lies in what is left to say. */
static enum status judge_nesting(const struct quick_valid *q, const struct geo_shape *s, double place_deg[2],
                                 struct error *e)
{
    for (uint32_t p = 0; p < s->n_polygons; p++)
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++) {
            uint32_t shell = s->polygon_start[p];
            int32_t around = q->sweep.around[r];
            const char *fault = NULL;
            if (r == shell) {
                bool in_shell =
                    around >= 0 && s->polygon_start[polygon_of(s, (uint32_t)around)] == (uint32_t)around;
                fault = in_shell ? "Nested shells" : NULL;
            } else if (around != (int32_t)shell) {
                bool in_hole = around > (int32_t)shell && around < (int32_t)s->polygon_start[p + 1];
                fault = in_hole ? "Holes are nested" : "Hole lies outside shell";
            }
            if (!fault)
                continue;
            place_deg[0] = s->lon_deg[s->ring_start[r]];
            place_deg[1] = s->lat_deg[s->ring_start[r]];
            return geo_valid_fail(fault, place_deg[0], place_deg[1], e);
        }
    return STATUS_OK;
}

/* *decided: the status is the answer. */
static enum status check_by_sweep(struct quick_valid *q, const struct geo_shape *s, double place_deg[2],
                                  bool *decided, struct error *e)
{
    *decided = true;
    switch (edge_sweep_look(&q->sweep, q->grid.edges, q->grid.n_edges, s->ring_start, s->n_rings)) {
    case SWEEP_CLEAR:
        return judge_nesting(q, s, place_deg, e);
    case SWEEP_CROSSING:
        place_deg[0] = q->sweep.x;
        place_deg[1] = q->sweep.y;
        return geo_valid_fail("Self-intersection", q->sweep.x, q->sweep.y, e);
    case SWEEP_NO_MEMORY:
        return error_no_memory(e);
    case SWEEP_DOUBT:
        break;
    }
    *decided = false;
    if (!edge_grid_is_hopeless(&q->grid))
        return STATUS_OK;
    *decided = true;
    error_zh(e,
             "图形有%u条边，又长又密，并有相接之处，无法在合理的时间内判定是否成立；请简化图形或分成几块。",
             q->grid.n_edges);
    return error_fail(
        e, STATUS_TOO_LARGE, "geometry-too-crowded",
        "The figure has %u edges that are long and close together, and some of them touch: whether "
        "it is valid cannot be told in reasonable time; simplify it, or split it.",
        q->grid.n_edges);
}

/* ---- what GEOS still has to see ---- */

/* A hole without touches matters to GEOS only where another polygon may lie in it. */
static enum status check_touching(const struct quick_valid *q, struct geo_geos *g, const struct geo_shape *s,
                                  double place_deg[2], struct error *e)
{
    struct geo_shape_builder b;
    struct geo_shape reduced;
    geo_shape_builder_init(&b);
    for (uint32_t p = 0; p < s->n_polygons; p++)
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++) {
            bool shell = r == s->polygon_start[p];
            if (!shell && !q->touches[r] && s->n_polygons == 1)
                continue;
            if (shell)
                geo_shape_builder_polygon(&b);
            geo_shape_builder_ring(&b);
            for (uint32_t i = s->ring_start[r]; i < s->ring_start[r + 1]; i++)
                geo_shape_builder_point(&b, s->lon_deg[i], s->lat_deg[i]);
        }
    enum status st = geo_shape_builder_view(&b, &reduced, e);
    if (st == STATUS_OK)
        st = geo_valid_check_place(g, &reduced, place_deg, e);
    geo_shape_builder_release(&b);
    return st;
}

enum status quick_valid_check(struct quick_valid *q, struct geo_geos *g, const struct geo_shape *s,
                              double place_deg[2], struct error *e)
{
    if (!reserve_rings(q, s->n_rings) ||
        !edge_grid_make(&q->grid, s->lon_deg, s->lat_deg, s->ring_start, s->n_rings))
        return error_no_memory(e);
    bool decided = false, crowded = q->grid.pairs > crowded_from(&q->grid);
    enum status st = crowded ? check_by_sweep(q, s, place_deg, &decided, e) : STATUS_OK;
    if (decided)
        return st;
    find_touches(q, s);
    bool touching = s->n_rings > 0 && memchr(q->touches, 1, s->n_rings) != NULL;
    st = touching ? check_touching(q, g, s, place_deg, e) : STATUS_OK;
    if (st != STATUS_OK || s->n_rings == 1)
        return st;
    bool right = nesting_is_right(q, s, !touching && s->n_polygons > 1, &crowded);
    if (crowded)
        st = check_by_sweep(q, s, place_deg, &decided, e);
    return decided || (right && !crowded)
               ? st
               : geo_valid_check_place(g, s, place_deg, e); /* GEOS finds the words, or knows better */
}
