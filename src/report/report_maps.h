/* What a printed report shows besides its figures: the lines around the parcels, the shapes of the
 * overlaps, the boundary points in the plane and the district. Blocks and forms are pure and cannot reach the
 * index, so the caller fills the maps here and hands them on.
 *
 * Not for: figures. Nothing here is measured; shapes are thinned to the size of a dot on paper.
 * Invariants: a map's box has the shape of MAP_ASPECT in metres and contains its parcels with a margin;
 * patches are clipped to a somewhat larger box, so that edges along the clip never show. A layer without data
 * draws nothing.
 * Threads: the worker's. Everything lives in the worker's arena. */
#ifndef HX_REPORT_REPORT_MAPS_H
#define HX_REPORT_REPORT_MAPS_H

#include "check/check.h"

#define MAP_ASPECT (4.0 / 3.0) /* width : height of a map */
enum {
    MAP_DETAILS_MAX = 6,       /* maps of single parcels, after the map of all of them */
    MAP_VERTICES_MAX = 300000, /* of the patches of one map */
};

struct map_ring { /* closed or open, as drawn; holes by the even-odd rule */
    const double *lon_deg, *lat_deg;
    uint32_t n;
};

struct map_patch { /* one feature of a line near the parcels */
    const struct control_line *line;
    const char *zone; /* borrowed from the snapshot */
    struct map_ring *rings;
    size_t n_rings;
};

struct report_map {
    struct geo_box box;
    size_t parcel;             /* the parcel of a detail map; SIZE_MAX: all */
    struct map_patch *patches; /* of a map that is drawn */
    size_t n_patches;
    bool thinned; /* features smaller than a dot were left out */
    bool crowded; /* MAP_VERTICES_MAX was reached: features are missing */
};

struct map_overlap {
    size_t parcel;
    const struct control_line *line;
    struct geo_shape shape;
};

struct map_point { /* 界址点 */
    double x_m;    /* north */
    double y_m;    /* east, with the zone number where the CRS has it */
    double side_m; /* plane distance to the next point of the ring */
};

struct map_border_ring {
    size_t first, n; /* of the border's points; the first point is not repeated */
};

/* The corners of a parcel in the zone in which it was delivered, or in its 3-degree zone when it came in
 * degrees; in the order in which they were delivered. */
struct map_border {
    struct geo_crs crs;
    struct map_point *points;
    size_t n_points;
    struct map_border_ring *rings;
    size_t n_rings;
    bool from_shape; /* the parcel does not hold what was delivered: points that cut long sides are among
                        these */
};

struct report_maps {
    struct report_map *maps; /* first all parcels, then single ones that press on a line */
    size_t n_maps;
    bool pictures; /* the maps can be drawn; otherwise they are only named */
    struct map_overlap *overlaps;
    size_t n_overlaps;
    size_t n_overlaps_failed;   /* overlaps whose shape GEOS could not build */
    struct map_border *borders; /* one per parcel */
    const char **districts;     /* one per parcel; "" when no layer of districts is loaded */
    /* By line, zone and unit, added up over the parcels; none when no units are loaded. */
    struct zone_in_unit *by_unit;
    size_t n_by_unit;
    size_t n_by_unit_failed; /* shapes of zones across several units that could not be built */
};

/* What the form needs: pictures cost clipping, shapes of overlaps GEOS. */
struct map_want {
    bool pictures;    /* the lines around the parcels, to draw them */
    bool only_shapes; /* the shapes on all lines and nothing else; otherwise those that maps show */
};

enum status report_maps_fill(struct check_worker *w, const struct report *r, struct map_want want,
                             struct report_maps *out, struct error *e) HX_MUST_CHECK;

/* The corners of one parcel. Used by report_maps_fill. */
enum status map_border_fill(struct check_worker *w, const struct parcel *p, struct map_border *out,
                            struct error *e) HX_MUST_CHECK;

#endif
