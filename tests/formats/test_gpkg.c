/* The packed R-tree is one that SQLite itself could have made: it checks it, finds by it, and goes on
 * adding to it. */
#include "formats/gpkg.h"
#include "formats/rtree.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static sqlite3 *open_memory(int page_bytes)
{
    sqlite3 *db;
    char sql[64];
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    snprintf(sql, sizeof sql, "PRAGMA page_size = %d", page_bytes);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

static void expect_sound(sqlite3 *db, const char *tree)
{
    char sql[128];
    sqlite3_stmt *q;
    snprintf(sql, sizeof sql, "SELECT rtreecheck('%s')", tree);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(q, 0), "ok");
    sqlite3_finalize(q);
}

static struct geo_box box_of(int64_t i)
{
    double x = 100 + fmod((double)i * 0.6180339887498949, 1) * 20,
           y = 38 + fmod((double)i * 0.7548776662466927, 1) * 14;
    return (struct geo_box){.west_deg = x, .south_deg = y, .east_deg = x + 0.01, .north_deg = y + 0.02};
}

/* Counts about the fan of a node, of its square, and none; node sizes of three page sizes. */
static void every_number_of_cells(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 50, 51, 52, 102, 103, 2600, 2601, 2602, 10000};
    static const int pages[] = {1024, 4096, 65536};
    for (size_t k = 0; k < 3; k++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            sqlite3 *db = open_memory(pages[k]);
            struct rtree_cells cells = {0};
            run(db, "CREATE VIRTUAL TABLE \"r-t\" USING rtree(id, x0, x1, y0, y1); INSERT INTO \"r-t\" "
                    "VALUES (7, 1, 2, 3, 4); BEGIN");
            for (size_t i = 0; i < counts[c]; i++) {
                struct geo_box b = box_of((int64_t)i);
                assert_true(rtree_cells_add(&cells, rtree_cell_of((int64_t)i * 3 - 100, &b)));
            }
            assert_int_equal(rtree_pack(db, "r-t", &cells, NULL), STATUS_OK);
            run(db, "COMMIT");
            expect_sound(db, "r-t");
            assert_int_equal(number(db, "SELECT count(*) FROM \"r-t\""), counts[c]);
            for (size_t i = 0; i < counts[c]; i += 97) { /* each is found by its own middle */
                struct geo_box b = box_of((int64_t)i);
                char sql[256];
                snprintf(sql, sizeof sql,
                         "SELECT count(*) FROM \"r-t\" WHERE id = %lld AND x0 <= %.17g AND x1 >= %.17g AND "
                         "y0 <= %.17g AND y1 >= %.17g",
                         (long long)i * 3 - 100, b.west_deg, b.east_deg, b.south_deg, b.north_deg);
                assert_int_equal(number(db, sql), 1);
            }
            run(db, "INSERT INTO \"r-t\" SELECT 1000000 + value, 110, 111, 40, 41 FROM "
                    "json_each('[1,2,3,4,5,6,7,8,9,10]'); "
                    "DELETE FROM \"r-t\" WHERE id % 2");
            expect_sound(db, "r-t");
            free(cells.list);
            sqlite3_close(db);
        }
}

static void what_is_no_tree_is_an_error(void **state)
{
    (void)state;
    sqlite3 *db = open_memory(4096);
    struct rtree_cells none = {0};
    struct error e = {0};
    assert_int_equal(rtree_fan(db, "nothing"), 0);
    assert_int_equal(rtree_pack(db, "nothing", &none, &e), STATUS_IO);
    assert_true(*e.zh && *e.en);
    sqlite3_close(db);
}

static void a_feature_table_gets_its_index_and_extent(void **state)
{
    (void)state;
    sqlite3 *db = open_memory(4096);
    struct arena *a = arena_new(1 << 24);
    double x[5] = {0}, y[5] = {0};
    uint32_t rings[] = {0, 5}, polygons[] = {0, 1};
    assert_true(gpkg_base_tables(db));
    run(db,
        "CREATE TABLE p (fid INTEGER PRIMARY KEY, geom BLOB);"
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('p', 'features', 4490); BEGIN");
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO p VALUES (NULL, ?)", -1, &q, NULL), SQLITE_OK);
    for (int64_t i = 0; i < 500; i++) {
        struct geo_box b = box_of(i);
        const double xs[] = {b.west_deg, b.east_deg, b.east_deg, b.west_deg, b.west_deg};
        const double ys[] = {b.south_deg, b.south_deg, b.north_deg, b.north_deg, b.south_deg};
        memcpy(x, xs, sizeof x), memcpy(y, ys, sizeof y);
        struct geo_shape s = {.lon_deg = x,
                              .lat_deg = y,
                              .ring_start = rings,
                              .polygon_start = polygons,
                              .n_vertices = 5,
                              .n_rings = 1,
                              .n_polygons = 1,
                              .box = b};
        size_t n = 0;
        const unsigned char *blob = gpkg_geometry(&s, 4490, a, &n);
        assert_int_equal(gpkg_wkb_offset(blob, n), GPKG_HEADER_BYTES);
        assert_int_equal(gpkg_wkb_offset(blob, GPKG_HEADER_BYTES), 0);
        if (i % 10) /* a row without a geometry is a row all the same */
            sqlite3_bind_blob64(q, 1, blob, n, SQLITE_TRANSIENT);
        else
            sqlite3_bind_null(q, 1);
        assert_int_equal(sqlite3_step(q), SQLITE_DONE);
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    assert_int_equal(gpkg_rtree_build(db, "p", "geom", NULL), STATUS_OK);
    run(db, "COMMIT");
    expect_sound(db, "rtree_p_geom");
    assert_int_equal(number(db, "SELECT count(*) FROM rtree_p_geom"), 450);
    assert_int_equal(number(db, "SELECT count(*) FROM gpkg_contents WHERE min_x >= 100 AND max_x <= 120.01 "
                                "AND min_y >= 38 AND max_y <= 52.02"),
                     1);
    assert_int_equal(
        number(db, "SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"), 1);
    assert_int_equal(
        number(db, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'p'"), 3);
    sqlite3_close(db);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_cells),
        cmocka_unit_test(what_is_no_tree_is_an_error),
        cmocka_unit_test(a_feature_table_gets_its_index_and_extent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
