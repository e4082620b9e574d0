/* The store: whose file it opens, and what it gives back. */
#include "store_fixture.h"

#include "store/schema_files.h"
#include "store/store_units.h"

#include <math.h>
#include <sqlite3.h> /* its codes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    fputs(text, f);
    fclose(f);
}

/* ---- opening ---- */

static void a_new_store_opens_and_is_empty(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    must(store_create(p->path, &e), &e);
    struct store *s = must_open(p->path, STORE_READ);
    struct store_version *v = NULL;
    size_t n = 99;
    must(store_current_versions(s, p->arena, &v, &n, &e), &e);
    assert_int_equal(n, 0);
    store_close(s);
}

static void creating_over_a_file_is_refused_and_leaves_it_alone(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    write_file(p->path, "important");
    assert_int_equal(store_create(p->path, &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-exists", p->path);
    struct stat st;
    stat(p->path, &st);
    assert_int_equal(st.st_size, 9);
}

static void at_rest_a_store_is_one_file(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    must(store_create(p->path, &e), &e);
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 3, "aa");
    store_close(s);
    char name[128];
    snprintf(name, sizeof name, "%s-wal", p->path);
    assert_int_not_equal(access(name, F_OK), 0);
    snprintf(name, sizeof name, "%s-shm", p->path);
    assert_int_not_equal(access(name, F_OK), 0);
}

static void each_wrong_file_has_its_own_sentence(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = (struct store *)p;
    assert_int_equal(store_open(p->path, STORE_READ, &s, &e), STATUS_NOT_FOUND);
    assert_says(&e, STATUS_NOT_FOUND, "store-not-found", p->path);
    assert_int_equal(store_open(p->dir, STORE_READ, &s, &e), STATUS_INVALID_INPUT);
    assert_says(&e, STATUS_INVALID_INPUT, "store-not-a-file", p->dir);
    write_file(p->path, "this is no database, though it is long enough to be looked at: "
                        "0123456789012345678901234567890123456789012345678901234567890123456789");
    assert_int_equal(store_open(p->path, STORE_READ, &s, &e), STATUS_CORRUPT);
    assert_says(&e, STATUS_CORRUPT, "store-foreign", p->path);
    write_file(p->path, "");
    assert_int_equal(store_open(p->path, STORE_WRITE, &s, &e), STATUS_CORRUPT);
    assert_says(&e, STATUS_CORRUPT, "store-foreign", p->path);
    char message[256];
    assert_int_equal(foreign_sql(p->path, "CREATE TABLE theirs (a)", message), SQLITE_OK);
    assert_int_equal(store_open(p->path, STORE_WRITE, &s, &e), STATUS_CORRUPT);
    assert_says(&e, STATUS_CORRUPT, "store-foreign", p->path);
    assert_ptr_equal(s, p); /* outputs are untouched by failures */
}

static void a_newer_schema_is_refused_not_guessed_at(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = NULL;
    char message[256];
    assert_int_equal(foreign_sql(p->path, "PRAGMA user_version=999", message), SQLITE_OK);
    assert_int_equal(store_open(p->path, STORE_READ, &s, &e), STATUS_UNSUPPORTED);
    assert_says(&e, STATUS_UNSUPPORTED, "store-newer", p->path);
    assert_int_equal(store_open(p->path, STORE_WRITE, &s, &e), STATUS_UNSUPPORTED);
}

/* A store as the program of that schema made it. */
static void make_old_store(const char *path, int schema)
{
    char message[256], sql[96];
    remove(path);
    for (size_t i = 0; i < schema_n_files; i++)
        if (strstr(schema_files[i].name, ".sql") && atoi(schema_files[i].name) <= schema)
            assert_int_equal(foreign_sql(path, schema_files[i].bytes, message), SQLITE_OK);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d; PRAGMA application_id = 0x48584749", schema);
    assert_int_equal(foreign_sql(path, sql, message), SQLITE_OK);
}

/* An older store: a reader says what to do, a writer upgrades it. */
static void an_older_schema_is_upgraded_by_a_writer_only(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = NULL;
    make_old_store(p->path, 2);
    assert_int_equal(store_open(p->path, STORE_READ, &s, &e), STATUS_UNSUPPORTED);
    assert_says(&e, STATUS_UNSUPPORTED, "store-older", p->path);
    store_close(must_open(p->path, STORE_WRITE));
    s = must_open(p->path, STORE_READ);
    const char *csv = NULL, *sha = NULL;
    must(store_rules(s, p->arena, &csv, &sha, &e), &e);
    store_close(s);
}

/* A store as schema 20 made it, with units, seats, a plan and a layer: what came later keeps all of it and
 * adds its own. */
static void a_store_of_schema_20_keeps_its_data_and_gains_what_came_later(void **state)
{
    struct place *p = *state;
    char message[256];
    make_old_store(p->path, 20);
    assert_int_equal(
        foreign_sql(
            p->path,
            "INSERT INTO admin_unit VALUES ('150000', '区', '', 'region', NULL, NULL),"
            "('150100', '市', '', 'prefecture', '150000', NULL), ('150102', '县', 'C', 'county', "
            "'150100', GeomFromText('MULTIPOLYGON(((111 40, 112 40, 112 41, 111 40)))', 4490));"
            "INSERT INTO admin_seat VALUES ('150102', '驻地', 's', MakePoint(111.7, 40.8, 4490));"
            "INSERT INTO plan_feature VALUES "
            "(1, 'plan_places', '甲', 'node', '{}', MakePoint(111.7, 40.8, 4490)),"
            "(2, 'plan_layout', '带', 'belt', '{}', GeomFromText('LINESTRING(111 40, 112 41)', 4490)),"
            "(3, 'plan_layout', '群', 'cluster_area', '{}', GeomFromText('POLYGON((111 40, 112 40, "
            "112 41, 111 40))', 4490));"
            "INSERT INTO plan_targets VALUES ('城镇用水普及率', '全区', 2025, '=', '99', '%', '到99%');"
            "UPDATE plan_state SET loaded_key = 'before';"
            "INSERT INTO layer VALUES ('ecological_red_line', '红线', 'R', 'line', 1, '红线', NULL);",
            message),
        SQLITE_OK);
    store_close(must_open(p->path, STORE_WRITE));
    assert_int_equal(
        foreign_sql(p->path,
                    "CREATE TEMP TABLE must (ok INTEGER CHECK (ok = 1));"
                    "INSERT INTO must SELECT count(*) FROM plan_point WHERE id = 1;"
                    "INSERT INTO must SELECT count(*) FROM plan_line WHERE id = 2;"
                    "INSERT INTO must SELECT count(*) FROM plan_area WHERE id = 3;"
                    "INSERT INTO must SELECT section = '' AND words = '' FROM plan_targets;"
                    "INSERT INTO must SELECT loaded_key = '' FROM plan_state;" /* the plan is read anew */
                    "INSERT INTO must SELECT count(*) = 0 FROM plan_sentences;"
                    "INSERT INTO must SELECT count(*) = 2 FROM layer_styles WHERE f_table_name = '红线';"
                    "INSERT INTO must SELECT group_concat(code || parent) = '150100150000,150102150100' FROM "
                    "admin_unit WHERE parent IS NOT NULL;"
                    "INSERT INTO must SELECT count(*) FROM admin_unit WHERE name_en = 'C' AND "
                    "GeometryType(geometry) = 'MULTIPOLYGON' AND rowid IN (SELECT pkid FROM "
                    "idx_admin_unit_geometry);"
                    "INSERT INTO must SELECT count(*) FROM place_item WHERE collection = 'counties';"
                    "INSERT INTO must SELECT count(*) = 0 FROM pragma_foreign_key_check;"
                    "INSERT INTO must SELECT integrity_check = 'ok' FROM pragma_integrity_check;"
                    "INSERT INTO admin_unit VALUES ('150102001', '乡', '', 'township', '150102', NULL)",
                    message),
        SQLITE_OK);
    assert_int_equal(foreign_sql(p->path,
                                 "INSERT INTO admin_unit VALUES ('150103001', '乡', '', 'township', "
                                 "'150102', NULL)",
                                 message),
                     SQLITE_CONSTRAINT); /* beneath another county than its code says */
}

static void a_store_in_a_read_only_directory_can_be_read(void **state)
{
    struct place *p = *state;
    if (geteuid() == 0)
        skip(); /* root may write anywhere */
    chmod(p->dir, 0555);
    store_close(must_open(p->path, STORE_READ));
    chmod(p->dir, 0755);
}

/* ---- reading back ---- */

static bool take_first(const struct store_feature *f, void *user)
{
    struct store_feature *out = user;
    *out = *f;
    assert_string_equal(f->code, "A0");
    assert_string_equal(f->name, "图斑");
    assert_string_equal(f->county, "150121");
    assert_string_equal(f->properties, "{\"BZ\":\"示例\"}");
    assert_true(isnan(f->declared_area_m2));
    struct square_wkb w = square_wkb(111, 40, 0.008);
    assert_int_equal(f->wkb_size, sizeof w.bytes);
    assert_memory_equal(f->wkb, w.bytes, sizeof w.bytes);
    return false;
}

static void what_was_stored_comes_back_to_the_bit(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 2, "aa");
    struct store_version v = current_red_line(s, p->arena);
    assert_string_equal(v.title_zh, "生态保护红线");
    assert_string_equal(v.kind, "line");
    assert_true(v.synthetic);
    assert_string_equal(v.label, "示例数据");
    assert_string_equal(v.source_crs, "EPSG:4490");
    assert_string_equal(v.effective_from, "2024-01-01");
    assert_int_equal(v.n_vertices, 10);
    assert_true(v.area_m2 == 2e6);
    assert_false(v.has_coverage);
    struct store_feature f = {0};
    struct store_feature_query q = {.version_id = v.id};
    must(store_features(s, &q, take_first, &f, &e), &e);
    assert_true(f.id > 0);
    const char *report = NULL;
    must(store_version_report(s, v.id, p->arena, &report, &e), &e);
    assert_string_equal(report, "{\"read\":1}");
    assert_int_equal(store_version_report(s, 4711, p->arena, &report, &e), STATUS_NOT_FOUND);
    store_close(s);
}

