#include "ingest/inspect.h"

#include "base/json.h"
#include "geo/crs.h"
#include "ingest/source.h"

#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names under which the official layers are delivered (市级国土空间总体规划数据库规范 and what is seen in practice). Longer
 * names first where one is part of another. */
static const struct {
    const char *name, *layer;
} ALIASES[] = {
    {"LYSTBHHX", "ecological_red_line"},
    {"HYSTBHHX", "ecological_red_line"},
    {"STBHHX", "ecological_red_line"},
    {"生态保护红线", "ecological_red_line"},
    {"YJJBNTBHTB", "permanent_basic_farmland"},
    {"YJJBNTTB", "permanent_basic_farmland"},
    {"YJJBNT", "permanent_basic_farmland"},
    {"JBNTBHTB", "permanent_basic_farmland"},
    {"永久基本农田", "permanent_basic_farmland"},
    {"CZKFBJ", "urban_development_boundary"},
    {"CSKFBJ", "urban_development_boundary"},
    {"城镇开发边界", "urban_development_boundary"},
    {"GHFQ", "planning_zones"},
    {"规划分区", "planning_zones"},
    {"XZQ", "admin_units"},
    {"行政区", "admin_units"},
};

/* Fields that only one kind of layer has. */
static const struct {
    const char *field, *layer;
} FIELDS[] = {
    {"YJJBNTTBBH", "permanent_basic_farmland"},
    {"YJJBNTTBMJ", "permanent_basic_farmland"},
    {"JBNTTBBH", "permanent_basic_farmland"},
    {"GKCS", "ecological_red_line"},
    {"LHLX", "ecological_red_line"},
    {"GHFQMC", "urban_development_boundary"},
    {"GHFQDM", "urban_development_boundary"},
    {"DCMJ", "admin_units"},
};

const char *inspect_layer_of(const char *source_layer)
{
    for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++)
        if (strcasestr(source_layer, ALIASES[i].name))
            return ALIASES[i].layer;
    return "";
}

static const char *layer_by_fields(OGRFeatureDefnH defn)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        if (OGR_FD_GetFieldIndex(defn, FIELDS[i].field) >= 0)
            return FIELDS[i].layer;
    return "";
}

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
static void write_decision(struct json_writer *w, const char *path, const char *name)
{
    struct source *s = NULL;
    struct error e = {0};
    struct source_request r = {.path = path, .layer = name};
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
        jw_kv_string(w, "zone_code", info->zone_code);
        jw_kv_string(w, "county", info->bound.county);
        jw_kv_string(w, "area", info->bound.area);
        jw_kv_bool(w, "village", info->village);
    } else {
        jw_kv_string(w, "zh", e.zh);
        jw_kv_string(w, "en", e.en);
    }
    jw_object_end(w);
    source_close(s);
}

static void write_layer(struct json_writer *w, const char *path, OGRLayerH layer)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
    const char *name = OGR_L_GetName(layer);
    const char *like = inspect_layer_of(name);
    jw_object_begin(w);
    jw_kv_string(w, "layer", name);
    jw_kv_string(w, "geometry", OGRGeometryTypeToName(OGR_L_GetGeomType(layer)));
    jw_kv_integer(w, "features", OGR_L_GetFeatureCount(layer, TRUE));
    jw_kv_string(w, "crs_stated", srs ? OSRGetName(srs) : "");
    write_extent(w, layer);
    jw_kv_string(w, "looks_like", *like ? like : layer_by_fields(defn));
    jw_kv_string(w, "because", *like ? "name" : *layer_by_fields(defn) ? "fields" : "");
    write_fields(w, defn);
    write_decision(w, path, name);
    jw_object_end(w);
}

enum status inspect_file(const char *path, struct buffer *out, struct error *e)
{
    struct gdal_guard guard = {0};
    GDALDatasetH data = NULL;
    struct json_writer w;
    enum status st = gdal_guard_open(&guard, path, &data, e);
    if (st != STATUS_OK)
        return st;
    jw_init(&w, out, false);
    gdal_guard_enter(&guard);
    const char *slash = strrchr(path, '/');
    jw_object_begin(&w);
    jw_kv_string(&w, "file", slash && slash[1] ? slash + 1 : path);
    jw_kv_string(&w, "driver", GDALGetDriverShortName(GDALGetDatasetDriver(data)));
    jw_key(&w, "layers");
    jw_array_begin(&w);
    for (int i = 0; i < GDALDatasetGetLayerCount(data); i++)
        write_layer(&w, path, GDALDatasetGetLayer(data, i));
    jw_array_end(&w);
    jw_object_end(&w);
    GDALClose(data);
    gdal_guard_leave();
    return buffer_status(out, e);
}
