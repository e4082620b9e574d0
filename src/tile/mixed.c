#include "tile/mixed.h"

#include "base/array.h"
#include "index/ring_clip.h"
#include "tile/ring.h"

#include <math.h>
#include <stdlib.h>

/* How coarsely: 0 as finely as can be seen, and for each step twice as wide. */
enum { COARSEST = 6, LINE_UNITS = 2, AREA_UNITS = 4, POINT_UNITS = 16, MESSAGE_BYTES = 2048 };

/* A point that waits for its cell. */
struct waiting {
    uint32_t cell, number; /* of the cell, and of the point in the order of features */
    size_t feature;
    struct mvt_point at;
};

struct drawing {
    const struct mixed_layer *layer;
    const struct tile_id *tile;
    struct tile_scratch *scratch;
    struct tile_projection projection;
    struct geo_box box; /* with the buffer */
    int coarseness;
    struct mvt_writer w;
    struct unit_rings units; /* pieces of lines, or rings, in the tile */
    struct ring_clip rings, half;
    struct mvt_point *points; /* of a feature */
    size_t cap_points;
    struct waiting *waiting;
    size_t n_waiting, cap_waiting;
    bool out_of_memory;
    enum status status;
    struct error *error;
};

static bool is_exact(const struct drawing *d)
{
    return d->tile->z >= TILE_EXACT_ZOOM && d->coarseness == 0;
}

static void end_feature(struct drawing *d, const struct mixed_feature *f)
{
    mvt_feature_end(&d->w, (uint64_t)f->id, f->tags, 0);
}

/* ---- points ---- */

static bool in_box(const struct geo_box *b, double lon, double lat)
{
    return lon >= b->west_deg && lon <= b->east_deg && lat >= b->south_deg && lat <= b->north_deg;
}

static struct mvt_point project(const struct drawing *d, double lon, double lat)
{
    return (struct mvt_point){(int32_t)floor(tile_project_x(&d->projection, lon)),
                              (int32_t)floor(tile_project_y(&d->projection, lat))};
}

/* The points of a feature that lie here, into d->points; how many. */
static size_t collect_points(struct drawing *d, const struct geojson_geometry *g)
{
    size_t n = 0;
    for (uint32_t p = 0; p < g->n_parts && !d->out_of_memory; p++) {
        uint32_t at = g->ring_start[g->parts[p].first_ring];
        if (g->parts[p].kind != GEOJSON_POINT || !in_box(&d->box, g->x[at], g->y[at]))
            continue;
        d->out_of_memory = !ARRAY_RESERVE(d->points, d->cap_points, n + 1);
        if (!d->out_of_memory)
            d->points[n++] = project(d, g->x[at], g->y[at]);
    }
    return n;
}

static void draw_points(struct drawing *d, size_t feature)
{
    const struct mixed_feature *f = &d->layer->features[feature];
    size_t n = collect_points(d, f->geometry);
    int32_t side = POINT_UNITS << d->coarseness;
    if (n == 0 || d->out_of_memory)
        return;
    if (d->coarseness == 0) {
        mvt_feature_begin(&d->w);
        mvt_points(&d->w, d->points, (uint32_t)n);
        end_feature(d, f);
        return;
    }
    d->out_of_memory = !ARRAY_RESERVE(d->waiting, d->cap_waiting, d->n_waiting + n);
    for (size_t i = 0; i < n && !d->out_of_memory; i++) {
        uint32_t column = (uint32_t)((d->points[i].x + TILE_EXTENT) / side),
                 row = (uint32_t)((d->points[i].y + TILE_EXTENT) / side);
        d->waiting[d->n_waiting] =
            (struct waiting){row << 16 | column, (uint32_t)d->n_waiting, feature, d->points[i]};
        d->n_waiting++;
    }
}

static int by_cell(const void *a, const void *b)
{
    const struct waiting *p = a, *q = b;
    if (p->cell != q->cell)
        return p->cell < q->cell ? -1 : 1;
    return p->number < q->number ? -1 : 1;
}

/* One for each cell, where its first is. */
static void draw_waiting(struct drawing *d)
{
    static const char *const nothing[MVT_TEXTS] = {NULL};
    if (d->n_waiting)
        qsort(d->waiting, d->n_waiting, sizeof *d->waiting, by_cell);
    for (size_t i = 0, n; i < d->n_waiting; i += n) {
        for (n = 1; i + n < d->n_waiting && d->waiting[i + n].cell == d->waiting[i].cell; n++)
            ;
        mvt_feature_begin(&d->w);
        mvt_points(&d->w, &d->waiting[i].at, 1);
        if (n == 1)
            end_feature(d, &d->layer->features[d->waiting[i].feature]);
        else
            mvt_feature_end(&d->w, 0, nothing, n);
    }
}

/* ---- lines ---- */

