/* Features as GEOS geometry, and what is left of them as a finding's place. */
#include "audit/conflicts/parts.h"

#include "audit/row.h"
#include "formats/gpkg.h"
#include "geo/area.h"
#include "geo/inner_point.h"
#include "index/overlap_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void conflict_box_shape(const struct geo_box *b, struct conflict_box *out)
{
    static const uint32_t rings[] = {0, 5}, polygons[] = {0, 1};
    const double lon[] = {b->west_deg, b->east_deg, b->east_deg, b->west_deg, b->west_deg};
    const double lat[] = {b->south_deg, b->south_deg, b->north_deg, b->north_deg, b->south_deg};
    memcpy(out->lon, lon, sizeof lon);
    memcpy(out->lat, lat, sizeof lat);
    out->shape = (struct geo_shape){out->lon, out->lat, rings, polygons, 5, 1, 1, *b};
}

struct geo_box conflict_box_grown(const struct geo_box *b, double metres)
{
    double north_m, east_m;
    geo_metres_per_degree((b->south_deg + b->north_deg) / 2, &north_m, &east_m);
    return (struct geo_box){b->west_deg - metres / east_m, b->south_deg - metres / north_m,
                            b->east_deg + metres / east_m, b->north_deg + metres / north_m};
}

enum status conflict_cut(struct conflict_worker *w, const struct layer_index *ix, overlap_wanted_fn *wanted,
                         void *user, const struct geo_shape *cell, GEOSGeometry **out, struct error *e)
{
    const struct overlap *o;
    size_t n, n_parts = 0;
    struct overlap_shape shape;
    *out = NULL;
    enum status s = overlap_measure_wanted(w->check.scratch, ix, wanted, user, &o, &n, e);
    struct overlap_part *parts = s ? NULL : arena_array(w->check.arena, n + 1, sizeof *parts);
    if (s || !parts)
        return s ? s : error_no_memory(e);
    for (size_t i = 0; i < n; i++)
        if (o[i].area_m2 > CONFLICT_FLOOR_M2)
            parts[n_parts++] = (struct overlap_part){o[i].feature, o[i].area_m2};
    if (n_parts == 0)
        return STATUS_OK;
    struct overlap_shapes from = {
        .ix = ix, .parcel = cell, .geos = w->check.geos, .clip = w->check.clip, .arena = w->check.arena};
    s = overlap_shape_build(&from, parts, n_parts, &shape, e);
    return s || !shape.shape.n_rings ? s : geo_geos_from_shape(w->check.geos, &shape.shape, out, e);
}

GEOSGeometry *conflict_without(GEOSContextHandle_t h, GEOSGeometry *rest, GEOSGeometry *less)
{
    GEOSGeometry *d = less ? GEOSDifference_r(h, rest, less) : rest;
    if (less) {
        GEOSGeom_destroy_r(h, rest);
        GEOSGeom_destroy_r(h, less);
    }
    return d;
}

/* Adds the polygon to the builder when it is wider than a hair. */
static void sift(const struct geo_shape *s, uint32_t polygon, struct geo_shape_builder *b, double *perimeter)
{
    uint32_t first = s->polygon_start[polygon], end = s->polygon_start[polygon + 1];
    double area = 0, around = geo_perimeter_m(s, first, end);
    for (uint32_t r = first; r < end; r++)
        area += geo_ring_area_m2(s->lon_deg + s->ring_start[r], s->lat_deg + s->ring_start[r],
                                 s->ring_start[r + 1] - s->ring_start[r]);
    if (!(2 * area > CONFLICT_HAIR_M * around))
        return;
    *perimeter += around;
    geo_shape_builder_polygon(b);
    for (uint32_t r = first; r < end; r++) {
        geo_shape_builder_ring(b);
        for (uint32_t i = s->ring_start[r]; i < s->ring_start[r + 1]; i++)
            geo_shape_builder_point(b, s->lon_deg[i], s->lat_deg[i]);
    }
}

static enum status store_place(struct conflict_worker *w, const struct geo_shape *shape,
                               struct conflict_place *out, struct error *e)
{
    out->blob = gpkg_geometry(shape, 4490, w->kept, &out->blob_size);
    if (!out->blob)
        return error_no_memory(e);
    out->lon_deg = (shape->box.west_deg + shape->box.east_deg) / 2;
    out->lat_deg = (shape->box.south_deg + shape->box.north_deg) / 2;
    (void)geo_inner_point(shape, &out->lon_deg, &out->lat_deg);
    return STATUS_OK;
}

void conflict_put_place(struct conflict_finding *f, const struct conflict_place *p)
{
    f->area_m2 = p->area_m2;
    f->width_m = p->width_m;
    f->blob = p->blob;
    f->blob_size = p->blob_size;
    if (isfinite(p->lon_deg)) {
        f->lon_deg = p->lon_deg;
        f->lat_deg = p->lat_deg;
    }
}

enum status conflict_place_of(struct conflict_worker *w, const struct geo_shape *shape,
                              struct conflict_place *out, struct error *e)
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
    if (s || area <= CONFLICT_GAP_M2)
        return s;
    out->area_m2 = area;
    out->width_m = 2 * area / perimeter;
    return store_place(w, &wide, out, e);
}
