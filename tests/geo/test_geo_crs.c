/* Conversion and densification: no point of a delivered edge may lie more than 0.01 mm from the lon/lat
 * pieces. */
#include "geo/area.h"
#include "geo/crs/other_zones.h"
#include "geo/geo_test.h"

#include <math.h>
#include <string.h>

static struct geo_transformer *transformer(void)
{
    struct geo_transformer *t;
    struct error e;
    test_assert_ok(geo_transformer_new(&t, &e), &e);
    return t;
}

static void test_every_zone_has_its_code_and_meridian(void **state)
{
    (void)state;
    struct error e;
    struct geo_crs a, b;
    for (int epsg = 4491; epsg <= 4554; epsg++) {
        test_assert_ok(geo_crs_from_epsg(epsg, &a, &e), &e);
        test_assert_ok(geo_crs_from_zone(a.zone_width_deg, a.zone, a.zone_prefix, &b, &e), &e);
        assert_int_equal(a.epsg, b.epsg);
        assert_int_equal(b.epsg, epsg);
        assert_true(a.central_meridian_deg == b.central_meridian_deg);
        assert_string_equal(a.name, b.name);
    }
    test_assert_ok(geo_crs_from_epsg(4525, &a, &e), &e);
    assert_true(a.zone == 37 && a.zone_prefix && a.central_meridian_deg == 111);
    test_assert_ok(geo_crs_from_epsg(4546, &a, &e), &e);
    assert_true(a.zone == 37 && !a.zone_prefix && a.zone_width_deg == 3);
    test_assert_ok(geo_crs_from_epsg(4497, &a, &e), &e);
    assert_true(a.zone == 19 && a.zone_width_deg == 6 && a.central_meridian_deg == 111);
    assert_int_equal(geo_crs_zone3_of_lon(111.7), 37);
    assert_int_equal(geo_crs_zone3_of_lon(97.5), 33);
}

/* The central meridian in our table is where PROJ says that the false easting is: all 64 zones. */
static void test_zone_table_agrees_with_proj(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    for (int epsg = 4491; epsg <= 4554; epsg++) {
        struct error e;
        struct geo_crs crs;
        double lon, lat;
        test_assert_ok(geo_crs_from_epsg(epsg, &crs, &e), &e);
        double east = 500000 + (crs.zone_prefix ? crs.zone * 1e6 : 0);
        test_assert_ok(geo_transformer_point(t, &crs, east, 4500000, &lon, &lat, &e), &e);
        test_assert_near(lon, crs.central_meridian_deg, 1e-12, crs.name);
        assert_true(lat > 40.6 && lat < 40.7);
    }
    geo_transformer_free(t);
}

/* Known to lead officers astray, so each has its own words. */
static void test_refused_systems(void **state)
{
    (void)state;
    const struct {
        int epsg;
        const char *code;
    } refused[] = {{4610, "crs-datum-refused"}, {2361, "crs-datum-refused"},  {2413, "crs-datum-refused"},
                   {4214, "crs-datum-refused"}, {21418, "crs-datum-refused"}, {3857, "crs-web-mercator"},
                   {32649, "crs-unsupported"},  {0, "crs-unsupported"},       {-1, "crs-unsupported"}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct error e;
        struct geo_crs crs;
        test_assert_refused(geo_crs_from_epsg(refused[i].epsg, &crs, &e), STATUS_UNSUPPORTED, refused[i].code,
                            &e);
    }
    struct error e;
    struct geo_crs crs;
    test_assert_refused(geo_crs_from_zone(3, 46, true, &crs, &e), STATUS_INVALID_INPUT, "crs-no-such-zone",
                        &e);
    test_assert_refused(geo_crs_from_zone(6, 37, true, &crs, &e), STATUS_INVALID_INPUT, "crs-no-such-zone",
                        &e);
}

static void test_round_trip_of_random_points(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    uint64_t seed = 11;
    for (int i = 0; i < 2000; i++) {
        struct error e;
        struct geo_crs crs;
        int epsg = (int)test_uniform(&seed, 4520, 4532);
        test_assert_ok(geo_crs_from_epsg(epsg, &crs, &e), &e);
        double x = crs.zone * 1e6 + test_uniform(&seed, 350000, 650000);
        double y = test_uniform(&seed, 4130000, 5930000);
        double lon, lat, back_x, back_y;
        test_assert_ok(geo_transformer_point(t, &crs, x, y, &lon, &lat, &e), &e);
        test_assert_ok(geo_transformer_from_lonlat(t, &crs, lon, lat, &back_x, &back_y, &e), &e);
        test_assert_near(hypot(back_x - x, back_y - y), 0, 1e-6, "round trip, metres");
    }
    geo_transformer_free(t);
}

