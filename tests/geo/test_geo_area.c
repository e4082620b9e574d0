/* Areas against independent figures: the standard's worked cases, geodesics, and the closed form. */
#include "geo/area.h"
#include "geo/geo_test.h"

#include <jansson.h>
#include <stdlib.h>

#define GOLDEN HX_SOURCE_DIR "/tests/geo/data/std-area-golden.json"

enum { CUTS = 64 };

struct grid_ring {
    double x[64], y[64]; /* easting, northing */
    size_t n;
};

static void read_case(const json_t *c, struct grid_ring *ring, struct geo_crs *crs)
{
    struct error e;
    int zone = (int)json_integer_value(json_object_get(c, "zone"));
    test_assert_ok(geo_crs_from_zone(3, zone, false, crs, &e), &e);
    assert_true(crs->central_meridian_deg == json_number_value(json_object_get(c, "central_meridian")));
    const json_t *points = json_object_get(c, "ring_xy_northing_easting_no_prefix");
    ring->n = json_array_size(points);
    for (size_t i = 0; i < ring->n; i++) {
        const json_t *p = json_array_get(points, i);
        ring->y[i] = json_number_value(json_array_get(p, 0));
        ring->x[i] = json_number_value(json_array_get(p, 1));
    }
}

static double wanted(const json_t *c, const char *key)
{
    return json_number_value(json_object_get(c, key));
}

/* Cuts every edge in the grid, until the 0.01 mm that conversion may leave no longer shows in the area. */
static size_t cut_edges(const struct grid_ring *g, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < g->n; i++)
        for (int k = 0; k < CUTS; k++, n++) {
            x[n] = g->x[i] + (g->x[i + 1] - g->x[i]) * k / CUTS;
            y[n] = g->y[i] + (g->y[i + 1] - g->y[i]) * k / CUTS;
        }
    return n;
}

/* The exact area of rings that are straight in the grid: 0.1 mm^2 per m^2 of what an n^6 series gives. */
static void check_exact(const json_t *c, const struct grid_ring *g, const struct geo_crs *crs)
{
    struct error e;
    struct geo_transformer *t;
    struct geo_shape_builder b;
    struct geo_shape s;
    double x[64 * CUTS], y[64 * CUTS];
    size_t n = cut_edges(g, x, y);
    const char *name = json_string_value(json_object_get(c, "name"));
    geo_shape_builder_init(&b);
    test_assert_ok(geo_transformer_new(&t, &e), &e);
    test_assert_ok((geo_shape_builder_ring(&b), geo_transformer_add_ring(t, crs, x, y, n, &b, &e)), &e);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    test_assert_near(geo_shape_area_m2(&s), wanted(c, "exact_gk_edges_m2"), 0.001, name);
    test_assert_near(geo_shape_geodesic_area_m2(&s), wanted(c, "exact_gk_edges_m2"), 0.001, name);
    test_assert_near(geo_shape_standard_area_m2(&s), wanted(c, "std_m2_unrounded_inputs"), 0.03, name);
    geo_shape_builder_release(&b);
    geo_transformer_free(t);
}

static void test_golden_cases_of_the_standard(void **state)
{
    (void)state;
    json_error_t je;
    json_t *root = json_load_file(GOLDEN, 0, &je);
    assert_non_null(root);
    const json_t *cases = json_object_get(root, "cases");
    assert_true(json_array_size(cases) >= 3);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        struct grid_ring g;
        struct geo_crs crs;
        read_case(c, &g, &crs);
        double std = geo_standard_round_m2(geo_grid_ring_standard_area_m2(&crs, g.x, g.y, g.n));
        test_assert_near(fabs(std), wanted(c, "std_m2_2dp_prime_meridian_ref"), 1e-9,
                         "standard, to its last digit");
        check_exact(c, &g, &crs);
    }
    json_decref(root);
}

