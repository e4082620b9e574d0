#include "layers/export.h"

#include "base/array.h"
#include "base/text.h"
#include "features/gdal_offline.h"
#include "layers/export_parts.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    const char *ending;
    const char *driver; /* NULL: export_geojson.c */
    const char *option;
    bool narrow; /* field names of ten bytes */
} FORMATS[] = {
    {".gpkg", "GPKG", NULL, false},
    {".geojson", NULL, NULL, false},
    {".json", NULL, NULL, false},
    {".fgb", "FlatGeobuf", NULL, false},
    {".shp", "ESRI Shapefile", "ENCODING=GB18030", true},
};
enum { N_FORMATS = sizeof FORMATS / sizeof *FORMATS, DBF_NAME = 10, DBF_TEXT = 254 };
static const enum layer_field FIXED[N_FIXED] = {LAYER_ID, LAYER_NAME, LAYER_ZONE, LAYER_COUNTY, LAYER_AREA};
#define ZONE_NAME "GHFQMC" /* of a layer that has no sub-zones by its standard, but has some all the same */

static int format_of(const char *path)
{
    for (int i = 0; i < N_FORMATS; i++)
        if (text_ends_with(path, FORMATS[i].ending))
            return i;
    return -1;
}

static enum status fail_gdal(struct export_job *j, const char *path)
{
    const char *why = j->guard.failure[0] ? j->guard.failure : "?";
    error_zh(j->error, "导出到“%s”失败：%s。", path, why);
    return error_fail(j->error, STATUS_IO, "export-failed", "The export to \"%s\" failed: %s.", path, why);
}

/* ---- fields: those of every feature, found in a first walk ---- */

static OGRFieldType type_of(const json_t *v)
{
    return json_is_integer(v) ? OFTInteger64 : json_is_real(v) ? OFTReal : OFTString;
}

static struct export_field *find_extra(struct export_job *j, const char *name)
{
    for (size_t i = 0; i < j->n_extra; i++)
        if (strcmp(j->extra[i].name, name) == 0)
            return &j->extra[i];
    return NULL;
}

static struct export_field *add_extra(struct export_job *j, const char *name)
{
    char *copy = ARRAY_RESERVE(j->extra, j->capacity, j->n_extra + 1) ? strdup(name) : NULL;
    if (!copy)
        return NULL;
    j->extra[j->n_extra] = (struct export_field){.name = copy, .type = OFTString, .field = -1};
    return &j->extra[j->n_extra++];
}

/* Whole and broken numbers together are numbers; anything else is text. */
static void take_type(struct export_field *x, OGRFieldType type)
{
    if (!x->typed)
        x->type = type;
    else if (x->type != type)
        x->type = x->type == OFTString || type == OFTString ? OFTString : OFTReal;
    x->typed = true;
}

static bool collect_fields(const struct store_feature *f, void *user)
{
    struct export_job *j = user;
    const char *key;
    json_t *v, *root = json_loads(f->properties, 0, NULL);
    j->has_zones |= f->zone[0] != '\0';
    json_object_foreach(root, key, v)
    {
        struct export_field *x = find_extra(j, key);
        x = x ? x : add_extra(j, key);
        if (!x) {
            j->status = error_no_memory(j->error);
            break;
        }
        if (!json_is_null(v))
            take_type(x, type_of(v));
    }
    json_decref(root);
    return j->status == STATUS_OK;
}

/* As a column of our own may be called the same, whatever the case. */
static enum status name_extras(struct export_job *j)
{
    for (size_t i = 0; i < j->n_extra; i++) {
        struct export_field *x = &j->extra[i];
        bool taken = false;
        for (int k = 0; k < N_FIXED; k++)
            taken = taken || strcasecmp(x->name, export_fixed_name(j, k)) == 0;
        if (asprintf(&x->written, "%s%s", x->name, taken ? "_1" : "") < 0) {
            x->written = NULL;
            return error_no_memory(j->error);
        }
    }
    return STATUS_OK;
}

static int make_field(struct export_job *j, const char *name, OGRFieldType type)
{
    OGRFieldDefnH defn = OGR_Fld_Create(name, type);
    if (type == OFTReal) {
        OGR_Fld_SetWidth(defn, 0);
        OGR_Fld_SetPrecision(defn, 0);
    } else if (type == OFTString) {
        OGR_Fld_SetWidth(defn, 0);
    }
    OGRErr err = OGR_L_CreateField(j->layer, defn, TRUE);
    OGR_Fld_Destroy(defn);
    return err == OGRERR_NONE ? OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(j->layer)) - 1 : -1;
}

