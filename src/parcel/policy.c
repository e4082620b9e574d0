#include "parcel/policy.h"

#include "base/limits.h"
#include "formats/wkb.h"
#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* No area has a straight edge like this: a digit was lost or added. Cutting it finely would take minutes. */
#define EDGE_MAX_M 100000.0
/* China and its surroundings: what lies outside is a wrong zone, swapped axes or another CRS. */
static const struct geo_box PLAUSIBLE = {70, 0, 140, 60};

const struct policy_purpose policy_parcel = {.fine = true, .max_vertices = LIMIT_VERTICES_PER_PARCEL};
const struct policy_purpose policy_layer = {.repair_m2 = 1.0, .max_vertices = LIMIT_VERTICES_PER_LAYER};

enum status policy_init(struct policy *p, const struct policy_purpose *purpose, struct error *e)
{
    *p = (struct policy){.purpose = *purpose};
    geo_shape_builder_init(&p->builder);
    p->builder.vertex_limit = purpose->max_vertices;
    return quick_valid_new(&p->quick, e);
}

void policy_release(struct policy *p)
{
    quick_valid_free(p->quick);
    geo_shape_builder_release(&p->builder);
    ring_list_release(&p->rings);
    ring_list_release(&p->dissolved);
    p->quick = NULL;
}

double policy_near(const struct geo_crs *crs)
{
    return crs->kind == GEO_CRS_GEOGRAPHIC ? 1e-8 : 0.001;
}

/* ---- WKB to rings ---- */

static void take_polygon(struct policy *p, size_t from, size_t to)
{
    const struct geo_shape_builder *b = &p->builder;
    int32_t outer = -1;
    for (size_t r = from; r < to; r++) {
        size_t start = b->ring_start[r], stop = r + 1 < b->n_rings ? b->ring_start[r + 1] : b->n_vertices;
        size_t index = p->rings.n_rings;
        ring_list_begin(&p->rings, outer);
        ring_list_points(&p->rings, b->lon + start, b->lat + start, stop - start);
        outer = outer < 0 ? (int32_t)index : outer;
    }
}

enum status policy_take_wkb(struct policy *p, const void *wkb, size_t n, struct error *e)
{
    struct geo_shape_builder *b = &p->builder;
    ring_list_clear(&p->rings);
    enum status s = wkb_read(wkb, n, b, e);
    for (size_t i = 0; !s && i < b->n_polygons; i++)
        take_polygon(p, b->polygon_start[i], i + 1 < b->n_polygons ? b->polygon_start[i + 1] : b->n_rings);
    for (size_t i = 0; !s && i < p->rings.n; i++)
        if (!isfinite(p->rings.x[i]) || !isfinite(p->rings.y[i])) {
            error_zh(e, "第%zu个坐标不是数（NaN或无穷大）；请改正图形。", i + 1);
            return error_fail(e, STATUS_INVALID_INPUT, "coordinate-not-finite",
                              "Coordinate %zu is not a number; correct the geometry.", i + 1);
        }
    return !s && p->rings.failed ? error_no_memory(e) : s;
}

/* ---- rings to a shape ---- */

static enum status fail_empty(struct error *e)
{
    error_zh(e, "没有坐标，或图形没有面积；请提供至少一个由3个以上不同点围成的环。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "parcel-empty",
        "It has no coordinates or no area; give at least one ring of 3 or more distinct points.");
}

static enum status fail_edge(const struct ring_list *l, size_t i, size_t j, size_t first, struct error *e)
{
    double km = hypot(l->x[j] - l->x[i], l->y[j] - l->y[i]) / 1000;
    error_zh(e,
             "第%zu点（X(北)%.3f，Y(东)%.3f）到下一点有%.0f千米，超过%.0f千米；坐标可能多写或漏写了数字，"
             "请核对。",
             i - first + 1, l->y[i], l->x[i], km, EDGE_MAX_M / 1000);
    return error_fail(
        e, STATUS_INVALID_INPUT, "edge-too-long",
        "From point %zu (north %.3f, east %.3f) to the next it is %.0f km, over %.0f km; a digit "
        "may be missing or too many, check it.",
        i - first + 1, l->y[i], l->x[i], km, EDGE_MAX_M / 1000);
}

static enum status check_edges(const struct geo_crs *crs, const struct ring_list *l, size_t r,
                               struct error *e)
{
    size_t first = l->start[r], n = crs->kind == GEO_CRS_GAUSS_KRUGER ? ring_list_size(l, r) : 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = first + k, j = first + (k + 1 < n ? k + 1 : 0);
        if (!(hypot(l->x[j] - l->x[i], l->y[j] - l->y[i]) <= EDGE_MAX_M))
            return fail_edge(l, i, j, first, e);
    }
    return STATUS_OK;
}

