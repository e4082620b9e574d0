/* Random and deliberately awkward shapes for the tests of the index, from a fixed seed. */
#ifndef HX_TESTS_SHAPES_H
#define HX_TESTS_SHAPES_H

#include "geo/shape.h"
#include "geo/valid.h"

struct random {
    uint64_t state;
};
uint64_t random_bits(struct random *r);
double random_unit(struct random *r); /* [0, 1) */
uint32_t random_below(struct random *r, uint32_t n);

/* A star-shaped polygon of n vertices about a centre, with or without a hole. */
struct geo_shape shape_star(struct random *r, struct arena *a, double lon, double lat, double radius_deg,
                            uint32_t n, bool hole);
/* A union of cells of a k x k grid with its corner at lon, lat: shared edges and vertices with every other
 * such shape of the same grid, collinear overlaps, holes, parts that touch at a point. Always valid. */
struct geo_shape shape_cells(struct random *r, struct arena *a, struct geo_geos *g, double lon, double lat,
                             double cell, int k);
/* A triangle or quadrilateral with vertices on that grid. */
struct geo_shape shape_lattice(struct random *r, struct arena *a, double lon, double lat, double cell, int k);
struct geo_shape shape_box(struct arena *a, double west, double south, double east, double north);
struct geo_shape shape_of_points(struct arena *a, const double *lonlat, uint32_t n);

#endif
