/* A feature's geometry as a valid shape in EPSG:4490, or the reason why there is none. */
#include "ingest/source_parts.h"

#include "geo/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARC_STEP_DEG 0.05
/* China and its surroundings: what lies outside is a wrong zone, swapped axes or another CRS. */
static const struct geo_box PLAUSIBLE = {70, 0, 140, 60};

static enum status refuse(struct error *fault, const char *code, const char *zh, const char *en)
{
    error_zh(fault, "%s", zh);
    return error_fail(fault, STATUS_INVALID_INPUT, code, "%s", en);
}

/* Failures of the machine end the reading; everything else is a fault of this one feature. */
static bool is_feature_fault(enum status st)
{
    return st == STATUS_INVALID_INPUT || st == STATUS_UNSUPPORTED || st == STATUS_TOO_LARGE;
}

static bool reserve(struct source *s, size_t n)
{
    if (n <= s->capacity)
        return true;
    double *x = realloc(s->x, n * sizeof *x);
    if (x)
        s->x = x;
    double *y = realloc(s->y, n * sizeof *y);
    if (y)
        s->y = y;
    if (!x || !y)
        return false;
    s->capacity = n;
    return true;
}

/* Fewer than three distinct vertices in a row: such a ring has no inside, and leaving it out changes no area. */
static bool encloses_nothing(const struct source *s, size_t n)
{
    size_t distinct = 0;
    double x[3], y[3];
    for (size_t i = 0; i < n && distinct < 3; i++) {
        bool seen = false;
        for (size_t k = 0; k < distinct; k++)
            seen |= s->x[i] == x[k] && s->y[i] == y[k];
        if (!seen) {
            x[distinct] = s->x[i];
            y[distinct++] = s->y[i];
        }
    }
    return distinct < 3;
}

/* Notes in *dropped that a hole without an inside was left out. */
static enum status add_ring(struct source *s, OGRGeometryH ring, bool outer, bool *dropped,
                            struct error *fault)
{
    int n = OGR_G_GetPointCount(ring);
    if (!reserve(s, n > 0 ? (size_t)n : 1))
        return error_no_memory(fault);
    OGR_G_GetPoints(ring, s->x, sizeof *s->x, s->y, sizeof *s->y, NULL, 0);
    if (encloses_nothing(s, n > 0 ? (size_t)n : 0)) {
        *dropped = true;
        return outer
                   ? refuse(
                         fault, "source-empty-ring",
                         "外环不足三个不同的点，没有围出面积；请修正或删除该图形。",
                         "The outer ring has fewer than three distinct points and encloses nothing; mend or "
                         "delete this shape.")
                   : STATUS_OK;
    }
    if (outer)
        geo_shape_builder_polygon(&s->builder);
    geo_shape_builder_ring(&s->builder);
    return geo_transformer_add_ring(s->transformer, &s->info.crs, s->x, s->y, (size_t)n, &s->builder, fault);
}

static enum status add_polygon(struct source *s, OGRGeometryH polygon, bool *dropped, struct error *fault)
{
    enum status st = STATUS_OK;
    int n = OGR_G_GetGeometryCount(polygon);
    for (int i = 0; st == STATUS_OK && i < n; i++)
        st = add_ring(s, OGR_G_GetGeometryRef(polygon, i), i == 0, dropped, fault);
    return st;
}

/* In a drawing an area is a closed line. */
static enum status add_closed_line(struct source *s, OGRGeometryH line, bool *dropped, struct error *fault)
{
    int n = OGR_G_GetPointCount(line);
    bool closed = n >= 4 && OGR_G_GetX(line, 0) == OGR_G_GetX(line, n - 1) &&
                  OGR_G_GetY(line, 0) == OGR_G_GetY(line, n - 1);
    if (!closed)
        return refuse(
            fault, "source-open-line", "线没有闭合，围不出面积；请闭合该线，或从图中删去。",
            "The line is not closed and encloses nothing; close it, or take it out of the drawing.");
    return add_ring(s, line, true, dropped, fault);
}

static enum status refuse_kind(OGRGeometryH g, struct error *fault)
{
    const char *kind = OGRGeometryTypeToName(OGR_G_GetGeometryType(g));
    error_zh(fault, "几何类型是 %s，不是面；请只保留面要素。", kind);
    return error_fail(fault, STATUS_INVALID_INPUT, "source-not-polygon",
                      "The geometry is %s, not a polygon; keep polygons only.", kind);
}

static enum status add_geometry(struct source *s, OGRGeometryH g, bool *dropped, struct error *fault)
{
    switch (wkbFlatten(OGR_G_GetGeometryType(g))) {
    case wkbPolygon:
        return add_polygon(s, g, dropped, fault);
    case wkbMultiPolygon:
    case wkbGeometryCollection:
        for (int i = 0; i < OGR_G_GetGeometryCount(g); i++) {
            enum status st = add_geometry(s, OGR_G_GetGeometryRef(g, i), dropped, fault);
            if (st != STATUS_OK)
                return st;
        }
        return STATUS_OK;
    case wkbLineString:
        return s->info.drawing ? add_closed_line(s, g, dropped, fault) : refuse_kind(g, fault);
    default:
        return refuse_kind(g, fault);
    }
}

