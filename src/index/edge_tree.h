/* A ring of the index with its edge tree. Private to index/. */
#ifndef HX_INDEX_EDGE_TREE_H
#define HX_INDEX_EDGE_TREE_H

#include "index/format.h"

/* Node k of level l covers the edges k * span .. (k + 1) * span - 1 of the ring, span = INDEX_RUN *
 * INDEX_FAN^l. */
struct edge_tree {
    const double *lon, *lat; /* n_edges + 1 vertices */
    const struct index_box32 *nodes;
    uint32_t n_edges;
    int levels; /* 0: a ring of at most INDEX_RUN edges has no tree */
    uint32_t level_at[INDEX_MAX_LEVELS], level_n[INDEX_MAX_LEVELS];
};

static inline void edge_tree_of(struct edge_tree *t, const struct layer_index *ix, uint32_t ring)
{
    uint32_t n = index_ring(ix, ring, &t->lon, &t->lat);
    t->n_edges = n - 1;
    t->nodes = ix->nodes + ix->ring_node[ring];
    t->levels = index_edge_tree(t->n_edges, t->level_at, t->level_n);
}

static inline uint32_t edge_tree_first(int level, uint32_t node)
{
    return node * ((uint32_t)INDEX_RUN << (3 * level));
}

/* The edge behind the node's last. */
static inline uint32_t edge_tree_end(const struct edge_tree *t, int level, uint32_t node)
{
    uint32_t span = (uint32_t)INDEX_RUN << (3 * level), first = node * span;
    return t->n_edges - first < span ? t->n_edges : first + span;
}

static inline uint32_t edge_tree_children(const struct edge_tree *t, int level, uint32_t node)
{
    uint32_t left = t->level_n[level - 1] - node * INDEX_FAN;
    return left < INDEX_FAN ? left : INDEX_FAN;
}

/* Is the point inside the ring? On the border either answer may come. */
bool edge_tree_contains(const struct layer_index *ix, uint32_t ring, double lon, double lat);

_Static_assert(INDEX_FAN == 8, "the spans above are shifts by 3");

#endif
