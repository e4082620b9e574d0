#include "tile/border.h"

#include "base/array.h"

#include <stdlib.h>

/* One end of an edge along the border: from there on its side has so many more edges towards higher
 * coordinates than towards lower ones. */
struct end {
    int side; /* 0..3: west, east, north, south */
    int32_t at;
    int change;
};

/* A path in `in`, from a point of the border to another; both are of it. Or a net piece of the border. */
struct path {
    struct mvt_point from, to;
    uint32_t ring, first, n; /* n points of the ring from `first` on, round its seam; 0: of the border */
    bool taken;
};

struct border_scratch {
    struct end *ends;
    size_t n_ends, cap_ends;
    struct path *paths;
    size_t n_paths, cap_paths;
    bool out_of_memory;
};

struct border_scratch *border_scratch_new(void)
{
    return calloc(1, sizeof(struct border_scratch));
}

void border_scratch_free(struct border_scratch *b)
{
    if (!b)
        return;
    free(b->ends);
    free(b->paths);
    free(b);
}

static void add_end(struct border_scratch *s, int side, int32_t at, int change)
{
    if (ARRAY_RESERVE(s->ends, s->cap_ends, s->n_ends + 1))
        s->ends[s->n_ends++] = (struct end){side, at, change};
    else
        s->out_of_memory = true;
}

static void add_path(struct border_scratch *s, struct path p)
{
    if (ARRAY_RESERVE(s->paths, s->cap_paths, s->n_paths + 1))
        s->paths[s->n_paths++] = p;
    else
        s->out_of_memory = true;
}

/* The side on which both ends lie, or -1. */
static int side_of(const struct border_box *b, struct mvt_point p, struct mvt_point q)
{
    if (p.x == q.x && (p.x == b->low_x || p.x == b->high_x))
        return p.x == b->low_x ? 0 : 1;
    if (p.y == q.y && (p.y == b->low_y || p.y == b->high_y))
        return p.y == b->low_y ? 2 : 3;
    return -1;
}

static void add_span(struct border_scratch *s, int side, struct mvt_point p, struct mvt_point q)
{
    int32_t from = side < 2 ? p.y : p.x, to = side < 2 ? q.y : q.x;
    add_end(s, side, from, 1);
    add_end(s, side, to, -1);
}

static struct mvt_point ring_point(const struct ring_set *in, uint32_t ring, uint32_t i)
{
    uint32_t first = in->start[ring], n = in->start[ring + 1] - first;
    return in->points[first + i % n];
}

/* Takes a ring apart into its edges along the border and the paths between them. false: it has none. */
static bool take_apart(const struct ring_set *in, uint32_t ring, const struct border_box *box,
                       struct border_scratch *s)
{
    uint32_t n = in->start[ring + 1] - in->start[ring], begin = n;
    for (uint32_t i = 0; i < n && begin == n; i++)
        if (side_of(box, ring_point(in, ring, i), ring_point(in, ring, i + 1)) >= 0)
            begin = i;
    if (begin == n)
        return false;
    uint32_t path_first = begin; /* edges begin .. begin + n - 1, the first of them along the border */
    for (uint32_t i = begin; i < begin + n; i++) {
        struct mvt_point p = ring_point(in, ring, i), q = ring_point(in, ring, i + 1);
        int side = side_of(box, p, q);
        if (side < 0 && i + 1 < begin + n)
            continue;
        uint32_t path_end = side < 0 ? i + 1 : i;
        if (path_end > path_first)
            add_path(s, (struct path){ring_point(in, ring, path_first), ring_point(in, ring, path_end), ring,
                                      path_first, path_end - path_first + 1, false});
        if (side >= 0)
            add_span(s, side, p, q);
        path_first = i + 1;
    }
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    if (x->side != y->side)
        return x->side - y->side;
    return (x->at > y->at) - (x->at < y->at);
}

static struct mvt_point on_side(const struct border_box *b, int side, int32_t at)
{
    if (side < 2)
        return (struct mvt_point){side == 0 ? b->low_x : b->high_x, at};
    return (struct mvt_point){at, side == 2 ? b->low_y : b->high_y};
}

/* What remains of the edges along the border once those to and fro have cancelled. */
static bool add_net_spans(const struct border_box *box, struct border_scratch *s)
{
    int sum = 0;
    if (s->n_ends)
        qsort(s->ends, s->n_ends, sizeof *s->ends, by_place);
    for (size_t i = 0; i + 1 < s->n_ends; i++) {
        const struct end *e = &s->ends[i], *next = e + 1;
        sum += e->change;
        if (sum == 0 || next->at == e->at)
            continue;
        if (abs(sum) > 1 || next->side != e->side)
            return false;
        struct mvt_point p = on_side(box, e->side, e->at), q = on_side(box, e->side, next->at);
        add_path(s, (struct path){.from = sum > 0 ? p : q, .to = sum > 0 ? q : p});
    }
    return true;
}

static int by_start(const void *a, const void *b)
{
    const struct path *p = a, *q = b;
    if (p->from.x != q->from.x)
        return p->from.x < q->from.x ? -1 : 1;
    return (p->from.y > q->from.y) - (p->from.y < q->from.y);
}

/* The one path that begins at a point; NULL: none, or several. */
static struct path *path_from(struct border_scratch *s, struct mvt_point at)
{
    struct path wanted = {.from = at};
    struct path *p = bsearch(&wanted, s->paths, s->n_paths, sizeof *s->paths, by_start);
    if (!p || (p > s->paths && by_start(p - 1, &wanted) == 0) ||
        (p + 1 < s->paths + s->n_paths && by_start(p + 1, &wanted) == 0))
        return NULL;
    return p;
}

static void put_path(struct ring_set *out, const struct ring_set *in, const struct path *p)
{
    ring_set_point(out, p->from);
    for (uint32_t i = 1; i + 1 < p->n; i++)
        ring_set_point(out, ring_point(in, p->ring, p->first + i));
}

static bool link_paths(const struct ring_set *in, struct border_scratch *s, struct ring_set *out)
{
    if (s->n_paths)
        qsort(s->paths, s->n_paths, sizeof *s->paths, by_start);
    for (size_t i = 0; i < s->n_paths; i++) {
        struct path *p = &s->paths[i];
        if (p->taken)
            continue;
        struct path *first = p;
        do {
            if (!p || p->taken)
                return false;
            p->taken = true;
            put_path(out, in, p);
            p = path_from(s, p->to);
        } while (p != first);
        ring_set_end(out);
    }
    return true;
}

bool border_relink(const struct ring_set *in, const struct border_box *box, struct border_scratch *scratch,
                   struct ring_set *out)
{
    ring_set_clear(out);
    scratch->n_ends = scratch->n_paths = 0;
    scratch->out_of_memory = false;
    for (uint32_t r = 0; r < in->n_rings; r++) {
        if (take_apart(in, r, box, scratch))
            continue;
        for (uint32_t i = in->start[r]; i < in->start[r + 1]; i++)
            ring_set_point(out, in->points[i]);
        ring_set_end(out);
    }
    bool ok = add_net_spans(box, scratch) && link_paths(in, scratch, out);
    out->out_of_memory |= scratch->out_of_memory;
    return ok && !out->out_of_memory;
}
