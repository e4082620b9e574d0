/* Reading sources: what is read is what was delivered, in the place where it is, or it is refused with a
 * sentence. */
#include "ingest_fixture.h"

#include "geo/area.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <geos_c.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is read ---- */

static bool look(const struct store_feature *f, void *user)
{
    assert_string_equal(f->code, "1501210001");
    assert_string_equal(f->name, "大青山");
    assert_string_equal(f->zone, "核心保护区外");
    assert_string_equal(f->county, "150121");
    assert_true(f->declared_area_m2 == 12345.67);
    assert_string_equal(f->properties, "{\"BZ\":\"备注\"}");
    *(bool *)user = true;
    return false;
}

static void fields_are_found_by_their_official_names(void **state)
{
    static const char *const files[][2] = {{"GPKG", "a.gpkg"},
                                           {"GeoJSON", "a.geojson"},
                                           {"FlatGeobuf", "a.fgb"},
                                           {"ESRI Shapefile", "a.shp"},
                                           {"OpenFileGDB", "a.gdb"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct bench b = bench_begin(state, files[i][1]);
        char wkt[256];
        rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
        struct made_feature f = {"1501210001", "核心保护区外", 12345.67, wkt, NULL, NULL};
        make_source(b.file, files[i][0], 4490, &f, 1);
        struct ingest_request r = red_line_request(b.file);
        must_ingest(&b, &r);
        struct store_version v = current(&b);
        bool seen = false;
        struct store_feature_query q = {.version_id = v.id};
        must(store_features(b.store, &q, look, &seen, &b.e), &b.e);
        assert_true(seen);
        assert_int_equal(v.n_features, 1);
        assert_string_equal(v.source_name, files[i][1]);
        assert_string_equal(v.source_crs, "EPSG:4490");
        assert_non_null(strstr(b.report.json.data, "\"id\":\"BSM\",\"name\":\"MC\",\"zone\":\"GKFQ\""));
        bench_end(&b);
    }
}

static void a_field_that_is_named_must_be_there_and_none_means_none(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "区", 1, wkt, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    r.fields.name = "MINGCHENG";
    must_refuse(&b, &r, "source-field-not-found");
    assert_non_null(strstr(b.e.en, "BSM, MC"));
    r.fields = (struct source_fields){.name = "BZ", .zone = ""};
    must_ingest(&b, &r);
    assert_non_null(strstr(b.report.json.data, "\"name\":\"BZ\",\"zone\":\"\""));
    bench_end(&b);
}

static void assert_looks_right(struct bench *b)
{
    bool seen = false;
    struct store_feature_query q = {.version_id = current(b).id};
    must(store_features(b->store, &q, look, &seen, &b->e), &b->e);
    assert_true(seen);
}

/* Old Shapefiles from offices carry GBK text without saying so. "一" in GBK happens to be valid UTF-8,
 * too. */
static void make_gbk_shapefile(const struct bench *b, const char *shp)
{
    char wkt[256], cpg[112];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f[] = {
        {"1501210001", "\xBA\xCB\xD0\xC4\xB1\xA3\xBB\xA4\xC7\xF8\xCD\xE2", 12345.67, wkt,
         "\xB4\xF3\xC7\xE0\xC9\xBD", "\xB1\xB8\xD7\xA2"},
        {"1501210002", "\xBA\xCB\xD0\xC4\xB1\xA3\xBB\xA4\xC7\xF8", 1, wkt, "\xD2\xBB", "\xB1\xB8\xD7\xA2"},
    };
    CPLSetThreadLocalConfigOption("SHAPE_ENCODING", ""); /* bytes as they are */
    make_source(shp, "ESRI Shapefile", 4490, f, 2);
    CPLSetThreadLocalConfigOption("SHAPE_ENCODING", NULL);
    snprintf(cpg, sizeof cpg, "%s/a.cpg", b->place->dir);
    unlink(cpg);
}

static void zip_shapefile(const struct bench *b, const char *zip)
{
    static const char *const parts[] = {"shp", "shx", "dbf", "prj", "cpg"};
    char inside[160], part[128];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(part, sizeof part, "%s/a.%s", b->place->dir, parts[i]);
        snprintf(inside, sizeof inside, "/vsizip/%s/a.%s", zip, parts[i]);
        if (access(part, F_OK) == 0)
            assert_int_equal(CPLCopyFile(inside, part), 0);
    }
}

static bool look_for_one(const struct store_feature *f, void *user)
{
    *(bool *)user |= strcmp(f->name, "一") == 0;
    return true;
}

