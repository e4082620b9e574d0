/* Layers that are asked about a box together: one tree over blocks of rings of all of them, so that a layer
 * that has nothing near costs nothing, however many there are. Without it each layer's ring tree is descended
 * by itself.
 *
 * Threads: const once made. */
#ifndef HX_INDEX_LAYER_SET_H
#define HX_INDEX_LAYER_SET_H

#include "index/layer_index.h"

enum { LAYER_SET_MAX = 64 };

struct layer_set;
/* In the arena, 5 MB at most. The n layers must stay open as long; of more than
 * LAYER_SET_MAX those behind are left out, and one that is there twice counts once. NULL when memory is
 * out. */
const struct layer_set *layer_set_new(const struct layer_index *const *ix, size_t n, struct arena *a);

#endif
