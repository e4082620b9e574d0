/* Both borders have their inside on the left. So the border of what is common runs along the parcel's from
 * where it enters the feature to where it leaves it, there turns into the feature's, follows that to where
 * the parcel enters again, and so on until it is back (Weiler and Atherton 1977, for borders that cross
 * and never touch). */
#include "index/overlap_trace.h"

#include "base/array.h"
#include "geo/area.h"
#include "index/edge_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nearer than this to the other's border (about a micrometre) a vertex touches it, and nothing is decided
 * here. */
#define TOUCH_DEG 1e-11
enum { RUN = 8 };

struct crossing {
    uint32_t parcel_edge, feature_edge; /* number of the edge's first vertex */
    double parcel_at, feature_at;       /* 0 .. 1 along the edge */
    double lon, lat;
    bool enters; /* the parcel's border goes into the feature here */
    uint32_t next_on_parcel, next_on_feature;
};

struct tracing {
    const struct geo_shape *parcel, *feature;
    const struct layer_index *parcel_index;
    struct edge_tree edges; /* of the parcel's one ring */
    uint32_t run_last;      /* end of the feature's ring that is being looked at */
    struct crossing *at;    /* owned */
    size_t n, capacity;
};

/* ---- crossings ---- */

enum meeting { APART, CROSS, TOUCH };

static double turn(double ux, double uy, double vx, double vy)
{
    return ux * vy - uy * vx;
}

static bool same_side(double a, double b, double near)
{
    return (a > near && b > near) || (a < -near && b < -near);
}

static enum meeting meet(const double *px, const double *py, const double *fx, const double *fy,
                         struct crossing *c)
{
    double pdx = px[1] - px[0], pdy = py[1] - py[0], fdx = fx[1] - fx[0], fdy = fy[1] - fy[0];
    double p0 = turn(fdx, fdy, px[0] - fx[0], py[0] - fy[0]),
           p1 = turn(fdx, fdy, px[1] - fx[0], py[1] - fy[0]);
    double f0 = turn(pdx, pdy, fx[0] - px[0], fy[0] - py[0]),
           f1 = turn(pdx, pdy, fx[1] - px[0], fy[1] - py[0]);
    double near_f = TOUCH_DEG * (fabs(fdx) + fabs(fdy)), near_p = TOUCH_DEG * (fabs(pdx) + fabs(pdy));
    if (same_side(p0, p1, near_f) || same_side(f0, f1, near_p))
        return APART;
    if (fabs(p0) <= near_f || fabs(p1) <= near_f || fabs(f0) <= near_p || fabs(f1) <= near_p)
        return TOUCH;
    c->parcel_at = p0 / (p0 - p1);
    c->feature_at = f0 / (f0 - f1);
    c->lon = px[0] + c->parcel_at * pdx;
    c->lat = py[0] + c->parcel_at * pdy;
    c->enters = p1 > 0;
    return CROSS;
}

static struct geo_box run_box(const struct geo_shape *s, uint32_t first, uint32_t end)
{
    return geo_box_of(s->lon_deg + first, s->lat_deg + first, end - first + 1);
}

static uint32_t run_end(uint32_t first, uint32_t last)
{
    return last - first < RUN ? last : first + RUN;
}

static struct crossing *crossing_next(struct tracing *t)
{
    return ARRAY_RESERVE(t->at, t->capacity, t->n + 1) ? t->at + t->n : NULL;
}

/* Edges p_first .. p_end-1 of the parcel and a run of the feature. False on a touch, or when memory is
 * out. */
static bool runs_cross(struct tracing *t, uint32_t p_first, uint32_t p_end, uint32_t f_first)
{
    uint32_t f_end = run_end(f_first, t->run_last);
    const struct geo_shape *p = t->parcel, *f = t->feature;
    for (uint32_t i = p_first; i < p_end; i++) {
        struct geo_box edge = run_box(p, i, i + 1);
        for (uint32_t k = f_first; k < f_end; k++) {
            struct geo_box other = run_box(f, k, k + 1);
            if (!geo_box_overlaps(&edge, &other))
                continue;
            struct crossing *c = crossing_next(t);
            if (!c)
                return false;
            enum meeting m = meet(p->lon_deg + i, p->lat_deg + i, f->lon_deg + k, f->lat_deg + k, c);
            c->parcel_edge = i;
            c->feature_edge = k;
            t->n += m == CROSS;
            if (m == TOUCH)
                return false;
        }
    }
    return true;
}

