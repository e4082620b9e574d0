/* GeoJSON without GDAL, whose writer has 15 digits for a coordinate: here every double reads back to the
 * same bits. */
#include "layers/export_parts.h"

#include "base/file.h"
#include "formats/geojson.h"
#include "formats/json.h"
#include "formats/wkb.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 18 };

struct geojson_file {
    struct export_job *job;
    FILE *file;
    const char *path;
    struct buffer text;
    struct json_writer w;
    struct geo_shape_builder builder;
};

static enum status fail_file(struct geojson_file *f)
{
    return error_errno(f->job->error, "写入", "write", f->path);
}

static enum status flush(struct geojson_file *f)
{
    enum status s = buffer_status(&f->text, f->job->error);
    if (s == STATUS_OK && fwrite(f->text.data, 1, f->text.size, f->file) != f->text.size)
        s = fail_file(f);
    buffer_clear(&f->text);
    return s;
}

/* ---- properties ---- */

static void put_text_or_null(struct json_writer *w, const char *key, const char *text)
{
    jw_kv_string(w, key, *text ? text : NULL);
}

static void put_value(struct json_writer *w, const json_t *v)
{
    char *text = NULL;
    if (!v || json_is_null(v))
        jw_null(w);
    else if (json_is_string(v))
        jw_string(w, json_string_value(v));
    else if (json_is_integer(v))
        jw_integer(w, json_integer_value(v));
    else if (json_is_real(v))
        jw_number(w, json_real_value(v));
    else if ((text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT)))
        jw_raw(w, text, strlen(text));
    else
        jw_null(w);
    free(text);
}

static void put_properties(struct geojson_file *f, const struct store_feature *s)
{
    const char *texts[] = {s->code, s->name, s->zone, s->county};
    json_t *root = json_loads(s->properties, 0, NULL);
    jw_key(&f->w, "properties");
    jw_object_begin(&f->w);
    for (int i = 0; i < N_FIXED; i++) {
        const char *name = export_fixed_name(f->job, i);
        if (*name && i == FIELD_AREA)
            jw_kv_number(&f->w, name, s->declared_area_m2);
        else if (*name)
            put_text_or_null(&f->w, name, texts[i]);
    }
    for (size_t i = 0; i < f->job->n_extra; i++) {
        jw_key(&f->w, f->job->extra[i].written);
        put_value(&f->w, json_object_get(root, f->job->extra[i].name));
    }
    jw_object_end(&f->w);
    json_decref(root);
}

/* ---- features ---- */

static bool write_feature(const struct store_feature *s, void *user)
{
    struct geojson_file *f = user;
    struct geo_shape shape;
    enum status *st = &f->job->status;
    *st = wkb_read(s->wkb, s->wkb_size, &f->builder, f->job->error);
    if (*st == STATUS_OK)
        *st = geo_shape_builder_view(&f->builder, &shape, f->job->error);
    if (*st != STATUS_OK)
        return false;
    buffer_append_str(&f->text, f->job->n ? ",\n" : "\n");
    f->w.need_comma = false;
    jw_object_begin(&f->w);
    jw_kv_string(&f->w, "type", "Feature");
    put_properties(f, s);
    jw_key(&f->w, "geometry");
    geojson_write_exact(&f->w, &shape);
    jw_object_end(&f->w);
    f->job->n++;
    if (f->text.size >= FLUSH_BYTES || f->text.failed)
        *st = flush(f);
    return *st == STATUS_OK;
}

static void put_head(struct geojson_file *f)
{
    jw_object_begin(&f->w);
    jw_kv_string(&f->w, "type", "FeatureCollection");
    jw_kv_string(&f->w, "name", f->job->version->layer);
    jw_key(&f->w, "crs");
    jw_object_begin(&f->w);
    jw_kv_string(&f->w, "type", "name");
    jw_key(&f->w, "properties");
    jw_object_begin(&f->w);
    jw_kv_string(&f->w, "name", "urn:ogc:def:crs:EPSG::4490");
    jw_object_end(&f->w);
    jw_object_end(&f->w);
    jw_key(&f->w, "features");
    jw_array_begin(&f->w);
}

static enum status write_all(struct geojson_file *f)
{
    struct store_feature_query q = {.version_id = f->job->version->id};
    put_head(f);
    enum status st = store_features(f->job->store, &q, write_feature, f, f->job->error);
    if (st == STATUS_OK)
        st = f->job->status;
    buffer_append_str(&f->text, "\n]}\n");
    return st == STATUS_OK ? flush(f) : st;
}

enum status export_geojson(struct export_job *j, const char *path)
{
    bool to_output = strcmp(path, "-") == 0;
    struct geojson_file f = {.job = j, .path = path, .file = to_output ? stdout : fopen(path, "wxe")};
    if (!f.file)
        return fail_file(&f);
    buffer_init(&f.text, 0);
    jw_init(&f.w, &f.text, false);
    geo_shape_builder_init(&f.builder);
    enum status st = write_all(&f);
    if ((to_output ? fflush(f.file) : fclose(f.file)) != 0 && st == STATUS_OK)
        st = fail_file(&f);
    if (st == STATUS_OK && !to_output)
        st = file_sync(path, j->error);
    geo_shape_builder_release(&f.builder);
    buffer_release(&f.text);
    if (st != STATUS_OK && !to_output) /* half a layer is not left behind under a whole one's name */
        unlink(path);
    return st;
}
