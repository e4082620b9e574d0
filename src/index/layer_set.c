#include "index/layer_set_find.h"

#include "base/array.h"
#include "index/trees.h"

#include <stdlib.h>

enum { BLOCKS_MAX = 1 << 17 }; /* some milliseconds of processor time and 5 MB */

struct block {
    uint32_t layer, node; /* its box number `node` of the layer's level */
};

/* The tree is a layer index whose rings are blocks; it has no vertices. */
struct layer_set {
    const struct layer_index *layer[LAYER_SET_MAX];
    int level[LAYER_SET_MAX]; /* of its ring tree, that its blocks are of */
    size_t n;
    struct layer_index tree;
    struct index_header header;
    struct block *block; /* by their place in the tree */
};

static uint32_t level_size(const struct layer_index *ix, int level)
{
    return ix->tree_level_at[level + 1] - ix->tree_level_at[level];
}

static bool has(const struct layer_set *set, const struct layer_index *ix)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->layer[i] == ix)
            return true;
    return false;
}

static uint32_t blocks_of(const struct layer_set *set, size_t l)
{
    return set->layer[l]->tree_levels > 0 ? level_size(set->layer[l], set->level[l]) : 0;
}

/* The levels at which there are no more than `most`, or nothing above them; how many then. */
static uint32_t levels_choose(struct layer_set *set, uint32_t most)
{
    for (;;) {
        uint64_t n = 0;
        size_t largest = 0;
        for (size_t l = 0; l < set->n; l++) {
            n += blocks_of(set, l);
            largest = blocks_of(set, l) > blocks_of(set, largest) ? l : largest;
        }
        if (n <= most || blocks_of(set, largest) <= 1) /* n is 0 without a layer */
            return (uint32_t)n;
        set->level[largest]++;
    }
}

/* Boxes and blocks layer by layer; the box of all. */
static struct geo_box blocks_fill(const struct layer_set *set, struct index_box32 *box, struct block *block)
{
    struct geo_box all = geo_box_empty();
    size_t k = 0;
    for (size_t l = 0; l < set->n; l++) {
        const struct layer_index *ix = set->layer[l];
        const struct index_box32 *boxes = ix->tree_boxes + ix->tree_level_at[set->level[l]];
        for (uint32_t i = 0; i < blocks_of(set, l); i++, k++) {
            box[k] = boxes[i];
            block[k] = (struct block){(uint32_t)l, i};
            geo_box_add(&all, (double)box[k].west, (double)box[k].south);
            geo_box_add(&all, -(double)box[k].minus_east, -(double)box[k].minus_north);
        }
    }
    return all;
}

static bool tree_build(struct layer_set *set, uint32_t n, struct arena *a)
{
    uint32_t n_boxes = index_ring_tree_size(n);
    struct index_box32 *box = malloc(((size_t)n + 1) * sizeof *box);
    struct block *block = malloc(((size_t)n + 1) * sizeof *block);
    struct index_box32 *boxes = arena_array(a, (size_t)n_boxes + 1, sizeof *boxes);
    uint32_t *order = arena_array(a, (size_t)n + 1, sizeof *order);
    set->block = arena_array(a, (size_t)n + 1, sizeof *set->block);
    bool ok = box && block && boxes && order && set->block;
    if (ok) {
        struct geo_box all = blocks_fill(set, box, block);
        ok = index_ring_tree_fill(&all, box, n, order, boxes);
    }
    for (uint32_t i = 0; ok && i < n; i++)
        set->block[i] = block[order[i]];
    free(box);
    free(block);
    set->header = (struct index_header){.n_rings = n, .n_tree_boxes = n_boxes};
    set->tree = (struct layer_index){.header = &set->header, .tree_ring = order, .tree_boxes = boxes};
    return ok && index_tree_levels_set(&set->tree);
}

const struct layer_set *layer_set_of_blocks(const struct layer_index *const *ix, size_t n, uint32_t blocks,
                                            struct arena *a)
{
    struct layer_set *set = arena_alloc(a, sizeof *set);
    for (size_t i = 0; set && i < n && set->n < LAYER_SET_MAX; i++)
        if (!has(set, ix[i]))
            set->layer[set->n++] = ix[i];
    return set && tree_build(set, levels_choose(set, blocks), a) ? set : NULL;
}

const struct layer_set *layer_set_new(const struct layer_index *const *ix, size_t n, struct arena *a)
{
    return layer_set_of_blocks(ix, n, BLOCKS_MAX, a);
}

size_t layer_set_size(const struct layer_set *set)
{
    return set->n;
}

const struct layer_index *layer_set_at(const struct layer_set *set, size_t i)
{
    return set->layer[i];
}

bool layer_set_find(const struct layer_set *set, const struct geo_box *box, struct ring_hits *blocks,
                    struct ring_hits *near)
{
    struct ring_search search[LAYER_SET_MAX];
    struct index_query q = index_query_of(box);
    size_t n = 0;
    for (size_t l = 0; l < set->n; l++)
        near[l].n = 0;
    if (!ring_leaves_find(&set->tree, &q, blocks))
        return false;
    for (size_t i = 0; i < blocks->n; i++) {
        const struct block *b = set->block + blocks->ring[i];
        struct ring_hits *h = near + b->layer;
        if (!ARRAY_RESERVE(h->ring, h->capacity, h->n + 1))
            return false;
        if (h->n == 0)
            search[n++] =
                (struct ring_search){.ix = set->layer[b->layer], .hits = h, .level = set->level[b->layer]};
        h->ring[h->n++] = b->node;
    }
    for (size_t i = 0; i < n; i++)
        search[i].end = search[i].hits->n;
    return ring_searches_finish(search, n, &q);
}
