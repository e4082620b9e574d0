/* The one decision: what is known goes in, a CRS or the question comes out. */
#include "geo/crs/decide.h"
#include "geo/geo_test.h"

#include <string.h>

static struct crs_question box(double min_a, double max_a, double min_b, double max_b)
{
    return (struct crs_question){
        .n_points = 4, .min_a = min_a, .max_a = max_a, .min_b = min_b, .max_b = max_b};
}

static void ask(struct crs_question q, const char *code)
{
    struct crs_decision d;
    struct error e = {.status = STATUS_OK};
    enum status s = crs_decide(&q, &d, &e);
    test_assert_refused(s, e.status, code, &e);
}

static struct crs_decision decide(struct crs_question q, int epsg, enum crs_by by)
{
    struct crs_decision d;
    struct error e;
    test_assert_ok(crs_decide(&q, &d, &e), &e);
    assert_int_equal(d.crs.epsg, epsg);
    assert_int_equal(d.by, by);
    assert_true(d.note_zh[0] && d.note_en[0]);
    return d;
}

static enum status zone_37(void *self, int *epsg, struct error *e)
{
    (void)e;
    ++*(int *)self;
    *epsg = 4546;
    return STATUS_OK;
}

static void eastings_with_a_prefix_decide_themselves_and_say_so(void **state)
{
    (void)state;
    struct crs_question q = box(36461534, 36461669, 4534775, 4534908);
    assert_true(decide(q, 4524, CRS_BY_PREFIX).datum_assumed);
    q.given_epsg = 4525;
    ask(q, "zone-conflict");
    q = box(36461534, 37461669, 4534775, 4534908);
    ask(q, "zone-mixed");
    ask(box(13420000, 13421000, 4980000, 4981000), "crs-missing"); /* Web Mercator looks the same */
}

static void eastings_without_a_prefix_are_asked_about(void **state)
{
    (void)state;
    int asked = 0;
    struct crs_question q = box(461534, 461669, 4534775, 4534908);
    ask(q, "zone-missing");
    q.said.meridian_deg = 108;
    decide(q, 4545, CRS_BY_WORDS);
    q.said.zone = 37;
    ask(q, "zone-conflict");
    q.said = (struct crs_said){.zone = 0};
    q.zone_by_unit = zone_37;
    q.self = &asked;
    decide(q, 4546, CRS_BY_UNIT);
    assert_int_equal(asked, 1);
    q.given_epsg = 4545;
    decide(q, 4545, CRS_BY_GIVEN);
    assert_int_equal(asked, 1);
}

static void degrees_of_a_file_that_says_nothing_follow_the_rule_of_its_format(void **state)
{
    (void)state;
    struct crs_question q = box(107.54, 107.55, 40.94, 40.95);
    ask(q, "crs-missing");
    q.degrees = CRS_DEGREES_ASSUME;
    assert_true(decide(q, 4490, CRS_BY_FORMAT).datum_assumed);
    q.maybe_dd_mmss = true;
    ask(q, "dd-mmss");
    q.said.decimal_degrees = true;
    decide(q, 4490, CRS_BY_FORMAT);
    q = box(40.94, 40.95, 107.54, 107.55);
    q.degrees = CRS_DEGREES_ASSUME;
    ask(q, "axes-swapped");
    q.axes = CRS_AXES_EITHER;
    assert_true(decide(q, 4490, CRS_BY_FORMAT).first_is_north);
}

static void both_sides_of_a_contradiction_are_named(void **state)
{
    (void)state;
    struct crs_decision d;
    struct error e;
    struct crs_question q = box(107.54, 107.55, 40.94, 40.95);
    q.stated_epsg = 4490;
    q.given_epsg = 4525;
    test_assert_refused(crs_decide(&q, &d, &e), STATUS_INVALID_INPUT, "crs-conflict", &e);
    assert_true(strstr(e.zh, "4490") && strstr(e.zh, "4525") && strstr(e.en, "4490") && strstr(e.en, "4525"));
    q.given_epsg = 0;
    decide(q, 4490, CRS_BY_FILE);
    q.stated_epsg = 0;
    q.stated_name = "my own";
    q.degrees = CRS_DEGREES_STANDARD;
    test_assert_refused(crs_decide(&q, &d, &e), STATUS_INVALID_INPUT, "crs-missing", &e);
    assert_non_null(strstr(e.en, "my own"));
    q.stated_name = NULL;
    q.said.converted_from = CRS_DATUM_XIAN80;
    ask(q, "datum-unclear");
    q.said.datum = CRS_DATUM_CGCS2000;
    decide(q, 4490, CRS_BY_FORMAT);
}

static void the_option_takes_codes_and_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int epsg;
    } list[] = {{"EPSG:4525", 4525},
                {"4525", 4525},
                {"CGCS2000", 4490},
                {"CGCS2000 3度带37带", 4546},
                {"2000国家大地坐标系 中央经线111°", 4546},
                {"", 0},
                {NULL, 0}};
    int epsg;
    struct error e;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        test_assert_ok(crs_of_option(list[i].text, false, &epsg, &e), &e);
        assert_int_equal(epsg, list[i].epsg);
    }
    test_assert_refused(crs_of_option("2360", false, &epsg, &e), STATUS_UNSUPPORTED, "crs-datum-refused", &e);
    test_assert_ok(crs_of_option("2360", true, &epsg, &e), &e);
    test_assert_refused(crs_of_option("37带", false, &epsg, &e), STATUS_INVALID_INPUT, "crs-option", &e);
    test_assert_refused(crs_of_option("西安80", false, &epsg, &e), STATUS_UNSUPPORTED, "datum-refused", &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eastings_with_a_prefix_decide_themselves_and_say_so),
        cmocka_unit_test(eastings_without_a_prefix_are_asked_about),
        cmocka_unit_test(degrees_of_a_file_that_says_nothing_follow_the_rule_of_its_format),
        cmocka_unit_test(both_sides_of_a_contradiction_are_named),
        cmocka_unit_test(the_option_takes_codes_and_words),
    };
    return cmocka_run_group_tests_name("crs decide", tests, NULL, NULL);
}
