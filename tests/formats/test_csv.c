/* CSV: what spreadsheets do to a cell is prevented, what was written is read again, and one cutter knows
 * where a row ends. */
#include "formats/csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_cell_that_a_spreadsheet_would_change_is_guarded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"@SUM(1,1)", "\"'@SUM(1,1)\""},
        {"+86", "\"'+86\""},
        {"-1", "\"'-1\""},
        {"  =1", "\"'  =1\""},
        {"＝1", "\"'＝1\""},
        {"\tx", "\"'\tx\""},
        {"150102200001012345", "\"\t150102200001012345\""},
        {"001", "\"\t001\""},
        {"1E5", "\"\t1E5\""},
        {"3-12", "\"\t3-12\""},
        {"2026-01-31", "2026-01-31"},
        {"1234", "1234"},
        {"12.50", "12.50"},
        {"0", "0"},
        {"0.5", "0.5"},
        {"红线", "红线"},
        {" x", "\" x\""},
        {"a,b", "\"a,b\""},
        {"a\r\nb", "\"a\r\nb\""},
        {"say \"yes\"", "\"say \"\"yes\"\"\""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer b;
        buffer_init(&b, 0);
        struct csv_writer w = {.out = &b};
        csv_text(&w, cases[i].text);
        assert_string_equal(b.data ? b.data : "", cases[i].cell);
        buffer_release(&b);
    }
}

/* A figure is a figure: nothing is put before a minus sign, and one that was not measured is an empty
 * cell. */
static void figures_are_not_guarded(void **state)
{
    (void)state;
    struct buffer b;
    buffer_init(&b, 0);
    struct csv_writer w = {.out = &b};
    csv_mark(&w);
    csv_number(&w, -1.25, 2);
    csv_number(&w, NAN, 2);
    csv_number(&w, 1e300, 0);
    csv_integer(&w, 0);
    csv_integer(&w, INT64_MIN);
    csv_integer(&w, INT64_MAX);
    csv_text(&w, NULL);
    csv_row_end(&w);
    csv_integer(&w, 7);
    csv_row_end(&w);
    char want[512];
    snprintf(want, sizeof want,
             "\xEF\xBB\xBF-1.25,,%.0f,0,-9223372036854775808,9223372036854775807,\r\n7\r\n", 1e300);
    assert_string_equal(b.data, want);
    buffer_release(&b);
}

/* Texts of all kinds through the writer and the reader, in rows of every width. */
static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "=1", "@x",      "001",     "150102200001012345", "a,b",   "\"",   "\"\"", "a\nb", "a\rb",
        "",   " blanks", "blanks ", "'quoted'",           "\ttab", "红线", "1-2"};
    enum { N = sizeof texts / sizeof *texts };
    struct buffer b;
    buffer_init(&b, 0);
    struct csv_writer w = {.out = &b};
    for (size_t width = 1; width <= N; width++) {
        for (size_t i = 0; i < width; i++)
            csv_text(&w, texts[(i + width) % N]);
        csv_row_end(&w);
    }
    struct csv_reader r;
    csv_reader_init(&r, b.data, ',');
    char *cells[N];
    size_t n;
    for (size_t width = 1; width <= N; width++) {
        assert_true(csv_next_row(&r, cells, N, &n));
        assert_int_equal(n, width);
        for (size_t i = 0; i < width; i++)
            assert_string_equal(csv_plain(cells[i]), texts[(i + width) % N]);
    }
    assert_false(csv_next_row(&r, cells, N, &n));
    assert_false(r.unclosed);
    buffer_release(&b);
}

static void csv_plain_leaves_other_texts_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {"'x", "\tx", "'", "", "x'", "'12", "\t12"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(csv_plain(texts[i]), texts[i]);
}

struct row {
    size_t line, n;
    const char *cells[4];
};

static void expect_rows(const char *given, char separator, const struct row *rows, size_t n_rows)
{
    char *text = strdup(given), *cells[4];
    struct csv_reader r;
    size_t n;
    csv_reader_init(&r, text, separator);
    for (size_t i = 0; i < n_rows; i++) {
        assert_true(csv_next_row(&r, cells, 4, &n));
        assert_int_equal(n, rows[i].n);
        assert_int_equal(r.row_line, rows[i].line);
        for (size_t k = 0; k < n && k < 4; k++)
            assert_string_equal(cells[k], rows[i].cells[k]);
    }
    assert_false(csv_next_row(&r, cells, 4, &n));
    free(text);
}

