#include "http/tile_sets.h"

#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* OGC's standardized rendering pixel, by which scale denominators are counted (17-083r4). */
#define PIXEL_M 0.00028
enum { TILE_PIXELS = 256 };

/* CGCS2000Quad is not in OGC's register, so it has no URI. Origin, sizes and levels are those of the "c" that
 * the national map service (天地图) states in its WMTS capabilities: from 1, two tiles beside each other. The
 * scales printed there are counted at 96 dots per inch; here they are counted as OGC does, as for every other
 * set, and the cells are the same: 0.703125 degrees at level 1. */
static const struct tile_set sets[] = {
    {TILE_WEB_MERCATOR,
     "WebMercatorQuad",
     "Web 墨卡托 Web Mercator",
     "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
     "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
     "http://www.opengis.net/def/crs/EPSG/0/3857",
     {"X", "Y"}},
    {TILE_CGCS2000,
     "CGCS2000Quad",
     "CGCS2000 经纬度（天地图 c） CGCS2000, latitude and longitude",
     NULL,
     NULL,
     "http://www.opengis.net/def/crs/EPSG/0/4490",
     {"Lat", "Lon"}},
};

size_t tile_set_count(void)
{
    return sizeof sets / sizeof *sets;
}

const struct tile_set *tile_set_at(size_t i)
{
    return &sets[i];
}

enum status tile_set_find(const char *id, const struct tile_set **out, struct error *e)
{
    for (size_t i = 0; i < tile_set_count(); i++)
        if (strcmp(sets[i].id, id) == 0) {
            *out = &sets[i];
            return STATUS_OK;
        }
    error_zh(e, "没有切片方案“%.80s”；有 %s 和 %s。", id, sets[0].id, sets[1].id);
    return error_fail(e, STATUS_NOT_FOUND, "unknown-tile-matrix-set",
                      "There is no tile matrix set \"%.80s\"; there are %s and %s.", id, sets[0].id,
                      sets[1].id);
}

static void write_two(struct json_writer *w, const char *key, double a, double b)
{
    jw_key(w, key);
    jw_array_begin(w);
    jw_number(w, a);
    jw_number(w, b);
    jw_array_end(w);
}

double tile_set_scale(const struct tile_set *s, unsigned z)
{
    (void)s; /* columns are as wide at the equator in either */
    return 2 * M_PI * CGCS2000_A_M / TILE_PIXELS / ldexp(1, (int)z) / PIXEL_M;
}

double tile_set_cell(const struct tile_set *s, unsigned z)
{
    double around = s->matrix == TILE_CGCS2000 ? 360 : 2 * M_PI * CGCS2000_A_M;
    return around / TILE_PIXELS / ldexp(1, (int)z);
}

static void write_matrix(struct json_writer *w, const struct tile_set *s, unsigned z)
{
    double half_m = M_PI * CGCS2000_A_M; /* half the equator */
    bool degrees = s->matrix == TILE_CGCS2000;
    char id[8];
    snprintf(id, sizeof id, "%u", z);
    jw_object_begin(w);
    jw_kv_string(w, "id", id);
    jw_kv_number(w, "scaleDenominator", tile_set_scale(s, z));
    jw_kv_number(w, "cellSize", tile_set_cell(s, z));
    jw_kv_string(w, "cornerOfOrigin", "topLeft");
    if (degrees)
        write_two(w, "pointOfOrigin", 90, -180);
    else
        write_two(w, "pointOfOrigin", -half_m, half_m);
    jw_kv_integer(w, "tileWidth", TILE_PIXELS);
    jw_kv_integer(w, "tileHeight", TILE_PIXELS);
    jw_kv_integer(w, "matrixWidth", tile_columns(s->matrix, z));
    jw_kv_integer(w, "matrixHeight", tile_rows(s->matrix, z));
    jw_object_end(w);
}

void tile_set_write(struct json_writer *w, const struct tile_set *s)
{
    jw_object_begin(w);
    jw_kv_string(w, "id", s->id);
    jw_kv_string(w, "title", s->title);
    if (s->uri)
        jw_kv_string(w, "uri", s->uri);
    jw_kv_string(w, "crs", s->crs);
    jw_key(w, "orderedAxes");
    jw_array_begin(w);
    jw_string(w, s->axes[0]);
    jw_string(w, s->axes[1]);
    jw_array_end(w);
    if (s->scales)
        jw_kv_string(w, "wellKnownScaleSet", s->scales);
    jw_key(w, "tileMatrices");
    jw_array_begin(w);
    for (unsigned z = tile_min_zoom(s->matrix); z <= TILE_MAX_ZOOM; z++)
        write_matrix(w, s, z);
    jw_array_end(w);
    jw_object_end(w);
}
