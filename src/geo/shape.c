#include "geo/shape.h"

#include "base/array.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool geo_box_overlaps(const struct geo_box *a, const struct geo_box *b)
{
    return a->west_deg <= b->east_deg && b->west_deg <= a->east_deg && a->south_deg <= b->north_deg &&
           b->south_deg <= a->north_deg;
}

struct geo_box geo_box_empty(void)
{
    return (struct geo_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
}

void geo_shape_builder_init(struct geo_shape_builder *b)
{
    memset(b, 0, sizeof *b);
}

void geo_shape_builder_release(struct geo_shape_builder *b)
{
    free(b->lon);
    free(b->lat);
    free(b->ring_start);
    free(b->polygon_start);
    memset(b, 0, sizeof *b);
}

void geo_shape_builder_clear(struct geo_shape_builder *b)
{
    b->n_vertices = b->n_rings = b->n_polygons = b->n_closed = 0;
    b->failed = false;
}

static size_t vertex_limit(const struct geo_shape_builder *b)
{
    return b->vertex_limit ? b->vertex_limit : LIMIT_VERTICES_PER_LAYER;
}

/* One element more than asked for, because a finished array carries its end as its last element. */
static bool reserve_index(uint32_t **array, size_t *cap, size_t n)
{
    return ARRAY_RESERVE(*array, *cap, n + 2);
}

static bool reserve_vertex(struct geo_shape_builder *b)
{
    size_t cap_lon = b->cap_vertices, need = b->n_vertices + 1;
    if (b->n_vertices >= vertex_limit(b))
        return false;
    return need <= cap_lon ||
           (ARRAY_RESERVE(b->lon, cap_lon, need) && ARRAY_RESERVE(b->lat, b->cap_vertices, need));
}

static void push_vertex(struct geo_shape_builder *b, double lon_deg, double lat_deg)
{
    if (!reserve_vertex(b)) {
        b->failed = true;
        return;
    }
    b->lon[b->n_vertices] = lon_deg;
    b->lat[b->n_vertices] = lat_deg;
    b->n_vertices++;
}

/* Twice the signed area in square degrees. Relative to the first vertex, so that a parcel of metres at 111
 * degrees east does not lose its sign to cancellation. */
static double ring_sign(const double *lon, const double *lat, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i + 1 < n; i++)
        sum += (lon[i] - lon[0]) * (lat[i + 1] - lat[0]) - (lon[i + 1] - lon[0]) * (lat[i] - lat[0]);
    return sum;
}

static void reverse(double *v, size_t n)
{
    for (size_t i = 0, j = n; i + 1 < j; i++) {
        double held = v[i];
        v[i] = v[--j];
        v[j] = held;
    }
}

/* n when all are on the globe. */
static size_t first_off_globe(const double *lon, const double *lat, size_t n)
{
    size_t i = 0;
    /* Written so that NaN stops it too. */
    while (i < n && fabs(lon[i]) <= 180 && fabs(lat[i]) <= 90)
        i++;
    return i;
}

/* Closes and turns the newest ring while it is still at the end of the arrays, where a closing vertex has
 * room. */
static void close_newest_ring(struct geo_shape_builder *b)
{
    if (b->n_closed == b->n_rings || b->failed)
        return;
    size_t r = b->n_rings - 1;
    size_t start = b->ring_start[r];
    size_t last = b->n_vertices - 1;
    b->n_closed = b->n_rings;
    if (b->n_vertices == start)
        return;
    if (b->lon[last] != b->lon[start] || b->lat[last] != b->lat[start])
        push_vertex(b, b->lon[start], b->lat[start]);
    if (b->failed)
        return;
    size_t n = b->n_vertices - start;
    if (first_off_globe(b->lon + start, b->lat + start, n) < n)
        return; /* left in its own order: the refusal counts points as they were delivered */
    bool outer = r == b->polygon_start[b->n_polygons - 1];
    double sign = ring_sign(b->lon + start, b->lat + start, n);
    if (outer ? sign < 0 : sign > 0) {
        reverse(b->lon + start, n);
        reverse(b->lat + start, n);
    }
}

