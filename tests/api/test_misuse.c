/* A program that leaves an argument out gets a sentence that names it, never a crash; outputs stay as they
 * were. */
#include "hongxian.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_missing(enum hx_result result, const struct hx_error *e, const char *argument)
{
    assert_int_equal(result, HX_INVALID_INPUT);
    assert_int_equal(e->result, HX_INVALID_INPUT);
    assert_string_equal(e->code, "argument-missing");
    assert_non_null(strstr(e->zh, argument));
    assert_non_null(strstr(e->en, argument));
}

static void arguments_that_are_missing_are_named(void **state)
{
    (void)state;
    struct hx_error e;
    struct hx_store *store = NULL;
    struct hx_checker *checker = NULL;
    struct hx_bytes bytes = {NULL, 7};
    const struct hx_report *report = NULL;
    struct hx_chain chain = {.size = sizeof chain};
    struct hx_kept kept = {.size = sizeof kept};
    const struct hx_verification *verification;
    struct hx_audit_outcome outcome = {.size = sizeof outcome};
    assert_missing(hx_store_open(NULL, &store, &e), &e, "path");
    assert_missing(hx_store_open("x", NULL, &e), &e, "out");
    assert_missing(hx_store_refresh(NULL, &e), &e, "store");
    assert_missing(hx_checker_new(NULL, &checker, &e), &e, "store");
    assert_missing(hx_checker_reader(NULL, NULL, &e), &e, "checker");
    assert_missing(hx_check_bytes(NULL, "x", 1, NULL, &report, &e), &e, "checker");
    assert_missing(hx_check_rings(NULL, NULL, 0, NULL, &report, &e), &e, "checker");
    assert_missing(hx_areas(NULL, "STBHHX", NULL, 0, NULL, NULL, &e), &e, "checker");
    assert_missing(hx_report_write(NULL, HX_FORMAT_JSON, NULL, &bytes, &e), &e, "checker");
    assert_missing(hx_parcels_txt(NULL, 0, false, &bytes, &e), &e, "checker");
    assert_missing(hx_report_keep(NULL, NULL, &kept, &e), &e, "checker");
    assert_missing(hx_record_json(NULL, 1, &bytes, &e), &e, "store");
    assert_missing(hx_records_verify(NULL, NULL, &chain, &e), &e, "store");
    assert_missing(hx_verify_report(NULL, "{}", 2, NULL, 0, &verification, &e), &e, "checker");
    assert_missing(hx_audit_parcels(NULL, "a", "b", NULL, &outcome, &e), &e, "store");
    assert_int_equal(hx_store_open(NULL, &store, NULL), HX_INVALID_INPUT); /* the error may be NULL itself */
    assert_true(!store && !checker && !report && !bytes.data && bytes.size == 7);
}

static void what_is_nothing_may_be_given_back(void **state)
{
    (void)state;
    hx_store_close(NULL);
    hx_checker_free(NULL);
    hx_bytes_free(NULL);
    assert_non_null(hx_verdict_name((enum hx_verdict)77));
    assert_non_null(hx_status_zh((enum hx_status)77));
}

/* The numbers of the formats are those of the one table of forms, in its order; what is none of them has no
 * name. */
static void formats_have_the_names_of_the_table(void **state)
{
    (void)state;
    static const struct {
        enum hx_format format;
        const char *name;
    } formats[] = {{HX_FORMAT_JSON, "json"}, {HX_FORMAT_GEOJSON, "geojson"}, {HX_FORMAT_TEXT, "text"},
                   {HX_FORMAT_CSV, "csv"},   {HX_FORMAT_XLSX, "xlsx"},       {HX_FORMAT_HTML, "html"},
                   {HX_FORMAT_PDF, "pdf"}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        assert_string_equal(hx_format_name(formats[i].format), formats[i].name);
    /* and the table has none that is not among them */
    assert_string_equal(hx_format_name((enum hx_format)(sizeof formats / sizeof *formats)), "?");
    assert_string_equal(hx_format_name((enum hx_format)77), "?");
    assert_string_equal(hx_format_name((enum hx_format) - 1), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_that_are_missing_are_named),
        cmocka_unit_test(what_is_nothing_may_be_given_back),
        cmocka_unit_test(formats_have_the_names_of_the_table),
    };
    return cmocka_run_group_tests_name("misuse of the library", tests, NULL, NULL);
}
