#include "geo/arc.h"

#include <math.h>

#define STEP_RAD (0.05 * M_PI / 180)
#define CHORD_M 0.1
#define METRES_PER_DEGREE 111320.0

static bool find_circle(const double p[3][2], struct arc *out)
{
    double ax = p[1][0] - p[0][0], ay = p[1][1] - p[0][1], bx = p[2][0] - p[0][0], by = p[2][1] - p[0][1];
    if (p[0][0] == p[2][0] && p[0][1] == p[2][1]) {
        double x = ax / 2, y = ay / 2;
        *out = (struct arc){p[0][0] + x, p[0][1] + y, hypot(x, y), atan2(-y, -x), 2 * M_PI, 0};
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
    *out = (struct arc){p[0][0] + x, p[0][1] + y, hypot(x, y), from, sweep, 0};
    return isfinite(out->radius) && isfinite(sweep);
}

bool arc_through(const double p[3][2], bool degrees, struct arc *out)
{
    if (!find_circle(p, out))
        return false;
    double chord = degrees ? CHORD_M / METRES_PER_DEGREE : CHORD_M;
    double n = ceil(fabs(out->sweep) / fmin(STEP_RAD, chord / out->radius));
    out->steps = n < ARC_STEPS_MAX ? (size_t)fmax(n, 1) : ARC_STEPS_MAX;
    return true;
}

void arc_point(const struct arc *a, size_t i, double *x, double *y)
{
    double angle = a->from + a->sweep * (double)i / (double)a->steps;
    *x = a->x + a->radius * cos(angle);
    *y = a->y + a->radius * sin(angle);
}
