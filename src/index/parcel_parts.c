#include "index/parcel_parts.h"

#include "base/array.h"
#include "base/budget.h"
#include "geo/area.h"
#include "index/overlap.h"
#include "index/ring_clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Long rays and teeth are cut again and again: without a limit a star of m rays has m * m / 400 pieces. */
#define GROWTH_MAX 8.0
#define EDGES_MAX 8e6 /* of all pieces, 48 bytes each; what is cut for the sake of the cubic comes first */
#define CUT_WELL 1.25
enum { SPLIT_MAX_DEPTH = 48, EDGE_FIELDS = sizeof(struct piece_edges) / sizeof(double *) };

void parcel_parts_release(struct parcel_parts *l)
{
    free(l->parts);
    free(l->fields);
    *l = (struct parcel_parts){0};
}

/* The part of the piece west of x, edge by edge. */
static double area_sum(const struct parcel_part *p, double x)
{
    const struct piece_edges *a = &p->edges;
    double sum = 0.0;
    for (uint32_t i = 0; i < p->n_edges; i++) {
        double high = a->high[i] < x ? a->high[i] : x, width = high - a->low[i];
        if (width > 0)
            sum += a->sign[i] * width * piece_mean_q(p, a->y[i], a->y[i] + width * a->slope[i]);
    }
    return sum;
}

double parcel_part_area_west_of(const struct parcel_part *p, double x)
{
    return x <= p->west ? 0.0 : x >= p->east ? p->area_m2 : area_sum(p, x);
}

static void edge_add(struct parcel_part *p, double x0, double y0, double x1, double y1)
{
    x0 -= p->lon0, x1 -= p->lon0;
    y0 -= p->lat0, y1 -= p->lat0;
    if (x0 == x1)
        return;
    bool westward = x1 < x0;
    uint32_t k = p->n_edges++;
    p->edges.low[k] = westward ? x1 : x0;
    p->edges.high[k] = westward ? x0 : x1;
    p->edges.y[k] = westward ? y1 : y0;
    p->edges.slope[k] = (y1 - y0) / (x1 - x0);
    p->edges.top[k] = y0 > y1 ? y0 : y1;
    p->edges.sign[k] = westward ? 1.0 : -1.0;
}

/* `room` doubles per field from `at` on. */
static struct piece_edges edges_at(double *at, size_t room)
{
    return (struct piece_edges){at, at + room, at + 2 * room, at + 3 * room, at + 4 * room, at + 5 * room};
}

/* The coefficients of Q about the piece's middle latitude, from its derivatives. */
static void piece_set_series(struct parcel_part *p)
{
    double d[4];
    geo_authalic_series(p->lat0, d);
    p->c1 = d[0];
    p->c2 = d[1] / 2.0;
    p->c3 = d[2] / 6.0;
}

/* A view of rings that both a shape and a ring_clip can give. */
struct rings {
    const double *x, *y;
    const uint32_t *start; /* n + 1 */
    size_t n;
    struct geo_box box;
    double growth; /* the edges may still become so many times as many by being cut */
};

static uint32_t edges_with_width(const struct rings *r)
{
    uint32_t n = 0;
    for (size_t k = 0; k < r->n; k++)
        for (uint32_t i = r->start[k]; i + 1 < r->start[k + 1]; i++)
            n += r->x[i] != r->x[i + 1];
    return n;
}

static bool piece_add(struct parcel_parts *l, const struct rings *r)
{
    uint32_t room = (edges_with_width(r) + PAIR_LANES - 1) / PAIR_LANES * PAIR_LANES;
    size_t n_fields = (size_t)room * EDGE_FIELDS;
    if (!ARRAY_RESERVE(l->parts, l->cap_parts, l->n_parts + 1) ||
        !ARRAY_RESERVE(l->fields, l->cap_fields, l->n_fields + n_fields))
        return false;
    struct parcel_part *p = l->parts + l->n_parts++;
    memset(p, 0, sizeof *p);
    p->box = r->box;
    p->lon0 = (r->box.west_deg + r->box.east_deg) / 2;
    p->lat0 = (r->box.south_deg + r->box.north_deg) / 2;
    p->west = r->box.west_deg - p->lon0;
    p->east = r->box.east_deg - p->lon0;
    p->south = r->box.south_deg - p->lat0;
    piece_set_series(p);
    double *fields = l->fields + l->n_fields;
    p->edges = edges_at(fields, room);
    for (size_t k = 0; k < r->n; k++)
        for (uint32_t i = r->start[k]; i + 1 < r->start[k + 1]; i++)
            edge_add(p, r->x[i], r->y[i], r->x[i + 1], r->y[i + 1]);
    for (size_t f = 0; f < EDGE_FIELDS; f++)
        memset(fields + f * room + p->n_edges, 0, (room - p->n_edges) * sizeof *fields);
    p->area_m2 = area_sum(p, INFINITY);
    p->room = room;
    l->n_fields += n_fields;
    return true;
}

static bool small_enough(size_t n_vertices, size_t n_rings, const struct geo_box *box)
{
    return n_vertices - n_rings <= PIECE_MAX_EDGES && box->north_deg - box->south_deg <= PIECE_MAX_LAT_DEG;
}

