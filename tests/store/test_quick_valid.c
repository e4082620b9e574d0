/* The quick validity check says exactly what GEOS says, on shapes that are made to be nearly or really
 * invalid; and the packed spatial index is one that SQLite itself accepts. */
#include "store_fixture.h"

#include "geo/quick_valid.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { RANDOM_SHAPES = 20000 };

/* A small generator of its own: the same shapes on every machine. */
static unsigned roll(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Rings on a coarse lattice: touching vertices, shared edges, spikes, nested holes are all common. */
static void add_ring(struct geo_shape_builder *b, unsigned *seed, bool box)
{
    unsigned x = roll(seed, 12), y = roll(seed, 12), w = 1 + roll(seed, 12), h = 1 + roll(seed, 12);
    geo_shape_builder_ring(b);
    if (box) {
        const unsigned corner[4][2] = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
        for (int i = 0; i < 4; i++)
            geo_shape_builder_point(b, 110 + corner[i][0] * 0.01, 40 + corner[i][1] * 0.01);
        return;
    }
    for (unsigned i = 0, n = 3 + roll(seed, 5); i < n; i++)
        geo_shape_builder_point(b, 110 + roll(seed, 24) * 0.01, 40 + roll(seed, 24) * 0.01);
}

static void random_shape(struct geo_shape_builder *b, unsigned *seed)
{
    geo_shape_builder_clear(b);
    bool boxes = roll(seed, 4) != 0;
    for (unsigned p = 0, n = 1 + roll(seed, 2); p < n; p++) {
        geo_shape_builder_polygon(b);
        for (unsigned r = 0, rings = 1 + roll(seed, 4); r < rings; r++)
            add_ring(b, seed, boxes || roll(seed, 3) != 0);
    }
}

static void the_quick_answer_is_the_answer_of_geos(void **state)
{
    (void)state;
    struct quick_valid *q = NULL;
    struct geo_geos *g = NULL;
    struct geo_shape_builder b;
    struct error e;
    unsigned seed = 7;
    int valid = 0, invalid = 0;
    must(quick_valid_new(&q, &e), &e);
    must(geo_geos_new(&g, &e), &e);
    geo_shape_builder_init(&b);
    for (int i = 0; i < RANDOM_SHAPES; i++) {
        struct geo_shape s;
        double place[2];
        random_shape(&b, &seed);
        if (geo_shape_builder_view(&b, &s, &e) != STATUS_OK)
            continue;
        enum status by_geos = geo_valid_check_place(g, &s, place, &e),
                    quick = quick_valid_check(q, g, &s, place, &e);
        if (by_geos != quick)
            fail_msg("shape %d: GEOS %d, quick %d", i, by_geos, quick);
        valid += by_geos == STATUS_OK;
        invalid += by_geos != STATUS_OK;
    }
    assert_true(valid > 500 && invalid > 500);
    geo_shape_builder_release(&b);
    geo_geos_free(g);
    quick_valid_free(q);
}

/* One shell of many vertices with many holes: quadratic for GEOS, and what red lines look like. */
static void a_red_line_with_a_thousand_holes_is_decided(void **state)
{
    (void)state;
    struct quick_valid *q = NULL;
    struct geo_geos *g = NULL;
    struct geo_shape_builder b;
    struct geo_shape s;
    struct error e;
    double place[2];
    must(quick_valid_new(&q, &e), &e);
    must(geo_geos_new(&g, &e), &e);
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    geo_shape_builder_ring(&b);
    for (int i = 0; i < 20000; i++) {
        double t = 2 * M_PI * i / 20000, r = 1 + 0.01 * sin(300 * t);
        geo_shape_builder_point(&b, 110 + r * cos(t), 42 + r * sin(t));
    }
    for (int k = 0; k < 1000; k++) {
        double x = 109.5 + 0.03 * (k % 32), y = 41.5 + 0.03 * (k / 32);
        geo_shape_builder_ring(&b);
        geo_shape_builder_point(&b, x, y);
        geo_shape_builder_point(&b, x + 0.01, y);
        geo_shape_builder_point(&b, x, y + 0.01);
    }
    must(geo_shape_builder_view(&b, &s, &e), &e);
    must(quick_valid_check(q, g, &s, place, &e), &e);
    geo_shape_builder_ring(&b); /* a hole outside the shell */
    geo_shape_builder_point(&b, 120, 42);
    geo_shape_builder_point(&b, 120.01, 42);
    geo_shape_builder_point(&b, 120, 42.01);
    must(geo_shape_builder_view(&b, &s, &e), &e);
    assert_int_equal(quick_valid_check(q, g, &s, place, &e), STATUS_INVALID_INPUT);
    assert_true(fabs(place[0] - 120) < 0.02 && fabs(place[1] - 42) < 0.02);
    geo_shape_builder_release(&b);
    geo_geos_free(g);
    quick_valid_free(q);
}

static int one_cell(void *user, int n, char **values, char **names)
{
    (void)names;
    snprintf(user, 64, "%s", n && values[0] ? values[0] : "");
    return 0;
}

static void the_packed_index_passes_sqlites_own_check(void **state)
{
    struct place *p = *state;
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 5000, "aa");
    import_squares(s, 20, "bb"); /* small beside what is there: entry by entry */
    import_squares(s, 3000, "cc");
    struct store_version v = current_red_line(s, p->arena);
    struct geo_box box = {111, 39.9, 111.0999, 40.1};
    assert_int_equal(count_features(s, v.id, &box), 10);
    store_close(s);
    char text[64] = "";
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "SELECT rtreecheck('idx_feature_geometry')", one_cell, text, NULL),
                     SQLITE_OK);
    assert_string_equal(text, "ok");
    assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM idx_feature_geometry", one_cell, text, NULL),
                     SQLITE_OK);
    assert_string_equal(text, "8020");
    assert_int_equal(
        sqlite3_exec(db,
                     "SELECT count(*) FROM sqlite_master WHERE name IN ('ggi_feature_geometry', "
                     "'gii_feature_geometry', 'tmi_feature_geometry', 'feature_insert_draft_only')",
                     one_cell, text, NULL),
        SQLITE_OK);
    assert_string_equal(text, "4");
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quick_answer_is_the_answer_of_geos),
        cmocka_unit_test(a_red_line_with_a_thousand_holes_is_decided),
        cmocka_unit_test_setup_teardown(the_packed_index_passes_sqlites_own_check, place_make_store,
                                        place_remove),
    };
    return cmocka_run_group_tests_name("quick_valid", tests, NULL, NULL);
}
