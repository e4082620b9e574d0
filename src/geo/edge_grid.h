/* The edges of closed rings in a grid: which edges may meet, and which edges lie west of a point, without
 * looking at all.
 *
 * The plane may be any (degrees or metres). Not for validity (geo/quick_valid.h) or meaning (geo/settle.h),
 * which are built on it.
 * Invariants: an edge is listed in every cell that its box meets; `hits` has room for every edge.
 * Threads: a grid belongs to one thread. Memory is malloc'd and reused from make to make. */
#ifndef HX_GEO_EDGE_GRID_H
#define HX_GEO_EDGE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns and rows of the grid, from and to. */
struct edge_cells {
    uint16_t c0, c1, r0, r1;
};

struct edge {
    double x0, y0, x1, y1;
    uint32_t ring, vertex;
    struct edge_cells cells;
};

struct edge_grid {
    struct edge *edges;
    uint32_t *cell_start, *cell_edges; /* edges of a cell, by counting sort */
    uint32_t *hits;                    /* of edge_grid_ray */
    size_t cap_edges, cap_cells, cap_entries, cap_hits;
    uint32_t n_edges, columns, rows;
    double west, south;
    double per_x, per_y; /* cells per unit */
};

/* Rings are closed: ring r has the points start[r] .. start[r + 1] - 1, the last of which repeats the
 * first. False: no memory. */
bool edge_grid_make(struct edge_grid *g, const double *x, const double *y, const uint32_t *start,
                    uint32_t n_rings);
void edge_grid_release(struct edge_grid *g);

/* Fills g->hits with the edges that span the height of (x, y) (half-open) and reach west of the column of x;
 * the caller asks edge_is_west of each. Returns how many. */
uint32_t edge_grid_ray(struct edge_grid *g, double x, double y);

/* Fills g->hits with the edges that may be within `near` of (x, y), each once. Returns how many. */
uint32_t edge_grid_near(struct edge_grid *g, double x, double y, double near);

enum { SIDE_UNSURE = 2 }; /* rounding could have decided */
/* 1 when an edge that spans y lies west of (x, y), 0 when east, SIDE_UNSURE when (x, y) may lie on it. */
int edge_is_west(const struct edge *e, double x, double y);
/* Beyond doubt of rounding: the two have no point in common, or are neighbours of one ring that meet in their
 * common end only.
 * `last` is the number of the last edge of a ring, where both are of one. */
bool edges_surely_fine(const struct edge *a, const struct edge *b, uint32_t last);

#endif
