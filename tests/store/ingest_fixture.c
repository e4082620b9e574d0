#include "ingest_fixture.h"

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

static OGRSpatialReferenceH make_srs(int epsg)
{
    if (!epsg)
        return NULL;
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char with_heights[64];
    snprintf(with_heights, sizeof with_heights, "EPSG:%d+%d", epsg / 10000, epsg % 10000);
    if (epsg > 1000000 ? OSRSetFromUserInput(srs, with_heights) : OSRImportFromEPSG(srs, epsg))
        fail_msg("GDAL does not know the CRS %d", epsg);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

static void add_field(OGRLayerH layer, const char *name, OGRFieldType type)
{
    OGRFieldDefnH defn = OGR_Fld_Create(name, type);
    if (type == OFTReal) {
        OGR_Fld_SetWidth(defn, 18);
        OGR_Fld_SetPrecision(defn, 2);
    }
    OGR_L_CreateField(layer, defn, 1);
    OGR_Fld_Destroy(defn);
}

static void add_feature(OGRLayerH layer, const struct made_feature *m)
{
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGR_F_SetFieldString(f, 0, m->code);
    OGR_F_SetFieldString(f, 1, m->name ? m->name : "大青山");
    OGR_F_SetFieldString(f, 2, m->zone);
    OGR_F_SetFieldString(f, 3, "150121");
    if (m->area_m2 >= 0)
        OGR_F_SetFieldDouble(f, 4, m->area_m2);
    OGR_F_SetFieldString(f, 5, m->note ? m->note : "备注");
    OGRGeometryH g = NULL;
    if (m->wkt) {
        char *wkt = (char *)m->wkt;
        OGR_G_CreateFromWkt(&wkt, NULL, &g);
        OGR_F_SetGeometryDirectly(f, g);
    }
    if (OGR_L_CreateFeature(layer, f) != OGRERR_NONE)
        fail_msg("GDAL did not write the feature %s", m->code);
    OGR_F_Destroy(f);
}

void make_source(const char *path, const char *driver, int epsg, const struct made_feature *f, size_t n)
{
    GDALAllRegister();
    GDALDatasetH data = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(data);
    OGRSpatialReferenceH srs = make_srs(epsg);
    bool shapefile = strcmp(driver, "ESRI Shapefile") == 0, gdb = strcmp(driver, "OpenFileGDB") == 0;
    char *options[] = {(char *)"ENCODING=UTF-8", NULL};
    bool say_utf8 = shapefile && !CPLGetThreadLocalConfigOption("SHAPE_ENCODING", NULL);
    OGRLayerH layer = GDALDatasetCreateLayer(data, "STBHHX", srs,
                                             shapefile ? wkbPolygon
                                             : gdb     ? wkbMultiPolygon
                                                       : wkbUnknown,
                                             say_utf8 ? options : NULL);
    static const char *const names[] = {"BSM", "MC", "GKFQ", "XJXZQDM", "MJ", "BZ"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_field(layer, names[i], i == 4 ? OFTReal : OFTString);
    for (size_t i = 0; i < n; i++)
        add_feature(layer, &f[i]);
    if (srs)
        OSRDestroySpatialReference(srs);
    GDALClose(data);
}

void rectangle_wkt(char out[256], double x, double y, double width, double height)
{
    snprintf(out, 256, "POLYGON ((%.10f %.10f,%.10f %.10f,%.10f %.10f,%.10f %.10f,%.10f %.10f))", x, y,
             x + width, y, x + width, y + height, x, y + height, x, y);
}

struct ingest_request red_line_request(const char *path)
{
    return (struct ingest_request){.path = path,
                                   .layer = "ecological_red_line",
                                   .title_zh = "生态保护红线",
                                   .title_en = "Ecological red line",
                                   .kind = "line",
                                   .label = "示例数据",
                                   .synthetic = true};
}

struct bench bench_begin(void **state, const char *file)
{
    struct bench b = {.place = *state};
    b.store = must_open(b.place->path, STORE_WRITE);
    ingest_report_init(&b.report);
    snprintf(b.file, sizeof b.file, "%s/%s", b.place->dir, file);
    return b;
}

void bench_end(struct bench *b)
{
    ingest_report_release(&b->report);
    store_close(b->store);
}

void must_ingest(struct bench *b, const struct ingest_request *r)
{
    must(ingest_layer_file(b->store, r, &b->report, &b->e), &b->e);
}

void must_refuse(struct bench *b, const struct ingest_request *r, const char *code)
{
    struct error ignored;
    struct store_version before = {.id = -1}, after = {.id = -1};
    (void)!store_current_version(b->store, r->layer, b->place->arena, &before, &ignored);
    if (ingest_layer_file(b->store, r, &b->report, &b->e) == STATUS_OK)
        fail_msg("not refused; expected %s", code);
    if (strcmp(b->e.code, code) != 0)
        fail_msg("refused as %s (%s), expected %s", b->e.code, b->e.en, code);
    assert_true(strlen(b->e.zh) > 20);
    assert_true(strlen(b->e.en) > 20);
    (void)!store_current_version(b->store, r->layer, b->place->arena, &after, &ignored);
    assert_int_equal(before.id, after.id);
}

struct store_version current(struct bench *b)
{
    struct store_version v = {0};
    must(store_current_version(b->store, "ecological_red_line", b->place->arena, &v, &b->e), &b->e);
    return v;
}
