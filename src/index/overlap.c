#include "index/overlap.h"

#include "geo/area.h"
#include "index/candidates.h"
#include "index/pieces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct kernel {
    const char *name;
    pair_kernel_fn *fn;
};

struct overlap_scratch {
    struct kernel kernel;
    const struct geo_shape *parcel; /* borrowed */
    struct piece_list list;         /* of the parcel, once something is near it */
    bool cut;                       /* the list is the parcel's */
    struct ring_hits hits;
    overlap_wanted_fn *wanted; /* of the measurement under way; NULL: every feature */
    void *wanted_user;
    struct overlap *found;
    size_t n_found, cap_found;
};

static bool cpu_has(const char *name)
{
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2");
#endif
    return strcmp(name, "baseline") == 0;
}

static const struct kernel kernels[] = {
#if defined(__x86_64__)
    {"avx512", pair_kernel_avx512},
    {"avx2", pair_kernel_avx2},
#endif
    {"baseline", pair_kernel_baseline},
};

bool overlap_kernel_choose(struct overlap_scratch *s, const char *name)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (strcmp(kernels[i].name, name) == 0 && cpu_has(name)) {
            s->kernel = kernels[i];
            return true;
        }
    }
    return false;
}

const char *overlap_kernel_name(const struct overlap_scratch *s)
{
    return s->kernel.name;
}

enum status overlap_scratch_new(struct overlap_scratch **out, struct error *e)
{
    struct overlap_scratch *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    for (size_t i = 0; !s->kernel.fn; i++) /* the last one runs everywhere */
        overlap_kernel_choose(s, kernels[i].name);
    *out = s;
    return STATUS_OK;
}

void overlap_scratch_free(struct overlap_scratch *s)
{
    if (!s)
        return;
    piece_list_release(&s->list);
    ring_hits_release(&s->hits);
    free(s->found);
    free(s);
}

static bool parcel_cut(struct overlap_scratch *s)
{
    if (!s->cut)
        s->cut = piece_list_build(&s->list, s->parcel);
    return s->cut;
}

enum status overlap_prepare(struct overlap_scratch *s, const struct geo_shape *shape, struct error *e)
{
    s->parcel = shape;
    s->cut = false;
    /* Most parcels are one piece and most layers have nothing near them: then only the box is ever looked at. */
    return piece_is_whole(shape) || parcel_cut(s) ? STATUS_OK : error_no_memory(e);
}

enum status overlap_parcel_area(struct overlap_scratch *s, double *area_m2, struct error *e)
{
    if (!parcel_cut(s))
        return error_no_memory(e);
    *area_m2 = s->list.area_m2;
    return STATUS_OK;
}

/* ---- one piece against one ring ---- */

/* A ring with its edge tree. Node k of level l covers the edges k*span .. (k+1)*span-1, span = RUN * FAN^l. */
struct ring_view {
    const double *lon, *lat;
    const struct index_box32 *nodes;
    uint32_t n_edges;
    int levels;
    uint32_t level_at[INDEX_MAX_LEVELS], level_n[INDEX_MAX_LEVELS];
};

static void ring_view_set(struct ring_view *v, const struct layer_index *ix, uint32_t ring)
{
    uint32_t n = index_ring(ix, ring, &v->lon, &v->lat);
    v->n_edges = n - 1;
    v->nodes = ix->nodes + ix->ring_node[ring];
    v->levels = index_edge_tree(v->n_edges, v->level_at, v->level_n);
}

enum place { PLACE_NOTHING, PLACE_ABOVE, PLACE_NEAR };

/* Beside or below the piece an edge's T(b) covers none of it, or covers it and is covered again by the other edges of
 * the parcel: both sum to nothing. Above it, T(b) covers everything between the edge's two ends. */
static inline enum place place_of(const struct index_box32 *b, const struct index_query *p)
{
    unsigned sides = index_sides_open(b, p);
    return sides == SIDE_ALL ? PLACE_NEAR : sides == (SIDE_ALL & ~SIDE_SOUTH) ? PLACE_ABOVE : PLACE_NOTHING;
}

/* All edges from vertex `first` to vertex `end` lie above the piece: their sum telescopes to the piece's own area
 * between the two ends, whatever way the run takes between them. */
static inline double run_above(const struct piece *p, const double *lon, uint32_t first, uint32_t end)
{
    return piece_area_west_of(p, lon[first] - p->lon0) - piece_area_west_of(p, lon[end] - p->lon0);
}

