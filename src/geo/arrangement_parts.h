/* What arrangement.c and arrangement_overlay.c share. */
#ifndef HX_GEO_ARRANGEMENT_PARTS_H
#define HX_GEO_ARRANGEMENT_PARTS_H

#include "geo/area.h"
#include "geo/arrangement.h"
#include "geo/edge_grid.h"
#include "geo/inner_point.h"

#include <math.h>

#define ARRANGEMENT_BYTES ((size_t)4 << 30) /* address space; a layer's largest feature needs a tenth of it */
#define NO_RING UINT32_MAX
enum { HOLE_OF_UNKNOWN = -2 };

struct arranged_ring {
    uint32_t part; /* the outer ring of its part: itself, or whose hole it is */
    bool hole, touches_itself;
    int sign; /* turns its winding numbers so that its area is positive */
    double area;
    uint32_t group, next; /* the group's first ring; the next ring of the group */
    int winding;          /* scratch */
    bool met, holed;
};

/* A ring that winds around a point so many times. */
struct wound {
    uint32_t ring;
    int times;
};

struct reading {
    bool united, shell, within_ring;
    int odd, sum;
};

struct face {
    bool inside, at_stake, within_ring;
};

struct arrangement {
    struct arena *arena;
    struct edge_grid grid;
    double *x, *y;
    uint32_t *start;
    uint32_t n_rings, n_around;
    struct arranged_ring *ring;
    struct wound *around, *within; /* of the group's surroundings; of the point within the group */
    uint32_t *met;
    struct ring_list found; /* the boundary, ring by ring, in no order */
    uint32_t *found_group;
    size_t cap_found;
    bool degrees;
    struct meaning *out;
};

struct face arrangement_at(struct arrangement *a, uint32_t group, double x, double y);
void arrangement_count(struct arrangement *a, struct face face, double area, const struct geo_shape *shape);
bool arrangement_emit(struct arrangement *a, uint32_t group, int32_t hole_of, const double *x,
                      const double *y, size_t n);

/* arrangement_overlay.c: a group of rings that touch, by GEOS. False: no memory. Where GEOS fails,
 * out->known becomes false. */
bool arrangement_overlay(struct arrangement *a, struct geo_geos *g, uint32_t group, struct face around);

#endif
