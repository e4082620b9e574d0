/* Areas of WKT whose rings have arcs, as rings: CURVEPOLYGON and MULTISURFACE, with CIRCULARSTRING and
 * COMPOUNDCURVE within, which GEOS does not read. Arcs become chords by geo/arc.h; an arc whose numbers are
 * all within 360 is in degrees. Z and M are passed over. Threads: pure. */
#ifndef HX_FORMATS_WKT_ARCS_H
#define HX_FORMATS_WKT_ARCS_H

#include "geo/rings.h"

/* Does the geometry say any word of them? Then it is read here. */
bool wkt_has_arcs(const char *s);

enum wkt_arcs_result {
    WKT_ARCS_READ = 0,
    WKT_ARCS_SYNTAX,
    WKT_ARCS_APART,    /* a segment of a compound curve begins where the one before does not end */
    WKT_ARCS_NOT_AREA, /* points, lines, or nothing */
    WKT_ARCS_TOO_LONG, /* more than max_points */
};

/* One geometry, NUL-terminated, whose parentheses match (wkt_end): appends its rings, each hole with the
 * index of its outer ring. *open: some ring does not come back to its first point. When it does not end in
 * WKT_ARCS_READ some rings may have been appended. Memory: out->failed. */
enum wkt_arcs_result wkt_arcs_read(const char *s, size_t max_points, struct ring_list *out, bool *open);

#endif