static void gbk_text_of_a_shapefile_without_cpg_is_readable(void **state)
{
    struct bench b = bench_begin(state, "a.shp");
    char zip[112];
    make_gbk_shapefile(&b, b.file);
    snprintf(zip, sizeof zip, "%s/a.zip", b.place->dir);
    zip_shapefile(&b, zip);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    assert_looks_right(&b);
    assert_non_null(strstr(b.report.json.data, "\"encoding\":\"GB18030\""));
    r.path = zip;
    must_ingest(&b, &r);
    assert_looks_right(&b);
    bool seen = false;
    struct store_feature_query q = {.version_id = current(&b).id};
    must(store_features(b.store, &q, look_for_one, &seen, &b.e), &b.e);
    assert_true(seen);
    bench_end(&b);
}

static void a_zipped_shapefile_is_read_as_it_is(void **state)
{
    struct bench b = bench_begin(state, "a.shp");
    char wkt[256], zip[112];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1501210001", "核心保护区外", 12345.67, wkt, NULL, NULL};
    make_source(b.file, "ESRI Shapefile", 4490, &f, 1);
    snprintf(zip, sizeof zip, "%s/a.zip", b.place->dir);
    zip_shapefile(&b, zip);
    struct ingest_request r = red_line_request(zip);
    must_ingest(&b, &r);
    assert_looks_right(&b);
    assert_string_equal(current(&b).source_name, "a.zip");
    bench_end(&b);
}

/* ---- where it is ---- */

/* Area of a plane rectangle in a GK zone, found without any of our code: its border cut every 0.5 m, PROJ to
 * longitude/latitude, then PROJ to an equal-area projection about the place (cut so finely that edges
 * agree), GEOS. */
static double rectangle_by_proj_and_geos(const char *zone, double x, double y, double w, double h)
{
    PJ_CONTEXT *ctx = proj_context_create();
    PJ *to = proj_create_crs_to_crs(ctx, zone, "+proj=cea +lat_ts=40 +ellps=GRS80 +lon_0=111", NULL);
    PJ *p = proj_normalize_for_visualization(ctx, to);
    GEOSContextHandle_t g = GEOS_init_r();
    const unsigned per_side = 2000, n = 4 * per_side + 1;
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(g, n, 2);
    const double corner[5][2] = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}, {x, y}};
    for (unsigned i = 0; i < n; i++) {
        unsigned side = i / per_side == 4 ? 3 : i / per_side;
        double t = (double)(i - side * per_side) / per_side;
        PJ_COORD c = proj_coord(corner[side][0] + t * (corner[side + 1][0] - corner[side][0]),
                                corner[side][1] + t * (corner[side + 1][1] - corner[side][1]), 0, 0);
        c = proj_trans(p, PJ_FWD, c);
        if (i + 1 == n)
            GEOSCoordSeq_getXY_r(g, seq, 0, &c.xy.x, &c.xy.y);
        GEOSCoordSeq_setXY_r(g, seq, i, c.xy.x, c.xy.y);
    }
    GEOSGeometry *ring = GEOSGeom_createLinearRing_r(g, seq);
    GEOSGeometry *polygon = GEOSGeom_createPolygon_r(g, ring, NULL, 0);
    double area = 0;
    GEOSArea_r(g, polygon, &area);
    GEOSGeom_destroy_r(g, polygon);
    GEOS_finish_r(g);
    proj_destroy(p);
    proj_destroy(to);
    proj_context_destroy(ctx);
    return area;
}

/* Zone 37 of the 3-degree zones, with prefix (4525) and without (4546): the same ground, the same area as
 * PROJ and GEOS find by another way, to a square millimetre per hectare. */
static void gauss_kruger_coordinates_land_where_proj_says(void **state)
{
    static const struct {
        int epsg;
        const char *name;
        double x;
    } zones[] = {{4525, "EPSG:4525", 37540000}, {4546, "EPSG:4546", 540000}};
    for (size_t i = 0; i < 2; i++) {
        struct bench b = bench_begin(state, i ? "gk.shp" : "gk.gpkg");
        char wkt[256];
        rectangle_wkt(wkt, zones[i].x, 4500000, 1000, 800);
        struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
        make_source(b.file, i ? "ESRI Shapefile" : "GPKG", zones[i].epsg, &f, 1);
        struct ingest_request r = red_line_request(b.file);
        must_ingest(&b, &r);
        double want = rectangle_by_proj_and_geos(zones[i].name, zones[i].x, 4500000, 1000, 800);
        struct store_version v = current(&b);
        if (fabs(v.area_m2 - want) > 0.001)
            fail_msg("EPSG:%d: %.6f m2, PROJ and GEOS say %.6f", zones[i].epsg, v.area_m2, want);
        assert_string_equal(v.source_crs, zones[i].name);
        bench_end(&b);
    }
}

