/* The edges that the line meets are kept in their order from south to north, in a treap that is threaded, so
 * that each knows its neighbours. If anything meets anything, then two edges that are neighbours by then do,
 * and the first such pair ends the sweep; until then the order cannot change. Whatever rounding could decide
 * ends it as well. */
#include "geo/edge_sweep.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct sweep_node {
    uint32_t parent, child[2]; /* below and above */
    uint32_t beside[2];        /* the edge next below, next above */
};

/* What a sweep works on. */
struct sweeping {
    struct edge_sweep *s;
    const struct edge *edges;
    const uint32_t *start;
    uint32_t root;
    uint32_t ended; /* edges that ended at the point where the line is */
    enum sweep_answer answer;
};

void edge_sweep_release(struct edge_sweep *s)
{
    free(s->around);
    free(s->nodes);
    free(s->starts);
    free(s->ends);
    free(s->turned);
    *s = (struct edge_sweep){.around = NULL};
}

/* ---- edges as the line meets them: from the west, from the south where they stand upright ---- */

static bool is_turned(const struct edge *e)
{
    return e->x1 < e->x0 || (e->x1 == e->x0 && e->y1 < e->y0);
}

struct point {
    double x, y;
};

static struct point first_of(const struct edge *e)
{
    return is_turned(e) ? (struct point){e->x1, e->y1} : (struct point){e->x0, e->y0};
}

static struct point last_of(const struct edge *e)
{
    return is_turned(e) ? (struct point){e->x0, e->y0} : (struct point){e->x1, e->y1};
}

static int order_of(struct point a, struct point b)
{
    if (a.x != b.x)
        return a.x < b.x ? -1 : 1;
    return (a.y > b.y) - (a.y < b.y);
}

static int by_first(const void *a, const void *b, void *edges)
{
    const struct edge *e = edges;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int order = order_of(first_of(e + i), first_of(e + k));
    return order ? order : i < k ? -1 : i > k;
}

static int by_last(const void *a, const void *b, void *edges)
{
    const struct edge *e = edges;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int order = order_of(last_of(e + i), last_of(e + k));
    return order ? order : i < k ? -1 : i > k;
}

/* 1: `e`, which begins here, is above `f`, which the line meets already; -1 below; or SIDE_UNSURE. */
static int place_beside(const struct edge *e, const struct edge *f)
{
    struct point from = first_of(f), to = last_of(f), here = first_of(e);
    if (order_of(here, from) == 0)
        here = last_of(e);
    return edge_side(from.x, from.y, to.x, to.y, here.x, here.y);
}

/* ---- pairs of neighbours ---- */

static bool cross_surely(const struct edge *a, const struct edge *b, double *x, double *y)
{
    int a0 = edge_side(b->x0, b->y0, b->x1, b->y1, a->x0, a->y0),
        a1 = edge_side(b->x0, b->y0, b->x1, b->y1, a->x1, a->y1),
        b0 = edge_side(a->x0, a->y0, a->x1, a->y1, b->x0, b->y0),
        b1 = edge_side(a->x0, a->y0, a->x1, a->y1, b->x1, b->y1);
    if (a0 == SIDE_UNSURE || b0 == SIDE_UNSURE || a1 != -a0 || b1 != -b0)
        return false;
    double dx = a->x1 - a->x0, dy = a->y1 - a->y0, ex = b->x1 - b->x0, ey = b->y1 - b->y0;
    double at = ((b->x0 - a->x0) * ey - (b->y0 - a->y0) * ex) / (dx * ey - dy * ex);
    *x = a->x0 + at * dx;
    *y = a->y0 + at * dy;
    return true;
}

static void look_at_pair(struct sweeping *w, uint32_t below, uint32_t above)
{
    if (below == NONE || above == NONE || w->answer != SWEEP_CLEAR)
        return;
    const struct edge *a = w->edges + below, *b = w->edges + above;
    if (!edges_surely_fine(a, b, w->start[a->ring + 1] - w->start[a->ring] - 2))
        w->answer = cross_surely(a, b, &w->s->x, &w->s->y) ? SWEEP_CROSSING : SWEEP_DOUBT;
}

/* ---- the order ---- */

/* Of the heap: a hash, so that no order of edges makes a deep tree. */
static uint32_t weight(uint32_t i)
{
    i = (i ^ (i >> 16)) * 0x7feb352du;
    i = (i ^ (i >> 15)) * 0x846ca68bu;
    return i ^ (i >> 16);
}

static void hang(struct sweeping *w, uint32_t parent, uint32_t old, uint32_t new)
{
    struct sweep_node *n = w->s->nodes;
    if (parent == NONE)
        w->root = new;
    else
        n[parent].child[n[parent].child[1] == old] = new;
    if (new != NONE)
        n[new].parent = parent;
}

/* The child on `side` takes the place of `i`, which becomes its child. */
static void rotate(struct sweeping *w, uint32_t i, int side)
{
    struct sweep_node *n = w->s->nodes;
    uint32_t up = n[i].child[side], inner = n[up].child[!side];
    hang(w, n[i].parent, i, up);
    n[i].child[side] = inner;
    if (inner != NONE)
        n[inner].parent = i;
    n[up].child[!side] = i;
    n[i].parent = up;
}

static void thread(struct sweep_node *n, uint32_t below, uint32_t above)
{
    if (below != NONE)
        n[below].beside[1] = above;
    if (above != NONE)
        n[above].beside[0] = below;
}

