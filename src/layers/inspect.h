/* What is in a file, before anything is imported: its layers with counts, CRS, fields, extents, and which of
 * our layers each looks like (by the shipped definitions) and what an import would bind. Reads no geometry;
 * attributes only to find a text encoding and the sub-zones.
 * Threads: one at a time. */
#ifndef HX_LAYERS_INSPECT_H
#define HX_LAYERS_INSPECT_H

#include "base/buffer.h"

/* JSON in `out`. */
enum status inspect_file(const char *path, struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
