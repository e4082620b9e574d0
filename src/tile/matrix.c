#include "tile/matrix.h"

#include "geo/area.h"

#include <math.h>

#define RADIANS (M_PI / 180)

unsigned tile_min_zoom(enum tile_matrix m)
{
    return m == TILE_CGCS2000 ? 1 : 0;
}

uint32_t tile_columns(enum tile_matrix m, unsigned z)
{
    (void)m;
    return 1u << z;
}

uint32_t tile_rows(enum tile_matrix m, unsigned z)
{
    return m == TILE_CGCS2000 ? 1u << z >> 1 : 1u << z;
}

enum status tile_id_check(const struct tile_id *t, struct error *e)
{
    unsigned least = tile_min_zoom(t->matrix);
    if (t->z >= least && t->z <= TILE_MAX_ZOOM && t->x < tile_columns(t->matrix, t->z) &&
        t->y < tile_rows(t->matrix, t->z))
        return STATUS_OK;
    if (t->z < least || t->z > TILE_MAX_ZOOM) {
        error_zh(e, "瓦片 %u/%u/%u 不存在：级别为 %u 至 %d。", t->z, t->x, t->y, least, TILE_MAX_ZOOM);
        return error_fail(e, STATUS_INVALID_INPUT, "tile-out-of-range",
                          "There is no tile %u/%u/%u: zoom is %u to %d.", t->z, t->x, t->y, least,
                          TILE_MAX_ZOOM);
    }
    uint32_t columns = tile_columns(t->matrix, t->z), rows = tile_rows(t->matrix, t->z);
    error_zh(e, "瓦片 %u/%u/%u 不存在：该级别的列号须小于 %u，行号须小于 %u。", t->z, t->x, t->y, columns,
             rows);
    return error_fail(e, STATUS_INVALID_INPUT, "tile-out-of-range",
                      "There is no tile %u/%u/%u: at that zoom the column is below %u, the row below %u.",
                      t->z, t->x, t->y, columns, rows);
}

/* The latitude of a tile row's upper edge; rows may be fractional. */
static double row_lat_deg(const struct tile_id *t, double row)
{
    double columns = ldexp(1, (int)t->z);
    if (t->matrix == TILE_CGCS2000)
        return 90 - row * 360 / columns;
    return atan(sinh(M_PI * (1 - 2 * row / columns))) / RADIANS;
}

struct geo_box tile_box(const struct tile_id *t, double buffer_units)
{
    double margin = buffer_units / TILE_EXTENT, columns = ldexp(1, (int)t->z);
    return (struct geo_box){
        .west_deg = (t->x - margin) / columns * 360 - 180,
        .east_deg = (t->x + 1 + margin) / columns * 360 - 180,
        .north_deg = row_lat_deg(t, t->y - margin),
        .south_deg = row_lat_deg(t, t->y + 1 + margin),
    };
}

struct tile_projection tile_projection_of(const struct tile_id *t)
{
    double world = ldexp(TILE_EXTENT, (int)t->z); /* units around the globe */
    bool bends = t->matrix == TILE_WEB_MERCATOR;
    return (struct tile_projection){
        .x_scale = world / 360,
        .x_origin = (double)t->x * TILE_EXTENT - world / 2,
        .y_scale = bends ? -world / (2 * M_PI) : -world / 360,
        .y_origin = (double)t->y * TILE_EXTENT - (bends ? world / 2 : world / 4),
        .bends = bends,
    };
}

double tile_project_x(const struct tile_projection *p, double lon_deg)
{
    return lon_deg * p->x_scale - p->x_origin;
}

/* asinh(tan(lat)), by cheaper functions: for every vertex of a tile. */
static double mercator(double lat_deg)
{
    double s = sin(lat_deg * RADIANS);
    return 0.5 * log((1 + s) / (1 - s));
}

double tile_project_y(const struct tile_projection *p, double lat_deg)
{
    return (p->bends ? mercator(lat_deg) : lat_deg) * p->y_scale - p->y_origin;
}

double tile_units_per_lat_deg(const struct tile_projection *p, double lat_deg)
{
    return p->bends ? p->x_scale / cos(lat_deg * RADIANS) : p->x_scale;
}

/* The radii of curvature of the meridian and across it are a (1 - e2) / w^3 and a / w. */
double tile_units2_per_m2(const struct tile_projection *p, double lat_deg)
{
    double f = 1 / CGCS2000_INV_F, e2 = f * (2 - f), s = sin(lat_deg * RADIANS), c2 = 1 - s * s,
           w2 = 1 - e2 * s * s;
    double m2_per_deg2 = CGCS2000_A_M * CGCS2000_A_M * (1 - e2) / (w2 * w2) * sqrt(c2) * RADIANS * RADIANS;
    double units2_per_deg2 = p->x_scale * p->x_scale;
    return (p->bends ? units2_per_deg2 / sqrt(c2) : units2_per_deg2) / m2_per_deg2;
}
