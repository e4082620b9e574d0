#include "geo/geojson.h"

static void write_ring(struct json_writer *w, const struct geo_shape *s, uint32_t ring, int decimals)
{
    jw_array_begin(w);
    for (uint32_t i = s->ring_start[ring]; i < s->ring_start[ring + 1]; i++) {
        jw_array_begin(w);
        jw_fixed(w, s->lon_deg[i], decimals);
        jw_fixed(w, s->lat_deg[i], decimals);
        jw_array_end(w);
    }
    jw_array_end(w);
}

static void write_polygon(struct json_writer *w, const struct geo_shape *s, uint32_t polygon, int decimals)
{
    jw_array_begin(w);
    for (uint32_t r = s->polygon_start[polygon]; r < s->polygon_start[polygon + 1]; r++)
        write_ring(w, s, r, decimals);
    jw_array_end(w);
}

void geo_geojson_write(struct json_writer *w, const struct geo_shape *s, int decimals)
{
    jw_object_begin(w);
    jw_kv_string(w, "type", s->n_polygons == 1 ? "Polygon" : "MultiPolygon");
    jw_key(w, "coordinates");
    if (s->n_polygons == 1) {
        write_polygon(w, s, 0, decimals);
    } else {
        jw_array_begin(w);
        for (uint32_t p = 0; p < s->n_polygons; p++)
            write_polygon(w, s, p, decimals);
        jw_array_end(w);
    }
    jw_object_end(w);
}
