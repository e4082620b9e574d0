/* The rings of one feature as they were delivered: plane coordinates of its CRS, x east or longitude, y north
 * or latitude. Readers fill one; geo/settle.h says what it means.
 *
 * Invariant once filled: a hole's `hole_of` is the index of its outer ring, an outer ring's is -1. Rings may
 * be open or closed. Memory is malloc'd and reused from parcel to parcel. */
#ifndef HX_GEO_RINGS_H
#define HX_GEO_RINGS_H

#include "geo/valid.h"

struct ring_list {
    double *x, *y;
    size_t n, cap;
    size_t *start; /* ring r has points start[r] .. start[r + 1] - 1, or n for the last */
    int32_t *hole_of;
    size_t n_rings, cap_rings;
    bool failed; /* out of memory; latched until clear */
};

struct ring {
    const double *x, *y;
    size_t n; /* without a closing point */
};

void ring_list_release(struct ring_list *l);
void ring_list_clear(struct ring_list *l);
void ring_list_begin(struct ring_list *l, int32_t hole_of);
void ring_list_point(struct ring_list *l, double x, double y);
void ring_list_points(struct ring_list *l, const double *x, const double *y, size_t n);
/* Appends ring r of `from`, with its axes exchanged where `swapped`. */
void ring_list_copy(struct ring_list *l, const struct ring_list *from, size_t r, bool swapped,
                    int32_t hole_of);
size_t ring_list_size(const struct ring_list *l, size_t r); /* with the closing point, if there is one */
bool ring_list_closed(const struct ring_list *l, size_t r);
struct ring ring_list_ring(const struct ring_list *l, size_t r);
/* The rings in the order of a shape: outer rings as they came, each followed by its holes. n_rings numbers in
 * the arena; NULL when memory is out. */
const uint32_t *ring_list_order(const struct ring_list *l, struct arena *a);

/* For each ring the index of the ring whose hole it is, or -1 for an outer ring: containment by even-odd, so
 * an island in a hole is an outer ring again. `near` is the distance below which a point counts as on a
 * boundary. */
enum status rings_nest(struct ring_list *l, double near, struct arena *a, struct error *e) HX_MUST_CHECK;

/* Twice the signed area in the square of the unit, positive when counter-clockwise. */
double ring_twice_area(const struct ring *r);

/* Appends the polygons of a GEOS geometry; false when it has lines or points, or nothing. */
bool rings_from_geos(GEOSContextHandle_t h, const GEOSGeometry *g, struct ring_list *out);

#endif
