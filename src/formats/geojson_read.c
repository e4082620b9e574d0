#include "formats/geojson_read.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum { DEEPEST = 16 }; /* collections in collections */

struct reading {
    struct arena *arena;
    struct geojson_geometry *out;
    size_t cap_x, cap_y, cap_rings, cap_parts;
    bool no_memory;
};

static bool reserve(struct reading *r)
{
    struct geojson_geometry *g = r->out;
    bool room = ARENA_RESERVE(r->arena, g->x, r->cap_x, (size_t)g->n + 1) &&
                ARENA_RESERVE(r->arena, g->y, r->cap_y, (size_t)g->n + 1) &&
                ARENA_RESERVE(r->arena, g->ring_start, r->cap_rings, (size_t)g->n_rings + 2) &&
                ARENA_RESERVE(r->arena, g->parts, r->cap_parts, (size_t)g->n_parts + 2);
    r->no_memory = !room;
    return room;
}

static void begin_part(struct reading *r, enum geojson_kind kind)
{
    if (reserve(r))
        r->out->parts[r->out->n_parts++] = (struct geojson_part){kind, r->out->n_rings};
}

static bool add_position(struct reading *r, const json_t *position)
{
    const json_t *x = json_array_get(position, 0), *y = json_array_get(position, 1);
    if (!json_is_number(x) || !json_is_number(y) || !reserve(r))
        return false;
    r->out->x[r->out->n] = json_number_value(x);
    r->out->y[r->out->n++] = json_number_value(y);
    return true;
}

/* The positions of a line or of a ring. */
static bool add_ring(struct reading *r, const json_t *positions)
{
    if (json_array_size(positions) == 0 || !reserve(r))
        return false;
    r->out->ring_start[r->out->n_rings++] = r->out->n;
    for (size_t i = 0; i < json_array_size(positions); i++)
        if (!add_position(r, json_array_get(positions, i)))
            return false;
    return true;
}

static bool add_point(struct reading *r, const json_t *position)
{
    begin_part(r, GEOJSON_POINT);
    if (r->no_memory || !reserve(r))
        return false;
    r->out->ring_start[r->out->n_rings++] = r->out->n;
    return add_position(r, position);
}

static bool add_line(struct reading *r, const json_t *positions)
{
    begin_part(r, GEOJSON_LINE);
    return !r->no_memory && add_ring(r, positions);
}

static bool add_polygon(struct reading *r, const json_t *rings)
{
    begin_part(r, GEOJSON_POLYGON);
    bool good = !r->no_memory && json_array_size(rings) > 0;
    for (size_t i = 0; good && i < json_array_size(rings); i++)
        good = add_ring(r, json_array_get(rings, i));
    return good;
}

static enum geojson_kind kind_of(const json_t *geometry)
{
    static const char *const names[] = {
        "",           "Point",           "LineString",   "Polygon",
        "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"};
    const char *type = json_string_value(json_object_get(geometry, "type"));
    for (int k = GEOJSON_POINT; type && k <= GEOJSON_COLLECTION; k++)
        if (strcmp(names[k], type) == 0)
            return (enum geojson_kind)k;
    return GEOJSON_NONE;
}

static bool add_geometry(struct reading *r, const json_t *geometry, int depth)
{
    typedef bool add_fn(struct reading *, const json_t *);
    static add_fn *const adds[] = {NULL, add_point, add_line, add_polygon, add_point, add_line, add_polygon};
    enum geojson_kind kind = kind_of(geometry);
    const json_t *c = json_object_get(geometry, "coordinates");
    if (kind == GEOJSON_NONE || depth > DEEPEST)
        return false;
    if (kind <= GEOJSON_POLYGON)
        return adds[kind](r, c);
    if (kind == GEOJSON_COLLECTION)
        c = json_object_get(geometry, "geometries");
    bool good = json_is_array(c);
    for (size_t i = 0; good && i < json_array_size(c); i++) {
        const json_t *member = json_array_get(c, i);
        good = kind == GEOJSON_COLLECTION ? add_geometry(r, member, depth + 1) : adds[kind](r, member);
    }
    return good;
}

static enum status fail(const char *text, struct error *e)
{
    error_zh(e, "这不是 GeoJSON 图形：%.80s。", text);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-geometry", "This is no geometry of GeoJSON: %.80s.",
                      text);
}

enum status geojson_read(const char *text, struct arena *a, struct geojson_geometry *out, struct error *e)
{
    json_t *root = json_loads(text, JSON_DECODE_ANY, NULL);
    struct reading r = {.arena = a, .out = out};
    *out = (struct geojson_geometry){.kind = kind_of(root)};
    bool good = json_is_null(root) || add_geometry(&r, root, 0);
    json_decref(root);
    if (r.no_memory)
        return error_no_memory(e);
    if (!good)
        return fail(text, e);
    if (!reserve(&r))
        return error_no_memory(e);
    out->ring_start[out->n_rings] = out->n;
    out->parts[out->n_parts] = (struct geojson_part){GEOJSON_NONE, out->n_rings};
    return STATUS_OK;
}
