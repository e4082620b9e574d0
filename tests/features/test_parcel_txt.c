/* 国土TXT files as they are met: each sample and each wild variant is read, and each guess is told. */
#include "features/parcel_test.h"

/* 400 m x 300 m in the grid is 119988.2068 m^2 on the ellipsoid (the standard's worked case). */
#define SQUARE_M2 119988.2068

static void test_sample_a_gbk_with_a_hole(void **state)
{
    struct parcel_set set = accept_sample(*state, "a_gbk_hole_prefix37.txt");
    assert_clean(&set);
    assert_int_equal(set.format, PARCEL_FORMAT_TXT);
    assert_int_equal(set.n_parcels, 1);
    const struct parcel *p = &set.parcels[0];
    assert_string_equal(p->id, "15010201");
    assert_string_equal(p->name, "示例地块一");
    assert_string_equal(p->use, "工业用地");
    assert_int_equal(p->crs.epsg, 4525);
    assert_int_equal(p->shape.n_polygons, 1);
    assert_int_equal(p->shape.n_rings, 2);
    assert_int_equal(p->declared_points, 10);
    assert_int_equal(p->delivered_points, 10);
    test_assert_near(p->declared_area_m2, 109989, 1e-6, "hectares by the rule");
    assert_area(&set, 0, 109989.19, 0.05);
    assert_non_null(strstr(set.crs_note, "第37带"));
    assert_true(p->shape.box.west_deg > 111.7 && p->shape.box.north_deg < 40.9);
}

/* The encoding must not change a single bit of the geometry. */
static void test_sample_b_utf8_with_mark_is_the_same_parcel(void **state)
{
    struct parcel_set a = accept_sample(*state, "a_gbk_hole_prefix37.txt");
    struct parcel_set b = accept_sample(*state, "b_utf8bom_hole.txt");
    assert_clean(&b);
    assert_string_equal(a.parcels[0].name, b.parcels[0].name);
    assert_int_equal(a.parcels[0].shape.n_vertices, b.parcels[0].shape.n_vertices);
    assert_memory_equal(a.parcels[0].shape.lon_deg, b.parcels[0].shape.lon_deg,
                        a.parcels[0].shape.n_vertices * sizeof(double));
    assert_memory_not_equal(a.sha256, b.sha256, SHA256_BYTES);
}

static void test_sample_c_open_ring_without_prefix(void **state)
{
    struct parcel_set set = accept_sample(*state, "c_utf8_lf_open_noprefix_noJ.txt");
    assert_int_equal(set.n_warnings, 1);
    assert_warned(&set, "ring-closed");
    assert_int_equal(set.parcels[0].crs.epsg, 4546);
    assert_int_equal(set.parcels[0].delivered_points, 5);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    assert_non_null(strstr(set.crs_note, "文中所写的带号"));
}

/* 圈号 2 is a second outer ring here: only position tells a part from a hole. */
static void test_sample_d_second_ring_is_a_part(void **state)
{
    struct parcel_set set = accept_sample(*state, "d_multipart_qh2_is_outer_restart.txt");
    assert_clean(&set);
    assert_int_equal(set.parcels[0].shape.n_polygons, 2);
    assert_int_equal(set.parcels[0].shape.n_rings, 2);
    assert_area(&set, 0, 122487.9, 1);
}

static void test_sample_e_swapped_axes(void **state)
{
    struct parcel_set set = accept_sample(*state, "e_swapped_xy.txt");
    assert_int_equal(set.n_warnings, 1);
    assert_warned(&set, "axes-swapped");
    assert_area(&set, 0, SQUARE_M2, 0.05);
    test_assert_near(set.parcels[0].declared_area_m2, 119988, 1e-6, "公顷 in the cell");
}

static void test_every_encoding_reads_alike(void **state)
{
    static const char *const encodings[] = {"GB18030", "GBK", "UTF-16LE", "UTF-16BE", "UTF-16"};
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        size_t n;
        struct parcel_set set;
        struct error e;
        char *bytes = encode(TXT_HEAD TXT_PLOT TXT_SQUARE, encodings[i], &n);
        test_assert_ok(parse_bytes(*state, bytes, n, &set, &e), &e);
        assert_string_equal(set.parcels[0].name, "示例地块");
        free(bytes);
    }
}

