#include "index/trace_rings.h"

#include "geo/area.h"
#include "geo/edge_sweep.h"
#include "geo/rings.h"

#include <string.h>

#define NEAR_DEG 1e-11 /* about a micrometre */

uint32_t trace_ring_of(const struct geo_shape *s, uint32_t edge)
{
    uint32_t low = 0, high = s->n_rings;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->ring_start[middle] <= edge)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void trace_rings_begin(struct trace_rings *o)
{
    if (o->ring_start)
        o->ring_start[o->n_rings] = o->n;
}

void trace_rings_end(struct trace_rings *o)
{
    o->n_rings++;
    if (o->ring_start)
        o->ring_start[o->n_rings] = o->n;
}

static double ring_area(const struct trace_rings *o, uint32_t r)
{
    return geo_ring_area_m2(o->lon + o->ring_start[r], o->lat + o->ring_start[r],
                            o->ring_start[r + 1] - o->ring_start[r]);
}

bool trace_rings_parts(const struct trace_rings *o, struct arena *arena, struct geo_shape *out)
{
    for (uint32_t r = 0; r < o->n_rings; r++)
        if (!(ring_area(o, r) > 0))
            return false;
    uint32_t *polygons = arena_array(arena, (size_t)o->n_rings + 1, sizeof *polygons);
    for (uint32_t r = 0; polygons && r <= o->n_rings; r++)
        polygons[r] = r;
    *out = (struct geo_shape){o->lon, o->lat, o->ring_start, polygons, o->n, o->n_rings, o->n_rings, o->box};
    return polygons != NULL;
}

/* ---- holes ---- */

/* Which ring each hole is of, by a sweep over all edges, or by the grid where rounding could decide. */
static bool find_shells(const struct trace_rings *o, struct ring_list *l, struct arena *arena)
{
    struct edge_grid grid = {.edges = NULL};
    struct edge_sweep sweep = {.around = NULL};
    bool ok = edge_grid_make(&grid, o->lon, o->lat, o->ring_start, o->n_rings);
    if (ok && edge_sweep_look(&sweep, grid.edges, grid.n_edges, o->ring_start, o->n_rings) == SWEEP_CLEAR) {
        for (uint32_t r = 0; ok && r < o->n_rings; r++) {
            bool hole = l->hole_of[r] >= 0;
            int32_t around = sweep.around[r];
            ok = hole == (around >= 0 && l->hole_of[around] < 0);
            l->hole_of[r] = hole ? around : -1;
        }
    } else {
        ok = ok && !edge_grid_is_hopeless(&grid) && rings_nest(l, NEAR_DEG, arena, NULL) == STATUS_OK;
    }
    edge_sweep_release(&sweep);
    edge_grid_release(&grid);
    return ok;
}

static bool in_order(const struct trace_rings *o, const struct ring_list *l, struct arena *arena,
                     struct geo_shape *out)
{
    const uint32_t *order = ring_list_order(l, arena);
    double *lon = arena_array(arena, (size_t)o->n + 1, sizeof *lon),
           *lat = arena_array(arena, (size_t)o->n + 1, sizeof *lat);
    uint32_t *start = arena_array(arena, (size_t)o->n_rings + 1, sizeof *start);
    uint32_t *polygons = arena_array(arena, (size_t)o->n_rings + 1, sizeof *polygons);
    uint32_t n_polygons = 0, at = 0;
    if (!order || !lon || !lat || !start || !polygons)
        return false;
    for (uint32_t i = 0; i < o->n_rings; i++) {
        uint32_t first = o->ring_start[order[i]], n = o->ring_start[order[i] + 1] - first;
        memcpy(lon + at, o->lon + first, n * sizeof *lon);
        memcpy(lat + at, o->lat + first, n * sizeof *lat);
        if (l->hole_of[order[i]] < 0)
            polygons[n_polygons++] = i;
        start[i] = at;
        at += n;
    }
    start[o->n_rings] = at;
    polygons[n_polygons] = o->n_rings;
    *out = (struct geo_shape){lon, lat, start, polygons, at, o->n_rings, n_polygons, o->box};
    return true;
}

bool trace_rings_nest(const struct trace_rings *o, struct arena *arena, struct geo_shape *out)
{
    struct ring_list l = {.n = 0};
    uint32_t holes = 0, outer = 0;
    bool *is_hole = arena_array(arena, (size_t)o->n_rings + 1, sizeof *is_hole);
    if (!is_hole)
        return false;
    for (uint32_t r = 0; r < o->n_rings; r++) {
        is_hole[r] = ring_area(o, r) < 0;
        holes += is_hole[r];
        outer = is_hole[r] ? outer : r;
    }
    if (holes == 0)
        return trace_rings_parts(o, arena, out);
    for (uint32_t r = 0; r < o->n_rings; r++) {
        ring_list_begin(&l, is_hole[r] ? (int32_t)outer : -1);
        ring_list_points(&l, o->lon + o->ring_start[r], o->lat + o->ring_start[r],
                         o->ring_start[r + 1] - o->ring_start[r]);
    }
    bool ok = !l.failed && (o->n_rings - holes == 1 || find_shells(o, &l, arena));
    for (uint32_t r = 0; ok && r < o->n_rings; r++)
        ok = (l.hole_of[r] >= 0) == is_hole[r] && (!is_hole[r] || !is_hole[l.hole_of[r]]);
    ok = ok && in_order(o, &l, arena, out);
    ring_list_release(&l);
    return ok;
}
