#include "ingest/inspect.h"

#include "formats/json.h"
#include "geo/crs.h"
#include "ingest/layer_table.h"
#include "ingest/source_parts.h"

#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

static void write_extent(struct json_writer *w, OGRLayerH layer)
{
    OGREnvelope box;
    if (OGR_L_GetExtent(layer, &box, TRUE) != OGRERR_NONE)
        return;
    const double sides[] = {box.MinX, box.MinY, box.MaxX, box.MaxY};
    jw_key(w, "extent");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, sides[i], 6);
    jw_array_end(w);
}

static void write_fields(struct json_writer *w, OGRFeatureDefnH defn)
{
    jw_key(w, "fields");
    jw_array_begin(w);
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        OGRFieldDefnH f = OGR_FD_GetFieldDefn(defn, i);
        jw_object_begin(w);
        jw_kv_string(w, "name", OGR_Fld_GetNameRef(f));
        jw_kv_string(w, "type", OGR_GetFieldTypeName(OGR_Fld_GetType(f)));
        jw_object_end(w);
    }
    jw_array_end(w);
}

/* What an import would decide, or why it would not. */
static void write_decision(struct json_writer *w, const struct layer_table *t, const char *path,
                           const char *name, const char *target)
{
    struct source *s = NULL;
    struct error e = {0};
    bool known = layer_table_find(t, target) != NULL;
    struct source_request r = {
        .path = path, .layer = name, .survey = known, .target = known ? target : NULL, .confirmed = true};
    enum status st = source_open(&r, &s, &e);
    jw_key(w, "import");
    jw_object_begin(w);
    jw_kv_bool(w, "possible", st == STATUS_OK);
    if (st == STATUS_OK) {
        const struct source_info *info = source_info(s);
        jw_kv_integer(w, "epsg", info->crs.epsg);
        jw_kv_string(w, "crs", info->crs.name);
        jw_kv_string(w, "decided_by", info->crs_decided_by);
        jw_kv_string(w, "encoding", info->encoding);
        jw_kv_string(w, "id", info->bound.id);
        jw_kv_string(w, "name", info->bound.name);
        jw_kv_string(w, "zone", info->bound.zone);
        jw_kv_string(w, "zone_code", info->bound.zone_code);
        jw_kv_string(w, "county", info->bound.county);
        jw_kv_string(w, "area", info->bound.area);
        if (info->village)
            jw_kv_bool(w, "village", true);
        for (int i = 0; i < info->n_zones && i < SOURCE_ZONES_SHOWN; i++) {
            if (i == 0) {
                jw_key(w, "zones");
                jw_array_begin(w);
            }
            jw_object_begin(w);
            jw_kv_string(w, "value", info->zones[i].value);
            jw_kv_string(w, "stored_as", info->zones[i].name);
            jw_kv_string(w, "decided_by", info->zones[i].by);
            jw_object_end(w);
        }
        if (info->n_zones)
            jw_array_end(w);
    } else {
        jw_kv_string(w, "zh", e.zh);
        jw_kv_string(w, "en", e.en);
    }
    jw_object_end(w);
    source_close(s);
}

/* Names as GDAL gives them: a likeness needs no more. */
static void guess(const struct layer_table *t, const char *path, OGRLayerH layer, const char *name,
                  bool alone, struct layer_guess *out)
{
    enum { FIELDS = 256 };
    const char *fields[FIELDS];
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    struct layer_names n = {.layer = name, .alias = "", .stem = "", .fields = fields};
    for (int i = 0; i < OGR_FD_GetFieldCount(defn) && n.n_fields < FIELDS; i++)
        fields[n.n_fields++] = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));
    char stem[256];
    const char *slash = strrchr(path, '/');
    snprintf(stem, sizeof stem, "%s", slash ? slash + 1 : path);
    stem[strcspn(stem, ".")] = '\0';
    if (alone)
        n.stem = stem;
    layer_table_guess(t, &n, out);
}

static void write_layer(struct json_writer *w, const struct layer_table *t, const char *path, OGRLayerH layer,
                        bool alone)
{
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
    struct arena *a = arena_new(1 << 16);
    char *text = a ? source_layer_name(OGR_L_GetName(layer), a) : NULL;
    const char *name = text ? text : OGR_L_GetName(layer);
    struct layer_guess g;
    guess(t, path, layer, name, alone, &g);
    jw_object_begin(w);
    jw_kv_string(w, "layer", name);
    jw_kv_string(w, "geometry", OGRGeometryTypeToName(OGR_L_GetGeomType(layer)));
    jw_kv_integer(w, "features", OGR_L_GetFeatureCount(layer, TRUE));
    jw_kv_string(w, "crs_stated", srs ? OSRGetName(srs) : "");
    write_extent(w, layer);
    jw_kv_string(w, "looks_like", g.layer);
    jw_kv_string(w, "because", g.by);
    jw_kv_bool(w, "certain", g.certainty == LAYER_CERTAIN);
    write_fields(w, OGR_L_GetLayerDefn(layer));
    write_decision(w, t, path, name, g.layer);
    jw_object_end(w);
    arena_free(a);
}

enum status inspect_file(const char *path, struct buffer *out, struct error *e)
{
    struct gdal_guard guard = {0};
    GDALDatasetH data = NULL;
    struct json_writer w;
    struct layer_table table;
    enum status st = layer_table_read(&table, e);
    if (st != STATUS_OK)
        return st;
    st = gdal_guard_open(&guard, path, &data, e);
    if (st != STATUS_OK) {
        layer_table_release(&table);
        return st;
    }
    int n = GDALDatasetGetLayerCount(data);
    jw_init(&w, out, false);
    gdal_guard_enter(&guard);
    const char *slash = strrchr(path, '/');
    jw_object_begin(&w);
    jw_kv_string(&w, "file", slash && slash[1] ? slash + 1 : path);
    jw_kv_string(&w, "driver", GDALGetDriverShortName(GDALGetDatasetDriver(data)));
    jw_key(&w, "layers");
    jw_array_begin(&w);
    for (int i = 0; i < n; i++)
        write_layer(&w, &table, path, GDALDatasetGetLayer(data, i), n == 1);
    jw_array_end(&w);
    jw_object_end(&w);
    GDALClose(data);
    gdal_guard_leave();
    layer_table_release(&table);
    return buffer_status(out, e);
}
