/* A MultiPolygon's WKB <-> the bytes in which SpatiaLite keeps it: what the store needs to write and to read
 * layers without calling SpatiaLite for each row, or at all. Both little-endian, two dimensions; the doubles
 * are carried over as they are. Source: "BLOB-Geometry" in the SpatiaLite manual.
 * Not for: other kinds of geometry, which SpatiaLite's own functions write and read. Threads: pure. */
#ifndef HX_STORE_GEOMETRY_BYTES_H
#define HX_STORE_GEOMETRY_BYTES_H

#include "base/buffer.h"
#include "base/status.h"
#include "geo/shape.h"

/* SpatiaLite's bytes in `out` (cleared first) of a WKB MultiPolygon, and its box. */
enum status geometry_bytes_of(const void *wkb, size_t n, struct buffer *out, struct geo_box *box,
                              struct error *e) HX_MUST_CHECK;

enum { GEOMETRY_BYTES_MORE = 39 }; /* SpatiaLite's bytes are longer than the WKB by so many */

/* `wkb` has room for n - GEOMETRY_BYTES_MORE bytes and is filled by them. False when the bytes are not whole
 * or no MultiPolygon: then nothing may be made of `wkb`. */
bool geometry_bytes_to_wkb(const void *bytes, size_t n, void *wkb) HX_MUST_CHECK;

#endif
