/* Well-known binary <-> shape. Reads Polygon and MultiPolygon of either byte order, with Z or M (dropped) in
 * ISO or EWKB form; writes little-endian MultiPolygon. Every count is checked against the bytes that are
 * there. */
#ifndef HX_FORMATS_WKB_H
#define HX_FORMATS_WKB_H

#include "base/buffer.h"
#include "geo/shape.h"

/* Reads into the builder (cleared first) without transformation; the error says at which byte. */
enum status wkb_read(const void *wkb, size_t n, struct geo_shape_builder *b, struct error *e) HX_MUST_CHECK;
void wkb_write(const struct geo_shape *s, struct buffer *out);

#endif