static void edge_begins(struct sweeping *w, uint32_t i)
{
    struct sweep_node *n = w->s->nodes;
    uint32_t at = w->root, parent = NONE;
    int side = 0;
    n[i] = (struct sweep_node){NONE, {NONE, NONE}, {NONE, NONE}};
    while (at != NONE) {
        int place = place_beside(w->edges + i, w->edges + at);
        if (place == SIDE_UNSURE) {
            w->answer = SWEEP_DOUBT;
            return;
        }
        side = place > 0;
        n[i].beside[!side] = parent = at;
        at = n[at].child[side];
    }
    n[i].parent = parent;
    if (parent == NONE)
        w->root = i;
    else
        n[parent].child[side] = i;
    thread(n, n[i].beside[0], i);
    thread(n, i, n[i].beside[1]);
    while (n[i].parent != NONE && weight(n[i].parent) < weight(i))
        rotate(w, n[i].parent, n[n[i].parent].child[1] == i);
    look_at_pair(w, n[i].beside[0], i);
    look_at_pair(w, i, n[i].beside[1]);
}

static void edge_ends(struct sweeping *w, uint32_t i)
{
    struct sweep_node *n = w->s->nodes;
    while (n[i].child[0] != NONE && n[i].child[1] != NONE)
        rotate(w, i, weight(n[i].child[1]) > weight(n[i].child[0]));
    hang(w, n[i].parent, i, n[i].child[n[i].child[0] == NONE]);
    thread(n, n[i].beside[0], n[i].beside[1]);
    look_at_pair(w, n[i].beside[0], n[i].beside[1]);
}

/* ---- what lies in what ---- */

/* A ring's first vertex, where two of its edges begin: what is below the lower one is around the ring. */
static void ring_begins(struct sweeping *w, uint32_t i, uint32_t k)
{
    const struct sweep_node *n = w->s->nodes;
    const struct edge *e = w->edges;
    uint32_t lower = n[i].beside[1] == k ? i : k, below = n[lower].beside[0], ring = e[i].ring;
    w->s->turned[ring] = is_turned(e + lower);
    w->s->around[ring] = -1;
    if (below == NONE)
        return;
    uint32_t other = e[below].ring;
    bool inside = is_turned(e + below) == w->s->turned[other];
    w->s->around[ring] = inside ? (int32_t)other : w->s->around[other];
}

enum { UNSEEN = -2 };

/* Begins the edges that begin where starts[at] does; returns how many. */
static uint32_t point_begins(struct sweeping *w, uint32_t at, uint32_t n_edges)
{
    const uint32_t *starts = w->s->starts;
    const struct edge *e = w->edges;
    uint32_t n = 1;
    while (at + n < n_edges && order_of(first_of(e + starts[at]), first_of(e + starts[at + n])) == 0)
        n++;
    if (w->ended + n > 2) /* two ends of edges meet in a vertex; more, and rings do */
        w->answer = SWEEP_DOUBT;
    for (uint32_t i = 0; i < n && w->answer == SWEEP_CLEAR; i++)
        edge_begins(w, starts[at + i]);
    if (w->answer != SWEEP_CLEAR || w->s->around[e[starts[at]].ring] != UNSEEN)
        return n;
    if (n == 2 && e[starts[at]].ring == e[starts[at + 1]].ring)
        ring_begins(w, starts[at], starts[at + 1]);
    else
        w->answer = SWEEP_DOUBT;
    return n;
}

static bool reserve(struct edge_sweep *s, uint32_t n_edges, uint32_t n_rings)
{
    return ARRAY_RESERVE(s->around, s->cap_around, n_rings) &&
           ARRAY_RESERVE(s->turned, s->cap_turned, n_rings) &&
           ARRAY_RESERVE(s->nodes, s->cap_nodes, n_edges) &&
           ARRAY_RESERVE(s->starts, s->cap_starts, n_edges) && ARRAY_RESERVE(s->ends, s->cap_ends, n_edges);
}

enum sweep_answer edge_sweep_look(struct edge_sweep *s, const struct edge *edges, uint32_t n_edges,
                                  const uint32_t *start, uint32_t n_rings)
{
    struct sweeping w = {s, edges, start, NONE, 0, SWEEP_CLEAR};
    if (!reserve(s, n_edges, n_rings))
        return SWEEP_NO_MEMORY;
    for (uint32_t r = 0; r < n_rings; r++)
        s->around[r] = UNSEEN;
    for (uint32_t i = 0; i < n_edges; i++) {
        s->starts[i] = s->ends[i] = i;
        if (edges[i].x0 == edges[i].x1 && edges[i].y0 == edges[i].y1)
            return SWEEP_DOUBT;
    }
    qsort_r(s->starts, n_edges, sizeof *s->starts, by_first, (void *)(uintptr_t)edges);
    qsort_r(s->ends, n_edges, sizeof *s->ends, by_last, (void *)(uintptr_t)edges);
    for (uint32_t at = 0, end = 0; w.answer == SWEEP_CLEAR && end < n_edges;) {
        struct point here = last_of(edges + s->ends[end]);
        if (at < n_edges && order_of(first_of(edges + s->starts[at]), here) < 0) {
            at += point_begins(&w, at, n_edges);
            w.ended = 0;
            continue;
        }
        edge_ends(&w, s->ends[end++]);
        w.ended = at < n_edges && order_of(first_of(edges + s->starts[at]), here) == 0 ? w.ended + 1 : 0;
    }
    return w.answer;
}
