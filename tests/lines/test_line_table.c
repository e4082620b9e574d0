/* The table of lines, as the shipped definitions make it: what all code that walks over it relies on. */
#include "shipped_lines.h"
#include "store/definitions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

struct world {
    struct arena *arena;
    struct line_table all;   /* every shipped definition, as if all were loaded */
    struct line_table three; /* of a store that holds nothing */
};

static bool nothing_is_loaded(const char *id, const void *user)
{
    (void)id, (void)user;
    return false;
}

/* The numbers that tests use for the lines are those of the table. */
static void the_names_of_tests_are_the_rows(void **state)
{
    const struct world *w = *state;
    const struct line_table *t = &w->three;
    assert_int_equal(t->n, LINE_COUNT);
    assert_int_equal(t->n + t->n_rest, w->all.n);
    assert_string_equal(line_at(t, LINE_ECOLOGICAL_RED_LINE)->id, "ecological_red_line");
    assert_string_equal(line_at(t, LINE_PERMANENT_BASIC_FARMLAND)->id, "permanent_basic_farmland");
    assert_string_equal(line_at(t, LINE_URBAN_DEVELOPMENT_BOUNDARY)->id, "urban_development_boundary");
    for (int l = 0; l < t->n; l++)
        assert_ptr_equal(line_of_id(t, line_at(t, l)->id), line_at(t, l));
    assert_null(line_of_id(t, "townships"));
    assert_null(line_of_id(t, NULL));
    assert_int_equal(line_of_name(t, "STBHHX")->number, LINE_ECOLOGICAL_RED_LINE);
    assert_int_equal(line_of_name(t, "永久基本农田")->number, LINE_PERMANENT_BASIC_FARMLAND);
    assert_int_equal(line_of_name(t, "basic_grassland")->number, -1); /* defined, and not examined */
}

/* Each column of a report belongs to one line, and none is left over. */
static void columns_follow_each_other(void **state)
{
    const struct world *w = *state;
    const struct line_table *tables[] = {&w->all, &w->three};
    for (int t = 0; t < 2; t++) {
        int next = 1;
        for (int l = 0; l < tables[t]->n; l++) {
            const struct control_line *line = line_at(tables[t], l);
            assert_int_equal(line->number, l);
            assert_int_equal(line->column, next);
            next += line->relation == LINE_CONTAINS ? line->n_zones + 2 : 1;
        }
        assert_int_equal(next, tables[t]->n_columns);
    }
}

/* That two lines must be kept apart is true of both, whichever of the two definitions says so. */
static void to_be_kept_apart_is_mutual(void **state)
{
    const struct world *w = *state;
    for (int a = 0; a < w->all.n; a++)
        for (int b = 0; b < w->all.n; b++)
            assert_int_equal(line_at(&w->all, a)->apart >> b & 1, line_at(&w->all, b)->apart >> a & 1);
    for (int a = 0; a < LINE_COUNT; a++)
        assert_int_equal(line_at(&w->three, a)->apart, 7 & ~(1 << a));
}

/* ---- the matrix ---- */

/* What the plan and the standards say of pairs, and that no definition makes a row by accident. */
static void the_shipped_matrix_is_that_of_the_plan(void **state)
{
    const struct world *w = *state;
    struct layer_matrix m;
    struct error e = {0};
    static const char *const spaces[] = {"ecological_space", "agricultural_space", "urban_space"};
    if (layer_matrix_make(&w->all, w->arena, &m, &e))
        fail_msg("%s", e.en);
    assert_true(matrix_has(&m, TIE_APART, "ecological_red_line", "permanent_basic_farmland"));
    assert_true(matrix_has(&m, TIE_APART, "urban_development_boundary", "permanent_basic_farmland"));
    assert_true(matrix_has(&m, TIE_NEST, "permanent_basic_farmland", "agricultural_space"));
    assert_false(matrix_has(&m, TIE_NEST, "agricultural_space", "permanent_basic_farmland"));
    assert_true(matrix_has(&m, TIE_SHARE, "strategic_reserve", "urban_development_boundary"));
    assert_false(matrix_has(&m, TIE_APART, "ecological_red_line", "nature_reserve"));
    assert_int_equal(m.n_tilings, 1);
    assert_string_equal(m.tilings[0].covers, MATRIX_REGION);
    assert_int_equal(m.tilings[0].n, 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(m.tilings[0].layers[i]->layer, spaces[i]);
        for (int k = 0; k < 3; k++)
            assert_int_equal(matrix_has(&m, TIE_TILE, spaces[i], spaces[k]), i != k);
    }
    for (size_t i = 0; i < m.n_ties; i++)
        for (size_t k = 0; k < i; k++) /* no row twice, whichever of two says so */
            assert_false(m.ties[i].tie == m.ties[k].tie && m.ties[i].a == m.ties[k].a &&
                         m.ties[i].b == m.ties[k].b);
}

/* A bit of a line that must be kept apart is a row of the matrix, and the other way round: a check of a
 * parcel and an audit of the layers go by the same pairs. */
