/* Areas on the CGCS2000 ellipsoid, each under the name by which officers know it.
 *
 *   ellipsoid  exact area enclosed by edges that are straight in longitude/latitude: the integral of the
 *   authalic
 *              function Q(phi) along the edges. This is the default basis ("CGCS2000椭球面积") and agrees
 *              with the overlap kernel (index/overlap.h) to rounding.
 *   geodesic   the same vertices joined by geodesics (PROJ geodesic.h, Karney 2013).
 *   standard   国土调查办发〔2008〕32号 "图斑椭球面积计算公式及要求": trapezoids between the edge and the
 *              prime meridian by the standard's series, coordinates and angles rounded as the standard's
 *              tools do.
 *
 * Q(phi) = integral from 0 of M*N*cos(phi) dphi = b^2/2 * (sin/(1-e2 sin^2) + atanh(e sin)/e); m^2 per radian
 * of longitude. Source: Snyder 1987, eq. 3-12, written for the area element.
 * Units: degrees in, m^2 out. No errors: input is a finished shape. Threads: pure functions. */
#ifndef HX_GEO_AREA_H
#define HX_GEO_AREA_H

#include "geo/crs.h"
#include "geo/shape.h"

#define CGCS2000_A_M 6378137.0
#define CGCS2000_INV_F 298.257222101

/* m^2 between the equator and the parallel, per degree of longitude. */
double geo_authalic_q_m2_per_deg(double lat_deg);

/* d^k Q / d lat^k for k = 1..4 at a latitude, by degrees: the series about a parcel's own latitude. */
void geo_authalic_series(double lat_deg, double derivative[4]);

/* Signed area of a ring of n vertices (the last repeats the first): positive when counter-clockwise. */
double geo_ring_area_m2(const double *lon_deg, const double *lat_deg, uint32_t n);
double geo_shape_area_m2(const struct geo_shape *s);
double geo_shape_geodesic_area_m2(const struct geo_shape *s); /* NaN where PROJ cannot be loaded */

/* 椭球面积 by 国土调查办发〔2008〕32号, from the shape's own vertices; 2 decimals, as the standard rounds. */
double geo_shape_standard_area_m2(const struct geo_shape *s);

/* The same from grid coordinates (x = easting as delivered, y = northing, metres), as the standard's own
 * tools start: edges are straight in the zone and cut to 70 m. `crs` is a Gauss-Kruger zone. Signed like
 * geo_ring_area_m2, not rounded: add up the rings of a figure, then geo_standard_round_m2. The ring may be
 * open or closed. */
double geo_grid_ring_standard_area_m2(const struct geo_crs *crs, const double *x, const double *y, size_t n);
double geo_standard_round_m2(double area_m2); /* 2 decimals, half away from zero */

/* Metres per degree at a latitude: along the meridian and along the parallel. */
void geo_metres_per_degree(double lat_deg, double *north_m, double *east_m);

/* Length of rings first_ring .. end_ring-1, each measured at its middle latitude: for widths (2 * area /
 * perimeter), where parts in a thousand do not matter, and does not depend on where a ring begins. */
double geo_perimeter_m(const struct geo_shape *s, uint32_t first_ring, uint32_t end_ring);

#endif