/* A county that the code begins with, in the same official column (行政区), is not written twice. */
const char *export_fixed_name(const struct export_job *j, int i)
{
    const char *layer = j->version->layer;
    const char *name = layer_table_official(&j->table, layer, FIXED[i]);
    if (i == FIELD_ZONE && !*name && j->has_zones)
        return ZONE_NAME;
    if (i != FIELD_CODE && strcmp(name, layer_table_official(&j->table, layer, LAYER_ID)) == 0)
        return "";
    return name;
}

/* In GB18030: most Chinese characters are two bytes there and three in UTF-8, rare ones four in both. */
static size_t length_in_dbf(const char *text)
{
    char *recoded = CPLRecode(text, CPL_ENC_UTF8, "GB18030");
    size_t n = strlen(recoded);
    CPLFree(recoded);
    return n;
}

static enum status fail_narrow(struct export_job *j, const char *field)
{
    error_zh(j->error,
             "字段“%s”的名称超过 Shapefile 的 10 个字节，会被截断；请改用 .gpkg、.fgb 或 .geojson 导出。",
             field);
    return error_fail(j->error, STATUS_UNSUPPORTED, "export-narrow",
                      "The name of field \"%s\" is longer than a Shapefile's 10 bytes and would be cut off; "
                      "export to .gpkg, "
                      ".fgb or .geojson.",
                      field);
}

static enum status fail_long(struct export_job *j, const char *field)
{
    error_zh(j->error,
             "字段“%s”有超过 254 个字节的文字，Shapefile 放不下；请改用 .gpkg、.fgb 或 .geojson 导出。",
             field);
    return error_fail(
        j->error, STATUS_UNSUPPORTED, "export-narrow",
        "Field \"%s\" has a text longer than a Shapefile's 254 bytes; export to .gpkg, .fgb or .geojson.",
        field);
}

static enum status make_fields(struct export_job *j, const char *path)
{
    for (int i = 0; i < N_FIXED; i++) {
        const char *name = export_fixed_name(j, i);
        j->fixed[i] = *name ? make_field(j, name, i == FIELD_AREA ? OFTReal : OFTString) : -1;
        if (*name && j->fixed[i] < 0)
            return fail_gdal(j, path);
    }
    for (size_t i = 0; i < j->n_extra; i++) {
        if (j->narrow && length_in_dbf(j->extra[i].name) > DBF_NAME)
            return fail_narrow(j, j->extra[i].name);
        j->extra[i].field = make_field(j, j->extra[i].written, j->extra[i].type);
        if (j->extra[i].field < 0)
            return fail_gdal(j, path);
    }
    return STATUS_OK;
}

/* ---- features ---- */

static void set_text(struct export_job *j, OGRFeatureH out, int field, const char *name, const char *text)
{
    if (j->narrow && strlen(text) * 2 > DBF_TEXT && length_in_dbf(text) > DBF_TEXT && j->status == STATUS_OK)
        j->status = fail_long(j, name);
    OGR_F_SetFieldString(out, field, text);
}

/* A boolean, a list or an object: a table has no field of that kind, so it is its JSON text. */
static void set_json(struct export_job *j, OGRFeatureH out, const struct export_field *x, const json_t *v)
{
    char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text)
        set_text(j, out, x->field, x->name, text);
    else if (j->status == STATUS_OK)
        j->status = error_no_memory(j->error);
    free(text);
}

static void set_extra(struct export_job *j, OGRFeatureH out, const char *properties)
{
    const char *key;
    json_t *v, *root = json_loads(properties, 0, NULL);
    json_object_foreach(root, key, v)
    {
        const struct export_field *x = find_extra(j, key);
        if (!x || json_is_null(v))
            continue;
        if (json_is_integer(v))
            OGR_F_SetFieldInteger64(out, x->field, (GIntBig)json_integer_value(v));
        else if (json_is_real(v))
            OGR_F_SetFieldDouble(out, x->field, json_real_value(v));
        else if (json_is_string(v))
            set_text(j, out, x->field, x->name, json_string_value(v));
        else
            set_json(j, out, x, v);
    }
    json_decref(root);
}

static bool write_feature(const struct store_feature *f, void *user)
{
    struct export_job *j = user;
    OGRFeatureH out = OGR_F_Create(OGR_L_GetLayerDefn(j->layer));
    const char *texts[] = {f->code, f->name, f->zone, f->county};
    for (int i = 0; i < FIELD_AREA; i++)
        if (texts[i][0] && j->fixed[i] >= 0)
            set_text(j, out, j->fixed[i], export_fixed_name(j, i), texts[i]);
    if (isfinite(f->declared_area_m2) && j->fixed[FIELD_AREA] >= 0)
        OGR_F_SetFieldDouble(out, j->fixed[FIELD_AREA], f->declared_area_m2);
    set_extra(j, out, f->properties);
    OGRGeometryH g = NULL;
    bool ok = OGR_G_CreateFromWkb(f->wkb, NULL, &g, (int)f->wkb_size) == OGRERR_NONE;
    if (ok)
        OGR_F_SetGeometryDirectly(out, g);
    ok = ok && j->status == STATUS_OK && OGR_L_CreateFeature(j->layer, out) == OGRERR_NONE;
    OGR_F_Destroy(out);
    j->n += ok;
    if (!ok && j->status == STATUS_OK)
        j->status = STATUS_IO;
    return ok;
}

