/* The figures and sentences of the printed report: what they protect is said at each test. */
#include "report/report_parts.h"
#include "report/report_sample.h"
#include "report/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct report_table build(struct report_sample *s)
{
    struct report_table t;
    assert_int_equal(report_table_build(&s->report, NULL, s->arena, &t, NULL), STATUS_OK);
    return t;
}

static bool says(const struct texts *texts, const char *part)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strstr(texts->items[i].text, part))
            return true;
    return false;
}

static void assert_units(double v, int64_t expected)
{
    int64_t units = -1;
    assert_true(decimal_units(v, 2, &units));
    assert_int_equal(units, expected);
}

/* Halves go away from zero as they stand in decimal; hectares and mu follow from whole hundredths. */
static void test_rounding(void **state)
{
    (void)state;
    assert_units(2.675, 268); /* in binary a little less than the half */
    assert_units(1.005, 101);
    assert_units(8.345, 835);
    assert_units(-0.125, -13);
    assert_units(123456789.005, 12345678901);
    assert_units(0.004999, 0);
    int64_t units;
    assert_false(decimal_units(NAN, 2, &units));
    assert_false(decimal_units(INFINITY, 2, &units));
    assert_int_equal(decimal_divide(5, 10), 1);
    assert_int_equal(decimal_divide(-5, 10), -1);
    assert_int_equal(decimal_divide(4, 10), 0);
    char text[DECIMAL_SIZE];
    const struct figure f = {FIGURE_KNOWN, 1234550}; /* 12345.50 m2 */
    figure_ha(&f, text);
    assert_string_equal(text, "1.2346"); /* 1.23455 */
    figure_mu(&f, text);
    assert_string_equal(text, "18.52"); /* 18.51825 */
}

static int64_t column_sum(const struct report_table *t, int column)
{
    int64_t sum = 0;
    for (size_t i = 0; i < t->n_rows; i++)
        sum += t->rows[i].figures[column].cents;
    return sum;
}

static double random_area(double most)
{
    return most * ((double)rand() / RAND_MAX);
}

static void assert_near_raw(const struct figure *f, double raw)
{
    assert_int_equal(f->state, FIGURE_KNOWN);
    assert_true(fabs((double)f->cents / 100 - raw) < 0.0201); /* its rounding, and at most 0.01 of balance */
}

static void assert_balanced(const struct report_sample *s, const struct report_table *t)
{
    double total = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct figure *f = t->rows[i].figures;
        const struct parcel_report *r = &s->results[i];
        assert_int_equal(f[COLUMN_INSIDE].cents + f[COLUMN_OUTSIDE].cents, f[COLUMN_PARCEL].cents);
        assert_int_equal(f[COLUMN_CONCENTRATED].cents + f[COLUMN_FLEXIBLE].cents + f[COLUMN_SPECIAL].cents,
                         f[COLUMN_INSIDE].cents);
        assert_near_raw(&f[COLUMN_PARCEL], r->area_m2);
        assert_near_raw(&f[COLUMN_RED_LINE], r->layers[LINE_ECOLOGICAL_RED_LINE].area_m2);
        assert_near_raw(&f[COLUMN_INSIDE], r->layers[LINE_URBAN_DEVELOPMENT_BOUNDARY].area_m2);
        assert_true(f[COLUMN_OUTSIDE].cents >= 0);
        assert_true(f[COLUMN_RED_LINE].cents <= f[COLUMN_PARCEL].cents);
        total += r->area_m2;
    }
    for (int c = 0; c <= COLUMN_OUTSIDE; c++)
        assert_int_equal(column_sum(t, c), t->total.figures[c].cents);
    int64_t rounded = 0;
    assert_true(decimal_units(total, 2, &rounded));
    assert_int_equal(t->total.figures[COLUMN_PARCEL].cents, rounded);
}

