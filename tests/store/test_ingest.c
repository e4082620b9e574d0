/* Ingest: a file becomes a version with its index files, or it is refused and the report says why. */
#include "ingest_fixture.h"

#include "geo/area.h"
#include "index/layer_index.h"
#include "runs.h"

#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct layer_index *must_open_index(struct bench *b, const struct store_version *v, bool coverage)
{
    uint8_t key[32];
    struct layer_index *ix = NULL;
    store_index_key(v, coverage, key);
    must(index_open(store_index_path(b->store, b->place->arena, v, coverage), key, &ix, &b->e), &b->e);
    return ix;
}

/* ---- invalid features ---- */

static const char BOW_TIE[] = "POLYGON ((111.5 40.5,111.51 40.51,111.51 40.5,111.5 40.51,111.5 40.5))";
/* a hole that touches its outer ring along an edge: invalid, and the repair takes nothing away */
static const char SPIKE[] =
    "POLYGON ((111.5 40.5,111.51 40.5,111.51 40.51,111.505 40.51,111.505 40.52,111.505 "
    "40.51,111.5 40.51,111.5 40.5))";

static void one_refused_feature_refuses_the_file_and_the_report_names_it(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f[] = {{"GOOD", "", -1, wkt, NULL, NULL},
                               {"BAD", "", -1, BOW_TIE, NULL, NULL},
                               {"NONE", "", -1, NULL, NULL, NULL}};
    make_source(b.file, "GPKG", 4490, f, 3);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "ingest-refused");
    assert_int_equal(b.report.n_read, 3);
    assert_int_equal(b.report.n_refused, 2);
    assert_non_null(strstr(b.report.json.data, "\"code\":\"BAD\""));
    assert_non_null(strstr(b.report.json.data, "self-intersection"));
    assert_non_null(strstr(b.report.json.data, "\"code\":\"NONE\""));
    assert_non_null(strstr(b.report.json.data, "source-no-geometry"));
    bench_end(&b);
}

/* When an operator insists, everyone who asks this layer must be able to learn that it is incomplete. */
static void an_incomplete_layer_says_so(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f[] = {{"GOOD", "", -1, wkt, NULL, NULL}, {"BAD", "", -1, BOW_TIE, NULL, NULL}};
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
    bench_end(&b);
}

static void a_spike_takes_no_area_and_is_dissolved_and_reported(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    struct made_feature f = {"SPIKE", "", -1, SPIKE, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    struct store_version v = current(&b);
    assert_int_equal(v.n_repaired, 0);
    assert_int_equal(b.report.n_dissolved, 1);
    assert_non_null(strstr(b.report.json.data, "\"dissolved\":[{"));
    assert_null(strstr(b.report.json.data, "send it again")); /* nobody needs to */
    double want = 0.01 * (geo_authalic_q_m2_per_deg(40.51) - geo_authalic_q_m2_per_deg(40.5));
    assert_true(fabs(v.area_m2 - want) < 1);
    bench_end(&b);
}

static void an_empty_layer_is_refused(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    make_source(b.file, "GPKG", 4490, NULL, 0);
    struct ingest_request r = red_line_request(b.file);
    must_refuse(&b, &r, "source-no-features");
    bench_end(&b);
}

/* ---- what is written ---- */

static void index_files_are_ready_with_the_version(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256], cover[256], coverage[112];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1501210001", "核心保护区外", -1, wkt, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    rectangle_wkt(cover, 111, 40, 1, 1);
    char cover2[256];
    rectangle_wkt(cover2, 112, 40, 1, 1);
    struct made_feature c[] = {{"W", "", -1, cover, NULL, NULL}, {"E", "", -1, cover2, NULL, NULL}};
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
    bench_end(&b);
}

static void touch(const char *dir, const char *name, bool old)
{
    char path[256];
    snprintf(path, sizeof path, "%s.index/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    struct timespec when[2] = {{.tv_sec = time(NULL) - (old ? 7200 : 0)},
                               {.tv_sec = time(NULL) - (old ? 7200 : 0)}};
    utimensat(AT_FDCWD, path, when, 0);
}

static bool is_there(const char *store, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s.index/%s", store, name);
    return access(path, F_OK) == 0;
}