/* The distance, in metres, from a point to the nearest piece of the shape's only ring. */
static double distance_to_ring_m(const struct geo_shape *s, double lon, double lat)
{
    double north, east, best = INFINITY;
    geo_metres_per_degree(lat, &north, &east);
    for (uint32_t i = 0; i + 1 < s->n_vertices; i++) {
        double ax = (s->lon_deg[i] - lon) * east, ay = (s->lat_deg[i] - lat) * north;
        double bx = (s->lon_deg[i + 1] - lon) * east, by = (s->lat_deg[i + 1] - lat) * north;
        double dx = bx - ax, dy = by - ay;
        double at = fmin(1, fmax(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)));
        best = fmin(best, hypot(ax + at * dx, ay + at * dy));
    }
    return best;
}

static void check_triangle(struct geo_transformer *t, const struct geo_crs *crs, const double *x,
                           const double *y, uint64_t *seed)
{
    struct error e;
    struct geo_shape s;
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_ring(&b);
    test_assert_ok(geo_transformer_add_ring(t, crs, x, y, 3, &b, &e), &e);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    for (int k = 0; k < 30; k++) {
        int i = (int)test_uniform(seed, 0, 3), j = (i + 1) % 3; /* the closing edge of an open ring too */
        double at = test_uniform(seed, 0, 1);
        double lon, lat;
        test_assert_ok(geo_transformer_point(t, crs, x[i] + at * (x[j] - x[i]), y[i] + at * (y[j] - y[i]),
                                             &lon, &lat, &e),
                       &e);
        test_assert_near(distance_to_ring_m(&s, lon, lat), 0, GEO_DENSIFY_TOLERANCE_M, "deviation, metres");
    }
    for (int i = 0; i < 3; i++) { /* delivered vertices are kept to the bit */
        double lon, lat;
        bool found = false;
        test_assert_ok(geo_transformer_point(t, crs, x[i], y[i], &lon, &lat, &e), &e);
        for (uint32_t v = 0; v < s.n_vertices; v++)
            found = found || (s.lon_deg[v] == lon && s.lat_deg[v] == lat);
        assert_true(found);
    }
    geo_shape_builder_release(&b);
}

static void test_densified_edges_follow_the_delivered_ones(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    uint64_t seed = 5;
    for (int round = 0; round < 120; round++) {
        struct error e;
        struct geo_crs crs;
        double x[3], y[3];
        int epsg = round % 2 ? (int)test_uniform(&seed, 4520, 4532) : (int)test_uniform(&seed, 4494, 4501);
        double size = pow(10, test_uniform(&seed, 1, 4.5));
        test_assert_ok(geo_crs_from_epsg(epsg, &crs, &e), &e);
        double east = crs.zone * 1e6 + test_uniform(&seed, 300000, 700000);
        double north = test_uniform(&seed, 4130000, 5930000);
        for (int i = 0; i < 3; i++) {
            x[i] = east + test_uniform(&seed, -size, size);
            y[i] = north + test_uniform(&seed, -size, size);
        }
        check_triangle(t, &crs, x, y, &seed);
    }
    geo_transformer_free(t);
}

/* The area of a triangle whose edges were cut into a thousand pieces each. */
static double dense_area_m2(struct geo_transformer *t, const struct geo_crs *crs, const double *x,
                            const double *y)
{
    enum { PIECES = 1000 };
    struct error e;
    struct geo_shape s;
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_ring(&b);
    for (int i = 0; i < 3 * PIECES; i++) {
        int from = i / PIECES, to = (from + 1) % 3;
        double at = (double)(i % PIECES) / PIECES, lon, lat;
        test_assert_ok(geo_transformer_point(t, crs, x[from] + at * (x[to] - x[from]),
                                             y[from] + at * (y[to] - y[from]), &lon, &lat, &e),
                       &e);
        geo_shape_builder_point(&b, lon, lat);
    }
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    double area = geo_shape_area_m2(&s);
    geo_shape_builder_release(&b);
    return area;
}