static void assert_details_add_up(const struct report_table *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        int64_t sums[LINE_COUNT] = {0};
        for (size_t k = 0; k < t->n_details; k++)
            if (t->details[k].parcel == i)
                sums[t->details[k].line->number] += t->details[k].area.cents;
        assert_int_equal(sums[LINE_ECOLOGICAL_RED_LINE], t->rows[i].figures[COLUMN_RED_LINE].cents);
        assert_int_equal(sums[LINE_PERMANENT_BASIC_FARMLAND], t->rows[i].figures[COLUMN_FARMLAND].cents);
    }
}

/* Whatever the areas are: rows add up to totals, inside and outside to the parcel, zones to the inside,
 * details to their row, all to 0.01 m2; and no figure is moved by more than 0.01 m2. */
static void test_figures_balance(void **state)
{
    (void)state;
    srand(20260131);
    for (int round = 0; round < 300; round++) {
        struct report_sample s;
        size_t n = 1 + (size_t)rand() % 40;
        report_sample_make(&s, n);
        for (size_t i = 0; i < n; i++) {
            double area = 1 + random_area(round % 3 ? 50000 : 30);
            s.results[i].area_m2 = area;
            if (rand() % 2)
                report_sample_press(&s, i, LINE_ECOLOGICAL_RED_LINE, rand() % 5 ? random_area(area) : area,
                                    1 + (size_t)rand() % 7);
            if (rand() % 2)
                report_sample_press(&s, i, LINE_PERMANENT_BASIC_FARMLAND, random_area(area),
                                    1 + (size_t)rand() % 7);
            if (rand() % 3) {
                double inside = rand() % 4 ? random_area(area) : area, a = random_area(inside);
                double b = random_area(inside - a);
                report_sample_press(&s, i, LINE_URBAN_DEVELOPMENT_BOUNDARY, inside, 1);
                report_sample_zones(&s, i, a, b, inside - a - b);
            }
        }
        struct report_table t = build(&s);
        assert_balanced(&s, &t);
        assert_details_add_up(&t);
        report_sample_free(&s);
    }
}

/* The standard's own case: the residual 0.01 goes to the largest row. */
static void test_residual_goes_to_the_largest(void **state)
{
    (void)state;
    struct report_sample s;
    report_sample_make(&s, 3);
    s.results[0].area_m2 = 100.004;
    s.results[1].area_m2 = 200.004;
    s.results[2].area_m2 = 50.004; /* 350.012 -> 350.01; the rows give 350.00 */
    struct report_table t = build(&s);
    assert_int_equal(t.total.figures[COLUMN_PARCEL].cents, 35001);
    assert_int_equal(t.rows[0].figures[COLUMN_PARCEL].cents, 10000);
    assert_int_equal(t.rows[1].figures[COLUMN_PARCEL].cents, 20001);
    assert_int_equal(t.rows[2].figures[COLUMN_PARCEL].cents, 5000);
    report_sample_free(&s);
}

/* What was not measured never reads as 0, alone or within a total, and never as "not occupied". */
static void test_unknown_is_never_zero(void **state)
{
    (void)state;
    struct report_sample s;
    report_sample_make(&s, 2);
    struct layer_finding *f = &s.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
    f->status = LAYER_NOT_COVERED;
    f->area_m2 = f->share = NAN;
    f = &s.results[1].layers[LINE_PERMANENT_BASIC_FARMLAND];
    *f = (struct layer_finding){.line = f->line}; /* zeroed: unmeasured */
    s.report.verdict = VERDICT_UNKNOWN;
    struct report_table t = build(&s);
    char text[DECIMAL_SIZE];
    figure_m2(&t.rows[0].figures[COLUMN_RED_LINE], text);
    assert_string_equal(text, "数据未覆盖");
    figure_m2(&t.rows[1].figures[COLUMN_FARMLAND], text);
    assert_string_equal(text, "未测算");
    figure_ha(&t.total.figures[COLUMN_RED_LINE], text);
    assert_string_equal(text, "部分未测算");
    figure_mu(&t.total.figures[COLUMN_FARMLAND], text);
    assert_string_equal(text, "部分未测算");
    assert_true(says(&t.sentences, "生态保护红线数据未覆盖部分地块，不能作出判定。（地块：DK-1）"));
    assert_true(says(&t.sentences, "项目用地不涉及生态保护红线。（地块：DK-2）"));
    assert_false(says(&t.sentences, "项目用地不涉及占用永久基本农田。（地块：DK-1、DK-2）"));
    report_sample_free(&s);
}

