#include "report/report_maps.h"

#include "geo/area.h"
#include "geo/inner_point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_SHARE 0.35  /* of the parcels' extent, on each side */
#define SMALLEST_MAP_M 120 /* a map is at least this wide: a well of 2 m still shows where it lies */
#define DOTS_ACROSS 1600.0 /* finer than this is not seen on paper */
#define CLIP_GROWTH 0.05   /* edges along the clip box stay outside the picture */

/* ---- boxes ---- */

/* The box with a margin, widened to MAP_ASPECT. */
static struct geo_box box_of_map(const struct geo_box *b)
{
    double lat = (b->south_deg + b->north_deg) / 2, lon = (b->west_deg + b->east_deg) / 2;
    double north_m, east_m;
    geo_metres_per_degree(lat, &north_m, &east_m);
    double width = (b->east_deg - b->west_deg) * east_m * (1 + 2 * MARGIN_SHARE);
    double height = (b->north_deg - b->south_deg) * north_m * (1 + 2 * MARGIN_SHARE);
    width = fmax(fmax(width, height * MAP_ASPECT), SMALLEST_MAP_M);
    height = width / MAP_ASPECT;
    double dx = width / 2 / east_m, dy = height / 2 / north_m;
    return (struct geo_box){lon - dx, fmax(-89.9, lat - dy), lon + dx, fmin(89.9, lat + dy)};
}

static struct geo_box box_grown(struct geo_box b)
{
    double dx = (b.east_deg - b.west_deg) * CLIP_GROWTH, dy = (b.north_deg - b.south_deg) * CLIP_GROWTH;
    return (struct geo_box){b.west_deg - dx, b.south_deg - dy, b.east_deg + dx, b.north_deg + dy};
}

/* ---- patches ---- */

struct collecting {
    struct check_worker *w;
    struct report_map *map;
    const struct layer_index *ix;
    const struct control_line *line;
    struct geo_box clip;
    double dot_deg, dot_m2;
    uint32_t *features;
    size_t n_features, cap_features;
    struct map_patch *patch;
    size_t cap_patches, cap_rings, n_vertices;
    bool no_memory;
};

/* Doubles an array in the arena; the old one stays there until the request ends, which at most doubles the
 * memory. */
static void *grown(struct collecting *c, void *old, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity)
        return old;
    size_t more = *capacity ? *capacity * 2 : 64;
    void *bigger = arena_array(c->w->arena, more, size);
    if (!bigger) {
        c->no_memory = true;
        return NULL;
    }
    if (n)
        memcpy(bigger, old, n * size);
    *capacity = more;
    return bigger;
}

static bool take_feature(uint32_t feature, void *user)
{
    struct collecting *c = user;
    if (index_feature_at(c->ix, feature).area_m2 < c->dot_m2) {
        c->map->thinned = true;
        return true;
    }
    uint32_t *room = grown(c, c->features, c->n_features, &c->cap_features, sizeof *room);
    if (!room)
        return false;
    c->features = room;
    c->features[c->n_features++] = feature;
    return true;
}

/* Copies a ring, leaving out points that fall on the same dot as the point before. */
static bool take_ring(const struct index_clip_ring *ring, void *user)
{
    struct collecting *c = user;
    double *lon = arena_array(c->w->arena, ring->n + 1, sizeof *lon);
    double *lat = arena_array(c->w->arena, ring->n + 1, sizeof *lat);
    struct map_ring *room = grown(c, c->patch->rings, c->patch->n_rings, &c->cap_rings, sizeof *room);
    if (!lon || !lat || !room) {
        c->no_memory = true;
        return false;
    }
    c->patch->rings = room;
    uint32_t n = 0;
    for (uint32_t i = 0; i < ring->n; i++) {
        if (n && fabs(ring->lon_deg[i] - lon[n - 1]) + fabs(ring->lat_deg[i] - lat[n - 1]) < c->dot_deg &&
            i + 1 < ring->n)
            continue;
        lon[n] = ring->lon_deg[i];
        lat[n++] = ring->lat_deg[i];
    }
    if (n >= 3)
        c->patch->rings[c->patch->n_rings++] = (struct map_ring){lon, lat, n};
    c->n_vertices += n;
    return true;
}

static enum status take_patches(struct collecting *c, struct error *e)
{
    for (size_t i = 0; i < c->n_features; i++) {
        if (c->n_vertices > MAP_VERTICES_MAX) {
            c->map->crowded = true;
            return STATUS_OK;
        }
        struct map_patch *room = grown(c, c->map->patches, c->map->n_patches, &c->cap_patches, sizeof *room);
        if (!room)
            return error_no_memory(e);
        c->map->patches = room;
        c->patch = &room[c->map->n_patches];
        *c->patch = (struct map_patch){c->line, index_feature_at(c->ix, c->features[i]).zone, NULL, 0};
        c->cap_rings = 0;
        enum status s = index_clip_feature(c->ix, c->features[i], &c->clip, c->w->clip, take_ring, c, e);
        if (s || c->no_memory)
            return s ? s : error_no_memory(e);
        c->map->n_patches += c->patch->n_rings > 0;
    }
    return STATUS_OK;
}

