/* What is odd about a parcel is told, what has one meaning is dissolved, and what crosses or overlaps is
 * refused. */
#include "features/parcel_test.h"

#include "features/parcels.h"

#define P(id) ",,P" id ",示例,面,,,,@\r\n"
#define LEFT                                                                                                 \
    "1,1,4520000,37563000\n2,1,4520000,37563200\n3,1,4520300,37563200\n4,1,4520300,37563000\n1,1,4520000,"   \
    "37563000\n"
#define RIGHT                                                                                                \
    "1,2,4520000,37563200\n2,2,4520000,37563400\n3,2,4520300,37563400\n4,2,4520300,37563200\n1,2,4520000,"   \
    "37563200\n"
#define SQUARE_M2 119988.2068

static void test_parts_that_share_an_edge_are_merged(void **state)
{
    struct parcel_set set = accept_text(*state, TXT_HEAD P("1") LEFT RIGHT);
    assert_warned(&set, "parts-dissolved");
    assert_int_equal(set.parcels[0].shape.n_polygons, 1);
    assert_int_equal(set.parcels[0].shape.n_rings, 1);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    /* a common border whose middle point only one part has, rounded to a millimetre */
    set = accept_text(
        *state,
        TXT_HEAD P(
            "1") "1,1,4520000,37563000\n2,1,4520000,37563200\n3,1,4520300,37563200.5\n4,1,4520300,37563000\n"
                 "1,2,4520000,37563200\n2,2,4520000,37563400\n3,2,4520300,37563400\n4,2,4520300,37563200."
                 "5\n5,2,4520100,37563200.166\n");
    assert_warned(&set, "parts-dissolved");
    assert_area(&set, 0, SQUARE_M2, 0.1);
}

static void test_overlapping_parts_are_refused(void **state)
{
    refuse_text(*state,
                TXT_HEAD P("1") LEFT
                "1,2,4520000,37563190\n2,2,4520000,37563400\n3,2,4520300,37563400\n4,2,4520300,37563190\n",
                STATUS_INVALID_INPUT, "self-intersection");
    /* one centimetre over 300 m are 3 m2: no rounding */
    refuse_text(
        *state,
        TXT_HEAD P("1") LEFT
        "1,2,4520000,37563199.99\n2,2,4520000,37563400\n3,2,4520300,37563400\n4,2,4520300,37563199.99\n",
        STATUS_INVALID_INPUT, "self-intersection");
}

/* ESRI draws a hole that touches the border as part of the border; CAD cuts a slit to it. */
static void test_inverted_holes(void **state)
{
    struct parcel_set set = accept_text(
        *state,
        TXT_HEAD P(
            "1") "1,1,4520000,37563000\n2,1,4520000,37563200\n3,1,4520100,37563150\n4,1,4520100,37563250\n"
                 "5,1,4520000,37563200\n6,1,4520000,37563400\n7,1,4520300,37563400\n8,1,4520300,37563000\n");
    assert_warned(&set, "ring-touching-dissolved");
    assert_area(&set, 0, SQUARE_M2 - 4999.5, 1);
    set = accept_text(*state, TXT_HEAD P("1") "1,1,4520300,37563000\n2,1,4520000,37563000\n3,1,4520100,"
                                              "37563100\n4,1,4520200,37563100\n5,1,4520200,37563200\n"
                                              "6,1,4520100,37563200\n7,1,4520100,37563100\n8,1,4520000,"
                                              "37563000\n9,1,4520000,37563400\n10,1,4520300,37563400\n");
    assert_warned(&set, "ring-touching-dissolved");
    assert_int_equal(set.parcels[0].shape.n_rings, 2);
    assert_area(&set, 0, SQUARE_M2 - 9999, 1);
}

static void test_crossings_stay_refused(void **state)
{
    refuse_text(
        *state,
        TXT_HEAD P(
            "1") "1,1,4520000,37563000\n2,1,4520300,37563400\n3,1,4520300,37563000\n4,1,4520001,37563400\n",
        STATUS_INVALID_INPUT, "self-intersection");
    struct error e = refuse_text(
        *state,
        TXT_HEAD P(
            "1") "1,1,4520000,37563000\n2,1,4520000,37563400\n3,1,4520300,37563400\n4,1,4520300,37563100\n"
                 "5,1,4519999.9,37563100.1\n6,1,4520300,37563000\n",
        STATUS_INVALID_INPUT, "self-intersection");
    assert_non_null(strstr(e.zh, "北"));
}