/* A run of the feature's edges against those of the parcel under a node. */
static bool node_crosses(struct tracing *t, int level, uint32_t node, const struct index_query *box,
                         uint32_t first)
{
    const struct edge_tree *p = &t->edges;
    if (index_sides_closed(p->nodes + p->level_at[level] + node, box) != SIDE_ALL)
        return true;
    if (level == 0)
        return runs_cross(t, edge_tree_first(0, node), edge_tree_end(p, 0, node), first);
    for (uint32_t k = 0; k < edge_tree_children(p, level, node); k++)
        if (!node_crosses(t, level - 1, node * INDEX_FAN + k, box, first))
            return false;
    return true;
}

static bool run_crosses(struct tracing *t, uint32_t first, const struct geo_box *box)
{
    const struct edge_tree *p = &t->edges;
    struct index_query query = index_query_of(box);
    if (p->levels == 0)
        return runs_cross(t, 0, p->n_edges, first);
    for (uint32_t k = 0; k < p->level_n[p->levels - 1]; k++)
        if (!node_crosses(t, p->levels - 1, k, &query, first))
            return false;
    return true;
}

static bool ring_crosses(struct tracing *t, uint32_t first, uint32_t last)
{
    for (t->run_last = last; first < last; first = run_end(first, last)) {
        struct geo_box box = run_box(t->feature, first, run_end(first, last));
        if (geo_box_overlaps(&box, &t->parcel->box) && !run_crosses(t, first, &box))
            return false;
    }
    return true;
}

/* A ring that crosses nothing must lie outside, or around the parcel: one inside would be a part or a hole
 * by itself. */
static bool find_crossings(struct tracing *t)
{
    const struct geo_shape *f = t->feature;
    for (uint32_t r = 0; r < f->n_rings; r++) {
        size_t before = t->n;
        uint32_t first = f->ring_start[r];
        if (!ring_crosses(t, first, f->ring_start[r + 1] - 1))
            return false;
        if (t->n == before && edge_tree_contains(t->parcel_index, 0, f->lon_deg[first], f->lat_deg[first]))
            return false;
    }
    return t->n > 0;
}

/* ---- what follows what ---- */

static int along_parcel(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;
    if (x->parcel_edge != y->parcel_edge)
        return x->parcel_edge < y->parcel_edge ? -1 : 1;
    return (x->parcel_at > y->parcel_at) - (x->parcel_at < y->parcel_at);
}

struct place {
    uint32_t edge, crossing;
    double at;
};

static int along_feature(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->edge != y->edge)
        return x->edge < y->edge ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* False when the parcel's border would enter twice without leaving: then something was missed. */
static bool link_parcel(struct tracing *t)
{
    qsort(t->at, t->n, sizeof *t->at, along_parcel);
    for (size_t i = 0; i < t->n; i++) {
        size_t next = i + 1 < t->n ? i + 1 : 0;
        t->at[i].next_on_parcel = (uint32_t)next;
        if (t->at[i].enters == t->at[next].enters)
            return false;
    }
    return true;
}

static bool link_feature(struct tracing *t, struct arena *a)
{
    struct place *along = arena_array(a, t->n, sizeof *along);
    if (!along)
        return false;
    for (size_t i = 0; i < t->n; i++)
        along[i] = (struct place){t->at[i].feature_edge, (uint32_t)i, t->at[i].feature_at};
    qsort(along, t->n, sizeof *along, along_feature);
    size_t first = 0;
    uint32_t ring = 0;
    for (size_t i = 0; i < t->n; i++) {
        while (t->feature->ring_start[ring + 1] <= along[i].edge) {
            ring++;
            first = i;
        }
        bool last = i + 1 == t->n || along[i + 1].edge >= t->feature->ring_start[ring + 1];
        struct crossing *c = &t->at[along[i].crossing];
        c->next_on_feature = along[last ? first : i + 1].crossing;
        if (c->enters == t->at[c->next_on_feature].enters)
            return false;
    }
    return true;
}

/* ---- along the borders ---- */

struct outline {
    double *lon, *lat;
    uint32_t *ring_start;
    uint32_t n, n_rings;
    struct geo_box box;
};

