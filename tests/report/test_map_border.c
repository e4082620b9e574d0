/* Boundary points are those that were delivered, not those that densification added. */
#include "report/report_maps.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    static struct check_worker w;
    *state = &w;
    return check_worker_init(&w, NULL);
}

static int teardown(void **state)
{
    check_worker_release(*state);
    return 0;
}

static struct map_border border_of(struct check_worker *w, const char *text)
{
    const struct parcel_context c = {.transformer = w->transformer, .geos = w->geos, .arena = w->arena};
    struct parcel_set set;
    struct map_border b;
    struct error e = {0};
    if (parcel_parse(&c, text, strlen(text), &set, &e) || map_border_fill(w, &set.parcels[0], &b, &e))
        fail_msg("%s", e.en);
    return b;
}

#define HEAD "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=37\n计量单位=米\n[地块坐标]\n"

static void assert_point(const struct map_border *b, size_t i, double x, double y)
{
    assert_true(fabs(b->points[i].x_m - x) < 1e-4);
    assert_true(fabs(b->points[i].y_m - y) < 1e-4);
}

/* Sides of kilometres are cut many times over; a point in the middle of a straight side was delivered and
 * stays. */
static void test_delivered_points_come_back(void **state)
{
    struct map_border b = border_of(*state, HEAD "6,,DK-1,甲,面,,,,@\n"
                                                 "J1,1,4520000.123,37530000.456\n"
                                                 "J2,1,4520000.123,37533000.456\n" /* clockwise, due east */
                                                 "J3,1,4520000.123,37536000.457\n"
                                                 "J4,1,4516000.123,37536000.457\n"
                                                 "J5,1,4515000.001,37530000.456\n"
                                                 "J1,1,4520000.123,37530000.456\n");
    assert_int_equal(b.n_rings, 1);
    assert_int_equal(b.n_points, 5);
    assert_false(b.from_shape);
    assert_int_equal(b.crs.zone, 37);
    assert_point(&b, 0, 4520000.123, 37530000.456);
    assert_point(&b, 1, 4520000.123, 37533000.456);
    assert_point(&b, 4, 4515000.001, 37530000.456);
    assert_true(fabs(b.points[0].side_m - 3000) < 1e-4);
    assert_true(fabs(b.points[4].side_m - 5000.122) < 1e-4); /* back to J1 */
}

/* A parcel in degrees gets its own 3-degree zone, prefix included, and all of its points. */
static void test_degrees_get_their_zone(void **state)
{
    struct map_border b =
        border_of(*state, "{\"type\":\"Polygon\",\"coordinates\":[[[111.0,40.8],[111.0,40.9],[111.05,40.9],"
                          "[111.1,40.9],[111.1,40.8],[111.0,40.8]]]}");
    assert_int_equal(b.n_points, 5);
    assert_int_equal(b.crs.zone, 37);
    assert_true(fabs(b.points[0].y_m - 37500000) < 1e-4); /* on the central meridian */
    assert_true(b.points[0].x_m > 4.5e6 && b.points[0].x_m < 4.6e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_delivered_points_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_degrees_get_their_zone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
