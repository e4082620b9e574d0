#include "index/shape_index.h"

#include "geo/area.h"
#include "index/trees.h"

#include <string.h>

/* ---- a shape as an index ---- */

/* The tables whose lengths are known at once. */
struct shape_tables {
    struct layer_index ix;
    struct index_header header;
    struct index_feature_row features[2];
};

static uint32_t ring_edges(const struct geo_shape *s, uint32_t ring)
{
    return s->ring_start[ring + 1] - s->ring_start[ring] - 1;
}

/* Vertices, edge trees and the box of each ring. */
static bool rings_fill(struct layer_index *ix, const struct geo_shape *s, struct index_box32 *ring_box,
                       struct arena *a)
{
    double *vertices = arena_array(a, 2 * (size_t)s->n_vertices + 1, sizeof *vertices);
    uint32_t *node = arena_array(a, (size_t)s->n_rings + 1, sizeof *node);
    if (!vertices || !node)
        return false;
    for (uint32_t r = 0; r < s->n_rings; r++)
        node[r + 1] = node[r] + index_edge_tree_size(ring_edges(s, r));
    struct index_box32 *nodes = arena_array(a, (size_t)node[s->n_rings] + 1, sizeof *nodes);
    for (uint32_t r = 0; nodes && r < s->n_rings; r++) {
        uint32_t first = s->ring_start[r], m = ring_edges(s, r);
        double *lon = vertices + 2 * (size_t)first, *lat = lon + m + 1;
        memcpy(lon, s->lon_deg + first, (m + 1) * sizeof *lon);
        memcpy(lat, s->lat_deg + first, (m + 1) * sizeof *lat);
        index_edge_tree_fill(nodes + node[r], lon, lat, m);
        ring_box[r] = index_edges_box(lon, lat, 0, m);
    }
    ix->vertices = vertices;
    ix->ring_node = node;
    ix->nodes = nodes;
    return nodes != NULL;
}

const struct layer_index *shape_index_new(const struct geo_shape *s, struct arena *a)
{
    uint32_t n = s->n_rings, n_boxes = index_ring_tree_size(n);
    struct shape_tables *t = arena_alloc(a, sizeof *t);
    uint32_t *feature = arena_array(a, (size_t)n + 1, sizeof *feature);
    uint32_t *order = arena_array(a, (size_t)n + 1, sizeof *order);
    struct index_box32 *ring_box = arena_array(a, (size_t)n + 1, sizeof *ring_box);
    struct index_box32 *boxes = arena_array(a, (size_t)n_boxes + 1, sizeof *boxes);
    if (!t || !feature || !order || !ring_box || !boxes)
        return NULL;
    t->header = (struct index_header){.n_features = 1,
                                      .n_rings = n,
                                      .n_tree_boxes = n_boxes,
                                      .n_vertices = s->n_vertices,
                                      .west = s->box.west_deg,
                                      .south = s->box.south_deg,
                                      .east = s->box.east_deg,
                                      .north = s->box.north_deg};
    t->features[0].area_m2 = geo_shape_area_m2(s);
    t->features[1].first_ring = n;
    t->ix = (struct layer_index){.header = &t->header,
                                 .serial = index_serial_next(),
                                 .features = t->features,
                                 .ring_start = s->ring_start,
                                 .ring_feature = feature,
                                 .tree_ring = order,
                                 .tree_boxes = boxes,
                                 .strings = ""};
    bool ok = rings_fill(&t->ix, s, ring_box, a) &&
              index_ring_tree_fill(&s->box, ring_box, n, order, boxes) && index_tree_levels_set(&t->ix);
    return ok ? &t->ix : NULL;
}

/* ---- a feature as a shape ---- */

enum status index_feature_shape(const struct layer_index *ix, uint32_t feature, struct arena *a,
                                struct geo_shape *out, struct error *e)
{
    struct index_feature f = index_feature_at(ix, feature);
    uint32_t n = ix->ring_start[f.first_ring + f.n_rings] - ix->ring_start[f.first_ring], at = 0;
    double *lon = arena_array(a, (size_t)n + 1, sizeof *lon),
           *lat = arena_array(a, (size_t)n + 1, sizeof *lat);
    uint32_t *starts = arena_array(a, (size_t)f.n_rings + 1, sizeof *starts);
    uint32_t *polygons = arena_array(a, (size_t)f.n_rings + 1, sizeof *polygons);
    if (!lon || !lat || !starts || !polygons)
        return error_no_memory(e);
    uint32_t n_polygons = 0;
    for (uint32_t r = 0; r < f.n_rings; r++) {
        const double *x, *y;
        uint32_t k = index_ring(ix, f.first_ring + r, &x, &y);
        for (uint32_t i = 0; i < k; i++) {
            lon[at + i] = index_lon_in_world(x[i]);
            lat[at + i] = index_lat_in_world(y[i]);
        }
        at += k;
        starts[r + 1] = at;
        if (r == 0 ||
            geo_ring_area_m2(lon + at - k, lat + at - k, k) > 0) /* an outer ring; its holes come behind it */
            n_polygons++;
        polygons[n_polygons] = r + 1;
    }
    *out = (struct geo_shape){lon, lat, starts, polygons, n, f.n_rings, n_polygons, geo_box_of(lon, lat, n)};
    return STATUS_OK;
}
