/* GeoPackages by plain SQLite statements (OGC 12-128r19): the tables that every one has, and the index over a
 * geometry column.
 * Threads: as the connection. */
#ifndef HX_FORMATS_GPKG_H
#define HX_FORMATS_GPKG_H

#include "base/arena.h"
#include "base/status.h"
#include "geo/shape.h"

/* ---- geometries: "GP", version, flags, srs_id, envelope, WKB ---- */

enum { GPKG_HEADER_BYTES = 40 }; /* with an envelope of x and y, as we write it */

/* A MultiPolygon in the arena; NULL when memory is out. */
const void *gpkg_geometry(const struct geo_shape *shape, int srs, struct arena *a, size_t *n);
void gpkg_put_header(unsigned char p[GPKG_HEADER_BYTES], const struct geo_box *box, int srs);
/* Where the WKB begins; 0: this is no GeoPackage geometry that we know. `p` may be NULL with n = 0. */
size_t gpkg_wkb_offset(const void *p, size_t n);

/* ---- tables ---- */

struct sqlite3;
/* In a new file; with the reference systems 4326 and 4490. false: see sqlite3_errmsg. */
bool gpkg_base_tables(struct sqlite3 *db);
/* The spatial index of a table whose rows are all written, packed, with the triggers that keep it when
 * somebody edits the table; and the extent in gpkg_contents. Table and column are our own names and need no
 * quoting. Every geometry has an envelope of x and y. A table with more than 8 million rows goes without,
 * as the standard allows: that bounds the memory. */
enum status gpkg_rtree_build(struct sqlite3 *db, const char *table, const char *column,
                             struct error *e) HX_MUST_CHECK;

#endif
