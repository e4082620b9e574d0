#include "formats/geojson.h"

#include "base/decimal.h"
#include "formats/gpkg.h"
#include "formats/wkb.h"

#include <math.h>

enum { EXACT = -1 };

static void put(struct json_writer *w, double v, int decimals)
{
    if (decimals == EXACT)
        jw_number(w, v);
    else
        jw_fixed(w, v, decimals);
}

/* The same in one piece: a page of features is made of these. */
static void write_pair(struct json_writer *w, const double axes[2], int decimals)
{
    char text[2 * DECIMAL_SIZE + 3] = "[";
    size_t n = 1;
    n += decimal_fixed(axes[0], decimals, text + n);
    text[n++] = ',';
    n += decimal_fixed(axes[1], decimals, text + n);
    text[n++] = ']';
    jw_raw(w, text, n);
}

void geojson_write_position(struct json_writer *w, double lon_deg, double lat_deg,
                            const struct geojson_axes *form)
{
    double axes[2] = {lon_deg, lat_deg};
    if (form->position)
        form->position(form->user, lon_deg, lat_deg, axes);
    if (!w->pretty && form->decimals != EXACT && isfinite(axes[0]) && isfinite(axes[1])) {
        write_pair(w, axes, form->decimals);
        return;
    }
    jw_array_begin(w);
    put(w, axes[0], form->decimals);
    put(w, axes[1], form->decimals);
    jw_array_end(w);
}

static void write_ring(struct json_writer *w, const struct geo_shape *s, uint32_t ring,
                       const struct geojson_axes *form)
{
    jw_array_begin(w);
    for (uint32_t i = s->ring_start[ring]; i < s->ring_start[ring + 1]; i++)
        geojson_write_position(w, s->lon_deg[i], s->lat_deg[i], form);
    jw_array_end(w);
}

static void write_polygon(struct json_writer *w, const struct geo_shape *s, uint32_t polygon,
                          const struct geojson_axes *form)
{
    jw_array_begin(w);
    for (uint32_t r = s->polygon_start[polygon]; r < s->polygon_start[polygon + 1]; r++)
        write_ring(w, s, r, form);
    jw_array_end(w);
}

static void write_shape(struct json_writer *w, const struct geo_shape *s, const struct geojson_axes *form,
                        bool multi)
{
    jw_object_begin(w);
    jw_kv_string(w, "type", multi ? "MultiPolygon" : "Polygon");
    jw_key(w, "coordinates");
    if (multi)
        jw_array_begin(w);
    for (uint32_t p = 0; p < s->n_polygons; p++)
        write_polygon(w, s, p, form);
    if (multi)
        jw_array_end(w);
    jw_object_end(w);
}

void geojson_write_in(struct json_writer *w, const struct geo_shape *s, const struct geojson_axes *form)
{
    write_shape(w, s, form, s->n_polygons != 1);
}

void geojson_write(struct json_writer *w, const struct geo_shape *s, int decimals)
{
    geojson_write_in(w, s, &(struct geojson_axes){.decimals = decimals});
}

void geojson_write_exact(struct json_writer *w, const struct geo_shape *s)
{
    write_shape(w, s, &(struct geojson_axes){.decimals = EXACT}, true);
}

void geojson_write_gpkg(struct json_writer *w, const void *blob, size_t n, struct geo_shape_builder *b)
{
    struct geo_shape shape;
    const unsigned char *p = blob;
    size_t at = gpkg_wkb_offset(p, n);
    if (at && wkb_read(p + at, n - at, b, NULL) == STATUS_OK &&
        geo_shape_builder_view(b, &shape, NULL) == STATUS_OK)
        geojson_write(w, &shape, 9);
    else
        jw_null(w);
}
