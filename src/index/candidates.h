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
/* A descent of one ring tree, level by level. The nodes of the level that meet the query stand in
 * hits->ring[first .. end - 1]; their children are put behind them. */
struct ring_search {
    const struct layer_index *ix;
    struct ring_hits *hits;
    size_t first, end;
    int level; /* 0: they are leaves */
};
/* Searches that stand at some level go on, a level of all trees at a time, so that they wait for memory
 * together, until their hits are rings, as of ring_hits_find. */
bool ring_searches_finish(struct ring_search *s, size_t n, const struct index_query *q);
void ring_numbers_sort(uint32_t *ring, size_t n); /* ascending */

#endif
