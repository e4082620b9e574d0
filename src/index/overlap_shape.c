#include "index/overlap_shape.h"

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
    if (l->n == l->capacity) {
        size_t capacity = l->capacity ? l->capacity * 2 : 32;
        GEOSGeometry **p = realloc(l->lines, capacity * sizeof(GEOSGeometry *));
        if (!p)
            return false;
        l->lines = p;
        l->capacity = capacity;
    }
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

struct selection {
    const struct layer_index *ix;
    const uint32_t *features;
    size_t n_features;
    const struct geo_shape *parcel;
    struct index_clip_scratch *scratch;
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
    for (size_t i = 0; i < sel->n_features && !*wanted; i++) {
        enum status s = index_feature_contains(sel->ix, sel->features[i], lon, lat, sel->scratch, wanted, e);
        if (s)
            return s;
    }
    return STATUS_OK;
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
        n_kept = all ? 0 : n_kept;
        *out = all ? GEOSCoverageUnion_r(h, all) : NULL;
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

static enum status lines_collect(const struct selection *sel, struct line_list *lines, struct arena *arena,
                                 struct error *e)
{
    struct geo_box box = grown(&sel->parcel->box);
    if (!line_list_add_shape(lines, sel->parcel))
        return geos_failed(e);
    for (size_t i = 0; i < sel->n_features; i++) {
        struct geo_shape local;
        enum status s = overlap_clip_shape(sel->ix, sel->features[i], &box, sel->scratch, arena, &local, e);
        if (s)
            return s;
        if (!line_list_add_shape(lines, &local))
            return geos_failed(e);
    }
    return STATUS_OK;
}

enum status overlap_shape_build(const struct layer_index *ix, const uint32_t *features, size_t n,
                                const struct geo_shape *parcel, struct geo_geos *geos,
                                struct index_clip_scratch *scratch, struct arena *arena,
                                struct overlap_shape *out, struct error *e)
{
    struct selection sel = {ix, features, n, parcel, scratch};
    struct line_list lines = {.handle = geo_geos_handle(geos)};
    GEOSGeometry *faces = NULL, *joined = NULL;
    enum status s = lines_collect(&sel, &lines, arena, e);
    if (!s) {
        faces = faces_of(&lines);
        s = faces ? join_wanted(lines.handle, faces, &sel, &joined, e) : geos_failed(e);
    }
    struct overlap_shape result = {.shape = {.box = geo_box_empty()}};
    if (!s && joined)
        s = geo_geos_to_shape(geos, joined, arena, &result.shape, e);
    if (!s) {
        result.area_m2 = geo_shape_area_m2(&result.shape);
        result.perimeter_m = perimeter_m(&result.shape);
        *out = result;
    }
    if (joined)
        GEOSGeom_destroy_r(lines.handle, joined);
    if (faces)
        GEOSGeom_destroy_r(lines.handle, faces);
    line_list_release(&lines);
    return s;
}