static void checks_and_audits_go_by_the_same_pairs(void **state)
{
    const struct world *w = *state;
    struct layer_matrix m;
    struct error e = {0};
    assert_int_equal(layer_matrix_make(&w->all, w->arena, &m, &e), STATUS_OK);
    for (int a = 0; a < w->all.n; a++)
        for (int b = 0; b < w->all.n; b++)
            assert_int_equal(line_at(&w->all, a)->apart >> b & 1,
                             matrix_has(&m, TIE_APART, line_at(&w->all, a)->id, line_at(&w->all, b)->id));
}

/* The region's official area comes with its source and with how sure it is; nothing else is stated. */
static void only_what_was_read_has_an_official_area(void **state)
{
    const struct world *w = *state;
    size_t n = 0;
    for (size_t i = 0; i < w->all.n_ties; i++)
        for (size_t k = 0; k < w->all.ties[i].n_areas; k++, n++) {
            const struct unit_area *a = &w->all.ties[i].areas[k];
            assert_string_equal(a->code, "150000");
            assert_true(fabs(a->km2 - 596900 / 0.5046) < 100);
            assert_string_equal(a->conf, "derived");
            assert_non_null(strstr(a->source, "50.46"));
        }
    assert_int_equal(n, 1);
}

/* A shipped definition lies in a file that is called as its layer: the store seeds itself by that name. */
static void files_are_called_as_their_layers(void **state)
{
    const struct world *w = *state;
    struct store_definition d;
    for (size_t i = 0; shipped_definition(i, &d); i++) {
        const char *id = strstr(d.json, "\"layer\": \"");
        size_t n = strlen(d.source) - strlen("layers/") - strlen(".json");
        assert_non_null(id);
        assert_memory_equal(id + strlen("\"layer\": \""), d.source + strlen("layers/"), n);
    }
    assert_true(w->all.n > LINE_COUNT);
}

/* Whatever the data call the core of the red line, it is not taken for less, and what is beside it is not
 * taken for the core. */
static void the_core_is_found_by_its_word(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *zone;
        int number;
    } cases[] = {{"自然保护地核心保护区", 0}, {"国家公园核心保护区", 0}, {"核心区", 0}, {"核心保护区外", 1},
                 {"非核心保护区", 1},         {"一般控制区", 1},         {"", 1}};
    const struct control_line *red = line_at(&w->three, LINE_ECOLOGICAL_RED_LINE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (line_zone_of(red, cases[i].zone) != cases[i].number)
            fail_msg("%s: zone %d", cases[i].zone, line_zone_of(red, cases[i].zone));
    assert_true(red->zones[0].absolute && !red->zones[1].absolute);
}

/* A zone of the boundary is known by its word; another belongs to none and keeps its name. */
static void zones_of_the_boundary_are_known(void **state)
{
    const struct world *w = *state;
    const struct control_line *line = line_at(&w->three, LINE_URBAN_DEVELOPMENT_BOUNDARY);
    assert_int_equal(line_zone_of(line, "城镇集中建设区"), 0);
    assert_int_equal(line_zone_of(line, "特别用途区（一）"), 2);
    assert_int_equal(line_zone_of(line, "别的区"), line->n_zones);
    assert_string_equal(line_zone_en(line, "城镇弹性发展区"), "flexible development zone");
    assert_string_equal(line_zone_en(line, line->outside), "outside the boundary");
    assert_string_equal(line_zone_en(line, "别的区"), "别的区");
    assert_string_equal(line_zone_en(line_at(&w->three, LINE_ECOLOGICAL_RED_LINE), "核心保护区外"),
                        "核心保护区外");
}

/* ---- definitions that are refused, each with the words that the sentence must have ---- */

/* A definition that needs nothing else. */
#define PLAIN                                                                                                \
    "{\"layer\": \"quiet_zone\", \"standard\": \"JMQ\", \"title_zh\": \"静默区\", \"title_en\": \"Quiet " \
    "zone\", "                                                                                               \
    "\"kind\": \"line\", \"order\": 900, \"control\": {\"relation\": \"exclude\", \"symbol\": {\"fill\": "   \
    "\"#102030\", "                                                                                          \
    "\"edge\": \"#ffffff\"}}}"

static enum status read_with(struct arena *a, const char *text, struct line_table *out, struct error *e)
{
    struct definition_text texts[LINES_MAX];
    struct store_definition d;
    size_t n = 0;
    texts[n++] = (struct definition_text){"new.json", text, strlen(text)};
    for (size_t i = 0; shipped_definition(i, &d); i++)
        texts[n++] = (struct definition_text){d.source, d.json, d.size};
    return definitions_read(texts, n, a, out, e);
}

/* PLAIN with one piece of its text put in the place of another. */
static void replaced(const char *from, const char *to, char text[2000])
{
    const char *at = strstr(PLAIN, from);
    assert_non_null(at);
    snprintf(text, 2000, "%.*s%s%s", (int)(at - PLAIN), PLAIN, to, at + strlen(from));
}

