/* Filters in CQL2: what is read, what is refused and where, what a feature answers, and which box a filter
 * may be narrowed to. Comparisons with SQLite and shapely over whole layers are those of
 * tests/http/test_ogc_filter.py. */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One feature: a square of 111..112 by 40..41, and a value of each type; `gone` is null. */
enum { GEOMETRY, NAME, AREA, MADE, DAY, MOMENT, GONE, N_QUERYABLES };
static const struct filter_queryable queryables[N_QUERYABLES] = {
    [GEOMETRY] = {"geometry", FILTER_GEOMETRY},
    [NAME] = {"name", FILTER_TEXT},
    [AREA] = {"area", FILTER_NUMBER},
    [MADE] = {"made", FILTER_BOOLEAN},
    [DAY] = {"day", FILTER_DAY},
    [MOMENT] = {"moment", FILTER_TIME},
    [GONE] = {"gone", FILTER_TEXT},
};
static const struct filter_value values[N_QUERYABLES] = {[NAME] = {"红线a%", 0},
                                                         [AREA] = {NULL, 12.5},
                                                         [MADE] = {NULL, 1},
                                                         [DAY] = {"2024-02-29", 0},
                                                         [MOMENT] = {"2024-02-29T12:00:00.5Z", 0}};

static bool value_of(void *user, size_t i, struct filter_value *out)
{
    (void)user;
    *out = values[i];
    return i != GONE;
}

static const struct filter_feature feature = {
    .id = 1,
    .value = value_of,
    .geojson = "{\"type\":\"Polygon\",\"coordinates\":[[[111,40],[112,40],[112,41],[111,41],[111,40]]]}"};

struct fixture {
    struct arena *arena;
    struct geo_transformer *transformer;
    struct filter *filter;
    struct error error;
};

static int begin(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    x->arena = arena_new(1 << 20);
    *state = x;
    return geo_transformer_new(&x->transformer, NULL) != STATUS_OK;
}

static int end(void **state)
{
    struct fixture *x = *state;
    filter_free(x->filter);
    geo_transformer_free(x->transformer);
    arena_free(x->arena);
    free(x);
    return 0;
}

static enum status make(struct fixture *x, const char *text, bool json)
{
    struct cql2_node *tree = NULL;
    struct crs_named crs84 = crs_named_at(0);
    filter_free(x->filter);
    x->filter = NULL;
    arena_reset(x->arena);
    enum status s = json ? cql2_read_json(text, x->arena, &tree, &x->error)
                         : cql2_read_text(text, x->arena, &tree, &x->error);
    if (!s)
        s = filter_new(queryables, N_QUERYABLES, &x->filter, &x->error);
    return s ? s : filter_add(x->filter, tree, &crs84, x->transformer, &x->error);
}

static bool matches(struct fixture *x, const char *text)
{
    bool yes = false;
    if (make(x, text, *text == '{') || filter_matches(x->filter, &feature, &yes, &x->error))
        fail_msg("%s: %s", text, x->error.en);
    return yes;
}

static void answers_of_one_feature(void **state)
{
    static const char *const yes[] = {
        "area = 12.5",
        "area between 12.5 and 13",
        "made = true AND NOT made = FALSE",
        "name LIKE '红线%'",
        "name LIKE '_线a\\%'",
        "name LIKE '%\\%'",
        "day = DATE('2024-02-29') AND day > '2024-02-28'",
        "moment > TIMESTAMP('2024-02-29T12:00:00Z')",
        "moment < TIMESTAMP('2024-02-29T12:00:00.51Z')",
        "gone IS NULL",
        "T_DURING(day, INTERVAL('2024-02-28', '..'))",
        "T_INTERSECTS(INTERVAL('..','..'), moment)",
        "S_INTERSECTS(geometry, POINT(112 41))",
        "S_WITHIN(geometry, BBOX(110,39,113,42))",
        "S_EQUALS(geometry, geometry)",
        "{\"op\":\"s_contains\",\"args\":[{\"property\":\"geometry\"},{\"type\":\"Point\",\"coordinates\":["
        "111.5,"
        "40.5,9]}]}",
    };
    static const char *const no[] = {
        "area <> 12.5",        "name = '红线A%'",
        "name LIKE '红线\\%'", "S_DISJOINT(geometry, POINT(112 41))",
        "day < '2024-02-29'",  "false OR area < 1",
    };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!matches(*state, yes[i]))
            fail_msg("should match: %s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (matches(*state, no[i]))
            fail_msg("should not match: %s", no[i]);
}

