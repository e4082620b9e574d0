/* Ingest: what is read is what was delivered, in the place where it is, or it is refused with a sentence. */
#include "ingest_fixture.h"

#include "geo/area.h"
#include "index/layer_index.h"

#include <cpl_conv.h>
#include <geos_c.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bench {
    struct place *place;
    struct store *store;
    struct ingest_report report;
    struct error e;
    char file[96];
};

static struct bench begin(void **state, const char *file)
{
    struct bench b = {.place = *state};
    b.store = must_open(b.place->path, STORE_WRITE);
    ingest_report_init(&b.report);
    snprintf(b.file, sizeof b.file, "%s/%s", b.place->dir, file);
    return b;
}

static void end(struct bench *b)
{
    ingest_report_release(&b->report);
    store_close(b->store);
}

static void must_ingest(struct bench *b, const struct ingest_request *r)
{
    must(ingest_layer_file(b->store, r, &b->report, &b->e), &b->e);
}

/* Refused with this code, in both languages, and the store is as it was. */
static void must_refuse(struct bench *b, const struct ingest_request *r, const char *code)
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

static struct store_version current(struct bench *b)
{
    struct store_version v = {0};
    must(store_current_version(b->store, "ecological_red_line", b->place->arena, &v, &b->e), &b->e);
    return v;
}

static struct layer_index *must_open_index(struct bench *b, const struct store_version *v, bool coverage)
{
    uint8_t key[32];
    struct layer_index *ix = NULL;
    store_index_key(v, coverage, key);
    must(index_open(store_index_path(b->store, b->place->arena, v, coverage), key, &ix, &b->e), &b->e);
    return ix;
}

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
    static const char *const files[][2] = {
        {"GPKG", "a.gpkg"}, {"GeoJSON", "a.geojson"}, {"FlatGeobuf", "a.fgb"}, {"ESRI Shapefile", "a.shp"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct bench b = begin(state, files[i][1]);
        char wkt[256];
        rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
        struct made_feature f = {"1501210001", "核心保护区外", 12345.67, wkt};
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
        end(&b);
    }
}

static void a_field_that_is_named_must_be_there_and_none_means_none(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "区", 1, wkt};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    r.fields.name = "MINGCHENG";
    must_refuse(&b, &r, "source-field-not-found");
    assert_non_null(strstr(b.e.en, "BSM, MC"));
    r.fields = (struct source_fields){.name = "BZ", .zone = ""};
    must_ingest(&b, &r);
    assert_non_null(strstr(b.report.json.data, "\"name\":\"BZ\",\"zone\":\"\""));
    end(&b);
}

/* Old Shapefiles from offices carry GBK text without saying so. */
static void gbk_text_of_a_shapefile_without_cpg_is_readable(void **state)
{
    struct bench b = begin(state, "gbk.shp");
    char wkt[256], cpg[112];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1501210001", "\xBA\xCB\xD0\xC4\xB1\xA3\xBB\xA4\xC7\xF8\xCD\xE2", 12345.67, wkt};
    CPLSetThreadLocalConfigOption("SHAPE_ENCODING", ""); /* bytes as they are */
    make_source(b.file, "ESRI Shapefile", 4490, &f, 1);
    CPLSetThreadLocalConfigOption("SHAPE_ENCODING", NULL);
    snprintf(cpg, sizeof cpg, "%s/gbk.cpg", b.place->dir);
    unlink(cpg);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    struct store_version v = current(&b);
    bool seen = false;
    struct store_feature_query q = {.version_id = v.id};
    must(store_features(b.store, &q, look, &seen, &b.e), &b.e);
    assert_true(seen);
    end(&b);
}

/* ---- where it is ---- */

/* Area of a plane rectangle in a GK zone, found without any of our code: its border cut every 0.5 m, PROJ to
 * longitude/latitude, then PROJ to an equal-area projection about the place (cut so finely that edges agree), GEOS. */
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

/* Zone 37 of the 3-degree zones, with prefix (4525) and without (4546): the same ground, the same area as PROJ and GEOS
 * find by another way, to a square millimetre per hectare. */
