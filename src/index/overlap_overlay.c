#include "index/overlap_overlay.h"

#include "base/array.h"
#include "geo/area.h"
#include "index/overlap_shape.h"

#include <stdlib.h>

enum status overlay_failed(struct error *e)
{
    error_zh(e, "GEOS 未能求出重叠图形；面积不受影响，但图形不可用。");
    return error_fail(e, STATUS_INTERNAL, "geos-overlay", "GEOS could not build the overlap geometry.");
}

struct geo_box overlay_box(const struct geo_box *b)
{
    /* The cut must not run along the parcel's own border: there GEOS would have to node nearly equal lines. */
    double dx = (b->east_deg - b->west_deg) * 0.01 + 1e-6, dy = (b->north_deg - b->south_deg) * 0.01 + 1e-6;
    return (struct geo_box){b->west_deg - dx, b->south_deg - dy, b->east_deg + dx, b->north_deg + dy};
}

/* ---- ring by ring ---- */

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

enum status overlay_rings(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    GEOSContextHandle_t h = geo_geos_handle(task->geos);
    struct geo_box box = overlay_box(&task->parcel->box);
    struct geo_shape local;
    GEOSGeometry *parcel = NULL;
    *out = NULL;
    enum status s = overlap_clip_shape(task->ix, task->feature, &box, task->scratch, task->arena, &local, e);
    if (s || local.n_rings == 0 || local.n_rings > RINGS_MAX)
        return s ? s : overlay_failed(e);
    s = geo_geos_from_shape(task->geos, task->parcel, &parcel, e);
    if (s)
        return s;
    *out = overlay_each(h, parcel, &local);
    GEOSGeom_destroy_r(h, parcel);
    return *out ? STATUS_OK : overlay_failed(e);
}

/* ---- all borders noded, and the faces kept that lie in the parcel and in the feature ----
 *
 * Which faces to keep is decided by winding numbers of the rings as delivered, never by the validity of what clipping
 * left over: clipped rings may run to and fro along the border of the clip box. */

/* GEOS lines that are collected one by one; all are owned by the list until line_list_take. */
struct line_list {
    GEOSContextHandle_t handle;
    GEOSGeometry **lines;
    size_t n, capacity;
};

static bool line_list_add(struct line_list *l, const double *lon, const double *lat, uint32_t n)
{
    GEOSGeometry **lines = array_room(l->lines, &l->capacity, l->n + 1, sizeof(GEOSGeometry *));
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
    *wanted = false;
    if (!shape_contains(task->parcel, lon, lat))
        return STATUS_OK;
    return index_feature_contains(task->ix, task->feature, lon, lat, task->scratch, wanted, e);
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
    struct geo_box box = overlay_box(&task->parcel->box);
    struct geo_shape local;
    enum status s = overlap_clip_shape(task->ix, task->feature, &box, task->scratch, task->arena, &local, e);
    if (s)
        return s;
    bool ok = line_list_add_shape(lines, task->parcel) && line_list_add_shape(lines, &local);
    return ok ? STATUS_OK : overlay_failed(e);
}

enum status overlay_faces(const struct overlay_task *task, GEOSGeometry **out, struct error *e)
{
    struct line_list lines = {.handle = geo_geos_handle(task->geos)};
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
    GEOSContextHandle_t h = geo_geos_handle(task->geos);
    struct index_feature f = index_feature_at(task->ix, task->feature);
    struct geo_shape_builder b;
    struct geo_shape shape;
    GEOSGeometry *feature = NULL, *parcel = NULL;
    geo_shape_builder_init(&b);
    for (uint32_t r = 0; r < f.n_rings; r++) {
        const double *lon, *lat;
        uint32_t n = index_ring(task->ix, f.first_ring + r, &lon, &lat);
        if (geo_ring_area_m2(lon, lat, n) > 0) /* outer rings come before their holes */
            geo_shape_builder_polygon(&b);
        geo_shape_builder_ring(&b);
        for (uint32_t i = 0; i < n; i++)
            geo_shape_builder_point(&b, lon[i], lat[i]);
    }
    enum status s = geo_shape_builder_view(&b, &shape, e);
    if (!s)
        s = geo_geos_from_shape(task->geos, &shape, &feature, e);
    if (!s)
        s = geo_geos_from_shape(task->geos, task->parcel, &parcel, e);
    if (!s)
        s = (*out = GEOSIntersection_r(h, feature, parcel)) ? STATUS_OK : overlay_failed(e);
    if (feature)
        GEOSGeom_destroy_r(h, feature);
    if (parcel)
        GEOSGeom_destroy_r(h, parcel);
    geo_shape_builder_release(&b);
    return s;
}
