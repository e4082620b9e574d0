/* Curves of GDAL's -> lines, their arcs by geo/arc.h. What GDAL straightens itself (the bulges and circles of
 * a drawing) has the same two limits in child_open.c. */
#include "features/sandbox/child_parts.h"
#include "geo/arc.h"

/* Points after the first: chords up to and including the third. */
static void add_arc(OGRGeometryH line, const double p[3][2], bool degrees)
{
    struct arc a;
    if (arc_through(p, degrees, &a)) {
        int first = OGR_G_GetPointCount(line);
        if (a.steps > 1) /* at once: AddPoint would copy the line for each */
            OGR_G_SetPointCount(line, first + (int)a.steps - 1);
        for (size_t i = 1; i < a.steps; i++) {
            double x, y;
            arc_point(&a, i, &x, &y);
            OGR_G_SetPoint_2D(line, first + (int)i - 1, x, y);
        }
    } else {
        OGR_G_AddPoint_2D(line, p[1][0], p[1][1]);
    }
    OGR_G_AddPoint_2D(line, p[2][0], p[2][1]);
}

static void get_point(OGRGeometryH g, int i, double p[2])
{
    p[0] = OGR_G_GetX(g, i);
    p[1] = OGR_G_GetY(g, i);
}

/* Adds a curve to a line; its first point only when the line has none. False for what is no curve. */
static bool add_curve(OGRGeometryH line, OGRGeometryH g, bool degrees)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(g));
    if (type == wkbCompoundCurve) {
        bool ok = true;
        for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
            ok = add_curve(line, OGR_G_GetGeometryRef(g, i), degrees) && ok;
        return ok;
    }
    int n = OGR_G_GetPointCount(g);
    double p[3][2];
    if ((type != wkbLineString && type != wkbCircularString) || n < 1)
        return n == 0 && (type == wkbLineString || type == wkbCircularString);
    get_point(g, 0, p[0]);
    if (OGR_G_GetPointCount(line) == 0)
        OGR_G_AddPoint_2D(line, p[0][0], p[0][1]);
    for (int i = 1; type == wkbLineString && i < n; i++)
        OGR_G_AddPoint_2D(line, OGR_G_GetX(g, i), OGR_G_GetY(g, i));
    for (int i = 0; type == wkbCircularString && i + 2 < n; i += 2) {
        for (int k = 0; k < 3; k++)
            get_point(g, i + k, p[k]);
        add_arc(line, p, degrees);
    }
    return type == wkbLineString || n % 2 == 1;
}

static OGRwkbGeometryType straight_type(OGRwkbGeometryType type)
{
    switch (type) {
    case wkbCurvePolygon:
        return wkbPolygon;
    case wkbMultiSurface:
        return wkbMultiPolygon;
    case wkbMultiCurve:
        return wkbMultiLineString;
    default:
        return wkbGeometryCollection;
    }
}

static bool is_curve(OGRwkbGeometryType type)
{
    return type == wkbCircularString || type == wkbCompoundCurve;
}

OGRGeometryH child_straighten(OGRGeometryH g, bool degrees)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(g));
    if (type == wkbPoint || type == wkbLineString || type == wkbPolygon)
        return OGR_G_Clone(g);
    OGRGeometryH out = OGR_G_CreateGeometry(is_curve(type) ? wkbLineString : straight_type(type));
    bool ok = out && (!is_curve(type) || add_curve(out, g, degrees));
    for (int i = 0; ok && !is_curve(type) && i < OGR_G_GetGeometryCount(g); i++) {
        OGRGeometryH part = OGR_G_GetGeometryRef(g, i), straight = NULL;
        if (type == wkbCurvePolygon) {
            straight = OGR_G_CreateGeometry(wkbLinearRing);
            ok = add_curve(straight, part, degrees);
        } else {
            straight = child_straighten(part, degrees);
            ok = straight != NULL;
        }
        ok = ok && OGR_G_AddGeometryDirectly(out, straight) == OGRERR_NONE;
    }
    if (!ok && out)
        OGR_G_DestroyGeometry(out);
    return ok ? out : NULL;
}
