/* Shape -> GeoJSON geometry text (MultiPolygon, or Polygon when there is one part). RFC 7946 ring order. */
#ifndef HX_FORMATS_GEOJSON_H
#define HX_FORMATS_GEOJSON_H

#include "formats/json.h"
#include "geo/shape.h"

/* decimals: 9 is 0.1 mm. */
void geojson_write(struct json_writer *w, const struct geo_shape *s, int decimals);
/* How positions are written: as `position` gives them, with so many decimals. */
struct geojson_axes {
    int decimals;
    void (*position)(void *user, double lon_deg, double lat_deg, double axes[2]); /* NULL: as they are */
    void *user;
};
void geojson_write_in(struct json_writer *w, const struct geo_shape *s, const struct geojson_axes *form);
/* One position, an array of two. */
void geojson_write_position(struct json_writer *w, double lon_deg, double lat_deg,
                            const struct geojson_axes *form);
/* Each double with as many digits as it needs to be read back, and always a MultiPolygon: for a layer,
 * which has one type. */
void geojson_write_exact(struct json_writer *w, const struct geo_shape *s);

/* A geometry of a GeoPackage to 9 decimals, by way of the builder; null where none can be read. */
void geojson_write_gpkg(struct json_writer *w, const void *blob, size_t n, struct geo_shape_builder *b);

#endif
