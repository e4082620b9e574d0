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
