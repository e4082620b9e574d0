#include "index/trees.h"

#include "index/hilbert.h"

#include <math.h>
#include <stdlib.h>

struct index_box32 index_edges_box(const double *lon, const double *lat, uint32_t first, uint32_t n_edges)
{
    struct geo_box box = geo_box_of(lon + first, lat + first, (size_t)n_edges + 1);
    return index_box32_of(&box);
}

static struct index_box32 boxes_join(const struct index_box32 *boxes, uint32_t n)
{
    struct index_box32 j = boxes[0];
    for (uint32_t i = 1; i < n; i++) {
        j.west = fminf(j.west, boxes[i].west);
        j.south = fminf(j.south, boxes[i].south);
        j.minus_east = fminf(j.minus_east, boxes[i].minus_east);
        j.minus_north = fminf(j.minus_north, boxes[i].minus_north);
    }
    return j;
}

void index_edge_tree_fill(struct index_box32 *nodes, const double *lon, const double *lat, uint32_t m)
{
    uint32_t at[INDEX_MAX_LEVELS], count[INDEX_MAX_LEVELS];
    int levels = index_edge_tree(m, at, count);
    for (uint32_t k = 0; levels && k < count[0]; k++) {
        uint32_t first = k * INDEX_RUN, n = m - first < INDEX_RUN ? m - first : INDEX_RUN;
        nodes[k] = index_edges_box(lon, lat, first, n);
    }
    for (int l = 1; l < levels; l++) {
        for (uint32_t k = 0; k < count[l]; k++) {
            uint32_t first = k * INDEX_FAN, left = count[l - 1] - first;
            nodes[at[l] + k] = boxes_join(nodes + at[l - 1] + first, left < INDEX_FAN ? left : INDEX_FAN);
        }
    }
}

/* ---- the ring tree: a packed Hilbert R-tree over ring boxes ---- */

uint32_t index_ring_tree_size(uint32_t n_rings)
{
    uint32_t total = n_rings, n = n_rings;
    while (n > 1) {
        n = index_div_up(n, INDEX_FAN);
        total += n;
    }
    return total;
}

static void levels_fill(struct index_box32 *boxes, uint32_t n_rings)
{
    uint32_t at = 0, n = n_rings;
    while (n > 1) {
        uint32_t parents = index_div_up(n, INDEX_FAN);
        for (uint32_t k = 0; k < parents; k++) {
            uint32_t left = n - k * INDEX_FAN;
            boxes[at + n + k] = boxes_join(boxes + at + k * INDEX_FAN, left < INDEX_FAN ? left : INDEX_FAN);
        }
        at += n;
        n = parents;
    }
}

bool index_ring_tree_fill(const struct geo_box *all, const struct index_box32 *ring_box, uint32_t n,
                          uint32_t *order, struct index_box32 *boxes)
{
    struct hilbert_key *keys = malloc((n + 1) * sizeof *keys);
    if (!keys)
        return false;
    for (uint32_t r = 0; r < n; r++) {
        double x = (ring_box[r].west - (double)ring_box[r].minus_east) / 2;
        double y = (ring_box[r].south - (double)ring_box[r].minus_north) / 2;
        keys[r] = (struct hilbert_key){hilbert_key_of(all, x, y), r};
    }
    hilbert_sort(keys, n);
    for (uint32_t i = 0; i < n; i++) {
        order[i] = keys[i].item;
        boxes[i] = ring_box[keys[i].item];
    }
    levels_fill(boxes, n);
    free(keys);
    return true;
}
