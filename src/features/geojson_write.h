/* Parcels -> GeoJSON in EPSG:4490, nine decimals (0.1 mm): what was read, for a map or another program.
 * Threads: pure. */
#ifndef HX_FEATURES_GEOJSON_WRITE_H
#define HX_FEATURES_GEOJSON_WRITE_H

#include "base/buffer.h"
#include "features/parcel.h"

/* Appends a FeatureCollection; see buffer_status. */
void parcel_geojson_write(const struct parcel *parcels, size_t n, struct buffer *out);

#endif
