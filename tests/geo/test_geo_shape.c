/* The builder's promises: closed, without repeated vertices, turned the right way, refused when empty. */
#include "formats/geojson.h"
#include "geo/geo_test.h"

#include <string.h>

struct fixture {
    struct geo_shape_builder builder;
    struct arena *arena;
};

static int setup(void **state)
{
    static struct fixture f;
    geo_shape_builder_init(&f.builder);
    f.arena = arena_new((size_t)1 << 28);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    geo_shape_builder_release(&f->builder);
    arena_free(f->arena);
    return 0;
}

static void ring(struct geo_shape_builder *b, const double (*p)[2], size_t n)
{
    geo_shape_builder_ring(b);
    for (size_t i = 0; i < n; i++)
        geo_shape_builder_point(b, p[i][0], p[i][1]);
}

static const double square_cw[][2] = {{111, 40}, {111, 41}, {112, 41}, {112, 40}};
static const double hole_ccw[][2] = {
    {111.2, 40.2}, {111.4, 40.2}, {111.4, 40.4}, {111.2, 40.4}, {111.2, 40.2}};

static double signed_area(const struct geo_shape *s, uint32_t r)
{
    double sum = 0;
    for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
        sum += s->lon_deg[i] * s->lat_deg[i + 1] - s->lon_deg[i + 1] * s->lat_deg[i];
    return sum;
}

/* An open clockwise outer ring and a closed counter-clockwise hole come out closed, ccw and cw. */
static void test_closes_and_turns(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    geo_shape_builder_polygon(&f->builder);
    ring(&f->builder, square_cw, 4);
    ring(&f->builder, hole_ccw, 5);
    test_assert_ok(geo_shape_builder_finish(&f->builder, f->arena, &s, &e), &e);
    assert_int_equal(s.n_polygons, 1);
    assert_int_equal(s.n_rings, 2);
    assert_int_equal(s.n_vertices, 10);
    for (uint32_t r = 0; r < 2; r++) {
        uint32_t last = s.ring_start[r + 1] - 1;
        assert_true(s.lon_deg[s.ring_start[r]] == s.lon_deg[last]);
        assert_true(s.lat_deg[s.ring_start[r]] == s.lat_deg[last]);
    }
    assert_true(signed_area(&s, 0) > 0);
    assert_true(signed_area(&s, 1) < 0);
    assert_true(s.box.west_deg == 111 && s.box.east_deg == 112 && s.box.south_deg == 40 &&
                s.box.north_deg == 41);
}

/* A surveyor's file repeats points; repeats must not become edges of no length. */
static void test_drops_repeated_vertices(void **state)
{
    struct fixture *f = *state;
    static const double repeats[][2] = {{111, 40}, {111, 40}, {112, 40}, {112, 41},
                                        {112, 41}, {111, 40}, {111, 40}};
    struct error e;
    struct geo_shape s;
    ring(&f->builder, repeats, 7);
    test_assert_ok(geo_shape_builder_view(&f->builder, &s, &e), &e);
    assert_int_equal(s.n_vertices, 4);
    assert_int_equal(s.n_polygons, 1);
}

/* A view taken twice is the same shape, and the builder can be used again after clear. */
static void test_view_is_repeatable_and_clear_reuses(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape one, two;
    ring(&f->builder, square_cw, 4);
    test_assert_ok(geo_shape_builder_view(&f->builder, &one, &e), &e);
    test_assert_ok(geo_shape_builder_view(&f->builder, &two, &e), &e);
    assert_int_equal(one.n_vertices, two.n_vertices);
    assert_int_equal(one.n_rings, two.n_rings);
    assert_int_equal(one.n_polygons, two.n_polygons);
    geo_shape_builder_clear(&f->builder);
    geo_shape_builder_polygon(&f->builder);
    ring(&f->builder, square_cw, 4);
    geo_shape_builder_polygon(&f->builder);
    geo_shape_builder_polygon(&f->builder); /* a polygon that got no ring leaves no trace */
    test_assert_ok(geo_shape_builder_view(&f->builder, &two, &e), &e);
    assert_int_equal(two.n_vertices, 5);
    assert_int_equal(two.n_polygons, 1);
}

