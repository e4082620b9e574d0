/* What a layer set finds near a box. Private to index/. */
#ifndef HX_INDEX_LAYER_SET_FIND_H
#define HX_INDEX_LAYER_SET_FIND_H

#include "index/candidates.h"
#include "index/layer_set.h"

/* layer_set_new with another limit: rings one by one while there are no more than `blocks`, else the largest
 * layers by blocks of 8, 64 … rings, a higher level of their ring tree. */
const struct layer_set *layer_set_of_blocks(const struct layer_index *const *ix, size_t n, uint32_t blocks,
                                            struct arena *a);
size_t layer_set_size(const struct layer_set *set);
const struct layer_index *layer_set_at(const struct layer_set *set, size_t i);
/* ring_hits_find in every layer, into near[0 .. layer_set_size - 1]. `blocks` is scratch. false when memory
 * is out. */
bool layer_set_find(const struct layer_set *set, const struct geo_box *box, struct ring_hits *blocks,
                    struct ring_hits *near);

#endif