bool parcel_part_is_whole(const struct geo_shape *shape)
{
    return small_enough(shape->n_vertices, shape->n_rings, &shape->box);
}

struct halves {
    struct ring_clip low, high;
    size_t n_edges; /* of both */
};

/* The halves at each depth, and what was cut the other way: memory that is used again from piece to piece. */
struct splitting {
    struct parcel_parts *list;
    struct halves at[SPLIT_MAX_DEPTH], other;
};

static void halves_clear(struct halves *h)
{
    ring_clip_clear(&h->low);
    ring_clip_clear(&h->high);
    h->n_edges = 0;
}

static void halves_release(struct halves *h)
{
    ring_clip_release(&h->low);
    ring_clip_release(&h->high);
}

static bool cut_by(const struct rings *r, bool by_lat, struct halves *out)
{
    const struct geo_box *b = &r->box;
    double at = by_lat ? b->south_deg + (b->north_deg - b->south_deg) / 2
                       : b->west_deg + (b->east_deg - b->west_deg) / 2;
    const struct ring_cut low = {by_lat, true, at}, high = {by_lat, false, at};
    const struct ring_clip whole = {
        .x = (double *)r->x, .y = (double *)r->y, .start = (uint32_t *)r->start, .n_rings = r->n};
    halves_clear(out);
    bool ok = ring_clip_cut(&whole, &low, &out->low) && ring_clip_cut(&whole, &high, &out->high);
    out->n_edges = out->low.n_vertices - out->low.n_rings + out->high.n_vertices - out->high.n_rings;
    return ok;
}

/* Along the longer side in degrees, or along a parallel while the piece is too tall for one cubic. A comb
 * would be cut across its teeth so, and have the more pieces the more it is cut: then the other way is
 * tried. */
static bool cut(const struct rings *r, bool tall, struct halves *out, struct halves *other)
{
    double width = r->box.east_deg - r->box.west_deg, height = r->box.north_deg - r->box.south_deg;
    bool by_lat = tall || height > width;
    if (!cut_by(r, by_lat, out))
        return false;
    if (tall || (double)out->n_edges <= CUT_WELL * (double)(r->start[r->n] - r->n))
        return true;
    bool ok = cut_by(r, !by_lat, other);
    if (ok && other->n_edges < out->n_edges) {
        struct halves t = *out;
        *out = *other;
        *other = t;
    }
    return ok;
}

static bool split(struct splitting *t, const struct rings *r, int depth);

static bool split_half(struct splitting *t, const struct ring_clip *half, double growth, int depth)
{
    struct rings part = {
        half->x, half->y, half->start, half->n_rings, geo_box_of(half->x, half->y, half->n_vertices), growth};
    return half->n_rings == 0 || split(t, &part, depth + 1);
}

static bool split(struct splitting *t, const struct rings *r, int depth)
{
    if (depth >= SPLIT_MAX_DEPTH || small_enough(r->start[r->n], r->n, &r->box))
        return piece_add(t->list, r);
    bool tall = r->box.north_deg - r->box.south_deg > PIECE_MAX_LAT_DEG;
    struct halves *h = t->at + depth;
    if (budget_is_over() || !cut(r, tall, h, &t->other))
        return false;
    double growth = r->growth;
    if (!tall)
        growth *= (double)(r->start[r->n] - r->n) / (double)(h->n_edges ? h->n_edges : 1);
    return growth < 1 ? piece_add(t->list, r)
                      : split_half(t, &h->low, growth, depth) && split_half(t, &h->high, growth, depth);
}

double parcel_parts_edges(const struct geo_shape *s)
{
    double high = s->box.north_deg - s->box.south_deg, climb = 0;
    while (high > PIECE_MAX_LAT_DEG)
        high /= 2;
    for (uint32_t i = 0; i + 1 < s->n_vertices; i++)
        climb += fabs(s->lat_deg[i + 1] - s->lat_deg[i]);
    return s->n_vertices + 2 * climb / high;
}

static bool split_whole(struct parcel_parts *l, const struct geo_shape *shape)
{
    struct rings r = {shape->lon_deg, shape->lat_deg, shape->ring_start, shape->n_rings, shape->box, 0};
    r.growth = fmin(GROWTH_MAX, fmax(1, EDGES_MAX / parcel_parts_edges(shape)));
    struct splitting t = {.list = l};
    bool ok = split(&t, &r, 0);
    for (int i = 0; i < SPLIT_MAX_DEPTH; i++)
        halves_release(t.at + i);
    halves_release(&t.other);
    return ok;
}

bool parcel_parts_build(struct parcel_parts *l, const struct geo_shape *shape)
{
    l->n_parts = l->n_fields = 0;
    l->area_m2 = 0;
    struct rings whole = {shape->lon_deg, shape->lat_deg, shape->ring_start, shape->n_rings, shape->box, 1};
    if (!(parcel_part_is_whole(shape) ? piece_add(l, &whole) : split_whole(l, shape)))
        return false;
    double *at = l->fields; /* which may have moved since */
    for (size_t i = 0; i < l->n_parts; i++) {
        struct parcel_part *p = l->parts + i;
        p->edges = edges_at(at, p->room);
        at += p->room * EDGE_FIELDS;
        l->area_m2 += p->area_m2;
    }
    return true;
}
