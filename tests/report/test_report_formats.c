/* The printed forms from reports made by hand: same bytes twice, hostile names, a thousand plots. */
#include "report/forms.h"
#include "report/report_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const char hostile[] = "<script>alert('\"1\"')</script>&\xf0\xa0\x80\x8b=cmd";

struct made {
    struct report_sample sample;
    struct report_table table;
    struct report_blocks blocks;
    struct form_input input;
};

/* Anew, after the sample was changed. */
static void make_blocks(struct made *m, const struct report_project *project)
{
    assert_int_equal(report_table_build(&m->sample.report, NULL, m->sample.arena, &m->table, NULL),
                     STATUS_OK);
    assert_int_equal(report_blocks_build(&m->sample.report, &m->table, project, NULL, NULL, m->sample.arena,
                                         &m->blocks, NULL),
                     STATUS_OK);
    m->input = (struct form_input){
        .report = &m->sample.report, .table = &m->table, .blocks = &m->blocks, .arena = m->sample.arena};
}

static void make(struct made *m, size_t n)
{
    const struct report_project project = {.name = hostile, .code = "=1+1", .date = "2026-01-31"};
    report_sample_make(&m->sample, n);
    for (size_t i = 0; i < n; i += 3)
        report_sample_press(&m->sample, i, LINE_ECOLOGICAL_RED_LINE, 1234.565 + (double)i, 2);
    m->sample.parcels[0].name = hostile;
    m->sample.report.synthetic = true;
    make_blocks(m, &project);
}

/* Every form that walks the blocks: whoever adds one to the table has it tested here. */
struct printed {
    const struct report_form *forms[16];
    size_t n;
};

static struct printed printed_forms(void)
{
    struct printed all = {.n = 0};
    const struct report_form *form;
    for (size_t i = 0; (form = report_form_at(i)); i++) {
        assert_true(i < sizeof all.forms / sizeof *all.forms);
        if (form->needs == FORM_NEEDS_BLOCKS || form->needs == FORM_NEEDS_PICTURES)
            all.forms[all.n++] = form;
    }
    assert_true(all.n >= 4);
    return all;
}

/* The same report gives the same bytes: a file can be compared in three years. */
static void test_same_bytes_twice(void **state)
{
    (void)state;
    const struct printed all = printed_forms();
    struct made m;
    make(&m, 3);
    for (size_t i = 0; i < all.n; i++) {
        struct buffer a, b;
        buffer_init(&a, 0);
        buffer_init(&b, 0);
        assert_int_equal(all.forms[i]->write(&m.input, &a, NULL), STATUS_OK);
        assert_int_equal(all.forms[i]->write(&m.input, &b, NULL), STATUS_OK);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        buffer_release(&a);
        buffer_release(&b);
    }
    report_sample_free(&m.sample);
}

static void test_signatures(void **state)
{
    (void)state;
    static const struct {
        const char *form, *start;
    } known[] = {
        {"csv", "\xef\xbb\xbf"}, {"xlsx", "PK\x03\x04"}, {"html", "<!DOCTYPE html>"}, {"pdf", "%PDF-"}};
    struct made m;
    make(&m, 1);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct report_form *form;
        struct buffer b;
        buffer_init(&b, 0);
        assert_int_equal(report_form_find(known[i].form, &form, NULL), STATUS_OK);
        assert_int_equal(form->write(&m.input, &b, NULL), STATUS_OK);
        assert_memory_equal(b.data, known[i].start, strlen(known[i].start));
        buffer_release(&b);
    }
    report_sample_free(&m.sample);
}

/* A name is text wherever it stands: no tag, no formula. */
static void test_hostile_names(void **state)
{
    (void)state;
    struct made m;
    struct buffer b;
    make(&m, 1);
    buffer_init(&b, 0);
    assert_int_equal(form_html(&m.input, &b, NULL), STATUS_OK);
    assert_null(strstr(b.data, "<script"));
    assert_non_null(strstr(b.data, "&lt;script&gt;alert(&#39;&quot;1&quot;&#39;)"));
    /* addresses of texts are words; nothing is fetched */
    assert_null(strstr(b.data, "src="));
    assert_null(strstr(b.data, "href="));
    buffer_clear(&b);
    assert_int_equal(form_csv(&m.input, &b, NULL), STATUS_OK);
    assert_non_null(strstr(b.data, "项目代码,\"'=1+1\"\r\n"));
    assert_non_null(strstr(b.data, "\"\t150121900200000000\"")); /* a long code keeps its digits */
    assert_null(strstr(b.data, "nan"));
    buffer_release(&b);
    report_sample_free(&m.sample);
}

/* A plot called 3-12 is no day of March, and 001 is not 1: a spreadsheet that opens the CSV shows what was
 * written. Figures and the report's own day stay what they are. */
