#include "tile/nest.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* Edges are found by the band of rows that they pass. */
enum { BAND_UNITS = 16, NOBODY = -1 };

struct nest_ring {
    struct mvt_point west; /* its westernmost point; of several the first */
    int32_t parent;        /* of a hole: the outer ring */
    uint32_t number;
    bool outer;
};

struct nest_scratch {
    struct nest_ring *rings;
    uint32_t *order; /* rings from west to east */
    size_t cap_rings, cap_order;
    uint32_t *band_start, *band_edges; /* edges by their first points; ring_of tells the ring of each */
    uint32_t *ring_of;
    size_t cap_bands, cap_edges, cap_ring_of;
    int32_t first_band, n_bands;
};

struct nest_scratch *nest_scratch_new(void)
{
    return calloc(1, sizeof(struct nest_scratch));
}

void nest_scratch_free(struct nest_scratch *s)
{
    if (!s)
        return;
    free(s->rings);
    free(s->order);
    free(s->band_start);
    free(s->band_edges);
    free(s->ring_of);
    free(s);
}

static struct mvt_point next_point(const struct ring_set *r, uint32_t ring, uint32_t i)
{
    return r->points[i + 1 < r->start[ring + 1] ? i + 1 : r->start[ring]];
}

static int32_t band_of(int32_t y)
{
    return (y + (1 << 20)) / BAND_UNITS;
}

static bool rings_read(const struct ring_set *r, struct nest_scratch *s, size_t *n_outer)
{
    if (!ARRAY_RESERVE(s->rings, s->cap_rings, r->n_rings + 1))
        return false;
    *n_outer = 0;
    for (uint32_t i = 0; i < r->n_rings; i++) {
        struct nest_ring *ring = &s->rings[i];
        *ring = (struct nest_ring){r->points[r->start[i]], NOBODY, i, ring_set_twice_area(r, i) > 0};
        for (uint32_t k = r->start[i]; k < r->start[i + 1]; k++)
            if (r->points[k].x < ring->west.x)
                ring->west = r->points[k];
        *n_outer += ring->outer;
    }
    return true;
}

/* Counts the bands of every edge, or puts the edge into them. */
static void edges_spread(const struct ring_set *r, struct nest_scratch *s, bool put)
{
    for (uint32_t ring = 0; ring < r->n_rings; ring++) {
        for (uint32_t i = r->start[ring]; i < r->start[ring + 1]; i++) {
            int32_t a = band_of(r->points[i].y) - s->first_band;
            int32_t b = band_of(next_point(r, ring, i).y) - s->first_band;
            s->ring_of[i] = ring;
            for (int32_t k = a < b ? a : b; k <= (a < b ? b : a); k++) {
                if (put)
                    s->band_edges[s->band_start[k]++] = i;
                else
                    s->band_start[k + 1]++;
            }
        }
    }
}

static bool bands_fill(const struct ring_set *r, struct nest_scratch *s)
{
    int32_t low = r->points[0].y, high = low;
    for (size_t i = 1; i < r->n; i++) {
        low = r->points[i].y < low ? r->points[i].y : low;
        high = r->points[i].y > high ? r->points[i].y : high;
    }
    s->first_band = band_of(low);
    s->n_bands = band_of(high) - s->first_band + 1;
    if (!ARRAY_RESERVE(s->band_start, s->cap_bands, (size_t)s->n_bands + 2) ||
        !ARRAY_RESERVE(s->ring_of, s->cap_ring_of, r->n))
        return false;
    memset(s->band_start, 0, ((size_t)s->n_bands + 2) * sizeof *s->band_start);
    edges_spread(r, s, false);
    for (int32_t k = 0; k < s->n_bands; k++)
        s->band_start[k + 1] += s->band_start[k];
    if (!ARRAY_RESERVE(s->band_edges, s->cap_edges, (size_t)s->band_start[s->n_bands] + 1))
        return false;
    edges_spread(r, s, true);
    /* each start has moved to the next one's: back again */
    memmove(s->band_start + 1, s->band_start, (size_t)s->n_bands * sizeof *s->band_start);
    s->band_start[0] = 0;
    return true;
}

/* The ring whose edge is the first one west of a hole's westernmost point; NOBODY: none. */
static int32_t ring_west_of(const struct ring_set *r, const struct nest_scratch *s, struct mvt_point p,
                            uint32_t but)
{
    int32_t band = band_of(p.y) - s->first_band, found = NOBODY;
    double best = 0;
    for (uint32_t k = s->band_start[band]; k < s->band_start[band + 1]; k++) {
        uint32_t i = s->band_edges[k], ring = s->ring_of[i];
        struct mvt_point a = r->points[i], b = next_point(r, ring, i);
        if (ring == but || (a.y <= p.y) == (b.y <= p.y))
            continue;
        double x = a.x + (double)(p.y - a.y) / (b.y - a.y) * (b.x - a.x);
        if (x <= p.x && (found == NOBODY || x > best)) {
            best = x;
            found = (int32_t)ring;
        }
    }
    return found;
}

static int west_first(const void *a, const void *b)
{
    const struct nest_ring *x = a, *y = b;
    if (x->west.x != y->west.x)
        return x->west.x < y->west.x ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int32_t the_outer(const struct nest_scratch *s, size_t n)
{
    size_t i = 0;
    while (i + 1 < n && !s->rings[i].outer)
        i++;
    return (int32_t)s->rings[i].number;
}

/* What lies west of a hole is its outer ring, or another hole of that, which is known already. */
static bool find_parents(const struct ring_set *r, struct nest_scratch *s, size_t n_outer)
{
    if (n_outer == r->n_rings || n_outer == 0)
        return true;
    if (!ARRAY_RESERVE(s->order, s->cap_order, r->n_rings) || (n_outer > 1 && !bands_fill(r, s)))
        return false;
    qsort(s->rings, r->n_rings, sizeof *s->rings, west_first);
    for (uint32_t i = 0; i < r->n_rings; i++)
        s->order[s->rings[i].number] = i;
    for (uint32_t i = 0; i < r->n_rings; i++) {
        struct nest_ring *ring = &s->rings[i];
        if (ring->outer)
            continue;
        int32_t west = n_outer == 1 ? the_outer(s, r->n_rings) : ring_west_of(r, s, ring->west, ring->number);
        const struct nest_ring *beside = west == NOBODY ? NULL : &s->rings[s->order[west]];
        ring->parent = !beside ? NOBODY : beside->outer ? (int32_t)beside->number : beside->parent;
    }
    return true;
}

/* By outer ring, each before its holes. */
static int by_family(const void *a, const void *b)
{
    const struct nest_ring *x = a, *y = b;
    int32_t p = x->outer ? (int32_t)x->number : x->parent, q = y->outer ? (int32_t)y->number : y->parent;
    if (p != q)
        return p < q ? -1 : 1;
    if (x->outer != y->outer)
        return x->outer ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

bool nest_write(const struct ring_set *rings, struct nest_scratch *s, struct mvt_writer *w)
{
    size_t n_outer;
    if (!rings_read(rings, s, &n_outer) || !find_parents(rings, s, n_outer))
        return false;
    if (n_outer != rings->n_rings)
        qsort(s->rings, rings->n_rings, sizeof *s->rings, by_family);
    for (size_t i = 0; i < rings->n_rings; i++) {
        const struct nest_ring *ring = &s->rings[i];
        if (!ring->outer && ring->parent == NOBODY)
            continue;
        uint32_t first = rings->start[ring->number];
        mvt_ring(w, rings->points + first, rings->start[ring->number + 1] - first);
    }
    return true;
}