/* "第2个环：" before the sentence of a fault, where there are several. */
static enum status fail_in_ring(const struct ring_list *l, size_t r, enum status s, struct error *e)
{
    if (l->n_rings == 1 || !e)
        return s;
    struct error why = *e;
    error_zh(e, "第%zu个环：%s", r + 1, why.zh);
    return error_fail(e, s, why.code, "Ring %zu: %s", r + 1, why.en);
}

static enum status project_ring(struct policy *p, const struct geo_crs *crs, const struct ring_list *l,
                                size_t r, struct error *e)
{
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    size_t n = ring_list_size(l, r);
    enum status s = check_edges(crs, l, r, e);
    geo_shape_builder_ring(&p->builder);
    if (!s)
        s = p->purpose.fine ? geo_transformer_add_ring_fine(p->transformer, crs, x, y, n, &p->builder, e)
                            : geo_transformer_add_ring(p->transformer, crs, x, y, n, &p->builder, e);
    return s ? fail_in_ring(l, r, s, e) : s;
}

/* Fewer than three distinct points: such a ring has no inside, and leaving it out changes no area. */
static bool encloses_nothing(const struct ring_list *l, size_t r)
{
    size_t distinct = 0, n = ring_list_size(l, r);
    const double *x = l->x + l->start[r], *y = l->y + l->start[r];
    double seen_x[2], seen_y[2];
    for (size_t i = 0; i < n && distinct < 3; i++) {
        bool seen = false;
        for (size_t k = 0; k < distinct; k++)
            seen |= x[i] == seen_x[k] && y[i] == seen_y[k];
        if (!seen && distinct < 2) {
            seen_x[distinct] = x[i];
            seen_y[distinct] = y[i];
        }
        distinct += !seen;
    }
    return distinct < 3;
}

/* Outer rings in the file's order, each followed by its holes. */
static enum status project(struct policy *p, const struct geo_crs *crs, const struct ring_list *l,
                           struct arena *a, struct policy_answer *out)
{
    const uint32_t *order = ring_list_order(l, a);
    enum status s = order ? STATUS_OK : error_no_memory(&out->fault);
    geo_shape_builder_clear(&p->builder);
    out->n_empty = 0;
    for (size_t i = 0; !s && i < l->n_rings; i++) {
        size_t r = order[i];
        bool hole = l->hole_of[r] >= 0;
        if (hole && encloses_nothing(l, r)) {
            out->n_empty++;
            continue;
        }
        if (!hole)
            geo_shape_builder_polygon(&p->builder);
        s = project_ring(p, crs, l, r, &out->fault);
    }
    return s;
}

static enum status check_place(const struct geo_shape *shape, struct error *e)
{
    const struct geo_box *b = &shape->box;
    if (b->west_deg >= PLAUSIBLE.west_deg && b->east_deg <= PLAUSIBLE.east_deg &&
        b->south_deg >= PLAUSIBLE.south_deg && b->north_deg <= PLAUSIBLE.north_deg)
        return STATUS_OK;
    error_zh(e, "位置 %.5f, %.5f 不在中国及周边；请检查坐标系、带号以及经纬度是否颠倒。", b->west_deg,
             b->south_deg);
    return error_fail(e, STATUS_INVALID_INPUT, "source-out-of-place",
                      "The place %.5f, %.5f is not in or near China; check the CRS, the zone, and whether "
                      "longitude and latitude are swapped.",
                      b->west_deg, b->south_deg);
}

/* An officer looks for the fault in the file's own coordinates. */
static void add_grid_place(struct policy *p, const struct geo_crs *crs, struct policy_answer *out)
{
    struct error ignored, why = out->fault;
    double x, y;
    if (crs->kind != GEO_CRS_GAUSS_KRUGER ||
        geo_transformer_from_lonlat(p->transformer, crs, out->place_deg[0], out->place_deg[1], &x, &y,
                                    &ignored) != STATUS_OK)
        return;
    error_zh(&out->fault, "%s（文件坐标：X(北)%.3f，Y(东)%.3f）", why.zh, y, x);
    (void)error_fail(&out->fault, why.status, why.code, "%s (in the file's grid: north %.3f, east %.3f)",
                     why.en, y, x);
}

/* *invalid tells a fault of validity, which may be dissolved or repaired, from every other one. */
static enum status shape_of(struct policy *p, const struct geo_crs *crs, const struct ring_list *l,
                            struct arena *a, struct policy_answer *out, bool *invalid)
{
    *invalid = false;
    enum status s = project(p, crs, l, a, out);
    if (!s)
        s = geo_shape_builder_finish(&p->builder, a, &out->shape, &out->fault);
    if (!s && out->shape.n_polygons == 0)
        s = fail_empty(&out->fault);
    if (!s)
        s = check_place(&out->shape, &out->fault);
    if (s)
        return s;
    out->place_deg[0] = out->shape.lon_deg[0];
    out->place_deg[1] = out->shape.lat_deg[0];
    s = quick_valid_check(p->quick, p->geos, &out->shape, out->place_deg, &out->fault);
    *invalid = s == STATUS_INVALID_INPUT;
    if (*invalid)
        add_grid_place(p, crs, out);
    return s;
}

