/* Do closed rings meet each other or themselves, and which lies in which: by one line that sweeps over them
 * (Shamos and Hoey 1976), in n log n steps however long and crowded their edges are. The grid
 * (geo/edge_grid.h) is quicker for edges that are short beside the whole; of a star's rays, of a comb's teeth
 * or of rings in rings it tries n² pairs, and this is for those.
 *
 * Threads: a sweep belongs to one thread. Memory is malloc'd and reused. */
#ifndef HX_GEO_EDGE_SWEEP_H
#define HX_GEO_EDGE_SWEEP_H

#include "geo/edge_grid.h"

enum sweep_answer {
    SWEEP_CLEAR,    /* no ring touches itself or another one, beyond doubt of rounding */
    SWEEP_CROSSING, /* two edges cross, beyond doubt: in `x`, `y` */
    SWEEP_DOUBT,    /* something touches, or may */
    SWEEP_NO_MEMORY,
};

struct edge_sweep {
    int32_t *around; /* when clear, for each ring: the smallest ring that it lies in, or -1 */
    double x, y;     /* of a crossing */
    struct sweep_node *nodes;
    uint32_t *starts, *ends;
    bool *turned; /* per ring: edges that run against the sweep have its inside above them */
    size_t cap_around, cap_nodes, cap_starts, cap_ends, cap_turned;
};

/* The edges of n_rings rings, in the order of rings and vertices; `start` as edge_grid_make takes it. */
enum sweep_answer edge_sweep_look(struct edge_sweep *s, const struct edge *edges, uint32_t n_edges,
                                  const uint32_t *start, uint32_t n_rings);
void edge_sweep_release(struct edge_sweep *s);

#endif
