/* Places of what a tiling covers (of the region, mostly) that none of its layers covers.
 *
 * It is walked in cells. The kernel says how much of a cell is to be covered and how much the layers cover;
 * only where the two differ does GEOS build what is missing. Layers that overlap each other in the same cell
 * could hide a gap of the same size: where any of them do, GEOS looks into every cell. */
#include "audit/conflicts/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_DEG 0.1
struct gap_search {
    const struct matrix_tiling *tiling;
    int tie; /* its row */
    const struct layer_index *cover;
    bool overlapping; /* sums of areas do not tell what is covered */
    struct geo_box all;
    size_t columns;
    struct conflict_place *cells;
    const struct layer_index **layers; /* arena */
    const char *names_zh, *names_en;
};

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

/* What is missing in the cell; area_m2 0: nothing. */
static enum status build(struct conflict_worker *w, const struct gap_search *g, const struct geo_shape *cell,
                         struct conflict_place *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *rest = NULL;
    out->area_m2 = 0;
    enum status s = conflict_cut(w, g->cover, NULL, NULL, cell, &rest, e);
    for (size_t i = 0; !s && rest && i < g->tiling->n; i++) {
        GEOSGeometry *less = NULL;
        s = conflict_cut(w, g->layers[i], NULL, NULL, cell, &less, e);
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
    double have = 0, tiles = 0;
    const struct geo_box box = cell_box(g, item);
    struct conflict_box cell;
    conflict_box_shape(&box, &cell);
    overlap_prepare(w->check.scratch, &cell.shape);
    enum status s = covered(w, g->cover, &have, e);
    for (size_t i = 0; !s && have > 0 && i < g->tiling->n; i++)
        s = covered(w, g->layers[i], &tiles, e);
    bool missing = have - tiles > CONFLICT_GAP_M2;
    if (s || have <= 0 || (!missing && !g->overlapping))
        return s;
    struct error why = {0};
    s = build(w, g, &cell.shape, &g->cells[item], &why);
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (!s)
        return STATUS_OK;
    if (!missing) { /* nobody knows what is missing here: that is no absence of gaps */
        if (e)
            *e = why;
        return s;
    }
    g->cells[item] = (struct conflict_place){.area_m2 = have - tiles, /* it stands without its geometry */
                                             .width_m = NAN,
                                             .lon_deg = (box.west_deg + box.east_deg) / 2,
                                             .lat_deg = (box.south_deg + box.north_deg) / 2};
    return STATUS_OK;
}

static enum status add_gap(struct conflict_run *run, const struct gap_search *g, struct check_worker *w,
                           const struct conflict_place *c, struct error *e)
{
    struct conflict_finding f = conflict_blank(CONFLICT_GAP, 3);
    f.layer_a = g->tiling->covers;
    f.tie = g->tie;
    f.note_zh = arena_printf(run->arena, "此处不属于%s中的任何一个（按 0.1 度格网列出%s）。", g->names_zh,
                             strcmp(f.layer_a, MATRIX_REGION) == 0 ? "；区界仅供参考" : "");
    f.note_en = arena_printf(
        run->arena, "None of %s covers this place (listed by cells of 0.1 degrees%s).", g->names_en,
        strcmp(f.layer_a, MATRIX_REGION) == 0 ? "; the outline is for reference only" : "");
    if (!f.note_zh || !f.note_en)
        return error_no_memory(e);
    conflict_put_place(&f, c);
    conflict_place_name(run, w, &f);
    return conflict_add(run, &f, e);
}

/* Whether a layer of the tiling overlaps itself or another of them anywhere. */
static bool overlaps(const struct conflict_run *run, const struct matrix_tiling *t)
{
    for (size_t k = 0; k < t->n; k++) {
        const char *layer = t->layers[k]->layer;
        int number = conflict_layer_number(run, layer);
        if (number >= 0 && run->layers[number].outlined)
            return true;
        for (size_t i = 0; i < run->n; i++) {
            const struct conflict_finding *f = &run->findings[i];
            bool itself = strcmp(f->layer_a, layer) == 0 && strcmp(f->layer_b, layer) == 0;
            bool another = f->kind == CONFLICT_ZONES_CROSS &&
                           (strcmp(f->layer_a, layer) == 0 || strcmp(f->layer_b, layer) == 0);
            if (itself || another)
                return true;
        }
    }
    return false;
}

static enum status prepare(struct conflict_run *run, struct gap_search *g, struct error *e)
{
    const struct matrix_tiling *t = g->tiling;
    g->layers = arena_array(run->arena, t->n + 1, sizeof *g->layers);
    g->names_zh = conflict_tiling_text(run->arena, t, true, "、");
    g->names_en = conflict_tiling_text(run->arena, t, false, ", ");
    if (!g->layers || !g->names_zh || !g->names_en)
        return error_no_memory(e);
    for (size_t i = 0; i < t->n; i++)
        g->layers[i] = snapshot_layer(run->snapshot, t->layers[i]->layer)->index;
    g->cover =
        strcmp(t->covers, MATRIX_REGION) == 0 ? run->region : snapshot_layer(run->snapshot, t->covers)->index;
    g->overlapping = overlaps(run, t);
    g->all = index_box(g->cover);
    g->columns = (size_t)ceil((g->all.east_deg - g->all.west_deg) / CELL_DEG) + 1;
    return STATUS_OK;
}

static enum status search(struct conflict_run *run, const struct matrix_tiling *tiling, int tie,
                          struct error *e)
{
    struct gap_search g = {.tiling = tiling, .tie = tie};
    enum status s = prepare(run, &g, e);
    if (s)
        return s;
    size_t rows = (size_t)ceil((g.all.north_deg - g.all.south_deg) / CELL_DEG) + 1, n = g.columns * rows;
    struct check_worker w;
    s = check_worker_init(&w, e);
    if (s)
        return s;
    run->total += (int64_t)n;
    g.cells = calloc(n, sizeof *g.cells);
    s = g.cells ? conflict_parallel(run, n, 32, look, NULL, &g, e) : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++)
        if (g.cells[i].area_m2 > 0)
            s = add_gap(run, &g, &w, &g.cells[i], e);
    free(g.cells);
    check_worker_release(&w);
    return s;
}

enum status conflict_find_gaps(struct conflict_run *run, struct error *e)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < run->matrix.n_tilings; i++) {
        const struct matrix_tiling *t = &run->matrix.tilings[i];
        const char *all = conflict_tiling_text(run->arena, t, false, ",");
        if (!all)
            return error_no_memory(e);
        int tie = conflict_tie_of(run, TIE_TILE, all, t->covers);
        if (tie >= 0)
            s = search(run, t, tie, e);
    }
    return s;
}
