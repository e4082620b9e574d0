/* A geometry of GDAL's -> ISO WKB of POLYGON or MULTIPOLYGON, or why it is none. Rings are neither judged
 * nor mended here. */
#include "features/sandbox/child_parts.h"

#include <string.h>

enum { DEPTH_MAX = 16 };

static bool refuse(struct child_areas *out, const char *code, const char *zh, const char *en)
{
    error_zh(&out->fault, "%s", zh);
    error_en(&out->fault, STATUS_INVALID_INPUT, code, "%s", en);
    return false;
}

static bool refuse_none(struct child_areas *out)
{
    return refuse(out, FEATURE_NO_GEOMETRY);
}

static bool refuse_kind(struct child_areas *out, OGRGeometryH g)
{
    const char *kind = OGRGeometryTypeToName(OGR_G_GetGeometryType(g));
    error_zh(&out->fault, "几何类型是 %s，不是面；请只保留面要素。", kind);
    error_en(&out->fault, STATUS_INVALID_INPUT, "source-not-polygon",
             "The geometry is %s, not a polygon; keep polygons only.", kind);
    return false;
}

/* In a drawing an area is a closed line. */
static bool add_closed_line(OGRGeometryH line, OGRGeometryH areas, struct child_areas *out)
{
    int n = OGR_G_GetPointCount(line);
    bool closed = n >= 4 && OGR_G_GetX(line, 0) == OGR_G_GetX(line, n - 1) &&
                  OGR_G_GetY(line, 0) == OGR_G_GetY(line, n - 1);
    if (!closed)
        return refuse(
            out, "source-open-line", "线没有闭合，围不出面积；请闭合该线，或从图中删去。",
            "The line is not closed and encloses nothing; close it, or take it out of the drawing.");
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon), ring = OGR_G_CreateGeometry(wkbLinearRing);
    for (int i = 0; i < n; i++)
        OGR_G_AddPoint_2D(ring, OGR_G_GetX(line, i), OGR_G_GetY(line, i));
    OGR_G_AddGeometryDirectly(polygon, ring);
    return OGR_G_AddGeometryDirectly(areas, polygon) == OGRERR_NONE;
}

static bool collect(OGRGeometryH g, enum child_lines lines, OGRGeometryH areas, int depth,
                    struct child_areas *out)
{
    bool ok = depth <= DEPTH_MAX || refuse_kind(out, g);
    switch (wkbFlatten(OGR_G_GetGeometryType(g))) {
    case wkbPolygon:
        return ok && OGR_G_AddGeometry(areas, g) == OGRERR_NONE;
    case wkbLineString:
        return lines == CLOSED_LINES_ARE_AREAS ? add_closed_line(g, areas, out) : refuse_kind(out, g);
    case wkbMultiLineString:
        if (lines != CLOSED_LINES_ARE_AREAS)
            return refuse_kind(out, g);
        break;
    case wkbMultiPolygon:
    case wkbGeometryCollection:
        break;
    default:
        return refuse_kind(out, g);
    }
    for (int i = 0; ok && i < OGR_G_GetGeometryCount(g); i++)
        ok = collect(OGR_G_GetGeometryRef(g, i), lines, areas, depth + 1, out);
    return ok;
}

static enum status export_areas(OGRGeometryH areas, struct child_areas *out, struct error *e)
{
    OGRGeometryH one = OGR_G_GetGeometryCount(areas) == 1 ? OGR_G_GetGeometryRef(areas, 0) : areas;
    OGR_G_FlattenTo2D(one);
    int n = OGR_G_WkbSize(one);
    buffer_clear(&out->wkb);
    static const char zeros[4096];
    for (int at = 0; at < n; at += (int)sizeof zeros)
        buffer_append(&out->wkb, zeros, n - at < (int)sizeof zeros ? (size_t)(n - at) : sizeof zeros);
    enum status s = buffer_status(&out->wkb, e);
    if (s == STATUS_OK &&
        (n <= 0 || OGR_G_ExportToIsoWkb(one, wkbNDR, (unsigned char *)out->wkb.data) != OGRERR_NONE))
        s = error_no_memory(e);
    return s;
}

enum status child_areas_of(OGRGeometryH g, enum child_lines lines, bool degrees, struct child_areas *out,
                           struct error *e)
{
    OGRGeometryH straight = NULL, areas = OGR_G_CreateGeometry(wkbMultiPolygon);
    enum status s = STATUS_OK;
    out->fault = (struct error){0};
    out->curved = false;
    bool ok = (g && !OGR_G_IsEmpty(g)) || refuse_none(out);
    if (ok && OGR_G_HasCurveGeometry(g, FALSE)) {
        out->curved = true;
        straight = child_straighten(g, degrees);
        ok = straight || refuse_kind(out, g);
        g = straight;
    }
    OGRwkbGeometryType type = ok ? wkbFlatten(OGR_G_GetGeometryType(g)) : wkbUnknown;
    if (type == wkbPolyhedralSurface || type == wkbTIN || type == wkbTriangle) {
        OGRGeometryH forced = OGR_G_ForceToMultiPolygon(straight ? straight : OGR_G_Clone(g));
        g = straight = forced;
    }
    ok = ok && collect(g, lines, areas, 0, out) && (OGR_G_GetGeometryCount(areas) > 0 || refuse_none(out));
    if (ok)
        s = export_areas(areas, out, e);
    else if (!out->fault.code[0])
        s = error_no_memory(e);
    OGR_G_DestroyGeometry(areas);
    OGR_G_DestroyGeometry(straight);
    return s;
}
