/* Places of the region that none of the three spaces covers.
 *
 * The region is walked in cells. The kernel says how much of a cell the region covers and how much the spaces
 * do; only where the two differ does GEOS build what is missing. Spaces that overlap each other in the same
 * cell could hide a gap of the same size: such a cell has a finding of its own (CONFLICT_ZONES_CROSS). */
#include "audit/conflicts/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_DEG 0.1
struct gap_search {
    struct geo_box all;
    size_t columns;
    struct conflict_place *cells;
    const struct layer_index **spaces; /* arena */
    size_t n_spaces;
};

/* How the plan divides the region (三类空间). Fewer do not tile it. */
enum { SPACES_THAT_TILE = 3 };

static struct geo_box cell_box(const struct gap_search *g, size_t item)
{
    double w = g->all.west_deg + CELL_DEG * (double)(item % g->columns);
    double s = g->all.south_deg + CELL_DEG * (double)(item / g->columns);
    return (struct geo_box){w, s, w + CELL_DEG, s + CELL_DEG};
}

static enum status covered(struct conflict_worker *w, const struct layer_index *ix, double *sum,
                           struct error *e)
{
    const struct overlap *o;
    size_t n;
    enum status s = overlap_measure(w->check.scratch, ix, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        *sum += o[i].area_m2;
    return s;
}

static enum status build(struct conflict_worker *w, const struct gap_search *g, const struct geo_shape *cell,
                         struct conflict_place *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *rest = NULL;
    enum status s = conflict_cut(w, w->run->region, NULL, NULL, cell, &rest, e);
    for (size_t i = 0; !s && rest && i < g->n_spaces; i++) {
        GEOSGeometry *less = NULL;
        s = conflict_cut(w, g->spaces[i], NULL, NULL, cell, &less, e);
        if (!s)
            rest = conflict_without(h, rest, less);
    }
    struct geo_shape shape = {.n_rings = 0};
    if (!s && rest)
        s = geo_geos_to_shape(w->check.geos, rest, w->check.arena, &shape, e);
    if (rest)
        GEOSGeom_destroy_r(h, rest);
    return s || !shape.n_rings ? s : conflict_place_of(w, &shape, out, e);
}

static enum status look(struct conflict_worker *w, size_t item, void *user, struct error *e)
{
    struct gap_search *g = user;
    double have = 0, spaces = 0;
    const struct geo_box box = cell_box(g, item);
    struct conflict_box cell;
    conflict_box_shape(&box, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    enum status s = covered(w, w->run->region, &have, e);
    for (size_t i = 0; !s && have > 0 && i < g->n_spaces; i++)
        s = covered(w, g->spaces[i], &spaces, e);
    if (s || have - spaces <= CONFLICT_GAP_M2)
        return s;
    g->cells[item].area_m2 = have - spaces;
    g->cells[item].width_m = NAN;
    struct error why = {0};
    enum status st = build(w, g, &cell.shape, &g->cells[item], &why);
    if (st == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (st) { /* the area stands without its geometry */
        g->cells[item].lon_deg = (box.west_deg + box.east_deg) / 2;
        g->cells[item].lat_deg = (box.south_deg + box.north_deg) / 2;
    }
    return STATUS_OK;
}

static enum status add_gap(struct conflict_run *run, struct check_worker *w, const struct conflict_place *c,
                           struct error *e)
{
    struct conflict_finding f = conflict_blank(CONFLICT_GAP, 3);
    f.layer_a = "region";
    f.note_zh = "此处不属于三类空间中的任何一类（按 0.1 度格网列出；区界仅供参考）。";
    f.note_en = "None of the three spaces covers this place (listed by cells of 0.1 degrees; "
                "the outline is for reference only).";
    conflict_put_place(&f, c);
    conflict_place_name(run, w, &f);
    return conflict_add(run, &f, e);
}

/* A space that a line names and nobody loaded would be found as one large gap. */
static bool all_spaces_loaded(const struct conflict_run *run)
{
    const struct line_table *lines = snapshot_lines(run->snapshot);
    for (int l = 0; l < lines->n; l++)
        if (*line_at(lines, l)->space && !snapshot_layer(run->snapshot, line_at(lines, l)->space))
            return false;
    return true;
}

enum status conflict_find_gaps(struct conflict_run *run, struct error *e)
{
    struct gap_search g = {.spaces = arena_array(run->arena, run->n_layers + 1, sizeof *g.spaces)};
    if (!g.spaces)
        return error_no_memory(e);
    for (size_t i = 0; i < run->n_layers; i++)
        if (!run->layers[i].line)
            g.spaces[g.n_spaces++] = run->layers[i].snapshot->index;
    if (!run->region || g.n_spaces < SPACES_THAT_TILE || !all_spaces_loaded(run))
        return STATUS_OK;
    g.all = index_box(run->region);
    g.columns = (size_t)ceil((g.all.east_deg - g.all.west_deg) / CELL_DEG) + 1;
    size_t rows = (size_t)ceil((g.all.north_deg - g.all.south_deg) / CELL_DEG) + 1, n = g.columns * rows;
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    run->total += (int64_t)n;
    g.cells = calloc(n, sizeof *g.cells);
    s = g.cells ? conflict_parallel(run, n, 32, look, NULL, &g, e) : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        if (g.cells[i].area_m2 > 0)
            s = add_gap(run, &w, &g.cells[i], e);
    free(g.cells);
    check_worker_release(&w);
    return s;
}