/* Edges that are left whole without a look (short ones, and ones along a meridian) must not cost area: in
 * every zone, on both sides of its meridian and far from it, in every direction, the ring's area is that
 * of a thousand pieces an edge. */
static void test_uncut_edges_cost_no_area(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    uint64_t seed = 11;
    for (int round = 0; round < 300; round++) {
        struct error e;
        struct geo_crs crs;
        struct geo_shape s;
        struct geo_shape_builder b;
        double x[3], y[3], size = pow(10, test_uniform(&seed, 0, 3.3));
        int epsg = round % 3 == 2
                       ? (int)test_uniform(&seed, 4534, 4554) /* without prefix: far from the meridian */
                   : round % 3 ? (int)test_uniform(&seed, 4520, 4532)
                               : (int)test_uniform(&seed, 4494, 4501);
        test_assert_ok(geo_crs_from_epsg(epsg, &crs, &e), &e);
        double reach = crs.zone_prefix ? 400000 : 1400000;
        double east = 500000 + (crs.zone_prefix ? crs.zone * 1e6 : 0) + test_uniform(&seed, -reach, reach);
        double north = test_uniform(&seed, 4130000, 5930000), turn = test_uniform(&seed, 0, 6.2831853);
        for (int i = 0; i < 3; i++) {
            x[i] = east + size * cos(turn + 2.1 * i);
            y[i] = north + size * sin(turn + 2.1 * i);
        }
        geo_shape_builder_init(&b);
        geo_shape_builder_ring(&b);
        test_assert_ok(geo_transformer_add_ring_fine(t, &crs, x, y, 3, &b, &e), &e);
        test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
        double area = dense_area_m2(t, &crs, x, y);
        test_assert_near(geo_shape_area_m2(&s), area, GEO_DENSIFY_AREA_M2 + 2 * GEO_DENSIFY_AREA_SHARE * area,
                         "area, m2");
        geo_shape_builder_release(&b);
    }
    geo_transformer_free(t);
}

/* Neighbours that deliver a shared edge in opposite directions must get the same vertices, or slivers
 * appear. */
static void test_shared_edges_densify_alike(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    struct geo_crs crs;
    struct error e;
    const double x[] = {37563000, 37568123.4, 37565000}, y[] = {4520000, 4520711.8, 4525000};
    const double x2[] = {37568123.4, 37563000, 37565000}, y2[] = {4520711.8, 4520000, 4515000};
    struct geo_shape_builder a, b;
    struct geo_shape s, s2;
    geo_shape_builder_init(&a);
    geo_shape_builder_init(&b);
    geo_shape_builder_ring(&a);
    geo_shape_builder_ring(&b);
    test_assert_ok(geo_crs_from_epsg(4525, &crs, &e), &e);
    test_assert_ok(geo_transformer_add_ring(t, &crs, x, y, 3, &a, &e), &e);
    test_assert_ok(geo_transformer_add_ring(t, &crs, x2, y2, 3, &b, &e), &e);
    test_assert_ok(geo_shape_builder_view(&a, &s, &e), &e);
    test_assert_ok(geo_shape_builder_view(&b, &s2, &e), &e);
    size_t shared = 0, along = 0;
    while (s.lon_deg[along] != s2.lon_deg[0] || s.lat_deg[along] != s2.lat_deg[0])
        along++; /* the shared edge runs from s's first vertex to s2's first vertex */
    for (size_t i = 0; i <= along; i++)
        for (uint32_t j = 0; j + 1 < s2.n_vertices; j++)
            shared += s.lon_deg[i] == s2.lon_deg[j] && s.lat_deg[i] == s2.lat_deg[j];
    assert_true(along > 30);
    assert_int_equal(shared, along + 1);
    geo_shape_builder_release(&a);
    geo_shape_builder_release(&b);
    geo_transformer_free(t);
}

/* An easting without its prefix, or axes the wrong way round, must not come out as some point of the
 * globe. */
