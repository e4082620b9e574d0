/* A ring in degrees -> a ring in whole tile units, cleaned.
 *
 * Web Mercator, y down. Cleaning drops repeated points, points on the straight line between their neighbours
 * and spikes, none of which enclose anything. Edges that are straight in degrees bend in Mercator: long ones
 * are cut, so that no point strays by more than about half a unit. Threads: one owner. */
#ifndef HX_TILE_RING_H
#define HX_TILE_RING_H

#include "tile/mvt.h"

struct tile_ring {
    struct mvt_point *points; /* owned */
    uint32_t n;
    size_t capacity;
    bool out_of_memory;
};

/* From degrees to tile units: x = lon * x_scale - x_origin, y = mercator(lat) * y_scale - y_origin. */
struct tile_projection {
    double x_scale, x_origin;
    double y_scale, y_origin;
};

struct tile_projection tile_projection_of(unsigned z, uint32_t x, uint32_t y);
/* The latitude of a tile row's upper edge; rows may be fractional. */
double tile_row_lat_deg(double row, unsigned z);

void tile_ring_release(struct tile_ring *r);
/* Fills `r` from a closed ring of n vertices. */
void tile_ring_project(struct tile_ring *r, const struct tile_projection *p, const double *lon_deg,
                       const double *lat_deg, uint32_t n);
/* Twice the enclosed area in units, by the surveyor's formula; positive for an MVT outer ring. */
int64_t tile_ring_twice_area(const struct tile_ring *r);
void tile_ring_reverse(struct tile_ring *r);

#endif
