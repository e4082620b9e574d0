#include "parcel/rings.h"

#include <stdlib.h>
#include <string.h>

void ring_list_release(struct ring_list *l)
{
    free(l->x);
    free(l->y);
    free(l->start);
    free(l->hole_of);
    *l = (struct ring_list){0};
}

void ring_list_clear(struct ring_list *l)
{
    l->n = l->n_rings = 0;
    l->failed = false;
}

static bool reserve_points(struct ring_list *l, size_t more)
{
    if (l->cap - l->n >= more)
        return true;
    size_t cap = l->cap * 2 > l->n + more ? l->cap * 2 : l->n + more + 64;
    double *x = realloc(l->x, cap * sizeof *x);
    if (x)
        l->x = x;
    double *y = realloc(l->y, cap * sizeof *y);
    if (y)
        l->y = y;
    l->failed = l->failed || !x || !y;
    if (x && y)
        l->cap = cap;
    return x && y;
}

void ring_list_begin(struct ring_list *l, int32_t hole_of)
{
    if (l->n_rings == l->cap_rings) {
        size_t cap = l->cap_rings ? l->cap_rings * 2 : 16;
        size_t *start = realloc(l->start, cap * sizeof *start);
        if (start)
            l->start = start;
        int32_t *holes = realloc(l->hole_of, cap * sizeof *holes);
        if (holes)
            l->hole_of = holes;
        l->failed = l->failed || !start || !holes;
        if (!start || !holes)
            return;
        l->cap_rings = cap;
    }
    l->start[l->n_rings] = l->n;
    l->hole_of[l->n_rings++] = hole_of;
}

void ring_list_points(struct ring_list *l, const double *x, const double *y, size_t n)
{
    if (l->failed || !reserve_points(l, n))
        return;
    memcpy(l->x + l->n, x, n * sizeof *x);
    memcpy(l->y + l->n, y, n * sizeof *y);
    l->n += n;
}

void ring_list_point(struct ring_list *l, double x, double y)
{
    ring_list_points(l, &x, &y, 1);
}

size_t ring_list_size(const struct ring_list *l, size_t r)
{
    return (r + 1 < l->n_rings ? l->start[r + 1] : l->n) - l->start[r];
}

bool ring_list_closed(const struct ring_list *l, size_t r)
{
    size_t n = ring_list_size(l, r);
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    return n > 1 && x[0] == x[n - 1] && y[0] == y[n - 1];
}

struct ring ring_list_ring(const struct ring_list *l, size_t r)
{
    return (struct ring){l->x + l->start[r], l->y + l->start[r],
                         ring_list_size(l, r) - ring_list_closed(l, r)};
}

const uint32_t *ring_list_order(const struct ring_list *l, struct arena *a)
{
    uint32_t *place = arena_array(a, l->n_rings + 1, sizeof *place),
             *order = arena_array(a, l->n_rings, sizeof *order);
    uint32_t at = 0;
    if (!place || !order)
        return NULL;
    memset(place, 0, (l->n_rings + 1) * sizeof *place);
    for (size_t r = 0; r < l->n_rings; r++)
        place[l->hole_of[r] < 0 ? r : (size_t)l->hole_of[r]]++;
    for (size_t r = 0; r < l->n_rings; r++) {
        uint32_t n = place[r];
        place[r] = at;
        at += n;
    }
    for (size_t r = 0; r < l->n_rings; r++)
        if (l->hole_of[r] < 0)
            order[place[r]++] = (uint32_t)r;
    for (size_t r = 0; r < l->n_rings; r++)
        if (l->hole_of[r] >= 0)
            order[place[l->hole_of[r]]++] = (uint32_t)r;
    return order;
}
