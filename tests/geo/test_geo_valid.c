/* GEOS's verdicts as sentences with the place, and the way to GEOS and back. */
#include "geo/geo_test.h"
#include "geo/valid.h"

#include <string.h>

struct fixture {
    struct geo_shape_builder builder;
    struct arena *arena;
    struct geo_geos *geos;
};

static int setup(void **state)
{
    static struct fixture f;
    struct error e;
    geo_shape_builder_init(&f.builder);
    f.arena = arena_new((size_t)1 << 28);
    test_assert_ok(geo_geos_new(&f.geos, &e), &e);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    geo_shape_builder_release(&f->builder);
    arena_free(f->arena);
    geo_geos_free(f->geos);
    return 0;
}

static void square(struct geo_shape_builder *b, double west, double south, double size)
{
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, west, south);
    geo_shape_builder_point(b, west + size, south);
    geo_shape_builder_point(b, west + size, south + size);
    geo_shape_builder_point(b, west, south + size);
}

static enum status check(struct fixture *f, struct geo_shape *s, struct error *e)
{
    test_assert_ok(geo_shape_builder_view(&f->builder, s, e), e);
    double place_deg[2];
    return geo_valid_check_place(f->geos, s, place_deg, e);
}

static void bow_tie(struct geo_shape_builder *b)
{
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, 111, 40);
    geo_shape_builder_point(b, 112, 41);
    geo_shape_builder_point(b, 112, 40);
    geo_shape_builder_point(b, 111, 41);
}

static void test_a_valid_figure_with_a_hole_passes(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    square(&f->builder, 111, 40, 1);
    square(&f->builder, 111.2, 40.2, 0.1);
    geo_shape_builder_polygon(&f->builder);
    square(&f->builder, 113, 40, 1);
    test_assert_ok(check(f, &s, &e), &e);
}

/* The crossing is named to 7 decimals (a centimetre), or the officer cannot find it. */
static void test_a_crossing_is_named_with_its_place(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    bow_tie(&f->builder);
    test_assert_refused(check(f, &s, &e), STATUS_INVALID_INPUT, "self-intersection", &e);
    assert_non_null(strstr(e.zh, "经度111.5000000、纬度40.5000000"));
    assert_non_null(strstr(e.en, "longitude 111.5000000, latitude 40.5000000"));
}

static void test_each_fault_has_its_code(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    square(&f->builder, 111, 40, 1);
    square(&f->builder, 115, 40.2, 0.1);
    test_assert_refused(check(f, &s, &e), STATUS_INVALID_INPUT, "hole-outside", &e);
    geo_shape_builder_clear(&f->builder);
    square(&f->builder, 111, 40, 1);
    square(&f->builder, 111.1, 40.1, 0.5);
    square(&f->builder, 111.2, 40.2, 0.1);
    test_assert_refused(check(f, &s, &e), STATUS_INVALID_INPUT, "holes-nested", &e);
    geo_shape_builder_clear(&f->builder);
    square(&f->builder, 111, 40, 1);
    geo_shape_builder_polygon(&f->builder);
    square(&f->builder, 111.1, 40.1, 0.5);
    test_assert_refused(check(f, &s, &e), STATUS_INVALID_INPUT, "shells-nested", &e);
    geo_shape_builder_clear(&f->builder);
    square(&f->builder, 111, 40, 1);
    geo_shape_builder_polygon(&f->builder);
    square(&f->builder, 111.5, 40.5, 1);
    test_assert_refused(check(f, &s, &e), STATUS_INVALID_INPUT, "self-intersection", &e);
}

/* There and back changes no coordinate: random stars with a hole, in two parts. */
static void test_geos_and_back(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 3;
    for (int i = 0; i < 50; i++) {
        struct error e;
        struct geo_shape s, back;
        GEOSGeometry *g;
        geo_shape_builder_clear(&f->builder);
        test_star(&f->builder, &seed, 111, 41, 0.1, 20);
        test_star(&f->builder, &seed, 111, 41, 0.02, 7);
        geo_shape_builder_polygon(&f->builder);
        test_star(&f->builder, &seed, 113, 41, 0.1, 20);
        test_assert_ok(geo_shape_builder_view(&f->builder, &s, &e), &e);
        test_assert_ok(geo_geos_from_shape(f->geos, &s, &g, &e), &e);
        test_assert_ok(geo_geos_to_shape(f->geos, g, f->arena, &back, &e), &e);
        assert_int_equal(back.n_vertices, s.n_vertices);
        assert_memory_equal(back.lon_deg, s.lon_deg, s.n_vertices * sizeof(double));
        assert_memory_equal(back.lat_deg, s.lat_deg, s.n_vertices * sizeof(double));
        GEOSGeom_destroy_r(geo_geos_handle(f->geos), g);
    }
}

/* Neighbours meet in a line: the way back from GEOS drops it, and an empty shape goes both ways. */
static void test_lines_and_nothing_become_an_empty_shape(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s, empty;
    GEOSContextHandle_t h = geo_geos_handle(f->geos);
    GEOSGeometry *g, *left, *right;
    square(&f->builder, 111, 40, 1);
    test_assert_ok(geo_shape_builder_view(&f->builder, &s, &e), &e);
    test_assert_ok(geo_geos_from_shape(f->geos, &s, &left, &e), &e);
    geo_shape_builder_clear(&f->builder);
    square(&f->builder, 112, 40, 1);
    test_assert_ok(geo_shape_builder_view(&f->builder, &s, &e), &e);
    test_assert_ok(geo_geos_from_shape(f->geos, &s, &right, &e), &e);
    GEOSGeometry *line = GEOSIntersection_r(h, left, right);
    test_assert_ok(geo_geos_to_shape(f->geos, line, f->arena, &empty, &e), &e);
    assert_int_equal(empty.n_polygons, 0);
    test_assert_ok(geo_geos_from_shape(f->geos, &empty, &g, &e), &e);
    assert_int_equal(GEOSisEmpty_r(h, g), 1);
    GEOSGeom_destroy_r(h, g);
    GEOSGeom_destroy_r(h, line);
    GEOSGeom_destroy_r(h, left);
    GEOSGeom_destroy_r(h, right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_valid_figure_with_a_hole_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_crossing_is_named_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_fault_has_its_code, setup, teardown),
        cmocka_unit_test_setup_teardown(test_geos_and_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_and_nothing_become_an_empty_shape, setup, teardown),
    };
    return cmocka_run_group_tests_name("geo valid", tests, NULL, NULL);
}