/* A report of which nothing was measured has no figure at all. */
static void test_zeroed_report(void **state)
{
    (void)state;
    struct report_sample s;
    report_sample_make(&s, 1);
    const struct parcel *parcel = s.results[0].parcel;
    memset(&s.results[0], 0, sizeof s.results[0]);
    s.results[0].parcel = parcel;
    s.report.verdict = VERDICT_UNKNOWN;
    struct report_table t = build(&s);
    for (int c = 0; c <= COLUMN_OUTSIDE; c++) {
        assert_int_not_equal(t.rows[0].figures[c].state, FIGURE_KNOWN);
        assert_int_not_equal(t.total.figures[c].state, FIGURE_KNOWN);
    }
    assert_false(says(&t.sentences, "不涉及"));
    assert_false(says(&t.sentences, "位于城镇开发边界外"));
    report_sample_free(&s);
}

/* The sentences of std-report.json, word by word, from the balanced figures. */
static void test_sentences(void **state)
{
    (void)state;
    struct report_sample s;
    report_sample_make(&s, 1);
    struct report_table t = build(&s);
    assert_true(says(&t.sentences, "项目用地不涉及生态保护红线。"));
    assert_true(says(&t.sentences, "项目用地不涉及占用永久基本农田。"));
    assert_true(says(&t.sentences, "项目用地位于城镇开发边界外，面积0.9363公顷。"));
    report_sample_press(&s, 0, LINE_ECOLOGICAL_RED_LINE, 1234.565, 1);
    report_sample_press(&s, 0, LINE_PERMANENT_BASIC_FARMLAND, 666.67, 1);
    report_sample_press(&s, 0, LINE_URBAN_DEVELOPMENT_BOUNDARY, 4000, 1);
    t = build(&s);
    assert_true(
        says(&t.sentences,
             "项目用地压占生态保护红线0.1235公顷（1234.57平方米，1.85亩），须避让；确属有限人为活动或国家"
             "重大项目的，须取得省级人民政府认定（论证）意见。"));
    assert_true(
        says(&t.sentences,
             "项目用地占用永久基本农田0.0667公顷（666.67平方米，1.00亩），一般建设项目不得占用；重点项目确"
             "难避让的须经国务院批准并落实补划。"));
    assert_true(says(&t.sentences, "项目用地部分位于城镇开发边界内，界内0.4000公顷，界外0.5363公顷。"));
    s.results[0].layers[LINE_URBAN_DEVELOPMENT_BOUNDARY].inside = true;
    s.results[0].layers[LINE_URBAN_DEVELOPMENT_BOUNDARY].area_m2 = 9362.5;
    report_sample_zones(&s, 0, 9362.5, 0, 0);
    t = build(&s);
    assert_true(says(&t.sentences, "项目用地全部位于城镇开发边界内（城镇集中建设区）。"));
    report_sample_free(&s);
}

/* How sure a clause's text is, is said in words. */
static void test_words(void **state)
{
    (void)state;
    assert_string_equal(report_certainty("read", REPORT_LANG_ZH), "已读公布文本");
    assert_string_equal(report_certainty("memory", REPORT_LANG_ZH), "未核实，引用前须核对原文");
    assert_string_equal(report_certainty("design", REPORT_LANG_ZH), "本系统设定");
    assert_non_null(strstr(report_certainty("read(seed)+memory", REPORT_LANG_ZH), "未核实"));
    assert_non_null(strstr(report_certainty("", REPORT_LANG_ZH), "核对原文"));
}

