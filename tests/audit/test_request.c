/* A request from named options and back: what the server starts is what was asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/request.h"

#include <string.h>

enum { MAX = 40 };

/* A value that the option takes. */
static const char *value_of(const char *key, bool is_flag)
{
    if (strcmp(key, "threads") == 0)
        return "3";
    if (strcmp(key, "crs") == 0)
        return "EPSG:4525";
    if (strcmp(key, "output") == 0)
        return "一 结果.csv";
    if (strcmp(key, "summary") == 0)
        return "汇总.json";
    return is_flag ? "1" : "-值 with=signs";
}

/* Every option of the table that a kind of audit takes. */
static size_t all_options(enum audit_kind kind, struct audit_option options[MAX])
{
    struct audit_option_info o;
    size_t n = 0;
    for (size_t i = 0; audit_option_at(i, &o); i++) {
        struct audit_request probe = {.kind = kind, .input = "a", .outputs = {"a.csv"}};
        const struct audit_option one = {o.key, value_of(o.key, o.is_flag)};
        if (audit_request_of(&one, 1, &probe, NULL) == STATUS_OK)
            options[n++] = one;
    }
    return n;
}

/* As the command reads its arguments; args.c itself is tried by the tests of the command. */
static size_t options_of(const char *const *argv, size_t n_argv, char text[MAX][64],
                         struct audit_option out[MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < n_argv; i++, n++) {
        const char *equals = strchr(argv[i], '=');
        if (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "-o") == 0) {
            out[n] = (struct audit_option){argv[i][1] == 'o' ? "output" : "input", argv[i + 1]};
            i++;
            continue;
        }
        assert_memory_equal(argv[i], "--", 2);
        size_t length = equals ? (size_t)(equals - argv[i]) - 2 : strlen(argv[i]) - 2;
        memcpy(text[n], argv[i] + 2, length);
        text[n][length] = '\0';
        out[n] = (struct audit_option){text[n], equals ? equals + 1 : "1"};
    }
    return n;
}

static void same_text(const char *a, const char *b)
{
    assert_int_equal(a != NULL, b != NULL);
    if (a)
        assert_string_equal(a, b);
}

static void same_request(const struct audit_request *a, const struct audit_request *b)
{
    for (int i = 0; i < AUDIT_OUTPUTS_MAX; i++)
        same_text(a->outputs[i], b->outputs[i]);
    same_text(a->summary, b->summary);
    same_text(a->summary_json, b->summary_json);
    same_text(a->layer, b->layer);
    same_text(a->input, b->input);
    same_text(a->project_class, b->project_class);
    same_text(a->class_field, b->class_field);
    same_text(a->claims, b->claims);
    same_text(a->claim_field, b->claim_field);
    same_text(a->id_field, b->id_field);
    same_text(a->since, b->since);
    same_text(a->compare, b->compare);
    same_text(a->official, b->official);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->threads, b->threads);
    assert_int_equal(a->epsg, b->epsg);
    assert_int_equal(a->overlaps, b->overlaps);
    assert_int_equal(a->resume, b->resume);
    assert_int_equal(a->overwrite, b->overwrite);
    assert_int_equal(a->within_spaces, b->within_spaces);
}

/* Protects the server's jobs from losing an option between the request and the command, also one that is
 * added one day. */
static void round_trip(void **state)
{
    (void)state;
    for (int k = 0; k < AUDIT_KIND_COUNT; k++) {
        struct audit_option options[MAX], back[MAX];
        char text[MAX][64];
        const char *argv[AUDIT_ARGUMENTS_MAX];
        struct arena *a = arena_new(1 << 20);
        struct audit_request r = {.kind = (enum audit_kind)k}, again = {.kind = (enum audit_kind)k}, copy;
        size_t n = all_options((enum audit_kind)k, options), n_argv = 0;
        options[n++] = (struct audit_option){"output", k == AUDIT_FIGURES ? "b.json" : "b.gpkg"};
        if (k == AUDIT_PARCELS)
            options[n++] = (struct audit_option){"summary", "page.html"};
        assert_int_equal(audit_request_of(options, n, &r, NULL), STATUS_OK);
        assert_int_equal(audit_request_copy(&r, a, &copy, NULL), STATUS_OK);
        same_request(&r, &copy);
        assert_int_equal(audit_request_arguments(&r, a, argv, &n_argv, NULL), STATUS_OK);
        assert_int_equal(n_argv, n + 2 + (k == AUDIT_PARCELS)); /* "-o" and "--" are arguments of their own */
        size_t n_back = options_of(argv, n_argv, text, back);
        assert_int_equal(audit_request_of(back, n_back, &again, NULL), STATUS_OK);
        same_request(&r, &again);
        arena_free(a);
    }
}

/* Each member of the request is reached by an option: the options of a kind are as many as its rows of the
 * table. */
static void each_kind_has_its_options(void **state)
{
    (void)state;
    struct audit_option options[MAX];
    assert_int_equal(all_options(AUDIT_PARCELS, options), 15);
    assert_int_equal(all_options(AUDIT_LINES, options), 7);
    assert_int_equal(all_options(AUDIT_FIGURES, options), 3);
}

/* A refusal leaves what was there alone. */
static void refused_leaves_it_alone(void **state)
{
    (void)state;
    struct error e = {0};
    struct audit_request r = {.kind = AUDIT_PARCELS, .input = "a", .outputs = {"a.csv"}, .threads = 5},
                         before = r;
    const struct audit_option bad[] = {{"class", "X"}, {"threads", "65"}}, unknown[] = {{"colour", "red"}};
    assert_int_equal(audit_request_of(bad, 2, &r, &e), STATUS_INVALID_INPUT);
    assert_string_equal(e.code, "bad-usage");
    same_request(&before, &r);
    assert_int_equal(audit_request_of(unknown, 1, &r, &e), STATUS_INVALID_INPUT);
    assert_non_null(strstr(e.zh, "colour"));
    assert_non_null(strstr(e.zh, "class-field"));
    assert_non_null(strstr(e.en, "overwrite"));
    for (int i = 0; i < AUDIT_OUTPUTS_MAX; i++)
        r.outputs[i] = "x.csv";
    const struct audit_option more[] = {{"output", "one-more.csv"}};
    assert_int_equal(audit_request_of(more, 1, &r, &e), STATUS_INVALID_INPUT);
}

/* An option without a value is one that was not given: a page's empty field, a script's unset variable. */
static void empty_is_not_given(void **state)
{
    (void)state;
    struct audit_request r = {.kind = AUDIT_LINES};
    const struct audit_option options[] = {
        {"class", ""}, {"layer", NULL}, {"within-spaces", "0"}, {"threads", ""}};
    assert_int_equal(audit_request_of(options, 4, &r, NULL), STATUS_OK);
    assert_null(r.project_class);
    assert_null(r.layer);
    assert_false(r.within_spaces);
    assert_true(r.threads >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(each_kind_has_its_options),
        cmocka_unit_test(refused_leaves_it_alone),
        cmocka_unit_test(empty_is_not_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
