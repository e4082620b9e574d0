/* A geometry of GeoJSON, of any type, as flat arrays: for the few shapes that are no areas. (Areas of users'
 * files are read by features/, which has a policy.)
 *
 * Threads: pure; everything is in the arena. */
#ifndef HX_FORMATS_GEOJSON_READ_H
#define HX_FORMATS_GEOJSON_READ_H

#include "base/arena.h"
#include "base/status.h"

#include <stdint.h>

/* By the numbers that WKB has, too. */
enum geojson_kind {
    GEOJSON_NONE, /* null */
    GEOJSON_POINT,
    GEOJSON_LINE,
    GEOJSON_POLYGON,
    GEOJSON_MULTIPOINT,
    GEOJSON_MULTILINE,
    GEOJSON_MULTIPOLYGON,
    GEOJSON_COLLECTION
};

/* A point, a line or a polygon: its rings go on to the first ring of the next part. */
struct geojson_part {
    enum geojson_kind kind;
    uint32_t first_ring;
};

struct geojson_geometry {
    enum geojson_kind kind;     /* as it is written */
    double *x, *y;              /* n */
    uint32_t *ring_start;       /* n_rings + 1; a point or a line is a ring, too */
    struct geojson_part *parts; /* n_parts + 1; what stands in collections of collections is in one list */
    uint32_t n, n_rings, n_parts;
};

/* STATUS_INVALID_INPUT ("bad-geometry") when the text is no geometry. Heights are passed over. */
enum status geojson_read(const char *text, struct arena *a, struct geojson_geometry *out,
                         struct error *e) HX_MUST_CHECK;

#endif