static void lon_lat_areas_are_those_of_the_kernel(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    double want = 0.01 * (geo_authalic_q_m2_per_deg(40.51) - geo_authalic_q_m2_per_deg(40.5));
    assert_true(fabs(current(&b).area_m2 - want) < 1e-3);
    bench_end(&b);
}

static void no_crs_is_refused_until_an_operator_states_one(void **state)
{
    struct bench b = bench_begin(state, "a.shp");
    char wkt[256];
    rectangle_wkt(wkt, 540000, 4500000, 1000, 800);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    make_source(b.file, "ESRI Shapefile", 0, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "zone-missing");
    r.epsg = 4546;
    must_ingest(&b, &r);
    assert_non_null(strstr(b.report.json.data, "\"decided_by\":\"operator\""));
    assert_string_equal(current(&b).source_crs, "EPSG:4546");
    bench_end(&b);
}

static void a_crs_that_contradicts_the_operator_or_is_not_ours_is_refused(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    r.epsg = 4525;
    must_refuse(&b, &r, "crs-conflict");
    r.epsg = 0;
    remove(b.file);
    make_source(b.file, "GPKG", 4610, &f, 1); /* Xi'an 1980 */
    assert_int_not_equal(ingest_layer_file(b.store, &r, &b.report, &b.e), STATUS_OK);
    assert_non_null(strstr(b.e.zh, "西安"));
    bench_end(&b);
}

/* Counties deliver EPSG:4490 with 1985 heights, and .prj files in ESRI's words. */
static void a_crs_in_other_words_is_recognised(void **state)
{
    struct bench b = bench_begin(state, "a.shp");
    char wkt[256], prj[112];
    rectangle_wkt(wkt, 37540000, 4500000, 1000, 800);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    make_source(b.file, "ESRI Shapefile", 0, &f, 1);
    snprintf(prj, sizeof prj, "%s/a.prj", b.place->dir);
    static const struct {
        const char *text, *crs;
    } words[] = {
        {"PROJCS[\"CGCS2000_3_Degree_GK_Zone_37\",GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM["
         "\"D_China_2000\",SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT["
         "\"Degree\","
         "0.0174532925199433]],PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",37500000.0],"
         "PARAMETER["
         "\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",111.0],PARAMETER[\"Scale_Factor\",1.0],"
         "PARAMETER["
         "\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]",
         "EPSG:4525"},
        {"PROJCS[\"my zone\",GEOGCS[\"unnamed\",DATUM[\"D_unknown\",SPHEROID[\"unknown\",6378137.0,"
         "298.3]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Gauss_Kruger\"]"
         ","
         "PARAMETER[\"False_Easting\",37500000.0],PARAMETER[\"Central_Meridian\",111.0],UNIT[\"Meter\",1.0]]",
         NULL},
    };
    struct ingest_request r = red_line_request(b.file);
    for (size_t i = 0; i < 2; i++) {
        FILE *p = fopen(prj, "w");
        fputs(words[i].text, p);
        fclose(p);
        if (!words[i].crs) {
            must_refuse(&b, &r, "crs-missing");
            continue;
        }
        must_ingest(&b, &r);
        assert_string_equal(current(&b).source_crs, words[i].crs);
    }
    bench_end(&b);
}

