#include "geo/crs/other_zones.h"

#include <math.h>

/* A reading is one of the list already: by its meridian, for plain eastings of 3 and 6 degrees are the
 * same. */
static bool is_there(const struct crs_zone_reading *list, size_t n, double meridian_deg)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].crs.central_meridian_deg == meridian_deg)
            return true;
    return false;
}

static bool reads_in_strip(struct geo_transformer *t, const struct geo_crs *zone, double x, double y,
                           struct crs_zone_reading *out)
{
    *out = (struct crs_zone_reading){.crs = *zone};
    return geo_transformer_point(t, zone, x, y, &out->lon_deg, &out->lat_deg, NULL) == STATUS_OK &&
           fabs(out->lon_deg - zone->central_meridian_deg) <=
               0.5 * zone->zone_width_deg + GEO_BESIDE_ZONE_DEG;
}

size_t crs_other_zones(struct geo_transformer *t, const struct geo_crs *as, double x, double y,
                       struct crs_zone_reading out[CRS_ZONE_READINGS_MAX])
{
    size_t n = 0;
    if (as->kind != GEO_CRS_GAUSS_KRUGER || as->shift.given)
        return 0;
    double plain = as->zone_prefix ? x - as->zone * 1e6 : x;
    for (int width = 3; width <= 6; width += 3)
        for (int zone = 1; zone <= 60; zone++) { /* those that there are are told by geo_crs_from_zone */
            struct geo_crs crs;
            if (geo_crs_from_zone(width, zone, as->zone_prefix, &crs, NULL) != STATUS_OK ||
                crs.central_meridian_deg == as->central_meridian_deg ||
                is_there(out, n, crs.central_meridian_deg))
                continue;
            n += reads_in_strip(t, &crs, plain + (as->zone_prefix ? zone * 1e6 : 0), y, &out[n]);
        }
    return n;
}
