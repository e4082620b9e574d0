/* Opening a source, choosing its layer, and walking its features. */
#include "ingest/source_parts.h"

#include "base/limits.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct source_info *source_info(const struct source *s)
{
    return &s->info;
}

const struct gdal_guard *source_messages(const struct source *s)
{
    return &s->guard;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    gdal_guard_enter(&s->guard);
    if (s->data)
        GDALClose(s->data);
    gdal_guard_leave();
    if (s->from_gbk != (iconv_t)-1)
        iconv_close(s->from_gbk);
    geo_transformer_free(s->transformer);
    geo_geos_free(s->geos);
    policy_release(&s->policy);
    buffer_release(&s->json);
    layer_table_release(&s->table);
    arena_free(s->keep);
    arena_free(s->feature);
    free(s->x);
    free(s->y);
    free(s);
}

static enum status refuse_geometry(const struct source_request *r, OGRwkbGeometryType type, struct error *e)
{
    error_zh(e, "“%s”的图层是 %s，不是面图层；请提供面（Polygon/MultiPolygon）数据。", r->path,
             OGRGeometryTypeToName(type));
    return error_fail(e, STATUS_UNSUPPORTED, "source-not-polygons",
                      "The layer of \"%s\" holds %s, not polygons; give a Polygon or MultiPolygon layer.",
                      r->path, OGRGeometryTypeToName(type));
}

/* A layer of undeclared or mixed type may hold polygons; its features are judged one by one. */
static enum status check_geometry_type(struct source *s, const struct source_request *r, struct error *e)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(s->layer));
    bool may_be_area = type == wkbUnknown || type == wkbGeometryCollection || OGR_GT_IsSurface(type) ||
                       OGR_GT_IsSubClassOf(type, wkbMultiSurface);
    return may_be_area ? STATUS_OK : refuse_geometry(r, type, e);
}

/* A .mif that was cut off ends like a whole one, but its .mid has a line for each feature. -1 when there is no .mid. */
static int64_t count_mid_lines(const char *path)
{
    char *mid = CPLStrdup(CPLResetExtension(path, "mid"));
    VSILFILE *f = VSIFOpenL(mid, "rb");
    if (!f) {
        strcpy(mid + strlen(mid) - 3, "MID");
        f = VSIFOpenL(mid, "rb");
    }
    CPLFree(mid);
    if (!f)
        return -1;
    int64_t n = 0;
    bool in_line = false;
    char piece[65536];
    for (size_t got; (got = VSIFReadL(piece, 1, sizeof piece, f)) > 0;)
        for (size_t i = 0; i < got; i++) {
            bool end = piece[i] == '\n' || piece[i] == '\r';
            n += in_line && end;
            in_line = !end;
        }
    VSIFCloseL(f);
    return n + in_line;
}

static enum status describe(struct source *s, struct error *e)
{
    const char *name = GDALGetDescription(s->data); /* with the folder within an archive */
    s->info.layer = source_layer_name(OGR_L_GetName(s->layer), s->keep);
    s->info.driver = arena_strdup(s->keep, GDALGetDriverShortName(GDALGetDatasetDriver(s->data)));
    if (!s->info.layer || !s->info.driver)
        return error_no_memory(e);
    s->info.drawing = strcmp(s->info.driver, "DXF") == 0;
    s->info.n_declared = OGR_L_GetFeatureCount(s->layer, FALSE);
    if (strcmp(s->info.driver, "MapInfo File") == 0 && strcasecmp(CPLGetExtension(name), "mif") == 0)
        s->info.n_declared = count_mid_lines(name);
    return STATUS_OK;
}

/* Without its .dbf a Shapefile has shapes and nothing else: no codes, no sub-zones. GDAL reads it all the same. */
static enum status check_parts(const struct source *s, const struct source_request *r, struct error *e)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(s->layer);
    bool bare = OGR_FD_GetFieldCount(defn) == 0 ||
                (OGR_FD_GetFieldCount(defn) == 1 &&
                 strcmp(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, 0)), "FID") == 0);
    if (strcmp(s->info.driver, "ESRI Shapefile") != 0 || !bare)
        return STATUS_OK;
    error_zh(e, "“%s”缺少 .dbf（属性表）：没有标识码和分区，不予导入；请连同 .shp、.shx、.prj 一起重新获取。",
             r->path);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-no-attributes",
        "\"%s\" has no .dbf: without codes and sub-zones it is not imported; get all of .shp, .shx, .dbf and "
        ".prj.",
        r->path);
}

