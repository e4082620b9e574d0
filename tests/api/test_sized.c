/* A program that was compiled against an older or a newer header works with this library: what it did not
 * have means its default and is never written, what the library does not know must be zero. Each struct lies
 * in memory of exactly its size, so that AddressSanitizer sees a byte too many. */
#include "hongxian.h"

#include "fresh_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct hx_store *store;
static struct hx_checker *checker;
static char path[] = "/tmp/hongxian-sized-XXXXXX";

static int open_store(void **state)
{
    (void)state;
    struct hx_error e;
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) || unlink(path) || fresh_store(path, NULL))
        return -1;
    return hx_store_open(path, &store, &e) || hx_checker_new(store, &checker, &e);
}

static int close_store(void **state)
{
    (void)state;
    hx_checker_free(checker);
    hx_store_close(store);
    return unlink(path);
}

/* The first `size` bytes of a struct, or it with zeros behind, with that size in front. */
static void *of_size(const void *from, size_t known, size_t size)
{
    char *to = calloc(1, size);
    assert_non_null(to);
    memcpy(to, from, size < known ? size : known);
    memcpy(to, &size, sizeof size);
    return to;
}

static enum hx_result check(const struct hx_check_options *options, struct hx_error *e)
{
    static const double lon[] = {111.70, 111.72, 111.72, 111.70}, lat[] = {40.80, 40.80, 40.82, 40.82};
    const struct hx_ring ring = {lon, lat, 4};
    const struct hx_report *report = NULL;
    return hx_check_rings(checker, &ring, 1, options, &report, e);
}

static void assert_refused(enum hx_result r, const struct hx_error *e, const char *type)
{
    assert_int_equal(r, HX_INVALID_INPUT);
    assert_string_equal(e->code, "struct-size");
    assert_non_null(strstr(e->zh, type));
    assert_non_null(strstr(e->en, type));
}

/* Options that end before `slivers` and the claims: a nonsense in those is not looked at. */
static void options_of_an_older_header_end_where_they_end(void **state)
{
    (void)state;
    const struct hx_check_options now = {.size = sizeof now, .slivers = "nonsense", .n_claims = 7};
    struct hx_error e;
    assert_int_equal(check(&now, &e), HX_INVALID_INPUT);
    assert_string_not_equal(e.code, "struct-size");
    void *older = of_size(&now, sizeof now, offsetof(struct hx_check_options, slivers));
    assert_int_equal(check(older, &e), HX_OK);
    free(older);
}

/* Members that the library does not know are allowed where they are zero, and refused where they ask for
 * something that it cannot do. */
static void options_of_a_newer_header_are_refused_when_they_are_used(void **state)
{
    (void)state;
    const struct hx_check_options now = {.size = sizeof now, .crs = "EPSG:4490"};
    struct hx_error e;
    char *newer = of_size(&now, sizeof now, sizeof now + 24);
    assert_int_equal(check((void *)newer, &e), HX_OK);
    newer[sizeof now + 23] = 1;
    assert_refused(check((void *)newer, &e), &e, "hx_check_options");
    free(newer);
}

/* 0, what nobody set, a size within a member. */
static void a_size_that_no_header_has_is_refused(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,     1,       sizeof(size_t), sizeof(struct hx_check_options) + 1,
                                   65544, SIZE_MAX};
    struct hx_error e;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct hx_check_options options = {.size = sizes[i]};
        assert_refused(check(&options, &e), &e, "hx_check_options");
    }
    assert_int_equal(check(NULL, &e), HX_OK);
}