struct page {
    int64_t last;
    int n;
};

static bool add_to_page(const struct store_feature *f, void *user)
{
    struct page *page = user;
    assert_true(f->id > page->last);
    page->last = f->id;
    page->n++;
    return true;
}

static void a_box_gives_what_touches_it_and_pages_give_everything_once(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 50, "aa");
    import_squares(s, 100, "bb"); /* the same places again: the old version must not come along */
    int64_t id = current_red_line(s, p->arena).id;
    struct geo_box box = {111.10, 40.001, 111.199, 40.002};
    assert_int_equal(count_features(s, id, &box), 10);
    struct geo_box nowhere = {120, 45, 121, 46};
    assert_int_equal(count_features(s, id, &nowhere), 0);
    struct page page = {0};
    int total = 0;
    do {
        page.n = 0;
        struct store_feature_query q = {.version_id = id, .after_id = page.last, .limit = 7};
        must(store_features(s, &q, add_to_page, &page, &e), &e);
        total += page.n;
    } while (page.n > 0);
    assert_int_equal(total, 100);
    page = (struct page){0};
    struct store_feature_query q = {.version_id = id, .box = &box, .limit = 4};
    must(store_features(s, &q, add_to_page, &page, &e), &e);
    q.after_id = page.last;
    q.limit = 100;
    must(store_features(s, &q, add_to_page, &page, &e), &e);
    assert_int_equal(page.n, 10);
    store_close(s);
}

