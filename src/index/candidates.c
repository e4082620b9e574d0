#include "index/candidates.h"

#include "base/room.h"

#include <stdlib.h>

void ring_hits_release(struct ring_hits *h)
{
    free(h->ring);
    *h = (struct ring_hits){0};
}

static bool ring_hits_push(struct ring_hits *h, uint32_t ring)
{
    uint32_t *p = room_for(h->ring, &h->capacity, h->n + 1, sizeof *p);
    if (!p)
        return false;
    h->ring = p;
    h->ring[h->n++] = ring;
    return true;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void ring_hits_sort(struct ring_hits *h)
{
    if (h->n > 32) {
        qsort(h->ring, h->n, sizeof *h->ring, ascending);
        return;
    }
    for (size_t i = 1; i < h->n; i++) {
        uint32_t v = h->ring[i];
        size_t j = i;
        for (; j > 0 && h->ring[j - 1] > v; j--)
            h->ring[j] = h->ring[j - 1];
        h->ring[j] = v;
    }
}

static inline bool meets(const struct index_box32 *b, const struct index_query *q)
{
    return index_sides_closed(b, q) == SIDE_ALL;
}

bool ring_hits_find(const struct layer_index *ix, const struct geo_box *box, struct ring_hits *h)
{
    h->n = 0;
    if (ix->tree_levels == 0)
        return true;
    /* Rounded outward as well, so that comparing floats can only add candidates. */
    struct index_query q = index_query_of(box);
    struct {
        uint32_t node;
        int level;
    } stack[INDEX_MAX_LEVELS * INDEX_FAN];
    int depth = 0;
    int top = ix->tree_levels - 1;
    if (!meets(ix->tree_boxes + ix->tree_level_at[top], &q))
        return true;
    stack[depth].node = 0;
    stack[depth++].level = top;
    while (depth > 0) {
        depth--;
        uint32_t node = stack[depth].node;
        int level = stack[depth].level;
        if (level == 0) {
            if (!ring_hits_push(h, ix->tree_ring[node]))
                return false;
            continue;
        }
        uint32_t below_at = ix->tree_level_at[level - 1], below_n = ix->tree_level_at[level] - below_at;
        uint32_t first = node * INDEX_FAN, end = first + INDEX_FAN < below_n ? first + INDEX_FAN : below_n;
        for (uint32_t k = first; k < end; k++) {
            if (meets(ix->tree_boxes + below_at + k, &q)) {
                stack[depth].node = k;
                stack[depth++].level = level - 1;
                if (level > 1) /* its children are wanted next: two cache lines */
                    __builtin_prefetch(ix->tree_boxes + ix->tree_level_at[level - 2] + (size_t)k * INDEX_FAN);
            }
        }
    }
    ring_hits_sort(h);
    return true;
}

enum status index_candidates(const struct layer_index *ix, const struct geo_box *box, index_feature_fn *fn,
                             void *user, struct error *e)
{
    struct ring_hits hits = {0};
    if (!ring_hits_find(ix, box, &hits)) {
        ring_hits_release(&hits);
        return error_no_memory(e);
    }
    uint32_t previous = UINT32_MAX;
    for (size_t i = 0; i < hits.n; i++) { /* rings ascend, so the rings of one feature are neighbours */
        uint32_t feature = ix->ring_feature[hits.ring[i]];
        if (feature != previous && !fn(feature, user))
            break;
        previous = feature;
    }
    ring_hits_release(&hits);
    return STATUS_OK;
}
