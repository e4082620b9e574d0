/* Both borders have their inside on the left. So the border of what is common runs along the parcel's from
 * where it enters the feature to where it leaves it, there turns into the feature's, follows that to where
 * the parcel enters again, and so on until it is back (Weiler and Atherton 1977, for borders that cross
 * and never touch). */
#include "index/overlap_trace.h"

#include "base/array.h"
#include "geo/area.h"
#include "index/candidates.h"
#include "index/edge_tree.h"
#include "index/shape_index.h"
#include "index/trace_rings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nearer than this to the other's border (about a micrometre) a vertex touches it, and nothing is decided
 * here. */
#define TOUCH_DEG 1e-11
/* About 0.01 mm: so far a vertex of the feature is moved that touches, where all is traced; so often at most;
 * and no more vertices in a round than this and a part of the edges, else borders run along each other. */
#define NUDGE_DEG 1e-10
enum { RUN = 8, NUDGES = 6, NUDGED_FEW = 16, NUDGED_PART = 256 };

struct crossing {
    uint32_t parcel_edge, feature_edge; /* number of the edge's first vertex */
    double parcel_at, feature_at;       /* 0 .. 1 along the edge */
    double lon, lat;
    bool enters; /* the parcel's border goes into the feature here */
    uint32_t next_on_parcel, next_on_feature;
};

/* Rings that cross nothing, and lie within: they are of the border as they are. */
struct within {
    uint32_t *ring;
    uint32_t n;
};

struct tracing {
    const struct geo_shape *parcel, *feature;
    const struct layer_index *parcel_index;
    struct arena *arena;
    struct index_clip_scratch *clip; /* of a trace of everything; NULL: simple cases only */
    double *lon, *lat;               /* of the feature, where its vertices may be moved */
    struct ring_hits hits;           /* rings of the parcel near a run; owned */
    struct edge_tree edges;          /* of the ring that is being looked at */
    uint32_t ring_first;             /* its first vertex */
    uint32_t run_first, run_end;     /* of the feature's edges */
    struct geo_box run, run_edge[RUN];
    uint32_t touched;    /* in this round */
    struct crossing *at; /* owned */
    size_t n, capacity;
    bool too_many;
    struct within of_parcel, of_feature;
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
    t->too_many = t->n >= TRACE_CROSSINGS_MAX;
    return !t->too_many && ARRAY_RESERVE(t->at, t->capacity, t->n + 1) ? t->at + t->n : NULL;
}

/* Moves the ends of an edge of the feature, each its own way. */
static void nudge(struct tracing *t, uint32_t edge)
{
    uint32_t ring = trace_ring_of(t->feature, edge), first = t->feature->ring_start[ring],
             last = t->feature->ring_start[ring + 1] - 1;
    for (uint32_t i = edge; i <= edge + 1; i++) {
        uint32_t h = (i == last ? first : i) * 2654435761u + t->touched * 40503u;
        double by = NUDGE_DEG * (0.5 + (h >> 20) / 8192.0);
        t->lon[i] += h & 0x4000 ? by : -by;
        t->lat[i] += h & 0x8000 ? by : -by;
    }
    if (edge == first || edge + 1 == last) {
        uint32_t moved = edge == first ? first : last, other = moved == first ? last : first;
        t->lon[other] = t->lon[moved];
        t->lat[other] = t->lat[moved];
    }
}

/* Both ends of an edge lie below or both above. */
static bool is_beside(const double *v, double from, double to)
{
    return (v[0] < from && v[1] < from) || (v[0] > to && v[1] > to);
}

/* One edge of the parcel and the run of the feature. False on a touch that cannot be helped, or when memory
 * is out. */
