#include "tile/tile.h"

#include "tile/border.h"
#include "tile/contour.h"
#include "tile/dust.h"
#include "tile/nest.h"

#include <math.h>
#include <stdlib.h>

/* Map libraries keep tile coordinates in 16 bits with room for two tiles on each side: half a tile is
 * safe. */
enum { SMALL_FEATURE_VERTICES = 512, WHOLE_FEATURE_UNITS = TILE_EXTENT / 2 };
/* How coarsely a tile is drawn: 0 as finely as can be seen, and for each step cells of twice the width. Then
 * everything is dust, and at last without its zones: that fits, whatever is in the index. */
enum { COARSEST_FORMS = 7, ALL_DUST = 8, ONE_ZONE = 9 };
/* What the layer's message needs beside features and values. */
enum { MESSAGE_BYTES = 2048 };

struct tile_scratch {
    struct index_clip_scratch *clip;
    struct mvt_writer writer;
    struct unit_rings rings;
    struct ring_set rounded, drawn;
    struct border_scratch *border;
    struct nest_scratch *nest;
    struct contour_scratch *contour;
    struct cover cover;
    struct dust *dust;
};

struct tile_scratch *tile_scratch_new(void)
{
    struct tile_scratch *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    mvt_init(&s->writer);
    cover_init(&s->cover);
    s->clip = index_clip_scratch_new();
    s->border = border_scratch_new();
    s->nest = nest_scratch_new();
    s->contour = contour_scratch_new();
    s->dust = dust_new();
    if (!s->clip || !s->border || !s->nest || !s->contour || !s->dust) {
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
    unit_rings_release(&s->rings);
    ring_set_release(&s->rounded);
    ring_set_release(&s->drawn);
    border_scratch_free(s->border);
    nest_scratch_free(s->nest);
    contour_scratch_free(s->contour);
    cover_release(&s->cover);
    dust_free(s->dust);
    free(s);
}

/* One tile under way. */
struct encoder {
    const struct layer_index *ix;
    struct tile_scratch *scratch;
    struct tile_projection projection;
    struct geo_box box;      /* with the buffer: what meets it is drawn */
    struct geo_box wide_box; /* what lies within it need not be cut */
    bool exact;              /* each feature by itself, at its points */
    bool all_dust;
    bool no_dust;       /* is written */
    int32_t cell;       /* of contours, units */
    int32_t dust_side;  /* of the dust's cells, units */
    double dust_units2; /* below this a form is not seen */
    bool too_large;     /* the tile has become */
    enum status status;
    struct error *error;
};

/* ---- a feature's rings ---- */

static bool take_ring(const struct index_clip_ring *r, void *user)
{
    struct encoder *c = user;
    unit_rings_add(&c->scratch->rings, &c->projection, r->lon_deg, r->lat_deg, r->n);
    return !c->scratch->rings.out_of_memory;
}

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

static double between(double v, double low, double high)
{
    return v >= low ? (v <= high ? v : high) : low;
}

/* By copies that lie in the wide box, as is_small has found them to: the file may be another by now
 * (index_is_trusted), and what is drawn must stay near the tile even if it is thrown away. */
static void take_whole(struct encoder *c, const struct index_feature *f)
{
    const struct geo_box *wide = &c->wide_box;
    double lon[SMALL_FEATURE_VERTICES], lat[SMALL_FEATURE_VERTICES];
    for (uint32_t i = 0; i < f->n_rings; i++) {
        struct index_clip_ring r = ring_at(c->ix, f->first_ring + i);
        struct geo_box box = geo_box_of(r.lon_deg, r.lat_deg, r.n);
        if (!geo_box_overlaps(&box, &c->box))
            continue;
        for (uint32_t k = 0; k < r.n; k++) {
            lon[k] = between(r.lon_deg[k], wide->west_deg, wide->east_deg);
            lat[k] = between(r.lat_deg[k], wide->south_deg, wide->north_deg);
        }
        take_ring(&(struct index_clip_ring){lon, lat, r.n}, c);
    }
}

/* ---- dust ---- */

static bool is_spread(const struct encoder *c, const struct geo_box *box)
{
    return (box->east_deg - box->west_deg) * c->projection.x_scale > c->dust_side ||
           (box->north_deg - box->south_deg) * tile_units_per_lat_deg(&c->projection, box->north_deg) >
               c->dust_side;
}

/* A feature no larger than a cell of dust is an area at a place: its rings are not looked at. */
static bool is_speck(struct encoder *c, const struct index_feature *f)
{
    struct geo_box box = geo_box_empty();
    for (uint32_t r = 0; r < f->n_rings && !c->exact; r++) {
        struct geo_box ring = index_ring_box(c->ix, f->first_ring + r);
        geo_box_add(&box, ring.west_deg, ring.south_deg);
        geo_box_add(&box, ring.east_deg, ring.north_deg);
        if (is_spread(c, &box)) /* mostly after the first ring of many */
            return false;
    }
    if (c->exact)
        return false;
    double lon = (box.west_deg + box.east_deg) / 2, lat = (box.south_deg + box.north_deg) / 2;
    double area = f->area_m2 * tile_units2_per_m2(&c->projection, lat);
    struct cover *cover = area < c->dust_units2 ? dust_zone(c->scratch->dust, f->zone) : NULL;
    if (!cover)
        return false;
    cover_add_area(cover, tile_project_x(&c->projection, lon), tile_project_y(&c->projection, lat), area);
    dust_count(c->scratch->dust);
    return true;
}

/* Hands the rings that are too small for a form to the dust, with the holes that follow them; the others
 * move to the front of the list. */
static void sort_out_dust(struct encoder *c, const struct index_feature *f)
{
    struct unit_rings *s = &c->scratch->rings;
    bool dust = false;
    size_t kept = 0, n = 0;
    for (size_t r = 0; r < s->n_rings; r++) {
        double area = unit_rings_area(s, r);
        if (area > 0)
            dust = c->all_dust || area < c->dust_units2;
        struct cover *cover = dust ? dust_zone(c->scratch->dust, f->zone) : NULL;
        if (cover) {
            cover_add(cover, s, r);
            continue;
        }
        uint32_t first = s->start[r], count = s->start[r + 1] - first;
        for (uint32_t i = 0; kept < r && i < count; i++) {
            s->x[n + i] = s->x[first + i];
            s->y[n + i] = s->y[first + i];
        }
        s->start[kept++] = (uint32_t)n;
        n += count;
    }
    bool all = kept == 0 && s->n_rings > 0;
    s->n_rings = kept;
    if (kept)
        s->start[kept] = (uint32_t)n;
    s->n = n;
    if (all)
        dust_count(c->scratch->dust);
}

static void give_to_dust(struct encoder *c, const struct index_feature *f)
{
    struct cover *cover = dust_zone(c->scratch->dust, f->zone);
    for (size_t r = 0; cover && r < c->scratch->rings.n_rings; r++)
        cover_add(cover, &c->scratch->rings, r);
    dust_count(c->scratch->dust);
}

/* ---- forms ---- */

/* Drawn as they are by so many points, or by the line around them by fewer? */
static bool has_few_points(const struct encoder *c)
{
    const struct unit_rings *s = &c->scratch->rings;
    double length = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->start[r] + 1; i < s->start[r + 1]; i++)
            length += fabs(s->x[i] - s->x[i - 1]) + fabs(s->y[i] - s->y[i - 1]);
    return (double)s->n <= length / c->cell + 8 * (double)s->n_rings;
}