static double ring_overlap(const struct piece *p, const struct index_query *q, const struct ring_view *v,
                           pair_kernel_fn *kernel, bool *crossed)
{
    if (v->levels == 0) {
        *crossed = true;
        return kernel(p, v->lon, v->lat, v->n_edges);
    }
    struct {
        uint32_t node;
        int level;
    } stack[INDEX_MAX_LEVELS * INDEX_FAN + INDEX_FAN];
    int depth = 0, top = v->levels - 1;
    for (uint32_t k = v->level_n[top];
         k-- > 0;) { /* pushed in reverse, so that edges are added in ring order */
        stack[depth].node = k;
        stack[depth++].level = top;
    }
    double sum = 0.0;
    while (depth > 0) {
        depth--;
        uint32_t node = stack[depth].node;
        int level = stack[depth].level;
        enum place place = place_of(v->nodes + v->level_at[level] + node, q);
        if (place == PLACE_NOTHING)
            continue;
        uint32_t span = (uint32_t)INDEX_RUN << (3 * level), first = node * span;
        uint32_t end = v->n_edges - first < span ? v->n_edges : first + span;
        if (place == PLACE_ABOVE) {
            sum += run_above(p, v->lon, first, end);
        } else if (level == 0) {
            *crossed = true;
            sum += kernel(p, v->lon + first, v->lat + first, end - first);
        } else {
            uint32_t child = node * INDEX_FAN, left = v->level_n[level - 1] - child;
            for (uint32_t k = left < INDEX_FAN ? left : INDEX_FAN; k-- > 0;) {
                stack[depth].node = child + k;
                stack[depth++].level = level - 1;
            }
        }
    }
    return sum;
}
_Static_assert(INDEX_FAN == 8 && (int)INDEX_RUN == (int)PAIR_RUN,
               "the spans above are shifts by 3, and a run is one kernel call");

/* ---- all pieces against all rings near them ---- */

static bool found_push(struct overlap_scratch *s, uint32_t feature, double area_m2, bool crossed)
{
    if (s->n_found == s->cap_found) {
        size_t n = s->cap_found ? s->cap_found * 2 : 64;
        struct overlap *p = realloc(s->found, n * sizeof *p);
        if (!p)
            return false;
        s->found = p;
        s->cap_found = n;
    }
    s->found[s->n_found++] = (struct overlap){feature, area_m2, crossed};
    return true;
}

/* One piece against the rings in the hits. They ascend, so the rings of a feature are neighbours and add up in one
 * entry. */
static bool piece_measure(struct overlap_scratch *s, const struct layer_index *ix, const struct piece *p)
{
    struct index_query q = index_query_of(&p->box);
    size_t first = s->n_found;
    for (size_t i = 0; i < s->hits.n;
         i++) { /* three tables are asked about each ring: let them arrive together */
        __builtin_prefetch(ix->ring_start + s->hits.ring[i]);
        __builtin_prefetch(ix->ring_node + s->hits.ring[i]);
        __builtin_prefetch(ix->ring_feature + s->hits.ring[i]);
    }
    for (size_t i = 0; i < s->hits.n; i++) {
        __builtin_prefetch(ix->nodes + ix->ring_node[s->hits.ring[i]]);
        __builtin_prefetch(index_ring_lon(ix, s->hits.ring[i]));
    }
    for (size_t i = 0; i < s->hits.n; i++) {
        uint32_t ring = s->hits.ring[i], feature = ix->ring_feature[ring];
        struct ring_view v;
        ring_view_set(&v, ix, ring);
        bool crossed = false;
        double area = ring_overlap(p, &q, &v, s->kernel.fn, &crossed);
        if (s->n_found > first && s->found[s->n_found - 1].feature == feature) {
            s->found[s->n_found - 1].area_m2 += area;
            s->found[s->n_found - 1].crossed |= crossed;
        } else if (!found_push(s, feature, area, crossed)) {
            return false;
        }
    }
    return true;
}

struct found_place {
    struct overlap o;
    size_t at;
};

