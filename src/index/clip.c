#include "index/candidates.h"
#include "index/edge_tree.h"
#include "index/ring_clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A ring is never thinned to runs larger than this part of it. */
enum { THIN_PARTS = 8 };

/* Rings that meet `box` in the index of this serial; 0: none was searched. */
struct near {
    uint64_t serial;
    struct geo_box box;
    struct ring_hits hits;
};

struct index_clip_scratch {
    struct near near[2]; /* a layer and a parcel take turns: the one that was used last, and the one before */
    struct ring_hits hits;       /* of a point */
    struct ring_clip ring, half; /* a ring as it is being cut, back and forth */
    double thin_lon_deg, thin_lat_deg;
};

struct index_clip_scratch *index_clip_scratch_new(void)
{
    return calloc(1, sizeof(struct index_clip_scratch));
}

void index_clip_scratch_free(struct index_clip_scratch *s)
{
    if (!s)
        return;
    ring_hits_release(&s->near[0].hits);
    ring_hits_release(&s->near[1].hits);
    ring_hits_release(&s->hits);
    ring_clip_release(&s->ring);
    ring_clip_release(&s->half);
    free(s);
}

void index_clip_scratch_thin(struct index_clip_scratch *s, double lon_deg, double lat_deg)
{
    s->thin_lon_deg = lon_deg;
    s->thin_lat_deg = lat_deg;
}

/* What of a ring is copied, in order, into the ring_clip. */
struct walk {
    const double *lon, *lat;
    const struct index_box32 *nodes;
    uint32_t n_edges;
    uint32_t level_at[INDEX_MAX_LEVELS], level_n[INDEX_MAX_LEVELS];
    struct index_query box;
    double thin_lon_deg, thin_lat_deg; /* a run within such a box is one edge */
    struct ring_clip *out;
};

static bool one_side(const struct index_box32 *b, const struct index_query *box)
{
    return index_sides_closed(b, box) != SIDE_ALL;
}

static bool is_thin(const struct walk *w, const struct index_box32 *b)
{
    return w->thin_lon_deg > 0 && -b->minus_east - b->west <= w->thin_lon_deg &&
           -b->minus_north - b->south <= w->thin_lat_deg;
}

/* The size of a ring by the top of its tree; nothing smaller than a part of it is thin. */
static void thin_by_ring(struct walk *w, int top)
{
    struct index_box32 all = w->nodes[w->level_at[top]];
    for (uint32_t k = 1; k < w->level_n[top]; k++) {
        const struct index_box32 *b = &w->nodes[w->level_at[top] + k];
        all.west = fminf(all.west, b->west);
        all.south = fminf(all.south, b->south);
        all.minus_east = fminf(all.minus_east, b->minus_east);
        all.minus_north = fminf(all.minus_north, b->minus_north);
    }
    w->thin_lon_deg = fmin(w->thin_lon_deg, (-all.minus_east - all.west) / THIN_PARTS);
    w->thin_lat_deg = fmin(w->thin_lat_deg, (-all.minus_north - all.south) / THIN_PARTS);
}

/* The one place where what is cut leaves the mapping. */
static bool take(struct ring_clip *out, const double *lon, const double *lat, uint32_t i)
{
    return ring_clip_point(out, index_lon_in_world(lon[i]), index_lat_in_world(lat[i]));
}

/* A run that lies wholly on one side of the box may be replaced by the chord between its ends: the chord
 * stays on that side, so no winding number inside the box changes. */
static bool walk_node(const struct walk *w, int level, uint32_t node)
{
    uint32_t span = (uint32_t)INDEX_RUN << (3 * level), first = node * span;
    uint32_t end = w->n_edges - first < span ? w->n_edges : first + span;
    const struct index_box32 *b = w->nodes + w->level_at[level] + node;
    if (one_side(b, &w->box) || is_thin(w, b))
        return take(w->out, w->lon, w->lat, first);
    if (level == 0) {
        for (uint32_t i = first; i < end; i++)
            if (!take(w->out, w->lon, w->lat, i))
                return false;
        return true;
    }
    uint32_t child = node * INDEX_FAN, left = w->level_n[level - 1] - child;
    uint32_t n = left < INDEX_FAN ? left : INDEX_FAN;
    for (uint32_t k = 0; k < n; k++)
        if (!walk_node(w, level - 1, child + k))
            return false;
    return true;
}

