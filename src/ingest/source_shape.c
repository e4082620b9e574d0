/* A feature's geometry as a valid shape in EPSG:4490, or the reason why there is none. */
#include "ingest/source_parts.h"

#include "geo/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARC_STEP_DEG 0.05
static enum status refuse(struct error *fault, const char *code, const char *zh, const char *en)
{
    error_zh(fault, "%s", zh);
    return error_fail(fault, STATUS_INVALID_INPUT, code, "%s", en);
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
        s->outer = (int32_t)s->policy.rings.n_rings;
    ring_list_begin(&s->policy.rings, outer ? -1 : s->outer);
    ring_list_points(&s->policy.rings, s->x, s->y, n > 0 ? (size_t)n : 0);
    return s->policy.rings.failed ? error_no_memory(fault) : STATUS_OK;
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

static enum status settle(struct source *s, struct source_feature *out, struct error *e)
{
    static const enum source_state states[] = {[ACCEPTANCE_REFUSED] = SOURCE_REFUSED,
                                               [ACCEPTANCE_VALID] = SOURCE_VALID,
                                               [ACCEPTANCE_DISSOLVED] = SOURCE_DISSOLVED,
                                               [ACCEPTANCE_REPAIRED] = SOURCE_REPAIRED};
    struct policy_answer got;
    enum status st = policy_accept(&s->policy, &s->info.crs, s->feature, &got, e);
    if (st != STATUS_OK)
        return st;
    out->state = states[got.state];
    out->fault = got.fault;
    memcpy(out->place_deg, got.place_deg, sizeof got.place_deg);
    out->shape = got.shape;
    out->area_m2 = got.area_m2;
    out->at_stake_m2 = got.at_stake_m2;
    if (out->state == SOURCE_VALID && got.n_empty) {
        out->state = SOURCE_DISSOLVED;
        (void)refuse(&out->fault, "empty-hole-dropped", "有不足三个不同点的内环，已略去，面积不变。",
                     "A hole with fewer than three distinct points was left out; the area is unchanged.");
    }
    return STATUS_OK;
}

/* A failure is one of the machine, which ends the reading; a fault of the feature is in *out. */
static enum status judge(struct source *s, OGRGeometryH g, struct source_feature *out, struct error *e)
{
    ring_list_clear(&s->policy.rings);
    enum status st = add_geometry(s, g, &out->fault);
    if (st == STATUS_OK && s->policy.rings.n_rings == 0)
        st = refuse(&out->fault, "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",
                    "There is no geometry; add one or delete the record.");
    return st == STATUS_OK ? settle(s, out, e) : st;
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
    struct error why = {0};
    enum status st = g ? judge(s, g, out, &why)
                       : refuse(&out->fault, "source-no-geometry", "没有几何图形；请补上图形或删除该记录。",
                                "There is no geometry; add one or delete the record.");
    OGR_G_DestroyGeometry(straight);
    if (st != STATUS_OK && st != STATUS_INVALID_INPUT) {
        if (e)
            *e = why.code[0] ? why : out->fault;
        return st;
    }
    if (st == STATUS_OK)
        return st;
    out->state = SOURCE_REFUSED;
    out->shape = (struct geo_shape){0};
    return STATUS_OK;
}
