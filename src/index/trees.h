/* Fills the two kinds of trees that format.h describes: over the edges of a ring, and over the boxes of
 * rings. Private to index/. */
#ifndef HX_INDEX_TREES_H
#define HX_INDEX_TREES_H

#include "index/format.h"

/* Of the vertices first .. first + n_edges. */
struct index_box32 index_edges_box(const double *lon, const double *lat, uint32_t first, uint32_t n_edges);
/* `nodes` takes index_edge_tree_size(m). */
void index_edge_tree_fill(struct index_box32 *nodes, const double *lon, const double *lat, uint32_t m);

uint32_t index_ring_tree_size(uint32_t n_rings);
/* `order` takes n, `boxes` takes index_ring_tree_size(n); `all` holds every ring. false when memory is
 * out. */
bool index_ring_tree_fill(const struct geo_box *all, const struct index_box32 *ring_box, uint32_t n,
                          uint32_t *order, struct index_box32 *boxes);

#endif
