/* The two halves of the GeoJSON reader. Internal to the parcel module. */
#ifndef HX_FEATURES_READERS_GEOJSON_H
#define HX_FEATURES_READERS_GEOJSON_H

#include "features/parsing.h"

#include <jansson.h>

/* Decides the CRS from the root's old `crs` member (absent: longitude/latitude; null: a question) and
 * writes set.crs_note. */
enum status parcel_geojson_crs(struct parsing *p, const json_t *root, struct geo_crs *out,
                               bool *said) HX_MUST_CHECK;

/* Is (x, y) a coordinate of this CRS? When not, asks the question that would resolve it: swapped axes, or
 * metres of a zone that is not named. `said` tells whether the file named its CRS. */
enum status parcel_geojson_check_point(const struct geo_crs *crs, bool said, double x, double y,
                                       struct error *e) HX_MUST_CHECK;

#endif
