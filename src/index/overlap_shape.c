#include "index/overlap_shape.h"

#include "base/budget.h"
#include "geo/area.h"
#include "geo/edge_grid.h"
#include "index/overlap_overlay.h"
#include "index/overlap_trace.h"
#include "index/shape_index.h"

#include <math.h>
#include <string.h>

/* ---- rings of one feature, clipped, as a plain ring list in the arena ---- */

struct ring_list {
    struct arena *arena;
    double *lon, *lat;
    uint32_t *start;
    size_t n_vertices, n_rings, cap_lon, cap_lat, cap_rings;
    struct geo_box box;
    bool failed;
};

static bool ring_list_reserve(struct ring_list *l, size_t vertices)
{
    size_t need = l->n_vertices + vertices;
    return ARENA_RESERVE(l->arena, l->lon, l->cap_lon, need) &&
           ARENA_RESERVE(l->arena, l->lat, l->cap_lat, need) &&
           ARENA_RESERVE(l->arena, l->start, l->cap_rings, l->n_rings + 2);
}

static bool ring_list_add(const struct index_clip_ring *ring, void *user)
{
    struct ring_list *l = user;
    if (!ring_list_reserve(l, ring->n)) {
        l->failed = true;
        return false;
    }
    memcpy(l->lon + l->n_vertices, ring->lon_deg, ring->n * sizeof(double));
    memcpy(l->lat + l->n_vertices, ring->lat_deg, ring->n * sizeof(double));
    geo_box_add_all(&l->box, ring->lon_deg, ring->lat_deg, ring->n);
    l->n_vertices += ring->n;
    l->start[0] = 0;
    l->start[++l->n_rings] = (uint32_t)l->n_vertices;
    return true;
}

enum status overlap_clip_shape(const struct layer_index *ix, uint32_t feature, const struct geo_box *box,
                               struct index_clip_scratch *scratch, struct arena *arena, struct geo_shape *out,
                               struct error *e)
{
    struct ring_list l = {.arena = arena, .box = geo_box_empty()};
    enum status s = index_clip_feature(ix, feature, box, scratch, ring_list_add, &l, e);
    if (s)
        return s;
    uint32_t *polygons = arena_array(arena, l.n_rings + 1, sizeof *polygons);
    if (l.failed || !polygons)
        return error_no_memory(e);
    for (size_t i = 0; i <= l.n_rings; i++)
        polygons[i] = (uint32_t)i; /* one ring each: even-odd reading tells holes */
    *out = (struct geo_shape){
        l.lon, l.lat, l.start, polygons, (uint32_t)l.n_vertices, (uint32_t)l.n_rings, (uint32_t)l.n_rings,
        l.box};
    return STATUS_OK;
}

/* From here on all is traced, and GEOS asked for what cannot be: of fewer edges it is asked as ever, so that
 * no figure of a usual parcel moves by a bit. */
enum { LARGE_VERTICES = 1024, LARGE_RINGS = 64 };

static bool is_large(const struct geo_shape *parcel)
{
    return parcel->n_vertices > LARGE_VERTICES || parcel->n_rings > LARGE_RINGS;
}

/* GEOS tries pairs of edges whose boxes meet: of the rays of a star that is every pair, four times over. */
static enum status refuse_hopeless(struct overlap_shapes *from, struct error *e)
{
    const struct geo_shape *parcel = from->parcel;
    struct edge_grid grid = {.edges = NULL};
    if (from->geos_is_asked || !is_large(parcel))
        return STATUS_OK;
    enum status s =
        edge_grid_make(&grid, parcel->lon_deg, parcel->lat_deg, parcel->ring_start, parcel->n_rings)
            ? STATUS_OK
            : error_no_memory(e);
    if (!s && edge_grid_is_hopeless(&grid))
        s = budget_too_costly(
            e, "地块的边又长又密，且与图层的界线相接或相重，求公共部分的图形要占用过多的时间",
            "The parcel's edges are long and close together, and touch or follow borders of the layer: to "
            "build the geometry of what it has in common with it would take too much time");
    edge_grid_release(&grid);
    from->geos_is_asked = !s;
    return s;
}

