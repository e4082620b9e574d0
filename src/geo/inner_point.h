/* A point inside a shape, where one can be pointed at: for labels, for the unit that a feature belongs to,
 * for the place of a finding.
 *
 * Not for: the centroid, which may lie outside or in a hole. Threads: pure. */
#ifndef HX_GEO_INNER_POINT_H
#define HX_GEO_INNER_POINT_H

#include "geo/shape.h"

/* The middle of the widest stretch that a few parallels have within the shape, read by even-odd, with however
 * many crossings. False, and the outputs untouched, when no parallel meets the inside (a shape without area)
 * or memory is out. The shape's arrays may hold any plane's coordinates. */
bool geo_inner_point(const struct geo_shape *s, double *lon_deg, double *lat_deg);

#endif