static void test_refuses_rings_that_enclose_nothing(void **state)
{
    struct fixture *f = *state;
    static const double two_points[][2] = {{111, 40}, {112, 40}, {111, 40}};
    static const double on_a_line[][2] = {{111, 40}, {112, 41}, {113, 42}, {111, 40}};
    struct error e;
    struct geo_shape s = {.n_vertices = 77};
    ring(&f->builder, square_cw, 4);
    ring(&f->builder, two_points, 3);
    test_assert_refused(geo_shape_builder_view(&f->builder, &s, &e), STATUS_INVALID_INPUT,
                        "ring-encloses-nothing", &e);
    assert_non_null(strstr(e.en, "Ring 2"));
    geo_shape_builder_clear(&f->builder);
    ring(&f->builder, on_a_line, 4);
    test_assert_refused(geo_shape_builder_finish(&f->builder, f->arena, &s, &e), STATUS_INVALID_INPUT,
                        "ring-encloses-nothing", &e);
    assert_int_equal(s.n_vertices, 77); /* outputs only on OK */
}

static void test_refuses_coordinates_off_the_globe(void **state)
{
    struct fixture *f = *state;
    const double bad[][2] = {{NAN, 40}, {INFINITY, 40}, {180.0001, 40}, {111, -90.5}};
    for (size_t i = 0; i < 4; i++) {
        struct error e;
        struct geo_shape s;
        geo_shape_builder_clear(&f->builder);
        ring(&f->builder, square_cw, 4);
        geo_shape_builder_point(&f->builder, bad[i][0], bad[i][1]);
        test_assert_refused(geo_shape_builder_view(&f->builder, &s, &e), STATUS_INVALID_INPUT,
                            "vertex-not-on-globe", &e);
        assert_non_null(strstr(e.en, "point 5"));
    }
}

/* The intersection of neighbours is an empty shape, not an error; its box overlaps nothing. */
static void test_empty_shape(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    struct geo_box world = {-180, -90, 180, 90};
    test_assert_ok(geo_shape_builder_finish(&f->builder, f->arena, &s, &e), &e);
    assert_int_equal(s.n_polygons, 0);
    assert_false(geo_box_overlaps(&s.box, &world));
}

static void test_boxes_that_share_a_border_overlap(void **state)
{
    (void)state;
    struct geo_box a = {1, 1, 2, 2}, b = {2, 2, 3, 3}, c = {2.1, 1, 3, 3};
    assert_true(geo_box_overlaps(&a, &b));
    assert_false(geo_box_overlaps(&a, &c));
}

static void test_geojson_text(void **state)
{
    struct fixture *f = *state;
    struct error e;
    struct geo_shape s;
    struct buffer out;
    struct json_writer w;
    ring(&f->builder, square_cw, 4);
    test_assert_ok(geo_shape_builder_view(&f->builder, &s, &e), &e);
    buffer_init(&out, 0);
    jw_init(&w, &out, false);
    geojson_write(&w, &s, 1);
    test_assert_ok(buffer_status(&out, &e), &e);
    assert_string_equal(out.data,
                        "{\"type\":\"Polygon\",\"coordinates\":[[[111.0,40.0],[112.0,40.0],[112.0,41.0],"
                        "[111.0,41.0],[111.0,40.0]]]}");
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_closes_and_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drops_repeated_vertices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_view_is_repeatable_and_clear_reuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refuses_rings_that_enclose_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refuses_coordinates_off_the_globe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty_shape, setup, teardown),
        cmocka_unit_test(test_boxes_that_share_a_border_overlap),
        cmocka_unit_test_setup_teardown(test_geojson_text, setup, teardown),
    };
    return cmocka_run_group_tests_name("geo shape", tests, NULL, NULL);
}