static enum status shapes_begin(struct overlap_shapes *from, struct error *e)
{
    if (from->edges)
        return STATUS_OK;
    from->edges = shape_index_new(from->parcel, from->arena);
    if (!from->edges)
        return error_no_memory(e);
    from->tolerance_m2 = fmax(0.01, 1e-8 * index_feature_at(from->edges, 0).area_m2);
    return STATUS_OK;
}

static enum status area_of(const struct overlay_task *task, const GEOSGeometry *g, double *area_m2,
                           struct error *e)
{
    struct geo_shape shape;
    enum status s = geo_geos_to_shape(task->from->geos, g, task->from->arena, &shape, e);
    if (!s)
        *area_m2 = geo_shape_area_m2(&shape);
    return s;
}

/* One feature's part, checked against the kernel's figure. What GEOS is given was copied, and is looked at
 * first: borders of changed bytes cross each other everywhere, and keep it busy for minutes. */
static enum status part_build(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    static enum status (*const ways[])(const struct overlay_task *, GEOSGeometry **, struct error *) = {
        overlay_inside, overlay_rings, overlay_faces, overlay_whole};
    if (!index_is_trusted(task->from->ix))
        return index_changed(e);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        double area_m2 = 0;
        *out = NULL;
        enum status s = ways[i](task, out, e);
        if (!s && *out)
            s = area_of(task, *out, &area_m2, e);
        if (!s && fabs(area_m2 - task->area_m2) <= task->from->tolerance_m2)
            return STATUS_OK;
        if (*out)
            GEOSGeom_destroy_r(geo_geos_handle(task->from->geos), *out);
        *out = NULL;
        if (s == STATUS_NO_MEMORY || s == STATUS_CORRUPT || s == STATUS_TOO_LARGE)
            return s;
    }
    return overlay_failed(e);
}

/* Takes the n pieces, whatever happens. */
static enum status unite(GEOSContextHandle_t h, GEOSGeometry **pieces, size_t n, GEOSGeometry **out,
                         struct error *e)
{
    if (n == 1) {
        *out = pieces[0];
        return STATUS_OK;
    }
    GEOSGeometry *all = GEOSGeom_createCollection_r(h, GEOS_GEOMETRYCOLLECTION, pieces, (unsigned)n);
    *out = all ? GEOSUnaryUnion_r(h, all) : NULL;
    if (all)
        GEOSGeom_destroy_r(h, all);
    return *out ? STATUS_OK : overlay_failed(e);
}

/* A union is no smaller than its largest part and no larger than their sum. */
static bool union_is_plausible(double union_m2, const struct overlap_part *parts, size_t n,
                               double tolerance_m2)
{
    double sum = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        sum += parts[i].area_m2;
        largest = fmax(largest, parts[i].area_m2);
    }
    return union_m2 >= largest - tolerance_m2 && union_m2 <= sum + (double)n * tolerance_m2;
}

/* The feature as it looks near the parcel. */
static enum status task_begin(struct overlap_shapes *from, const struct overlap_part *part,
                              struct overlay_task *out, struct error *e)
{
    struct geo_box box = overlay_box(&from->parcel->box);
    *out = (struct overlay_task){.from = from, .feature = part->feature, .area_m2 = part->area_m2};
    return overlap_clip_shape(from->ix, part->feature, &box, from->clip, from->arena, &out->local, e);
}

static struct overlap_shape measured(const struct geo_shape *s)
{
    return (struct overlap_shape){*s, geo_shape_area_m2(s), geo_perimeter_m(s, 0, s->n_rings)};
}

static enum status too_many_crossings(struct error *e)
{
    return budget_too_costly(
        e, "地块的边与图层的界线相交次数过多（一个图斑超过400万次），不能求出公共部分的图形",
        "The parcel's edges cross the borders of one feature more than four million "
        "times: the geometry of what they have in common is too large");
}

