/* A point inside a shape is inside it: not in a hole, not in a notch, however many there are. */
#include "geo/geo_test.h"
#include "geo/inner_point.h"

/* One that is not ours to trust: counts crossings of a ray to the north. */
static bool holds(const struct geo_shape *s, double x, double y)
{
    bool in = false;
    for (uint32_t r = 0; r < s->n_rings; r++)
        for (uint32_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            double x0 = s->lon_deg[i], x1 = s->lon_deg[i + 1];
            if ((x0 <= x) != (x1 <= x) &&
                y < s->lat_deg[i] + (x - x0) / (x1 - x0) * (s->lat_deg[i + 1] - s->lat_deg[i]))
                in = !in;
        }
    return in;
}

static void assert_inside(struct geo_shape_builder *b, const char *what)
{
    struct geo_shape s;
    struct error e;
    double lon, lat;
    test_assert_ok(geo_shape_builder_view(b, &s, &e), &e);
    if (!geo_inner_point(&s, &lon, &lat) || !holds(&s, lon, lat))
        fail_msg("no point inside: %s", what);
}

static void box(struct geo_shape_builder *b, double x, double y, double w, double h)
{
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, x, y);
    geo_shape_builder_point(b, x + w, y);
    geo_shape_builder_point(b, x + w, y + h);
    geo_shape_builder_point(b, x, y + h);
}

/* The case that went wrong: after 64 crossings a cut-off list paired the ends of two holes. */
static void test_more_crossings_than_a_list_of_old_could_hold(void **state)
{
    (void)state;
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    for (int n = 31; n < 2000; n = n * 2 + 1) {
        geo_shape_builder_clear(&b);
        box(&b, 110, 40, 1, 1);
        for (int k = n; k-- > 0;) /* from the east, so that those in the west are the last to be met */
            box(&b, 110 + (k + 0.1) / n, 40.01, 0.8 / n, 0.98);
        assert_inside(&b, "a row of holes");
    }
    geo_shape_builder_release(&b);
}

static void test_notches_parts_and_stars(void **state)
{
    (void)state;
    uint64_t seed = 9;
    struct geo_shape_builder b;
    geo_shape_builder_init(&b);
    geo_shape_builder_ring(&b); /* a U, whose middle is outside */
    const double u[][2] = {{0, 0}, {3, 0}, {3, 3}, {2, 3}, {2, 1}, {1, 1}, {1, 3}, {0, 3}};
    for (size_t i = 0; i < 8; i++)
        geo_shape_builder_point(&b, 110 + u[i][0], 40 + u[i][1]);
    assert_inside(&b, "a U");
    geo_shape_builder_clear(&b); /* far apart, and none at the heights that are looked at first */
    box(&b, 110, 40, 1e-6, 1e-6);
    geo_shape_builder_polygon(&b);
    box(&b, 111, 45, 1e-6, 1e-6);
    assert_inside(&b, "two far parts");
    for (int i = 0; i < 500; i++) {
        geo_shape_builder_clear(&b);
        test_star(&b, &seed, 111, 41, 0.1, 5 + i % 60);
        geo_shape_builder_polygon(&b);
        test_star(&b, &seed, 112, 41.3, 0.1, 40);
        assert_inside(&b, "stars");
    }
    geo_shape_builder_release(&b);
}

static void test_the_middle_of_a_rectangle(void **state)
{
    (void)state;
    struct geo_shape_builder b;
    struct geo_shape s;
    struct error e;
    double lon = 0, lat = 0;
    geo_shape_builder_init(&b);
    box(&b, 110.123, 40.456, 0.001, 0.002);
    test_assert_ok(geo_shape_builder_view(&b, &s, &e), &e);
    assert_true(geo_inner_point(&s, &lon, &lat));
    test_assert_near(lon, 110.1235, 1e-12, "longitude");
    test_assert_near(lat, 40.457, 1e-12, "latitude");
    geo_shape_builder_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_crossings_than_a_list_of_old_could_hold),
        cmocka_unit_test(test_notches_parts_and_stars),
        cmocka_unit_test(test_the_middle_of_a_rectangle),
    };
    return cmocka_run_group_tests_name("inner point", tests, NULL, NULL);
}
