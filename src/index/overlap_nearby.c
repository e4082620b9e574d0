#include "index/overlap_nearby.h"

#include "base/array.h"
#include "index/edge_tree.h"

#include <stdlib.h>

void overlap_nearby_release(struct overlap_nearby *s)
{
    ring_hits_release(&s->hits);
    free(s->features);
    free(s->runs);
    free(s->ends);
    *s = (struct overlap_nearby){.n_runs = 0};
}

static struct overlap_nearby_feature *feature_push(struct overlap_nearby *s, uint32_t feature)
{
    if (!ARRAY_RESERVE(s->features, s->cap_features, s->n_features + 1))
        return NULL;
    struct overlap_nearby_feature *f = &s->features[s->n_features++];
    *f = (struct overlap_nearby_feature){.feature = feature};
    return f;
}

static enum overlap_nearby_result run_push(struct overlap_nearby *s, size_t max_runs,
                                           struct overlap_nearby_run run)
{
    if (s->n_runs == max_runs)
        return NEARBY_TOO_MUCH;
    if (!ARRAY_RESERVE(s->runs, s->cap_runs, s->n_runs + 1))
        return NEARBY_NO_MEMORY;
    s->runs[s->n_runs++] = run;
    return NEARBY_DONE;
}

static bool end_push(struct overlap_nearby *s, struct overlap_nearby_end end)
{
    if (!ARRAY_RESERVE(s->ends, s->cap_ends, s->n_ends + 1))
        return false;
    __builtin_prefetch(end.lon);
    s->ends[s->n_ends++] = end;
    return true;
}

/* One ring being looked at. */
struct walk {
    struct overlap_nearby *nearby;
    size_t max_runs;
    struct index_query query;
    struct edge_tree tree;
    uint32_t above_first,
        above_end; /* edges known to lie above the box that have not been added yet; equal: none */
};

/* The runs fetched now are measured when all rings have been looked at. */
static enum overlap_nearby_result near_run(struct walk *w, uint32_t first, uint32_t end)
{
    struct overlap_nearby_run run = {w->tree.lon + first, w->tree.lat + first, end - first};
    for (uint32_t i = 0; i < run.n + 8; i += 8) { /* eight doubles are a cache line */
        __builtin_prefetch(run.lon + i);
        __builtin_prefetch(run.lat + i);
    }
    return run_push(w->nearby, w->max_runs, run);
}

/* Neighbouring runs are taken as one: what they would say of the vertex between them cancels. */
static enum overlap_nearby_result above_flush(struct walk *w)
{
    uint32_t first = w->above_first, end = w->above_end;
    w->above_first = w->above_end = 0;
    if (first == end)
        return NEARBY_DONE;
    bool ok = end_push(w->nearby, (struct overlap_nearby_end){w->tree.lon + first, 1}) &&
              end_push(w->nearby, (struct overlap_nearby_end){w->tree.lon + end, -1});
    return ok ? NEARBY_DONE : NEARBY_NO_MEMORY;
}

static enum overlap_nearby_result above_run(struct walk *w, uint32_t first, uint32_t end)
{
    enum overlap_nearby_result r = NEARBY_DONE;
    if (w->above_end != first || w->above_first == w->above_end) {
        r = above_flush(w);
        w->above_first = first;
    }
    w->above_end = end;
    return r;
}

/* Nodes still to be dealt with; the last one is next. */
struct walk_stack {
    struct {
        uint32_t node;
        uint16_t level;
        bool near; /* or above */
    } at[INDEX_MAX_LEVELS * INDEX_FAN + INDEX_FAN];
    int depth;
};

/* Pushes nodes first .. first + n - 1 in reverse, so that edges come in ring order. Beside or below the box
 * an edge's T(b) covers none of the parcel, or covers it and is covered again by the other edges of the
 * parcel: both sum to nothing. */
static void nodes_push(struct walk_stack *stack, const struct walk *w, int level, uint32_t first, uint32_t n)
{
    const struct edge_tree *t = &w->tree;
    for (uint32_t k = first + n; k-- > first;) {
        unsigned sides = index_sides_open(t->nodes + t->level_at[level] + k, &w->query);
        if ((sides | SIDE_SOUTH) != SIDE_ALL)
            continue;
        stack->at[stack->depth].node = k;
        stack->at[stack->depth].level = (uint16_t)level;
        stack->at[stack->depth++].near = sides == SIDE_ALL;
        if (sides == SIDE_ALL && level > 0) { /* its children are wanted soon: two cache lines */
            const struct index_box32 *children = t->nodes + t->level_at[level - 1] + (size_t)k * INDEX_FAN;
            __builtin_prefetch(children);
            __builtin_prefetch(children + INDEX_FAN / 2);
        }
    }
}