void geo_shape_builder_polygon(struct geo_shape_builder *b)
{
    close_newest_ring(b);
    if (b->n_polygons > 0 && b->polygon_start[b->n_polygons - 1] == b->n_rings)
        return; /* the newest polygon has no ring yet: it is this one */
    if (b->failed || !reserve_index(&b->polygon_start, &b->cap_polygons, b->n_polygons)) {
        b->failed = true;
        return;
    }
    b->polygon_start[b->n_polygons++] = (uint32_t)b->n_rings;
}

void geo_shape_builder_ring(struct geo_shape_builder *b)
{
    if (b->n_polygons == 0)
        geo_shape_builder_polygon(b);
    close_newest_ring(b);
    if (b->failed || b->n_rings >= LIMIT_RINGS_PER_LAYER ||
        !reserve_index(&b->ring_start, &b->cap_rings, b->n_rings)) {
        b->failed = true;
        return;
    }
    b->ring_start[b->n_rings++] = (uint32_t)b->n_vertices;
}

void geo_shape_builder_point(struct geo_shape_builder *b, double lon_deg, double lat_deg)
{
    bool polygon_waits = b->n_polygons > 0 && b->polygon_start[b->n_polygons - 1] == b->n_rings;
    if (b->n_rings == 0 || polygon_waits)
        geo_shape_builder_ring(b);
    if (b->failed)
        return;
    size_t n = b->n_vertices;
    if (n > b->ring_start[b->n_rings - 1] && b->lon[n - 1] == lon_deg && b->lat[n - 1] == lat_deg)
        return;
    push_vertex(b, lon_deg, lat_deg);
}

static enum status fail_off_globe(size_t ring, size_t point, double lon, double lat, struct error *e)
{
    error_zh(e,
             "第%zu个环的第%zu个点(%.10g, "
             "%.10g)不是地球上的经纬度；请检查坐标系和坐标顺序（经度在前，纬度在后）。",
             ring + 1, point + 1, lon, lat);
    return error_fail(
        e, STATUS_INVALID_INPUT, "vertex-not-on-globe",
        "Ring %zu, point %zu (%.10g, %.10g) is not a longitude and latitude on the globe; check the "
        "coordinate system and the order (longitude first).",
        ring + 1, point + 1, lon, lat);
}

/* All vertices on one line: no turn anywhere, seen from the first vertex and its farthest one. A ring that
 * crosses itself can have no net area too; that is left to geo/valid.h, which names the crossing. */
static bool ring_is_flat(const double *lon, const double *lat, size_t n)
{
    size_t far = 0;
    double far_d2 = 0;
    for (size_t i = 1; i < n; i++) {
        double d2 = (lon[i] - lon[0]) * (lon[i] - lon[0]) + (lat[i] - lat[0]) * (lat[i] - lat[0]);
        if (d2 > far_d2) {
            far_d2 = d2;
            far = i;
        }
    }
    for (size_t i = 1; i < n; i++)
        if ((lon[far] - lon[0]) * (lat[i] - lat[0]) != (lon[i] - lon[0]) * (lat[far] - lat[0]))
            return false;
    return true;
}

static enum status check_ring(const struct geo_shape_builder *b, size_t ring, struct error *e)
{
    size_t start = b->ring_start[ring];
    size_t n = b->ring_start[ring + 1] - start;
    size_t bad = n ? first_off_globe(b->lon + start, b->lat + start, n) : 0;
    if (bad < n)
        return fail_off_globe(ring, bad, b->lon[start + bad], b->lat[start + bad], e);
    if (n >= 4 && !ring_is_flat(b->lon + start, b->lat + start, n))
        return STATUS_OK;
    double lon = n ? b->lon[start] : 0;
    double lat = n ? b->lat[start] : 0;
    error_zh(
        e,
        "第%zu个环围不出面积：少于3个不同的点，或所有点在一条直线上（起点 %.7f, %.7f）；请补全该环或删去它。",
        ring + 1, lon, lat);
    return error_fail(
        e, STATUS_INVALID_INPUT, "ring-encloses-nothing",
        "Ring %zu encloses nothing: fewer than 3 distinct points, or all on one line (it starts at "
        "%.7f, %.7f); complete the ring or remove it.",
        ring + 1, lon, lat);
}