static bool edge_crosses(struct tracing *t, uint32_t i)
{
    const struct geo_shape *p = t->parcel, *f = t->feature;
    if (is_beside(p->lon_deg + i, t->run.west_deg, t->run.east_deg) ||
        is_beside(p->lat_deg + i, t->run.south_deg, t->run.north_deg))
        return true;
    struct geo_box edge = run_box(p, i, i + 1);
    for (uint32_t k = t->run_first; k < t->run_end; k++) {
        if (!geo_box_overlaps(&edge, &t->run_edge[k - t->run_first]))
            continue;
        struct crossing *c = crossing_next(t);
        if (!c)
            return false;
        enum meeting m = meet(p->lon_deg + i, p->lat_deg + i, f->lon_deg + k, f->lat_deg + k, c);
        c->parcel_edge = i;
        c->feature_edge = k;
        t->n += m == CROSS;
        if (m != TOUCH)
            continue;
        if (!t->clip || t->touched++ > NUDGED_FEW + f->n_vertices / NUDGED_PART)
            return false;
        nudge(t, k);
    }
    return true;
}

/* Edges first .. end-1 of the parcel's ring and the run of the feature. */
static bool runs_cross(struct tracing *t, uint32_t first, uint32_t end)
{
    bool ok = true;
    for (uint32_t i = first; ok && i < end; i++)
        ok = edge_crosses(t, t->ring_first + i);
    return ok;
}

/* The run of the feature against the edges of the parcel under a node. */
static bool node_crosses(struct tracing *t, int level, uint32_t node, const struct index_query *box)
{
    const struct edge_tree *p = &t->edges;
    if (index_sides_closed(p->nodes + p->level_at[level] + node, box) != SIDE_ALL)
        return true;
    if (level == 0)
        return runs_cross(t, edge_tree_first(0, node), edge_tree_end(p, 0, node));
    for (uint32_t k = 0; k < edge_tree_children(p, level, node); k++)
        if (!node_crosses(t, level - 1, node * INDEX_FAN + k, box))
            return false;
    return true;
}

static bool run_crosses_ring(struct tracing *t, uint32_t ring, const struct index_query *box)
{
    const struct edge_tree *p = &t->edges;
    edge_tree_of(&t->edges, t->parcel_index, ring);
    t->ring_first = t->parcel->ring_start[ring];
    if (p->levels == 0)
        return runs_cross(t, 0, p->n_edges);
    for (uint32_t k = 0; k < p->level_n[p->levels - 1]; k++)
        if (!node_crosses(t, p->levels - 1, k, box))
            return false;
    return true;
}

static bool run_crosses(struct tracing *t, const struct geo_box *box)
{
    struct index_query query = index_query_of(box);
    if (t->parcel->n_rings == 1)
        return run_crosses_ring(t, 0, &query);
    bool ok = ring_hits_find(t->parcel_index, box, &t->hits);
    for (size_t r = 0; ok && r < t->hits.n; r++)
        ok = run_crosses_ring(t, t->hits.ring[r], &query);
    return ok;
}

static bool ring_crosses(struct tracing *t, uint32_t first, uint32_t last)
{
    for (; first < last; first = run_end(first, last)) {
        struct geo_box box = run_box(t->feature, first, run_end(first, last));
        if (!geo_box_overlaps(&box, &t->parcel->box))
            continue;
        t->run = box;
        t->run_first = first;
        t->run_end = run_end(first, last);
        for (uint32_t k = first; k < t->run_end; k++)
            t->run_edge[k - first] = run_box(t->feature, k, k + 1);
        if (!run_crosses(t, &box))
            return false;
    }
    return true;
}

static bool shape_contains(struct tracing *t, const struct layer_index *shape, double lon, double lat,
                           bool *out)
{
    if (t->clip)
        return index_feature_contains(shape, 0, lon, lat, t->clip, out, NULL) == STATUS_OK;
    *out = edge_tree_contains(shape, 0, lon, lat);
    return true;
}

/* A ring that crosses nothing lies outside, or around the parcel, or within it: then it is a part or a hole
 * by itself, which is no simple case. */