static int by_feature_then_place(const void *a, const void *b)
{
    const struct found_place *x = a, *y = b;
    if (x->o.feature != y->o.feature)
        return x->o.feature < y->o.feature ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

/* Several pieces each found their features: one entry per feature, pieces added in their order. */
static bool found_merge(struct overlap_scratch *s)
{
    struct found_place *f = malloc((s->n_found + 1) * sizeof *f);
    if (!f)
        return false;
    for (size_t i = 0; i < s->n_found; i++)
        f[i] = (struct found_place){s->found[i], i};
    qsort(f, s->n_found, sizeof *f, by_feature_then_place);
    size_t n = 0;
    for (size_t i = 0; i < s->n_found; i++) {
        if (n > 0 && s->found[n - 1].feature == f[i].o.feature) {
            s->found[n - 1].area_m2 += f[i].o.area_m2;
            s->found[n - 1].crossed |= f[i].o.crossed;
        } else {
            s->found[n++] = f[i].o;
        }
    }
    s->n_found = n;
    free(f);
    return true;
}

/* The rings near a box whose features are wanted. */
static bool hits_find(struct overlap_scratch *s, const struct layer_index *ix, const struct geo_box *box)
{
    if (!ring_hits_find(ix, box, &s->hits))
        return false;
    if (!s->wanted)
        return true;
    size_t kept = 0;
    for (size_t i = 0; i < s->hits.n; i++)
        if (s->wanted(ix->ring_feature[s->hits.ring[i]], s->wanted_user))
            s->hits.ring[kept++] = s->hits.ring[i];
    s->hits.n = kept;
    return true;
}

static bool pieces_measure(struct overlap_scratch *s, const struct layer_index *ix)
{
    for (size_t i = 0; i < s->list.n_pieces; i++) {
        const struct piece *p = s->list.pieces + i;
        if (!hits_find(s, ix, &p->box) || (s->hits.n > 0 && !piece_measure(s, ix, p)))
            return false;
    }
    return s->list.n_pieces == 1 || found_merge(s);
}

/* A parcel of one piece that has not been looked at closely yet. */
static bool whole_measure(struct overlap_scratch *s, const struct layer_index *ix)
{
    if (!hits_find(s, ix, &s->parcel->box))
        return false;
    return s->hits.n == 0 || (parcel_cut(s) && piece_measure(s, ix, s->list.pieces));
}

enum status overlap_measure_wanted(struct overlap_scratch *s, const struct layer_index *ix,
                                   overlap_wanted_fn *wanted, void *user, const struct overlap **out,
                                   size_t *n, struct error *e)
{
    s->n_found = 0;
    s->wanted = wanted;
    s->wanted_user = user;
    bool ok = s->cut ? pieces_measure(s, ix) : whole_measure(s, ix);
    if (!ok)
        return error_no_memory(e);
    for (size_t i = 0; i < s->n_found; i++)
        s->found[i].area_m2 = fmax(0.0, s->found[i].area_m2);
    *out = s->found;
    *n = s->n_found;
    return STATUS_OK;
}

enum status overlap_measure(struct overlap_scratch *s, const struct layer_index *ix,
                            const struct overlap **out, size_t *n, struct error *e)
{
    return overlap_measure_wanted(s, ix, NULL, NULL, out, n, e);
}

/* ---- touching ---- */

struct segment {
    double x0, y0, x1, y1; /* metres on a plane about the segment's own middle */
};

static double point_segment_m2(double x, double y, const struct segment *s)
{
    double dx = s->x1 - s->x0, dy = s->y1 - s->y0, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((x - s->x0) * dx + (y - s->y0) * dy) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double px = x - s->x0 - t * dx, py = y - s->y0 - t * dy;
    return px * px + py * py;
}

static bool segments_cross(const struct segment *a, const struct segment *b)
{
    double ax = a->x1 - a->x0, ay = a->y1 - a->y0, bx = b->x1 - b->x0, by = b->y1 - b->y0;
    double s0 = ax * (b->y0 - a->y0) - ay * (b->x0 - a->x0), s1 = ax * (b->y1 - a->y0) - ay * (b->x1 - a->x0);
    double t0 = bx * (a->y0 - b->y0) - by * (a->x0 - b->x0), t1 = bx * (a->y1 - b->y0) - by * (a->x1 - b->x0);
    return s0 * s1 < 0 && t0 * t1 < 0;
}

static bool segments_near(const struct segment *a, const struct segment *b, double tolerance_m)
{
    double limit_m2 = tolerance_m * tolerance_m;
    return segments_cross(a, b) || point_segment_m2(a->x0, a->y0, b) <= limit_m2 ||
           point_segment_m2(a->x1, a->y1, b) <= limit_m2 || point_segment_m2(b->x0, b->y0, a) <= limit_m2 ||
           point_segment_m2(b->x1, b->y1, a) <= limit_m2;
}

static struct segment segment_about(double lon0, double lat0, double north_m, double east_m,
                                    const double *lon, const double *lat)
{
    return (struct segment){(lon[0] - lon0) * east_m, (lat[0] - lat0) * north_m, (lon[1] - lon0) * east_m,
                            (lat[1] - lat0) * north_m};
}

/* One parcel edge and what is needed to hold it against many ring edges. */
struct near_edge {
    struct segment segment;
    struct index_query box; /* grown by the tolerance */
    double lon0, lat0, north_m, east_m, tolerance_m;
};

static struct near_edge near_edge_of(const double *lon, const double *lat, double tolerance_m)
{
    struct near_edge n = {.lon0 = lon[0], .lat0 = lat[0], .tolerance_m = tolerance_m};
    geo_metres_per_degree(lat[0], &n.north_m, &n.east_m);
    struct geo_box box = geo_box_empty();
    geo_box_add(&box, lon[0], lat[0]);
    geo_box_add(&box, lon[1], lat[1]);
    box.west_deg -= tolerance_m / n.east_m, box.east_deg += tolerance_m / n.east_m;
    box.south_deg -= tolerance_m / n.north_m, box.north_deg += tolerance_m / n.north_m;
    n.box = index_query_of(&box);
    n.segment = segment_about(lon[0], lat[0], n.north_m, n.east_m, lon, lat);
    return n;
}

static bool near_run(const struct near_edge *n, const struct ring_view *v, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        struct segment b = segment_about(n->lon0, n->lat0, n->north_m, n->east_m, v->lon + i, v->lat + i);
        if (segments_near(&n->segment, &b, n->tolerance_m))
            return true;
    }
    return false;
}

