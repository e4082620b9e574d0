#include "index/touch.h"

#include "geo/area.h"
#include "index/edge_tree.h"

#include <math.h>

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
    struct geo_box box = geo_box_of(lon, lat, 2);
    box.west_deg -= tolerance_m / n.east_m, box.east_deg += tolerance_m / n.east_m;
    box.south_deg -= tolerance_m / n.north_m, box.north_deg += tolerance_m / n.north_m;
    n.box = index_query_of(&box);
    n.segment = segment_about(lon[0], lat[0], n.north_m, n.east_m, lon, lat);
    return n;
}

static bool near_run(const struct near_edge *n, const struct edge_tree *t, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        struct segment b = segment_about(n->lon0, n->lat0, n->north_m, n->east_m, t->lon + i, t->lat + i);
        if (segments_near(&n->segment, &b, n->tolerance_m))
            return true;
    }
    return false;
}

/* Only the parts of the edge tree whose boxes meet the edge's are looked at. */
static bool near_node(const struct near_edge *n, const struct edge_tree *t, int level, uint32_t node)
{
    if (index_sides_closed(t->nodes + t->level_at[level] + node, &n->box) != SIDE_ALL)
        return false;
    if (level == 0)
        return near_run(n, t, edge_tree_first(0, node), edge_tree_end(t, 0, node));
    for (uint32_t k = 0; k < edge_tree_children(t, level, node); k++)
        if (near_node(n, t, level - 1, node * INDEX_FAN + k))
            return true;
    return false;
}

static bool edge_touches_ring(const double *lon, const double *lat, const struct edge_tree *t,
                              double tolerance_m)
{
    struct near_edge n = near_edge_of(lon, lat, tolerance_m);
    if (t->levels == 0)
        return near_run(&n, t, 0, t->n_edges);
    for (uint32_t k = 0; k < t->level_n[t->levels - 1]; k++)
        if (near_node(&n, t, t->levels - 1, k))
            return true;
    return false;
}

static struct geo_box box_grown(struct geo_box b, double tolerance_m)
{
    double north_m, east_m;
    geo_metres_per_degree(fmax(fabs(b.south_deg), fabs(b.north_deg)), &north_m, &east_m);
    b.west_deg -= tolerance_m / east_m, b.east_deg += tolerance_m / east_m;
    b.south_deg -= tolerance_m / north_m, b.north_deg += tolerance_m / north_m;
    return b;
}

/* A ring of the layer, and the box beyond which no edge of the shape can touch it. */
struct near_ring {
    struct edge_tree tree;
    struct index_query query;
    double tolerance_m;
};

/* The shape's edges under a node of their ring's tree. */
static bool shape_node_touches(const struct near_ring *n, const struct edge_tree *shape, int level,
                               uint32_t node)
{
    if (index_sides_closed(shape->nodes + shape->level_at[level] + node, &n->query) != SIDE_ALL)
        return false;
    if (level > 0) {
        for (uint32_t k = 0; k < edge_tree_children(shape, level, node); k++)
            if (shape_node_touches(n, shape, level - 1, node * INDEX_FAN + k))
                return true;
        return false;
    }
    for (uint32_t i = edge_tree_first(0, node); i < edge_tree_end(shape, 0, node); i++)
        if (edge_touches_ring(shape->lon + i, shape->lat + i, &n->tree, n->tolerance_m))
            return true;
    return false;
}

static bool shape_ring_touches(const struct near_ring *n, const struct edge_tree *shape)
{
    bool touches = false;
    for (uint32_t i = 0; shape->levels == 0 && i < shape->n_edges && !touches; i++)
        touches = edge_touches_ring(shape->lon + i, shape->lat + i, &n->tree, n->tolerance_m);
    for (uint32_t k = 0; shape->levels > 0 && k < shape->level_n[shape->levels - 1] && !touches; k++)
        touches = shape_node_touches(n, shape, shape->levels - 1, k);
    return touches;
}

/* One ring of the layer and all rings of the shape. */
static bool ring_touches(struct touching *t, const struct layer_index *ix, uint32_t ring, double tolerance_m,
                         bool *out)
{
    struct near_ring n = {.tolerance_m = tolerance_m};
    edge_tree_of(&n.tree, ix, ring);
    struct geo_box box = box_grown(index_ring_box(ix, ring), 2 * tolerance_m);
    n.query = index_query_of(&box);
    if (!ring_hits_find(t->shape, &box, &t->met))
        return false;
    for (size_t i = 0; i < t->met.n && !*out; i++) {
        struct edge_tree shape;
        edge_tree_of(&shape, t->shape, t->met.ring[i]);
        *out = shape_ring_touches(&n, &shape);
    }
    return true;
}

bool touch_find(struct touching *t, const struct layer_index *ix, uint32_t feature, double tolerance_m,
                bool *out)
{
    struct geo_box box = box_grown(index_box(t->shape), tolerance_m);
    bool touches = false;
    if (t->serial != ix->serial && !ring_hits_find(ix, &box, &t->near))
        return false;
    t->serial = ix->serial;
    size_t i = ring_hits_of_feature(&t->near, ix, feature);
    for (; i < t->near.n && ix->ring_feature[t->near.ring[i]] == feature && !touches; i++)
        if (!ring_touches(t, ix, t->near.ring[i], tolerance_m, &touches))
            return false;
    *out = touches;
    return true;
}
