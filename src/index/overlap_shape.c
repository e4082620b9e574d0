#include "index/overlap_shape.h"

#include "base/room.h"
#include "geo/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rings of one feature, clipped, as a plain ring list in the arena ---- */

struct ring_list {
    struct arena *arena;
    double *lon, *lat;
    uint32_t *start;
    size_t n_vertices, n_rings, cap_vertices, cap_rings;
    struct geo_box box;
    bool failed;
};

static void *arena_grow(struct arena *a, const void *old, size_t used, size_t capacity)
{
    void *p = arena_alloc(a, capacity);
    if (p && used)
        memcpy(p, old, used);
    return p;
}

static bool ring_list_reserve(struct ring_list *l, size_t vertices)
{
    if (l->n_vertices + vertices > l->cap_vertices) {
        l->cap_vertices = 2 * l->cap_vertices + vertices + 64;
        l->lon =
            arena_grow(l->arena, l->lon, l->n_vertices * sizeof(double), l->cap_vertices * sizeof(double));
        l->lat =
            arena_grow(l->arena, l->lat, l->n_vertices * sizeof(double), l->cap_vertices * sizeof(double));
    }
    if (l->n_rings + 2 > l->cap_rings) {
        l->cap_rings = 2 * l->cap_rings + 16;
        size_t used = l->n_rings ? (l->n_rings + 1) * sizeof(uint32_t) : 0;
        l->start = arena_grow(l->arena, l->start, used, l->cap_rings * sizeof(uint32_t));
    }
    return l->lon && l->lat && l->start;
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
    for (uint32_t i = 0; i < ring->n; i++)
        geo_box_add(&l->box, ring->lon_deg[i], ring->lat_deg[i]);
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

/* ---- through GEOS: node all boundaries, and keep the faces that lie in the parcel and in a feature ----
 *
 * Which faces to keep is decided by winding numbers of the rings as delivered, never by the validity of what clipping
 * left over: clipped rings may run to and fro along the border of the clip box. */

static enum status geos_failed(struct error *e)
{
    error_zh(e, "GEOS 未能求出重叠图形；面积不受影响，但图形不可用。");
    return error_fail(e, STATUS_INTERNAL, "geos-overlay", "GEOS could not build the overlap geometry.");
}

/* GEOS lines that are collected one by one; all are owned by the list until line_list_take. */
struct line_list {
    GEOSContextHandle_t handle;
    GEOSGeometry **lines;
    size_t n, capacity;
};

static bool line_list_add(struct line_list *l, const double *lon, const double *lat, uint32_t n)
{
    GEOSGeometry **lines = room_for(l->lines, &l->capacity, l->n + 1, sizeof(GEOSGeometry *));
    if (!lines)
        return false;
    l->lines = lines;
    GEOSCoordSequence *c = GEOSCoordSeq_copyFromArrays_r(l->handle, lon, lat, NULL, NULL, n);
    GEOSGeometry *line = c ? GEOSGeom_createLineString_r(l->handle, c) : NULL;
    if (!line)
        return false;
    l->lines[l->n++] = line;
    return true;
}

static bool line_list_add_shape(struct line_list *l, const struct geo_shape *s)
{
    for (uint32_t r = 0; r < s->n_rings; r++)
        if (!line_list_add(l, s->lon_deg + s->ring_start[r], s->lat_deg + s->ring_start[r],
                           s->ring_start[r + 1] - s->ring_start[r]))
            return false;
    return true;
}

static void line_list_release(struct line_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        GEOSGeom_destroy_r(l->handle, l->lines[i]);
    free(l->lines);
}

/* The faces that the lines cut the plane into, as a collection of polygons. Takes the lines. */
static GEOSGeometry *faces_of(struct line_list *l)
{
    GEOSContextHandle_t h = l->handle;
    GEOSGeometry *all = GEOSGeom_createCollection_r(h, GEOS_MULTILINESTRING, l->lines, (unsigned)l->n);
    if (!all)
        return NULL;
    l->n = 0; /* the collection owns them now */
    GEOSGeometry *noded = GEOSUnaryUnion_r(h, all);
    GEOSGeom_destroy_r(h, all);
    if (!noded)
        return NULL;
    const GEOSGeometry *const input[1] = {noded};
    GEOSGeometry *faces = GEOSPolygonize_r(h, input, 1);
    GEOSGeom_destroy_r(h, noded);
    return faces;
}

static bool shape_contains(const struct geo_shape *s, double lon, double lat)
{
    bool inside = false;
    for (uint32_t r = 0; r < s->n_rings; r++) {
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            double x0 = s->lon_deg[i], x1 = s->lon_deg[i + 1];
            if ((x0 <= lon) != (x1 <= lon) &&
                lat < s->lat_deg[i] + (lon - x0) / (x1 - x0) * (s->lat_deg[i + 1] - s->lat_deg[i]))
                inside = !inside;
        }
    }
    return inside;
}

