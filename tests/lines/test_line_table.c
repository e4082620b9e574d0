/* The table of lines, as schema/layers.json makes it: what all code that walks over it relies on. */
#include "line_names.h"
#include "lines/line_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The numbers that tests use for the lines are those of the table. */
static void the_names_of_tests_are_the_rows(void **state)
{
    (void)state;
    assert_string_equal(line_at(LINE_ECOLOGICAL_RED_LINE)->id, "ecological_red_line");
    assert_string_equal(line_at(LINE_PERMANENT_BASIC_FARMLAND)->id, "permanent_basic_farmland");
    assert_string_equal(line_at(LINE_URBAN_DEVELOPMENT_BOUNDARY)->id, "urban_development_boundary");
    for (int l = 0; l < CONTROL_LINE_COUNT; l++)
        assert_int_equal(line_of_id(line_at(l)->id), l);
    assert_int_equal(line_of_id("townships"), -1);
    assert_int_equal(line_of_id(NULL), -1);
}

/* No two lines answer to one name, in files, columns or rules: a figure would stand for two. */
static void no_two_rows_share_a_name(void **state)
{
    (void)state;
    for (int a = 0; a < CONTROL_LINE_COUNT; a++)
        for (int b = 0; b < CONTROL_LINE_COUNT; b++) {
            if (a == b)
                continue;
            assert_string_not_equal(line_at(a)->id, line_at(b)->id);
            assert_string_not_equal(line_at(a)->prefix, line_at(b)->prefix);
            assert_string_not_equal(line_at(a)->standard, line_at(b)->standard);
            for (int i = 0; line_at(a)->codes[i]; i++)
                for (int k = 0; line_at(b)->codes[k]; k++)
                    assert_string_not_equal(line_at(a)->codes[i], line_at(b)->codes[k]);
        }
}

/* Each column of a report belongs to one line, and none is left over. */
static void columns_follow_each_other(void **state)
{
    (void)state;
    int next = 1;
    for (int l = 0; l < CONTROL_LINE_COUNT; l++) {
        const struct control_line *line = line_at(l);
        assert_int_equal(line->column, next);
        next += line->relation == LINE_CONTAINS ? line->n_zones + 2 : 1;
    }
    assert_int_equal(next, LINE_COLUMN_COUNT);
}

/* Whatever the data call the core of the red line, it is not taken for less, and what is beside it is not
 * taken for the core. */
static void the_core_is_found_by_its_word(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int number;
    } cases[] = {{"自然保护地核心保护区", 0}, {"国家公园核心保护区", 0}, {"核心区", 0}, {"核心保护区外", 1},
                 {"非核心保护区", 1},         {"一般控制区", 1},         {"", 1}};
    const struct control_line *red = line_at(LINE_ECOLOGICAL_RED_LINE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (line_zone_of(red, cases[i].zone) != cases[i].number)
            fail_msg("%s: zone %d", cases[i].zone, line_zone_of(red, cases[i].zone));
    assert_true(red->zones[0].absolute && !red->zones[1].absolute);
}

/* A zone of the boundary is known by its word; another belongs to none and keeps its name. */
static void zones_of_the_boundary_are_known(void **state)
{
    (void)state;
    const struct control_line *line = line_at(LINE_URBAN_DEVELOPMENT_BOUNDARY);
    assert_int_equal(line_zone_of(line, "城镇集中建设区"), 0);
    assert_int_equal(line_zone_of(line, "特别用途区（一）"), 2);
    assert_int_equal(line_zone_of(line, "别的区"), line->n_zones);
    assert_string_equal(line_zone_en(line, "城镇弹性发展区"), "flexible development zone");
    assert_string_equal(line_zone_en(line, line->outside), "outside the boundary");
    assert_string_equal(line_zone_en(line, "别的区"), "别的区");
    assert_string_equal(line_zone_en(line_at(LINE_ECOLOGICAL_RED_LINE), "核心保护区外"), "核心保护区外");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_of_tests_are_the_rows), cmocka_unit_test(no_two_rows_share_a_name),
        cmocka_unit_test(columns_follow_each_other),       cmocka_unit_test(the_core_is_found_by_its_word),
        cmocka_unit_test(zones_of_the_boundary_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