static bool feature_rings(struct tracing *t)
{
    const struct geo_shape *f = t->feature;
    if (t->clip && !(t->of_feature.ring = arena_array(t->arena, (size_t)f->n_rings + 1, sizeof(uint32_t))))
        return false;
    for (uint32_t r = 0; r < f->n_rings; r++) {
        size_t before = t->n;
        uint32_t first = f->ring_start[r], touched = t->touched;
        bool within;
        if (!ring_crosses(t, first, f->ring_start[r + 1] - 1))
            return false;
        if (t->n > before || t->touched > touched)
            continue;
        if (!shape_contains(t, t->parcel_index, f->lon_deg[first], f->lat_deg[first], &within) ||
            (within && !t->clip))
            return false;
        if (within)
            t->of_feature.ring[t->of_feature.n++] = r;
    }
    return true;
}

/* Until nothing touches any more: what does is moved by less than coordinates mean. */
static bool find_crossings(struct tracing *t)
{
    for (int round = 0; round < NUDGES; round++) {
        t->n = t->touched = t->of_feature.n = 0;
        if (!feature_rings(t))
            return false;
        if (t->touched == 0)
            return t->clip || t->n > 0;
    }
    return false;
}

/* Rings of the parcel, near the feature, that cross nothing and lie in it. Crossings ascend by then. */
static bool parcel_rings(struct tracing *t)
{
    const struct layer_index *feature = shape_index_new(t->feature, t->arena);
    if (!feature || !ring_hits_find(t->parcel_index, &t->feature->box, &t->hits) ||
        !(t->of_parcel.ring = arena_array(t->arena, t->hits.n + 1, sizeof(uint32_t))))
        return false;
    size_t at = 0;
    for (size_t i = 0; i < t->hits.n; i++) {
        uint32_t ring = t->hits.ring[i], first = t->parcel->ring_start[ring];
        bool within;
        while (at < t->n && t->at[at].parcel_edge < first)
            at++;
        if (at < t->n && t->at[at].parcel_edge < t->parcel->ring_start[ring + 1])
            continue;
        if (!shape_contains(t, feature, t->parcel->lon_deg[first], t->parcel->lat_deg[first], &within))
            return false;
        if (within)
            t->of_parcel.ring[t->of_parcel.n++] = ring;
    }
    return true;
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
    if (t->n)
        qsort(t->at, t->n, sizeof *t->at, along_parcel);
    size_t first = 0;
    uint32_t ring = 0;
    for (size_t i = 0; i < t->n; i++) {
        while (t->parcel->ring_start[ring + 1] <= t->at[i].parcel_edge) {
            ring++;
            first = i;
        }
        bool last = i + 1 == t->n || t->at[i + 1].parcel_edge >= t->parcel->ring_start[ring + 1];
        size_t next = last ? first : i + 1;
        t->at[i].next_on_parcel = (uint32_t)next;
        if (t->at[i].enters == t->at[next].enters)
            return false;
    }
    return true;
}

static bool link_feature(struct tracing *t)
{
    struct place *along = arena_array(t->arena, t->n + 1, sizeof *along);
    if (!along)
        return false;
    for (size_t i = 0; i < t->n; i++)
        along[i] = (struct place){t->at[i].feature_edge, (uint32_t)i, t->at[i].feature_at};
    if (t->n)
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

/* Without arrays it only counts. */
static void put(struct trace_rings *o, double lon, double lat)
{
    if (o->lon) {
        o->lon[o->n] = lon;
        o->lat[o->n] = lat;
    }
    o->n++;
    geo_box_add(&o->box, lon, lat);
}

/* The vertices of a ring between a place on one edge and a place on another, which may lie behind it. */
static void follow(struct trace_rings *o, const struct geo_shape *s, uint32_t ring, uint32_t edge, double at,
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

/* Around one part of the common area; marks the entries that it has passed. */
static void trace(const struct tracing *t, size_t start, bool *passed, struct trace_rings *o)
{
    trace_rings_begin(o);
    size_t i = start;
    do {
        const struct crossing *in = &t->at[i], *off = &t->at[in->next_on_parcel];
        const struct crossing *back = &t->at[off->next_on_feature];
        passed[i] = true;
        put(o, in->lon, in->lat);
        follow(o, t->parcel, trace_ring_of(t->parcel, in->parcel_edge), in->parcel_edge, in->parcel_at,
               off->parcel_edge, off->parcel_at);
        put(o, off->lon, off->lat);
        follow(o, t->feature, trace_ring_of(t->feature, off->feature_edge), off->feature_edge,
               off->feature_at, back->feature_edge, back->feature_at);
        i = off->next_on_feature;
    } while (!passed[i]);
    put(o, t->at[start].lon, t->at[start].lat);
    trace_rings_end(o);
}

static void whole_rings(const struct geo_shape *s, const struct within *w, struct trace_rings *o)
{
    for (uint32_t i = 0; i < w->n; i++) {
        trace_rings_begin(o);
        for (uint32_t k = s->ring_start[w->ring[i]]; k < s->ring_start[w->ring[i] + 1]; k++)
            put(o, s->lon_deg[k], s->lat_deg[k]);
        trace_rings_end(o);
    }
}

static void trace_all(const struct tracing *t, bool *passed, struct trace_rings *o)
{
    memset(passed, 0, t->n * sizeof *passed);
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].enters && !passed[i])
            trace(t, i, passed, o);
    whole_rings(t->parcel, &t->of_parcel, o);
    whole_rings(t->feature, &t->of_feature, o);
}

