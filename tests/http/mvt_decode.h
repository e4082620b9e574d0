/* A reader of vector tiles written for the tests alone, from the specification and not from src/tile. */
#ifndef HX_TESTS_MVT_DECODE_H
#define HX_TESTS_MVT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MVT_MAX_FEATURES = 256, MVT_MAX_RINGS = 64 };

struct mvt_decoded_feature {
    uint64_t id;
    unsigned type;
    int n_rings;            /* that are kept below: the first MVT_MAX_RINGS; 1 of one line, or of points */
    int64_t twice_area_all; /* of every ring */
    int64_t twice_area[MVT_MAX_RINGS]; /* surveyor's formula in tile coordinates */
    int n_points[MVT_MAX_RINGS];
    int32_t x[MVT_MAX_RINGS], y[MVT_MAX_RINGS]; /* first point of the ring */
    char tags[4][64];                           /* by key number; a number as its digits */
};

struct mvt_decoded {
    char name[64];
    char keys[4][64];
    unsigned version, extent;
    int n_features;
    struct mvt_decoded_feature features[MVT_MAX_FEATURES];
};

/* False when a byte does not belong where it is. An empty tile has no features. */
bool mvt_decode(const void *bytes, size_t n, struct mvt_decoded *out);

#endif
