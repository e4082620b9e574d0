/* The edges of closed rings in a grid: which edges may meet, and which edges a ray from a point crosses,
 * without looking at all. The ray goes where least lies in its way: of holes in a row along one border
 * each would otherwise cross all that are before it. Where the edges crowd along a line, cells are made
 * long and narrow.
 *
 * The plane may be any (degrees or metres). Not for validity (geo/quick_valid.h) or meaning
 * (geo/settle.h), which are built on it. Invariants: an edge is listed in every cell that its box meets;
 * `hits` has room for every edge. Threads: a grid belongs to one thread. Memory is malloc'd and reused
 * from make to make. */
#ifndef HX_GEO_EDGE_GRID_H
#define HX_GEO_EDGE_GRID_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below this a sign of a determinant of differences may be rounding (Shewchuk's filter, ccwerrboundA). */
#define EDGE_ROUNDING 3.3306690738754716e-16

/* Columns and rows of the grid, from and to. */
struct edge_cells {
    uint16_t c0, c1, r0, r1;
};

struct edge {
    double x0, y0, x1, y1;
    uint32_t ring, vertex;
    struct edge_cells cells;
};

enum edge_ray { RAY_WEST, RAY_EAST, RAY_SOUTH, RAY_NORTH };

struct edge_grid {
    struct edge *edges;
    uint32_t *cell_start, *cell_edges; /* edges of a cell, row by row, by counting sort */
    uint32_t *column_start;            /* how many entries there are before a cell, column by column */
    uint32_t *hits;                    /* of edge_grid_ray */
    enum edge_ray ray;                 /* which way the last one went */
    size_t cap_edges, cap_cells, cap_column_cells, cap_entries, cap_hits;
    uint32_t n_edges, columns, rows;
    double west, south;
    double per_x, per_y; /* cells per unit */
    double pairs;        /* of edges that share a cell: what it costs to try them all */
    uint64_t looked_at;  /* cells and entries, by all rays since it was made */
};

/* Rings are closed: ring r has the points start[r] .. start[r + 1] - 1, the last of which repeats the
 * first. False: no memory. */
bool edge_grid_make(struct edge_grid *g, const double *x, const double *y, const uint32_t *start,
                    uint32_t n_rings);
/* So many pairs that nobody tries them all: minutes of processor time. */
bool edge_grid_is_hopeless(const struct edge_grid *g);
void edge_grid_release(struct edge_grid *g);

/* Fills g->hits with the edges that a ray from (x, y) may cross: those that span its height (half-open)
 * and reach into its cells on that side, or likewise across; the caller asks edge_is_met of each. Returns
 * how many. */
uint32_t edge_grid_ray(struct edge_grid *g, double x, double y);

/* Fills g->hits with the edges that may be within `near` of (x, y), each once. Returns how many. */
uint32_t edge_grid_near(struct edge_grid *g, double x, double y, double near);

enum { SIDE_UNSURE = 2 }; /* rounding could have decided */
/* +1 when c is left of a-b, -1 right, SIDE_UNSURE when rounding could have decided. */
static inline int edge_side(double ax, double ay, double bx, double by, double cx, double cy)
{
    double l = (ax - cx) * (by - cy), r = (ay - cy) * (bx - cx);
    double det = l - r, bound = EDGE_ROUNDING * (fabs(l) + fabs(r));
    return det > bound ? 1 : det < -bound ? -1 : SIDE_UNSURE;
}
/* Of the last ray's hits: 1 when the ray from (x, y) crosses the edge, 0 when it lies on the other side,
 * SIDE_UNSURE when (x, y) may lie on it. */
int edge_is_met(const struct edge_grid *g, const struct edge *e, double x, double y);
/* The same for whom doubt is no reason to refuse: a point on an edge counts as just north of it where it
 * is horizontal, and as just east of any other. All rays and geo_inner_point, whose point may lie on a
 * horizontal edge, mean the same by that. */
bool edge_is_crossed(const struct edge_grid *g, const struct edge *e, double x, double y);
/* What a crossed edge adds to the winding number of its ring around the point: 1 or -1. */
int edge_winding(const struct edge_grid *g, const struct edge *e);
/* Beyond doubt of rounding: the two have no point in common, or are neighbours of one ring that meet in their
 * common end only.
 * `last` is the number of the last edge of a ring, where both are of one. */
bool edges_surely_fine(const struct edge *a, const struct edge *b, uint32_t last);

#endif
