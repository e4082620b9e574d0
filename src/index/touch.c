#include "index/touch.h"

#include "geo/area.h"
#include "index/edge_tree.h"

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

bool touch_find(const struct geo_shape *shape, const struct layer_index *ix, uint32_t feature,
                double tolerance_m, struct ring_hits *hits, bool *out)
{
    double north_m, east_m;
    geo_metres_per_degree(shape->box.north_deg, &north_m, &east_m);
    struct geo_box grown = shape->box;
    grown.west_deg -= tolerance_m / east_m, grown.east_deg += tolerance_m / east_m;
    grown.south_deg -= tolerance_m / north_m, grown.north_deg += tolerance_m / north_m;
    if (!ring_hits_find(ix, &grown, hits))
        return false;
    bool touches = false;
    for (size_t h = 0; h < hits->n && !touches; h++) {
        if (ix->ring_feature[hits->ring[h]] != feature)
            continue;
        struct edge_tree t;
        edge_tree_of(&t, ix, hits->ring[h]);
        for (uint32_t r = 0; r < shape->n_rings && !touches; r++)
            for (uint32_t i = shape->ring_start[r]; i + 1 < shape->ring_start[r + 1] && !touches; i++)
                touches = edge_touches_ring(shape->lon_deg + i, shape->lat_deg + i, &t, tolerance_m);
    }
    *out = touches;
    return true;
}