static enum status check_place(const struct geo_shape *shape, struct error *fault)
{
    const struct geo_box *b = &shape->box;
    if (b->west_deg >= PLAUSIBLE.west_deg && b->east_deg <= PLAUSIBLE.east_deg &&
        b->south_deg >= PLAUSIBLE.south_deg && b->north_deg <= PLAUSIBLE.north_deg)
        return STATUS_OK;
    error_zh(fault, "位置 %.5f, %.5f 不在中国及周边；请检查坐标系、带号以及经纬度是否颠倒。", b->west_deg,
             b->south_deg);
    return error_fail(
        fault, STATUS_INVALID_INPUT, "source-out-of-place",
        "The place %.5f, %.5f is not in or near China; check the CRS, the zone, and whether longitude "
        "and latitude are swapped.",
        b->west_deg, b->south_deg);
}

static enum status build(struct source *s, OGRGeometryH g, struct geo_shape *shape, bool *dropped,
                         struct error *fault)
{
    geo_shape_builder_clear(&s->builder);
    enum status st = add_geometry(s, g, dropped, fault);
    if (st == STATUS_OK && s->builder.n_rings == 0)
        st = refuse(fault, "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",
                    "There is no geometry; add one or delete the record.");
    if (st == STATUS_OK)
        st = geo_shape_builder_finish(&s->builder, s->feature, shape, fault);
    return st == STATUS_OK ? check_place(shape, fault) : st;
}

static enum status refuse_repair(struct source_feature *out, double after_m2)
{
    struct error why = out->fault;
    error_zh(&out->fault, "%.300s 自动修复会使面积由 %.2f 变为 %.2f 平方米，不予采用；请在源数据中修正。",
             why.zh, out->area_before_m2, after_m2);
    return error_fail(
        &out->fault, STATUS_INVALID_INPUT, "source-repair-changes-area",
        "%.300s Repairing it would change its area from %.2f to %.2f m2, which is not accepted; mend "
        "the source data.",
        why.en, out->area_before_m2, after_m2);
}

static enum status repair(struct source *s, struct source_feature *out)
{
    struct geo_shape mended;
    struct error why;
    out->area_before_m2 = geo_shape_area_m2(&out->shape);
    enum status st = geo_valid_repair(s->geos, &out->shape, s->feature, &mended, &why);
    if (st != STATUS_OK) {
        out->fault = why;
        return st;
    }
    double after = mended.n_rings ? geo_shape_area_m2(&mended) : 0;
    double allowed = fmax(SOURCE_REPAIR_TOLERANCE_M2, SOURCE_REPAIR_TOLERANCE_SHARE * out->area_before_m2);
    if (!(fabs(after - out->area_before_m2) <= allowed) || mended.n_rings == 0)
        return refuse_repair(out, after);
    out->shape = mended;
    out->state = SOURCE_REPAIRED;
    return STATUS_OK;
}

static enum status judge(struct source *s, OGRGeometryH g, struct source_feature *out)
{
    bool dropped = false;
    enum status st = build(s, g, &out->shape, &dropped, &out->fault);
    if (st != STATUS_OK)
        return st;
    out->place_deg[0] = out->shape.lon_deg[0];
    out->place_deg[1] = out->shape.lat_deg[0];
    st = quick_valid_check(s->quick, s->geos, &out->shape, out->place_deg, &out->fault);
    if (st == STATUS_INVALID_INPUT)
        st = repair(s, out);
    else if (st == STATUS_OK && dropped)
        out->state = SOURCE_REPAIRED;
    if (st != STATUS_OK)
        return st;
    out->area_m2 = geo_shape_area_m2(&out->shape);
    if (dropped && !out->fault.code[0]) {
        out->area_before_m2 = out->area_m2;
        (void)refuse(&out->fault, "source-empty-hole", "有不足三个不同点的内环，已略去，面积不变。",
                     "A hole with fewer than three distinct points was left out; the area is unchanged.");
    }
    return STATUS_OK;
}

enum status source_read_shape(struct source *s, OGRFeatureH f, struct source_feature *out, struct error *e)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(f), straight = NULL;
    out->state = SOURCE_VALID;
    out->place_deg[0] = out->place_deg[1] = NAN;
    out->fault = (struct error){0};
    if (g && OGR_GT_IsNonLinear(OGR_G_GetGeometryType(g))) {
        out->curved = true;
        g = straight = OGR_G_GetLinearGeometry(g, ARC_STEP_DEG, NULL);
    }
    enum status st = g ? judge(s, g, out)
                       : refuse(&out->fault, "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",
                                "There is no geometry; add one or delete the record.");
    OGR_G_DestroyGeometry(straight);
    if (st == STATUS_OK)
        return st;
    if (!is_feature_fault(st)) {
        if (e)
            *e = out->fault;
        return st;
    }
    out->state = SOURCE_REFUSED;
    out->shape = (struct geo_shape){0};
    return STATUS_OK;
}
