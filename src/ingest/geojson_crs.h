/* The "crs" member of a GeoJSON file (RFC 7946 dropped it; offices' tools still write it). GDAL reads a CRS that it
 * does not understand there as WGS 84; a red line would then lie somewhere else, so we look for ourselves. */
#ifndef HX_INGEST_GEOJSON_CRS_H
#define HX_INGEST_GEOJSON_CRS_H

#include "base/arena.h"
#include "base/status.h"

/* *name is NULL when there is no such member (then it is WGS 84 by the standard), "" when it is null or names nothing,
 * else the name, e.g. "urn:ogc:def:crs:EPSG::4490". Reads the file once, in pieces. */
enum status geojson_crs_member(const char *path, struct arena *a, const char **name,
                               struct error *e) HX_MUST_CHECK;

#endif
