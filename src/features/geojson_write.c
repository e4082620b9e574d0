#include "features/geojson_write.h"

#include "formats/geojson.h"
#include "geo/area.h"

static void write_feature(struct json_writer *w, const struct parcel *p)
{
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_kv_string(w, "id", p->id);
    jw_key(w, "properties");
    jw_object_begin(w);
    jw_kv_string(w, "DKBH", p->id);
    jw_kv_string(w, "DKMC", p->name);
    jw_kv_string(w, "DKYT", p->use);
    jw_kv_fixed(w, "area_m2", geo_shape_area_m2(&p->shape), 2);
    jw_object_end(w);
    jw_key(w, "geometry");
    geojson_write(w, &p->shape, 9);
    jw_object_end(w);
}

void parcel_geojson_write(const struct parcel *parcels, size_t n, struct buffer *out)
{
    struct json_writer w;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", "FeatureCollection");
    jw_key(&w, "crs");
    jw_object_begin(&w);
    jw_kv_string(&w, "type", "name");
    jw_key(&w, "properties");
    jw_object_begin(&w);
    jw_kv_string(&w, "name", "urn:ogc:def:crs:EPSG::4490");
    jw_object_end(&w);
    jw_object_end(&w);
    jw_key(&w, "features");
    jw_array_begin(&w);
    for (size_t i = 0; i < n; i++)
        write_feature(&w, &parcels[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    buffer_append_char(out, '\n');
}