static enum status make_file(struct export_job *j, const char *path, int format)
{
    GDALDriverH driver = GDALGetDriverByName(FORMATS[format].driver);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char *options[] = {(char *)FORMATS[format].option, NULL};
    OSRImportFromEPSG(srs, 4490);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    j->data = driver ? GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL) : NULL;
    if (j->data)
        j->layer = GDALDatasetCreateLayer(j->data, j->version->layer, srs, wkbMultiPolygon, options);
    OSRDestroySpatialReference(srs);
    return j->layer ? make_fields(j, path) : fail_gdal(j, path);
}

static enum status write_by_gdal(struct export_job *j, const char *path, int format)
{
    struct store_feature_query q = {.version_id = j->version->id};
    enum status st = make_file(j, path, format);
    bool transaction = st == STATUS_OK && GDALDatasetStartTransaction(j->data, FALSE) == OGRERR_NONE;
    if (st == STATUS_OK)
        st = store_features(j->store, &q, write_feature, j, j->error);
    if (st == STATUS_OK && j->status != STATUS_OK)
        st = j->status == STATUS_UNSUPPORTED ? j->status : fail_gdal(j, path);
    if (st == STATUS_OK && transaction && GDALDatasetCommitTransaction(j->data) != OGRERR_NONE)
        st = fail_gdal(j, path);
    j->guard.failure[0] = '\0';
    if (j->data)
        GDALClose(j->data);
    if (st == STATUS_OK && j->guard.failure[0])
        st = fail_gdal(j, path);
    if (st != STATUS_OK && j->data) /* half a layer is not left behind under a whole one's name */
        GDALDeleteDataset(GDALGetDriverByName(FORMATS[format].driver), path);
    return st;
}

static enum status write_all(struct export_job *j, const char *path, int format)
{
    struct store_feature_query q = {.version_id = j->version->id};
    enum status st = store_features(j->store, &q, collect_fields, j, j->error);
    if (st == STATUS_OK)
        st = j->status;
    if (st == STATUS_OK)
        st = name_extras(j);
    if (st != STATUS_OK)
        return st;
    return FORMATS[format].driver ? write_by_gdal(j, path, format) : export_geojson(j, path);
}

static enum status refuse_path(const char *path, int format, struct error *e)
{
    if (gdal_path_is_remote(path)) {
        error_zh(e, "只导出到本机文件；“%s”是网络地址或虚拟路径，请先导出到本机，再传送。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "export-remote",
                          "Only local files are written; \"%s\" is an address or a virtual path: export to a "
                          "local file and send that.",
                          path);
    }
    if (format < 0) {
        error_zh(e, "不认识输出文件“%s”的类型；可用 .gpkg、.geojson、.fgb、.shp。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "export-format",
                          "The kind of \"%s\" is unknown; .gpkg, .geojson, .fgb and .shp can be written.",
                          path);
    }
    if (access(path, F_OK) != 0)
        return STATUS_OK;
    error_zh(e, "“%s”已经存在，不会覆盖；请换一个文件名。", path);
    return error_fail(e, STATUS_CONFLICT, "export-exists", "\"%s\" already exists and is not overwritten.",
                      path);
}

enum status export_version(struct store *s, const struct store_version *v, const char *path,
                           int64_t *n_written, struct error *e)
{
    struct error own;
    bool to_output = strcmp(path, "-") == 0;
    int format = format_of(to_output ? ".geojson" : path);
    enum status st = to_output ? STATUS_OK : refuse_path(path, format, e);
    if (st == STATUS_OK)
        st = gdal_load(e);
    struct export_job *j = st == STATUS_OK ? calloc(1, sizeof *j) : NULL;
    if (!j)
        return st == STATUS_OK ? error_no_memory(e) : st;
    j->store = s;
    j->version = v;
    j->error = e ? e : &own;
    j->narrow = FORMATS[format].narrow;
    GDALAllRegister();
    gdal_guard_enter(&j->guard);
    st = layer_table_read(s, &j->table, j->error);
    if (st == STATUS_OK)
        st = write_all(j, path, format);
    gdal_guard_leave();
    layer_table_release(&j->table);
    if (st == STATUS_OK)
        *n_written = j->n;
    for (size_t i = 0; i < j->n_extra; i++) {
        free(j->extra[i].name);
        free(j->extra[i].written);
    }
    free(j->extra);
    free(j);
    return st;
}