static void test_codes_stay_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code, *cell;
    } cases[] = {{"3-12", "项目代码,\"\t3-12\"\r\n"},   {"3/12", "项目代码,\"\t3/12\"\r\n"},
                 {"1E5", "项目代码,\"\t1E5\"\r\n"},     {"0012", "项目代码,\"\t0012\"\r\n"},
                 {"12:30", "项目代码,\"\t12:30\"\r\n"}, {"2024-1-1", "项目代码,\"\t2024-1-1\"\r\n"},
                 {"12.50", "项目代码,12.50\r\n"},       {"120", "项目代码,120\r\n"},
                 {"3-12号", "项目代码,3-12号\r\n"},     {"DK-1", "项目代码,DK-1\r\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct buffer b;
        make(&m, 1);
        const struct report_project project = {.code = cases[i].code, .date = "2026-01-31"};
        make_blocks(&m, &project);
        buffer_init(&b, 0);
        assert_int_equal(form_csv(&m.input, &b, NULL), STATUS_OK);
        if (!strstr(b.data, cases[i].cell))
            fail_msg("%s: %.400s", cases[i].code, b.data);
        assert_non_null(strstr(b.data, "审查日期,2026-01-31\r\n"));
        buffer_release(&b);
        report_sample_free(&m.sample);
    }
}

/* A thousand plots are a long report, not a failure. */
static void test_thousand_plots(void **state)
{
    (void)state;
    const struct printed all = printed_forms();
    struct made m;
    make(&m, 1000);
    for (size_t i = 0; i < all.n; i++) {
        struct buffer b;
        buffer_init(&b, 0);
        assert_int_equal(all.forms[i]->write(&m.input, &b, NULL), STATUS_OK);
        assert_true(b.size > 50000);
        buffer_release(&b);
    }
    report_sample_free(&m.sample);
}

/* A buffer that is full is a failure of the render, not a short file. */
static void test_full_buffer(void **state)
{
    (void)state;
    const struct printed all = printed_forms();
    struct made m;
    make(&m, 2);
    for (size_t i = 0; i < all.n; i++) {
        struct buffer b;
        buffer_init(&b, 600);
        assert_int_not_equal(all.forms[i]->write(&m.input, &b, NULL), STATUS_OK);
        buffer_release(&b);
    }
    report_sample_free(&m.sample);
}

/* The text rounds as the table does: 100.006 with 50.004 inside is 100.01 = 50.00 + 50.01, never 50.00 +
 * 50.00; hectares and mu follow from the printed square metres. */
static void test_text_has_the_tables_figures(void **state)
{
    (void)state;
    struct report_sample s;
    struct report_table t;
    struct buffer b;
    report_sample_make(&s, 1);
    s.results[0].area_m2 = 100.006;
    report_sample_press(&s, 0, LINE_URBAN_DEVELOPMENT_BOUNDARY, 50.004, 1);
    report_sample_zones(&s, 0, 50.004, 0, 0);
    buffer_init(&b, 0);
    assert_int_equal(report_table_build(&s.report, NULL, s.arena, &t, NULL), STATUS_OK);
    struct form_input in = {.report = &s.report, .table = &t, .arena = s.arena};
    assert_int_equal(form_text(&in, &b, NULL), STATUS_OK);
    assert_int_equal(t.rows[0].figures[COLUMN_OUTSIDE].cents, 5001);
    assert_non_null(strstr(b.data, "\n      边界外  50.01 平方米（0.0050 公顷，0.08 亩）"));
    assert_non_null(strstr(b.data, "\n      城镇集中建设区  50.00 平方米"));
    assert_non_null(strstr(b.data, "界内0.0050公顷，界外0.0050公顷"));
    buffer_clear(&b);
    in.lang = REPORT_LANG_EN;
    assert_int_equal(form_text(&in, &b, NULL), STATUS_OK);
    assert_non_null(strstr(b.data, "\n      outside the boundary  50.01 m2 (0.0050 ha, 0.08 mu)"));
    buffer_release(&b);
    report_sample_free(&s);
}

/* Paper and record find each other: every printed form of a check that was kept names the row and its seal,
 * and one that was not kept names none. */
static void test_kept_checks_name_their_record(void **state)
{
    (void)state;
    static const char seal[] = "5ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea1";
    const struct report_record record = {
        .id = 4711, .sha256 = seal, .officer = "张三", .project_name = "", .kept_at = "2026-01-31T16:05:00Z"};
    for (int kept = 0; kept < 2; kept++) {
        struct made m;
        struct buffer b;
        make(&m, 2);
        m.sample.report.record = kept ? &record : NULL;
        make_blocks(&m, NULL);
        static form_fn *const written[] = {form_csv, form_html, form_text, form_text};
        for (int form = 0; form < 4; form++) {
            buffer_init(&b, 0);
            m.input.lang = form == 3 ? REPORT_LANG_EN : REPORT_LANG_ZH;
            enum status s = written[form](&m.input, &b, NULL);
            assert_int_equal(s, STATUS_OK);
            assert_int_equal(strstr(b.data, seal) != NULL, kept);
            assert_int_equal(strstr(b.data, "4711") != NULL, kept);
            assert_int_equal(strstr(b.data, "张三") != NULL, kept);
            const char *at = /* by the clock of who reads it, with its name: the next day already */
                form == 3 ? "2026-02-01 00:05:00 (Beijing time)" : "2026-02-01 00:05:00（北京时间）";
            assert_int_equal(strstr(b.data, at) != NULL, kept);
            buffer_release(&b);
        }
        report_sample_free(&m.sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes_twice), cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_hostile_names),    cmocka_unit_test(test_thousand_plots),
        cmocka_unit_test(test_full_buffer),      cmocka_unit_test(test_text_has_the_tables_figures),
        cmocka_unit_test(test_codes_stay_codes), cmocka_unit_test(test_kept_checks_name_their_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
