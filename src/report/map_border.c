/* Boundary points: the rings as delivered, in the plane. */
#include "report/report_maps.h"

#include <math.h>

static enum status zone_of(const struct parcel *p, struct geo_crs *out, struct error *e)
{
    if (p->crs.kind == GEO_CRS_GAUSS_KRUGER) {
        *out = p->crs;
        return STATUS_OK;
    }
    double middle = (p->shape.box.west_deg + p->shape.box.east_deg) / 2;
    return geo_crs_from_zone(3, geo_crs_zone3_of_lon(middle), true, out, e);
}

/* Points from..to of two arrays as one ring, without its closing point. `project`: they are degrees. */
static enum status add_ring(struct check_worker *w, struct map_border *b, const double *x, const double *y,
                            size_t n, bool project, struct error *e)
{
    struct map_border_ring *ring = &b->rings[b->n_rings++];
    *ring = (struct map_border_ring){.first = b->n_points, .n = n};
    for (size_t i = 0; i < n; i++) {
        struct map_point *p = &b->points[b->n_points++];
        p->x_m = y[i];
        p->y_m = x[i];
        enum status s =
            project ? geo_transformer_from_lonlat(w->transformer, &b->crs, x[i], y[i], &p->y_m, &p->x_m, e)
                    : STATUS_OK;
        if (s)
            return s;
    }
    for (size_t i = 0; i < n; i++) {
        struct map_point *p = &b->points[ring->first + i];
        const struct map_point *q = &b->points[ring->first + (i + 1) % n];
        p->side_m = hypot(q->x_m - p->x_m, q->y_m - p->y_m);
    }
    return STATUS_OK;
}

static enum status add_delivered(struct check_worker *w, const struct parcel *p, struct map_border *b,
                                 struct error *e)
{
    const struct parcel_rings *d = &p->delivered;
    bool project = p->crs.kind == GEO_CRS_GEOGRAPHIC;
    enum status s = STATUS_OK;
    for (uint32_t r = 0; !s && r < d->n_rings; r++)
        s = add_ring(w, b, d->x + d->start[r], d->y + d->start[r], d->start[r + 1] - d->start[r], project, e);
    return s;
}

static enum status add_shape(struct check_worker *w, const struct geo_shape *shape, struct map_border *b,
                             struct error *e)
{
    enum status s = STATUS_OK;
    b->from_shape = true;
    for (uint32_t r = 0; !s && r < shape->n_rings; r++) {
        uint32_t first = shape->ring_start[r], n = shape->ring_start[r + 1] - first - 1;
        s = add_ring(w, b, shape->lon_deg + first, shape->lat_deg + first, n, true, e);
    }
    return s;
}

enum status map_border_fill(struct check_worker *w, const struct parcel *p, struct map_border *out,
                            struct error *e)
{
    bool delivered = p->delivered.n_rings > 0;
    size_t rings = delivered ? p->delivered.n_rings : p->shape.n_rings;
    size_t points = delivered ? p->delivered.start[rings] : p->shape.n_vertices;
    struct map_border b = {.rings = arena_array(w->arena, rings + 1, sizeof *b.rings),
                           .points = arena_array(w->arena, points + 1, sizeof *b.points)};
    if (!b.rings || !b.points)
        return error_no_memory(e);
    enum status s = zone_of(p, &b.crs, e);
    if (!s)
        s = delivered ? add_delivered(w, p, &b, e) : add_shape(w, &p->shape, &b, e);
    if (!s)
        *out = b;
    return s;
}