static enum status builder_failure(const struct geo_shape_builder *b, struct error *e)
{
    size_t limit = vertex_limit(b);
    if (b->n_vertices < limit && b->n_rings < LIMIT_RINGS_PER_LAYER)
        return error_no_memory(e);
    error_zh(e, "图形过大：折线加密后最多%zu个点、%zu个环；请先分幅或简化再处理。", limit,
             LIMIT_RINGS_PER_LAYER);
    return error_fail(
        e, STATUS_TOO_LARGE, "shape-too-large",
        "The shape is too large: at most %zu vertices after densification and %zu rings; split or "
        "simplify it first.",
        limit, LIMIT_RINGS_PER_LAYER);
}

enum status geo_shape_builder_status(const struct geo_shape_builder *b, struct error *e)
{
    return b->failed ? builder_failure(b, e) : STATUS_OK;
}

/* An empty shape still needs its two index arrays, whose one element is 0. */
static bool end_index_arrays(struct geo_shape_builder *b)
{
    if (!reserve_index(&b->ring_start, &b->cap_rings, b->n_rings) ||
        !reserve_index(&b->polygon_start, &b->cap_polygons, b->n_polygons))
        return false;
    if (b->n_polygons > 0 && b->polygon_start[b->n_polygons - 1] == b->n_rings)
        b->n_polygons--;
    b->ring_start[b->n_rings] = (uint32_t)b->n_vertices;
    b->polygon_start[b->n_polygons] = (uint32_t)b->n_rings;
    return true;
}

enum status geo_shape_builder_view(struct geo_shape_builder *b, struct geo_shape *out, struct error *e)
{
    close_newest_ring(b);
    if (b->failed || !end_index_arrays(b))
        return builder_failure(b, e);
    for (size_t r = 0; r < b->n_rings; r++) {
        enum status s = check_ring(b, r, e);
        if (s != STATUS_OK)
            return s;
    }
    *out = (struct geo_shape){
        .lon_deg = b->lon,
        .lat_deg = b->lat,
        .ring_start = b->ring_start,
        .polygon_start = b->polygon_start,
        .n_vertices = (uint32_t)b->n_vertices,
        .n_rings = (uint32_t)b->n_rings,
        .n_polygons = (uint32_t)b->n_polygons,
        .box = geo_box_of(b->lon, b->lat, b->n_vertices),
    };
    return STATUS_OK;
}

static void *copy_array(struct arena *a, const void *from, size_t count, size_t size)
{
    void *to = arena_array(a, count, size);
    if (to && count > 0)
        memcpy(to, from, count * size);
    return to;
}

enum status geo_shape_builder_finish(struct geo_shape_builder *b, struct arena *a, struct geo_shape *out,
                                     struct error *e)
{
    struct geo_shape s;
    enum status st = geo_shape_builder_view(b, &s, e);
    if (st != STATUS_OK)
        return st;
    s.lon_deg = copy_array(a, s.lon_deg, s.n_vertices, sizeof(double));
    s.lat_deg = copy_array(a, s.lat_deg, s.n_vertices, sizeof(double));
    s.ring_start = copy_array(a, s.ring_start, (size_t)s.n_rings + 1, sizeof(uint32_t));
    s.polygon_start = copy_array(a, s.polygon_start, (size_t)s.n_polygons + 1, sizeof(uint32_t));
    if (!s.lon_deg || !s.lat_deg || !s.ring_start || !s.polygon_start)
        return error_no_memory(e);
    *out = s;
    return STATUS_OK;
}