static enum overlap_nearby_result ring_walk(struct walk *w)
{
    const struct edge_tree *t = &w->tree;
    if (t->levels == 0)
        return near_run(w, 0, t->n_edges);
    struct walk_stack stack;
    stack.depth = 0;
    w->above_first = w->above_end = 0;
    nodes_push(&stack, w, t->levels - 1, 0, t->level_n[t->levels - 1]);
    while (stack.depth > 0) {
        stack.depth--;
        uint32_t node = stack.at[stack.depth].node;
        int level = stack.at[stack.depth].level;
        enum overlap_nearby_result r = NEARBY_DONE;
        if (!stack.at[stack.depth].near)
            r = above_run(w, edge_tree_first(level, node), edge_tree_end(t, level, node));
        else if (level == 0)
            r = near_run(w, edge_tree_first(0, node), edge_tree_end(t, 0, node));
        else
            nodes_push(&stack, w, level - 1, node * INDEX_FAN, edge_tree_children(t, level, node));
        if (r != NEARBY_DONE)
            return r;
    }
    return above_flush(w);
}

void overlap_nearby_prefetch_tables(const struct layer_index *ix, const uint32_t *rings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(ix->ring_start + rings[i]);
        __builtin_prefetch(ix->ring_node + rings[i]);
        __builtin_prefetch(ix->ring_feature + rings[i]);
    }
}

void overlap_nearby_prefetch_trees(const struct layer_index *ix, const uint32_t *rings, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* the top of an edge tree is its end */
        const struct index_box32 *end = ix->nodes + ix->ring_node[rings[i] + 1];
        __builtin_prefetch(end - 1);
        __builtin_prefetch(end - INDEX_FAN / 2);
        __builtin_prefetch(end - INDEX_FAN);
    }
}

void overlap_nearby_begin(struct overlap_nearby *s)
{
    s->n_features = s->n_runs = s->n_ends = 0;
}

enum overlap_nearby_result overlap_nearby_rings(struct overlap_nearby *s, const struct layer_index *ix,
                                                const uint32_t *rings, size_t n, const struct geo_box *box,
                                                const struct overlap_nearby_question *question,
                                                struct overlap_nearby_part *out)
{
    struct walk w = {.nearby = s, .max_runs = question->max_runs, .query = index_query_of(box)};
    struct overlap_nearby_feature *f = NULL;
    *out = (struct overlap_nearby_part){
        .first_feature = s->n_features, .first_run = s->n_runs, .first_end = s->n_ends};
    for (size_t i = 0; i < n; i++) { /* rings ascend, so the rings of one feature are neighbours */
        uint32_t ring = rings[i], feature = ix->ring_feature[ring];
        if (question->wanted && !question->wanted(feature, question->user))
            continue;
        if (!f || f->feature != feature)
            f = feature_push(s, feature);
        if (!f)
            return NEARBY_NO_MEMORY;
        edge_tree_of(&w.tree, ix, ring);
        enum overlap_nearby_result r = ring_walk(&w);
        if (r != NEARBY_DONE)
            return r;
        f->end_run = s->n_runs;
        f->end_end = s->n_ends;
    }
    out->end_feature = s->n_features;
    return NEARBY_DONE;
}

void overlap_nearby_settle(struct overlap_nearby *s, const struct geo_box *box,
                           struct overlap_nearby_part *part)
{
    size_t at = part->first_end, last_run = part->first_run;
    bool over = false, wound = false;
    for (size_t i = part->first_feature; i < part->end_feature; i++) {
        struct overlap_nearby_feature *f = s->features + i;
        for (; at < f->end_end; at++) {
            struct overlap_nearby_end *end = s->ends + at;
            bool east = *end->lon >= box->east_deg, beside = east || *end->lon <= box->west_deg;
            f->winding += east ? end->sign : 0;
            end->sign = beside ? 0 : end->sign;
            over |= !beside;
        }
        wound |= f->winding != 0;
        last_run = f->end_run;
    }
    part->far = last_run == part->first_run && !over;
    part->idle = part->far && !wound;
}

enum overlap_nearby_result overlap_nearby_box(struct overlap_nearby *s, const struct layer_index *ix,
                                              const struct geo_box *box, const struct ring_hits *near,
                                              const struct overlap_nearby_question *question,
                                              struct overlap_nearby_part *out)
{
    overlap_nearby_begin(s);
    if (!near) {
        if (!ring_hits_find(ix, box, &s->hits))
            return NEARBY_NO_MEMORY;
        near = &s->hits;
        overlap_nearby_prefetch_tables(ix, near->ring, near->n);
        overlap_nearby_prefetch_trees(ix, near->ring, near->n);
    }
    enum overlap_nearby_result r = overlap_nearby_rings(s, ix, near->ring, near->n, box, question, out);
    if (r == NEARBY_DONE)
        overlap_nearby_settle(s, box, out);
    return r;
}