/* Along all borders, of a large parcel. *done: it could be. */
static enum status trace_large(const struct overlap_shapes *from, const struct geo_shape *feature, bool *done,
                               struct overlap_shape *out, struct error *e)
{
    struct geo_shape shape;
    *done = false;
    switch (overlap_trace_whole(from->parcel, from->edges, feature, from->clip, from->arena, &shape)) {
    case TRACE_TOO_MANY:
        return too_many_crossings(e);
    case TRACE_NOT:
        return STATUS_OK;
    case TRACE_DONE:
        break;
    }
    *out = measured(&shape);
    *done = true;
    return STATUS_OK;
}

/* Along the borders. Not *done where that cannot be, or does not give the area that was measured. */
static enum status traced(const struct overlay_task *task, bool *done, struct overlap_shape *out,
                          struct error *e)
{
    const struct overlap_shapes *from = task->from;
    struct geo_shape shape;
    enum status s = STATUS_OK;
    *done = overlap_trace(from->parcel, from->edges, &task->local, from->arena, &shape);
    if (*done)
        *out = measured(&shape);
    else if (is_large(from->parcel))
        s = trace_large(from, &task->local, done, out, e);
    *done = !s && *done && fabs(out->area_m2 - task->area_m2) <= from->tolerance_m2;
    return s;
}

/* ---- the features first, then the parcel ---- */

static bool lies_in(const struct geo_box *a, const struct geo_box *b)
{
    return a->west_deg >= b->west_deg && a->east_deg <= b->east_deg && a->south_deg >= b->south_deg &&
           a->north_deg <= b->north_deg;
}

/* A feature near the parcel. NULL with STATUS_OK: nothing of it is. */
static enum status feature_near(const struct overlap_shapes *from, uint32_t feature, GEOSGeometry **out,
                                struct error *e)
{
    struct geo_box near = overlay_box(&from->parcel->box), box = index_feature_box(from->ix, feature);
    struct geo_shape whole;
    *out = NULL;
    enum status s = index_feature_shape(from->ix, feature, from->arena, &whole, e);
    if (!s && !index_is_trusted(from->ix))
        s = index_changed(e);
    if (!s)
        s = geo_geos_from_shape(from->geos, &whole, out, e);
    if (s || lies_in(&box, &near))
        return s;
    return overlay_clip(geo_geos_handle(from->geos), &near, out, e);
}

/* What the features cover together near the parcel: their union is no dearer for what the parcel is. */
static enum status features_united(const struct overlap_shapes *from, const struct overlap_part *parts,
                                   size_t n, struct geo_shape *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(from->geos);
    GEOSGeometry **near = arena_array(from->arena, n, sizeof *near), *joined = NULL;
    size_t n_near = 0;
    enum status s = near ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < n && !(s = budget_check(e)); i++) {
        s = feature_near(from, parts[i].feature, &near[n_near], e);
        n_near += near[n_near] != NULL;
    }
    if (!s && n_near > 0) {
        s = unite(h, near, n_near, &joined, e);
        n_near = 0;
    }
    *out = (struct geo_shape){.box = geo_box_empty()};
    if (!s && joined)
        s = geo_geos_to_shape(from->geos, joined, from->arena, out, e);
    for (size_t i = 0; i < n_near; i++)
        GEOSGeom_destroy_r(h, near[i]);
    if (joined)
        GEOSGeom_destroy_r(h, joined);
    return s;
}

/* Can each of them be traced? Where borders run along each other a union would be made for nothing. */
static enum status each_is_traced(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                  bool *out, struct error *e)
{
    enum status s = STATUS_OK;
    *out = true;
    for (size_t i = 0; !s && *out && i < n && !(s = budget_check(e)); i++) {
        struct overlay_task task;
        struct overlap_shape one;
        s = task_begin(from, parts + i, &task, e);
        if (!s)
            s = trace_large(from, &task.local, out, &one, e);
        *out = !s && *out && fabs(one.area_m2 - task.area_m2) <= from->tolerance_m2;
    }
    return s;
}

static enum status traced_together(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                   bool *done, struct overlap_shape *out, struct error *e)
{
    struct geo_shape all;
    *done = false;
    if (!is_large(from->parcel))
        return STATUS_OK;
    enum status s = each_is_traced(from, parts, n, done, e);
    if (s || !*done)
        return s;
    s = features_united(from, parts, n, &all, e);
    *done = false;
    if (s == STATUS_INTERNAL)
        return STATUS_OK;
    if (!s)
        s = trace_large(from, &all, done, out, e);
    *done = !s && *done && union_is_plausible(out->area_m2, parts, n, from->tolerance_m2);
    return s;
}