static void test_odd_plots_are_told(void **state)
{
    const struct {
        const char *text, *code;
    } cases[] = {
        {TXT_HEAD P("1") "1,1,4520000,37563000\n2,1,4520000,37563400\n2,1,4520000,37563400\n3,1,4520300,"
                         "37563400\n1,1,4520000,37563000\n",
         "points-repeated"},
        {TXT_HEAD P("1") "1,1,4520000,37563000\n2,1,4520000,37563400\n3,1,4520000.004,37563400.004\n4,1,"
                         "4520300,37563400\n1,1,4520000,37563000\n",
         "edges-tiny"},
        {TXT_HEAD P("1") LEFT P("1") RIGHT, "parcel-id-repeated"},
        {TXT_HEAD P("1") LEFT P(
             "2") "1,1,4520000,37563100\n2,1,4520000,37563400\n3,1,4520300,37563400\n1,1,4520000,37563100\n",
         "plots-overlap"},
        {TXT_HEAD P(
             "1") "1,1,4520000,37800000\n2,1,4520000,37800400\n3,1,4520300,37800400\n1,1,4520000,37800000\n",
         "far-from-meridian"},
        {TXT_HEAD P(
             "1") "1,1,3320000,37563000\n2,1,3320000,37563400\n3,1,3320300,37563400\n1,1,3320000,37563000\n",
         "outside-region"},
        {TXT_HEAD "3,,P1,示例,面,,,,@\n" LEFT, "declared-points-differ"},
        {TXT_HEAD "4,5.6,P1,示例,面,,,,@\n" LEFT, "declared-area-differs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parcel_set set = accept_text(*state, cases[i].text);
        assert_warned(&set, cases[i].code);
    }
}

/* The area that two plots share is told to the report's unit; neighbours share none. */
static void test_overlap_area(void **state)
{
    struct parcel_set set = accept_text(*state, TXT_HEAD P("1") LEFT P("2") RIGHT);
    assert_int_equal(count_warnings(&set, "plots-overlap"), 0);
    set = accept_text(
        *state,
        TXT_HEAD P("1") LEFT P(
            "2") "1,1,4520000,37563199\n2,1,4520000,37563400\n3,1,4520300,37563400\n4,1,4520300,37563199\n");
    assert_warned(&set, "plots-overlap");
    for (size_t i = 0; i < set.n_warnings; i++)
        if (strcmp(set.warnings[i].code, "plots-overlap") == 0)
            assert_non_null(strstr(set.warnings[i].en, "\"P1\" and \"P2\" overlap by 299.9"));
}

static void test_many_plots_are_bounded(void **state)
{
    size_t room = 4 << 20, n = 0;
    char *text = malloc(room);
    n += (size_t)snprintf(text, room, "%s", TXT_HEAD);
    for (int i = 0; i < 12000; i++)
        n += (size_t)snprintf(text + n, room - n,
                              "4,,%d,示例,面,,,,@\n1,1,4520000,37563000\n2,1,4520000,37563400\n3,1,4520300,"
                              "37563400\n1,1,4520000,37563000\n",
                              i);
    struct parcel_set set = accept_text(*state, text);
    assert_int_equal(set.n_parcels, 12000);
    assert_warned(&set, "plots-not-compared");
    free(text);
}

/* A disk that fails is told as such: neither as a bad parcel, whose row would be kept, nor as a want of
 * memory. */
static void test_a_failure_of_the_machine_is_no_fault_of_a_parcel(void **state)
{
    const struct parcel_context *c = *state;
    static const struct feature_schema none = {.n = 0};
    const struct geo_crs degrees = {.kind = GEO_CRS_GEOGRAPHIC};
    const struct error disk = {STATUS_IO, "disk", "磁盘读取失败。", "The disk failed."},
                       bad = {STATUS_INVALID_INPUT, "bad", "图形有误。", "The shape is wrong."};
    struct feature f = {.position = 1, .schema = &none, .fault = &disk};
    struct feature_verdict v;
    struct feature_judge *j;
    struct error e = {0};
    test_assert_ok(feature_judge_new(c->transformer, c->geos, &j, &e), &e);
    assert_int_equal(feature_judge_parcel(j, &f, &degrees, c->arena, &v, &e), STATUS_IO);
    assert_string_equal(e.code, "disk");
    assert_non_null(strstr(e.zh, disk.zh));
    f.fault = &bad;
    test_assert_ok(feature_judge_parcel(j, &f, &degrees, c->arena, &v, &e), &e);
    assert_string_equal(v.fault->code, "bad");
    feature_judge_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_parts_that_share_an_edge_are_merged),
        parcel_test(test_overlapping_parts_are_refused),
        parcel_test(test_inverted_holes),
        parcel_test(test_crossings_stay_refused),
        parcel_test(test_odd_plots_are_told),
        parcel_test(test_overlap_area),
        parcel_test(test_many_plots_are_bounded),
        parcel_test(test_a_failure_of_the_machine_is_no_fault_of_a_parcel),
    };
    return cmocka_run_group_tests_name("parcel checks", tests, NULL, NULL);
}