/* What is filled: an older program gets what it has room for, a newer one zeros for the rest. */
static void what_is_filled_is_never_longer_than_the_program_has_it(void **state)
{
    (void)state;
    const struct hx_kept now = {.size = sizeof now};
    const struct hx_keep_options keep = {.size = sizeof keep, .officer = "张三"};
    const size_t old_size = offsetof(struct hx_kept, kept_at);
    struct hx_error e;
    char *older = of_size(&now, sizeof now, old_size);
    int64_t id;
    size_t size;
    assert_int_equal(check(NULL, &e), HX_OK);
    assert_int_equal(hx_report_keep(checker, &keep, (void *)older, &e), HX_OK);
    memcpy(&size, older, sizeof size);
    memcpy(&id, older + offsetof(struct hx_kept, id), sizeof id);
    assert_true(id > 0 && size == old_size);

    struct hx_kept *newer = of_size(&now, sizeof now, sizeof now + 16);
    assert_int_equal(hx_record_override(store, id, "restricted", "现场核实", "李四", newer, &e), HX_OK);
    assert_true(newer->id == id + 1 && newer->size == sizeof now + 16);
    assert_int_equal(strlen(newer->sha256), 64);
    assert_int_equal(strlen(newer->kept_at), 20);
    for (size_t i = sizeof now; i < newer->size; i++)
        assert_int_equal(((char *)newer)[i], 0);
    free(older);
    free(newer);
}

static int64_t n_rows(void)
{
    struct hx_chain chain = {.size = sizeof chain};
    struct hx_error e;
    assert_int_equal(hx_records_verify(store, NULL, &chain, &e), HX_OK);
    assert_true(chain.sound);
    return chain.n_rows;
}

/* Whoever cannot be answered keeps nothing: the struct to be filled is looked at before anything is
 * written. */
static void a_struct_that_cannot_be_filled_keeps_nothing(void **state)
{
    (void)state;
    const struct hx_keep_options keep = {.size = sizeof keep, .officer = "张三"}, unset = {.officer = "张三"};
    const struct hx_audit_options reserved = {.size = sizeof reserved, .reserved = 1};
    struct hx_kept none = {.id = -1}, kept = {.size = sizeof kept};
    struct hx_chain chain = {.sound = false};
    struct hx_audit_outcome no_outcome = {.n_parcels = -1}, outcome = {.size = sizeof outcome};
    struct hx_error e;
    assert_int_equal(check(NULL, &e), HX_OK);
    int64_t before = n_rows();
    assert_refused(hx_report_keep(checker, &keep, &none, &e), &e, "hx_kept");
    assert_refused(hx_report_keep(checker, &unset, &kept, &e), &e, "hx_keep_options");
    assert_refused(hx_record_override(store, 1, "restricted", "现场核实", "李四", &none, &e), &e, "hx_kept");
    assert_refused(hx_records_verify(store, NULL, &chain, &e), &e, "hx_chain");
    assert_refused(hx_audit_parcels(store, "no.gpkg", "/no/x.csv", NULL, &no_outcome, &e), &e,
                   "hx_audit_outcome");
    assert_refused(hx_audit_lines(store, "/no/x.csv", &reserved, &outcome, &e), &e, "hx_audit_options");
    assert_true(none.id == -1 && no_outcome.n_parcels == -1 && n_rows() == before);
}

/* A document, too: its options are read by the same rule. */
static void document_options_are_read_by_the_same_rule(void **state)
{
    (void)state;
    const struct hx_document_options now = {.size = sizeof now, .lang = "en", .date = "nonsense"},
                                     unset = {.lang = "en"};
    struct hx_bytes bytes = {NULL, 0};
    struct hx_error e;
    assert_int_equal(check(NULL, &e), HX_OK);
    void *older = of_size(&now, sizeof now, offsetof(struct hx_document_options, date));
    assert_int_equal(hx_report_write(checker, HX_FORMAT_TEXT, older, &bytes, &e), HX_OK);
    assert_non_null(strstr(bytes.data, "Verdict"));
    hx_bytes_free(&bytes);
    assert_refused(hx_report_write(checker, HX_FORMAT_TEXT, &unset, &bytes, &e), &e, "hx_document_options");
    assert_null(bytes.data);
    free(older);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_an_older_header_end_where_they_end),
        cmocka_unit_test(options_of_a_newer_header_are_refused_when_they_are_used),
        cmocka_unit_test(a_size_that_no_header_has_is_refused),
        cmocka_unit_test(what_is_filled_is_never_longer_than_the_program_has_it),
        cmocka_unit_test(a_struct_that_cannot_be_filled_keeps_nothing),
        cmocka_unit_test(document_options_are_read_by_the_same_rule),
    };
    return cmocka_run_group_tests_name("structs of other headers", tests, open_store, close_store);
}