/* What one overlap is built from. */
struct selection {
    const struct layer_index *ix;
    uint32_t feature;
    const struct geo_shape *parcel;
    struct geo_geos *geos;
    struct index_clip_scratch *scratch;
    struct arena *arena;
};

static enum status face_is_wanted(GEOSContextHandle_t h, const GEOSGeometry *face,
                                  const struct selection *sel, bool *wanted, struct error *e)
{
    GEOSGeometry *point = GEOSPointOnSurface_r(h, face);
    double lon = 0, lat = 0;
    bool known = point && GEOSGeomGetX_r(h, point, &lon) == 1 && GEOSGeomGetY_r(h, point, &lat) == 1;
    if (point)
        GEOSGeom_destroy_r(h, point);
    if (!known)
        return geos_failed(e);
    *wanted = false;
    if (!shape_contains(sel->parcel, lon, lat))
        return STATUS_OK;
    return index_feature_contains(sel->ix, sel->feature, lon, lat, sel->scratch, wanted, e);
}

/* The wanted faces, joined. NULL with STATUS_OK when there are none. */
static enum status join_wanted(GEOSContextHandle_t h, const GEOSGeometry *faces, const struct selection *sel,
                               GEOSGeometry **out, struct error *e)
{
    int n = GEOSGetNumGeometries_r(h, faces);
    GEOSGeometry **kept = calloc((size_t)n + 1, sizeof(GEOSGeometry *));
    unsigned n_kept = 0;
    enum status s = kept && n >= 0 ? STATUS_OK : error_no_memory(e);
    for (int i = 0; !s && i < n; i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(h, faces, i);
        bool wanted = false;
        s = face_is_wanted(h, face, sel, &wanted, e);
        if (!s && wanted && (kept[n_kept++] = GEOSGeom_clone_r(h, face)) == NULL)
            s = error_no_memory(e);
    }
    *out = NULL;
    if (!s && n_kept > 0) {
        GEOSGeometry *all = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, kept, n_kept);
        unsigned n_joined = n_kept;
        n_kept = all ? 0 : n_kept;
        *out = !all            ? NULL
               : n_joined == 1 ? GEOSGeom_clone_r(h, GEOSGetGeometryN_r(h, all, 0))
                               : GEOSCoverageUnion_r(h, all);
        if (all)
            GEOSGeom_destroy_r(h, all);
        s = *out ? STATUS_OK : geos_failed(e);
    }
    for (unsigned i = 0; i < n_kept; i++)
        if (kept[i])
            GEOSGeom_destroy_r(h, kept[i]);
    free(kept);
    return s;
}

static struct geo_box grown(const struct geo_box *b)
{
    /* The cut must not run along the parcel's own border: there GEOS would have to node nearly equal lines. */
    double dx = (b->east_deg - b->west_deg) * 0.01 + 1e-6, dy = (b->north_deg - b->south_deg) * 0.01 + 1e-6;
    return (struct geo_box){b->west_deg - dx, b->south_deg - dy, b->east_deg + dx, b->north_deg + dy};
}

static double perimeter_m(const struct geo_shape *s)
{
    double sum = 0;
    for (uint32_t r = 0; r < s->n_rings; r++) {
        double north_m, east_m;
        geo_metres_per_degree(s->lat_deg[s->ring_start[r]], &north_m, &east_m);
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
            sum += hypot((s->lon_deg[i + 1] - s->lon_deg[i]) * east_m,
                         (s->lat_deg[i + 1] - s->lat_deg[i]) * north_m);
    }
    return sum;
}

static enum status lines_collect(const struct selection *sel, struct line_list *lines, struct error *e)
{
    struct geo_box box = grown(&sel->parcel->box);
    struct geo_shape local;
    enum status s = overlap_clip_shape(sel->ix, sel->feature, &box, sel->scratch, sel->arena, &local, e);
    if (s)
        return s;
    bool ok = line_list_add_shape(lines, sel->parcel) && line_list_add_shape(lines, &local);
    return ok ? STATUS_OK : geos_failed(e);
}