static enum status map_fill(struct check_worker *w, const struct report *r, const struct geo_box *around,
                            struct report_map *map, struct error *e)
{
    map->box = box_of_map(around);
    struct collecting c = {.w = w, .map = map, .clip = box_grown(map->box)};
    double north_m, east_m;
    geo_metres_per_degree(map->box.south_deg, &north_m, &east_m);
    c.dot_deg = (map->box.east_deg - map->box.west_deg) / DOTS_ACROSS;
    c.dot_m2 = c.dot_deg * east_m * c.dot_deg * east_m;
    for (int l = 0; l < report_lines(r)->n; l++) {
        const struct layer_snapshot *layer = snapshot_line(r->snapshot, l);
        if (!layer || !layer_is_measurable(layer))
            continue;
        c.ix = layer->index;
        c.line = line_at(report_lines(r), l);
        c.n_features = c.n_vertices = 0; /* every line gets its share of the limit */
        enum status s = index_candidates(c.ix, &c.clip, take_feature, &c, e);
        if (!s && c.no_memory)
            s = error_no_memory(e);
        if (!s)
            s = take_patches(&c, e);
        if (s)
            return s;
    }
    return STATUS_OK;
}

/* ---- maps ---- */

static bool presses(const struct parcel_report *p)
{
    for (int l = 0; l < p->n_layers; l++)
        if (p->layers[l].line->relation == LINE_EXCLUDES && p->layers[l].status == LAYER_OVERLAP)
            return true;
    return false;
}

/* Which maps there are; and, for pictures, what lies in them. */
static enum status maps_fill(struct check_worker *w, const struct report *r, struct report_maps *out,
                             struct error *e)
{
    struct geo_box all = geo_box_empty();
    out->maps = arena_array(w->arena, 1 + MAP_DETAILS_MAX, sizeof *out->maps);
    if (!out->maps)
        return error_no_memory(e);
    for (size_t i = 0; i < r->parcels.n_parcels; i++) {
        const struct geo_box *b = &r->parcels.parcels[i].shape.box;
        geo_box_add(&all, b->west_deg, b->south_deg);
        geo_box_add(&all, b->east_deg, b->north_deg);
    }
    out->maps[0].parcel = SIZE_MAX;
    out->n_maps = 1;
    enum status s = out->pictures ? map_fill(w, r, &all, &out->maps[0], e) : STATUS_OK;
    for (size_t i = 0; !s && r->parcels.n_parcels > 1 && i < r->parcels.n_parcels; i++) {
        if (!presses(&r->results[i]) || out->n_maps > MAP_DETAILS_MAX)
            continue;
        struct report_map *map = &out->maps[out->n_maps++];
        map->parcel = i;
        if (out->pictures)
            s = map_fill(w, r, &r->parcels.parcels[i].shape.box, map, e);
    }
    return s;
}

/* A shape that GEOS cannot build leaves a gap in the picture, which every form mentions; the figures
 * stand. `all`: of lines that contain, too, which no map shades. */
static enum status overlaps_fill(struct check_worker *w, const struct report *r, bool all,
                                 struct report_maps *out, struct error *e)
{
    out->overlaps =
        arena_array(w->arena, r->parcels.n_parcels * (size_t)report_lines(r)->n + 1, sizeof *out->overlaps);
    if (!out->overlaps)
        return error_no_memory(e);
    for (size_t i = 0; i < r->parcels.n_parcels; i++) {
        for (int l = 0; l < r->results[i].n_layers; l++) {
            const struct layer_finding *f = &r->results[i].layers[l];
            struct map_overlap o = {.parcel = i, .line = f->line};
            if ((!all && f->line->relation != LINE_EXCLUDES) || !f->layer ||
                (f->status != LAYER_OVERLAP && f->status != LAYER_SLIVER))
                continue;
            enum status s = check_overlap_shape(w, f->layer, &r->parcels.parcels[i].shape, NULL, &o.shape, e);
            if (s == STATUS_NO_MEMORY)
                return s;
            out->n_overlaps_failed += s != STATUS_OK;
            if (!s && o.shape.n_polygons)
                out->overlaps[out->n_overlaps++] = o;
        }
    }
    return STATUS_OK;
}

/* ---- districts ---- */