static void gauss_kruger_coordinates_land_where_proj_says(void **state)
{
    static const struct {
        int epsg;
        const char *name;
        double x;
    } zones[] = {{4525, "EPSG:4525", 37540000}, {4546, "EPSG:4546", 540000}};
    for (size_t i = 0; i < 2; i++) {
        struct bench b = begin(state, i ? "gk.shp" : "gk.gpkg");
        char wkt[256];
        rectangle_wkt(wkt, zones[i].x, 4500000, 1000, 800);
        struct made_feature f = {"1", "", -1, wkt};
        make_source(b.file, i ? "ESRI Shapefile" : "GPKG", zones[i].epsg, &f, 1);
        struct ingest_request r = red_line_request(b.file);
        must_ingest(&b, &r);
        double want = rectangle_by_proj_and_geos(zones[i].name, zones[i].x, 4500000, 1000, 800);
        struct store_version v = current(&b);
        if (fabs(v.area_m2 - want) > 0.001)
            fail_msg("EPSG:%d: %.6f m2, PROJ and GEOS say %.6f", zones[i].epsg, v.area_m2, want);
        assert_string_equal(v.source_crs, zones[i].name);
        end(&b);
    }
}

static void lon_lat_areas_are_those_of_the_kernel(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    double want = 0.01 * (geo_authalic_q_m2_per_deg(40.51) - geo_authalic_q_m2_per_deg(40.5));
    assert_true(fabs(current(&b).area_m2 - want) < 1e-3);
    end(&b);
}

static void no_crs_is_refused_until_an_operator_states_one(void **state)
{
    struct bench b = begin(state, "a.shp");
    char wkt[256];
    rectangle_wkt(wkt, 37540000, 4500000, 1000, 800);
    struct made_feature f = {"1", "", -1, wkt};
    make_source(b.file, "ESRI Shapefile", 0, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "source-crs-missing");
    r.epsg = 4525;
    must_ingest(&b, &r);
    assert_non_null(strstr(b.report.json.data, "\"decided_by\":\"operator\""));
    assert_string_equal(current(&b).source_crs, "EPSG:4525");
    end(&b);
}

static void a_crs_that_contradicts_the_operator_or_is_not_ours_is_refused(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    r.epsg = 4525;
    must_refuse(&b, &r, "source-crs-conflict");
    r.epsg = 0;
    remove(b.file);
    make_source(b.file, "GPKG", 4610, &f, 1); /* Xi'an 1980 */
    assert_int_not_equal(ingest_layer_file(b.store, &r, &b.report, &b.e), STATUS_OK);
    assert_non_null(strstr(b.e.zh, "西安"));
    end(&b);
}

/* A wrong zone or swapped axes would put a red line where none is. */
static void coordinates_outside_china_are_refused(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char swapped[256];
    rectangle_wkt(swapped, 40.5, 111.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, swapped};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-refused");
    end(&b);
}

/* ---- invalid features ---- */

static const char BOW_TIE[] = "POLYGON ((111.5 40.5,111.51 40.51,111.51 40.5,111.5 40.51,111.5 40.5))";
/* a hole that touches its outer ring along an edge: invalid, and the repair takes nothing away */
static const char SPIKE[] =
    "POLYGON ((111.5 40.5,111.51 40.5,111.51 40.51,111.505 40.51,111.505 40.52,111.505 "
    "40.51,111.5 40.51,111.5 40.5))";

static void one_refused_feature_refuses_the_file_and_the_report_names_it(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f[] = {{"GOOD", "", -1, wkt}, {"BAD", "", -1, BOW_TIE}, {"NONE", "", -1, NULL}};
    make_source(b.file, "GPKG", 4490, f, 3);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-refused");
    assert_int_equal(b.report.n_read, 3);
    assert_int_equal(b.report.n_refused, 2);
    assert_non_null(strstr(b.report.json.data, "\"code\":\"BAD\""));
    assert_non_null(strstr(b.report.json.data, "source-repair-changes-area"));
    assert_non_null(strstr(b.report.json.data, "\"code\":\"NONE\""));
    assert_non_null(strstr(b.report.json.data, "source-no-geometry"));
    end(&b);
}

/* When an operator insists, everyone who asks this layer must be able to learn that it is incomplete. */
static void an_incomplete_layer_says_so(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f[] = {{"GOOD", "", -1, wkt}, {"BAD", "", -1, BOW_TIE}};
    make_source(b.file, "GPKG", 4490, f, 2);
    struct ingest_request r = red_line_request(b.file);
    r.allow_refused = true;
    must_ingest(&b, &r);
    struct store_version v = current(&b);
    assert_int_equal(v.n_features, 1);
    assert_int_equal(v.n_refused, 1);
    const char *json = NULL;
    must(store_version_report(b.store, v.id, b.place->arena, &json, &b.e), &b.e);
    assert_non_null(strstr(json, "\"complete\":false"));
    assert_non_null(strstr(json, "\"code\":\"BAD\""));
    end(&b);
}

