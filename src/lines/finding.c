#include "lines/finding.h"

#include <math.h>

double measure_floor_m2(double parcel_m2)
{
    return fmax(MEASURE_FLOOR_M2, 1e-12 * parcel_m2);
}

bool measure_is_covered(double uncovered_m2, double parcel_m2)
{
    return uncovered_m2 <= fmax(0.01, 1e-9 * parcel_m2);
}

double layer_finding_zone_m2(const struct layer_finding *f, int zone)
{
    double m2 = 0;
    for (size_t i = 0; i < f->n_features; i++)
        m2 += line_zone_of(f->line, f->features[i].zone) == zone ? f->features[i].area_m2 : 0;
    return fmin(m2, f->area_m2);
}
