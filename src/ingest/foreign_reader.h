/* Shapefile (zip), GeoPackage, KML, KMZ, DXF and FlatGeobuf uploads -> parcels, without GDAL ever seeing an upload in
 * this process: a child (the same program, foreign_child.h) reads the file in a sandbox and answers with plain records,
 * which are checked here like any other input.
 *
 * Not for: layers (source.h), whose files the administrator chose. Threads: any; each call has its own child and its own
 * private folder, both gone when it returns. A call waits for its child: at most `wait_ms` of struct parcel_foreign. */
#ifndef HX_INGEST_FOREIGN_READER_H
#define HX_INGEST_FOREIGN_READER_H

#include "parcel/parcel.h"

/* How long a reading may take when nothing else is said. */
enum { FOREIGN_WAIT_MS = 45000 };

/* This program as its own reading child: its `main` must begin with foreign_child_wanted. */
extern const struct parcel_foreign foreign_reader;

enum status foreign_read(const struct parcel_foreign *self, const struct parcel_context *c,
                         enum parcel_format format, const void *bytes, size_t n, struct parcel_set *out,
                         struct error *e) HX_MUST_CHECK;

#endif