static void a_repair_that_takes_no_area_is_made_and_reported(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    struct made_feature f = {"SPIKE", "", -1, SPIKE};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    struct store_version v = current(&b);
    assert_int_equal(v.n_repaired, 1);
    assert_non_null(strstr(b.report.json.data, "\"area_before_m2\""));
    double want = 0.01 * (geo_authalic_q_m2_per_deg(40.51) - geo_authalic_q_m2_per_deg(40.5));
    assert_true(fabs(v.area_m2 - want) < 1);
    end(&b);
}

static void an_empty_layer_is_refused(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    make_source(b.file, "GPKG", 4490, NULL, 0);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-empty");
    end(&b);
}

/* ---- files ---- */

static void only_local_files_of_known_formats_are_read(void **state)
{
    struct bench b = begin(state, "a.gpkg");
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
    must_refuse(&b, &r, "source-unreadable");
    end(&b);
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

/* GDAL reads a "crs" that it does not understand as WGS 84, and fetches one that is an address: neither may happen.
 * Without the member a GeoJSON file is WGS 84 by its standard, and is recorded as that. */
static void a_geojson_crs_that_is_not_understood_is_refused(void **state)
{
    struct bench b = begin(state, "a.geojson");
    static const struct {
        const char *before, *after, *refused_as, *crs;
    } files[] = {
        {"", "", NULL, "EPSG:4326"},
        {"\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},", "", NULL,
         "EPSG:4326"},
        {"", ",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::4490\"}}", NULL,
         "EPSG:4490"},
        {"\"crs\":null,", "", "source-crs-missing", NULL},
        {"\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:foo:bar\"}},", "", "source-crs-unknown",
         NULL},
        {"\"crs\":{\"type\":\"link\",\"properties\":{\"href\":\"http://127.0.0.1:9/x\"}},", "",
         "source-crs-missing", NULL},
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
    end(&b);
}

static void a_file_with_several_layers_asks_which(void **state)
{
    struct bench b = begin(state, "dir");
    mkdir(b.file, 0755);
    char wkt[256], one[128];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt};
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
    end(&b);
}

static void lines_are_no_red_line_layer(void **state)
{
    struct bench b = begin(state, "a.geojson");
    FILE *f = fopen(b.file, "w");
    fputs("{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[["
          "111,40],[112,41]]}}",
          f);
    fclose(f);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "source-not-polygons");
    end(&b);
}

/* ---- what is written ---- */

static void index_files_are_ready_with_the_version(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256], cover[256], coverage[112];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1501210001", "核心保护区外", -1, wkt};
    make_source(b.file, "GPKG", 4490, &f, 1);
    rectangle_wkt(cover, 111, 40, 1, 1);
    char cover2[256];
    rectangle_wkt(cover2, 112, 40, 1, 1);
    struct made_feature c[] = {{"W", "", -1, cover}, {"E", "", -1, cover2}};
    snprintf(coverage, sizeof coverage, "%s/coverage.gpkg", b.place->dir);
    make_source(coverage, "GPKG", 4490, c, 2);
    struct ingest_request r = red_line_request(b.file);
    r.coverage_path = coverage;
    must_ingest(&b, &r);
    struct store_version v = current(&b);
    assert_true(v.has_coverage);
    struct layer_index *ix = must_open_index(&b, &v, false), *cx = must_open_index(&b, &v, true);
    must(index_verify(ix, &b.e), &b.e);
    assert_int_equal(index_n_features(ix), 1);
    struct index_feature got = index_feature_at(ix, 0);
    assert_string_equal(got.code, "1501210001");
    assert_string_equal(got.zone, "核心保护区外");
    assert_true(fabs(got.area_m2 - v.area_m2) < 1e-3);
    assert_int_equal(index_n_features(cx), 1); /* the two halves are one area */
    double want = 2 * (geo_authalic_q_m2_per_deg(41) - geo_authalic_q_m2_per_deg(40));
    assert_true(fabs(index_feature_at(cx, 0).area_m2 - want) < 1);
    index_close(ix);
    index_close(cx);
    const void *wkb = NULL;
    size_t n = 0;
    must(store_coverage(b.store, v.id, b.place->arena, &wkb, &n, &b.e), &b.e);
    assert_true(n > 0);
    end(&b);
}

static void the_same_request_again_is_skipped_and_a_changed_file_is_not(void **state)
{
    struct bench b = begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    r.skip_unchanged = true;
    must_ingest(&b, &r);
    assert_false(b.report.skipped);
    must_ingest(&b, &r);
    assert_true(b.report.skipped);
    assert_int_equal(current(&b).version_no, 1);
    r.document_no = "内政发〔2024〕1号";
    b.report.skipped = false;
    must_ingest(&b, &r);
    assert_int_equal(current(&b).version_no, 2);
    remove(b.file);
    f.code = "2";
    make_source(b.file, "GPKG", 4490, &f, 1);
    must_ingest(&b, &r);
    assert_int_equal(current(&b).version_no, 3);
    end(&b);
}