static enum status make_tools(struct source *s, const struct source_request *r, struct error *e)
{
    s->keep = arena_new((size_t)16 << 20);
    s->feature = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    if (!s->keep || !s->feature)
        return error_no_memory(e);
    enum status st = policy_init(&s->policy, r->parcels ? &policy_parcel : &policy_layer, e);
    if (st == STATUS_OK)
        st = geo_transformer_new(&s->transformer, e);
    if (st == STATUS_OK)
        st = layer_table_read(&s->table, e);
    if (st == STATUS_OK)
        st = geo_geos_new(&s->geos, e);
    s->policy.transformer = s->transformer;
    s->policy.geos = s->geos;
    return st;
}

static enum status prepare(struct source *s, const struct source_request *r, struct error *e)
{
    gdal_guard_enter(&s->guard);
    s->mapped = r->zones;
    enum status st = source_choose_layer(s, r, e);
    if (st == STATUS_OK)
        st = check_geometry_type(s, r, e);
    if (st == STATUS_OK)
        source_find_encoding(s);
    if (st == STATUS_OK)
        st = describe(s, e);
    if (st == STATUS_OK && r->survey)
        st = check_parts(s, r, e);
    if (st == STATUS_OK)
        st = source_decide_target(s, r, e);
    if (st == STATUS_OK)
        st = source_bind_fields(s, r, e);
    if (st == STATUS_OK)
        st = source_decide_crs(s, r, e);
    if (st == STATUS_OK)
        st = source_zone_table(s, e);
    if (st == STATUS_OK && r->survey)
        st = source_list_zones(s, r, e);
    if (st == STATUS_OK) {
        OGRwkbGeometryType type = OGR_L_GetGeomType(s->layer);
        s->info.heights = OGR_GT_HasZ(type) || OGR_GT_HasM(type);
        OGR_L_ResetReading(s->layer);
    }
    gdal_guard_leave();
    return st;
}

enum status source_open(const struct source_request *r, struct source **out, struct error *e)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    s->from_gbk = iconv_open("UTF-8", "GB18030");
    buffer_init(&s->json, 0);
    enum status st = make_tools(s, r, e);
    if (st == STATUS_OK)
        st = gdal_guard_open(&s->guard, r->path, &s->data, e);
    if (st == STATUS_OK)
        st = prepare(s, r, e);
    if (st != STATUS_OK) {
        source_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

static enum status fail_reading(const struct source *s, struct error *e)
{
    error_zh(e, "图层“%s”读到第 %lld 个要素之后出错：%s；文件可能不完整，请重新获取。", s->info.layer,
             (long long)s->position, s->guard.failure);
    return error_fail(
        e, STATUS_CORRUPT, "source-broken",
        "Reading layer \"%s\" failed after feature %lld: %s; the file may be incomplete, get it again.",
        s->info.layer, (long long)s->position, s->guard.failure);
}

static enum status next_feature(struct source *s, struct source_feature *out, bool *more, struct error *e)
{
    gdal_guard_enter(&s->guard);
    OGRFeatureH f = OGR_L_GetNextFeature(s->layer);
    enum status st = STATUS_OK;
    if (!f && s->guard.failure[0]) {
        st = fail_reading(s, e); /* the end of the features and a broken file look alike but for this */
    } else if (f) {
        struct source_feature got = {.fid = OGR_F_GetFID(f), .position = ++s->position};
        st = source_read_fields(s, f, &got, e);
        if (st == STATUS_OK)
            st = source_read_shape(s, f, &got, e);
        if (st == STATUS_OK)
            *out = got;
        OGR_F_Destroy(f);
    }
    gdal_guard_leave();
    if (st == STATUS_OK)
        *more = f != NULL;
    return st;
}

enum status source_next(struct source *s, struct source_feature *out, bool *more, struct error *e)
{
    arena_reset(s->feature);
    return next_feature(s, out, more, e);
}

enum status source_next_into(struct source *s, struct arena *arena, struct source_feature *out, bool *more,
                             struct error *e)
{
    struct arena *own = s->feature;
    s->feature = arena;
    enum status st = next_feature(s, out, more, e);
    s->feature = own;
    if (st != STATUS_OK || !*more)
        return st;
    out->properties = arena_strdup(arena, out->properties); /* they were in a buffer of the source */
    return out->properties ? STATUS_OK : error_no_memory(e);
}
