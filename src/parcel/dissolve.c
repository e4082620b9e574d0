/* What has one meaning only is read; what could mean two areas is refused. A ring that touches itself (ESRI writes holes
 * that touch the border like this; CAD cuts a slit to the hole) encloses as much as its signed area says, parts that
 * share an edge as much as they do one by one. Where the areas do not add up something crosses or overlaps. */
#include "parcel/rings.h"

#include <math.h>
#include <stdlib.h>

/* In squares of `near`; where that is 1 mm: 0.1 m2 between parts, 0.1 cm2 within a ring. */
#define AT_MOST 1e5
#define EXACT 10.0

struct dissolver {
    GEOSContextHandle_t h;
    const struct ring_list *in;
    double
        tolerance; /* of the parts' areas, in the square of the unit: rounded coordinates of a common border */
    double exact;  /* the same for one ring, whose points are written once */
    bool touching;
};

static GEOSGeometry *polygon_of(const struct dissolver *d, size_t r)
{
    struct ring ring = ring_list_ring(d->in, r);
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(d->h, (unsigned)ring.n + 1, 2);
    for (size_t i = 0; seq && i <= ring.n; i++) {
        size_t k = i < ring.n ? i : 0;
        if (!GEOSCoordSeq_setXY_r(d->h, seq, (unsigned)i, ring.x[k], ring.y[k])) {
            GEOSCoordSeq_destroy_r(d->h, seq);
            return NULL;
        }
    }
    GEOSGeometry *shell = seq ? GEOSGeom_createLinearRing_r(d->h, seq) : NULL;
    return shell ? GEOSGeom_createPolygon_r(d->h, shell, NULL, 0) : NULL;
}

static double signed_area(const struct ring *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n; i++) {
        size_t j = i + 1 == r->n ? 0 : i + 1;
        sum += (r->x[i] - r->x[0]) * (r->y[j] - r->y[0]) - (r->x[j] - r->x[0]) * (r->y[i] - r->y[0]);
    }
    return sum / 2;
}

static bool has_area(const struct dissolver *d, const GEOSGeometry *g, double want, double tolerance)
{
    double area;
    return g && GEOSArea_r(d->h, g, &area) && fabs(area - want) <= tolerance + 1e-12 * want;
}

/* Owned; NULL when the ring crosses itself, or GEOS fails. */
static GEOSGeometry *settled_ring(struct dissolver *d, size_t r)
{
    GEOSGeometry *g = polygon_of(d, r);
    if (!g || GEOSisValid_r(d->h, g) == 1)
        return g;
    struct ring ring = ring_list_ring(d->in, r);
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(d->h);
    GEOSGeometry *valid = NULL;
    if (params && GEOSMakeValidParams_setMethod_r(d->h, params, GEOS_MAKE_VALID_STRUCTURE) &&
        GEOSMakeValidParams_setKeepCollapsed_r(d->h, params, 0))
        valid = GEOSMakeValidWithParams_r(d->h, g, params);
    GEOSMakeValidParams_destroy_r(d->h, params);
    GEOSGeom_destroy_r(d->h, g);
    d->touching = true;
    if (has_area(d, valid, fabs(signed_area(&ring)), d->exact))
        return valid;
    GEOSGeom_destroy_r(d->h, valid);
    return NULL;
}

/* Takes `from`; NULL when the hole does not lie wholly in it. */
static GEOSGeometry *without_hole(struct dissolver *d, GEOSGeometry *from, size_t hole)
{
    GEOSGeometry *cut = settled_ring(d, hole), *rest = NULL;
    double area, hole_area;
    if (cut && GEOSArea_r(d->h, from, &area) && GEOSArea_r(d->h, cut, &hole_area)) {
        rest = GEOSDifference_r(d->h, from, cut);
        if (!has_area(d, rest, area - hole_area, d->tolerance)) {
            GEOSGeom_destroy_r(d->h, rest);
            rest = NULL;
        }
    }
    GEOSGeom_destroy_r(d->h, cut);
    GEOSGeom_destroy_r(d->h, from);
    return rest;
}

static GEOSGeometry *part(struct dissolver *d, size_t outer)
{
    GEOSGeometry *g = settled_ring(d, outer);
    for (size_t r = 0; g && r < d->in->n_rings; r++)
        if (d->in->hole_of[r] == (int32_t)outer)
            g = without_hole(d, g, r);
    return g;
}

