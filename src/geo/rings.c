#include "geo/rings.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void ring_list_release(struct ring_list *l)
{
    free(l->x);
    free(l->y);
    free(l->start);
    free(l->hole_of);
    *l = (struct ring_list){0};
}

void ring_list_clear(struct ring_list *l)
{
    l->n = l->n_rings = 0;
    l->failed = false;
}

/* Two arrays of one capacity grow alike: it changes when both have. */
static bool reserve_points(struct ring_list *l, size_t more)
{
    size_t cap_x = l->cap;
    bool ok = ARRAY_RESERVE(l->x, cap_x, l->n + more) && ARRAY_RESERVE(l->y, l->cap, l->n + more);
    l->failed = l->failed || !ok;
    return ok;
}

void ring_list_begin(struct ring_list *l, int32_t hole_of)
{
    size_t cap_start = l->cap_rings, need = l->n_rings + 1;
    if (!ARRAY_RESERVE(l->start, cap_start, need) || !ARRAY_RESERVE(l->hole_of, l->cap_rings, need)) {
        l->failed = true;
        return;
    }
    l->start[l->n_rings] = l->n;
    l->hole_of[l->n_rings++] = hole_of;
}

void ring_list_points(struct ring_list *l, const double *x, const double *y, size_t n)
{
    if (l->failed || !reserve_points(l, n))
        return;
    memcpy(l->x + l->n, x, n * sizeof *x);
    memcpy(l->y + l->n, y, n * sizeof *y);
    l->n += n;
}

void ring_list_point(struct ring_list *l, double x, double y)
{
    if (l->failed || (l->n == l->cap && !reserve_points(l, 1)))
        return;
    l->x[l->n] = x;
    l->y[l->n++] = y;
}

void ring_list_copy(struct ring_list *l, const struct ring_list *from, size_t r, bool swapped,
                    int32_t hole_of)
{
    const double *x = swapped ? from->y : from->x, *y = swapped ? from->x : from->y;
    ring_list_begin(l, hole_of);
    ring_list_points(l, x + from->start[r], y + from->start[r], ring_list_size(from, r));
}

size_t ring_list_size(const struct ring_list *l, size_t r)
{
    return (r + 1 < l->n_rings ? l->start[r + 1] : l->n) - l->start[r];
}

bool ring_list_closed(const struct ring_list *l, size_t r)
{
    size_t n = ring_list_size(l, r);
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    return n > 1 && x[0] == x[n - 1] && y[0] == y[n - 1];
}

struct ring ring_list_ring(const struct ring_list *l, size_t r)
{
    return (struct ring){l->x + l->start[r], l->y + l->start[r],
                         ring_list_size(l, r) - ring_list_closed(l, r)};
}

double ring_twice_area(const struct ring *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n; i++) {
        size_t j = i + 1 == r->n ? 0 : i + 1;
        sum += (r->x[i] - r->x[0]) * (r->y[j] - r->y[0]) - (r->x[j] - r->x[0]) * (r->y[i] - r->y[0]);
    }
    return sum;
}

const uint32_t *ring_list_order(const struct ring_list *l, struct arena *a)
{
    uint32_t *place = arena_array(a, l->n_rings + 1, sizeof *place),
             *order = arena_array(a, l->n_rings, sizeof *order);
    uint32_t at = 0;
    if (!place || !order)
        return NULL;
    memset(place, 0, (l->n_rings + 1) * sizeof *place);
    for (size_t r = 0; r < l->n_rings; r++)
        place[l->hole_of[r] < 0 ? r : (size_t)l->hole_of[r]]++;
    for (size_t r = 0; r < l->n_rings; r++) {
        uint32_t n = place[r];
        place[r] = at;
        at += n;
    }
    for (size_t r = 0; r < l->n_rings; r++)
        if (l->hole_of[r] < 0)
            order[place[r]++] = (uint32_t)r;
    for (size_t r = 0; r < l->n_rings; r++)
        if (l->hole_of[r] >= 0)
            order[place[l->hole_of[r]]++] = (uint32_t)r;
    return order;
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
