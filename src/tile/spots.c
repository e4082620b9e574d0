#include "tile/spots.h"

#include "tile/mvt.h"
#include "tile/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = TILE_EXTENT / SPOT_CELL_UNITS, CELLS = SIDE * SIDE };

struct spot {
    double x, y; /* sums */
    uint32_t n, first;
};

struct spotting {
    const struct layer_index *ix;
    struct tile_projection projection;
    const char *zones[SPOT_ZONES_MAX]; /* borrowed from the index */
    size_t n_zones;
    struct spot *spots; /* of a zone CELLS, one row after another */
    bool too_many;
};

static size_t zone_of(struct spotting *s, const char *zone)
{
    size_t i = 0;
    while (i < s->n_zones && strcmp(s->zones[i], zone) != 0)
        i++;
    if (i == SPOT_ZONES_MAX)
        s->too_many = true;
    else if (i == s->n_zones)
        s->zones[s->n_zones++] = zone;
    return i;
}

static bool add(uint32_t feature, void *user)
{
    struct spotting *s = user;
    struct geo_box box = index_feature_box(s->ix, feature);
    double x = tile_project_x(&s->projection, (box.west_deg + box.east_deg) / 2);
    double y = tile_project_y(&s->projection, (box.south_deg + box.north_deg) / 2);
    if (!(x >= 0 && x < TILE_EXTENT && y >= 0 && y < TILE_EXTENT))
        return true; /* of another tile */
    size_t zone = zone_of(s, index_feature_at(s->ix, feature).zone);
    if (s->too_many)
        return false;
    size_t cell = (size_t)(y / SPOT_CELL_UNITS) * SIDE + (size_t)(x / SPOT_CELL_UNITS);
    struct spot *p = &s->spots[zone * CELLS + cell];
    if (p->n++ == 0)
        p->first = feature;
    p->x += x;
    p->y += y;
    return true;
}

static void write_spot(const struct spotting *s, size_t zone, const struct spot *p, struct mvt_writer *w)
{
    struct index_feature f = index_feature_at(s->ix, p->first);
    const struct mvt_point at = {(int32_t)floor(p->x / p->n), (int32_t)floor(p->y / p->n)};
    bool alone = p->n == 1;
    const char *const tags[MVT_TEXTS] = {alone ? f.code : NULL, alone ? f.name : NULL, s->zones[zone]};
    mvt_feature_begin(w);
    mvt_points(w, &at, 1);
    mvt_feature_end(w, alone ? (uint64_t)f.id : 0, tags, p->n);
}

/* As features come, whatever tables of zones an index has. */
static enum status fail_zones(struct error *e)
{
    error_zh(e, "图层的分区多于 %d 种，不能画成点；请放大地图。", SPOT_ZONES_MAX);
    return error_fail(e, STATUS_UNSUPPORTED, "tile-zones",
                      "The layer has more than %d zones and cannot be drawn as points; zoom in.",
                      SPOT_ZONES_MAX);
}

static enum status write_all(const struct spotting *s, const char *layer, struct buffer *out, struct error *e)
{
    static const char *const keys[MVT_KEYS] = {"code", "name", "zone", "merged"};
    struct mvt_writer w;
    mvt_init(&w);
    for (size_t i = 0; i < s->n_zones * CELLS; i++)
        if (s->spots[i].n)
            write_spot(s, i / CELLS, &s->spots[i], &w);
    enum status status = index_is_trusted(s->ix) ? mvt_layer_end(&w, layer, keys, out, e) : index_changed(e);
    mvt_release(&w);
    return status;
}

enum status tile_encode_spots(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                              struct buffer *out, struct error *e)
{
    struct spotting s = {.ix = ix, .projection = tile_projection_of(t)};
    struct geo_box box = tile_box(t, TILE_BUFFER_UNITS);
    s.spots = calloc((size_t)SPOT_ZONES_MAX * CELLS, sizeof *s.spots);
    if (!s.spots)
        return error_no_memory(e);
    enum status status = index_candidates(ix, &box, add, &s, e);
    if (!status)
        status = s.too_many ? fail_zones(e) : write_all(&s, layer, out, e);
    free(s.spots);
    return status;
}