/* By a point inside, for the middle of an L-shaped parcel's box may lie in another county. */
static enum status district_of(struct check_worker *w, const struct snapshot *snapshot,
                               const struct geo_shape *parcel, const char **out, struct error *e)
{
    const struct unit_layer *levels;
    size_t n = snapshot ? snapshot_units(snapshot, &levels) : 0;
    const struct geo_box *b = &parcel->box;
    double place_deg[] = {(b->west_deg + b->east_deg) / 2, (b->south_deg + b->north_deg) / 2};
    (void)geo_inner_point(parcel, &place_deg[0], &place_deg[1]);
    enum status s = STATUS_OK;
    *out = "";
    for (size_t k = 0; !s && k < n; k++) {
        struct index_feature unit;
        s = check_unit_in(w, levels[k].layer, place_deg, &unit, e);
        if (!s && !(*out = arena_printf(w->arena, "%s%s", *out, unit.name)))
            s = error_no_memory(e);
    }
    return s;
}

static enum status districts_fill(struct check_worker *w, const struct report *r, struct report_maps *out,
                                  struct error *e)
{
    out->districts = arena_array(w->arena, r->parcels.n_parcels, sizeof *out->districts);
    if (!out->districts)
        return error_no_memory(e);
    for (size_t i = 0; i < r->parcels.n_parcels; i++) {
        enum status s = district_of(w, r->snapshot, &r->parcels.parcels[i].shape, &out->districts[i], e);
        if (s)
            return s;
    }
    return STATUS_OK;
}

/* ---- by unit ---- */

static int by_line_zone_unit(const void *a, const void *b)
{
    const struct zone_in_unit *x = a, *y = b;
    if (x->line->number != y->line->number)
        return x->line->number - y->line->number;
    return x->zone != y->zone ? x->zone - y->zone : strcmp(x->code, y->code);
}

/* Equal neighbours become one. */
static void add_up(struct report_maps *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->n_by_unit; i++)
        if (n > 0 && by_line_zone_unit(&out->by_unit[n - 1], &out->by_unit[i]) == 0)
            out->by_unit[n - 1].area_m2 += out->by_unit[i].area_m2;
        else
            out->by_unit[n++] = out->by_unit[i];
    out->n_by_unit = n;
}

/* A zone whose shape GEOS cannot build is counted and told; the other figures stand. */
static enum status by_unit_fill(struct check_worker *w, const struct report *r, struct report_maps *out,
                                struct error *e)
{
    size_t capacity = 0;
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        for (int l = 0; l < r->results[i].n_layers; l++) {
            struct zones_in_units found;
            enum status s =
                check_zones_in_units(w, r->snapshot, &r->results[i], &r->results[i].layers[l], &found, e);
            if (s == STATUS_NO_MEMORY)
                return s;
            out->n_by_unit_failed += s != STATUS_OK;
            if (s || found.n == 0)
                continue;
            if (!ARENA_RESERVE(w->arena, out->by_unit, capacity, out->n_by_unit + found.n))
                return error_no_memory(e);
            memcpy(out->by_unit + out->n_by_unit, found.items, found.n * sizeof *found.items);
            out->n_by_unit += found.n;
        }
    if (out->n_by_unit)
        qsort(out->by_unit, out->n_by_unit, sizeof *out->by_unit, by_line_zone_unit);
    add_up(out);
    return STATUS_OK;
}

static enum status borders_fill(struct check_worker *w, const struct report *r, struct report_maps *out,
                                struct error *e)
{
    out->borders = arena_array(w->arena, r->parcels.n_parcels, sizeof *out->borders);
    enum status s = out->borders ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < r->parcels.n_parcels; i++)
        s = map_border_fill(w, &r->parcels.parcels[i], &out->borders[i], e);
    return s;
}

enum status report_maps_fill(struct check_worker *w, const struct report *r, struct map_want want,
                             struct report_maps *out, struct error *e)
{
    /* the boundary is no line to press on: maps draw it, but no common ground with it */
    struct report_maps maps = {.pictures = want.pictures};
    enum status s = want.only_shapes ? STATUS_OK : districts_fill(w, r, &maps, e);
    if (!s && !want.only_shapes)
        s = maps_fill(w, r, &maps, e);
    if (!s)
        s = overlaps_fill(w, r, want.only_shapes, &maps, e);
    if (!s && !want.only_shapes)
        s = by_unit_fill(w, r, &maps, e);
    if (!s && !want.only_shapes)
        s = borders_fill(w, r, &maps, e);
    if (snapshot_look(r->snapshot) != r->n_changed) /* a map would show something else than was measured */
        s = index_changed(e);
    if (!s)
        *out = maps;
    return s;
}
