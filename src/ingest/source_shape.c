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

static enum status add_ring(struct source *s, OGRGeometryH ring, bool outer, struct error *fault)
{
    int n = OGR_G_GetPointCount(ring);
    if (!reserve(s, n > 0 ? (size_t)n : 1))
        return error_no_memory(fault);
    OGR_G_GetPoints(ring, s->x, sizeof *s->x, s->y, sizeof *s->y, NULL, 0);
    if (outer)
        s->outer = (int32_t)s->rings.n_rings;
    ring_list_begin(&s->rings, outer ? -1 : s->outer);
    ring_list_points(&s->rings, s->x, s->y, n > 0 ? (size_t)n : 0);
    return s->rings.failed ? error_no_memory(fault) : STATUS_OK;
}

static enum status add_polygon(struct source *s, OGRGeometryH polygon, struct error *fault)
{
    enum status st = STATUS_OK;
    int n = OGR_G_GetGeometryCount(polygon);
    for (int i = 0; st == STATUS_OK && i < n; i++)
        st = add_ring(s, OGR_G_GetGeometryRef(polygon, i), i == 0, fault);
    return st;
}

/* In a drawing an area is a closed line. */
static enum status add_closed_line(struct source *s, OGRGeometryH line, struct error *fault)
{
    int n = OGR_G_GetPointCount(line);
    bool closed = n >= 4 && OGR_G_GetX(line, 0) == OGR_G_GetX(line, n - 1) &&
                  OGR_G_GetY(line, 0) == OGR_G_GetY(line, n - 1);
    if (!closed)
        return refuse(
            fault, "source-open-line", "线没有闭合，围不出面积；请闭合该线，或从图中删去。",
            "The line is not closed and encloses nothing; close it, or take it out of the drawing.");
    return add_ring(s, line, true, fault);
}

static enum status refuse_kind(OGRGeometryH g, struct error *fault)
{
    const char *kind = OGRGeometryTypeToName(OGR_G_GetGeometryType(g));
    error_zh(fault, "几何类型是 %s，不是面；请只保留面要素。", kind);
    return error_fail(fault, STATUS_INVALID_INPUT, "source-not-polygon",
                      "The geometry is %s, not a polygon; keep polygons only.", kind);
}

static enum status add_geometry(struct source *s, OGRGeometryH g, struct error *fault)
{
    switch (wkbFlatten(OGR_G_GetGeometryType(g))) {
    case wkbPolygon:
        return add_polygon(s, g, fault);
    case wkbMultiPolygon:
    case wkbGeometryCollection:
        for (int i = 0; i < OGR_G_GetGeometryCount(g); i++) {
            enum status st = add_geometry(s, OGR_G_GetGeometryRef(g, i), fault);
            if (st != STATUS_OK)
                return st;
        }
        return STATUS_OK;
    case wkbLineString:
        return s->info.drawing ? add_closed_line(s, g, fault) : refuse_kind(g, fault);
    default:
        return refuse_kind(g, fault);
    }
}

static enum status fail_place(const struct geo_box *b, struct error *fault)
{
    error_zh(fault, "位置 %.5f, %.5f 不在中国及周边；请检查坐标系、带号以及经纬度是否颠倒。", b->west_deg,
             b->south_deg);
    return error_fail(
        fault, STATUS_INVALID_INPUT, "source-out-of-place",
        "The place %.5f, %.5f is not in or near China; check the CRS, the zone, and whether longitude "
        "and latitude are swapped.",
        b->west_deg, b->south_deg);
}

static bool is_plausible(double lon_deg, double lat_deg)
{
    return lon_deg >= PLAUSIBLE.west_deg && lon_deg <= PLAUSIBLE.east_deg && lat_deg >= PLAUSIBLE.south_deg &&
           lat_deg <= PLAUSIBLE.north_deg;
}

static enum status check_place(const struct geo_shape *shape, struct error *fault)
{
    const struct geo_box *b = &shape->box;
    return is_plausible(b->west_deg, b->south_deg) && is_plausible(b->east_deg, b->north_deg)
               ? STATUS_OK
               : fail_place(b, fault);
}

static enum status settle(struct source *s, struct source_feature *out)
{
    struct settle_terms terms = {.crs = &s->info.crs, .fine = s->parcels, .repair_m2 = s->repair_m2};
    struct settled got = {.place_deg = {NAN, NAN}};
    enum status st = settle_shape(s->settler, &s->rings, &terms, s->feature, &got, &out->fault);
    memcpy(out->place_deg, got.place_deg, sizeof got.place_deg);
    out->at_stake_m2 = got.at_stake_m2;
    if (st != STATUS_OK) {
        /* Said first where it is so: a wrong zone can also make a ring cross itself. */
        struct geo_box at = {got.place_deg[0], got.place_deg[1], got.place_deg[0], got.place_deg[1]};
        bool elsewhere = isfinite(at.west_deg) && !is_plausible(at.west_deg, at.south_deg);
        return st == STATUS_INVALID_INPUT && elsewhere ? fail_place(&at, &out->fault) : st;
    }
    out->shape = got.shape;
    if (!isfinite(got.place_deg[0])) {
        out->place_deg[0] = got.shape.lon_deg[0];
        out->place_deg[1] = got.shape.lat_deg[0];
    }
    static const enum source_state states[] = {[SETTLED_REFUSED] = SOURCE_REFUSED,
                                               [SETTLED_VALID] = SOURCE_VALID,
                                               [SETTLED_DISSOLVED] = SOURCE_DISSOLVED,
                                               [SETTLED_REPAIRED] = SOURCE_REPAIRED};
    out->state = states[got.how];
    if (got.note_code) {
        error_zh(&out->fault, "%.500s", got.note_zh);
        (void)error_fail(&out->fault, STATUS_INVALID_INPUT, got.note_code, "%.500s", got.note_en);
    }
    return check_place(&out->shape, &out->fault);
}

static enum status judge(struct source *s, OGRGeometryH g, struct source_feature *out)
{
    ring_list_clear(&s->rings);
    enum status st = add_geometry(s, g, &out->fault);
    if (st == STATUS_OK && s->rings.n_rings == 0)
        st = refuse(&out->fault, "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",
                    "There is no geometry; add one or delete the record.");
    if (st == STATUS_OK)
        st = settle(s, out);
    if (st == STATUS_OK)
        out->area_m2 = geo_shape_area_m2(&out->shape);
    return st;
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