/* An open ring is the same figure; the reverse order is its negative; a prefix changes nothing. */
static void test_standard_area_ring_conventions(void **state)
{
    (void)state;
    struct error e;
    struct geo_crs plain, prefixed;
    const double x[] = {563000, 563400, 563400, 563000, 563000};
    const double y[] = {4520000, 4520000, 4520300, 4520300, 4520000};
    double back_x[5], back_y[5], zone_x[5];
    for (int i = 0; i < 5; i++) {
        back_x[i] = x[4 - i];
        back_y[i] = y[4 - i];
        zone_x[i] = x[i] + 37e6;
    }
    test_assert_ok(geo_crs_from_zone(3, 37, false, &plain, &e), &e);
    test_assert_ok(geo_crs_from_zone(3, 37, true, &prefixed, &e), &e);
    double area = geo_grid_ring_standard_area_m2(&plain, x, y, 5);
    assert_true(area > 0);
    assert_true(geo_grid_ring_standard_area_m2(&plain, x, y, 4) == area);
    assert_true(geo_grid_ring_standard_area_m2(&prefixed, zone_x, y, 5) == area);
    test_assert_near(geo_grid_ring_standard_area_m2(&plain, back_x, back_y, 5), -area, 1e-4, "reversed");
}

/* A quadrangle of parallels and meridians has its area in closed form. */
static void test_quadrangles_by_the_closed_form(void **state)
{
    (void)state;
    const double size[] = {1e-5, 1e-3, 0.1, 1, 10};
    for (size_t i = 0; i < 5; i++) {
        double d = size[i];
        double lon[] = {111, 111 + d, 111 + d, 111, 111};
        double lat[] = {41, 41, 41 + d, 41 + d, 41};
        double q = geo_authalic_q_m2_per_deg(lat[2]) - geo_authalic_q_m2_per_deg(41);
        double want = (lon[1] - 111) * q;
        /* The difference of two large Q is good to 2e-4 m^2 per degree of longitude only. */
        test_assert_near(geo_ring_area_m2(lon, lat, 5), want, want * 1e-12 + 3e-4 * d, "quadrangle");
    }
    test_assert_near(geo_authalic_q_m2_per_deg(90) * 720, 510065621718491.0, 100.0, "the whole ellipsoid");
}

/* Each derivative is the slope of the one before it. */
static void test_series_against_differences(void **state)
{
    (void)state;
    for (double lat = 37; lat < 54; lat += 1.7) {
        double h = 1e-3, at[4], up[4], down[4];
        geo_authalic_series(lat, at);
        geo_authalic_series(lat + h, up);
        geo_authalic_series(lat - h, down);
        double slope = (geo_authalic_q_m2_per_deg(lat + h) - geo_authalic_q_m2_per_deg(lat - h)) / (2 * h);
        test_assert_near(at[0], slope, fabs(at[0]) * 1e-9, "first derivative");
        for (int k = 1; k < 4; k++)
            test_assert_near(at[k], (up[k - 1] - down[k - 1]) / (2 * h), fabs(at[k]) * 1e-7,
                             "next derivative");
    }
}

/* The mean height of an edge's chord over its ends' latitudes: an edge cut in many must add up to the whole.
 * This is what "exact" means for long edges. */
static void test_long_edges_equal_their_pieces(void **state)
{
    (void)state;
    const double lon[] = {97.2, 126.0, 110.5, 97.2};
    const double lat[] = {37.5, 53.3, 49.9, 37.5};
    static double fine_lon[3 * 4096 + 1], fine_lat[3 * 4096 + 1];
    uint32_t n = 0;
    for (int e = 0; e < 3; e++)
        for (int k = 0; k < 4096; k++, n++) {
            fine_lon[n] = lon[e] + (lon[e + 1] - lon[e]) * k / 4096;
            fine_lat[n] = lat[e] + (lat[e + 1] - lat[e]) * k / 4096;
        }
    fine_lon[n] = lon[0];
    fine_lat[n++] = lat[0];
    double whole = geo_ring_area_m2(lon, lat, 4);
    test_assert_near(geo_ring_area_m2(fine_lon, fine_lat, n), whole, whole * 1e-12,
                     "a triangle across the region");
}

