#include "index/overlap_overlay.h"

#include "base/array.h"
#include "base/budget.h"
#include "geo/area.h"

#include <math.h>
#include <stdlib.h>

enum status overlay_failed(struct error *e)
{
    enum status s = budget_check(e);
    if (s)
        return s;
    error_zh(e, "GEOS 未能求出重叠图形；面积不受影响，但图形不可用。");
    return error_fail(e, STATUS_INTERNAL, "geos-overlay", "GEOS could not build the overlap geometry.");
}

struct geo_box overlay_box(const struct geo_box *b)
{
    /* The cut must not run along the parcel's own border: there GEOS would have to node nearly equal
     * lines. */
    double dx = (b->east_deg - b->west_deg) * 0.01 + 1e-6, dy = (b->north_deg - b->south_deg) * 0.01 + 1e-6;
    return (struct geo_box){b->west_deg - dx, b->south_deg - dy, b->east_deg + dx, b->north_deg + dy};
}

/* ---- the whole feature, where it lies inside ---- */

static enum status feature_geometry(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    struct geo_shape shape;
    enum status s = index_feature_shape(task->from->ix, task->feature, task->from->arena, &shape, e);
    if (!s && !index_is_trusted(task->from->ix))
        s = index_changed(e);
    return s ? s : geo_geos_from_shape(task->from->geos, &shape, out, e);
}

enum status overlay_inside(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    double all_m2 = index_feature_at(task->from->ix, task->feature).area_m2;
    *out = NULL;
    return task->area_m2 < all_m2 - fmax(1e-6, 1e-12 * all_m2) ? overlay_failed(e)
                                                               : feature_geometry(task, out, e);
}

/* ---- ring by ring ---- */

enum {
    RINGS_MAX = 12,
    PARCEL_WHOLE = 256, /* vertices: more are worth looking for those near the feature */
    PARCEL_SHARE = 4    /* and they are worth taking when they are no more than one of so many */
};

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

/* What of the parcel is near the feature: false when it is better taken whole. */
static bool parcel_near(const struct overlay_task *task, struct geo_box *box, struct geo_shape *out)
{
    const struct overlap_shapes *f = task->from;
    *box = overlay_box(&task->local.box);
    return f->parcel->n_vertices > PARCEL_WHOLE &&
           !overlap_clip_shape(f->edges, 0, box, f->clip, f->arena, out, NULL) &&
           out->n_vertices <= f->parcel->n_vertices / PARCEL_SHARE;
}

static GEOSGeometry *box_polygon(GEOSContextHandle_t h, const struct geo_box *b)
{
    const double lon[] = {b->west_deg, b->east_deg, b->east_deg, b->west_deg, b->west_deg};
    const double lat[] = {b->south_deg, b->south_deg, b->north_deg, b->north_deg, b->south_deg};
    static const uint32_t rings[] = {0, 5};
    const struct geo_shape s = {.lon_deg = lon, .lat_deg = lat, .ring_start = rings};
    return ring_polygon(h, &s, 0);
}

enum status overlay_clip(GEOSContextHandle_t h, const struct geo_box *box, GEOSGeometry **g, struct error *e)
{
    *g = overlay(h, GEOSIntersection_r, *g, box_polygon(h, box));
    return *g ? STATUS_OK : overlay_failed(e);
}

/* NULL: it cannot be had. */
static GEOSGeometry *parcel_geometry(const struct overlay_task *task, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(task->from->geos);
    struct geo_box box;
    struct geo_shape near;
    GEOSGeometry *out = NULL;
    if (!parcel_near(task, &box, &near))
        return geo_geos_from_shape(task->from->geos, task->from->parcel, &out, e) ? NULL : out;
    GEOSGeometry *all = near.n_rings <= RINGS_MAX ? box_polygon(h, &box) : NULL;
    out = all ? overlay_each(h, all, &near) : NULL;
    if (all)
        GEOSGeom_destroy_r(h, all);
    return out;
}