static void coverage_is_kept_with_its_version(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("aa");
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    add_squares(im, 1);
    struct square_wkb w = square_wkb(110, 39, 3);
    must(store_import_coverage(im, w.bytes, sizeof w.bytes, &e), &e);
    store_import_counts(im, 1, 2);
    must(store_import_commit(im, 5, 1, "{}", &e), &e);
    struct store_version v = current_red_line(s, p->arena);
    assert_true(v.has_coverage);
    assert_int_equal(v.n_repaired, 1);
    assert_int_equal(v.n_refused, 2);
    const void *wkb = NULL;
    size_t n = 0;
    must(store_coverage(s, id, p->arena, &wkb, &n, &e), &e);
    assert_int_equal(n, sizeof w.bytes);
    assert_memory_equal(wkb, w.bytes, n);
    import_squares(s, 1, "bb");
    must(store_coverage(s, current_red_line(s, p->arena).id, p->arena, &wkb, &n, &e), &e);
    assert_int_equal(n, 0);
    store_close(s);
}

static bool count_unit(const struct store_unit *u, void *user)
{
    *(int *)user += u->wkb != NULL;
    return true;
}

/* Without its boundary a county would be one that no parcel lies in. */
static void a_boundary_that_cannot_be_read_is_said_and_not_left_out(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    char said[256];
    int n = 0;
    assert_int_equal(
        SQLITE_OK,
        foreign_sql(
            p->path,
            "INSERT INTO admin_unit (code, name, level, geometry) VALUES ('150100', '示例市', 'prefecture', "
            "GeomFromText('MULTIPOLYGON(((111 40, 112 40, 112 41, 111 40)))', 4490))",
            said));
    struct store *s = must_open(p->path, STORE_READ);
    must(store_units(s, count_unit, &n, &e), &e);
    store_close(s);
    assert_int_equal(1, n);
    assert_int_equal(SQLITE_OK, foreign_sql(p->path,
                                            "DROP TRIGGER ggu_admin_unit_geometry; DROP TRIGGER "
                                            "giu_admin_unit_geometry; UPDATE admin_unit SET geometry = "
                                            "substr(geometry, 1, 60) WHERE code = '150100'",
                                            said));
    s = must_open(p->path, STORE_READ);
    enum status st = store_units(s, count_unit, &n, &e);
    store_close(s);
    assert_int_equal(STATUS_CORRUPT, st);
    assert_says(&e, STATUS_CORRUPT, "unit-geometry", "150100");
}