static void rows_and_their_lines(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {1, 2, {"a", "b"}}, {2, 1, {""}}, {3, 3, {"x\ny", "", "z\"z"}}, {5, 2, {"c", ""}}};
    expect_rows("a,b\n\n\"x\ny\",,\"z\"\"z\"\nc,\n", ',', rows, 4);
    expect_rows("a,b\r\n\r\n\"x\ny\",,\"z\"\"z\"\r\nc,", ',', rows, 4);
    expect_rows("a;b\r\r  \"x\ny\";;\"z\"\"z\"\rc;", ';', rows, 4);
    static const struct row wide[] = {{1, 6, {"1", "2", "3", "4"}}, {2, 1, {"5"}}};
    expect_rows("1,2,3,4,5,6\n5", ',', wide, 2);
    static const struct row odd[] = {{1, 2, {" a b", "x\"y\""}}, {2, 2, {"q and more", "r"}}};
    expect_rows(" a b,x\"y\"\n\"q\" and more,r", ',', odd, 2);
    expect_rows("", ',', NULL, 0);
}

static void a_quote_that_nothing_closes_is_told(void **state)
{
    (void)state;
    char text[] = "a,\"b\nc,d\n", *cells[4];
    struct csv_reader r;
    size_t n;
    csv_reader_init(&r, text, ',');
    assert_true(csv_next_row(&r, cells, 4, &n));
    assert_true(r.unclosed);
    assert_false(csv_next_row(&r, cells, 4, &n));
}

/* The cutter and the scanner that does not cut agree where every row of a well-formed text ends. */
static void both_find_the_same_ends(void **state)
{
    (void)state;
    static const char given[] = "a,b\r\n\"x,\r\n\"\"y\"\"\",z\n , \"q\"\r\r\n,\n\"\"\n\"last\"";
    char text[sizeof given], *cells[4];
    memcpy(text, given, sizeof given);
    struct csv_reader r;
    size_t n, at = 0, rows = 0;
    bool open_quote;
    csv_reader_init(&r, text, ',');
    for (; csv_next_row(&r, cells, 4, &n); rows++) {
        at += csv_record_end(given + at, sizeof given - 1 - at, ',', &open_quote);
        assert_false(open_quote);
        assert_int_equal(r.at - text, at);
    }
    assert_int_equal(at, sizeof given - 1);
    assert_int_equal(rows, 7);
}

static void an_open_quote_ends_with_its_line(void **state)
{
    (void)state;
    static const char text[] = "1,\"POLYGON((0 0,n\n2,\"POLYGON((1 1))\",n\n";
    bool open_quote;
    assert_int_equal(csv_record_end(text, sizeof text - 1, ',', &open_quote), 18);
    assert_true(open_quote);
}

static void tables(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct csv_table t = {.n_rows = 99};
    struct error e;
    static const char good[] = "\xEF\xBB\xBF"
                               "code,name\r\n\r\n001,\"呼,和\"\r\n002,\r\n";
    assert_int_equal(csv_table_read(good, sizeof good - 1, "t.csv", a, &t, &e), STATUS_OK);
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(csv_table_cell(&t, 0, csv_table_column(&t, "name")), "呼,和");
    assert_string_equal(csv_table_cell(&t, 1, csv_table_column(&t, "code")), "002");
    assert_string_equal(csv_table_cell(&t, 1, csv_table_column(&t, "none")), "");
    static const struct {
        const char *text;
        size_t n;
        const char *place;
    } bad[] = {
        {"a,b\n1,2\n\n3\n", 11, "Line 4"},
        {"", 0, "Line 1"},
        {"\n\n", 2, "Line"},
        {"a,b\n1,\"2\n3,4\n", 13, "Line 2"},
        {"a,b\n1,2\n\0,4\n", 12, "Line 3"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        t.n_rows = 99;
        assert_int_equal(csv_table_read(bad[i].text, bad[i].n, "t.csv", a, &t, &e), STATUS_INVALID_INPUT);
        assert_non_null(strstr(e.en, bad[i].place));
        assert_non_null(strstr(e.zh, "t.csv"));
        assert_int_equal(t.n_rows, 99);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_that_a_spreadsheet_would_change_is_guarded),
        cmocka_unit_test(figures_are_not_guarded),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(csv_plain_leaves_other_texts_alone),
        cmocka_unit_test(rows_and_their_lines),
        cmocka_unit_test(a_quote_that_nothing_closes_is_told),
        cmocka_unit_test(both_find_the_same_ends),
        cmocka_unit_test(an_open_quote_ends_with_its_line),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
