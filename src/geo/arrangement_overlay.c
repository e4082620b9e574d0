/* A group of rings that touch: GEOS cuts their lines where they meet and says which faces they enclose; here
 * each face is read from a point in it; the faces that are inside are put together again. Where the group's
 * surroundings are inside, too, a frame far around the group makes them a face like any other. */
#include "geo/arrangement_parts.h"

#include <stdlib.h>

struct overlay {
    struct arrangement *a;
    GEOSContextHandle_t h;
    uint32_t group;
    struct face around;
    bool framed;
    double west, south, east, north; /* the frame */
    bool no_memory;
};

static void destroy_all(GEOSContextHandle_t h, GEOSGeometry **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        GEOSGeom_destroy_r(h, list[i]);
    free(list);
}

/* Takes the geometries in any case. */
static GEOSGeometry *collect(GEOSContextHandle_t h, int type, GEOSGeometry **list, size_t n, size_t wanted)
{
    if (!list || n < wanted) {
        destroy_all(h, list, n);
        return NULL;
    }
    GEOSGeometry *all = GEOSGeom_createCollection_r(h, type, list, (unsigned)n);
    free(list);
    return all;
}

static GEOSGeometry *line_of(GEOSContextHandle_t h, const double *x, const double *y, uint32_t n)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_copyFromArrays_r(h, x, y, NULL, NULL, n);
    return seq ? GEOSGeom_createLineString_r(h, seq) : NULL;
}

static GEOSGeometry *frame_of(struct overlay *o)
{
    const struct arrangement *a = o->a;
    o->west = o->south = INFINITY;
    o->east = o->north = -INFINITY;
    for (uint32_t r = o->group; r != NO_RING; r = a->ring[r].next)
        for (uint32_t i = a->start[r]; i < a->start[r + 1]; i++) {
            o->west = fmin(o->west, a->x[i]);
            o->east = fmax(o->east, a->x[i]);
            o->south = fmin(o->south, a->y[i]);
            o->north = fmax(o->north, a->y[i]);
        }
    double wide = o->east - o->west, high = o->north - o->south, by = wide + high;
    o->west -= by;
    o->east += by;
    o->south -= by;
    o->north += by;
    const double x[] = {o->west, o->east, o->east, o->west, o->west};
    const double y[] = {o->south, o->south, o->north, o->north, o->south};
    return line_of(o->h, x, y, 5);
}

static GEOSGeometry *lines_of(struct overlay *o)
{
    const struct arrangement *a = o->a;
    size_t wanted = o->framed, n = 0;
    for (uint32_t r = o->group; r != NO_RING; r = a->ring[r].next)
        wanted++;
    GEOSGeometry **lines = calloc(wanted, sizeof *lines);
    for (uint32_t r = o->group; lines && r != NO_RING; r = a->ring[r].next) {
        lines[n] = line_of(o->h, a->x + a->start[r], a->y + a->start[r], a->start[r + 1] - a->start[r]);
        if (!lines[n])
            break;
        n++;
    }
    if (lines && o->framed && n + 1 == wanted && (lines[n] = frame_of(o)))
        n++;
    return collect(o->h, GEOS_MULTILINESTRING, lines, n, wanted);
}

/* Owned; NULL when GEOS fails. */
static GEOSGeometry *faces_of(struct overlay *o)
{
    GEOSGeometry *lines = lines_of(o), *noded = lines ? GEOSUnaryUnion_r(o->h, lines) : NULL, *faces = NULL;
    GEOSGeom_destroy_r(o->h, lines);
    if (noded) {
        const GEOSGeometry *const input[1] = {noded};
        faces = GEOSPolygonize_r(o->h, input, 1);
    }
    GEOSGeom_destroy_r(o->h, noded);
    return faces;
}

static bool is_frame(const struct overlay *o, const GEOSGeometry *polygon)
{
    double west;
    return o->framed && GEOSGeom_getXMin_r(o->h, polygon, &west) && west == o->west;
}

/* A polygon's rings as plain arrays; malloc'd. */
struct polygon {
    double *x, *y;
    uint32_t *start;
    uint32_t n_rings;
};

static void polygon_release(struct polygon *p)
{
    free(p->x);
    free(p->y);
    free(p->start);
}

static const GEOSGeometry *ring_of(GEOSContextHandle_t h, const GEOSGeometry *g, uint32_t r)
{
    return r == 0 ? GEOSGetExteriorRing_r(h, g) : GEOSGetInteriorRingN_r(h, g, (int)r - 1);
}