enum status overlay_rings(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(task->from->geos);
    *out = NULL;
    if (task->local.n_rings == 0 || task->local.n_rings > RINGS_MAX)
        return overlay_failed(e);
    GEOSGeometry *parcel = parcel_geometry(task, e);
    if (!parcel)
        return overlay_failed(e);
    *out = overlay_each(h, parcel, &task->local);
    GEOSGeom_destroy_r(h, parcel);
    return *out ? STATUS_OK : overlay_failed(e);
}

/* ---- all borders noded, and the faces kept that lie in the parcel and in the feature ----
 *
 * Which faces to keep is decided by winding numbers of the rings as delivered, never by the validity of what
 * clipping left over: clipped rings may run to and fro along the border of the clip box. */

/* GEOS lines that are collected one by one; all are owned by the list until line_list_take. */
struct line_list {
    GEOSContextHandle_t handle;
    GEOSGeometry **lines;
    size_t n, capacity;
};

static bool line_list_add(struct line_list *l, const double *lon, const double *lat, uint32_t n)
{
    if (!ARRAY_RESERVE(l->lines, l->capacity, l->n + 1))
        return false;
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

static enum status face_is_wanted(GEOSContextHandle_t h, const GEOSGeometry *face,
                                  const struct overlay_task *task, bool *wanted, struct error *e)
{
    GEOSGeometry *point = GEOSPointOnSurface_r(h, face);
    double lon = 0, lat = 0;
    bool known = point && GEOSGeomGetX_r(h, point, &lon) == 1 && GEOSGeomGetY_r(h, point, &lat) == 1;
    if (point)
        GEOSGeom_destroy_r(h, point);
    if (!known)
        return overlay_failed(e);
    const struct overlap_shapes *f = task->from;
    enum status s = index_feature_contains(f->edges, 0, lon, lat, f->clip, wanted, e);
    if (s || !*wanted)
        return s;
    return index_feature_contains(f->ix, task->feature, lon, lat, f->clip, wanted, e);
}

/* The wanted faces, joined. NULL with STATUS_OK when there are none. */
static enum status join_wanted(GEOSContextHandle_t h, const GEOSGeometry *faces,
                               const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    int n = GEOSGetNumGeometries_r(h, faces);
    GEOSGeometry **kept = calloc((size_t)n + 1, sizeof(GEOSGeometry *));
    unsigned n_kept = 0;
    enum status s = kept && n >= 0 ? STATUS_OK : error_no_memory(e);
    for (int i = 0; !s && i < n; i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(h, faces, i);
        bool wanted = false;
        s = face_is_wanted(h, face, task, &wanted, e);
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
        s = *out ? STATUS_OK : overlay_failed(e);
    }
    for (unsigned i = 0; i < n_kept; i++)
        if (kept[i])
            GEOSGeom_destroy_r(h, kept[i]);
    free(kept);
    return s;
}

static enum status lines_collect(const struct overlay_task *task, struct line_list *lines, struct error *e)
{
    struct geo_box box;
    struct geo_shape near;
    bool part = parcel_near(task, &box, &near);
    bool ok = line_list_add_shape(lines, part ? &near : task->from->parcel) &&
              line_list_add_shape(lines, &task->local);
    return ok ? STATUS_OK : overlay_failed(e);
}

enum status overlay_faces(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    struct line_list lines = {.handle = geo_geos_handle(task->from->geos)};
    *out = NULL;
    enum status s = lines_collect(task, &lines, e);
    if (!s) {
        GEOSGeometry *faces = faces_of(&lines);
        s = faces ? join_wanted(lines.handle, faces, task, out, e) : overlay_failed(e);
        if (faces)
            GEOSGeom_destroy_r(lines.handle, faces);
    }
    line_list_release(&lines);
    return s;
}

/* ---- the whole feature ---- */

enum status overlay_whole(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(task->from->geos);
    GEOSGeometry *feature = NULL, *parcel = NULL;
    *out = NULL;
    enum status s = feature_geometry(task, &feature, e);
    if (!s)
        s = geo_geos_from_shape(task->from->geos, task->from->parcel, &parcel, e);
    if (!s)
        s = (*out = GEOSIntersection_r(h, feature, parcel)) ? STATUS_OK : overlay_failed(e);
    if (feature)
        GEOSGeom_destroy_r(h, feature);
    if (parcel)
        GEOSGeom_destroy_r(h, parcel);
    return s;
}
