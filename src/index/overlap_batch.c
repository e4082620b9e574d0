#include "index/overlap_batch.h"

#include "base/array.h"
#include "index/format.h"
#include "index/hilbert.h"
#include "index/overlap_parts.h"

#include <math.h>
#include <stdlib.h>

enum {
    NEIGHBOURS = 8,  /* parcels that descend the ring tree together */
    MAX_LEAVES = 64, /* found by them; with more they part, for each looks at all of these */
    TOGETHER = 16    /* parcels with something near them measured side by side */
};

struct overlap_batch {
    const struct geo_shape *parcels; /* borrowed */
    size_t n, room;
    struct index_query *query;         /* each parcel's box */
    struct hilbert_key *order, *other; /* of the visit; room for sorting */
};

enum status overlap_batch_new(struct overlap_batch **out, struct error *e)
{
    *out = calloc(1, sizeof **out);
    return *out ? STATUS_OK : error_no_memory(e);
}

static void batch_release(struct overlap_batch *b)
{
    free(b->order);
    free(b->other);
    free(b->query);
    *b = (struct overlap_batch){0};
}

void overlap_batch_free(struct overlap_batch *b)
{
    if (b)
        batch_release(b);
    free(b);
}

static bool batch_reserve(struct overlap_batch *b, size_t n)
{
    if (n <= b->room)
        return true;
    batch_release(b);
    b->order = malloc(n * sizeof *b->order);
    b->other = malloc(n * sizeof *b->other);
    b->query = malloc(n * sizeof *b->query);
    b->room = n;
    if (b->order && b->other && b->query)
        return true;
    batch_release(b);
    return false;
}

static struct index_query query_both(struct index_query a, struct index_query b)
{
    return (struct index_query){a.east > b.east ? a.east : b.east, a.north > b.north ? a.north : b.north,
                                a.minus_west > b.minus_west ? a.minus_west : b.minus_west,
                                a.minus_south > b.minus_south ? a.minus_south : b.minus_south};
}

enum status overlap_batch_set(struct overlap_batch *b, const struct geo_shape *parcels, size_t n,
                              struct error *e)
{
    if (!batch_reserve(b, n))
        return error_no_memory(e);
    b->parcels = parcels;
    b->n = n;
    /* The parcels' own bytes are read here, one after the other, and not again before something is near
     * one of them. */
    struct index_query all = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        b->query[i] = index_query_of(&parcels[i].box);
        all = query_both(all, b->query[i]);
    }
    struct geo_box box = {-(double)all.minus_west, -(double)all.minus_south, (double)all.east,
                          (double)all.north};
    for (size_t i = 0; i < n; i++)
        b->order[i] = (struct hilbert_key){
            hilbert_key_of(&box, (double)b->query[i].east, (double)b->query[i].north), (uint32_t)i};
    hilbert_sort_with(b->order, b->other, n);
    return STATUS_OK;
}

static const struct index_query *query_at(const struct overlap_batch *b, size_t visit)
{
    return b->query + b->order[visit].item;
}

/* ---- one visit of a layer ---- */

/* A parcel that some ring's box meets. */
struct member {
    uint32_t parcel;
    bool whole;                  /* one piece; others are measured by themselves */
    size_t first_ring, end_ring; /* of the visit's rings */
    struct overlap_nearby_part part;
};

struct visit {
    const struct overlap_batch *batch;
    const struct layer_index *ix;
    struct overlap_scratch *scratch;
    overlap_batch_fn *fn;
    void *user;
    struct ring_hits leaves, rings;
    struct member members[TOGETHER + NEIGHBOURS];
    size_t n_members;
    bool stopped;
};

/* Of the leaves found for the neighbours, those that meet one of them. */
static bool member_find(struct visit *v, size_t at)
{
    struct ring_hits *r = &v->rings;
    const struct index_query *q = query_at(v->batch, at);
    if (!ARRAY_RESERVE(r->ring, r->capacity, r->n + v->leaves.n))
        return false;
    uint32_t *p = r->ring;
    size_t first = r->n, n = first;
    for (size_t i = 0; i < v->leaves.n; i++) { /* without a branch: written, and kept or not */
        uint32_t leaf = v->leaves.ring[i];
        p[n] = leaf;
        n += index_sides_closed(v->ix->tree_boxes + leaf, q) == SIDE_ALL;
    }
    if (n == first)
        return true;
    for (size_t i = first; i < n; i++)
        __builtin_prefetch(v->ix->tree_ring + p[i]);
    struct member *m = v->members + v->n_members++;
    *m = (struct member){.parcel = v->batch->order[at].item, .first_ring = first, .end_ring = n};
    r->n = n;
    const struct geo_shape *shape = v->batch->parcels + m->parcel;
    __builtin_prefetch(shape);
    __builtin_prefetch((const char *)(shape + 1) - 1);
    return true;
}

