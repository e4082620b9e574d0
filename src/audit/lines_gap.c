/* Places of the region that none of the three spaces covers.
 *
 * The region is walked in cells. The kernel says how much of a cell the region covers and how much the spaces do; only
 * where the two differ does GEOS build what is missing. Spaces that overlap each other in the same cell could hide a gap
 * of the same size: such a cell has a finding of its own (LINES_ZONES_CROSS). */
#include "audit/lines_parts.h"

#include "audit/row.h"
#include "geo/area.h"
#include "index/overlap_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_DEG 0.1
/* Below this the outline and the spaces agree. */
#define GAP_FLOOR_M2 1.0
/* Borders that should match are delivered with rounded coordinates (8 decimals are about a millimetre): what is left
 * between them is a hair, not a gap. 2 * area / perimeter of each part. */
#define GAP_WIDTH_M 0.01

struct cell_gap {
    double area_m2, width_m, lon_deg, lat_deg;
    void *blob;
    size_t blob_size;
};

struct gap_search {
    struct geo_box all;
    size_t columns;
    struct cell_gap *cells;
    const struct layer_index *spaces[LINES_MAX_LAYERS];
    size_t n_spaces;
};

static struct geo_shape cell_shape(const struct gap_search *g, size_t item, double lon[5], double lat[5])
{
    static const uint32_t rings[] = {0, 5}, polygons[] = {0, 1};
    double w = g->all.west_deg + CELL_DEG * (double)(item % g->columns);
    double s = g->all.south_deg + CELL_DEG * (double)(item / g->columns);
    const double x[5] = {w, w + CELL_DEG, w + CELL_DEG, w, w}, y[5] = {s, s, s + CELL_DEG, s + CELL_DEG, s};
    memcpy(lon, x, sizeof x);
    memcpy(lat, y, sizeof y);
    return (struct geo_shape){lon, lat, rings, polygons, 5, 1, 1, {w, s, w + CELL_DEG, s + CELL_DEG}};
}

static enum status covered(struct lines_worker *w, const struct layer_index *ix, double *sum, struct error *e)
{
    const struct overlap *o;
    size_t n;
    enum status s = overlap_measure(w->check.scratch, ix, &o, &n, e);
    for (size_t i = 0; !s && i < n; i++)
        *sum += o[i].area_m2;
    return s;
}

/* All features of a layer within the cell, as GEOS geometry; NULL when there is nothing. */
static enum status cut(struct lines_worker *w, const struct layer_index *ix, const struct geo_shape *cell,
                       GEOSGeometry **out, struct error *e)
{
    const struct overlap *o;
    size_t n, n_parts = 0;
    struct overlap_shape shape;
    *out = NULL;
    enum status s = overlap_measure(w->check.scratch, ix, &o, &n, e);
    struct overlap_part *parts = s ? NULL : arena_array(w->check.arena, n + 1, sizeof *parts);
    if (s || !parts)
        return s ? s : error_no_memory(e);
    for (size_t i = 0; i < n; i++)
        if (o[i].area_m2 > LINES_FLOOR_M2)
            parts[n_parts++] = (struct overlap_part){o[i].feature, o[i].area_m2};
    if (n_parts == 0)
        return STATUS_OK;
    s = overlap_shape_build(ix, parts, n_parts, cell, w->check.geos, w->check.clip, w->check.arena, &shape,
                            e);
    return s || !shape.shape.n_rings ? s : geo_geos_from_shape(w->check.geos, &shape.shape, out, e);
}

/* Takes `rest` and gives what is left of it without `less`. */
static GEOSGeometry *without(GEOSContextHandle_t h, GEOSGeometry *rest, GEOSGeometry *less)
{
    GEOSGeometry *d = less ? GEOSDifference_r(h, rest, less) : rest;
    if (less) {
        GEOSGeom_destroy_r(h, rest);
        GEOSGeom_destroy_r(h, less);
    }
    return d;
}