/* A sliver is not a pressing, but it is told with its own four decimals. */
static void test_sliver_is_told(void **state)
{
    (void)state;
    struct report_sample s;
    report_sample_make(&s, 1);
    report_sample_press(&s, 0, LINE_ECOLOGICAL_RED_LINE, 0.0031, 1);
    s.results[0].layers[LINE_ECOLOGICAL_RED_LINE].status = LAYER_SLIVER;
    struct report_table t = build(&s);
    assert_true(says(&t.sentences, "仅有碎屑重叠0.0031平方米"));
    assert_false(says(&t.sentences, "压占生态保护红线0"));
    assert_non_null(strstr(t.rows[0].remark, "仅碎屑0.0031平方米"));
    report_sample_free(&s);
}

/* A detail's clause is the one by which its zone was judged, whatever the data call the zone. */
static void test_a_detail_has_the_rule_of_its_zone(void **state)
{
    (void)state;
    static const struct rule rules[] = {
        {.id = "REST", .sub_zone = "核心保护区外", .severity = 4, .basis = "", .confidence = "read"},
        {.id = "CORE", .sub_zone = "自然保护地核心保护区", .severity = 4, .basis = "", .confidence = "read"}};
    struct rule_hit hits[] = {{.rule = &rules[0]}, {.rule = &rules[1]}};
    struct report_sample s;
    report_sample_make(&s, 1);
    report_sample_press(&s, 0, LINE_ECOLOGICAL_RED_LINE, 300, 3);
    struct layer_finding *f = &s.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
    f->rules = hits;
    f->n_rules = 2;
    f->features[0].zone = "核心区";
    f->features[1].zone = "非核心保护区";
    f->features[2].zone = "国家公园核心保护区";
    struct report_table t = build(&s);
    assert_non_null(strstr(t.details[0].basis, "CORE"));
    assert_non_null(strstr(t.details[1].basis, "REST"));
    assert_non_null(strstr(t.details[2].basis, "CORE"));
    report_sample_free(&s);
}

/* Names come as they are, but bytes that are no text, control characters and endless names do not. */
static void test_foreign_text(void **state)
{
    (void)state;
    struct report_sample s;
    struct report_blocks blocks;
    report_sample_make(&s, 1);
    struct report_making m = {.arena = s.arena};
    assert_string_equal(making_clean(&m, "甲\xf0\xa0\x80\x8b<b>"), "甲\xf0\xa0\x80\x8b<b>");
    assert_string_equal(making_clean(&m, "a\x01"
                                         "b\nc\xff"),
                        "a\xef\xbf\xbd"
                        "b c\xef\xbf\xbd");
    assert_string_equal(making_clean(&m, "\xed\xa0\x80"),
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    assert_string_equal(making_clean(&m, "\xf0\xa0"), "\xef\xbf\xbd\xef\xbf\xbd");
    /* text that runs backwards would read as another name */
    assert_string_equal(making_clean(&m, "a\xe2\x80\xae"
                                         "b\xe2\x81\xa9"),
                        "a\xef\xbf\xbd"
                        "b\xef\xbf\xbd");
    assert_string_equal(making_clean(&m, NULL), "");
    char endless[4000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    const char *cut = making_clean(&m, endless);
    assert_int_equal(strlen(cut), MAKING_TEXT_MAX + strlen("…"));
    const struct report_project project = {.name = endless, .code = "=1+1"};
    const struct report_table t = build(&s);
    assert_int_equal(report_blocks_build(&s.report, &t, &project, NULL, NULL, s.arena, &blocks, NULL),
                     STATUS_OK);
    assert_true(strlen(blocks.title) < 700);
    report_sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_figures_balance),
        cmocka_unit_test(test_residual_goes_to_the_largest),
        cmocka_unit_test(test_unknown_is_never_zero),
        cmocka_unit_test(test_zeroed_report),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sliver_is_told),
        cmocka_unit_test(test_a_detail_has_the_rule_of_its_zone),
        cmocka_unit_test(test_foreign_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