static bool area_is_kept(double drawn, double truth, double tolerance)
{
    return fabs(drawn - truth) <= tolerance * fabs(truth);
}

static double set_area(const struct ring_set *s)
{
    int64_t twice = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        twice += ring_set_twice_area(s, r);
    return (double)twice / 2;
}

/* The rings in whole units; those of which nothing is left are out, and holes in them. */
static void round_rings(struct encoder *c)
{
    struct ring_set *out = &c->scratch->rounded;
    const struct unit_rings *s = &c->scratch->rings;
    bool outer_is_drawn = false;
    ring_set_clear(out);
    for (size_t r = 0; r < s->n_rings && !out->out_of_memory; r++) {
        bool outer = unit_rings_area(s, r) > 0;
        if (!outer && !outer_is_drawn)
            continue;
        size_t before = out->n_rings;
        ring_set_round(out, s, r);
        bool drawn = out->n_rings > before;
        if (drawn) {
            int64_t twice = ring_set_twice_area(out, before);
            drawn = outer ? twice >= 2 : twice <= -2;
            if (!drawn)
                ring_set_drop_last(out);
        }
        if (outer)
            outer_is_drawn = drawn;
    }
}

static double rings_area(const struct unit_rings *s)
{
    double area = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        area += unit_rings_area(s, r);
    return area;
}

/* As they are, in whole units. false: they would cross, or be of another area, and nothing was drawn. */
static bool draw_rounded(struct encoder *c, bool cut)
{
    enum { MARGIN = TILE_BUFFER_UNITS };
    static const struct border_box border = {-MARGIN, -MARGIN, TILE_EXTENT + MARGIN, TILE_EXTENT + MARGIN};
    struct tile_scratch *s = c->scratch;
    const struct ring_set *set = &s->rounded;
    round_rings(c);
    if (cut) {
        if (!border_relink(&s->rounded, &border, s->border, &s->drawn))
            return false;
        set = &s->drawn;
    }
    if (set->out_of_memory || !(c->exact || area_is_kept(set_area(set), rings_area(&s->rings), 0.03)))
        return false;
    return ring_set_apart(set) && nest_write(set, s->nest, &s->writer);
}

