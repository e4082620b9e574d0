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

void layer_finding_zones_m2(const struct layer_finding *f, double m2[ZONES_MAX + 1])
{
    int n = f->line->n_zones;
    for (int z = 0; z <= n; z++)
        m2[z] = 0;
    for (size_t i = 0; i < f->n_features; i++)
        m2[line_zone_of(f->line, f->features[i].zone)] += f->features[i].area_m2;
    for (int z = 0; z <= n; z++)
        m2[z] = fmin(m2[z], f->area_m2);
}
