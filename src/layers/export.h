/* A layer version as a file for other programs: GeoPackage, GeoJSON, FlatGeobuf or Shapefile (GB18030, with
 * its .cpg), by the name's ending, with the layer's official field names (by its definition) and the
 * source's other fields.
 *
 * "-" is GeoJSON on standard output, written while the store is read: one that fails is cut off, without its
 * end, so that a reader knows.
 *
 * What a Shapefile cannot hold (names over 10 bytes, texts over 254) is refused, never cut off. A failed
 * export leaves no file.
 * Coordinates are written as they are stored (EPSG:4490; GeoJSON in 4490 with a "crs" member), to the last
 * bit. Nothing is overwritten. Memory: one feature. Threads: as the store's handle. */
#ifndef HX_LAYERS_EXPORT_H
#define HX_LAYERS_EXPORT_H

#include "store/store.h"

enum status export_version(struct store *s, const struct store_version *v, const char *path,
                           int64_t *n_written, struct error *e) HX_MUST_CHECK;

#endif
