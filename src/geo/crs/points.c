#include "geo/crs/points.h"
#include "geo/crs/value.h"

#include <math.h>
#include <string.h>

void crs_points_extent(const struct crs_points *p, struct crs_question *q)
{
    const struct geo_box box = geo_box_of(p->a, p->b, p->n);
    q->n_points = p->n;
    q->min_a = box.west_deg;
    q->max_a = box.east_deg;
    q->min_b = box.south_deg;
    q->max_b = box.north_deg;
}

static int prefix_of(double v)
{
    return crs_kind_of(v) == CRS_KIND_EAST ? crs_zone_prefix(v) : 0;
}

static bool is_point(enum crs_kind a, enum crs_kind b)
{
    return (a == CRS_KIND_LON && b == CRS_KIND_LAT) || (a == CRS_KIND_LAT && b == CRS_KIND_LON) ||
           (a == CRS_KIND_NORTH && b == CRS_KIND_EAST) || (a == CRS_KIND_EAST && b == CRS_KIND_NORTH);
}

bool crs_points_refused(const char *code)
{
    static const char *const codes[] = {"coords-odd", "coords-order", "zone-mixed", "dd-mmss"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(code, codes[i]) == 0)
            return true;
    return false;
}

size_t crs_points_odd(const struct crs_points *p)
{
    enum crs_kind a = crs_kind_of(p->a[0]), b = crs_kind_of(p->b[0]);
    int prefix = prefix_of(p->a[0]) + prefix_of(p->b[0]);
    for (size_t i = 0; i < p->n; i++)
        if (!is_point(a, b) || crs_kind_of(p->a[i]) != a || crs_kind_of(p->b[i]) != b ||
            prefix_of(p->a[i]) + prefix_of(p->b[i]) != prefix)
            return i;
    return 0;
}

static bool packed(double v, double low, double high)
{
    return v >= low * 10000 && v < high * 10000 && fmod(v, 100) < 60 && fmod(floor(v / 100), 100) < 60;
}

bool crs_points_packed(const struct crs_points *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!(packed(p->a[i], 73, 136) && packed(p->b[i], 3, 54)) &&
            !(packed(p->b[i], 73, 136) && packed(p->a[i], 3, 54)))
            return false;
    return true;
}

static bool dotted(double v)
{
    double minutes = (v - floor(v)) * 100 + 1e-7;
    return v >= 0 && minutes < 60 && (minutes - floor(minutes)) * 100 < 60;
}

bool crs_points_dotted(const struct crs_points *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!dotted(p->a[i]) || !dotted(p->b[i]))
            return false;
    return true;
}