/* ---- what is not valid as it stands ---- */

/* What is not valid may still have one meaning only; the first fault is the one that is told when not. */
static enum status dissolve(struct policy *p, const struct geo_crs *crs, struct arena *a,
                            struct policy_answer *out, struct error *e)
{
    struct policy_answer mended = {.place_deg = {NAN, NAN}};
    bool invalid;
    enum status s = rings_dissolve(p->geos, &p->rings, policy_near(crs), &p->dissolved, &mended.dissolved, e);
    if (s || mended.dissolved == DISSOLVED_NOTHING ||
        shape_of(p, crs, &p->dissolved, a, &mended, &invalid) != STATUS_OK)
        return s;
    mended.state = ACCEPTANCE_DISSOLVED;
    mended.rings = &p->dissolved;
    mended.fault = out->fault;
    mended.place_deg[0] = out->place_deg[0];
    mended.place_deg[1] = out->place_deg[1];
    *out = mended;
    return STATUS_OK;
}

static void refuse_repair(struct policy_answer *out, double after_m2)
{
    struct error why = out->fault;
    error_zh(&out->fault, "%.300s 自动修复会使面积由 %.2f 变为 %.2f 平方米，不予采用；请在源数据中修正。",
             why.zh, out->area_before_m2, after_m2);
    (void)error_fail(&out->fault, STATUS_INVALID_INPUT, "source-repair-changes-area",
                     "%.300s Repairing it would change its area from %.2f to %.2f m2, which is not accepted; "
                     "mend the source data.",
                     why.en, out->area_before_m2, after_m2);
}

static enum status repair(struct policy *p, struct arena *a, struct policy_answer *out)
{
    struct geo_shape mended;
    struct error ignored;
    out->area_before_m2 = geo_shape_area_m2(&out->shape);
    enum status s = geo_valid_repair(p->geos, &out->shape, a, &mended, &ignored);
    if (s)
        return s == STATUS_NO_MEMORY ? s : STATUS_OK;
    double after = mended.n_rings ? geo_shape_area_m2(&mended) : 0;
    if (mended.n_rings == 0 || !(fabs(after - out->area_before_m2) <= p->purpose.repair_m2)) {
        refuse_repair(out, after);
        return STATUS_OK;
    }
    out->shape = mended;
    out->state = ACCEPTANCE_REPAIRED;
    return STATUS_OK;
}

/* Failures of the machine end a reading; everything else is a fault of this one area. */
static bool is_fault(enum status s)
{
    return s == STATUS_INVALID_INPUT || s == STATUS_UNSUPPORTED || s == STATUS_TOO_LARGE;
}

static enum status settle(struct policy *p, const struct geo_crs *crs, struct arena *a,
                          struct policy_answer *out, struct error *e)
{
    enum status s = dissolve(p, crs, a, out, e);
    if (s || out->state != ACCEPTANCE_REFUSED || !(p->purpose.repair_m2 > 0))
        return s;
    return repair(p, a, out) ? error_no_memory(e) : STATUS_OK;
}

enum status policy_accept(struct policy *p, const struct geo_crs *crs, struct arena *a,
                          struct policy_answer *out, struct error *e)
{
    struct policy_answer got = {.rings = &p->rings, .place_deg = {NAN, NAN}};
    bool invalid = false;
    if (p->rings.failed)
        return error_no_memory(e);
    enum status s =
        p->rings.n_rings ? shape_of(p, crs, &p->rings, a, &got, &invalid) : fail_empty(&got.fault);
    if (!s)
        got.state = ACCEPTANCE_VALID;
    if (s && !is_fault(s)) {
        if (e)
            *e = got.fault;
        return s;
    }
    s = invalid ? settle(p, crs, a, &got, e) : STATUS_OK;
    if (s)
        return s;
    if (got.state != ACCEPTANCE_REFUSED)
        got.area_m2 = geo_shape_area_m2(&got.shape);
    if (got.state != ACCEPTANCE_REFUSED && !(got.area_m2 > 0)) {
        got.state = ACCEPTANCE_REFUSED;
        (void)fail_empty(&got.fault);
    }
    if (got.state == ACCEPTANCE_REFUSED)
        got.shape = (struct geo_shape){0};
    *out = got;
    return STATUS_OK;
}
