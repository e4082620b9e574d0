/* Rings whose box meets a box, through the ring tree. Private to index/: callers outside use
 * index_candidates. */
#ifndef HX_INDEX_CANDIDATES_H
#define HX_INDEX_CANDIDATES_H

#include "index/format.h"

/* Ring numbers, ascending; grows as needed; reused from query to query. */
struct ring_hits {
    uint32_t *ring; /* owned */
    size_t n, capacity;
};

void ring_hits_release(struct ring_hits *h);
/* false when memory is out. Equal borders count as meeting. */
bool ring_hits_find(const struct layer_index *ix, const struct geo_box *box, struct ring_hits *h);
/* Where the rings of a feature begin among rings that ascend: the first that is not of a feature before
 * it. */
size_t ring_hits_of_feature(const struct ring_hits *h, const struct layer_index *ix, uint32_t feature);
/* The same before it is sorted: places in the ring tree's lowest level, whose boxes are tree_boxes[place] and
 * whose rings are tree_ring[place]. */
bool ring_leaves_find(const struct layer_index *ix, const struct index_query *q, struct ring_hits *h);
/* ring_hits_find in n <= RING_HITS_TOGETHER layers, into h[0 .. n - 1], a level of all trees at a time, so
 * that they wait for memory together. */
enum { RING_HITS_TOGETHER = 8 };
bool ring_hits_find_all(const struct layer_index *const *ix, size_t n, const struct geo_box *box,
                        struct ring_hits *h);
void ring_numbers_sort(uint32_t *ring, size_t n); /* ascending */

#endif