/* ---- piece by piece ---- */

/* Through GEOS, piece by piece. `first` is the first part's task, which has been begun. */
static enum status overlaid(struct overlap_shapes *from, const struct overlay_task *first,
                            const struct overlap_part *parts, size_t n, struct overlap_shape *out,
                            struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(from->geos);
    GEOSGeometry **pieces = arena_array(from->arena, n + 1, sizeof *pieces), *joined = NULL;
    struct overlay_task task = *first;
    size_t n_parts = 0;
    enum status s = pieces ? refuse_hopeless(from, e) : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++) {
        if (i > 0)
            s = task_begin(from, parts + i, &task, e);
        if (!s)
            s = part_build(&task, &pieces[n_parts], e);
        n_parts += !s && pieces[n_parts];
    }
    if (!s && n_parts > 0) {
        s = unite(h, pieces, n_parts, &joined, e);
        n_parts = 0;
    }
    *out = (struct overlap_shape){.shape = {.box = geo_box_empty()}};
    if (!s && joined)
        s = geo_geos_to_shape(from->geos, joined, from->arena, &out->shape, e);
    for (size_t i = 0; i < n_parts; i++)
        GEOSGeom_destroy_r(h, pieces[i]);
    if (joined)
        GEOSGeom_destroy_r(h, joined);
    if (s || !joined)
        return s;
    out->area_m2 = geo_shape_area_m2(&out->shape);
    out->perimeter_m = geo_perimeter_m(&out->shape, 0, out->shape.n_rings);
    return STATUS_OK;
}

static enum status shape_build(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                               struct overlap_shape *out, struct error *e)
{
    struct overlap_shape result;
    struct overlay_task first;
    bool done = false;
    if (n == 0) {
        *out = (struct overlap_shape){.shape = {.box = geo_box_empty()}};
        return STATUS_OK;
    }
    enum status s = shapes_begin(from, e);
    if (!s)
        s = budget_check(e);
    if (!s)
        s = task_begin(from, parts, &first, e);
    if (!s)
        s = n == 1 ? traced(&first, &done, &result, e) : traced_together(from, parts, n, &done, &result, e);
    if (!s && !done) {
        s = overlaid(from, &first, parts, n, &result, e);
        if (!s && !union_is_plausible(result.area_m2, parts, n, from->tolerance_m2))
            s = overlay_failed(e);
    }
    if (!s)
        *out = result;
    return s;
}

enum status overlap_shape_build(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                struct overlap_shape *out, struct error *e)
{
    geo_geos_forget_message(from->geos);
    enum status s = shape_build(from, parts, n, out, e);
    if (s == STATUS_INTERNAL && geo_geos_was_interrupted(from->geos)) {
        geo_geos_forget_message(from->geos);
        s = shape_build(from, parts, n, out, e);
    }
    return s;
}

static void add_shape(struct geo_shape_builder *b, const struct geo_shape *s)
{
    for (uint32_t p = 0; p < s->n_polygons; p++) {
        geo_shape_builder_polygon(b);
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++) {
            geo_shape_builder_ring(b);
            for (uint32_t i = s->ring_start[r]; i < s->ring_start[r + 1]; i++)
                geo_shape_builder_point(b, s->lon_deg[i], s->lat_deg[i]);
        }
    }
}

enum status overlap_shape_pieces(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                 struct geo_shape *out, struct error *e)
{
    struct geo_shape_builder b;
    enum status s = STATUS_OK;
    geo_shape_builder_init(&b);
    for (size_t i = 0; !s && i < n; i++) {
        struct overlap_shape one;
        s = overlap_shape_build(from, parts + i, 1, &one, e);
        if (!s)
            add_shape(&b, &one.shape);
    }
    if (!s)
        s = geo_shape_builder_finish(&b, from->arena, out, e);
    geo_shape_builder_release(&b);
    return s;
}