/* Texts that all mean the square of sample a's outer ring, and the warning that each earns (NULL: none). */
static void test_wild_variants(void **state)
{
#define NO_PREFIX_SQUARE                                                                                     \
    "1,1,4520000,563000\n2,1,4520000,563400\n3,1,4520300,563400\n4,1,4520300,563000\n1,1,4520000,563000\n"
    const struct {
        const char *what, *text, *warning;
    } variants[] = {
        {"as the rule has it", TXT_HEAD TXT_PLOT TXT_SQUARE, NULL},
        {"full-width brackets, commas, digits and key",
         "【属性描述】\n坐标系＝2000国家大地坐标系\n带号＝３７\n［地块坐标］\n５，１１．９９８８，P1，示例，"
         "面，，，，＠\n"
         "Ｊ１，1，4520000，３７563000\nJ2，1，4520000，37563400\nJ3，1，4520300，37563400\nJ4，1，4520300．0"
         "，37563000\nJ1，1，4520000，37563000\n",
         NULL},
        {"old Mac line ends",
         "[属性描述]\r坐标系=2000国家大地坐标系\r[地块坐标]\r4,,P1,,面,,,,@\r1,1,4520000,37563000\r2,1,"
         "4520000,"
         "37563400\r3,1,4520300,37563400\r4,1,4520300,37563000\r1,1,4520000,37563000\r",
         NULL},
        {"blank lines and blanks around everything",
         " \n　[属性描述]\n 坐标系 = 2000国家大地坐标系 \n\n[地块坐标] \n\n 5 , 11.9988 , P1 , 示例 , 面 , , "
         ", , @ \n\n J1 , 1 , 4520000 , 37563000 \n"
         "J2,1,4520000,37563400\n\nJ3,1,4520300,37563400\nJ4,1,4520300,37563000\nJ1,1,4520000,37563000 "
         "\n\x1a",
         NULL},
        {"unknown keys, key typo, unknown section",
         "[其他信息]\n备注=a=b\n[属性描述]\n坐标系=2000国家大地坐标系\n转换坐标=,,,,,,\n别的=1\n[地块坐标]"
         "\n" TXT_PLOT TXT_SQUARE,
         NULL},
        {"分带=3度带, no prefix, 带号 in words",
         "[属性描述]\n坐标系=CGCS2000\n分带=3度带\n带号=第37带\n[地块坐标]\n" TXT_PLOT NO_PREFIX_SQUARE,
         NULL},
        {"zeros as transformation parameters",
         "[属性描述]\n坐标系=2000国家大地坐标系\n转换参数=0,0,0,0,0,0,0\n[地块坐标]\n" TXT_PLOT TXT_SQUARE,
         NULL},
        {"seven parameters",
         "[属性描述]\n坐标系=2000国家大地坐标系\n转换参数=12.5,-3,7,0,0,0,1\n[地块坐标]\n" TXT_PLOT
             TXT_SQUARE,
         "parameters-unused"},
        {"no datum", "[属性描述]\n带号=37\n[地块坐标]\n" TXT_PLOT TXT_SQUARE, "datum-assumed"},
        {"no header at all", TXT_PLOT TXT_SQUARE, "section-missing"},
        {"a header without [地块坐标]", "[属性描述]\n坐标系=2000国家大地坐标系\n" TXT_PLOT TXT_SQUARE,
         "section-missing"},
        {"points without a plot row", "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n" TXT_SQUARE,
         "plot-row-missing"},
        {"8 columns", TXT_HEAD "5,11.9988,P1,示例,面,,工业用地,@\n" TXT_SQUARE, NULL},
        {"14 columns", TXT_HEAD "5,11.9988,P1,示例,面,,工业用地,0601,1,2,3,4,备注,@\n" TXT_SQUARE,
         "plot-row-columns"},
        {"@ against the last cell", TXT_HEAD "5,11.9988,P1,示例,面,,工业用地,0601@\n" TXT_SQUARE, NULL},
        {"commas after @", TXT_HEAD "5,11.9988,P1,示例,面,,工业用地,0601,@,,\n" TXT_SQUARE, NULL},
        {"no ring numbers",
         TXT_HEAD TXT_PLOT
         "J1,4520000,37563000\nJ2,4520000,37563400\nJ3,4520300,37563400\nJ4,4520300,37563000\n",
         "point-no-ring"},
        {"a height behind",
         TXT_HEAD TXT_PLOT
         "J1,1,4520000,37563000,1063\nJ2,1,4520000,37563400,1063\nJ3,1,4520300,37563400,1063\n"
         "J4,1,4520300,37563000,1063\nJ1,1,4520000,37563000,1063\n",
         "point-extra-columns"},
        {"a comma behind",
         TXT_HEAD TXT_PLOT "J1,1,4520000,37563000,\nJ2,1,4520000,37563400,\nJ3,1,4520300,37563400,\n"
                           "J4,1,4520300,37563000,\nJ1,1,4520000,37563000,\n",
         NULL},
        {"clockwise",
         TXT_HEAD TXT_PLOT
         "J1,1,4520000,37563000\nJ2,1,4520300,37563000\nJ3,1,4520300,37563400\nJ4,1,4520000,37563400\n"
         "J1,1,4520000,37563000\n",
         NULL},
        {"closed to the millimetre only",
         TXT_HEAD TXT_PLOT "J1,1,4520000,37563000\nJ2,1,4520000,37563400\nJ3,1,4520300,37563400\n"
                           "J4,1,4520300,37563000\nJ1,1,4520000.001,37563000\n",
         "ring-closed-nearly"},
        {"closing row twice",
         TXT_HEAD "6,11.9988,P1,示例,面,,,,@\n" TXT_SQUARE "J1,1,4520000.000,37563000.000\n", NULL},
        {"more rows than declared", TXT_HEAD "3,11.9988,P1,示例,面,,,,@\n" TXT_SQUARE,
         "declared-points-differ"},
        {"declared without the closing row", TXT_HEAD "4,11.9988,P1,示例,面,,,,@\n" TXT_SQUARE, NULL},
        {"declared area off by 2 %", TXT_HEAD "5,11.76,P1,示例,面,,,,@\n" TXT_SQUARE,
         "declared-area-differs"},
        {"declared area in m2 without saying so", TXT_HEAD "5,119990,P1,示例,面,,,,@\n" TXT_SQUARE,
         "declared-area-unit"},
        {"declared area in mu, said", TXT_HEAD "5,179.98亩,P1,示例,面,,,,@\n" TXT_SQUARE, NULL},
        {"declared area in m2, said", TXT_HEAD "5,119988㎡,P1,示例,面,,,,@\n" TXT_SQUARE, NULL},
        {"declared area no number", TXT_HEAD "5,约12,P1,示例,面,,,,@\n" TXT_SQUARE, "declared-area-text"},
        {"no area", TXT_HEAD "5,,P1,示例,面,,,,@\n" TXT_SQUARE, NULL},
        {"colons for equals signs",
         "[属性描述]\n坐标系：2000国家大地坐标系\n几度分带:3\n带号：37\n[地块坐标]\n" TXT_PLOT
             NO_PREFIX_SQUARE,
         NULL},
        {"a zone in the name of the CRS",
         "[属性描述]\n坐标系=CGCS2000_3_Degree_GK_Zone_37\n[地块坐标]\n" TXT_PLOT NO_PREFIX_SQUARE, NULL},
        {"a central meridian in the name of the CRS",
         "[属性描述]\n坐标系=CGCS2000_3_Degree_GK_CM_111E\n[地块坐标]\n" TXT_PLOT NO_PREFIX_SQUARE, NULL},
        {"a central meridian instead of a zone",
         "[属性描述]\n坐标系=2000国家大地坐标系\n中央经线=111度\n[地块坐标]\n" TXT_PLOT NO_PREFIX_SQUARE,
         NULL},
        {"a central meridian of 6 degrees",
         "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=6\n中央子午线:111\n[地块坐标]\n" TXT_PLOT
             NO_PREFIX_SQUARE,
         NULL},
        {"both, agreeing",
         "[属性描述]\n坐标系=2000国家大地坐标系\n带号=37\n中央经线=111\n[地块坐标]\n" TXT_PLOT
             NO_PREFIX_SQUARE,
         NULL},
        {"converted from the old datum, as a remark",
         "[属性描述]\n备注=由1980西安坐标系转换\n坐标系=2000国家大地坐标系\n[地块坐标]\n" TXT_PLOT TXT_SQUARE,
         NULL},
        {"rules and remarks between rows",
         TXT_HEAD "# 第一块\n----------\n" TXT_PLOT TXT_SQUARE "==========\n// 完\n", NULL},
        {"quoted cells",
         TXT_HEAD "5,11.9988,\"P1\",\"示例\",面,,,,@\n\"J1\",\"1\",\"4520000\",\"37563000\"\n"
                  "\"J2\",\"1\",\"4520000\",\"37563400\"\n\"J3\",\"1\",\"4520300\",\"37563400\"\n"
                  "\"J4\",\"1\",\"4520300\",\"37563000\"\n\"J1\",\"1\",\"4520000\",\"37563000\"\n",
         NULL},
        {"zero-width spaces of a web page",
         TXT_HEAD TXT_PLOT
         "J1,1,\u200b4520000,37563000\nJ2,1,4520000,37563400\u200b\n\ufeffJ3,1,4520300,37563400\n"
         "J4,1,4520300,37563000\nJ1,1,4520000,37563000\n",
         NULL},
        {"labels of all kinds",
         TXT_HEAD TXT_PLOT "JZD-1,,4520000,37563000\nJZD-2,,4520000,37563400\nJZD-3,,4520300,37563400\n"
                           "JZD-4,,4520300,37563000\nJZD-1,,4520000,37563000\n",
         NULL},
        {"6-degree zone by prefix",
         "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=6\n[地块坐标]\n" TXT_PLOT
         "1,1,4520000,19563000\n2,1,4520000,19563400\n3,1,4520300,19563400\n4,1,4520300,19563000\n1,1,"
         "4520000,19563000\n",
         NULL},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        struct parcel_set set;
        struct error e;
        const char *text = variants[i].text;
        if (parse_bytes(*state, text, strlen(text), &set, &e) != STATUS_OK)
            fail_msg("%s: %s", variants[i].what, e.en);
        assert_int_equal(set.n_parcels, 1);
        test_assert_near(geo_shape_area_m2(&set.parcels[0].shape), SQUARE_M2, 0.05, variants[i].what);
        if (variants[i].warning && count_warnings(&set, variants[i].warning) == 0)
            fail_msg("%s: no warning %s", variants[i].what, variants[i].warning);
        if (!variants[i].warning && set.n_warnings)
            fail_msg("%s: unexpected warning %s", variants[i].what, set.warnings[0].en);
    }
}

