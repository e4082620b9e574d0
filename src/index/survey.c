#include "index/survey.h"

#include "base/array.h"
#include "index/edge_tree.h"

#include <stdlib.h>

void survey_release(struct survey *s)
{
    ring_hits_release(&s->hits);
    free(s->features);
    free(s->runs);
    free(s->ends);
    *s = (struct survey){.n_runs = 0};
}

static struct survey_feature *feature_push(struct survey *s, uint32_t feature)
{
    struct survey_feature *f = array_room(s->features, &s->cap_features, s->n_features + 1, sizeof *f);
    if (!f)
        return NULL;
    s->features = f;
    f += s->n_features++;
    *f = (struct survey_feature){.feature = feature};
    return f;
}

static enum survey_result run_push(struct survey *s, size_t max_runs, struct survey_run run)
{
    if (s->n_runs == max_runs)
        return SURVEY_TOO_MUCH;
    struct survey_run *p = array_room(s->runs, &s->cap_runs, s->n_runs + 1, sizeof *p);
    if (!p)
        return SURVEY_NO_MEMORY;
    s->runs = p;
    s->runs[s->n_runs++] = run;
    return SURVEY_DONE;
}

static bool end_push(struct survey *s, struct survey_end end)
{
    struct survey_end *p = array_room(s->ends, &s->cap_ends, s->n_ends + 1, sizeof *p);
    if (!p)
        return false;
    __builtin_prefetch(end.lon);
    s->ends = p;
    s->ends[s->n_ends++] = end;
    return true;
}

/* One ring being looked at. */
struct walk {
    struct survey *survey;
    size_t max_runs;
    struct index_query query;
    struct edge_tree tree;
    uint32_t above_first,
        above_end; /* edges known to lie above the box that have not been added yet; equal: none */
};

/* The runs fetched now are measured when all rings have been looked at. */
static enum survey_result near_run(struct walk *w, uint32_t first, uint32_t end)
{
    struct survey_run run = {w->tree.lon + first, w->tree.lat + first, end - first};
    for (uint32_t i = 0; i < run.n + 8; i += 8) { /* eight doubles are a cache line */
        __builtin_prefetch(run.lon + i);
        __builtin_prefetch(run.lat + i);
    }
    return run_push(w->survey, w->max_runs, run);
}

/* Neighbouring runs are taken as one: what they would say of the vertex between them cancels. */
static enum survey_result above_flush(struct walk *w)
{
    uint32_t first = w->above_first, end = w->above_end;
    w->above_first = w->above_end = 0;
    if (first == end)
        return SURVEY_DONE;
    bool ok = end_push(w->survey, (struct survey_end){w->tree.lon + first, 1}) &&
              end_push(w->survey, (struct survey_end){w->tree.lon + end, -1});
    return ok ? SURVEY_DONE : SURVEY_NO_MEMORY;
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

void survey_prefetch_tables(const struct layer_index *ix, const uint32_t *rings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(ix->ring_start + rings[i]);
        __builtin_prefetch(ix->ring_node + rings[i]);
        __builtin_prefetch(ix->ring_feature + rings[i]);
    }
}

void survey_prefetch_trees(const struct layer_index *ix, const uint32_t *rings, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* the top of an edge tree is its end */
        const struct index_box32 *end = ix->nodes + ix->ring_node[rings[i] + 1];
        __builtin_prefetch(end - 1);
        __builtin_prefetch(end - INDEX_FAN / 2);
        __builtin_prefetch(end - INDEX_FAN);
    }
}

void survey_begin(struct survey *s)
{
    s->n_features = s->n_runs = s->n_ends = 0;
}

enum survey_result survey_rings(struct survey *s, const struct layer_index *ix, const uint32_t *rings,
                                size_t n, const struct geo_box *box, const struct survey_question *question,
                                struct survey_part *out)
{
    struct walk w = {.survey = s, .max_runs = question->max_runs, .query = index_query_of(box)};
    struct survey_feature *f = NULL;
    *out =
        (struct survey_part){.first_feature = s->n_features, .first_run = s->n_runs, .first_end = s->n_ends};
    for (size_t i = 0; i < n; i++) { /* rings ascend, so the rings of one feature are neighbours */
        uint32_t ring = rings[i], feature = ix->ring_feature[ring];
        if (question->wanted && !question->wanted(feature, question->user))
            continue;
        if (!f || f->feature != feature)
            f = feature_push(s, feature);
        if (!f)
            return SURVEY_NO_MEMORY;
        edge_tree_of(&w.tree, ix, ring);
        enum survey_result r = ring_walk(&w);
        if (r != SURVEY_DONE)
            return r;
        f->end_run = s->n_runs;
        f->end_end = s->n_ends;
    }
    out->end_feature = s->n_features;
    return SURVEY_DONE;
}

void survey_settle(struct survey *s, const struct geo_box *box, struct survey_part *part)
{
    size_t at = part->first_end, last_run = part->first_run;
    bool over = false, wound = false;
    for (size_t i = part->first_feature; i < part->end_feature; i++) {
        struct survey_feature *f = s->features + i;
        for (; at < f->end_end; at++) {
            struct survey_end *end = s->ends + at;
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

enum survey_result survey_box(struct survey *s, const struct layer_index *ix, const struct geo_box *box,
                              const struct ring_hits *near, const struct survey_question *question,
                              struct survey_part *out)
{
    survey_begin(s);
    if (!near) {
        if (!ring_hits_find(ix, box, &s->hits))
            return SURVEY_NO_MEMORY;
        near = &s->hits;
        survey_prefetch_tables(ix, near->ring, near->n);
        survey_prefetch_trees(ix, near->ring, near->n);
    }
    enum survey_result r = survey_rings(s, ix, near->ring, near->n, box, question, out);
    if (r == SURVEY_DONE)
        survey_settle(s, box, out);
    return r;
}