/* The cells that the rings can touch, within the tile and its buffer. false: none. */
static bool grid_of(const struct encoder *c, struct cover_grid *grid)
{
    const struct unit_rings *s = &c->scratch->rings;
    double low_x = INFINITY, low_y = INFINITY, high_x = -INFINITY, high_y = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        low_x = fmin(low_x, s->x[i]);
        high_x = fmax(high_x, s->x[i]);
        low_y = fmin(low_y, s->y[i]);
        high_y = fmax(high_y, s->y[i]);
    }
    double most = ceil((double)(TILE_EXTENT + 2 * TILE_BUFFER_UNITS) / c->cell);
    double column = fmax(0, floor((low_x + TILE_BUFFER_UNITS) / c->cell));
    double row = fmax(0, floor((low_y + TILE_BUFFER_UNITS) / c->cell));
    double columns = fmin(most, floor((high_x + TILE_BUFFER_UNITS) / c->cell) + 1) - column;
    double rows = fmin(most, floor((high_y + TILE_BUFFER_UNITS) / c->cell) + 1) - row;
    if (!(columns >= 1 && rows >= 1))
        return false;
    *grid = (struct cover_grid){(int32_t)column * c->cell - TILE_BUFFER_UNITS,
                                (int32_t)row * c->cell - TILE_BUFFER_UNITS, c->cell, (int32_t)columns,
                                (int32_t)rows};
    return true;
}

/* The line around what the rings cover, at the level at which it has their area. Leaves in `drawn` what comes
 * nearest; its area. */
static double contour_of_area(struct encoder *c, double truth)
{
    enum { TRIES = 6 };
    struct tile_scratch *s = c->scratch;
    double low = 0.02, high = 0.98, level = 0.5, best = 0.5, best_off = INFINITY, area = 0;
    for (int i = 0; i < TRIES; i++) {
        if (!contour_rings(s->contour, level, &s->drawn))
            break;
        area = set_area(&s->drawn);
        if (fabs(area - truth) < best_off) {
            best_off = fabs(area - truth);
            best = level;
        }
        if (area_is_kept(area, truth, 0.02))
            return area;
        *(area < truth ? &high : &low) = level;
        level = (low + high) / 2;
    }
    if (!contour_rings(s->contour, best, &s->drawn))
        c->status = error_no_memory(c->error);
    return set_area(&s->drawn);
}

/* By the line around what they cover. false: that would be of another area, and nothing was drawn. */
static bool draw_contour(struct encoder *c)
{
    struct tile_scratch *s = c->scratch;
    struct cover_grid grid;
    if (!grid_of(c, &grid))
        return true;
    cover_begin(&s->cover, &grid);
    for (size_t r = 0; r < s->rings.n_rings; r++)
        cover_add(&s->cover, &s->rings, r);
    cover_settle(&s->cover);
    if (!contour_begin(&s->cover, s->contour))
        c->status = error_no_memory(c->error);
    double truth = cover_total(&s->cover), drawn = c->status ? 0 : contour_of_area(c, truth);
    if (c->status || (!c->exact && !area_is_kept(drawn, truth, 0.06)))
        return false;
    if (!nest_write(&s->drawn, s->nest, &s->writer))
        c->status = error_no_memory(c->error);
    return true;
}

/* From the exact zoom on nothing vanishes. */
static void draw_point(struct encoder *c)
{
    const struct unit_rings *s = &c->scratch->rings;
    int32_t x = (int32_t)floor(s->x[0]), y = (int32_t)floor(s->y[0]);
    const struct mvt_point square[4] = {{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}};
    mvt_ring(&c->scratch->writer, square, 4);
}

static void draw_rings(struct encoder *c, const struct index_feature *f, bool cut)
{
    bool drawn = (c->exact || has_few_points(c)) && draw_rounded(c, cut);
    if (!drawn)
        drawn = draw_contour(c);
    if (!drawn && !c->status)
        give_to_dust(c, f);
    if (c->exact && mvt_feature_is_empty(&c->scratch->writer))
        draw_point(c);
}

/* ---- features ---- */