static double perimeter_m(const struct geo_shape *s, uint32_t first_ring, uint32_t end_ring)
{
    double sum = 0, north_m, east_m;
    for (uint32_t r = first_ring; r < end_ring; r++) {
        geo_metres_per_degree(s->lat_deg[s->ring_start[r]], &north_m, &east_m);
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
            sum += hypot((s->lon_deg[i + 1] - s->lon_deg[i]) * east_m,
                         (s->lat_deg[i + 1] - s->lat_deg[i]) * north_m);
    }
    return sum;
}

/* Adds the polygon to the builder when it is wider than a hair. */
static void sift(const struct geo_shape *s, uint32_t polygon, struct geo_shape_builder *b, double *perimeter)
{
    uint32_t first = s->polygon_start[polygon], end = s->polygon_start[polygon + 1];
    double area = 0, around = perimeter_m(s, first, end);
    for (uint32_t r = first; r < end; r++)
        area += geo_ring_area_m2(s->lon_deg + s->ring_start[r], s->lat_deg + s->ring_start[r],
                                 s->ring_start[r + 1] - s->ring_start[r]);
    if (!(2 * area > GAP_WIDTH_M * around))
        return;
    *perimeter += around;
    geo_shape_builder_polygon(b);
    for (uint32_t r = first; r < end; r++) {
        geo_shape_builder_ring(b);
        for (uint32_t i = s->ring_start[r]; i < s->ring_start[r + 1]; i++)
            geo_shape_builder_point(b, s->lon_deg[i], s->lat_deg[i]);
    }
}

static enum status store_gap(struct lines_worker *w, const struct geo_shape *shape, struct cell_gap *out,
                             struct error *e)
{
    const void *blob = row_gpkg_blob(shape, 4490, w->check.arena, &out->blob_size);
    out->blob = blob ? malloc(out->blob_size) : NULL;
    if (!out->blob)
        return error_no_memory(e);
    memcpy(out->blob, blob, out->blob_size);
    out->lon_deg = (shape->box.west_deg + shape->box.east_deg) / 2;
    out->lat_deg = (shape->box.south_deg + shape->box.north_deg) / 2;
    (void)lines_point_in(&w->check, shape, &out->lon_deg, &out->lat_deg);
    return STATUS_OK;
}

/* The parts that are wider than a hair are the finding; without any there is none. */
static enum status keep(struct lines_worker *w, const struct geo_shape *shape, struct cell_gap *out,
                        struct error *e)
{
    struct geo_shape_builder b;
    struct geo_shape wide = {.n_rings = 0};
    double perimeter = 0;
    enum status s = STATUS_OK;
    geo_shape_builder_init(&b);
    for (uint32_t p = 0; p < shape->n_polygons; p++)
        sift(shape, p, &b, &perimeter);
    out->area_m2 = 0;
    if (b.n_rings > 0)
        s = geo_shape_builder_finish(&b, w->check.arena, &wide, e);
    geo_shape_builder_release(&b);
    double area = !s && wide.n_rings ? geo_shape_area_m2(&wide) : 0;
    if (s || area <= GAP_FLOOR_M2)
        return s;
    out->area_m2 = area;
    out->width_m = 2 * area / perimeter;
    return store_gap(w, &wide, out, e);
}

static enum status build(struct lines_worker *w, const struct gap_search *g, const struct geo_shape *cell,
                         struct cell_gap *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(w->check.geos);
    GEOSGeometry *rest = NULL;
    enum status s = cut(w, w->run->region, cell, &rest, e);
    for (size_t i = 0; !s && rest && i < g->n_spaces; i++) {
        GEOSGeometry *less = NULL;
        s = cut(w, g->spaces[i], cell, &less, e);
        if (!s)
            rest = without(h, rest, less);
    }
    struct geo_shape shape = {.n_rings = 0};
    if (!s && rest)
        s = geo_geos_to_shape(w->check.geos, rest, w->check.arena, &shape, e);
    if (rest)
        GEOSGeom_destroy_r(h, rest);
    return s || !shape.n_rings ? s : keep(w, &shape, out, e);
}

