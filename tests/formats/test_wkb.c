/* WKB from other people's files: every dialect reads alike, and no bytes whatever crash the reader. */
#include "formats/wkb.h"
#include "geo/geo_test.h"

#include <stdlib.h>
#include <string.h>

/* A writer for all dialects, independent of the one under test. */
struct dialect {
    bool big_endian, z, m, ewkb, srid;
};

static void put(struct buffer *out, const struct dialect *d, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buffer_append_char(out, (char)(v >> 8 * (d->big_endian ? bytes - 1 - i : i)));
}

static void put_double(struct buffer *out, const struct dialect *d, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, 8);
    put(out, d, bits, 8);
}

static void put_header(struct buffer *out, const struct dialect *d, uint32_t type)
{
    buffer_append_char(out, d->big_endian ? 0 : 1);
    uint32_t code = type + (d->ewkb ? 0 : (d->z ? 1000u : 0) + (d->m ? 2000u : 0));
    if (d->ewkb)
        code |= (d->z ? 0x80000000u : 0) | (d->m ? 0x40000000u : 0) | (d->srid ? 0x20000000u : 0);
    put(out, d, code, 4);
    if (d->ewkb && d->srid)
        put(out, d, 4490, 4);
}

static void put_square(struct buffer *out, const struct dialect *d, double west, double size)
{
    const double corner[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    put_header(out, d, 3);
    put(out, d, 1, 4);
    put(out, d, 5, 4);
    for (int i = 0; i < 5; i++) {
        put_double(out, d, west + corner[i][0] * size);
        put_double(out, d, 40 + corner[i][1] * size);
        if (d->z)
            put_double(out, d, 1063.5);
        if (d->m)
            put_double(out, d, NAN);
    }
}

static void put_two_squares(struct buffer *out, const struct dialect *d)
{
    put_header(out, d, 6);
    put(out, d, 2, 4);
    put_square(out, d, 111, 1);
    put_square(out, d, 113, 2);
}

static struct dialect dialect_of(unsigned bits)
{
    return (struct dialect){bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
}

static void test_every_dialect_reads_alike(void **state)
{
    (void)state;
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    for (unsigned bits = 0; bits < 32; bits++) {
        struct dialect d = dialect_of(bits);
        struct buffer out;
        struct error e;
        struct geo_shape s;
        buffer_init(&out, 0);
        put_two_squares(&out, &d);
        test_assert_ok(wkb_read(out.data, out.size, &b, &e), &e);
        test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
        assert_int_equal(s.n_polygons, 2);
        assert_int_equal(s.n_vertices, 10);
        assert_true(s.box.west_deg == 111 && s.box.east_deg == 115 && s.box.south_deg == 40 &&
                    s.box.north_deg == 42);
        buffer_release(&out);
    }
    geo_shape_builder_release(&b);
}

static void test_what_we_write_reads_back_to_the_bit(void **state)
{
    (void)state;
    struct geo_shape_builder b, again;
    struct geo_shape s, back;
    struct buffer out;
    struct error e;
    uint64_t seed = 9;
    geo_shape_builder_init(&b);
    geo_shape_builder_init(&again);
    buffer_init(&out, 0);
    test_star(&b, &seed, 111, 41, 0.1, 30);
    test_star(&b, &seed, 111, 41, 0.02, 8);
    geo_shape_builder_polygon(&b);
    test_star(&b, &seed, 112, 41, 0.1, 30);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    wkb_write(&s, &out);
    test_assert_ok(buffer_status(&out, &e), &e);
    test_assert_ok(wkb_read(out.data, out.size, &again, &e), &e);
    test_assert_ok(geo_shape_builder_view(&again, &back, &e), &e);
    assert_int_equal(back.n_rings, 3);
    assert_int_equal(back.n_vertices, s.n_vertices);
    assert_memory_equal(back.lon_deg, s.lon_deg, s.n_vertices * sizeof(double));
    assert_memory_equal(back.ring_start, s.ring_start, 4 * sizeof(uint32_t));
    buffer_release(&out);
    geo_shape_builder_release(&b);
    geo_shape_builder_release(&again);
}

static void refuse(const void *bytes, size_t n, enum status want, const char *code)
{
    struct geo_shape_builder b;
    struct error e;
    geo_shape_builder_init(&b);
    test_assert_refused(wkb_read(bytes, n, &b, &e), want, code, &e);
    geo_shape_builder_release(&b);
}

static void test_refusals(void **state)
{
    (void)state;
    const unsigned char point[21] = {1, 1};
    const unsigned char collection[9] = {1, 7};
    const unsigned char curve_polygon[9] = {1, 10};
    const unsigned char many_rings[9] = {1, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
    const unsigned char many_points[13] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0x0f};
    const unsigned char point_part[30] = {1, 6, 0, 0, 0, 1, 0, 0, 0, 1, 1};
    const unsigned char trailing[10] = {1, 3};
    refuse("", 0, STATUS_INVALID_INPUT, "wkb-truncated");
    refuse("GP\0\1....", 8, STATUS_INVALID_INPUT, "wkb-byte-order");
    refuse(point, sizeof point, STATUS_UNSUPPORTED, "wkb-type");
    refuse(collection, sizeof collection, STATUS_UNSUPPORTED, "wkb-type");
    refuse(curve_polygon, sizeof curve_polygon, STATUS_UNSUPPORTED, "wkb-type");
    refuse(many_rings, sizeof many_rings, STATUS_INVALID_INPUT, "wkb-truncated");
    refuse(many_points, sizeof many_points, STATUS_INVALID_INPUT, "wkb-truncated");
    refuse(point_part, sizeof point_part, STATUS_UNSUPPORTED, "wkb-type");
    refuse(trailing, sizeof trailing, STATUS_INVALID_INPUT, "wkb-trailing");
}

/* Cut short anywhere, a file is refused: no prefix of a figure is a figure. */
static void test_every_prefix_is_refused(void **state)
{
    (void)state;
    struct dialect d = {.z = true};
    struct buffer out;
    buffer_init(&out, 0);
    put_two_squares(&out, &d);
    for (size_t n = 0; n < out.size; n++) {
        /* A copy of exactly n bytes, so that the sanitizer sees a read beyond it. */
        char *copy = malloc(n ? n : 1);
        memcpy(copy, out.data, n);
        refuse(copy, n, STATUS_INVALID_INPUT, "wkb-truncated");
        free(copy);
    }
    buffer_release(&out);
}

/* 20 000 damaged files: each is read or refused, and what is read is finished or refused, without touching
 * memory that is not ours (run under the sanitizers). */
static void test_mutations_never_crash(void **state)
{
    (void)state;
    uint64_t seed = 42;
    struct geo_shape_builder b;
    size_t accepted = 0;
    geo_shape_builder_init(&b);
    for (int round = 0; round < 20000; round++) {
        struct dialect d = dialect_of((unsigned)test_random(&seed));
        struct buffer out;
        struct error e;
        struct geo_shape s;
        buffer_init(&out, 0);
        put_two_squares(&out, &d);
        size_t n = test_random(&seed) % 4 ? out.size : test_random(&seed) % (out.size + 1);
        char *copy = malloc(n ? n : 1);
        memcpy(copy, out.data, n);
        for (uint64_t k = test_random(&seed) % 6; n > 0 && k > 0; k--)
            copy[test_random(&seed) % (k & 1 ? n : n < 24 ? n : 24)] = (char)test_random(&seed);
        if (wkb_read(copy, n, &b, &e) == STATUS_OK && geo_shape_builder_view(&b, &s, &e) == STATUS_OK)
            accepted++;
        free(copy);
        buffer_release(&out);
    }
    assert_true(accepted > 1000); /* the loop does reach the inside of the reader */
    geo_shape_builder_release(&b);
}

/* What the builder could not take, for want of memory or because it is too much, is no smaller shape: whoever
 * reads the builder's arrays would have one that lacks points, and a check of it could say clear. */
static void test_a_shape_that_was_not_taken_whole_is_refused(void **state)
{
    (void)state;
    struct geo_shape_builder b;
    struct buffer wkb;
    struct error e;
    geo_shape_builder_init(&b);
    b.vertex_limit = 4;
    buffer_init(&wkb, 0);
    put_two_squares(&wkb, &(const struct dialect){.z = true});
    assert_int_equal(wkb_read(wkb.data, wkb.size, &b, &e), STATUS_TOO_LARGE);
    assert_string_equal(e.code, "shape-too-large");
    b.vertex_limit = 10;
    assert_int_equal(wkb_read(wkb.data, wkb.size, &b, &e), STATUS_OK);
    buffer_release(&wkb);
    geo_shape_builder_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shape_that_was_not_taken_whole_is_refused),
        cmocka_unit_test(test_every_dialect_reads_alike),
        cmocka_unit_test(test_what_we_write_reads_back_to_the_bit),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_prefix_is_refused),
        cmocka_unit_test(test_mutations_never_crash),
    };
    return cmocka_run_group_tests_name("geo wkb", tests, NULL, NULL);
}