/* ---- geodata ---- */

static bool count_plan(const struct store_plan_feature *f, void *user)
{
    assert_true(f->name[0] != '\0');
    assert_true(f->properties[0] == '{');
    assert_true(f->geometry[0] == '{');
    ++*(int *)user;
    return true;
}

static int plan_count(struct bench *b, const char *collection, const struct geo_box *box)
{
    int n = 0;
    must(store_plan_features(b->store, collection, box, 0, 0, count_plan, &n, &b->e), &b->e);
    return n;
}

static void geodata_loads_whole_and_only_once(void **state)
{
    struct bench b = begin(state, "unused");
    const char *dir = HX_SOURCE_DIR "/geodata";
    struct ingest_geodata_result r = {0};
    must(ingest_geodata(b.store, dir, NULL, NULL, &r, &b.e), &b.e);
    assert_true(r.n_imported >= 3);
    assert_true(r.plan_loaded);
    int n = r.n_imported;
    must(ingest_geodata(b.store, dir, NULL, NULL, &r, &b.e), &b.e);
    assert_int_equal(r.n_imported, 0);
    assert_int_equal(r.n_skipped, n);
    assert_false(r.plan_loaded);
    assert_int_equal(plan_count(&b, "counties", NULL), 103);
    struct geo_box hohhot = {111.5, 40.6, 111.9, 41.0};
    assert_in_range(plan_count(&b, "counties", &hohhot), 4, 6);
    assert_true(plan_count(&b, "plan_layout", NULL) > 0);
    assert_true(plan_count(&b, "plan_places", NULL) > 0);
    const char *json = NULL;
    must(store_plan_table(b.store, "plan_key_counties", b.place->arena, &json, &b.e), &b.e);
    assert_non_null(strstr(json, "准格尔旗"));
    must(store_plan_table(b.store, "admin_unit", b.place->arena, &json, &b.e), &b.e);
    assert_non_null(strstr(json, "\"code\":\"150000\",\"name\":\"内蒙古自治区\""));
    assert_int_equal(store_plan_table(b.store, "sqlite_master", b.place->arena, &json, &b.e),
                     STATUS_NOT_FOUND);
    end(&b);
}

static void a_damaged_geodata_file_is_noticed(void **state)
{
    struct bench b = begin(state, "manifest.json");
    char name[112];
    snprintf(name, sizeof name, "%s/a.geojson", b.place->dir);
    FILE *f = fopen(name, "w");
    fputs("{}", f);
    fclose(f);
    f = fopen(b.file, "w");
    fputs("{\"layers\":[{\"id\":\"x\",\"file\":\"a.geojson\",\"title_zh\":\"x\",\"kind\":\"line\",\"sha256\":"
          "\"00\"}]}",
          f);
    fclose(f);
    assert_int_equal(ingest_geodata(b.store, b.place->dir, NULL, NULL, NULL, &b.e), STATUS_CORRUPT);
    assert_string_equal(b.e.code, "manifest-sha256");
    f = fopen(b.file, "w");
    fputs("{\"layers\":[{\"id\":\"x\",\"file\":\"../a.geojson\",\"title_zh\":\"x\",\"kind\":\"line\"}]}", f);
    fclose(f);
    assert_int_equal(ingest_geodata(b.store, b.place->dir, NULL, NULL, NULL, &b.e), STATUS_INVALID_INPUT);
    assert_string_equal(b.e.code, "manifest-path");
    end(&b);
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
        CASE(coordinates_outside_china_are_refused),
        CASE(one_refused_feature_refuses_the_file_and_the_report_names_it),
        CASE(an_incomplete_layer_says_so),
        CASE(a_repair_that_takes_no_area_is_made_and_reported),
        CASE(an_empty_layer_is_refused),
        CASE(only_local_files_of_known_formats_are_read),
        CASE(a_geojson_crs_that_is_not_understood_is_refused),
        CASE(a_file_with_several_layers_asks_which),
        CASE(lines_are_no_red_line_layer),
        CASE(index_files_are_ready_with_the_version),
        CASE(the_same_request_again_is_skipped_and_a_changed_file_is_not),
        CASE(geodata_loads_whole_and_only_once),
        CASE(a_damaged_geodata_file_is_noticed),
    };
    return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