static void test_points_outside_the_zone_are_refused(void **state)
{
    (void)state;
    struct geo_transformer *t = transformer();
    struct error e;
    struct geo_crs crs, lonlat;
    double lon = 7, lat = 7;
    const double bad[][2] = {{563000, 4520000}, {4520000, 37563000}, {38563000, 4520000},
                             {37563000, 1e8},   {NAN, 4520000},      {37563000, INFINITY}};
    test_assert_ok(geo_crs_from_epsg(4525, &crs, &e), &e);
    test_assert_ok(geo_crs_from_epsg(4326, &lonlat, &e), &e);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        test_assert_refused(geo_transformer_point(t, &crs, bad[i][0], bad[i][1], &lon, &lat, &e),
                            STATUS_INVALID_INPUT, "point-outside-crs", &e);
    }
    test_assert_refused(geo_transformer_point(t, &lonlat, 563000, 40, &lon, &lat, &e), STATUS_INVALID_INPUT,
                        "point-outside-crs", &e);
    assert_true(lon == 7 && lat == 7);
    struct geo_shape_builder b;
    const double x[] = {37563000, 37563100, 563100}, y[] = {4520000, 4520000, 4520100};
    geo_shape_builder_init(&b);
    geo_shape_builder_ring(&b);
    test_assert_refused(geo_transformer_add_ring(t, &crs, x, y, 3, &b, &e), STATUS_INVALID_INPUT,
                        "point-outside-crs", &e);
    assert_non_null(strstr(e.en, "Point 3"));
    geo_shape_builder_release(&b);
    geo_transformer_free(t);
}

/* A place written in one zone's numbers and declared as another is among the readings, where it is; no
 * reading is of the declared meridian, none twice, and each lies in its own strip. */
static void test_numbers_of_another_zone_are_read_as_that_zone(void **state)
{
    (void)state;
    struct error e;
    struct geo_transformer *t = transformer();
    for (int prefix = 0; prefix <= 1; prefix++)
        for (int of = 33; of <= 42; of++)
            for (int declared = 33; declared <= 42; declared++) {
                struct geo_crs own, as;
                struct crs_zone_reading readings[CRS_ZONE_READINGS_MAX];
                double lon = 3.0 * of - 1.3 + 0.26 * (declared - 33),
                       lat = 38.0 + 0.15 * (of + declared - 66);
                double x, y;
                bool found = false;
                test_assert_ok(geo_crs_from_zone(3, of, prefix, &own, &e), &e);
                test_assert_ok(geo_crs_from_zone(3, declared, prefix, &as, &e), &e);
                test_assert_ok(geo_transformer_from_lonlat(t, &own, lon, lat, &x, &y, &e), &e);
                size_t n = crs_other_zones(t, &as, x + (prefix ? (declared - of) * 1e6 : 0), y, readings);
                for (size_t i = 0; i < n; i++) {
                    const struct geo_crs *crs = &readings[i].crs;
                    double off = fabs(readings[i].lon_deg - crs->central_meridian_deg);
                    assert_true(off <= 0.5 * crs->zone_width_deg + GEO_BESIDE_ZONE_DEG);
                    assert_true(crs->central_meridian_deg != as.central_meridian_deg);
                    assert_true(i == 0 || crs->epsg != readings[i - 1].crs.epsg);
                    if (crs->epsg == own.epsg) {
                        assert_true(fabs(readings[i].lon_deg - lon) < 1e-9 &&
                                    fabs(readings[i].lat_deg - lat) < 1e-9);
                        found = true;
                    }
                }
                assert_int_equal(found, of != declared);
            }
    struct geo_crs degrees;
    struct crs_zone_reading readings[CRS_ZONE_READINGS_MAX];
    test_assert_ok(geo_crs_from_epsg(4490, &degrees, &e), &e);
    assert_int_equal(crs_other_zones(t, &degrees, 111, 40, readings), 0);
    geo_transformer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_zone_has_its_code_and_meridian),
        cmocka_unit_test(test_zone_table_agrees_with_proj),
        cmocka_unit_test(test_refused_systems),
        cmocka_unit_test(test_round_trip_of_random_points),
        cmocka_unit_test(test_densified_edges_follow_the_delivered_ones),
        cmocka_unit_test(test_uncut_edges_cost_no_area),
        cmocka_unit_test(test_shared_edges_densify_alike),
        cmocka_unit_test(test_points_outside_the_zone_are_refused),
        cmocka_unit_test(test_numbers_of_another_zone_are_read_as_that_zone),
    };
    return cmocka_run_group_tests_name("geo crs", tests, NULL, NULL);
}
