/* Arcs -> chords, the same for every format: no chord spans more than a twentieth of a degree of its arc,
 * nor more than 0.1 m. The area between n chords and their circle is about pi * chord^2 / 6 for a whole
 * one, whatever its radius: 0.005 m2. What GDAL straightens itself (the bulges and circles of a drawing)
 * has the same two limits in child_open.c. */
#include "features/sandbox/child_parts.h"

#include <math.h>

#define STEP_RAD (0.05 * M_PI / 180)
#define CHORD_M 0.1
#define METRES_PER_DEGREE 111320.0
enum { STEPS_MAX = 10000000 };

struct arc {
    double x, y, radius, from, sweep;
};

/* The circle through three points; false when they are on a line. */
static bool find_arc(const double p[3][2], struct arc *out)
{
    double ax = p[1][0] - p[0][0], ay = p[1][1] - p[0][1], bx = p[2][0] - p[0][0], by = p[2][1] - p[0][1];
    if (p[0][0] == p[2][0] && p[0][1] == p[2][1]) { /* a whole circle: its second point is opposite */
        double x = ax / 2, y = ay / 2;
        *out = (struct arc){p[0][0] + x, p[0][1] + y, hypot(x, y), atan2(-y, -x), 2 * M_PI};
        return out->radius > 0;
    }
    double d = 2 * (ax * by - ay * bx);
    if (d == 0)
        return false;
    double aa = ax * ax + ay * ay, bb = bx * bx + by * by;
    double x = (by * aa - ay * bb) / d, y = (ax * bb - bx * aa) / d;
    double from = atan2(-y, -x), to = atan2(by - y, bx - x), sweep = to - from;
    if (d > 0 && sweep < 0)
        sweep += 2 * M_PI;
    else if (d < 0 && sweep > 0)
        sweep -= 2 * M_PI;
    *out = (struct arc){p[0][0] + x, p[0][1] + y, hypot(x, y), from, sweep};
    return isfinite(out->radius) && isfinite(sweep);
}

/* Points after the first: chords up to and including the third. */
static void add_arc(OGRGeometryH line, const double p[3][2], bool degrees)
{
    struct arc a;
    if (find_arc(p, &a)) {
        double chord = degrees ? CHORD_M / METRES_PER_DEGREE : CHORD_M;
        double n = ceil(fabs(a.sweep) / fmin(STEP_RAD, chord / a.radius));
        int steps = n < STEPS_MAX ? (int)n : STEPS_MAX;
        int first = OGR_G_GetPointCount(line);
        if (steps > 1)
            OGR_G_SetPointCount(line, first + steps - 1); /* at once: AddPoint would copy the line for each */
        for (int i = 1; i < steps; i++) {
            double angle = a.from + a.sweep * i / steps;
            OGR_G_SetPoint_2D(line, first + i - 1, a.x + a.radius * cos(angle), a.y + a.radius * sin(angle));
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
