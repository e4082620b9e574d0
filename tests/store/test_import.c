/* Imports into the store: what they change and when, and what can never change afterwards. */
#include "store_fixture.h"

#include <sqlite3.h> /* its codes */
#include <string.h>

/* A check that runs during an import must see the old version, whole, until the commit and the new one
 * after it. */
static void readers_see_the_old_version_until_the_commit(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *w = must_open(p->path, STORE_WRITE), *r = must_open(p->path, STORE_READ);
    import_squares(w, 3, "aa");
    int64_t before = generation_of(r);
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("bb");
    must(store_import_begin(w, &spec, &im, &id, &e), &e);
    add_squares(im, 5);
    struct store_version v = current_red_line(r, p->arena);
    assert_int_equal(v.version_no, 1);
    assert_int_equal(count_features(r, v.id, NULL), 3);
    assert_int_equal(count_features(r, id, NULL), 0);
    assert_int_equal(generation_of(r), before);
    must(store_import_commit(im, 25, 5e6, "{}", &e), &e);
    v = current_red_line(r, p->arena);
    assert_int_equal(v.version_no, 2);
    assert_int_equal(v.id, id);
    assert_string_equal(v.status, "current");
    assert_int_equal(v.n_features, 5);
    assert_int_equal(count_features(r, id, NULL), 5);
    assert_true(generation_of(r) > before);
    store_close(r);
    store_close(w);
}

static void an_aborted_import_leaves_no_trace(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 2, "aa");
    int64_t before = generation_of(s), id = 0;
    struct store_import *im = NULL;
    struct store_version_spec spec = red_line_spec("bb");
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    add_squares(im, 4);
    store_import_abort(im);
    assert_int_equal(current_red_line(s, p->arena).version_no, 1);
    assert_int_equal(count_features(s, id, NULL), 0);
    assert_int_equal(generation_of(s), before);
    import_squares(s, 4, "bb"); /* and the next import is not in its way */
    assert_int_equal(current_red_line(s, p->arena).version_no, 2);
    store_close(s);
}

/* SpatiaLite's triggers end the whole transaction on a bad geometry: later rows must not be written
 * outside it. */
static void a_row_that_is_refused_ends_the_import(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("bb");
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    add_squares(im, 1);
    struct store_feature bad = {
        .code = "B", .name = "", .zone = "", .county = "", .wkb = "rubbish", .wkb_size = 7};
    assert_int_equal(store_import_feature(im, &bad, NULL, &e), STATUS_INVALID_INPUT);
    struct square_wkb w = square_wkb(111, 40, 0.1);
    bad.wkb = w.bytes;
    bad.wkb_size = sizeof w.bytes;
    enum status after = store_import_feature(im, &bad, NULL, &e);
    enum status end = after == STATUS_OK ? STATUS_OK : store_import_commit(im, 1, 1, "{}", &e);
    assert_true(after == STATUS_OK || end == STATUS_CONFLICT);
    store_import_abort(im);
    assert_int_equal(count_features(s, id, NULL), 0);
    store_close(s);
}

static void two_imports_at_once_are_a_conflict_with_a_sentence(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *a = must_open(p->path, STORE_WRITE), *b = must_open(p->path, STORE_WRITE);
    struct store_import *first = NULL, *second = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("aa");
    must(store_import_begin(a, &spec, &first, &id, &e), &e);
    assert_int_equal(store_import_begin(b, &spec, &second, &id, &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-busy", p->path);
    store_import_abort(first);
    store_close(a);
    store_close(b);
}

static void a_layer_that_is_named_wrongly_is_refused_in_words(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_WRITE);
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec good = red_line_spec("aa"), bad[5] = {good, good, good, good, good};
    bad[0].layer = "Red line";
    bad[1].title_zh = "";
    bad[2].kind = "area";
    bad[3].effective_from = "2024年1月";
    bad[4].effective_to = "2024-13-01";
    static const char *const named[] = {"Red line", "", "area", "2024年1月", "2024-13-01"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(store_import_begin(s, &bad[i], &im, &id, &e), STATUS_INVALID_INPUT);
        assert_says(&e, STATUS_INVALID_INPUT, "layer-spec", named[i]);
    }
    good.layer = "feature"; /* the name of one of the store's own tables */
    must(store_import_begin(s, &good, &im, &id, &e), &e);
    assert_int_equal(store_import_commit(im, 0, 0, "{}", &e), STATUS_INVALID_INPUT);
    assert_says(&e, STATUS_INVALID_INPUT, "layer-id-taken", "feature");
    store_import_abort(im);
    store_close(s);
}

static void a_reader_cannot_import(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store *s = must_open(p->path, STORE_READ);
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec("aa");
    assert_int_equal(store_import_begin(s, &spec, &im, &id, &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-read-only", p->path);
    store_close(s);
}

/* A version's answer must be reproducible years later: nobody, not even another program, changes its rows. */
static void committed_versions_cannot_be_changed_even_by_hand(void **state)
{
    struct place *p = *state;
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 2, "aa");
    store_close(s);
    static const char *const tries[] = {
        "UPDATE feature SET name = 'x'",
        "DELETE FROM feature",
        "UPDATE feature SET geometry = geometry",
        "INSERT INTO feature (version_id, code, name, zone, county, properties, geometry) SELECT version_id, "
        "code, "
        "name, zone, county, properties, geometry FROM feature",
        "UPDATE layer_version SET area_m2 = 0",
        "UPDATE layer_version SET source_sha256 = 'cc'",
        "UPDATE layer_version SET status = 'draft'",
        "DELETE FROM layer_version",
        "INSERT INTO coverage (version_id, geometry) SELECT version_id, geometry FROM feature LIMIT 1",
        "UPDATE rule_set SET csv = ''",
        "UPDATE layer SET current_version_id = 4711",
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        char message[256];
        int rc = foreign_sql(p->path, tries[i], message);
        if (rc == SQLITE_OK)
            fail_msg("not refused: %s", tries[i]);
        assert_non_null(strstr(message, " / ")); /* the trigger's own words, in both languages */
    }
    s = must_open(p->path, STORE_READ);
    assert_int_equal(count_features(s, current_red_line(s, p->arena).id, NULL), 2);
    store_close(s);
}

int main(void)
{
#define WITH_STORE(name) cmocka_unit_test_setup_teardown(name, place_make_store, place_remove)
    const struct CMUnitTest tests[] = {
        WITH_STORE(readers_see_the_old_version_until_the_commit),
        WITH_STORE(an_aborted_import_leaves_no_trace),
        WITH_STORE(a_row_that_is_refused_ends_the_import),
        WITH_STORE(two_imports_at_once_are_a_conflict_with_a_sentence),
        WITH_STORE(a_layer_that_is_named_wrongly_is_refused_in_words),
        WITH_STORE(a_reader_cannot_import),
        WITH_STORE(committed_versions_cannot_be_changed_even_by_hand),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