/* Without arrays it only counts. */
static void put(struct outline *o, double lon, double lat)
{
    if (o->lon) {
        o->lon[o->n] = lon;
        o->lat[o->n] = lat;
    }
    o->n++;
    geo_box_add(&o->box, lon, lat);
}

/* The vertices of a ring between a place on one edge and a place on another, which may lie behind it. */
static void follow(struct outline *o, const struct geo_shape *s, uint32_t ring, uint32_t edge, double at,
                   uint32_t to_edge, double to_at)
{
    uint32_t first = s->ring_start[ring], last = s->ring_start[ring + 1] - 1; /* `last` repeats `first` */
    if (edge == to_edge && to_at > at)
        return;
    do {
        edge = edge + 1 == last ? first : edge + 1;
        put(o, s->lon_deg[edge], s->lat_deg[edge]);
    } while (edge != to_edge);
}

static uint32_t ring_of(const struct geo_shape *s, uint32_t vertex)
{
    uint32_t low = 0, high = s->n_rings;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->ring_start[middle] <= vertex)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Around one part of the common area; marks the entries that it has passed. */
static void trace(const struct tracing *t, size_t start, bool *passed, struct outline *o)
{
    uint32_t first = o->n;
    size_t i = start;
    if (o->ring_start)
        o->ring_start[o->n_rings] = first;
    do {
        const struct crossing *in = &t->at[i], *off = &t->at[in->next_on_parcel];
        const struct crossing *back = &t->at[off->next_on_feature];
        passed[i] = true;
        put(o, in->lon, in->lat);
        follow(o, t->parcel, 0, in->parcel_edge, in->parcel_at, off->parcel_edge, off->parcel_at);
        put(o, off->lon, off->lat);
        follow(o, t->feature, ring_of(t->feature, off->feature_edge), off->feature_edge, off->feature_at,
               back->feature_edge, back->feature_at);
        i = off->next_on_feature;
    } while (!passed[i]);
    put(o, t->at[start].lon, t->at[start].lat);
    o->n_rings++;
    if (o->ring_start)
        o->ring_start[o->n_rings] = o->n;
}

static void trace_all(const struct tracing *t, bool *passed, struct outline *o)
{
    memset(passed, 0, t->n * sizeof *passed);
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].enters && !passed[i])
            trace(t, i, passed, o);
}

/* Counted first: a parcel's whole border would be too much room for each of many small features. */
static bool outline_of(const struct tracing *t, struct arena *a, struct outline *o)
{
    struct outline count = {.n = 0};
    bool *passed = arena_array(a, t->n, sizeof *passed);
    if (!passed)
        return false;
    trace_all(t, passed, &count);
    *o = (struct outline){.lon = arena_array(a, count.n, sizeof(double)),
                          .lat = arena_array(a, count.n, sizeof(double)),
                          .ring_start = arena_array(a, (size_t)count.n_rings + 1, sizeof(uint32_t)),
                          .box = geo_box_empty()};
    if (!o->lon || !o->lat || !o->ring_start)
        return false;
    trace_all(t, passed, o);
    return true;
}

static bool parts_are_right_way_round(const struct outline *o)
{
    for (uint32_t r = 0; r < o->n_rings; r++)
        if (!(geo_ring_area_m2(o->lon + o->ring_start[r], o->lat + o->ring_start[r],
                               o->ring_start[r + 1] - o->ring_start[r]) > 0))
            return false;
    return true;
}

bool overlap_trace(const struct geo_shape *parcel, const struct layer_index *edges,
                   const struct geo_shape *feature, struct arena *arena, struct geo_shape *out)
{
    struct tracing t = {.parcel = parcel, .feature = feature, .parcel_index = edges, .n = 0};
    struct outline o;
    if (parcel->n_rings != 1)
        return false;
    edge_tree_of(&t.edges, edges, 0);
    bool ok = find_crossings(&t) && link_parcel(&t) && link_feature(&t, arena) && outline_of(&t, arena, &o);
    free(t.at);
    if (!ok || !parts_are_right_way_round(&o))
        return false;
    uint32_t *polygons = arena_array(arena, (size_t)o.n_rings + 1, sizeof *polygons);
    for (uint32_t r = 0; polygons && r <= o.n_rings; r++)
        polygons[r] = r;
    *out = (struct geo_shape){o.lon, o.lat, o.ring_start, polygons, o.n, o.n_rings, o.n_rings, o.box};
    return polygons != NULL;
}
