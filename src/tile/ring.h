/* Rings in tile units: as they are (unit_rings), and rounded to whole units as they are drawn (ring_set).
 *
 * y goes down. Edges that are straight in degrees bend in Mercator: long ones are cut, so that no point
 * strays by more than about half a unit. Rounding drops repeated points, points on the straight line between
 * their neighbours and spikes, none of which enclose anything. What rounding has made of a ring may cross
 * itself or another: ring_set_apart tells.
 * Threads: one owner. */
#ifndef HX_TILE_RING_H
#define HX_TILE_RING_H

#include "tile/matrix.h"
#include "tile/mvt.h"

/* ---- as they are ---- */

/* Ring r has the vertices start[r] .. start[r + 1] - 1; the last repeats the first. */
struct unit_rings {
    double *x, *y;   /* owned */
    uint32_t *start; /* owned; n_rings + 1 */
    size_t n_rings, n, capacity, cap_rings;
    bool out_of_memory;
};

void unit_rings_release(struct unit_rings *s);
void unit_rings_clear(struct unit_rings *s);
/* Appends a closed ring of n vertices. */
void unit_rings_add(struct unit_rings *s, const struct tile_projection *p, const double *lon_deg,
                    const double *lat_deg, uint32_t n);
/* Enclosed area in square units; positive for an outer ring (counter-clockwise in degrees). */
double unit_rings_area(const struct unit_rings *s, size_t ring);

/* ---- as they are drawn ---- */

/* Open rings of at least three points; start[n_rings] is n. Outer rings have positive area. */
struct ring_set {
    struct mvt_point *points; /* owned */
    uint32_t *start;          /* owned */
    size_t n_rings, n, capacity, cap_rings;
    bool out_of_memory;
};

void ring_set_release(struct ring_set *s);
void ring_set_clear(struct ring_set *s);
/* A ring point by point; ring_set_end cleans its seam, and takes it back when nothing is left. */
void ring_set_point(struct ring_set *s, struct mvt_point p);
void ring_set_end(struct ring_set *s);
/* Appends ring `ring` of `from`, rounded, and turned round so that an outer ring stays one. */
void ring_set_round(struct ring_set *s, const struct unit_rings *from, size_t ring);
/* Twice the area of a ring in square units: positive for an outer ring. */
int64_t ring_set_twice_area(const struct ring_set *s, size_t ring);
/* Takes the last ring back. */
void ring_set_drop_last(struct ring_set *s);
/* Do no two edges meet but where they follow each other? false as well when that would take too long to
 * find out. */
bool ring_set_apart(const struct ring_set *s);

#endif
