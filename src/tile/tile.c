#include "tile/tile.h"

#include "tile/ring.h"

#include <math.h>
#include <stdlib.h>

/* Map libraries keep tile coordinates in 16 bits with room for two tiles on each side: half a tile is
 * safe. */
enum { SMALL_FEATURE_VERTICES = 512, WHOLE_FEATURE_UNITS = MVT_EXTENT / 2 };

struct tile_scratch {
    struct index_clip_scratch *clip;
    struct mvt_writer writer;
    struct tile_ring ring;
};

enum status tile_id_check(const struct tile_id *t, struct error *e)
{
    if (t->z <= TILE_MAX_ZOOM && t->x < 1u << t->z && t->y < 1u << t->z)
        return STATUS_OK;
    error_zh(e, "瓦片 %u/%u/%u 不存在：级别为 0 至 %d，行列号须小于 2 的级别次方。", t->z, t->x, t->y,
             TILE_MAX_ZOOM);
    return error_fail(
        e, STATUS_INVALID_INPUT, "tile-out-of-range",
        "There is no tile %u/%u/%u: zoom is 0 to %d, and column and row are below 2 to that power.", t->z,
        t->x, t->y, TILE_MAX_ZOOM);
}

struct geo_box tile_box(const struct tile_id *t, double buffer_units)
{
    double margin = buffer_units / MVT_EXTENT, columns = ldexp(1, (int)t->z);
    return (struct geo_box){
        .west_deg = (t->x - margin) / columns * 360 - 180,
        .east_deg = (t->x + 1 + margin) / columns * 360 - 180,
        .north_deg = tile_row_lat_deg(t->y - margin, t->z),
        .south_deg = tile_row_lat_deg(t->y + 1 + margin, t->z),
    };
}

struct tile_scratch *tile_scratch_new(void)
{
    struct tile_scratch *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    mvt_init(&s->writer);
    s->clip = index_clip_scratch_new();
    if (!s->clip) {
        tile_scratch_free(s);
        return NULL;
    }
    return s;
}

void tile_scratch_free(struct tile_scratch *s)
{
    if (!s)
        return;
    index_clip_scratch_free(s->clip);
    mvt_release(&s->writer);
    tile_ring_release(&s->ring);
    free(s);
}

/* One tile under way. */
struct encoder {
    const struct layer_index *ix;
    struct tile_scratch *scratch;
    struct tile_projection projection;
    struct geo_box box;      /* with the buffer: what meets it is drawn */
    struct geo_box wide_box; /* what lies within it need not be cut */
    bool exact;              /* from TILE_EXACT_ZOOM on */
    double units2_per_deg2;  /* of area, about; for dust */
    double dust_units2;
    enum status status;
    struct error *error;
    /* the feature under way */
    bool outer_was_drawn; /* holes of an outer ring that is not drawn are not drawn either */
    bool has_place;
    struct mvt_point place; /* of its first outer ring */
};

/* Positive for an outer ring. Relative to the first vertex, so that small rings keep their digits. */
static double signed_area_deg2(const struct index_clip_ring *r)
{
    double sum = 0;
    for (uint32_t i = 1; i + 1 < r->n; i++) {
        double ax = r->lon_deg[i] - r->lon_deg[0], ay = r->lat_deg[i] - r->lat_deg[0];
        double bx = r->lon_deg[i + 1] - r->lon_deg[0], by = r->lat_deg[i + 1] - r->lat_deg[0];
        sum += ax * by - bx * ay;
    }
    return sum / 2;
}

static struct mvt_point place_of(const struct encoder *c, const struct index_clip_ring *r)
{
    const struct tile_projection *p = &c->projection;
    return (struct mvt_point){
        .x = (int32_t)floor(r->lon_deg[0] * p->x_scale - p->x_origin),
        .y = (int32_t)floor(asinh(tan(r->lat_deg[0] * (M_PI / 180))) * p->y_scale - p->y_origin),
    };
}

static void draw_square(struct encoder *c, struct mvt_point at, int32_t side)
{
    const struct mvt_point square[4] = {
        at, {at.x + side, at.y}, {at.x + side, at.y + side}, {at.x, at.y + side}};
    mvt_ring(&c->scratch->writer, square, 4);
}

static void settle_dust(struct encoder *c, const struct index_clip_ring *r, double area_deg2)
{
    c->dust_units2 += area_deg2 * c->units2_per_deg2;
    if (c->dust_units2 < TILE_DUST_UNITS2)
        return;
    c->dust_units2 -= TILE_DUST_UNITS2;
    draw_square(c, place_of(c, r), 2);
}

/* In y-down units the directions of degrees are mirrored: a ring that is still itself after rounding has an
 * area of the other sign, and turning it round gives MVT's direction. */