/* Counted first: a parcel's whole border would be too much room for each of many small features. */
static bool outline_of(const struct tracing *t, struct trace_rings *o)
{
    struct trace_rings count = {.n = 0};
    bool *passed = arena_array(t->arena, t->n + 1, sizeof *passed);
    if (!passed)
        return false;
    trace_all(t, passed, &count);
    *o =
        (struct trace_rings){.lon = arena_array(t->arena, (size_t)count.n + 1, sizeof(double)),
                             .lat = arena_array(t->arena, (size_t)count.n + 1, sizeof(double)),
                             .ring_start = arena_array(t->arena, (size_t)count.n_rings + 1, sizeof(uint32_t)),
                             .box = geo_box_empty()};
    if (!o->lon || !o->lat || !o->ring_start)
        return false;
    trace_all(t, passed, o);
    return true;
}

static bool trace_borders(struct tracing *t, struct trace_rings *o)
{
    return find_crossings(t) && link_parcel(t) && (!t->clip || parcel_rings(t)) && link_feature(t) &&
           outline_of(t, o);
}

bool overlap_trace(const struct geo_shape *parcel, const struct layer_index *edges,
                   const struct geo_shape *feature, struct arena *arena, struct geo_shape *out)
{
    struct tracing t = {.parcel = parcel, .feature = feature, .parcel_index = edges, .arena = arena};
    struct trace_rings o;
    if (parcel->n_rings != 1)
        return false;
    bool ok = trace_borders(&t, &o);
    free(t.at);
    return ok && trace_rings_parts(&o, arena, out);
}

enum trace_answer overlap_trace_whole(const struct geo_shape *parcel, const struct layer_index *edges,
                                      const struct geo_shape *feature, struct index_clip_scratch *clip,
                                      struct arena *arena, struct geo_shape *out)
{
    struct geo_shape moving = *feature;
    struct trace_rings o;
    size_t n = feature->n_vertices;
    struct tracing t = {.parcel = parcel,
                        .feature = &moving,
                        .parcel_index = edges,
                        .arena = arena,
                        .clip = clip,
                        .lon = arena_array(arena, n + 1, sizeof(double)),
                        .lat = arena_array(arena, n + 1, sizeof(double))};
    if (!t.lon || !t.lat || n == 0)
        return TRACE_NOT;
    memcpy(t.lon, feature->lon_deg, n * sizeof *t.lon);
    memcpy(t.lat, feature->lat_deg, n * sizeof *t.lat);
    moving.lon_deg = t.lon;
    moving.lat_deg = t.lat;
    bool ok = trace_borders(&t, &o) && trace_rings_nest(&o, arena, out);
    free(t.at);
    ring_hits_release(&t.hits);
    return ok ? TRACE_DONE : t.too_many ? TRACE_TOO_MANY : TRACE_NOT;
}