static bool polygon_read(struct overlay *o, const GEOSGeometry *g, struct polygon *out)
{
    int holes = GEOSGetNumInteriorRings_r(o->h, g), points = GEOSGetNumCoordinates_r(o->h, g);
    *out = (struct polygon){.n_rings = (uint32_t)holes + 1};
    if (holes < 0 || points < 4)
        return false;
    out->x = malloc((size_t)points * sizeof *out->x);
    out->y = malloc((size_t)points * sizeof *out->y);
    out->start = calloc((size_t)holes + 2, sizeof *out->start);
    bool ok = out->x && out->y && out->start;
    o->no_memory |= !ok;
    for (uint32_t r = 0; ok && r < out->n_rings; r++) {
        const GEOSGeometry *ring = ring_of(o->h, g, r);
        const GEOSCoordSequence *seq = ring ? GEOSGeom_getCoordSeq_r(o->h, ring) : NULL;
        unsigned n = 0;
        ok = seq && GEOSCoordSeq_getSize_r(o->h, seq, &n) && out->start[r] + n <= (unsigned)points &&
             GEOSCoordSeq_copyToArrays_r(o->h, seq, out->x + out->start[r], out->y + out->start[r], NULL,
                                         NULL);
        out->start[r + 1] = out->start[r] + n;
    }
    if (!ok)
        polygon_release(out);
    return ok;
}

/* Counts the face and says whether it is inside. False: GEOS failed, or memory is out. */
static bool look_at(struct overlay *o, const GEOSGeometry *g, bool *inside)
{
    struct polygon p;
    double x, y, area;
    if (!GEOSArea_r(o->h, g, &area) || !polygon_read(o, g, &p))
        return false;
    uint32_t polygon_start[2] = {0, p.n_rings};
    struct geo_shape shape = {
        p.x, p.y, p.start, polygon_start, p.start[p.n_rings], p.n_rings, 1, geo_box_of(p.x, p.y, p.start[1])};
    /* A face without width has no inner point, and no area either: as its surroundings. */
    struct face face = o->around;
    if (is_frame(o, g)) {
        area = 0;
    } else if (geo_inner_point(&shape, &x, &y)) {
        face = arrangement_at(o->a, o->group, x, y);
        arrangement_count(o->a, face, area, &shape);
        arrangement_count(o->a, o->around, -area, &shape);
    }
    *inside = face.inside;
    polygon_release(&p);
    return true;
}

/* Owned: the faces that are inside, together; empty when there are none; NULL when GEOS fails. */
static GEOSGeometry *inside_of(struct overlay *o, const GEOSGeometry *faces)
{
    int n = GEOSGetNumGeometries_r(o->h, faces);
    GEOSGeometry **kept = calloc((size_t)(n < 0 ? 0 : n) + 1, sizeof *kept);
    size_t n_kept = 0;
    bool ok = kept && n >= 0;
    o->no_memory |= !kept;
    for (int i = 0; ok && i < n; i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(o->h, faces, i);
        bool inside = false;
        ok = look_at(o, face, &inside);
        if (ok && inside) {
            kept[n_kept] = GEOSGeom_clone_r(o->h, face);
            ok = kept[n_kept] != NULL;
            n_kept += ok;
        }
    }
    if (ok && n_kept == 0) {
        free(kept);
        return GEOSGeom_createEmptyPolygon_r(o->h);
    }
    GEOSGeometry *all = collect(o->h, GEOS_MULTIPOLYGON, kept, n_kept, ok ? n_kept : SIZE_MAX);
    if (all && n_kept == 1)
        return all;
    GEOSGeometry *whole = all ? GEOSCoverageUnion_r(o->h, all) : NULL;
    if (all && !whole)
        whole = GEOSUnaryUnion_r(o->h, all);
    GEOSGeom_destroy_r(o->h, all);
    return whole;
}

static bool emit_polygon(struct overlay *o, const GEOSGeometry *g)
{
    struct polygon p;
    if (!polygon_read(o, g, &p))
        return false;
    bool frame = is_frame(o, g), ok = true;
    int32_t shell = frame ? HOLE_OF_UNKNOWN : (int32_t)o->a->found.n_rings;
    for (uint32_t r = frame ? 1 : 0; ok && r < p.n_rings; r++)
        ok = arrangement_emit(o->a, o->group, r == 0 ? -1 : shell, p.x + p.start[r], p.y + p.start[r],
                              p.start[r + 1] - p.start[r]);
    o->no_memory |= !ok;
    polygon_release(&p);
    return ok;
}

static bool emit_all(struct overlay *o, const GEOSGeometry *whole)
{
    int n = GEOSisEmpty_r(o->h, whole) == 1 ? 0 : GEOSGetNumGeometries_r(o->h, whole);
    bool ok = n >= 0;
    for (int i = 0; ok && i < n; i++)
        ok = emit_polygon(o, GEOSGetGeometryN_r(o->h, whole, i));
    return ok;
}

bool arrangement_overlay(struct arrangement *a, struct geo_geos *g, uint32_t group, struct face around)
{
    struct overlay o = {.a = a, .h = geo_geos_handle(g), .group = group, .around = around};
    o.framed = around.inside;
    GEOSGeometry *faces = faces_of(&o), *whole = faces ? inside_of(&o, faces) : NULL;
    a->out->known = whole && emit_all(&o, whole);
    GEOSGeom_destroy_r(o.h, faces);
    GEOSGeom_destroy_r(o.h, whole);
    return !o.no_memory;
}
