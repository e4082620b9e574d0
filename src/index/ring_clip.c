#include "index/ring_clip.h"

#include <stdlib.h>

void ring_clip_release(struct ring_clip *s)
{
    free(s->x);
    free(s->y);
    free(s->start);
    *s = (struct ring_clip){0};
}

void ring_clip_clear(struct ring_clip *s)
{
    s->n_rings = s->n_vertices = 0;
}

static bool grow(void **p, size_t bytes)
{
    void *q = realloc(*p, bytes);
    if (!q)
        return false;
    *p = q;
    return true;
}

bool ring_clip_reserve(struct ring_clip *s, size_t vertices, size_t rings)
{
    if (s->n_vertices + vertices > s->cap_vertices) {
        size_t n = s->cap_vertices * 2 + vertices + 64;
        if (!grow((void **)&s->x, n * sizeof(double)) || !grow((void **)&s->y, n * sizeof(double)))
            return false;
        s->cap_vertices = n;
    }
    if (s->n_rings + rings + 1 > s->cap_rings) {
        size_t n = s->cap_rings * 2 + rings + 16;
        if (!grow((void **)&s->start, n * sizeof(uint32_t)))
            return false;
        s->cap_rings = n;
    }
    return true;
}

bool ring_clip_begin(struct ring_clip *s)
{
    if (!ring_clip_reserve(s, 0, 1))
        return false;
    s->start[s->n_rings] = (uint32_t)s->n_vertices;
    return true;
}

bool ring_clip_point(struct ring_clip *s, double x, double y)
{
    if (!ring_clip_reserve(s, 2, 0)) /* room for the closing point as well */
        return false;
    s->x[s->n_vertices] = x;
    s->y[s->n_vertices++] = y;
    return true;
}

bool ring_clip_end(struct ring_clip *s)
{
    size_t first = s->start[s->n_rings];
    if (s->n_vertices - first < 3) {
        s->n_vertices = first;
        return true;
    }
    double x = s->x[first], y = s->y[first];
    if ((s->x[s->n_vertices - 1] != x || s->y[s->n_vertices - 1] != y) && !ring_clip_point(s, x, y))
        return false;
    s->n_rings++;
    s->start[s->n_rings] = (uint32_t)s->n_vertices;
    return true;
}

static bool kept(const struct ring_cut *c, double x, double y)
{
    double v = c->by_lat ? y : x;
    return c->keep_low ? v <= c->at : v >= c->at;
}

/* Where the edge meets the cut. Computed from the end with the smaller coordinate, so that an edge and its
 * reverse, and the two sides of a cut, get the same point. */
static bool add_crossing(struct ring_clip *out, const struct ring_cut *c, double x0, double y0, double x1,
                         double y1)
{
    double u0 = c->by_lat ? y0 : x0, u1 = c->by_lat ? y1 : x1;
    double v0 = c->by_lat ? x0 : y0, v1 = c->by_lat ? x1 : y1;
    double v =
        u0 < u1 ? v0 + (c->at - u0) / (u1 - u0) * (v1 - v0) : v1 + (c->at - u1) / (u0 - u1) * (v0 - v1);
    return c->by_lat ? ring_clip_point(out, v, c->at) : ring_clip_point(out, c->at, v);
}

static bool clip_ring(const double *x, const double *y, size_t n, const struct ring_cut *c,
                      struct ring_clip *out)
{
    if (!ring_clip_begin(out))
        return false;
    bool was = kept(c, x[0], y[0]);
    if (was && !ring_clip_point(out, x[0], y[0]))
        return false;
    for (size_t i = 1; i < n; i++) {
        bool is = kept(c, x[i], y[i]);
        if (is != was && !add_crossing(out, c, x[i - 1], y[i - 1], x[i], y[i]))
            return false;
        if (is && !ring_clip_point(out, x[i], y[i]))
            return false;
        was = is;
    }
    return ring_clip_end(out);
}

bool ring_clip_cut(const struct ring_clip *in, const struct ring_cut *cut, struct ring_clip *out)
{
    for (size_t r = 0; r < in->n_rings; r++)
        if (!clip_ring(in->x + in->start[r], in->y + in->start[r], in->start[r + 1] - in->start[r], cut, out))
            return false;
    return true;
}

struct geo_box ring_clip_box(const struct ring_clip *s)
{
    struct geo_box box = geo_box_empty();
    for (size_t i = 0; i < s->n_vertices; i++)
        geo_box_add(&box, s->x[i], s->y[i]);
    return box;
}