/* An index file of one version must never be taken for another's. */
static void index_keys_differ_by_version_part_and_store(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 1, "aa");
    struct store_version one = current_red_line(s, p->arena);
    import_squares(s, 1, "aa");
    struct store_version two = current_red_line(s, p->arena), other = one;
    other.uid = "another store";
    uint8_t a[32], b[32], c[32], d[32], again[32];
    store_index_key(&one, false, a);
    store_index_key(&two, false, b);
    store_index_key(&one, true, c);
    store_index_key(&other, false, d);
    store_index_key(&one, false, again);
    assert_memory_equal(a, again, 32);
    assert_memory_not_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
    assert_memory_not_equal(a, d, 32);
    assert_string_not_equal(store_index_path(s, p->arena, &one, false),
                            store_index_path(s, p->arena, &one, true));
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("cc");
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    store_index_key(store_import_version(im), false, a);
    must(store_import_commit(im, 0, 0, "{}", &e), &e);
    one = current_red_line(s, p->arena);
    store_index_key(&one, false, b);
    assert_memory_equal(a, b, 32); /* the key is known before the commit */
    store_close(s);
}

/* ---- rules ---- */

static void rules_in_force_are_the_table_of_the_schema_until_another_is_loaded(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    const char *csv = NULL, *sha = NULL;
    must(store_rules(s, p->arena, &csv, &sha, &e), &e);
    assert_string_equal(csv, schema_file_find("rules.csv")->bytes);
    assert_int_equal(strlen(sha), 64);
    int64_t before = generation_of(s);
    must(store_rules_load(s, "rule_id\nX\n", 10, "test", &e), &e);
    const char *now = NULL, *now_sha = NULL;
    must(store_rules(s, p->arena, &now, &now_sha, &e), &e);
    assert_string_equal(now, "rule_id\nX\n");
    assert_string_not_equal(sha, now_sha);
    assert_true(generation_of(s) > before);
    must(store_rules_load(s, csv, strlen(csv), "back again", &e), &e);
    must(store_rules(s, p->arena, &now, &now_sha, &e), &e);
    assert_string_equal(sha, now_sha);
    store_close(s);
}

/* ---- QGIS and ogrinfo ---- */

static void ogrinfo_lists_layers_by_id_and_by_chinese_title(void **state)
{
    struct place *p = *state;
    if (system("command -v ogrinfo >/dev/null 2>&1") != 0)
        skip();
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 2, "aa");
    import_squares(s, 3, "bb");
    store_close(s);
    char command[512], text[16384] = "";
    snprintf(command, sizeof command, "ogrinfo -ro -so '%s' ecological_red_line 生态保护红线 2>&1", p->path);
    FILE *f = popen(command, "r");
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    pclose(f);
    if (!strstr(text, "Layer name: ecological_red_line") || !strstr(text, "Layer name: 生态保护红线") ||
        !strstr(text, "Geometry: Multi Polygon") || !strstr(text, "Feature Count: 3") ||
        !strstr(text, "4490") || !strstr(text, "标识码"))
        fail_msg("%s", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_store_opens_and_is_empty, place_make, place_remove),
        cmocka_unit_test_setup_teardown(creating_over_a_file_is_refused_and_leaves_it_alone, place_make,
                                        place_remove),
        cmocka_unit_test_setup_teardown(at_rest_a_store_is_one_file, place_make, place_remove),
        cmocka_unit_test_setup_teardown(each_wrong_file_has_its_own_sentence, place_make, place_remove),
#define WITH_STORE(name) cmocka_unit_test_setup_teardown(name, place_make_store, place_remove)
        WITH_STORE(a_newer_schema_is_refused_not_guessed_at),
        WITH_STORE(a_store_of_schema_20_keeps_its_data_and_gains_what_came_later),
        WITH_STORE(an_older_schema_is_upgraded_by_a_writer_only),
        WITH_STORE(a_store_in_a_read_only_directory_can_be_read),
        WITH_STORE(what_was_stored_comes_back_to_the_bit),
        WITH_STORE(a_box_gives_what_touches_it_and_pages_give_everything_once),
        WITH_STORE(coverage_is_kept_with_its_version),
        WITH_STORE(a_boundary_that_cannot_be_read_is_said_and_not_left_out),
        WITH_STORE(index_keys_differ_by_version_part_and_store),
        WITH_STORE(rules_in_force_are_the_table_of_the_schema_until_another_is_loaded),
        WITH_STORE(ogrinfo_lists_layers_by_id_and_by_chinese_title),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