static void append_square(char *text, const char *qh, int first, double south, double west, double size,
                          bool closed)
{
    const double at[5][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}};
    for (int i = 0; i < 4 + closed; i++)
        sprintf(text + strlen(text), "J%d,%s,%.3f,%.3f\n", first + i % 4, qh, south + at[i][0] * size,
                west + at[i][1] * size);
}

/* Outer, hole, island in the hole, hole in the island: depth alone decides, whatever order and numbers
 * they come in. */
static void test_nesting_by_even_odd(void **state)
{
    static const double size[4] = {400, 300, 200, 100};
    static const int order[3][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    for (int k = 0; k < 3; k++) {
        char text[4096] = TXT_HEAD TXT_PLOT_UNCOUNTED;
        for (int i = 0; i < 4; i++) {
            double s = size[order[k][i]];
            char qh[12];
            snprintf(qh, sizeof qh, "%d", i + 1);
            append_square(text, qh, 1 + 4 * i, 4520200 - s / 2, 37563200 - s / 2, s, true);
        }
        struct parcel_set set = accept_text(*state, text);
        assert_int_equal(set.parcels[0].shape.n_polygons, 2);
        assert_int_equal(set.parcels[0].shape.n_rings, 4);
        assert_area(&set, 0, (160000 - 90000 + 40000 - 10000) * (SQUARE_M2 / 120000), 2);
    }
}

/* Old writers keep 圈号 at 1: a ring ends where it closes, or where the numbers start again. */
static void test_rings_told_by_closing_or_numbers(void **state)
{
    char closing[4096] = TXT_HEAD TXT_PLOT_UNCOUNTED;
    append_square(closing, "1", 1, 4520000, 37563000, 400, true);
    append_square(closing, "1", 5, 4520100, 37563100, 100, true);
    char restart[4096] = TXT_HEAD TXT_PLOT_UNCOUNTED;
    append_square(restart, "1", 1, 4520000, 37563000, 400, false);
    append_square(restart, "1", 1, 4520100, 37563100, 100, false);
    const char *texts[2] = {closing, restart};
    for (int i = 0; i < 2; i++) {
        struct parcel_set set = accept_text(*state, texts[i]);
        assert_warned(&set, "ring-inferred");
        assert_int_equal(set.parcels[0].shape.n_polygons, 1);
        assert_int_equal(set.parcels[0].shape.n_rings, 2);
        assert_area(&set, 0, 150000 * (SQUARE_M2 / 120000), 2);
    }
}

/* A hole that touches the outer ring at one point is still a hole: the point on the boundary must not
 * decide. */
static void test_hole_that_touches_its_outer_ring(void **state)
{
    struct parcel_set set = accept_text(
        *state, TXT_HEAD
        "0,,P1,,面,,,,@\n" TXT_SQUARE
        "J5,2,4520000,37563200\nJ6,2,4520100,37563150\nJ7,2,4520100,37563250\nJ5,2,4520000,37563200\n");
    assert_int_equal(set.parcels[0].shape.n_polygons, 1);
    assert_int_equal(set.parcels[0].shape.n_rings, 2);
}

static void test_several_plots_and_repeated_ids(void **state)
{
    char text[8192] = TXT_HEAD;
    static const char *const ids[4] = {"A", "B", "A", ""};
    for (int i = 0; i < 4; i++) {
        sprintf(text + strlen(text), "5,,%s,地块%d,面,,,,@\n", ids[i], i + 1);
        append_square(text, "1", 1, 4520000 + 1000 * i, 37563000, 100 * (i + 1), true);
    }
    struct parcel_set set = accept_text(*state, text);
    assert_int_equal(set.n_parcels, 4);
    assert_int_equal(count_warnings(&set, "parcel-id-repeated"), 1);
    assert_string_equal(set.parcels[1].id, "B");
    assert_string_equal(set.parcels[3].id, "4"); /* its place in the file, when it has no id */
    for (size_t i = 0; i < 4; i++)
        assert_area(&set, i, 1e4 * (double)((i + 1) * (i + 1)) * (SQUARE_M2 / 120000), 2);
}

/* Two files glued together: the second header's zone holds for the second's plots. */
static void test_glued_files_keep_their_zones(void **state)
{
    struct parcel_set set = accept_text(
        *state,
        "[属性描述]\n坐标系=2000国家大地坐标系\n带号=37\n[地块坐标]\n0,,P1,,面,,,,@\n" NO_PREFIX_SQUARE
        "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n[地块坐标]\n0,,P2,,面,,,,@\n" NO_PREFIX_SQUARE);
    assert_warned(&set, "several-zones");
    assert_int_equal(set.parcels[0].crs.zone, 37);
    assert_int_equal(set.parcels[1].crs.zone, 38);
    test_assert_near(set.parcels[1].shape.box.west_deg - set.parcels[0].shape.box.west_deg, 3, 1e-9,
                     "three degrees");
}

/* A comma in a name must not shift the columns behind it. */
static void test_full_width_comma_in_a_name(void **state)
{
    struct parcel_set set =
        accept_text(*state, TXT_HEAD "5,11.9988,P1,一期，（东区）,面,,住宅用地,0701,@\n" TXT_SQUARE);
    assert_string_equal(set.parcels[0].name, "一期，（东区）");
    assert_string_equal(set.parcels[0].use, "住宅用地");
}

/* Far from Inner Mongolia: legal, but an officer should hear of it. */
static void test_outside_the_region_is_told(void **state)
{
    struct parcel_set set = accept_text(
        *state, "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n0,,P1,,面,,,,@\n"
                "1,1,2520000,38563000\n2,1,2520000,38563400\n3,1,2520300,38563400\n1,1,2520000,38563000\n");
    assert_warned(&set, "outside-region");
}

/* Ten thousand guesses of one kind are twenty sentences and a count. */
static void test_warnings_are_bounded(void **state)
{
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    strcpy(text, TXT_HEAD);
    char *at = text;
    for (int i = 0; i < 500; i++) {
        at += strlen(at);
        sprintf(at, "4,,P%d,,面,,,,@\n", i);
        append_square(at, "1", 1, 4520000 + 20 * i, 37563000, 10, false);
    }
    struct parcel_set set = accept_text(*state, text);
    assert_int_equal(set.n_parcels, 500);
    assert_int_equal(count_warnings(&set, "ring-closed"), 21);
    assert_non_null(strstr(set.warnings[20].en, "480 more"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_sample_a_gbk_with_a_hole),
        parcel_test(test_sample_b_utf8_with_mark_is_the_same_parcel),
        parcel_test(test_sample_c_open_ring_without_prefix),
        parcel_test(test_sample_d_second_ring_is_a_part),
        parcel_test(test_sample_e_swapped_axes),
        parcel_test(test_every_encoding_reads_alike),
        parcel_test(test_wild_variants),
        parcel_test(test_nesting_by_even_odd),
        parcel_test(test_rings_told_by_closing_or_numbers),
        parcel_test(test_hole_that_touches_its_outer_ring),
        parcel_test(test_several_plots_and_repeated_ids),
        parcel_test(test_glued_files_keep_their_zones),
        parcel_test(test_full_width_comma_in_a_name),
        parcel_test(test_outside_the_region_is_told),
        parcel_test(test_warnings_are_bounded),
    };
    return cmocka_run_group_tests_name("parcel txt", tests, NULL, NULL);
}