enum { RINGS_MAX = 12 };

static GEOSGeometry *ring_polygon(GEOSContextHandle_t h, const struct geo_shape *s, uint32_t ring)
{
    uint32_t first = s->ring_start[ring], n = s->ring_start[ring + 1] - first;
    GEOSCoordSequence *c =
        GEOSCoordSeq_copyFromArrays_r(h, s->lon_deg + first, s->lat_deg + first, NULL, NULL, n);
    GEOSGeometry *line = c ? GEOSGeom_createLinearRing_r(h, c) : NULL;
    return line ? GEOSGeom_createPolygon_r(h, line, NULL, 0) : NULL;
}

typedef GEOSGeometry *overlay_fn(GEOSContextHandle_t h, const GEOSGeometry *a, const GEOSGeometry *b);

/* Takes both. */
static GEOSGeometry *overlay(GEOSContextHandle_t h, overlay_fn *fn, GEOSGeometry *a, GEOSGeometry *b)
{
    GEOSGeometry *out = a && b ? fn(h, a, b) : NULL;
    if (a)
        GEOSGeom_destroy_r(h, a);
    if (b)
        GEOSGeom_destroy_r(h, b);
    return out;
}

/* (parcel and each outer ring, joined) without each hole. */
static GEOSGeometry *overlay_each(GEOSContextHandle_t h, const GEOSGeometry *parcel,
                                  const struct geo_shape *s)
{
    GEOSGeometry *sum = NULL;
    bool ok = true;
    for (int holes = 0; holes < 2; holes++)
        for (uint32_t r = 0; ok && r < s->n_rings; r++) {
            uint32_t first = s->ring_start[r], n = s->ring_start[r + 1] - first;
            if ((geo_ring_area_m2(s->lon_deg + first, s->lat_deg + first, n) < 0) != holes)
                continue;
            GEOSGeometry *ring = ring_polygon(h, s, r);
            if (holes)
                sum = overlay(h, GEOSDifference_r, sum, ring);
            else if (sum)
                sum = overlay(h, GEOSUnion_r, sum,
                              overlay(h, GEOSIntersection_r, GEOSGeom_clone_r(h, parcel), ring));
            else
                sum = overlay(h, GEOSIntersection_r, GEOSGeom_clone_r(h, parcel), ring);
            ok = sum != NULL;
        }
    return sum;
}

/* Where the feature is a few rings near the parcel, as features mostly are, each is a polygon of its own. A ring may still run
 * to and fro along the border of the clip, which GEOS may refuse or not: the area that was measured decides. */
static enum status overlay_rings(const struct selection *sel, GEOSGeometry **out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(sel->geos);
    struct geo_box box = grown(&sel->parcel->box);
    struct geo_shape local;
    GEOSGeometry *parcel = NULL;
    *out = NULL;
    enum status s = overlap_clip_shape(sel->ix, sel->feature, &box, sel->scratch, sel->arena, &local, e);
    if (s || local.n_rings == 0 || local.n_rings > RINGS_MAX)
        return s ? s : geos_failed(e);
    s = geo_geos_from_shape(sel->geos, sel->parcel, &parcel, e);
    if (s)
        return s;
    *out = overlay_each(h, parcel, &local);
    GEOSGeom_destroy_r(h, parcel);
    return *out ? STATUS_OK : geos_failed(e);
}

/* From the feature as it looks near the parcel. NULL with STATUS_OK when there is no common area. */
static enum status overlay_local(const struct selection *sel, GEOSGeometry **out, struct error *e)
{
    struct line_list lines = {.handle = geo_geos_handle(sel->geos)};
    *out = NULL;
    enum status s = lines_collect(sel, &lines, e);
    if (!s) {
        GEOSGeometry *faces = faces_of(&lines);
        s = faces ? join_wanted(lines.handle, faces, sel, out, e) : geos_failed(e);
        if (faces)
            GEOSGeom_destroy_r(lines.handle, faces);
    }
    line_list_release(&lines);
    return s;
}