/* The union of all parts, if together they are as large as one by one. Owned; NULL otherwise. */
static GEOSGeometry *united(struct dissolver *d)
{
    GEOSGeometry **parts = calloc(d->in->n_rings, sizeof *parts);
    size_t n = 0;
    double sum = 0, area;
    bool ok = parts != NULL;
    for (size_t r = 0; ok && r < d->in->n_rings; r++) {
        if (d->in->hole_of[r] >= 0)
            continue;
        parts[n] = part(d, r);
        ok = parts[n] && GEOSArea_r(d->h, parts[n], &area);
        n += parts[n] != NULL;
        sum += ok ? area : 0;
    }
    GEOSGeometry *all = NULL, *whole = NULL;
    if (ok) {
        all = GEOSGeom_createCollection_r(d->h, GEOS_GEOMETRYCOLLECTION, parts, (unsigned)n);
        whole = all ? GEOSUnaryUnion_r(d->h, all) : NULL;
    } else {
        for (size_t i = 0; i < n; i++)
            GEOSGeom_destroy_r(d->h, parts[i]);
    }
    GEOSGeom_destroy_r(d->h, all);
    free(parts);
    if (has_area(d, whole, sum, d->tolerance))
        return whole;
    GEOSGeom_destroy_r(d->h, whole);
    return NULL;
}

static bool take_ring(GEOSContextHandle_t h, const GEOSGeometry *ring, int32_t hole_of, struct ring_list *out)
{
    const GEOSCoordSequence *seq = ring ? GEOSGeom_getCoordSeq_r(h, ring) : NULL;
    unsigned n = 0;
    if (!seq || !GEOSCoordSeq_getSize_r(h, seq, &n))
        return false;
    ring_list_begin(out, hole_of);
    for (unsigned i = 0; i < n; i++) {
        double x, y;
        if (!GEOSCoordSeq_getXY_r(h, seq, i, &x, &y))
            return false;
        ring_list_point(out, x, y);
    }
    return true;
}

static bool take_polygon(GEOSContextHandle_t h, const GEOSGeometry *g, struct ring_list *out)
{
    int32_t outer = (int32_t)out->n_rings;
    bool ok = take_ring(h, GEOSGetExteriorRing_r(h, g), -1, out);
    int holes = GEOSGetNumInteriorRings_r(h, g);
    for (int k = 0; ok && k < holes; k++)
        ok = take_ring(h, GEOSGetInteriorRingN_r(h, g, k), outer, out);
    return ok && holes >= 0;
}

static bool take_geometry(GEOSContextHandle_t h, const GEOSGeometry *g, struct ring_list *out, int depth)
{
    int type = GEOSGeomTypeId_r(h, g);
    if (type == GEOS_POLYGON)
        return take_polygon(h, g, out);
    if ((type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION) || depth > 32)
        return false;
    bool ok = true;
    int n = GEOSGetNumGeometries_r(h, g);
    for (int i = 0; ok && i < n; i++)
        ok = take_geometry(h, GEOSGetGeometryN_r(h, g, i), out, depth + 1);
    return ok;
}

bool rings_from_geos(GEOSContextHandle_t h, const GEOSGeometry *g, struct ring_list *out)
{
    return GEOSisEmpty_r(h, g) == 0 && take_geometry(h, g, out, 0) && out->n_rings > 0;
}

static double length_of(const struct ring_list *l)
{
    double sum = 0;
    for (size_t r = 0; r < l->n_rings; r++) {
        struct ring ring = ring_list_ring(l, r);
        for (size_t i = 0, j = ring.n - 1; i < ring.n; j = i++)
            sum += hypot(ring.x[i] - ring.x[j], ring.y[i] - ring.y[j]);
    }
    return sum;
}

enum status rings_dissolve(struct geo_geos *g, const struct ring_list *in, double near, struct ring_list *out,
                           enum dissolved *what, struct error *e)
{
    struct dissolver d = {.h = geo_geos_handle(g), .in = in, .exact = EXACT * near * near};
    d.tolerance = fmin(near * length_of(in), AT_MOST * near * near);
    GEOSGeometry *whole = united(&d);
    ring_list_clear(out);
    bool taken = whole && rings_from_geos(d.h, whole, out);
    GEOSGeom_destroy_r(d.h, whole);
    if (out->failed)
        return error_no_memory(e);
    *what = !taken ? DISSOLVED_NOTHING : d.touching ? DISSOLVED_TOUCHING_RING : DISSOLVED_PARTS;
    return STATUS_OK;
}