static bool draw_feature(uint32_t number, void *user)
{
    struct encoder *c = user;
    struct mvt_writer *w = &c->scratch->writer;
    struct index_feature f = index_feature_at(c->ix, number);
    c->too_large = mvt_size(w) > TILE_MAX_BYTES - MESSAGE_BYTES;
    if (c->too_large || is_speck(c, &f))
        return !c->too_large;
    unit_rings_clear(&c->scratch->rings);
    bool small = is_small(c, &f);
    if (small)
        take_whole(c, &f);
    else
        c->status = index_clip_feature(c->ix, number, &c->box, c->scratch->clip, take_ring, c, c->error);
    if (!c->status && c->scratch->rings.out_of_memory)
        c->status = error_no_memory(c->error);
    if (c->status)
        return false;
    if (!c->exact)
        sort_out_dust(c, &f);
    if (c->scratch->rings.n_rings == 0)
        return true;
    mvt_feature_begin(w);
    draw_rings(c, &f, !small);
    const char *const tags[MVT_TEXTS] = {f.code, f.name, f.zone};
    mvt_feature_end(w, (uint64_t)f.id, tags, 0);
    return c->status == STATUS_OK;
}

/* Where edges are taken together: no further than can be seen, at the latitude where a degree is longest. */
static void thin_edges(struct encoder *c)
{
    struct geo_box all = index_box(c->ix);
    double north = fmin(c->box.north_deg, all.north_deg), south = fmax(c->box.south_deg, all.south_deg);
    double lat = fmax(fabs(north), fabs(south)), units = c->exact ? 0.5 : 0.25 * c->cell;
    index_clip_scratch_thin(c->scratch->clip, units / c->projection.x_scale,
                            units / tile_units_per_lat_deg(&c->projection, fmin(lat, 89)));
}

/* The tile as coarsely as that; c->too_large tells when it is to be drawn again. */
static enum status encode_at(struct encoder *c, const struct tile_id *t, int coarseness)
{
    static const int32_t finest_cell = 4;
    int32_t doublings = coarseness < COARSEST_FORMS ? coarseness : COARSEST_FORMS;
    c->exact = t->z >= TILE_EXACT_ZOOM && coarseness == 0;
    c->all_dust = coarseness >= ALL_DUST;
    c->cell = finest_cell << doublings;
    c->dust_side = 2 * c->cell;
    c->dust_units2 = c->all_dust ? INFINITY : (double)c->dust_side * c->dust_side;
    c->too_large = false;
    c->status = STATUS_OK;
    mvt_clear(&c->scratch->writer);
    dust_begin(c->scratch->dust, c->dust_side, coarseness >= ONE_ZONE);
    thin_edges(c);
    enum status status = index_candidates(c->ix, &c->box, draw_feature, c, c->error);
    if (!status)
        status = c->status;
    if (!status && !c->too_large && !c->no_dust && !dust_write(c->scratch->dust, &c->scratch->writer))
        status = error_no_memory(c->error);
    c->too_large |= mvt_size(&c->scratch->writer) > TILE_MAX_BYTES - MESSAGE_BYTES;
    return status;
}

static enum status encode(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                          bool no_dust, struct tile_scratch *s, struct buffer *out, struct error *e)
{
    static const char *const keys[MVT_KEYS] = {"code", "name", "zone", "merged"};
    struct encoder c = {
        .ix = ix,
        .scratch = s,
        .no_dust = no_dust,
        .projection = tile_projection_of(t),
        .box = tile_box(t, TILE_BUFFER_UNITS),
        .wide_box = tile_box(t, WHOLE_FEATURE_UNITS),
        .error = e,
    };
    enum status status = encode_at(&c, t, 0);
    for (int coarseness = 1; !status && c.too_large && coarseness <= ONE_ZONE; coarseness++)
        status = encode_at(&c, t, coarseness);
    if (!index_is_trusted(ix))
        return index_changed(e);
    return status ? status : mvt_layer_end(&s->writer, layer, keys, out, e);
}

enum status tile_encode(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                        struct tile_scratch *s, struct buffer *out, struct error *e)
{
    return encode(ix, layer, t, false, s, out, e);
}

enum status tile_encode_forms(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                              struct tile_scratch *s, struct buffer *out, struct error *e)
{
    return encode(ix, layer, t, true, s, out, e);
}

/* ---- an area of no index ---- */

enum status tile_draw_area(const struct tile_id *t, int32_t cell, struct unit_rings *rings,
                           struct mvt_writer *w, struct tile_scratch *s, struct error *e)
{
    struct encoder c = {.scratch = s,
                        .projection = tile_projection_of(t),
                        .exact = t->z >= TILE_EXACT_ZOOM,
                        .cell = cell,
                        .error = e};
    const struct unit_rings own_rings = s->rings;
    const struct mvt_writer own_writer = s->writer;
    s->rings = *rings;
    s->writer = *w;
    if (!(c.exact || has_few_points(&c)) || !draw_rounded(&c, true))
        (void)draw_contour(&c);
    if (!c.status && mvt_feature_is_empty(&s->writer))
        draw_point(&c);
    *rings = s->rings;
    *w = s->writer;
    s->rings = own_rings;
    s->writer = own_writer;
    return c.status;
}