static bool ring_collect(const struct layer_index *ix, uint32_t ring, const struct geo_box *box,
                         struct index_clip_scratch *s)
{
    struct ring_clip *out = &s->ring;
    struct walk w = {.box = index_query_of(box),
                     .out = out,
                     .nodes = ix->nodes + ix->ring_node[ring],
                     .thin_lon_deg = s->thin_lon_deg,
                     .thin_lat_deg = s->thin_lat_deg};
    uint32_t n = index_ring(ix, ring, &w.lon, &w.lat);
    w.n_edges = n - 1;
    ring_clip_clear(out);
    if (!ring_clip_begin(out))
        return false;
    int levels = index_edge_tree(w.n_edges, w.level_at, w.level_n);
    if (levels == 0) {
        for (uint32_t i = 0; i < w.n_edges; i++)
            if (!take(out, w.lon, w.lat, i))
                return false;
    }
    if (levels > 0 && s->thin_lon_deg > 0)
        thin_by_ring(&w, levels - 1);
    for (uint32_t k = 0; levels > 0 && k < w.level_n[levels - 1]; k++)
        if (!walk_node(&w, levels - 1, k))
            return false;
    return ring_clip_end(out);
}

static bool ring_cut(struct index_clip_scratch *s, const struct geo_box *box)
{
    struct ring_cut cuts[4] = {{false, false, box->west_deg},
                               {false, true, box->east_deg},
                               {true, false, box->south_deg},
                               {true, true, box->north_deg}};
    for (int i = 0; i < 4; i++) {
        ring_clip_clear(&s->half);
        if (!ring_clip_cut(&s->ring, &cuts[i], &s->half))
            return false;
        struct ring_clip t = s->ring;
        s->ring = s->half;
        s->half = t;
    }
    return true;
}

static bool near_is(const struct near *n, const struct layer_index *ix, const struct geo_box *box)
{
    return n->serial == ix->serial && memcmp(&n->box, box, sizeof *box) == 0;
}

/* Feature after feature is clipped to the same box: it is searched for the first of them only. */
static const struct ring_hits *near_find(struct index_clip_scratch *s, const struct layer_index *ix,
                                         const struct geo_box *box)
{
    struct near *n = s->near;
    if (near_is(n, ix, box))
        return &n->hits;
    struct near other = n[1];
    n[1] = n[0];
    n[0] = other;
    if (near_is(n, ix, box))
        return &n->hits;
    n->serial = 0;
    if (!ring_hits_find(ix, box, &n->hits))
        return NULL;
    n->serial = ix->serial;
    n->box = *box;
    return &n->hits;
}

enum status index_clip_feature(const struct layer_index *ix, uint32_t feature, const struct geo_box *box,
                               struct index_clip_scratch *s, index_clip_fn *fn, void *user, struct error *e)
{
    const struct ring_hits *near = near_find(s, ix, box);
    if (!near)
        return error_no_memory(e);
    size_t i = ring_hits_of_feature(near, ix, feature);
    for (; i < near->n && ix->ring_feature[near->ring[i]] == feature; i++) {
        uint32_t ring = near->ring[i];
        if (!ring_collect(ix, ring, box, s) || !ring_cut(s, box))
            return error_no_memory(e);
        for (size_t r = 0; r < s->ring.n_rings; r++) {
            uint32_t at = s->ring.start[r];
            struct index_clip_ring piece = {s->ring.x + at, s->ring.y + at, s->ring.start[r + 1] - at};
            if (!fn(&piece, user))
                return STATUS_OK;
        }
    }
    return STATUS_OK;
}

/* ---- point in feature ---- */

