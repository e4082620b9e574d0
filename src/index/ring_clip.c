#include "index/ring_clip.h"

#include "base/array.h"

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

static bool reserve(struct ring_clip *s, size_t vertices, size_t rings)
{
    size_t cap_x = s->cap_vertices, need = s->n_vertices + vertices; /* both arrays grow alike */
    return ARRAY_RESERVE(s->x, cap_x, need) && ARRAY_RESERVE(s->y, s->cap_vertices, need) &&
           ARRAY_RESERVE(s->start, s->cap_rings, s->n_rings + rings + 1);
}

bool ring_clip_begin(struct ring_clip *s)
{
    if (!reserve(s, 0, 1))
        return false;
    s->start[s->n_rings] = (uint32_t)s->n_vertices;
    return true;
}

bool ring_clip_point(struct ring_clip *s, double x, double y)
{
    /* room for the closing point as well */
    if (s->n_vertices + 2 > s->cap_vertices && !reserve(s, 2, 0))
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