static bool draw_ring(const struct index_clip_ring *r, void *user)
{
    struct encoder *c = user;
    struct tile_ring *ring = &c->scratch->ring;
    double area_deg2 = signed_area_deg2(r);
    bool outer = area_deg2 > 0;
    if (!outer && !c->outer_was_drawn)
        return true;
    tile_ring_project(ring, &c->projection, r->lon_deg, r->lat_deg, r->n);
    int64_t twice_area = -tile_ring_twice_area(ring);
    int64_t smallest = c->exact ? 2 : 2 * TILE_DUST_UNITS2;
    bool drawn = outer ? twice_area >= smallest : twice_area <= -smallest;
    if (drawn) {
        tile_ring_reverse(ring);
        mvt_ring(&c->scratch->writer, ring->points, ring->n);
    } else if (outer && !c->exact) {
        settle_dust(c, r, area_deg2);
    }
    if (outer) {
        c->outer_was_drawn = drawn;
        if (!c->has_place)
            c->place = place_of(c, r);
        c->has_place = true;
    }
    return !ring->out_of_memory;
}

/* ---- features ---- */

static bool lies_within(const struct geo_box *a, const struct geo_box *b)
{
    return a->west_deg >= b->west_deg && a->east_deg <= b->east_deg && a->south_deg >= b->south_deg &&
           a->north_deg <= b->north_deg;
}

static struct index_clip_ring ring_at(const struct layer_index *ix, uint32_t number)
{
    struct index_clip_ring r;
    r.n = index_ring(ix, number, &r.lon_deg, &r.lat_deg);
    return r;
}

/* Few vertices, and no part in the tile that reaches far beyond it: cutting would cost more than it saves. */
static bool is_small(const struct encoder *c, const struct index_feature *f)
{
    uint32_t n_vertices = 0;
    for (uint32_t i = 0; i < f->n_rings; i++) {
        struct index_clip_ring r = ring_at(c->ix, f->first_ring + i);
        n_vertices += r.n;
        if (n_vertices > SMALL_FEATURE_VERTICES)
            return false;
        struct geo_box box = geo_box_of(r.lon_deg, r.lat_deg, r.n);
        if (geo_box_overlaps(&box, &c->box) && !lies_within(&box, &c->wide_box))
            return false;
    }
    return true;
}

static void draw_whole(struct encoder *c, const struct index_feature *f)
{
    for (uint32_t i = 0; i < f->n_rings; i++) {
        struct index_clip_ring r = ring_at(c->ix, f->first_ring + i);
        struct geo_box box = geo_box_of(r.lon_deg, r.lat_deg, r.n);
        if (geo_box_overlaps(&box, &c->box))
            draw_ring(&r, c);
    }
}

static bool draw_feature(uint32_t number, void *user)
{
    struct encoder *c = user;
    struct mvt_writer *w = &c->scratch->writer;
    c->outer_was_drawn = c->has_place = false;
    mvt_feature_begin(w);
    struct index_feature f = index_feature_at(c->ix, number);
    if (is_small(c, &f))
        draw_whole(c, &f);
    else
        c->status = index_clip_feature(c->ix, number, &c->box, c->scratch->clip, draw_ring, c, c->error);
    if (c->status)
        return false;
    if (c->exact && c->has_place && mvt_feature_is_empty(w))
        draw_square(c, c->place, 1);
    const char *const tags[MVT_KEYS] = {f.code, f.name, f.zone};
    mvt_feature_end(w, (uint64_t)f.id, tags);
    return !c->scratch->ring.out_of_memory;
}

static double units2_per_deg2(const struct tile_id *t, const struct tile_projection *p)
{
    struct geo_box box = tile_box(t, 0);
    return p->x_scale * MVT_EXTENT / (box.north_deg - box.south_deg);
}

enum status tile_encode(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                        struct tile_scratch *s, struct buffer *out, struct error *e)
{
    static const char *const keys[MVT_KEYS] = {"code", "name", "zone"};
    struct encoder c = {
        .ix = ix,
        .scratch = s,
        .projection = tile_projection_of(t->z, t->x, t->y),
        .box = tile_box(t, TILE_BUFFER_UNITS),
        .wide_box = tile_box(t, WHOLE_FEATURE_UNITS),
        .exact = t->z >= TILE_EXACT_ZOOM,
        .error = e,
    };
    c.units2_per_deg2 = units2_per_deg2(t, &c.projection);
    mvt_clear(&s->writer);
    s->ring.out_of_memory = false;
    enum status status = index_candidates(ix, &c.box, draw_feature, &c, e);
    if (!status)
        status = c.status;
    if (!status && s->ring.out_of_memory)
        status = error_no_memory(e);
    return status ? status : mvt_layer_end(&s->writer, layer, keys, out, e);
}