/* Only the parts of the edge tree whose boxes meet the edge's are looked at. */
static bool near_node(const struct near_edge *n, const struct ring_view *v, int level, uint32_t node)
{
    if (index_sides_closed(v->nodes + v->level_at[level] + node, &n->box) != SIDE_ALL)
        return false;
    if (level == 0) {
        uint32_t first = node * INDEX_RUN;
        return near_run(n, v, first, v->n_edges - first < INDEX_RUN ? v->n_edges : first + INDEX_RUN);
    }
    uint32_t child = node * INDEX_FAN, left = v->level_n[level - 1] - child;
    for (uint32_t k = 0; k < (left < INDEX_FAN ? left : INDEX_FAN); k++)
        if (near_node(n, v, level - 1, child + k))
            return true;
    return false;
}

static bool edge_touches_ring(const double *lon, const double *lat, const struct ring_view *v,
                              double tolerance_m)
{
    struct near_edge n = near_edge_of(lon, lat, tolerance_m);
    if (v->levels == 0)
        return near_run(&n, v, 0, v->n_edges);
    for (uint32_t k = 0; k < v->level_n[v->levels - 1]; k++)
        if (near_node(&n, v, v->levels - 1, k))
            return true;
    return false;
}

enum status overlap_touches(struct overlap_scratch *s, const struct layer_index *ix, uint32_t feature,
                            double tolerance_m, bool *out, struct error *e)
{
    double north_m, east_m;
    geo_metres_per_degree(s->parcel->box.north_deg, &north_m, &east_m);
    struct geo_box grown = s->parcel->box;
    grown.west_deg -= tolerance_m / east_m, grown.east_deg += tolerance_m / east_m;
    grown.south_deg -= tolerance_m / north_m, grown.north_deg += tolerance_m / north_m;
    if (!ring_hits_find(ix, &grown, &s->hits))
        return error_no_memory(e);
    bool touches = false;
    for (size_t h = 0; h < s->hits.n && !touches; h++) {
        if (ix->ring_feature[s->hits.ring[h]] != feature)
            continue;
        struct ring_view v;
        ring_view_set(&v, ix, s->hits.ring[h]);
        for (uint32_t r = 0; r < s->parcel->n_rings && !touches; r++)
            for (uint32_t i = s->parcel->ring_start[r]; i + 1 < s->parcel->ring_start[r + 1] && !touches; i++)
                touches = edge_touches_ring(s->parcel->lon_deg + i, s->parcel->lat_deg + i, &v, tolerance_m);
    }
    *out = touches;
    return STATUS_OK;
}
