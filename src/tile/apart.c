/* Do the edges of a ring_set meet anywhere but at common ends of neighbours? By a sweep over their boxes. */
#include "tile/ring.h"

#include <stdlib.h>

/* How many pairs of boxes are looked at: some for each edge, and some more. What is not settled by then has
 * long edges side by side, and reads as "they meet". */
enum { PAIRS_PER_EDGE = 256, PAIRS_MORE = 100000 };

/* Small, because most edges are only passed by: points are looked up where boxes meet. */
struct edge {
    int16_t low, high;           /* along the axis of the sweep */
    int16_t side_low, side_high; /* across it */
    uint32_t number, next;       /* from point `number` to point `next`, with which the next edge begins */
};

static int16_t least(int32_t a, int32_t b)
{
    return (int16_t)(a < b ? a : b);
}

static int16_t most(int32_t a, int32_t b)
{
    return (int16_t)(a > b ? a : b);
}

/* In units: rings that are not cut reach beyond the tile by at most half of it. */
enum { MOST_LOWS = 16384 };

/* By counting, from `edges` into `sorted`. false: they reach too far, or memory is out. */
static bool sort_by_low(const struct edge *edges, struct edge *sorted, size_t n)
{
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        first = edges[i].low < first ? edges[i].low : first;
        last = edges[i].low > last ? edges[i].low : last;
    }
    size_t n_lows = n ? (size_t)((int64_t)last - first) + 1 : 1;
    uint32_t *at = n_lows <= MOST_LOWS ? calloc(n_lows + 1, sizeof *at) : NULL;
    if (!at)
        return false;
    for (size_t i = 0; i < n; i++)
        at[edges[i].low - first + 1]++;
    for (size_t i = 0; i < n_lows; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < n; i++)
        sorted[at[edges[i].low - first]++] = edges[i];
    free(at);
    return true;
}

/* On which side of a-b lies c? */
static int side_of(struct mvt_point a, struct mvt_point b, struct mvt_point c)
{
    int64_t d = (int64_t)(b.x - a.x) * (c.y - a.y) - (int64_t)(b.y - a.y) * (c.x - a.x);
    return (d > 0) - (d < 0);
}

/* Have they a point in common? Their boxes have. */
static bool meet(const struct mvt_point *points, const struct edge *e, const struct edge *f)
{
    struct mvt_point ea = points[e->number], eb = points[e->next], fa = points[f->number],
                     fb = points[f->next];
    return side_of(ea, eb, fa) * side_of(ea, eb, fb) <= 0 && side_of(fa, fb, ea) * side_of(fa, fb, eb) <= 0;
}

/* Rings reach beyond the tile by at most half of it; what did not would read as "they meet". */
static bool fit(const struct ring_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->points[i].x != (int16_t)s->points[i].x || s->points[i].y != (int16_t)s->points[i].y)
            return false;
    return true;
}

static struct edge *edges_of(const struct ring_set *s, bool by_x)
{
    struct edge *edges = malloc((2 * s->n + 1) * sizeof *edges); /* and room to sort them */
    for (size_t r = 0; edges && r < s->n_rings; r++) {
        for (uint32_t i = s->start[r]; i < s->start[r + 1]; i++) {
            uint32_t next = i + 1 < s->start[r + 1] ? i + 1 : s->start[r];
            struct mvt_point a = s->points[i], b = s->points[next];
            int16_t x0 = least(a.x, b.x), x1 = most(a.x, b.x), y0 = least(a.y, b.y), y1 = most(a.y, b.y);
            edges[i] = (struct edge){by_x ? x0 : y0, by_x ? x1 : y1, by_x ? y0 : x0, by_x ? y1 : x1, i, next};
        }
    }
    return edges;
}

/* The axis along which edges are shorter. */
static bool shorter_in_x(const struct ring_set *s)
{
    int64_t dx = 0, dy = 0;
    for (size_t i = 1; i < s->n; i++) {
        dx += llabs((int64_t)s->points[i].x - s->points[i - 1].x);
        dy += llabs((int64_t)s->points[i].y - s->points[i - 1].y);
    }
    return dx <= dy;
}

/* Of the sorted edges each with those that begin before it ends. */
static bool are_apart(const struct mvt_point *points, const struct edge *edges, size_t n)
{
    size_t left = PAIRS_PER_EDGE * n + PAIRS_MORE;
    bool apart = true;
    for (size_t i = 0; i < n && apart; i++) {
        const struct edge *e = &edges[i];
        for (size_t k = i + 1; k < n && edges[k].low <= e->high && apart; k++) {
            const struct edge *f = &edges[k];
            bool near = f->side_low <= e->side_high && f->side_high >= e->side_low;
            bool neighbours = e->next == f->number || f->next == e->number;
            apart = left-- > 0 && !(near && !neighbours && meet(points, e, f));
        }
    }
    return apart;
}

bool ring_set_apart(const struct ring_set *s)
{
    struct edge *edges = fit(s) ? edges_of(s, shorter_in_x(s)) : NULL;
    bool apart = edges && sort_by_low(edges, edges + s->n, s->n) && are_apart(s->points, edges + s->n, s->n);
    free(edges);
    return apart;
}
