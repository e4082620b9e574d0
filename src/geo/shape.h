/* A polygonal area in EPSG:4490 (CGCS2000 geographic), degrees, and the builder that makes one.
 *
 * This is the one geometry type that modules hand to each other. Invariants of a finished shape:
 *   - x is longitude and y is latitude, in degrees, finite, |lon| <= 180, |lat| <= 90;
 *   - every ring is closed (its last vertex repeats its first) and has at least 4 vertices;
 *   - the first ring of a polygon is its outer ring, counter-clockwise; the others are holes, clockwise, so
 *     that signed ring areas simply add up;
 *   - edges are straight in longitude/latitude (see geo/crs.h for how edges of another CRS become such
 *     edges).
 * A shape may be empty (no polygons, box that overlaps nothing): what an intersection of neighbours is.
 * A shape says nothing of validity (self-crossing and the like): geo/valid.h does.
 *
 * Not for: lines, points, Z or M. Threads: a shape is const once finished. */
#ifndef HX_GEO_SHAPE_H
#define HX_GEO_SHAPE_H

#include "base/arena.h"
#include "base/status.h"

#include <stdint.h>

struct geo_box {
    double west_deg, south_deg, east_deg, north_deg;
};

struct geo_shape {
    const double *lon_deg;      /* n_vertices */
    const double *lat_deg;      /* n_vertices */
    const uint32_t *ring_start; /* n_rings + 1: ring r has vertices ring_start[r] .. ring_start[r+1]-1 */
    const uint32_t
        *polygon_start; /* n_polygons + 1: polygon p has rings polygon_start[p] .. polygon_start[p+1]-1 */
    uint32_t n_vertices;
    uint32_t n_rings;
    uint32_t n_polygons;
    struct geo_box box;
};

bool geo_box_overlaps(const struct geo_box *a, const struct geo_box *b); /* sharing a border counts */
struct geo_box geo_box_empty(void);                                      /* grows to anything added */
static inline void geo_box_add(struct geo_box *b, double lon_deg, double lat_deg)
{
    b->west_deg = lon_deg < b->west_deg ? lon_deg : b->west_deg;
    b->south_deg = lat_deg < b->south_deg ? lat_deg : b->south_deg;
    b->east_deg = lon_deg > b->east_deg ? lon_deg : b->east_deg;
    b->north_deg = lat_deg > b->north_deg ? lat_deg : b->north_deg;
}
static inline void geo_box_add_all(struct geo_box *b, const double *lon_deg, const double *lat_deg, size_t n)
{
    for (size_t i = 0; i < n; i++)
        geo_box_add(b, lon_deg[i], lat_deg[i]);
}
/* Of n vertices; of plane coordinates in their unit. */
static inline struct geo_box geo_box_of(const double *lon_deg, const double *lat_deg, size_t n)
{
    struct geo_box b = geo_box_empty();
    geo_box_add_all(&b, lon_deg, lat_deg, n);
    return b;
}

/* Collects rings, then finishes them into a shape. Memory of the builder itself is malloc'd and reused. */
struct geo_shape_builder {
    double *lon, *lat;
    uint32_t *ring_start, *polygon_start;
    size_t n_vertices, n_rings, n_polygons;
    size_t cap_vertices, cap_rings, cap_polygons;
    size_t n_closed;     /* n_rings once the newest ring is closed and turned */
    size_t vertex_limit; /* 0 reads as LIMIT_VERTICES_PER_LAYER; kept by clear */
    bool failed;         /* out of memory, or over the vertex limit; latched until clear */
};

void geo_shape_builder_init(struct geo_shape_builder *b);
void geo_shape_builder_release(struct geo_shape_builder *b);
void geo_shape_builder_clear(struct geo_shape_builder *b);
void geo_shape_builder_polygon(struct geo_shape_builder *b); /* the next ring is an outer ring */
void geo_shape_builder_ring(struct geo_shape_builder *b);    /* starts a ring of the current polygon */
void geo_shape_builder_point(struct geo_shape_builder *b, double lon_deg, double lat_deg);

/* Was everything taken that was given to it? STATUS_NO_MEMORY or STATUS_TOO_LARGE with a sentence when not:
 * whoever reads its arrays directly, and does not finish a shape, asks before. */
enum status geo_shape_builder_status(const struct geo_shape_builder *b, struct error *e) HX_MUST_CHECK;

/* Closes rings, drops repeated vertices, turns rings the right way round, and copies the result into the
 * arena.
 * Rings that enclose nothing (fewer than 3 distinct vertices) are STATUS_INVALID_INPUT with the ring's
 * number; so are coordinates that are not finite or not on the globe. */
enum status geo_shape_builder_finish(struct geo_shape_builder *b, struct arena *a, struct geo_shape *out,
                                     struct error *e) HX_MUST_CHECK;

/* The same, without any allocation: `out` borrows the builder's arrays until its next clear, ring or
 * release. */
enum status geo_shape_builder_view(struct geo_shape_builder *b, struct geo_shape *out,
                                   struct error *e) HX_MUST_CHECK;

#endif