/* From the whole feature, however large: slow, and sure where local noding met lines that nearly coincide. */
static enum status overlay_whole(const struct selection *sel, GEOSGeometry **out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(sel->geos);
    struct index_feature f = index_feature_at(sel->ix, sel->feature);
    struct geo_shape_builder b;
    struct geo_shape shape;
    GEOSGeometry *feature = NULL, *parcel = NULL;
    geo_shape_builder_init(&b);
    for (uint32_t r = 0; r < f.n_rings; r++) {
        const double *lon, *lat;
        uint32_t n = index_ring(sel->ix, f.first_ring + r, &lon, &lat);
        if (geo_ring_area_m2(lon, lat, n) > 0) /* outer rings come before their holes */
            geo_shape_builder_polygon(&b);
        geo_shape_builder_ring(&b);
        for (uint32_t i = 0; i < n; i++)
            geo_shape_builder_point(&b, lon[i], lat[i]);
    }
    enum status s = geo_shape_builder_view(&b, &shape, e);
    if (!s)
        s = geo_geos_from_shape(sel->geos, &shape, &feature, e);
    if (!s)
        s = geo_geos_from_shape(sel->geos, sel->parcel, &parcel, e);
    if (!s)
        s = (*out = GEOSIntersection_r(h, feature, parcel)) ? STATUS_OK : geos_failed(e);
    if (feature)
        GEOSGeom_destroy_r(h, feature);
    if (parcel)
        GEOSGeom_destroy_r(h, parcel);
    geo_shape_builder_release(&b);
    return s;
}

static enum status area_of(const struct selection *sel, const GEOSGeometry *g, double *area_m2,
                           struct error *e)
{
    struct geo_shape shape;
    enum status s = geo_geos_to_shape(sel->geos, g, sel->arena, &shape, e);
    if (!s)
        *area_m2 = geo_shape_area_m2(&shape);
    return s;
}

/* One feature's part, checked against the kernel's figure. */
static enum status part_build(const struct selection *sel, double want_m2, GEOSGeometry **out,
                              struct error *e)
{
    static enum status (*const ways[])(const struct selection *, GEOSGeometry **,
                                       struct error *) = {overlay_rings, overlay_local, overlay_whole};
    double tolerance_m2 = fmax(0.01, 1e-8 * geo_shape_area_m2(sel->parcel));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        double area_m2 = 0;
        *out = NULL;
        enum status s = ways[i](sel, out, e);
        if (!s && *out)
            s = area_of(sel, *out, &area_m2, e);
        if (!s && fabs(area_m2 - want_m2) <= tolerance_m2)
            return STATUS_OK;
        if (*out)
            GEOSGeom_destroy_r(geo_geos_handle(sel->geos), *out);
        *out = NULL;
        if (s == STATUS_NO_MEMORY)
            return s;
    }
    return geos_failed(e);
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
    return *out ? STATUS_OK : geos_failed(e);
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

static enum status result_of(const struct selection *sel, const GEOSGeometry *joined,
                             struct overlap_shape *out, struct error *e)
{
    *out = (struct overlap_shape){.shape = {.box = geo_box_empty()}};
    enum status s = joined ? geo_geos_to_shape(sel->geos, joined, sel->arena, &out->shape, e) : STATUS_OK;
    if (!s) {
        out->area_m2 = geo_shape_area_m2(&out->shape);
        out->perimeter_m = perimeter_m(&out->shape);
    }
    return s;
}

enum status overlap_shape_build(const struct layer_index *ix, const struct overlap_part *parts, size_t n,
                                const struct geo_shape *parcel, struct geo_geos *geos,
                                struct index_clip_scratch *scratch, struct arena *arena,
                                struct overlap_shape *out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(geos);
    struct selection sel = {ix, 0, parcel, geos, scratch, arena};
    GEOSGeometry **pieces = arena_array(arena, n + 1, sizeof *pieces), *joined = NULL;
    size_t n_pieces = 0;
    enum status s = pieces ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < n; i++) {
        sel.feature = parts[i].feature;
        s = part_build(&sel, parts[i].area_m2, &pieces[n_pieces], e);
        n_pieces += !s && pieces[n_pieces];
    }
    if (!s && n_pieces > 0) {
        s = unite(h, pieces, n_pieces, &joined, e);
        n_pieces = 0;
    }
    struct overlap_shape result = {.area_m2 = 0};
    if (!s)
        s = result_of(&sel, joined, &result, e);
    double tolerance_m2 = fmax(0.01, 1e-8 * geo_shape_area_m2(parcel));
    if (!s && !union_is_plausible(result.area_m2, parts, n, tolerance_m2))
        s = geos_failed(e);
    if (!s)
        *out = result;
    for (size_t i = 0; i < n_pieces; i++)
        GEOSGeom_destroy_r(h, pieces[i]);
    if (joined)
        GEOSGeom_destroy_r(h, joined);
    return s;
}
