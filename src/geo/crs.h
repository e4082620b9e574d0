/* Coordinate systems by EPSG code, decided in the open, and conversion to EPSG:4490 longitude/latitude.
 *
 * Which edges are meant: an edge is straight in the CRS in which its coordinates were delivered. On
 * conversion it is cut until no point of it lies more than GEO_DENSIFY_TOLERANCE_M from the straight lon/lat
 * pieces.
 *
 * Accepted: 4490 and 4326 (read as longitude, latitude; see DESIGN.md on the difference of the two datums),
 * CGCS2000 3-degree zones 25-45 with prefix (4513-4533) and without (4534-4554), 6-degree zones 13-23 with
 * prefix (4491-4501) and without (4502-4512). Refused with a sentence: Xi'an 1980 and Beijing 1954 (PROJ has
 * only a ballpark transformation) unless somebody gives the parameters of the place, Web Mercator, everything
 * else.
 * Axis order: callers always give x = easting or longitude, y = northing or latitude, whatever EPSG says.
 * Threads: a transformer belongs to one thread (it owns a PJ_CONTEXT). */
#ifndef HX_GEO_CRS_H
#define HX_GEO_CRS_H

#include "geo/shape.h"

/* Layers: 0.01 mm. (0.1 mm would show no one where a line is, but along a kilometre of border it is up to
 * 0.07 m2.) */
#define GEO_DENSIFY_TOLERANCE_M 0.00001
/* The parcel itself is asked for its area to 0.01 m2, however long its edges: a ring's edges are cut so that
 * its area moves by at most this, or this share of it, whichever is more; but no finer than 0.1
 * micrometres. */
#define GEO_DENSIFY_AREA_M2 0.002
#define GEO_DENSIFY_AREA_SHARE 2e-10
#define GEO_DENSIFY_FINEST_M 1e-7

enum geo_crs_kind { GEO_CRS_GEOGRAPHIC, GEO_CRS_GAUSS_KRUGER };

/* From an older datum to CGCS2000, by the parameters of the place (布尔沙 three or seven). */
struct geo_datum_shift {
    bool given;
    double t_m[3];      /* dx, dy, dz */
    double r_arcsec[3]; /* rx, ry, rz */
    double scale_ppm;
    bool position_vector; /* sign of the rotations; false: coordinate frame, as Chinese surveying books write
                             布尔沙 */
};

struct geo_crs {
    struct geo_datum_shift shift; /* given for Xi'an 1980 and Beijing 1954 only */
    int epsg;
    enum geo_crs_kind kind;
    int zone_width_deg; /* 3 or 6; 0 when geographic */
    int zone;           /* 25-45 or 13-23; 0 when geographic */
    bool zone_prefix;   /* eastings carry the zone number as their first two digits */
    double central_meridian_deg;
    char name[64]; /* "CGCS2000 / 3-degree Gauss-Kruger zone 37" */
};

enum status geo_crs_from_epsg(int epsg, struct geo_crs *out, struct error *e) HX_MUST_CHECK;
/* zone_width_deg 3 or 6; the EPSG code follows from the zone. */
enum status geo_crs_from_zone(int zone_width_deg, int zone, bool zone_prefix, struct geo_crs *out,
                              struct error *e) HX_MUST_CHECK;

/* "dx,dy,dz" or "dx,dy,dz,rx,ry,rz,s", the latter with ",vector" (position vector) or ",frame" (coordinate
 * frame, also without it) at the end. Translations up to 1000 m, rotations up to 60 arc-seconds, scale up
 * to 100 ppm. */
enum status geo_datum_shift_parse(const char *text, struct geo_datum_shift *out,
                                  struct error *e) HX_MUST_CHECK;
/* Is the code one of Xi'an 1980 or Beijing 1954? */
bool geo_crs_is_beijing_1954(int epsg);
bool geo_crs_is_old_datum(int epsg);
/* The code of a zone of Beijing 1954 (or else Xi'an 1980); 0 when there is none. */
int geo_crs_old_epsg(bool beijing_1954, int zone_width_deg, int zone, bool zone_prefix);
/* As geo_crs_from_epsg; with a shift that is given also Xi'an 1980 and Beijing 1954, and only those. */
enum status geo_crs_from_epsg_shifted(int epsg, const struct geo_datum_shift *shift, struct geo_crs *out,
                                      struct error *e) HX_MUST_CHECK;

struct geo_transformer;
enum status geo_transformer_new(struct geo_transformer **out, struct error *e) HX_MUST_CHECK; /* owned */
void geo_transformer_free(struct geo_transformer *t);                                         /* NULL-safe */

/* One point to lon/lat degrees. A point that PROJ cannot convert, or that is not finite, is an error. */
enum status geo_transformer_point(struct geo_transformer *t, const struct geo_crs *crs, double x, double y,
                                  double *lon_deg, double *lat_deg, struct error *e) HX_MUST_CHECK;

/* Appends the n vertices of a closed or open ring, converted and densified, to the ring that is open in `b`.
 * The error names the vertex (1-based). */
enum status geo_transformer_add_ring(struct geo_transformer *t, const struct geo_crs *crs, const double *x,
                                     const double *y, size_t n, struct geo_shape_builder *b,
                                     struct error *e) HX_MUST_CHECK;

/* The same, cut so finely that the ring's area is kept (see GEO_DENSIFY_AREA_M2): for parcels. */
enum status geo_transformer_add_ring_fine(struct geo_transformer *t, const struct geo_crs *crs,
                                          const double *x, const double *y, size_t n,
                                          struct geo_shape_builder *b, struct error *e) HX_MUST_CHECK;

/* From lon/lat degrees to the CRS (for plane areas and for writing TXT). */
enum status geo_transformer_from_lonlat(struct geo_transformer *t, const struct geo_crs *crs, double lon_deg,
                                        double lat_deg, double *x, double *y, struct error *e) HX_MUST_CHECK;

/* Its inverse, wherever PROJ has an answer: coordinates of a request, which may lie far beside the zone's
 * strip. Those of a file are geo_transformer_point's. */
enum status geo_transformer_to_lonlat(struct geo_transformer *t, const struct geo_crs *crs, double x,
                                      double y, double *lon_deg, double *lat_deg,
                                      struct error *e) HX_MUST_CHECK;

/* A zone is half its width to either side of its meridian; surveys near its border reach over by less than
 * this. */
#define GEO_BESIDE_ZONE_DEG 0.5
/* 3 or 6: the numbers tell, 25-45 and 13-23. */
int geo_crs_zone_width_deg(int zone);
/* The 3-degree zone that a longitude belongs to, e.g. 111.7 -> 37. */
int geo_crs_zone3_of_lon(double lon_deg);

#endif