static enum status look(struct lines_worker *w, size_t item, void *user, struct error *e)
{
    struct gap_search *g = user;
    double lon[5], lat[5], have = 0, spaces = 0;
    struct geo_shape cell = cell_shape(g, item, lon, lat);
    enum status s = overlap_prepare(w->check.scratch, &cell, e);
    if (!s)
        s = covered(w, w->run->region, &have, e);
    for (size_t i = 0; !s && have > 0 && i < g->n_spaces; i++)
        s = covered(w, g->spaces[i], &spaces, e);
    if (s || have - spaces <= GAP_FLOOR_M2)
        return s;
    g->cells[item].area_m2 = have - spaces;
    g->cells[item].width_m = NAN;
    struct error why = {0};
    enum status st = build(w, g, &cell, &g->cells[item], &why);
    if (st == STATUS_NO_MEMORY)
        return error_no_memory(e);
    if (st) { /* the area stands without its geometry */
        g->cells[item].lon_deg = (cell.box.west_deg + cell.box.east_deg) / 2;
        g->cells[item].lat_deg = (cell.box.south_deg + cell.box.north_deg) / 2;
    }
    return STATUS_OK;
}

static enum status add_gap(struct lines_run *run, struct check_worker *w, const struct cell_gap *c,
                           struct error *e)
{
    struct lines_finding f = {
        .kind = LINES_GAP,
        .severity = 3,
        .layer_a = "region",
        .layer_b = "",
        .code_a = "",
        .code_b = "",
        .zone_a = "",
        .zone_b = "",
        .county = "",
        .width_m = c->width_m,
        .declared_m2 = NAN,
        .computed_m2 = NAN,
        .rule = "",
        .basis = "",
        .area_m2 = c->area_m2,
        .lon_deg = c->lon_deg,
        .lat_deg = c->lat_deg,
        .note_zh = "此处不属于三类空间中的任何一类（按 0.1 度格网列出；区界仅供参考）。",
        .note_en = "None of the three spaces covers this place (listed by cells of 0.1 degrees; "
                   "the outline is for reference only)."};
    lines_place_name(run, w, &f);
    if (c->blob) {
        void *copy = arena_alloc(run->arena, c->blob_size);
        if (!copy)
            return error_no_memory(e);
        f.blob = memcpy(copy, c->blob, c->blob_size);
        f.blob_size = c->blob_size;
    }
    return lines_add(run, &f, e);
}

enum status lines_find_gaps(struct lines_run *run, struct error *e)
{
    struct gap_search g = {.n_spaces = 0};
    for (size_t i = 0; i < run->n_layers; i++)
        if (!run->layers[i].is_line)
            g.spaces[g.n_spaces++] = run->layers[i].snapshot->index;
    if (!run->region || g.n_spaces < 3)
        return STATUS_OK; /* without all three there is nothing that should tile */
    g.all = index_box(run->region);
    g.columns = (size_t)ceil((g.all.east_deg - g.all.west_deg) / CELL_DEG) + 1;
    size_t rows = (size_t)ceil((g.all.north_deg - g.all.south_deg) / CELL_DEG) + 1, n = g.columns * rows;
    struct check_worker w;
    enum status s = check_worker_init(&w, e);
    if (s)
        return s;
    run->total += (int64_t)n;
    g.cells = calloc(n, sizeof *g.cells);
    s = g.cells ? lines_parallel(run, n, 32, look, NULL, &g, e) : error_no_memory(e);
    for (size_t i = 0; g.cells && i < n; i++) {
        if (!s && g.cells[i].area_m2 > 0)
            s = add_gap(run, &w, &g.cells[i], e);
        free(g.cells[i].blob);
    }
    free(g.cells);
    check_worker_release(&w);
    return s;
}
