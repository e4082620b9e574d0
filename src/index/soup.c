#include "index/soup.h"

#include <stdlib.h>

void soup_release(struct soup *s)
{
    free(s->x);
    free(s->y);
    free(s->start);
    *s = (struct soup){0};
}

void soup_clear(struct soup *s)
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

bool soup_reserve(struct soup *s, size_t vertices, size_t rings)
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

bool soup_ring_begin(struct soup *s)
{
    if (!soup_reserve(s, 0, 1))
        return false;
    s->start[s->n_rings] = (uint32_t)s->n_vertices;
    return true;
}

bool soup_point(struct soup *s, double x, double y)
{
    if (!soup_reserve(s, 2, 0)) /* room for the closing point as well */
        return false;
    s->x[s->n_vertices] = x;
    s->y[s->n_vertices++] = y;
    return true;
}

bool soup_ring_end(struct soup *s)
{
    size_t first = s->start[s->n_rings];
    if (s->n_vertices - first < 3) {
        s->n_vertices = first;
        return true;
    }
    double x = s->x[first], y = s->y[first];
    if ((s->x[s->n_vertices - 1] != x || s->y[s->n_vertices - 1] != y) && !soup_point(s, x, y))
        return false;
    s->n_rings++;
    s->start[s->n_rings] = (uint32_t)s->n_vertices;
    return true;
}

static bool kept(const struct soup_cut *c, double x, double y)
{
    double v = c->by_lat ? y : x;
    return c->keep_low ? v <= c->at : v >= c->at;
}

/* Where the edge meets the cut. Computed from the end with the smaller coordinate, so that an edge and its
 * reverse, and the two sides of a cut, get the same point. */
static bool add_crossing(struct soup *out, const struct soup_cut *c, double x0, double y0, double x1,
                         double y1)
{
    double u0 = c->by_lat ? y0 : x0, u1 = c->by_lat ? y1 : x1;
    double v0 = c->by_lat ? x0 : y0, v1 = c->by_lat ? x1 : y1;
    double v =
        u0 < u1 ? v0 + (c->at - u0) / (u1 - u0) * (v1 - v0) : v1 + (c->at - u1) / (u0 - u1) * (v0 - v1);
    return c->by_lat ? soup_point(out, v, c->at) : soup_point(out, c->at, v);
}

static bool clip_ring(const double *x, const double *y, size_t n, const struct soup_cut *c, struct soup *out)
{
    if (!soup_ring_begin(out))
        return false;
    bool was = kept(c, x[0], y[0]);
    if (was && !soup_point(out, x[0], y[0]))
        return false;
    for (size_t i = 1; i < n; i++) {
        bool is = kept(c, x[i], y[i]);
        if (is != was && !add_crossing(out, c, x[i - 1], y[i - 1], x[i], y[i]))
            return false;
        if (is && !soup_point(out, x[i], y[i]))
            return false;
        was = is;
    }
    return soup_ring_end(out);
}

bool soup_clip(const struct soup *in, const struct soup_cut *cut, struct soup *out)
{
    for (size_t r = 0; r < in->n_rings; r++)
        if (!clip_ring(in->x + in->start[r], in->y + in->start[r], in->start[r + 1] - in->start[r], cut, out))
            return false;
    return true;
}

struct geo_box soup_box(const struct soup *s)
{
    struct geo_box box = geo_box_empty();
    for (size_t i = 0; i < s->n_vertices; i++)
        geo_box_add(&box, s->x[i], s->y[i]);
    return box;
}
