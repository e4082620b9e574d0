/* Does SpatiaLite read what geometry_bytes.h writes, and do we read what SpatiaLite writes, to the bit?
 * And is everything else refused? */
#include "store_fixture.h"

#include "base/buffer.h"
#include "store/geometry_bytes.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include <spatialite.h> /* after sqlite3.h */

static void put_u32(struct buffer *b, uint32_t v)
{
    buffer_append(b, &v, sizeof v);
}

static void put_header(struct buffer *b, uint32_t type, uint32_t n)
{
    buffer_append_char(b, 1);
    put_u32(b, type);
    put_u32(b, n);
}

/* Rings of any coordinates, since neither side looks at their shape; but SpatiaLite's box is that of the
 * outer ring, so that others keep to the middle. */
static void put_ring(struct buffer *b, bool outer)
{
    uint32_t n = outer ? 20 : 4 + (uint32_t)(rand() % 9);
    double reach = outer ? 1 : 1e-3;
    double first[2] = {0, 0};
    put_u32(b, n);
    for (uint32_t i = 0; i < n; i++) {
        double p[2] = {110 + reach * (rand() / (double)RAND_MAX - 0.5),
                       41 + reach * (rand() / (double)RAND_MAX - 0.5)};
        if (i == 0)
            memcpy(first, p, sizeof p);
        buffer_append(b, i + 1 < n ? p : first, sizeof p);
    }
}

static void put_multipolygon(struct buffer *b)
{
    uint32_t n = 1 + (uint32_t)(rand() % 4);
    put_header(b, 6, n);
    for (uint32_t p = 0; p < n; p++) {
        uint32_t n_rings = 1 + (uint32_t)(rand() % 3);
        put_header(b, 3, n_rings);
        for (uint32_t r = 0; r < n_rings; r++)
            put_ring(b, r == 0);
    }
}

/* What SpatiaLite makes of the bytes; the caller finalizes. */
static sqlite3_stmt *ask(sqlite3 *db, const char *sql, const void *bytes, size_t n)
{
    sqlite3_stmt *q = NULL;
    assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &q, NULL));
    sqlite3_bind_blob64(q, 1, bytes, n, SQLITE_STATIC);
    assert_int_equal(SQLITE_ROW, sqlite3_step(q));
    return q;
}

static void spatialite_and_we_write_and_read_the_same_bytes(void **state)
{
    (void)state;
    sqlite3 *db = NULL;
    void *cache = spatialite_alloc_connection();
    assert_int_equal(SQLITE_OK, sqlite3_open(":memory:", &db));
    spatialite_init_ex(db, cache, 0);
    struct buffer wkb, ours;
    buffer_init(&wkb, 0);
    buffer_init(&ours, 0);
    srand(12);
    for (int i = 0; i < 200; i++) {
        struct geo_box box;
        struct error e = {0};
        buffer_clear(&wkb);
        put_multipolygon(&wkb);
        must(geometry_bytes_of(wkb.data, wkb.size, &ours, &box, &e), &e);
        sqlite3_stmt *q = ask(db, "SELECT GeomFromWKB(?1, 4490)", wkb.data, wkb.size);
        assert_int_equal(ours.size, sqlite3_column_bytes(q, 0));
        assert_memory_equal(ours.data, sqlite3_column_blob(q, 0), ours.size);
        sqlite3_finalize(q);
        q = ask(db, "SELECT MbrMinX(?1), MbrMinY(?1), MbrMaxX(?1), MbrMaxY(?1)", ours.data, ours.size);
        assert_true(box.west_deg == sqlite3_column_double(q, 0) &&
                    box.south_deg == sqlite3_column_double(q, 1));
        assert_true(box.east_deg == sqlite3_column_double(q, 2) &&
                    box.north_deg == sqlite3_column_double(q, 3));
        sqlite3_finalize(q);
        char *back = malloc(ours.size);
        assert_true(geometry_bytes_to_wkb(ours.data, ours.size, back));
        assert_int_equal(ours.size - GEOMETRY_BYTES_MORE, wkb.size);
        assert_memory_equal(wkb.data, back, wkb.size);
        free(back);
    }
    buffer_release(&wkb);
    buffer_release(&ours);
    sqlite3_close(db);
    spatialite_cleanup_ex(cache);
}

/* In memory of exactly the length, so that a sanitizer sees a byte beyond it. */
static bool can_be_read(const void *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1), *wkb = malloc(n > GEOMETRY_BYTES_MORE ? n - GEOMETRY_BYTES_MORE : 1);
    memcpy(copy, bytes, n);
    bool read = geometry_bytes_to_wkb(copy, n, wkb);
    free(copy);
    free(wkb);
    return read;
}

static void what_is_cut_or_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct buffer wkb, ours;
    buffer_init(&wkb, 0);
    buffer_init(&ours, 0);
    struct geo_box box;
    struct error e = {0};
    srand(13);
    put_multipolygon(&wkb);
    must(geometry_bytes_of(wkb.data, wkb.size, &ours, &box, &e), &e);
    assert_true(can_be_read(ours.data, ours.size));
    for (size_t n = 0; n < ours.size; n++)
        assert_false(can_be_read(ours.data, n));
    /* the start, the byte order, the mark, the type, the polygon's mark and type, the end */
    const size_t marks[] = {0, 1, 38, 39, 47, 48, ours.size - 1};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ours.data[marks[i]] ^= 0x20;
        assert_false(can_be_read(ours.data, ours.size));
        ours.data[marks[i]] ^= 0x20;
    }
    for (size_t n = 0; n < wkb.size; n++) {
        struct buffer none;
        buffer_init(&none, 0);
        assert_int_equal(STATUS_INVALID_INPUT, geometry_bytes_of(wkb.data, n, &none, &box, &e));
        buffer_release(&none);
    }
    buffer_release(&wkb);
    buffer_release(&ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spatialite_and_we_write_and_read_the_same_bytes),
                                       cmocka_unit_test(what_is_cut_or_of_another_kind_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