/* Nightly imports must not fill the disk with index files; and nothing that may be in use is removed. */
static void index_files_that_nobody_needs_are_swept(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
    make_source(b.file, "GPKG", 4490, &f, 1);
    struct ingest_request r = red_line_request(b.file);
    must_ingest(&b, &r);
    const char *store = b.place->path;
    touch(store, "77-0123456789abcdef.hxi", true);
    touch(store, "78-0123456789abcdef.hxi", false);
    touch(store, "1-0123456789abcdef.hxi.tmp99", true);
    touch(store, "notes.txt", true);
    must_ingest(&b, &r);
    assert_false(is_there(store, "77-0123456789abcdef.hxi"));
    assert_true(is_there(store, "78-0123456789abcdef.hxi"));
    assert_false(is_there(store, "1-0123456789abcdef.hxi.tmp99"));
    assert_true(is_there(store, "notes.txt"));
    struct store_version v = current(&b);
    index_close(must_open_index(&b, &v, false));
    bench_end(&b);
}

static void the_same_request_again_is_skipped_and_a_changed_file_is_not(void **state)
{
    struct bench b = bench_begin(state, "a.gpkg");
    char wkt[256];
    rectangle_wkt(wkt, 111.5, 40.5, 0.01, 0.01);
    struct made_feature f = {"1", "", -1, wkt, NULL, NULL};
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
    bench_end(&b);
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

/* Official data never give way to sample data: what someone imported stays current when geodata/ is loaded
 * after it. */
static void sample_data_never_replace_official_data(void **state)
{
    if (left_to_the_whole_run()) /* the same import of geodata/ as in the next */
        skip();
    struct bench b = bench_begin(state, "unused");
    struct ingest_request official = {.path = HX_SOURCE_DIR "/geodata/lines/CZKFBJ.gpkg",
                                      .layer = "urban_development_boundary",
                                      .title_zh = "城镇开发边界",
                                      .title_en = "Urban development boundary",
                                      .kind = "line"};
    struct ingest_report report;
    struct ingest_geodata_result r = {0};
    struct store_version v;
    ingest_report_init(&report);
    must(ingest_layer_file(b.store, &official, &report, &b.e), &b.e);
    ingest_report_release(&report);
    must(ingest_geodata(b.store, HX_SOURCE_DIR "/geodata", NULL, NULL, &r, &b.e), &b.e);
    assert_int_equal(r.n_kept, 1);
    must(store_current_version(b.store, "urban_development_boundary", b.place->arena, &v, &b.e), &b.e);
    assert_int_equal(v.version_no, 1);
    assert_false(v.synthetic);
    bench_end(&b);
}

static bool has_row(const struct bench *b, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    bool row = sqlite3_open_v2(b->place->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
               sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;
    sqlite3_finalize(q);
    sqlite3_close(db);
    return row;
}

static void geodata_loads_whole_and_only_once(void **state)
{
#ifdef __SANITIZE_THREAD__ /* the smaller files above are read ahead by the same threads */
    if (left_to_the_whole_run())
        skip();
#endif
    struct bench b = bench_begin(state, "unused");
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
    assert_true(has_row(&b, "SELECT 1 FROM plan_key_counties WHERE county LIKE '%准格尔旗%'"));
    assert_true(has_row(&b, "SELECT 1 FROM admin_unit WHERE code = '150000' AND name = '内蒙古自治区'"));
    bench_end(&b);
}

static void a_damaged_geodata_file_is_noticed(void **state)
{
    struct bench b = bench_begin(state, "manifest.json");
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
    bench_end(&b);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, place_make_store, place_remove)
    const struct CMUnitTest tests[] = {
        CASE(one_refused_feature_refuses_the_file_and_the_report_names_it),
        CASE(an_incomplete_layer_says_so),
        CASE(a_spike_takes_no_area_and_is_dissolved_and_reported),
        CASE(an_empty_layer_is_refused),
        CASE(index_files_are_ready_with_the_version),
        CASE(index_files_that_nobody_needs_are_swept),
        CASE(the_same_request_again_is_skipped_and_a_changed_file_is_not),
        CASE(sample_data_never_replace_official_data),
        CASE(geodata_loads_whole_and_only_once),
        CASE(a_damaged_geodata_file_is_noticed),
    };
    return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