/* What is null is neither equal nor unequal, and its contrary is not true, either: a feature without a value
 * must not slip in as if it had one. */
static void null_is_unknown(void **state)
{
    static const char *const unknown[] = {"gone = 'x'",          "gone <> 'x'",         "NOT gone = 'x'",
                                          "gone LIKE '%'",       "NOT gone IN ('x')",   "gone IN (name)",
                                          "gone = 'x' AND true", "gone = 'x' OR false", "name = gone"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (matches(*state, unknown[i]))
            fail_msg("should be unknown: %s", unknown[i]);
    assert_true(matches(*state, "gone = 'x' OR true"));
    assert_true(matches(*state, "NOT (gone = 'x' AND false)"));
}

static void refuse(struct fixture *x, const char *text, const char *code, const char *place)
{
    if (make(x, text, *text == '{') == STATUS_OK)
        fail_msg("should be refused: %s", text);
    assert_string_equal(x->error.code, code);
    if (!strstr(x->error.en, place))
        fail_msg("%s: %s does not name %s", text, x->error.en, place);
}

static void the_place_is_named(void **state)
{
    refuse(*state, "名 = 3", "unknown-property", "character 1:");
    refuse(*state, "name = 'x' AND 名 = 3", "unknown-property", "character 16:");
    refuse(*state, "name = 红", "unknown-property", "character 8:");
    refuse(*state, "area = ", "bad-filter", "character 8: the text ends");
    refuse(*state, "area = 1 2", "bad-filter", "character 10:");
    refuse(*state, "area = 1 and\n area = 'x", "bad-filter", "character 22:");
    refuse(*state, "area = \xFF", "bad-filter", "character 8:");
    refuse(*state, "CASEI(name) = 'x'", "filter-unsupported", "CASEI");
    refuse(*state, "area = 1 + 1", "filter-unsupported", "\"+\"");
    refuse(*state, "1 = (area % 2)", "filter-unsupported", "character 5: \"(\"");
    refuse(*state, "area = -area", "filter-unsupported", "character 8: \"-\"");
    refuse(*state, "area = -", "bad-filter", "character 8:");
    refuse(*state, "{\"op\":\"not\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"x\"},1]}]}",
           "unknown-property", "/args/0/args/0");
}

/* Depth is counted in every way of nesting: parentheses, NOT, collections of geometries, and JSON. */
static void depth_and_length_are_limited(void **state)
{
    struct fixture *x = *state;
    static const char *const openers[] = {"(", "NOT ", "NOT (", "S_INTERSECTS(geometry, GEOMETRYCOLLECTION("};
    char text[CQL2_BYTES_MAX + 64];
    for (size_t o = 0; o < 4; o++) {
        size_t n = 0, each = strlen(openers[o]);
        const char *opener = o == 3 ? "GEOMETRYCOLLECTION(" : openers[o];
        n += (size_t)snprintf(text, sizeof text, "%s", o == 3 ? openers[o] : "");
        each = strlen(opener);
        for (; n + each < CQL2_BYTES_MAX; n += each)
            snprintf(text + n, sizeof text - n, "%s", opener);
        refuse(x, text, "filter-too-deep", "32");
    }
    for (size_t n = 0; n < CQL2_BYTES_MAX - 20; n += 20)
        snprintf(text + n, sizeof text - n, "{\"op\":\"not\",\"args\":[");
    assert_int_not_equal(make(x, text, true), STATUS_OK);
    memset(text, ' ', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    refuse(x, text, "filter-too-long", "8192");
    memcpy(text + CQL2_BYTES_MAX - 4, "true", 5);
    assert_true(matches(x, text));
}

/* Only where every match must lie in the box of a literal may the index leave features out. */
static void boxes_that_narrow(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *text;
        double west_deg; /* 0: none */
    } cases[] = {
        {"S_INTERSECTS(geometry, BBOX(110,39,113,42))", 110},
        {"area > 1 AND (name = 'x' AND S_WITHIN(geometry, BBOX(109,39,113,42)))", 109},
        {"S_CONTAINS(POLYGON((108 39,113 39,113 42,108 39)), geometry)", 108},
        {"S_INTERSECTS(geometry, BBOX(100,30,120,50)) AND S_TOUCHES(geometry, POINT(107 40))", 107},
        {"S_DISJOINT(geometry, BBOX(110,39,113,42))", 0},
        {"NOT S_INTERSECTS(geometry, BBOX(110,39,113,42))", 0},
        {"S_INTERSECTS(geometry, BBOX(110,39,113,42)) OR area > 1", 0},
        {"S_INTERSECTS(POINT(1 1), BBOX(110,39,113,42))", 0},
        {"S_INTERSECTS(geometry, geometry)", 0},
        {"area > 1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct geo_box box = {0};
        assert_int_equal(make(x, cases[i].text, false), STATUS_OK);
        assert_int_equal(filter_box(x->filter, &box), cases[i].west_deg != 0);
        assert_true(box.west_deg == cases[i].west_deg);
        assert_int_equal(filter_needs_geometry(x->filter), strstr(cases[i].text, "geometry") != NULL);
    }
}

/* A feature whose geometry cannot be read is a failure that names it, never one that does not match. */
static void a_broken_geometry_is_told(void **state)
{
    struct fixture *x = *state;
    struct filter_feature broken = feature, without = feature;
    bool yes;
    broken.id = 4711;
    broken.geojson = NULL;
    broken.wkb = "no";
    broken.wkb_size = 2;
    assert_int_equal(make(x, "S_INTERSECTS(geometry, POINT(1 1))", false), STATUS_OK);
    assert_int_equal(filter_matches(x->filter, &broken, &yes, &x->error), STATUS_CORRUPT);
    assert_non_null(strstr(x->error.en, "4711"));
    without.geojson = NULL;
    assert_int_equal(filter_matches(x->filter, &without, &yes, &x->error), STATUS_OK);
    assert_false(yes);
    assert_int_equal(make(x, "geometry IS NULL", false), STATUS_OK);
    assert_int_equal(filter_matches(x->filter, &without, &yes, &x->error), STATUS_OK);
    assert_true(yes);
}

static void days_and_times(void **state)
{
    (void)state;
    double v;
    assert_true(cql2_day("1970-01-01", &v) && v == 0);
    assert_true(cql2_day("2000-03-01", &v) && v == 11017);
    assert_true(cql2_day("1900-03-01", &v) && v == -25508);
    assert_true(cql2_time("1970-01-02T00:00:01.25Z", &v) && v == 86401.25);
    static const char *const wrong[] = {"",
                                        "2024-02-30",
                                        "2023-02-29",
                                        "2024-1-1",
                                        "2024-01-01T",
                                        "2024-01-01T00:00:00",
                                        "2024-01-01T24:00:00Z",
                                        "2024-01-01T00:00:00.Z",
                                        "2024-01-01T00:00:00+08:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(cql2_day(wrong[i], &v));
        assert_false(cql2_time(wrong[i], &v));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_of_one_feature, begin, end),
        cmocka_unit_test_setup_teardown(null_is_unknown, begin, end),
        cmocka_unit_test_setup_teardown(the_place_is_named, begin, end),
        cmocka_unit_test_setup_teardown(depth_and_length_are_limited, begin, end),
        cmocka_unit_test_setup_teardown(boxes_that_narrow, begin, end),
        cmocka_unit_test_setup_teardown(a_broken_geometry_is_told, begin, end),
        cmocka_unit_test(days_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