/* A segment, and what of it lies in the box: from `in` to `out`, parts of its length. */
struct segment {
    double x0, y0, dx, dy;
    double in, out;
};

/* Liang and Barsky: one side of the box, where `toward` is how fast the segment leaves it and `room` how
 * far it has to go. */
static bool cut_side(struct segment *s, double toward, double room)
{
    if (toward == 0)
        return room >= 0;
    double at = room / toward;
    if (toward > 0)
        s->out = fmin(s->out, at);
    else
        s->in = fmax(s->in, at);
    return true;
}

static bool cut_segment(struct segment *s, const struct geo_box *b)
{
    s->in = 0;
    s->out = 1;
    return cut_side(s, -s->dx, s->x0 - b->west_deg) && cut_side(s, s->dx, b->east_deg - s->x0) &&
           cut_side(s, -s->dy, s->y0 - b->south_deg) && cut_side(s, s->dy, b->north_deg - s->y0) &&
           s->in <= s->out;
}

/* The piece that lies in d->half goes to the units. */
static void end_piece(struct drawing *d)
{
    const struct ring_clip *piece = &d->half;
    if (piece->n_vertices > 1)
        unit_rings_add(&d->units, &d->projection, piece->x, piece->y, (uint32_t)piece->n_vertices);
    ring_clip_clear(&d->half);
}

static void add_to_piece(struct drawing *d, const struct segment *s, double part)
{
    d->out_of_memory |= !ring_clip_point(&d->half, s->x0 + part * s->dx, s->y0 + part * s->dy);
}

static void cut_line(struct drawing *d, const struct geojson_geometry *g, uint32_t ring)
{
    ring_clip_clear(&d->half);
    for (uint32_t i = g->ring_start[ring]; i + 1 < g->ring_start[ring + 1] && !d->out_of_memory; i++) {
        struct segment s = {g->x[i], g->y[i], g->x[i + 1] - g->x[i], g->y[i + 1] - g->y[i], 0, 1};
        if (!cut_segment(&s, &d->box)) {
            end_piece(d);
            continue;
        }
        if (s.in > 0 || d->half.n_vertices == 0) {
            end_piece(d);
            add_to_piece(d, &s, s.in);
        }
        if (s.out < 1) {
            add_to_piece(d, &s, s.out);
            end_piece(d);
        } else if (!d->out_of_memory) { /* the vertex itself, without rounding */
            d->out_of_memory = !ring_clip_point(&d->half, g->x[i + 1], g->y[i + 1]);
        }
    }
    end_piece(d);
}

static bool is_near(struct mvt_point a, struct mvt_point b, int32_t units)
{
    return abs(a.x - b.x) < units && abs(a.y - b.y) < units;
}

/* A line that rounds to a point is a unit long: it does not vanish. */
static void draw_piece(struct drawing *d, size_t piece)
{
    const struct unit_rings *u = &d->units;
    int32_t units = is_exact(d) ? 1 : LINE_UNITS << d->coarseness;
    uint32_t first = u->start[piece], end = u->start[piece + 1], n = 0;
    d->out_of_memory |= !ARRAY_RESERVE(d->points, d->cap_points, (size_t)(end - first) + 1);
    if (d->out_of_memory)
        return;
    for (uint32_t i = first; i < end; i++) {
        struct mvt_point p = {(int32_t)lround(u->x[i]), (int32_t)lround(u->y[i])};
        bool last = i + 1 == end;
        if (last && n > 1 && is_near(d->points[n - 1], p, units))
            n--; /* the end stays where it is */
        if (n == 0 || !is_near(d->points[n - 1], p, last ? 1 : units))
            d->points[n++] = p;
    }
    if (n == 1) {
        d->points[1] = (struct mvt_point){d->points[0].x + 1, d->points[0].y};
        n = 2;
    }
    mvt_line(&d->w, d->points, n);
}

static void draw_lines(struct drawing *d, const struct mixed_feature *f)
{
    const struct geojson_geometry *g = f->geometry;
    unit_rings_clear(&d->units);
    for (uint32_t p = 0; p < g->n_parts; p++)
        if (g->parts[p].kind == GEOJSON_LINE)
            cut_line(d, g, g->parts[p].first_ring);
    mvt_feature_begin(&d->w);
    for (size_t i = 0; i < d->units.n_rings && !d->out_of_memory; i++)
        draw_piece(d, i);
    end_feature(d, f);
}

/* ---- areas ---- */

static bool turns_left(const struct geojson_geometry *g, uint32_t from, uint32_t to)
{
    double twice = 0;
    for (uint32_t i = from; i + 1 < to; i++)
        twice += (g->x[i] - g->x[from]) * (g->y[i + 1] - g->y[from]) -
                 (g->x[i + 1] - g->x[from]) * (g->y[i] - g->y[from]);
    return twice > 0;
}

