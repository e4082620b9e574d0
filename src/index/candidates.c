#include "index/candidates.h"

#include "base/room.h"

#include <stdlib.h>

void ring_hits_release(struct ring_hits *h)
{
    free(h->ring);
    *h = (struct ring_hits){0};
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void ring_numbers_sort(uint32_t *ring, size_t n)
{
    if (n > 32) {
        qsort(ring, n, sizeof *ring, ascending);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint32_t v = ring[i];
        size_t j = i;
        for (; j > 0 && ring[j - 1] > v; j--)
            ring[j] = ring[j - 1];
        ring[j] = v;
    }
}

static inline bool meets(const struct index_box32 *b, const struct index_query *q)
{
    return index_sides_closed(b, q) == SIDE_ALL;
}

/* Leaves first .. end - 1, those of them that meet the query. */
static bool leaves_push(const struct layer_index *ix, const struct index_query *q, uint32_t first,
                        uint32_t end, struct ring_hits *h)
{
    uint32_t *p = room_for(h->ring, &h->capacity, h->n + end - first, sizeof *p);
    if (!p)
        return false;
    h->ring = p;
    for (uint32_t k = first; k < end; k++) { /* without a branch: written, and kept or not */
        p[h->n] = k;
        h->n += meets(ix->tree_boxes + k, q);
    }
    return true;
}

bool ring_leaves_find(const struct layer_index *ix, const struct index_query *q, struct ring_hits *h)
{
    h->n = 0;
    int top = ix->tree_levels - 1;
    if (top < 0 || !meets(ix->tree_boxes + ix->tree_level_at[top], q))
        return true;
    if (top == 0)
        return leaves_push(ix, q, 0, 1, h);
    struct {
        uint32_t node;
        int level;
    } stack[INDEX_MAX_LEVELS * INDEX_FAN];
    int depth = 0;
    stack[depth].node = 0;
    stack[depth++].level = top;
    while (depth > 0) {
        depth--;
        int level = stack[depth].level;
        uint32_t below_at = ix->tree_level_at[level - 1], below_n = ix->tree_level_at[level] - below_at;
        uint32_t first = stack[depth].node * INDEX_FAN,
                 end = first + INDEX_FAN < below_n ? first + INDEX_FAN : below_n;
        if (level == 1) {
            if (!leaves_push(ix, q, first, end, h))
                return false;
            continue;
        }
        for (uint32_t k = first; k < end; k++) {
            if (meets(ix->tree_boxes + below_at + k, q)) {
                stack[depth].node = k;
                stack[depth++].level = level - 1;
                /* its children are wanted next: two cache lines */
                const struct index_box32 *children =
                    ix->tree_boxes + ix->tree_level_at[level - 2] + (size_t)k * INDEX_FAN;
                __builtin_prefetch(children);
                __builtin_prefetch(children + INDEX_FAN / 2);
            }
        }
    }
    return true;
}

bool ring_hits_find(const struct layer_index *ix, const struct geo_box *box, struct ring_hits *h)
{
    /* Rounded outward as well, so that comparing floats can only add candidates. */
    struct index_query q = index_query_of(box);
    if (!ring_leaves_find(ix, &q, h))
        return false;
    for (size_t i = 0; i < h->n; i++)
        h->ring[i] = ix->tree_ring[h->ring[i]];
    ring_numbers_sort(h->ring, h->n);
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
