/* What the geo and parcel tests share: a fixed random sequence and shapes made from it. */
#ifndef HX_TESTS_GEO_TEST_H
#define HX_TESTS_GEO_TEST_H

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/shape.h"

#include <math.h>
#include <stdio.h>

/* splitmix64: the same numbers on every machine. */
static inline uint64_t test_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline double test_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(test_random(state) >> 11) * 0x1p-53;
}

static inline void test_assert_near(double got, double want, double tolerance, const char *what)
{
    if (fabs(got - want) <= tolerance)
        return;
    fail_msg("%s: got %.10f, want %.10f, off by %.3g (allowed %.3g)", what, got, want, got - want, tolerance);
}

static inline void test_assert_ok(enum status s, const struct error *e)
{
    if (s != STATUS_OK)
        fail_msg("%s: %s / %s", e->code, e->en, e->zh);
}

/* Every refusal must carry its code and a sentence in both languages. */
static inline void test_assert_refused(enum status got, enum status want, const char *code,
                                       const struct error *e)
{
    if (got == STATUS_OK)
        fail_msg("accepted, though it should be refused with %s", code);
    assert_string_equal(e->code, code);
    assert_int_equal(got, want);
    assert_int_equal(e->status, want);
    assert_true(e->zh[0] && e->en[0]);
}

/* A star-shaped ring of n points around a centre: never self-crossing, counter-clockwise, left open. */
static inline void test_star(struct geo_shape_builder *b, uint64_t *seed, double lon, double lat,
                             double radius_deg, int n)
{
    geo_shape_builder_ring(b);
    for (int i = 0; i < n; i++) {
        double angle = 2 * M_PI * (i + test_uniform(seed, 0.05, 0.95)) / n;
        double r = radius_deg * test_uniform(seed, 0.3, 1.0);
        geo_shape_builder_point(b, lon + r * cos(angle), lat + r * sin(angle));
    }
}

#endif
