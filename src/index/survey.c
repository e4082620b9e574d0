#include "index/survey.h"

#include "base/room.h"
#include "index/edge_tree.h"

#include <stdlib.h>

void survey_release(struct survey *s)
{
    ring_hits_release(&s->hits);
    free(s->features);
    free(s->items);
    *s = (struct survey){.n_items = 0};
}

static struct survey_feature *feature_push(struct survey *s, uint32_t feature)
{
    struct survey_feature *f = room_for(s->features, &s->cap_features, s->n_features + 1, sizeof *f);
    if (!f)
        return NULL;
    s->features = f;
    f += s->n_features++;
    *f = (struct survey_feature){.feature = feature};
    return f;
}

static enum survey_result item_push(struct survey *s, size_t max_items, struct survey_item item)
{
    if (s->n_items == max_items)
        return SURVEY_TOO_MUCH;
    struct survey_item *p = room_for(s->items, &s->cap_items, s->n_items + 1, sizeof *p);
    if (!p)
        return SURVEY_NO_MEMORY;
    s->items = p;
    s->items[s->n_items++] = item;
    return SURVEY_DONE;
}

/* One ring being looked at. */
struct walk {
    struct survey *survey;
    size_t max_items;
    struct survey_feature *feature;
    const struct geo_box *box;
    struct index_query query;
    struct edge_tree tree;
    uint32_t above_first,
        above_end; /* edges known to lie above the box that have not been added yet; equal: none */
};

/* The runs fetched now are measured when all rings have been looked at. */
static enum survey_result near_run(struct walk *w, uint32_t first, uint32_t end)
{
    struct survey_item item = {w->tree.lon + first, w->tree.lat + first, end - first, 1};
    for (uint32_t i = 0; i < item.n + 8; i += 8) { /* eight doubles are a cache line */
        __builtin_prefetch(item.lon + i);
        __builtin_prefetch(item.lat + i);
    }
    w->feature->near = true;
    return item_push(w->survey, w->max_items, item);
}

static enum survey_result end_add(struct walk *w, const double *lon, int32_t sign)
{
    if (*lon >= w->box->east_deg)
        w->feature->winding += sign;
    else if (*lon > w->box->west_deg)
        return item_push(w->survey, w->max_items, (struct survey_item){lon, NULL, 0, sign});
    return SURVEY_DONE;
}

/* Neighbouring runs are taken as one: what they would say of the vertex between them cancels. */
static enum survey_result above_flush(struct walk *w)
{
    uint32_t first = w->above_first, end = w->above_end;
    w->above_first = w->above_end = 0;
    if (first == end)
        return SURVEY_DONE;
    enum survey_result r = end_add(w, w->tree.lon + first, 1);
    return r == SURVEY_DONE ? end_add(w, w->tree.lon + end, -1) : r;
}

static enum survey_result above_run(struct walk *w, uint32_t first, uint32_t end)
{
    enum survey_result r = SURVEY_DONE;
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

/* Pushes nodes first .. first + n - 1 in reverse, so that edges come in ring order. Beside or below the box an edge's T(b)
 * covers none of the parcel, or covers it and is covered again by the other edges of the parcel: both sum to nothing. */
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

static enum survey_result ring_walk(struct walk *w)
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
        enum survey_result r = SURVEY_DONE;
        if (!stack.at[stack.depth].near)
            r = above_run(w, edge_tree_first(level, node), edge_tree_end(t, level, node));
        else if (level == 0)
            r = near_run(w, edge_tree_first(0, node), edge_tree_end(t, 0, node));
        else
            nodes_push(&stack, w, level - 1, node * INDEX_FAN, edge_tree_children(t, level, node));
        if (r != SURVEY_DONE)
            return r;
    }
    return above_flush(w);
}

/* Several tables are asked about each ring: let them arrive together. */
static void hits_prefetch(const struct ring_hits *hits, const struct layer_index *ix)
{
    for (size_t i = 0; i < hits->n; i++) {
        __builtin_prefetch(ix->ring_start + hits->ring[i]);
        __builtin_prefetch(ix->ring_node + hits->ring[i]);
        __builtin_prefetch(ix->ring_feature + hits->ring[i]);
    }
    for (size_t i = 0; i < hits->n; i++) { /* the top of an edge tree is its end */
        const struct index_box32 *end = ix->nodes + ix->ring_node[hits->ring[i] + 1];
        __builtin_prefetch(end - 1);
        __builtin_prefetch(end - INDEX_FAN / 2);
        __builtin_prefetch(end - INDEX_FAN);
    }
}

enum survey_result survey_box(struct survey *s, const struct layer_index *ix, const struct geo_box *box,
                              const struct survey_question *question)
{
    s->n_features = s->n_items = 0;
    s->idle = true;
    if (!ring_hits_find(ix, box, &s->hits))
        return SURVEY_NO_MEMORY;
    if (s->hits.n == 0)
        return SURVEY_DONE;
    hits_prefetch(&s->hits, ix);
    struct walk w = {.survey = s, .max_items = question->max_items, .box = box, .query = index_query_of(box)};
    for (size_t i = 0; i < s->hits.n; i++) { /* rings ascend, so the rings of one feature are neighbours */
        uint32_t ring = s->hits.ring[i], feature = ix->ring_feature[ring];
        if (question->wanted && !question->wanted(feature, question->user))
            continue;
        if (!w.feature || w.feature->feature != feature)
            w.feature = feature_push(s, feature);
        if (!w.feature)
            return SURVEY_NO_MEMORY;
        edge_tree_of(&w.tree, ix, ring);
        enum survey_result r = ring_walk(&w);
        if (r != SURVEY_DONE)
            return r;
        w.feature->end = s->n_items;
    }
    s->idle = s->n_items == 0;
    for (size_t i = 0; s->idle && i < s->n_features; i++)
        s->idle = s->features[i].winding == 0;
    return SURVEY_DONE;
}