static bool neighbours_find(struct visit *v, size_t first, size_t n)
{
    struct index_query all = *query_at(v->batch, first);
    for (size_t i = 1; i < n; i++)
        all = query_both(all, *query_at(v->batch, first + i));
    if (!ring_leaves_find(v->ix, &all, &v->leaves))
        return false;
    if (v->leaves.n > MAX_LEAVES && n > 1)
        return neighbours_find(v, first, n / 2) && neighbours_find(v, first + n / 2, n - n / 2);
    bool ok = true;
    for (size_t i = 0; ok && v->leaves.n > 0 && i < n; i++)
        ok = member_find(v, first + i);
    return ok;
}

/* From leaves to rings; what the next steps need of them and of the parcels is on its way from here. */
static void members_prefetch(struct visit *v)
{
    for (struct member *m = v->members; m < v->members + v->n_members; m++) {
        uint32_t *ring = v->rings.ring + m->first_ring;
        size_t n = m->end_ring - m->first_ring;
        for (size_t i = 0; i < n; i++)
            ring[i] = v->ix->tree_ring[ring[i]];
        ring_numbers_sort(ring, n);
        overlap_nearby_prefetch_tables(v->ix, ring, n);
        const struct geo_shape *shape = v->batch->parcels + m->parcel;
        m->whole = parcel_part_is_whole(shape);
        __builtin_prefetch(shape->ring_start);
        for (uint32_t i = 0; m->whole && i < shape->n_vertices; i += 8) { /* eight doubles are a cache line */
            __builtin_prefetch(shape->lon_deg + i);
            __builtin_prefetch(shape->lat_deg + i);
        }
    }
    overlap_nearby_prefetch_trees(v->ix, v->rings.ring, v->rings.n);
}

static bool members_survey(struct visit *v)
{
    static const struct overlap_nearby_question everything = {NULL, NULL, SIZE_MAX};
    struct overlap_nearby *s = &v->scratch->nearby;
    overlap_nearby_begin(s);
    for (struct member *m = v->members; m < v->members + v->n_members; m++) {
        if (m->whole &&
            overlap_nearby_rings(s, v->ix, v->rings.ring + m->first_ring, m->end_ring - m->first_ring,
                                 &v->batch->parcels[m->parcel].box, &everything, &m->part) != NEARBY_DONE)
            return false;
    }
    for (struct member *m = v->members; m < v->members + v->n_members; m++)
        if (m->whole)
            overlap_nearby_settle(s, &v->batch->parcels[m->parcel].box, &m->part);
    return true;
}

static bool member_measure(struct visit *v, const struct member *m)
{
    struct overlap_scratch *s = v->scratch;
    bool idle = m->part.idle;
    overlap_prepare(s, v->batch->parcels + m->parcel);
    s->n_found = 0;
    if ((!idle && !overlap_parcel_cut(s)) ||
        !overlap_part_measure(s, &m->part, idle ? NULL : s->list.parts, idle ? 0.0 : s->list.area_m2))
        return false;
    overlap_found_finish(s);
    v->stopped = !v->fn(m->parcel, s->found, s->n_found, v->user);
    return true;
}

static bool large_measure(struct visit *v, const struct member *m)
{
    const struct overlap *found;
    size_t n;
    overlap_prepare(v->scratch, v->batch->parcels + m->parcel);
    if (overlap_measure(v->scratch, v->ix, &found, &n, NULL))
        return false;
    v->stopped = n > 0 && !v->fn(m->parcel, found, n, v->user);
    return true;
}

static bool members_measure(struct visit *v)
{
    members_prefetch(v);
    bool ok = members_survey(v);
    for (size_t i = 0; ok && !v->stopped && i < v->n_members; i++)
        ok = !v->members[i].whole || member_measure(v, v->members + i);
    for (size_t i = 0; ok && !v->stopped && i < v->n_members;
         i++) /* last: they look for what is near them themselves */
        ok = v->members[i].whole || large_measure(v, v->members + i);
    v->n_members = v->rings.n = 0;
    return ok;
}

enum status overlap_batch_measure(const struct overlap_batch *b, struct overlap_scratch *s,
                                  const struct layer_index *ix, overlap_batch_fn *fn, void *user,
                                  struct error *e)
{
    struct visit v = {.batch = b, .ix = ix, .scratch = s, .fn = fn, .user = user};
    bool ok = true;
    for (size_t at = 0; ok && !v.stopped && at < b->n; at += NEIGHBOURS) {
        ok = neighbours_find(&v, at, b->n - at < NEIGHBOURS ? b->n - at : NEIGHBOURS);
        if (ok && v.n_members >= TOGETHER)
            ok = members_measure(&v);
    }
    if (ok && !v.stopped)
        ok = members_measure(&v);
    ring_hits_release(&v.leaves);
    ring_hits_release(&v.rings);
    return ok ? STATUS_OK : error_no_memory(e);
}