/* What only names a layer, how it matters and how it is drawn is enough: the words follow from the title. */
static void a_short_definition_is_whole(void **state)
{
    struct world *w = *state;
    struct line_table t;
    struct error e = {0};
    if (read_with(w->arena, PLAIN, &t, &e))
        fail_msg("%s", e.en);
    const struct control_line *line = line_of_id(&t, "quiet_zone");
    assert_non_null(line);
    assert_string_equal(line->texts.held, "压占静默区");
    assert_string_equal(line->codes[0], "JMQ");
    assert_string_equal(line->prefix, "quiet_zone");
    assert_false(line->must);
    assert_int_equal(line->symbol.fill, 0x102030);
}

static void a_wrong_definition_is_refused_with_its_member(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *from, *to, *word;
    } cases[] = {
        {"\"exclude\"", "\"surround\"", "control.relation"},
        {"\"title_zh\": \"静默区\", ", "", "title_zh"},
        {"#102030", "grass", "control.symbol.fill"},
        {"\"relation\"", "\"prefix\": \"area\", \"relation\"", "control.prefix"},
        {"\"order\": 900", "\"ordre\": 900", "ordre"},
        {"\"order\": 900", "\"order\": \"900\"", "order"},
        {"quiet_zone", "Quiet", "layer"},
        {"\"JMQ\"", "\"STBHHX\"", "STBHHX"},
        {"\"静默区\"", "\"永久基本农田\"", "永久基本农田"},
        {"quiet_zone", "ecological_red_line", "ecological_red_line"},
        {"\"symbol\"", "\"apart_from\": [\"nowhere\"], \"symbol\"", "nowhere"},
        {"\"symbol\"", "\"within\": {\"layer\": \"quiet_zone\", \"zone\": \"a\"}, \"symbol\"", "circle"},
        {"\"symbol\"", "\"rules\": [{\"rule\": \"x\"}], \"symbol\"", "control.rules[0].rule"},
        {"\"kind\": \"line\"", "\"kind\": \"zone\"", "control"},
        {"\"symbol\"", "\"unit\": 3, \"symbol\"", "control.unit"},
        {"\"kind\"", "\"unit\": {\"parent\": \"\", \"digits\": 6}, \"kind\"", "unit"},
        {"}}}", "}}", "JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000];
        struct line_table t;
        struct error e = {0};
        replaced(cases[i].from, cases[i].to, text);
        if (read_with(w->arena, text, &t, &e) != STATUS_INVALID_INPUT || !strstr(e.en, cases[i].word))
            fail_msg("case %zu: not refused by %s: %s", i, cases[i].word, e.en);
        assert_true(strlen(e.zh) > 0);
    }
}

/* The shipped levels are one chain, whatever the order of their files; one that does not hang together is
 * refused by the level at fault. */
static void levels_of_units_are_one_chain(void **state)
{
    struct world *w = *state;
    assert_int_equal(w->all.n_levels, 4);
    for (size_t i = 0; i < w->all.n_levels; i++) {
        const struct unit_level *level = &w->all.levels[i];
        assert_string_equal(level->parent, i ? level[-1].id : "");
        assert_true(i == 0 || level->digits >= level[-1].digits);
    }
    assert_int_equal(w->three.n_levels, 4);
    struct {
        struct unit_level levels[3];
        const char *word;
    } cases[] = {
        {{{"a", "", 6}, {"b", "a", 9}, {"c", "a", 12}}, "same parent"},
        {{{"a", "", 6}, {"b", "", 9}, {"c", "b", 12}}, "same parent"},
        {{{"a", "", 6}, {"b", "c", 9}, {"c", "b", 12}}, "in no circle"},
        {{{"a", "x", 6}, {"b", "a", 9}, {"c", "b", 12}}, "each within one other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        if (unit_levels_sort(cases[i].levels, 3, &e) != STATUS_INVALID_INPUT || !strstr(e.en, cases[i].word))
            fail_msg("case %zu: not refused by %s: %s", i, cases[i].word, e.en);
        assert_true(strlen(e.zh) > 0);
    }
}

int main(void)
{
    struct world w = {.arena = arena_new((size_t)256 << 20)};
    struct error e;
    w.all = shipped_lines(w.arena);
    if (line_table_select(&w.all, nothing_is_loaded, NULL, w.arena, &w.three, &e))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(the_names_of_tests_are_the_rows, &w),
        cmocka_unit_test_prestate(columns_follow_each_other, &w),
        cmocka_unit_test_prestate(to_be_kept_apart_is_mutual, &w),
        cmocka_unit_test_prestate(the_shipped_matrix_is_that_of_the_plan, &w),
        cmocka_unit_test_prestate(checks_and_audits_go_by_the_same_pairs, &w),
        cmocka_unit_test_prestate(only_what_was_read_has_an_official_area, &w),
        cmocka_unit_test_prestate(files_are_called_as_their_layers, &w),
        cmocka_unit_test_prestate(the_core_is_found_by_its_word, &w),
        cmocka_unit_test_prestate(zones_of_the_boundary_are_known, &w),
        cmocka_unit_test_prestate(a_short_definition_is_whole, &w),
        cmocka_unit_test_prestate(levels_of_units_are_one_chain, &w),
        cmocka_unit_test_prestate(a_wrong_definition_is_refused_with_its_member, &w),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(w.arena);
    return failed;
}
