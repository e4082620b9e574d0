#include "index/candidates.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

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

static bool search_begin(struct ring_search *s, const struct layer_index *ix, const struct index_query *q,
                         struct ring_hits *h)
{
    int top = ix->tree_levels - 1;
    *s = (struct ring_search){.ix = ix, .hits = h};
    h->n = 0;
    if (top < 0 || !meets(ix->tree_boxes + ix->tree_level_at[top], q))
        return true;
    if (!ARRAY_RESERVE(h->ring, h->capacity, 1))
        return false;
    h->ring[0] = 0;
    s->end = 1;
    s->level = top;
    return true;
}

/* One level down. What the next level needs is on its way meanwhile. */
static bool search_step(struct ring_search *s, const struct index_query *q)
{
    const struct layer_index *ix = s->ix;
    struct ring_hits *h = s->hits;
    if (!ARRAY_RESERVE(h->ring, h->capacity, s->end + (s->end - s->first) * INDEX_FAN))
        return false;
    uint32_t *p = h->ring;
    s->level--;
    uint32_t at = ix->tree_level_at[s->level], size = ix->tree_level_at[s->level + 1] - at;
    const struct index_box32 *boxes = ix->tree_boxes + at;
    size_t n = s->end;
    for (size_t i = s->first; i < s->end; i++) {
        uint32_t k = p[i] * INDEX_FAN, last = k + INDEX_FAN < size ? k + INDEX_FAN : size;
        for (; k < last; k++) { /* without a branch: written, and kept or not */
            p[n] = k;
            n += meets(boxes + k, q);
        }
    }
    s->first = s->end;
    s->end = n;
    const struct index_box32 *below = s->level ? ix->tree_boxes + ix->tree_level_at[s->level - 1] : NULL;
    for (size_t i = s->first; i < s->end; i++) {
        if (below) { /* eight boxes are two cache lines */
            __builtin_prefetch(below + (size_t)p[i] * INDEX_FAN);
            __builtin_prefetch(below + (size_t)p[i] * INDEX_FAN + INDEX_FAN / 2);
        } else {
            __builtin_prefetch(ix->tree_ring + p[i]);
        }
    }
    return true;
}

static void search_end(struct ring_search *s)
{
    s->hits->n = s->end - s->first;
    if (s->hits->n)
        memmove(s->hits->ring, s->hits->ring + s->first, s->hits->n * sizeof *s->hits->ring);
}

bool ring_leaves_find(const struct layer_index *ix, const struct index_query *q, struct ring_hits *h)
{
    struct ring_search s;
    bool ok = search_begin(&s, ix, q, h);
    while (ok && s.level > 0)
        ok = search_step(&s, q);
    search_end(&s);
    return ok;
}

static void leaves_to_rings(const struct layer_index *ix, struct ring_hits *h)
{
    for (size_t i = 0; i < h->n; i++)
        h->ring[i] = ix->tree_ring[h->ring[i]];
    ring_numbers_sort(h->ring, h->n);
}

bool ring_hits_find(const struct layer_index *ix, const struct geo_box *box, struct ring_hits *h)
{
    /* Rounded outward as well, so that comparing floats can only add candidates. */
    struct index_query q = index_query_of(box);
    if (!ring_leaves_find(ix, &q, h))
        return false;
    leaves_to_rings(ix, h);
    return true;
}

size_t ring_hits_of_feature(const struct ring_hits *h, const struct layer_index *ix, uint32_t feature)
{
    uint32_t first_ring = ix->features[feature].first_ring;
    size_t low = 0, high = h->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->ring[middle] < first_ring)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool ring_searches_finish(struct ring_search *s, size_t n, const struct index_query *q)
{
    bool ok = true, under_way = n > 0;
    while (ok && under_way) {
        under_way = false;
        for (size_t i = 0; ok && i < n; i++) {
            if (s[i].level > 0)
                ok = search_step(s + i, q);
            under_way |= s[i].level > 0;
        }
    }
    for (size_t i = 0; ok && i < n; i++) {
        search_end(s + i);
        leaves_to_rings(s[i].ix, s[i].hits);
    }
    return ok;
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
