/* Chords in place of arcs: near the circle, ending where the arc ends, whichever way it is drawn. */
#include "geo/arc.h"
#include "geo/geo_test.h"

#include <math.h>

static void put(double p[3][2], const double from[2], const double over[2], const double to[2])
{
    for (int k = 0; k < 2; k++) {
        p[0][k] = from[k];
        p[1][k] = over[k];
        p[2][k] = to[k];
    }
}

/* No chord is longer than 0.1 m or a twentieth of a degree, every end lies on the circle, and the chords go
 * the way that the middle point says, from the first point to the third. */
static void test_chords_keep_to_their_arc(void **state)
{
    (void)state;
    static const double radii[] = {0.02, 3, 40, 5000};
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++)
        for (int way = -1; way <= 1; way += 2) {
            double r = radii[i], p[3][2];
            const double from[2] = {37500000 + r, 4500000}, to[2] = {37500000 - r, 4500000};
            const double over[2] = {37500000, 4500000 + way * r};
            struct arc a;
            put(p, from, over, to);
            assert_true(arc_through((const double(*)[2])p, false, &a));
            assert_true(fabs(a.sweep - way * M_PI) < 1e-6);
            double x0 = from[0], y0 = from[1], twice = 0;
            for (size_t k = 1; k <= a.steps; k++) {
                double x = to[0], y = to[1];
                if (k < a.steps)
                    arc_point(&a, k, &x, &y);
                double chord = hypot(x - x0, y - y0);
                assert_true(fabs(hypot(x - 37500000, y - 4500000) - r) < 1e-7);
                assert_true(chord <= 0.1 + 1e-7 && chord <= 2 * r * sin(0.025 * M_PI / 180) + 1e-7);
                twice += (x0 - 37500000) * (y - 4500000) - (x - 37500000) * (y0 - 4500000);
                x0 = x;
                y0 = y;
            }
            /* half a circle: chords leave out at most 0.0025 m2, and less of a small one */
            double missing = M_PI * r * r / 2 - fabs(twice) / 2;
            assert_true(missing > -1e-4 * r && missing < fmin(0.0027, 1e-6 * r * r) + 1e-4 * r);
            assert_true(way * twice > 0);
        }
}

/* First and third point are one: a whole circle, its second point opposite. On a line there is no arc. */
static void test_whole_circles_and_lines(void **state)
{
    (void)state;
    const double whole[3][2] = {{107.5, 40.9}, {107.501, 40.9}, {107.5, 40.9}};
    const double line[3][2] = {{107.5, 40.9}, {107.501, 40.9}, {107.502, 40.9}};
    const double point[3][2] = {{107.5, 40.9}, {107.5, 40.9}, {107.5, 40.9}};
    struct arc a;
    assert_true(arc_through(whole, true, &a));
    assert_true(fabs(a.x - 107.5005) < 1e-12 && fabs(a.radius - 0.0005) < 1e-12 && a.sweep == 2 * M_PI);
    assert_true(a.steps >= 7200); /* a twentieth of a degree each */
    assert_false(arc_through(line, true, &a));
    assert_false(arc_through(point, true, &a));
}

/* Nearly straight, its circle is as large as a country: the number of chords stays bounded. */
static void test_chords_are_bounded(void **state)
{
    (void)state;
    const double flat[3][2] = {{0, 0}, {3e6, 1}, {6e6, 0}};
    const double far[3][2] = {{0, 0}, {1e300, 1e300}, {2e300, 0}};
    struct arc a;
    assert_true(arc_through(flat, false, &a));
    assert_true(a.steps <= ARC_STEPS_MAX);
    if (arc_through(far, false, &a))
        assert_true(a.steps <= ARC_STEPS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chords_keep_to_their_arc),
        cmocka_unit_test(test_whole_circles_and_lines),
        cmocka_unit_test(test_chords_are_bounded),
    };
    return cmocka_run_group_tests_name("arcs", tests, NULL, NULL);
}
