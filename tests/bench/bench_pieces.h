/* A layer as plain GEOS users hold it: features cut into pieces of few vertices, in an STRtree. Cutting takes
 * a while, so the pieces are kept in a file. Threads: const once made. */
#ifndef HX_BENCH_PIECES_H
#define HX_BENCH_PIECES_H

#include "bench_data.h"

#include <geos_c.h>

enum { PIECE_MAX_VERTICES = 128 };

struct piece {
    GEOSGeometry *geometry;
    int64_t feature;
};

struct pieces {
    struct piece *all;
    size_t n;
    GEOSSTRtree *tree; /* items are pointers into `all` */
};

GEOSContextHandle_t bench_geos_new(void);
GEOSGeometry *bench_geos_of_shape(GEOSContextHandle_t g, const struct geo_shape *s);

/* From `file` when it is there; otherwise cut from the layer in `data`, and written to `file`. Exits on
 * failure. */
struct pieces bench_pieces_read(GEOSContextHandle_t g, const char *data, const char *layer, const char *file);
void bench_pieces_release(GEOSContextHandle_t g, struct pieces *p);

#endif
