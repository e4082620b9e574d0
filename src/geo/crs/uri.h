/* Coordinate systems by URI, as standards of OGC name them, with the axes in the order of their authority:
 * CRS84 has the longitude first; EPSG's geographic systems the latitude, its Gauss-Kruger zones the northing.
 * On offer are CRS84, EPSG:4490, EPSG:4326 and the 3-degree zones of CGCS2000, with prefix and without.
 *
 * Here a zone is what it is to the standard, a projection that reaches beyond its own strip: whoever reads
 * coordinates out of a file asks geo/crs/decide.h, which knows what is plausible. Threads: as geo/crs.h. */
#ifndef HX_GEO_CRS_URI_H
#define HX_GEO_CRS_URI_H

#include "geo/crs.h"

enum { CRS_URI_SIZE = 64 };
#define CRS_URI_CRS84 "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#define CRS_URI_STORED "http://www.opengis.net/def/crs/EPSG/0/4490"

struct crs_named {
    struct geo_crs crs;
    bool north_first;
    char uri[CRS_URI_SIZE];
};

/* All that is on offer; the first is CRS84. */
size_t crs_named_count(void);
struct crs_named crs_named_at(size_t i);

/* STATUS_INVALID_INPUT ("unknown-crs") when it is none of them; `what` names the parameter that has it. */
enum status crs_named_of_uri(const char *uri, const char *what, struct crs_named *out,
                             struct error *e) HX_MUST_CHECK;

/* One position, first and second axis, from and to degrees of longitude and latitude. */
enum status crs_named_from_lonlat(struct geo_transformer *t, const struct crs_named *c, double lon_deg,
                                  double lat_deg, double axes[2], struct error *e) HX_MUST_CHECK;
enum status crs_named_to_lonlat(struct geo_transformer *t, const struct crs_named *c, const double axes[2],
                                double *lon_deg, double *lat_deg, struct error *e) HX_MUST_CHECK;

/* The box in degrees about a box by its lower and its upper corner. What is a rectangle in a zone is none in
 * degrees: all of it lies within. In degrees its west may be above its east: then it goes over the
 * antimeridian. STATUS_INVALID_INPUT ("bad-bbox") when the corners are in no order, or off the globe. */
enum status crs_named_box(struct geo_transformer *t, const struct crs_named *c, const double corners[4],
                          struct geo_box *out, struct error *e) HX_MUST_CHECK;

#endif
