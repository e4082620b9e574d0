#include "features/policy.h"

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
const struct policy_purpose policy_layer = {.repair_m2 = SETTLE_REPAIR_M2,
                                            .max_vertices = LIMIT_VERTICES_PER_LAYER};

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
    settler_free(p->settler);
    settler_free(p->converted);
    geo_shape_builder_release(&p->builder);
    ring_list_release(&p->rings);
    ring_list_release(&p->dissolved);
    p->quick = NULL;
    p->settler = p->converted = NULL;
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

/* Where the readings of the drawing differ, and by how much, behind the sentence of the fault. `place` is
 * longitude and latitude. */
static void tell_stake(struct error *fault, const double place[2], double m2, bool repaired)
{
    struct error why = *fault;
    error_zh(fault,
             repaired ? "%.300s已自动修复：经度%.7f、纬度%.7f等处有%."
                        "4f平方米读法不一，外环以内的都计入图形，没有减少面积。"
                      : "%.300s经度%.7f、纬度%.7f等处有%."
                        "2f平方米，按各部分合并、按奇偶、按面积代数和读法不一，不予自动修复。",
             why.zh, place[0], place[1], m2);
    (void)error_fail(fault, STATUS_INVALID_INPUT, why.code,
                     repaired
                         ? "%.300s It was repaired: at longitude %.7f, latitude %.7f (and elsewhere, "
                           "perhaps) %.4f m2 read "
                           "differently; all within an outer ring count as inside, no area was taken out."
                         : "%.300s At longitude %.7f, latitude %.7f (and elsewhere, perhaps) %.2f m2 are "
                           "inside or not, as one "
                           "unites the parts, reads by even-odd, or adds signed areas; it is not repaired.",
                     why.en, place[0], place[1], m2);
}

static void replace(char *text, const char *what, const char *with)
{
    char *at = strstr(text, what);
    if (!at)
        return;
    size_t n = strlen(with);
    memmove(at + n, at + strlen(what), strlen(at + strlen(what)) + 1);
    memcpy(at, with, n);
}

/* Nobody needs to send again what is accepted. */
static void drop_remedy(struct error *fault)
{
    replace(fault->zh, GEO_VALID_REMEDY_ZH, "。");
    replace(fault->en, GEO_VALID_REMEDY_EN, ".");
}

/* Rings that meet in one plane may miss each other by rounding in another: they are settled again as they
 * were converted. */
static enum status settle_converted(struct policy *p, struct arena *a, struct policy_answer *out)
{
    struct settled settled;
    ring_list_clear(&p->dissolved);
    for (uint32_t i = 0; i < out->shape.n_polygons; i++)
        for (uint32_t r = out->shape.polygon_start[i]; r < out->shape.polygon_start[i + 1]; r++) {
            uint32_t first = out->shape.ring_start[r];
            ring_list_begin(&p->dissolved,
                            r == out->shape.polygon_start[i] ? -1 : (int32_t)out->shape.polygon_start[i]);
            ring_list_points(&p->dissolved, out->shape.lon_deg + first, out->shape.lat_deg + first,
                             out->shape.ring_start[r + 1] - first);
        }
    if (p->dissolved.failed || settle_rings(p->converted, p->geos, &p->dissolved, true, 0, &settled))
        return STATUS_NO_MEMORY;
    if (settled.how != SETTLED_DISSOLVED)
        return STATUS_INVALID_INPUT;
    geo_shape_builder_clear(&p->builder);
    for (size_t r = 0; r < settled.rings->n_rings; r++) {
        struct ring ring = ring_list_ring(settled.rings, r);
        if (settled.rings->hole_of[r] < 0)
            geo_shape_builder_polygon(&p->builder);
        geo_shape_builder_ring(&p->builder);
        for (size_t i = 0; i < ring.n; i++)
            geo_shape_builder_point(&p->builder, ring.x[i], ring.y[i]);
    }
    double place_deg[2];
    enum status s = geo_shape_builder_finish(&p->builder, a, &out->shape, &out->fault);
    return s ? s : quick_valid_check(p->quick, p->geos, &out->shape, place_deg, &out->fault);
}

/* The first fault is the one that is told, and its place. */
static enum status settle(struct policy *p, const struct geo_crs *crs, struct arena *a,
                          struct policy_answer *out, struct error *e)
{
    struct policy_answer mended = {.place_deg = {NAN, NAN}};
    struct settled settled;
    bool degrees = crs->kind == GEO_CRS_GEOGRAPHIC, invalid = false;
    enum status s = STATUS_OK;
    if (!p->settler)
        s = settler_new(&p->settler, e);
    if (!s && !p->converted)
        s = settler_new(&p->converted, e);
    if (!s && settle_rings(p->settler, p->geos, &p->rings, degrees, p->purpose.repair_m2, &settled))
        s = error_no_memory(e);
    if (s)
        return s;
    double stake_deg[2] = {NAN, NAN};
    bool placed = isfinite(settled.place[0]) &&
                  geo_transformer_point(p->transformer, crs, settled.place[0], settled.place[1],
                                        &stake_deg[0], &stake_deg[1], NULL) == STATUS_OK;
    out->at_stake_m2 = settled.at_stake_m2;
    if (settled.how != SETTLED_REFUSED) {
        s = shape_of(p, crs, settled.rings, a, &mended, &invalid);
        if (invalid)
            s = settle_converted(p, a, &mended);
        if (s == STATUS_NO_MEMORY)
            return error_no_memory(e);
    }
    bool told = placed && settled.at_stake_m2 >= 0.005;
    if (settled.how == SETTLED_REFUSED || s) {
        if (told)
            tell_stake(&out->fault, stake_deg, settled.at_stake_m2, false);
        return STATUS_OK;
    }
    drop_remedy(&out->fault);
    out->state = settled.how == SETTLED_REPAIRED ? ACCEPTANCE_REPAIRED : ACCEPTANCE_DISSOLVED;
    out->dissolved = settled.dissolved;
    out->rings = settled.rings;
    out->shape = mended.shape;
    out->n_empty += mended.n_empty;
    if (placed && out->state == ACCEPTANCE_REPAIRED)
        tell_stake(&out->fault, stake_deg, settled.at_stake_m2, true);
    return STATUS_OK;
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
    if (s && !status_is_fault(s)) { /* failures of the machine end a reading */
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
