/* The same digits, read as coordinates of another zone: for a hint where a parcel lies outside the region and
 * its zone may be the wrong one. Nothing is decided here.
 *
 * Not for degrees, and not for swapped axes: a northing of the region (4.1 to 6 million metres) is an easting
 * of no zone and a longitude of it no latitude, so that swapped numbers are refused before anything is
 * measured (decide.h, geo_transformer_point). */
#ifndef HX_GEO_CRS_OTHER_ZONES_H
#define HX_GEO_CRS_OTHER_ZONES_H

#include "geo/crs.h"

/* 3-degree zones 25-45 and 6-degree zones 13-23. */
enum { CRS_ZONE_READINGS_MAX = 21 + 11 };

struct crs_zone_reading {
    struct geo_crs crs;
    double lon_deg, lat_deg; /* where the point lies by it */
};

/* Readings of an easting and a northing of the zone `as` by each other zone in which they would be
 * legitimate: within the zone's own strip and what surveys reach over it. Where the easting carries a prefix,
 * the other zone's would stand in its place. 3-degree zones come first, from the west; a 6-degree zone with
 * the meridian of one that is already there is the same reading and left out. How many; none when `as` is not
 * a zone of CGCS2000. */
size_t crs_other_zones(struct geo_transformer *t, const struct geo_crs *as, double x, double y,
                       struct crs_zone_reading out[CRS_ZONE_READINGS_MAX]);

#endif