/* A ring into d->rings, the right way round, and what of it lies in the box into the units. */
static void cut_ring(struct drawing *d, const struct geojson_geometry *g, uint32_t ring, bool outer)
{
    uint32_t from = g->ring_start[ring], to = g->ring_start[ring + 1];
    const struct ring_cut cuts[4] = {{false, false, d->box.west_deg},
                                     {false, true, d->box.east_deg},
                                     {true, false, d->box.south_deg},
                                     {true, true, d->box.north_deg}};
    bool turned = turns_left(g, from, to) != outer;
    ring_clip_clear(&d->rings);
    bool good = ring_clip_begin(&d->rings);
    for (uint32_t i = 0; i < to - from && good; i++) {
        uint32_t at = turned ? to - 1 - i : from + i;
        good = ring_clip_point(&d->rings, g->x[at], g->y[at]);
    }
    good = good && ring_clip_end(&d->rings);
    for (int i = 0; i < 4 && good; i++) {
        struct ring_clip whole = d->rings;
        ring_clip_clear(&d->half);
        good = ring_clip_cut(&whole, &cuts[i], &d->half);
        d->rings = d->half;
        d->half = whole;
    }
    d->out_of_memory |= !good;
    for (size_t r = 0; r < d->rings.n_rings && good; r++)
        unit_rings_add(&d->units, &d->projection, d->rings.x + d->rings.start[r],
                       d->rings.y + d->rings.start[r], d->rings.start[r + 1] - d->rings.start[r]);
}

static void draw_areas(struct drawing *d, const struct mixed_feature *f)
{
    const struct geojson_geometry *g = f->geometry;
    unit_rings_clear(&d->units);
    for (uint32_t p = 0; p < g->n_parts; p++)
        for (uint32_t r = g->parts[p].first_ring; r < g->parts[p + 1].first_ring && !d->out_of_memory; r++)
            if (g->parts[p].kind == GEOJSON_POLYGON)
                cut_ring(d, g, r, r == g->parts[p].first_ring);
    if (d->units.n_rings == 0 || d->out_of_memory)
        return;
    mvt_feature_begin(&d->w);
    d->status = tile_draw_area(d->tile, AREA_UNITS << d->coarseness, &d->units, &d->w, d->scratch, d->error);
    end_feature(d, f);
}

/* ---- the tile ---- */

static bool has_kind(const struct geojson_geometry *g, enum geojson_kind kind)
{
    for (uint32_t p = 0; p < g->n_parts; p++)
        if (g->parts[p].kind == kind)
            return true;
    return false;
}

static enum status draw_at(struct drawing *d, int coarseness)
{
    d->coarseness = coarseness;
    d->n_waiting = 0;
    mvt_clear(&d->w);
    for (size_t i = 0; i < d->layer->n && !d->status && !d->out_of_memory; i++) {
        const struct mixed_feature *f = &d->layer->features[i];
        if (has_kind(f->geometry, GEOJSON_POLYGON))
            draw_areas(d, f);
        if (has_kind(f->geometry, GEOJSON_LINE))
            draw_lines(d, f);
        if (has_kind(f->geometry, GEOJSON_POINT))
            draw_points(d, i);
    }
    draw_waiting(d);
    if (!d->status && (d->out_of_memory || d->units.out_of_memory))
        d->status = error_no_memory(d->error);
    return d->status;
}

static enum status fail_size(const struct tile_id *t, struct error *e)
{
    error_zh(e, "瓦片 %u/%u/%u 超过 %d KB；请放大，或改用要素接口。", t->z, t->x, t->y,
             TILE_MAX_BYTES / 1024);
    return error_fail(e, STATUS_UNSUPPORTED, "tile-too-large",
                      "The tile %u/%u/%u exceeds %d KB; zoom in, or ask for the features.", t->z, t->x, t->y,
                      TILE_MAX_BYTES / 1024);
}

enum status tile_encode_mixed(const struct mixed_layer *layer, const struct tile_id *t,
                              struct tile_scratch *s, struct buffer *out, struct error *e)
{
    struct drawing d = {.layer = layer,
                        .tile = t,
                        .scratch = s,
                        .projection = tile_projection_of(t),
                        .box = tile_box(t, TILE_BUFFER_UNITS),
                        .error = e};
    mvt_init(&d.w);
    enum status status = draw_at(&d, 0);
    for (int c = 1; !status && mvt_size(&d.w) > TILE_MAX_BYTES - MESSAGE_BYTES && c <= COARSEST; c++)
        status = draw_at(&d, c);
    if (!status && mvt_size(&d.w) > TILE_MAX_BYTES - MESSAGE_BYTES)
        status = fail_size(t, e);
    if (!status)
        status = mvt_layer_end(&d.w, layer->name, layer->keys, out, e);
    mvt_release(&d.w);
    unit_rings_release(&d.units);
    ring_clip_release(&d.rings);
    ring_clip_release(&d.half);
    free(d.points);
    free(d.waiting);
    return status;
}
