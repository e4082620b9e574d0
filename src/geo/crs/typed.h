/* One point as somebody types it to go there: degrees in the usual writings, or an easting and a northing of
 * a zone, in either order. Read and decided by value.h and decide.h, as the points of a file are; what a file
 * would be refused for is said here with the same sentence. Where only the zone is missing, each zone by
 * which the point would lie in the region is an answer: whoever typed it chooses. Threads: as geo/crs.h. */
#ifndef HX_GEO_CRS_TYPED_H
#define HX_GEO_CRS_TYPED_H

#include "geo/crs.h"

enum { CRS_TYPED_MAX = 21, CRS_TYPED_BYTES = 128 };

struct crs_typed_point {
    struct geo_crs crs;
    double lon_deg, lat_deg;
    char note_zh[256], note_en[256]; /* how it was read */
};

struct crs_typed {
    bool is_point; /* false: the text is no pair of coordinates; then nothing else is set */
    size_t n;      /* above one: the zone is missing */
    struct crs_typed_point at[CRS_TYPED_MAX];
};

/* `region`: where points without a zone may lie. */
enum status crs_typed_read(struct geo_transformer *t, const char *text, const struct geo_box *region,
                           struct crs_typed *out, struct error *e) HX_MUST_CHECK;

#endif
