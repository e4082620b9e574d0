/* A parcel context per test, and short ways to say "this text is accepted" and "this text is refused with
 * ...". */
#ifndef HX_TESTS_PARCEL_TEST_H
#define HX_TESTS_PARCEL_TEST_H

#include "geo/geo_test.h"

#include "base/file.h"
#include "features/parcel.h"
#include "geo/area.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

static inline int parcel_setup(void **state)
{
    static struct parcel_context c;
    struct error e;
    c.arena = arena_new((size_t)1 << 30);
    test_assert_ok(geo_transformer_new(&c.transformer, &e), &e);
    test_assert_ok(geo_geos_new(&c.geos, &e), &e);
    *state = &c;
    return 0;
}

static inline int parcel_teardown(void **state)
{
    struct parcel_context *c = *state;
    geo_transformer_free(c->transformer);
    geo_geos_free(c->geos);
    arena_free(c->arena);
    return 0;
}

#define parcel_test(name) cmocka_unit_test_setup_teardown(name, parcel_setup, parcel_teardown)

/* The bytes are parsed from a block of their own size, so that the sanitizers see a read past the end. */
static inline enum status parse_bytes(const struct parcel_context *c, const void *bytes, size_t n,
                                      struct parcel_set *set, struct error *e)
{
    void *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    enum status s = parcel_parse(c, copy, n, set, e);
    free(copy);
    return s;
}

static inline struct parcel_set accept_text(const struct parcel_context *c, const char *text)
{
    struct parcel_set set;
    struct error e;
    test_assert_ok(parse_bytes(c, text, strlen(text), &set, &e), &e);
    return set;
}

static inline struct error refuse_text(const struct parcel_context *c, const char *text, enum status want,
                                       const char *code)
{
    struct parcel_set set = {.n_parcels = 77};
    struct error e;
    test_assert_refused(parse_bytes(c, text, strlen(text), &set, &e), want, code, &e);
    assert_int_equal(set.n_parcels, 77); /* outputs only on OK */
    return e;
}

static inline struct parcel_set accept_sample(const struct parcel_context *c, const char *name)
{
    char path[512], *bytes;
    size_t n;
    struct parcel_set set;
    struct error e;
    snprintf(path, sizeof path, HX_SOURCE_DIR "/tests/features/samples/%s", name);
    test_assert_ok(file_read(path, 1 << 20, c->arena, &bytes, &n, &e), &e);
    test_assert_ok(parse_bytes(c, bytes, n, &set, &e), &e);
    return set;
}

static inline size_t count_warnings(const struct parcel_set *set, const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_warnings; i++)
        n += strcmp(set->warnings[i].code, code) == 0;
    return n;
}

static inline void assert_warned(const struct parcel_set *set, const char *code)
{
    if (count_warnings(set, code) == 0)
        fail_msg("no warning %s", code);
}

/* Accepted without any guess at all. */
static inline void assert_clean(const struct parcel_set *set)
{
    if (set->n_warnings)
        fail_msg("unexpected warning %s: %s", set->warnings[0].code, set->warnings[0].en);
}

static inline void assert_area(const struct parcel_set *set, size_t i, double want_m2, double tolerance_m2)
{
    assert_true(i < set->n_parcels);
    test_assert_near(geo_shape_area_m2(&set->parcels[i].shape), want_m2, tolerance_m2, set->parcels[i].id);
}

/* UTF-8 to another encoding; the caller frees. */
static inline char *encode(const char *text, const char *encoding, size_t *n)
{
    size_t left = strlen(text), room = left * 2 + 16;
    char *out = malloc(room), *at = out, *from = (char *)(uintptr_t)text;
    size_t room_left = room;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    assert_true(cd != (iconv_t)-1);
    assert_true(iconv(cd, &from, &left, &at, &room_left) != (size_t)-1);
    iconv_close(cd);
    *n = room - room_left;
    return out;
}

#define TXT_HEAD                                                                                                                                 \
    "[属性描述]\r\n格式版本号=1.01版本\r\n数据产生单位=示例测绘院\r\n坐标系=2000国家大地坐标系\r\n几度分带=" \
    "3\r\n"                                                                                                                                      \
    "投影类型=高斯克吕格\r\n计量单位=米\r\n带号=37\r\n精度=0.001\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n"
#define TXT_SQUARE                                                                                           \
    "J1,1,4520000.000,37563000.000\r\nJ2,1,4520000.000,37563400.000\r\nJ3,1,4520300.000,37563400.000\r\n"    \
    "J4,1,4520300.000,37563000.000\r\nJ1,1,4520000.000,37563000.000\r\n"
#define TXT_PLOT "5,11.9988,P1,示例地块,面,,工业用地,0601,@\r\n"
#define TXT_PLOT_UNCOUNTED ",,P1,示例地块,面,,工业用地,0601,@\r\n" /* declares neither points nor area */

#endif
