/* Numbers in JSON: a quick writer must not change a byte of what files and answers had before. */
#include "base/decimal.h"
#include "formats/geojson.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 20260131;

static uint64_t next_bits(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed ^ seed >> 29;
}

static void assert_as_printf(double v, int decimals)
{
    char ours[DECIMAL_SIZE], theirs[DECIMAL_SIZE];
    size_t n = decimal_fixed(v, decimals, ours);
    snprintf(theirs, sizeof theirs, "%.*f", decimals, v);
    assert_string_equal(ours, theirs);
    assert_int_equal(n, strlen(theirs));
}

/* Longitudes and latitudes, everything that a double can be, and numbers of few decimals, whose product is as
 * near to a half as can be. */
static void fixed_numbers_are_printfs(void **state)
{
    (void)state;
    static const double edges[] = {0,
                                   0.0,
                                   0.5,
                                   1.5,
                                   2.5,
                                   0.125,
                                   2.675,
                                   0.0005,
                                   1e-10,
                                   4.9e-10,
                                   5e-10,
                                   5.1e-10,
                                   0.99999999949999,
                                   0.9999999995,
                                   999999999.9999999,
                                   1e15,
                                   9.007199254740993e15,
                                   1e22,
                                   1.7e300,
                                   123456.5,
                                   112.123456789,
                                   5e-324,
                                   0.05,
                                   999999.9999995};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        for (int decimals = 0; decimals <= 9; decimals++) {
            assert_as_printf(edges[i], decimals);
            assert_as_printf(-edges[i], decimals);
        }
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_bits();
        double any;
        memcpy(&any, &bits, sizeof any);
        assert_as_printf(97 + (double)(next_bits() >> 11) * 0x1p-53 * 30, 9);
        assert_as_printf((double)(int64_t)(next_bits() % 4000001 - 2000000) / 2000, (int)(bits % 10));
        if (isfinite(any))
            assert_as_printf(any, (int)(bits >> 7 & 7));
    }
}

/* The position that is written in one piece is the one that was written number by number. */
static void a_position_reads_as_before(void **state)
{
    (void)state;
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_array_begin(&w);
    geojson_write_position(&w, 112.1, -0.0000000001, &(struct geojson_axes){.decimals = 9});
    geojson_write_position(&w, NAN, 45.5, &(struct geojson_axes){.decimals = 3});
    jw_array_end(&w);
    assert_string_equal(b.data, "[[112.100000000,-0.000000000],[null,45.500]]");
    buffer_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_numbers_are_printfs),
        cmocka_unit_test(a_position_reads_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
