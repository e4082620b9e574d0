#include "geo/settle.h"

#include "geo/arrangement.h"
#include "geo/quick_valid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What may be at stake in what is dissolved: slits along common borders; and less within one ring, whose points are written once. */
#define DISSOLVE_M2 0.1
#define DISSOLVE_RING_M2 1e-5

struct settler {
    struct geo_geos *g;
    struct geo_transformer *t;
    struct quick_valid *quick;
    struct arrangement *arrangement;
    struct geo_shape_builder builder;
    struct ring_list rings, bare; /* again, from a shape; without holes that enclose nothing */
    struct meaning meaning;
    uint32_t *order;
    size_t cap_order;
};

/* One call's. */
struct settling {
    struct settler *s;
    const struct settle_terms *terms;
    struct arena *a;
    struct settled *out;
    struct error *e;
    struct error *fault; /* the first fault of the shape as it was drawn */
    size_t n_empty_holes;
};

enum status settler_new(struct geo_geos *g, struct geo_transformer *t, struct settler **out, struct error *e)
{
    struct settler *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    s->g = g;
    s->t = t;
    geo_shape_builder_init(&s->builder);
    enum status st = quick_valid_new(&s->quick, e);
    if (st == STATUS_OK)
        st = arrangement_new(&s->arrangement, e);
    if (st != STATUS_OK) {
        settler_free(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

void settler_free(struct settler *s)
{
    if (!s)
        return;
    quick_valid_free(s->quick);
    arrangement_free(s->arrangement);
    geo_shape_builder_release(&s->builder);
    ring_list_release(&s->rings);
    ring_list_release(&s->bare);
    ring_list_release(&s->meaning.rings);
    free(s->order);
    free(s);
}

/* ---- rings to a shape ---- */

static bool has_order(struct settler *s, const struct ring_list *l)
{
    if (l->n_rings > s->cap_order) {
        uint32_t *more = realloc(s->order, 2 * l->n_rings * sizeof *more);
        if (!more)
            return false;
        s->order = more;
        s->cap_order = 2 * l->n_rings;
    }
    return ring_list_order(l, s->order);
}

static enum status in_ring(struct settling *c, const struct ring_list *l, uint32_t ring, enum status st)
{
    struct error why = *c->e;
    if (st == STATUS_OK || l->n_rings == 1)
        return st;
    error_zh(c->e, "第%u个环：%s", ring + 1, why.zh);
    return error_fail(c->e, st, why.code, "Ring %u: %s", ring + 1, why.en);
}

static enum status convert_ring(struct settling *c, const struct ring_list *l, uint32_t r)
{
    struct geo_shape_builder *b = &c->s->builder;
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    size_t n = ring_list_size(l, r);
    const struct geo_crs *crs = c->terms->crs;
    if (l->hole_of[r] < 0)
        geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    if (c->terms->fine)
        return geo_transformer_add_ring_fine(c->s->t, crs, x, y, n, b, c->e);
    return geo_transformer_add_ring(c->s->t, crs, x, y, n, b, c->e);
}

static enum status convert(struct settling *c, const struct ring_list *l)
{
    if (!has_order(c->s, l))
        return error_no_memory(c->e);
    geo_shape_builder_clear(&c->s->builder);
    c->s->builder.vertex_limit = c->terms->vertex_limit;
    for (size_t i = 0; i < l->n_rings; i++) {
        uint32_t r = c->s->order[i];
        enum status st = in_ring(c, l, r, convert_ring(c, l, r));
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* STATUS_INVALID_INPUT with *invalid when the shape is no valid area; without it when there is no shape at all. */
static enum status finish(struct settling *c, struct geo_shape *shape, bool *invalid)
{
    double place_deg[2] = {NAN, NAN};
    *invalid = false;
    enum status st = geo_shape_builder_finish(&c->s->builder, c->a, shape, c->e);
    if (st != STATUS_OK)
        return st;
    st = quick_valid_check(c->s->quick, c->s->g, shape, place_deg, c->e);
    *invalid = st == STATUS_INVALID_INPUT;
    if (*invalid)
        memcpy(c->out->place_deg, place_deg, sizeof place_deg);
    return st;
}

/* ---- rings that enclose nothing ---- */

static bool ring_is_flat(const struct ring *r)
{
    size_t far = 0;
    double far_d2 = 0;
    for (size_t i = 1; i < r->n; i++) {
        double dx = r->x[i] - r->x[0], dy = r->y[i] - r->y[0];
        if (dx * dx + dy * dy > far_d2) {
            far_d2 = dx * dx + dy * dy;
            far = i;
        }
    }
    for (size_t i = 1; i < r->n; i++)
        if ((r->x[far] - r->x[0]) * (r->y[i] - r->y[0]) != (r->x[i] - r->x[0]) * (r->y[far] - r->y[0]))
            return false;
    return true;
}

/* A hole that encloses nothing takes nothing away; `in` itself where there is none. An outer ring of the kind stays, and is refused
 * with its number. NULL: no memory. */
static const struct ring_list *without_empty_holes(struct settling *c, const struct ring_list *in)
{
    struct ring_list *out = &c->s->bare;
    for (size_t r = 0; r < in->n_rings; r++) {
        struct ring ring = ring_list_ring(in, r);
        c->n_empty_holes += in->hole_of[r] >= 0 && ring_is_flat(&ring);
    }
    if (c->n_empty_holes == 0)
        return in;
    if (!has_order(c->s, in))
        return NULL;
    ring_list_clear(out);
    int32_t outer = -1;
    for (size_t i = 0; i < in->n_rings; i++) {
        uint32_t r = c->s->order[i];
        struct ring ring = ring_list_ring(in, r);
        if (in->hole_of[r] >= 0 && ring_is_flat(&ring))
            continue;
        outer = in->hole_of[r] < 0 ? (int32_t)out->n_rings : outer;
        ring_list_begin(out, in->hole_of[r] < 0 ? -1 : outer);
        ring_list_points(out, in->x + in->start[r], in->y + in->start[r], ring_list_size(in, r));
    }
    return out->failed ? NULL : out;
}

/* ---- the words ---- */

static enum status fail_at_stake(struct settling *c)
{
    const struct error *why = c->fault;
    double m2 = c->out->at_stake_m2;
    c->out->how = SETTLED_REFUSED;
    if (!(m2 >= 0.005)) {
        if (c->e)
            *c->e = *why;
        return STATUS_INVALID_INPUT;
    }
    error_zh(c->e,
             "%.300s按不同读法（各部分合并、奇偶、面积代数和）有%.2f平方米（经度%.7f、纬度%."
             "7f处）算不算图形内不一致，"
             "不自动修复。",
             why->zh, m2, c->out->stake_deg[0], c->out->stake_deg[1]);
    return error_fail(c->e, STATUS_INVALID_INPUT, why->code,
                      "%.300s By different readings (union of parts, even-odd, signed areas) %.2f m2, at "
                      "longitude %.7f, latitude %.7f, are inside or are not; it is not repaired.",
                      why->en, m2, c->out->stake_deg[0], c->out->stake_deg[1]);
}

static enum status note_repaired(struct settling *c)
{
    struct settled *out = c->out;
    const struct error *why = c->fault;
    out->note_code = "shape-repaired";
    out->note_zh = arena_printf(c->a,
                                "%s已自动修复：有歧义的共%.4f平方米（最大一处在经度%.7f、纬度%."
                                "7f），外环以内的都计入图形，没有减少面积。",
                                why->zh, out->at_stake_m2, out->stake_deg[0], out->stake_deg[1]);
    out->note_en =
        arena_printf(c->a,
                     "%s It was repaired: %.4f m2 could be read as inside or not (the largest place is at "
                     "longitude %.7f, latitude %.7f); all within an outer ring count as inside.",
                     why->en, out->at_stake_m2, out->stake_deg[0], out->stake_deg[1]);
    return out->note_zh && out->note_en ? STATUS_OK : error_no_memory(c->e);
}

static void note_dissolved(struct settling *c, bool ring_touches)
{
    struct settled *out = c->out;
    out->note_code = ring_touches ? "ring-touching-dissolved" : "parts-dissolved";
    out->note_zh = ring_touches ? "有一个环接触自身（常见于把洞画在外环里），面积没有歧义，已拆成外环和内环。"
                                : "各部分（或洞）有公共边而不重叠，已合并成一个图形，面积不变。";
    out->note_en = ring_touches ? "a ring touches itself (a hole drawn as part of the border, often); its "
                                  "area is unambiguous and it was split into rings."
                                : "parts (or holes) share edges without overlapping; they were merged, the "
                                  "area is the same.";
}

static void note_empty_hole(struct settling *c)
{
    c->out->note_code = "empty-hole-dropped";
    c->out->note_zh = "有不足三个不同点或全部点在一条直线上的内环，没有围出面积，已略去，面积不变。";
    c->out->note_en =
        "a hole of fewer than three distinct points, or of points on one line, encloses nothing and was "
        "left out; the area is the same.";
}

/* ---- what is invalid as it stands ---- */

static double length_m(const struct settling *c, const struct ring_list *l)
{
    double sum = 0, scale = c->terms->crs->kind == GEO_CRS_GEOGRAPHIC ? 1e5 : 1;
    for (size_t r = 0; r < l->n_rings; r++) {
        struct ring ring = ring_list_ring(l, r);
        for (size_t i = 0, j = ring.n - 1; i < ring.n; j = i++)
            sum += hypot(ring.x[i] - ring.x[j], ring.y[i] - ring.y[j]);
    }
    return sum * scale;
}

static enum status take_stake(struct settling *c, const struct meaning *m, const struct geo_crs *crs)
{
    struct settled *out = c->out;
    out->at_stake_m2 = m->known ? fmax(0, m->stake.m2) : NAN;
    if (!m->known || m->stake.largest_m2 <= 0)
        return STATUS_OK;
    return geo_transformer_point(c->s->t, crs, m->stake.x, m->stake.y, &out->stake_deg[0], &out->stake_deg[1],
                                 c->e);
}

static enum settled_how judge(const struct settling *c, const struct meaning *m, const struct ring_list *in)
{
    double stake = c->out->at_stake_m2;
    if (!m->known || m->rings.n_rings == 0)
        return SETTLED_REFUSED;
    if (stake <= fmin(SETTLE_NEAR_M * length_m(c, in), DISSOLVE_M2) &&
        m->stake.within_ring_m2 <= DISSOLVE_RING_M2)
        return SETTLED_DISSOLVED;
    return stake <= c->terms->repair_m2 ? SETTLED_REPAIRED : SETTLED_REFUSED;
}

static void rings_of_shape(const struct geo_shape *s, struct ring_list *out)
{
    ring_list_clear(out);
    for (uint32_t p = 0; p < s->n_polygons; p++) {
        int32_t outer = (int32_t)s->polygon_start[p];
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++) {
            uint32_t from = s->ring_start[r];
            ring_list_begin(out, (int32_t)r == outer ? -1 : outer);
            ring_list_points(out, s->lon_deg + from, s->lat_deg + from, s->ring_start[r + 1] - from);
        }
    }
}

/* Rings that meet in one plane may miss each other by rounding in another: what is valid as it was delivered and no longer
 * so once converted is settled again as it was converted. */
static enum status settle_again(struct settling *c, struct geo_shape *shape, bool *invalid)
{
    struct settler *s = c->s;
    struct meaning m = {0};
    rings_of_shape(shape, &s->rings);
    enum status st = s->rings.failed ? error_no_memory(c->e)
                                     : arrangement_mean(s->arrangement, c->s->g, &s->rings, true, &m, c->e);
    bool slits = st == STATUS_OK && m.known && m.rings.n_rings && m.stake.m2 <= DISSOLVE_M2;
    *invalid = st == STATUS_OK && !slits;
    geo_shape_builder_clear(&s->builder);
    for (size_t r = 0; slits && r < m.rings.n_rings; r++) {
        if (m.rings.hole_of[r] < 0)
            geo_shape_builder_polygon(&s->builder);
        geo_shape_builder_ring(&s->builder);
        struct ring ring = ring_list_ring(&m.rings, r);
        for (size_t i = 0; i < ring.n; i++)
            geo_shape_builder_point(&s->builder, ring.x[i], ring.y[i]);
    }
    if (slits)
        st = finish(c, shape, invalid);
    ring_list_release(&m.rings);
    return st;
}

static enum status settle_invalid(struct settling *c, const struct ring_list *in)
{
    struct settler *s = c->s;
    bool degrees = c->terms->crs->kind == GEO_CRS_GEOGRAPHIC, invalid = false;
    struct geo_shape shape;
    enum status st = arrangement_mean(s->arrangement, c->s->g, in, degrees, &s->meaning, c->e);
    if (st == STATUS_OK)
        st = take_stake(c, &s->meaning, c->terms->crs);
    if (st != STATUS_OK)
        return st;
    enum settled_how how = judge(c, &s->meaning, in);
    if (how == SETTLED_REFUSED)
        return fail_at_stake(c);
    double place_deg[2] = {c->out->place_deg[0], c->out->place_deg[1]};
    st = convert(c, &s->meaning.rings);
    if (st == STATUS_OK)
        st = finish(c, &shape, &invalid);
    if (invalid)
        st = settle_again(c, &shape, &invalid);
    if (invalid)
        return fail_at_stake(c);
    if (st != STATUS_OK)
        return st;
    memcpy(c->out->place_deg, place_deg, sizeof place_deg);
    c->out->how = how;
    c->out->shape = shape;
    c->out->rings = &s->meaning.rings;
    if (how == SETTLED_REPAIRED)
        return note_repaired(c);
    note_dissolved(c, s->meaning.ring_touches);
    return STATUS_OK;
}

enum status settle_shape(struct settler *s, const struct ring_list *rings, const struct settle_terms *terms,
                         struct arena *a, struct settled *out, struct error *e)
{
    struct error own, fault;
    struct settled got = {.at_stake_m2 = 0, .place_deg = {NAN, NAN}, .stake_deg = {NAN, NAN}};
    struct settling c = {s, terms, a, &got, &own, &fault, 0};
    bool invalid = false;
    const struct ring_list *bare = rings->failed ? NULL : without_empty_holes(&c, rings);
    enum status st = bare ? convert(&c, bare) : error_no_memory(&own);
    if (st == STATUS_OK)
        st = finish(&c, &got.shape, &invalid);
    if (st == STATUS_OK) {
        got.how = c.n_empty_holes ? SETTLED_DISSOLVED : SETTLED_VALID;
        got.rings = bare;
        if (c.n_empty_holes)
            note_empty_hole(&c);
    } else if (invalid) {
        fault = own;
        st = settle_invalid(&c, bare);
    }
    if (st == STATUS_OK) {
        *out = got;
        return st;
    }
    out->at_stake_m2 = got.at_stake_m2;
    memcpy(out->place_deg, got.place_deg, sizeof got.place_deg);
    memcpy(out->stake_deg, got.stake_deg, sizeof got.stake_deg);
    if (e)
        *e = own;
    return st;
}