/* Edges of the run that pass above the point, modulo 2. A run wholly above it telescopes to its two ends. */
static bool parity_above(const struct walk *w, int level, uint32_t node, double lon, double lat)
{
    const struct index_box32 *b = w->nodes + w->level_at[level] + node;
    if (b->west > lon || -b->minus_east < lon || -b->minus_north < lat)
        return false;
    uint32_t span = (uint32_t)INDEX_RUN << (3 * level), first = node * span;
    uint32_t end = w->n_edges - first < span ? w->n_edges : first + span;
    if (b->south > lat)
        return (w->lon[first] <= lon) != (w->lon[end] <= lon);
    bool odd = false;
    if (level > 0) {
        uint32_t child = node * INDEX_FAN, left = w->level_n[level - 1] - child;
        for (uint32_t k = 0; k < (left < INDEX_FAN ? left : INDEX_FAN); k++)
            odd ^= parity_above(w, level - 1, child + k, lon, lat);
        return odd;
    }
    for (uint32_t i = first; i < end; i++) {
        double x0 = w->lon[i], x1 = w->lon[i + 1];
        if ((x0 <= lon) != (x1 <= lon) &&
            lat < w->lat[i] + (lon - x0) / (x1 - x0) * (w->lat[i + 1] - w->lat[i]))
            odd = !odd;
    }
    return odd;
}

bool edge_tree_contains(const struct layer_index *ix, uint32_t ring, double lon, double lat)
{
    struct walk w = {.nodes = ix->nodes + ix->ring_node[ring]};
    w.n_edges = index_ring(ix, ring, &w.lon, &w.lat) - 1;
    int levels = index_edge_tree(w.n_edges, w.level_at, w.level_n);
    static const struct index_box32 everywhere = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    if (levels == 0) { /* one run without a box of its own */
        w.nodes = &everywhere;
        w.level_at[0] = 0;
        return parity_above(&w, 0, 0, lon, lat);
    }
    bool odd = false;
    for (uint32_t k = 0; k < w.level_n[levels - 1]; k++)
        odd ^= parity_above(&w, levels - 1, k, lon, lat);
    return odd;
}

/* By the parity of the rings above it, of which those that may be are s->hits from `i` on; *i is then behind
 * them. */
static bool holds(const struct layer_index *ix, const struct index_clip_scratch *s, size_t *i, double lon_deg,
                  double lat_deg)
{
    bool odd = false;
    uint32_t feature = ix->ring_feature[s->hits.ring[*i]];
    for (; *i < s->hits.n && ix->ring_feature[s->hits.ring[*i]] == feature; ++*i)
        odd ^= edge_tree_contains(ix, s->hits.ring[*i], lon_deg, lat_deg);
    return odd;
}

enum status index_feature_contains(const struct layer_index *ix, uint32_t feature, double lon_deg,
                                   double lat_deg, struct index_clip_scratch *s, bool *out, struct error *e)
{
    struct geo_box point = {lon_deg, lat_deg, lon_deg, lat_deg};
    if (!ring_hits_find(ix, &point, &s->hits))
        return error_no_memory(e);
    size_t i = ring_hits_of_feature(&s->hits, ix, feature);
    bool is_near = i < s->hits.n && ix->ring_feature[s->hits.ring[i]] == feature;
    *out = is_near && holds(ix, s, &i, lon_deg, lat_deg);
    return STATUS_OK;
}

enum status index_find_at(const struct layer_index *ix, double lon_deg, double lat_deg,
                          struct index_clip_scratch *s, int64_t *feature, struct error *e)
{
    struct geo_box point = {lon_deg, lat_deg, lon_deg, lat_deg};
    bool is_place = isfinite(lon_deg) && isfinite(lat_deg);
    if (is_place && !ring_hits_find(ix, &point, &s->hits))
        return error_no_memory(e);
    int64_t found = -1;
    for (size_t i = 0; is_place && found < 0 && i < s->hits.n;) {
        uint32_t at = ix->ring_feature[s->hits.ring[i]];
        if (holds(ix, s, &i, lon_deg, lat_deg))
            found = at;
    }
    *feature = found;
    return STATUS_OK;
}