/* A random star, its edges cut so finely that geodesics and straight lon/lat lines are the same line: two
 * different theories of area must agree. */
static void test_stars_against_geodesics(void **state)
{
    (void)state;
    uint64_t seed = 20240501;
    struct geo_shape_builder b, fine;
    geo_shape_builder_init(&b);
    geo_shape_builder_init(&fine);
    for (int round = 0; round < 60; round++) {
        struct error e;
        struct geo_shape s, cut;
        double radius = pow(10, test_uniform(&seed, -4, -1));
        geo_shape_builder_clear(&b);
        geo_shape_builder_clear(&fine);
        test_star(&b, &seed, test_uniform(&seed, 97, 126), test_uniform(&seed, 37, 53), radius, 12);
        test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
        geo_shape_builder_ring(&fine);
        for (uint32_t i = 0; i + 1 < s.n_vertices; i++)
            for (int k = 0; k < 400; k++)
                geo_shape_builder_point(&fine, s.lon_deg[i] + (s.lon_deg[i + 1] - s.lon_deg[i]) * k / 400,
                                        s.lat_deg[i] + (s.lat_deg[i + 1] - s.lat_deg[i]) * k / 400);
        test_assert_ok(geo_shape_builder_view(&fine, &cut, &e), &e);
        double area = geo_shape_area_m2(&s);
        /* Geodesic sums carry a rounding of some 0.1 m^2 per 1e12 m^2 of trapezoid: give them a floor. */
        test_assert_near(area, geo_shape_geodesic_area_m2(&cut), area * 1e-8 + 0.02, "star");
    }
    geo_shape_builder_release(&b);
    geo_shape_builder_release(&fine);
}

static void test_holes_subtract(void **state)
{
    (void)state;
    struct geo_shape_builder b;
    struct geo_shape s;
    struct error e;
    uint64_t seed = 7;
    geo_shape_builder_init(&b);
    test_star(&b, &seed, 111, 41, 0.002, 9);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    double outer = geo_shape_area_m2(&s);
    test_star(&b, &seed, 111, 41, 0.0005, 5);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    double hole = geo_ring_area_m2(s.lon_deg + s.ring_start[1], s.lat_deg + s.ring_start[1],
                                   s.n_vertices - s.ring_start[1]);
    assert_true(hole < 0);
    test_assert_near(geo_shape_area_m2(&s), outer + hole, 1e-6, "outer and hole");
    test_assert_near(geo_shape_standard_area_m2(&s), outer + hole, 0.1, "the standard's series");
    geo_shape_builder_release(&b);
}

static void test_metres_per_degree(void **state)
{
    (void)state;
    double north, east;
    geo_metres_per_degree(0, &north, &east);
    test_assert_near(east, 111319.4908, 1e-4, "equator, along the parallel");
    test_assert_near(north, 110574.2758, 1e-4, "equator, along the meridian");
    geo_metres_per_degree(45, &north, &east);
    test_assert_near(east, 78846.8350, 1e-3, "45 degrees, along the parallel");
    test_assert_near(north, 111131.7777, 1e-3, "45 degrees, along the meridian");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_cases_of_the_standard),
        cmocka_unit_test(test_standard_area_ring_conventions),
        cmocka_unit_test(test_quadrangles_by_the_closed_form),
        cmocka_unit_test(test_series_against_differences),
        cmocka_unit_test(test_long_edges_equal_their_pieces),
        cmocka_unit_test(test_stars_against_geodesics),
        cmocka_unit_test(test_holes_subtract),
        cmocka_unit_test(test_metres_per_degree),
    };
    return cmocka_run_group_tests_name("geo area", tests, NULL, NULL);
}
