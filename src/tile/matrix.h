/* The two grids of tiles, and where a tile lies: from degrees to units of 1/4096 tile, y down.
 *
 *   TILE_WEB_MERCATOR  WebMercatorQuad: zoom z has 2^z columns and as many rows.
 *   TILE_CGCS2000      longitude and latitude of CGCS2000 (EPSG:4490), as the national map service's "c"
 *                      has them: zoom z has 2^z columns of 360 / 2^z degrees, and half as many rows; from 1
 *                      on.
 * CGCS2000 is taken as WGS 84 in the first, as everywhere on the web; they differ by less than a metre. */
#ifndef HX_TILE_MATRIX_H
#define HX_TILE_MATRIX_H

#include "geo/shape.h"

enum { TILE_MAX_ZOOM = 22, TILE_EXTENT = 4096 };

enum tile_matrix { TILE_WEB_MERCATOR, TILE_CGCS2000 };

struct tile_id {
    unsigned z;
    uint32_t x, y; /* column and row */
    enum tile_matrix matrix;
};

/* STATUS_INVALID_INPUT when the zoom or the row or column does not exist. */
enum status tile_id_check(const struct tile_id *t, struct error *e) HX_MUST_CHECK;
unsigned tile_min_zoom(enum tile_matrix m);
uint32_t tile_columns(enum tile_matrix m, unsigned z);
uint32_t tile_rows(enum tile_matrix m, unsigned z);
/* The tile in degrees, grown by a buffer in units of 1/4096 tile. */
struct geo_box tile_box(const struct tile_id *t, double buffer_units);

struct tile_projection {
    double x_scale, x_origin; /* x = lon * x_scale - x_origin */
    double y_scale, y_origin; /* y = (lat, or its place in Mercator) * y_scale - y_origin */
    bool bends;               /* Mercator */
};

struct tile_projection tile_projection_of(const struct tile_id *t);
double tile_project_x(const struct tile_projection *p, double lon_deg);
double tile_project_y(const struct tile_projection *p, double lat_deg);
/* How many units a degree of latitude is there. */
double tile_units_per_lat_deg(const struct tile_projection *p, double lat_deg);
/* How many square units a square metre of the ellipsoid is there. */
double tile_units2_per_m2(const struct tile_projection *p, double lat_deg);

#endif