static void heights_are_dropped_with_their_datum(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    struct made_feature f = {
        "1",  "",  -1, "POLYGON Z ((111.5 40.5 1000,111.51 40.5 1001,111.51 40.51 1002,111.5 40.5 1000))",
        NULL, NULL};
    make_source(b.file, "GPKG", 4490 * 10000 + 5737, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    assert_string_equal(current(&b).source_crs, "EPSG:4490");
    bench_end(&b);
}

/* A geodatabase may hold true arcs; their chords keep the area to a millionth. */
static void arcs_are_cut_finely(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    struct made_feature f = {
        "1",
        "",
        -1,
        "CURVEPOLYGON (CIRCULARSTRING (111.501 40.5,111.5 40.501,111.499 40.5,111.5 40.499,"
        "111.501 40.5))",
        NULL,
        NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    double north = 0, east = 0;
    geo_metres_per_degree(40.5, &north, &east);
    double want = 3.14159265358979 * 1e-6 * north * east;
    assert_true(fabs(current(&b).area_m2 / want - 1) < 1e-6);
    assert_int_equal(b.report.n_curved, 1);
    bench_end(&b);
}

/* A wrong zone or swapped axes would put a red line where none is. */
static void coordinates_outside_china_are_refused(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char swapped[256];
    rectangle_wkt(swapped, 40.5, 111.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, swapped, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-refused");
    bench_end(&b);
}

/* ---- files ---- */

static void only_local_files_of_known_formats_are_read(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    static const char *const remote[] = {"/vsicurl/http://127.0.0.1/a.gpkg", "http://127.0.0.1/a.geojson",
                                         "/vsistdin/", "WFS:http://127.0.0.1/", "PG:dbname=x"};
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++) {
        struct ingest_request r = red_line_request(remote[i]);
        must_refuse(&b, &r, i == 0 || i == 1 || i == 2 || i == 3 ? "source-remote" : "file-not-found");
    }
    FILE *f = fopen(b.file, "w");
    fputs("<OGRVRTDataSource><OGRVRTLayer name=\"x\"/></OGRVRTDataSource>", f);
    fclose(f);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "format-unsupported");
    bench_end(&b);
}

static void write_geojson(const char *path, const char *before, const char *after)
{
    FILE *f = fopen(path, "w");
    fprintf(f,
            "{\"type\":\"FeatureCollection\",%s\"features\":[{\"type\":\"Feature\",\"properties\":{\"crs\":"
            "\"x\"},"
            "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[111,40],[111.1,40],[111.1,40.1],[111,40]]]"
            "}}]%s}",
            before, after);
    fclose(f);
}

/* GDAL reads a "crs" that it does not understand as WGS 84, and fetches one that is an address: neither may
 * happen.
 * Without the member a GeoJSON file is WGS 84 by its standard, and is recorded as that. */
static void a_geojson_crs_that_is_not_understood_is_refused(void **state)
{
    struct bench b = bench_begin(state, "a.geojson");
    static const struct {
        const char *before, *after, *refused_as, *crs;
    } files[] = {
        {"", "", NULL, "EPSG:4326"},
        {"\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},", "", NULL,
         "EPSG:4326"},
        {"", ",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::4490\"}}", NULL,
         "EPSG:4490"},
        {"\"crs\":null,", "", "crs-missing", NULL},
        {"\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:foo:bar\"}},", "", "crs-missing", NULL},
        {"\"crs\":{\"type\":\"link\",\"properties\":{\"href\":\"http://127.0.0.1:9/x\"}},", "", "crs-missing",
         NULL},
    };
    struct ingest_request r = red_line_request(b.file);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_geojson(b.file, files[i].before, files[i].after);
        if (files[i].refused_as) {
            must_refuse(&b, &r, files[i].refused_as);
            continue;
        }
        must_ingest(&b, &r);
        assert_string_equal(current(&b).source_crs, files[i].crs);
    }
    bench_end(&b);
}

static void a_file_with_several_layers_asks_which(void **state)
{
    struct bench b = bench_begin(state, "dir");
    mkdir(b.file, 0755);
    char wkt[256], one[128];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    for (int i = 0; i < 2; i++) {
        snprintf(one, sizeof one, "%s/layer%d.shp", b.file, i);
        make_source(one, "ESRI Shapefile", 4490, &f, 1);
    }
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "source-layer-ambiguous");
    assert_non_null(strstr(b.e.en, "layer0"));
    r.source_layer = "nothing";
    must_refuse(&b, &r, "source-layer-not-found");
    r.source_layer = "layer1";
    must_ingest(&b, &r);
    bench_end(&b);
}

static void lines_are_no_red_line_layer(void **state)
{
    struct bench b = bench_begin(state, "a.geojson");
    FILE *f = fopen(b.file, "w");
    fputs("{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[["
          "111,40],[112,41]]}}",
          f);
    fclose(f);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-refused");
    bench_end(&b);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, place_make_store, place_remove)
    const struct CMUnitTest tests[] = {
        CASE(fields_are_found_by_their_official_names),
        CASE(a_field_that_is_named_must_be_there_and_none_means_none),
        CASE(gbk_text_of_a_shapefile_without_cpg_is_readable),
        CASE(gauss_kruger_coordinates_land_where_proj_says),
        CASE(lon_lat_areas_are_those_of_the_kernel),
        CASE(no_crs_is_refused_until_an_operator_states_one),
        CASE(a_crs_that_contradicts_the_operator_or_is_not_ours_is_refused),
        CASE(a_crs_in_other_words_is_recognised),
        CASE(heights_are_dropped_with_their_datum),
        CASE(arcs_are_cut_finely),
        CASE(a_zipped_shapefile_is_read_as_it_is),
        CASE(coordinates_outside_china_are_refused),
        CASE(only_local_files_of_known_formats_are_read),
        CASE(a_geojson_crs_that_is_not_understood_is_refused),
        CASE(a_file_with_several_layers_asks_which),
        CASE(lines_are_no_red_line_layer),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
