/* WKT and EWKT: one geometry a parcel, read by GEOS, or by formats/wkt_arcs.h where it has arcs. Internal to
 * the parcel module. */
#ifndef HX_FEATURES_READERS_WKT_H
#define HX_FEATURES_READERS_WKT_H

#include "features/readers/coords.h"

/* Geometries of which all are read before it is decided what their coordinates mean. */
struct wkt_set {
    struct coords coords; /* of all, with holes as the geometries have them */
    struct wkt_one {
        size_t ring; /* its first */
        size_t line;
        const char *id, *name, *use;
        struct declared_area area;
        bool curved;
    } * ones; /* malloc'd */
    size_t n, cap;
    bool srid_said;
};

void wkt_set_release(struct wkt_set *w);
/* One geometry, with or without SRID=n;, that begins at *at; moves *at behind it. The text is written to
 * for a moment. */
enum status wkt_read_one(struct parsing *p, struct wkt_set *w, char **at, size_t line) HX_MUST_CHECK;
/* Decides, and adds a parcel for each. */
enum status wkt_add_parcels(struct parsing *p, struct wkt_set *w) HX_MUST_CHECK;

#endif
