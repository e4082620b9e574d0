/* Checks of the last day: found by their digest, by whoever asked, for a day, and never more than there is
 * room for. */
#include "http/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char large[RECALL_ONE_BYTES];

static bool add(struct recall *r, const char *person, const char *report, size_t n_input, double now_s,
                char digest[SHA256_HEX_SIZE])
{
    const struct recall_check c = {person, {{"{}", 2}, {report, strlen(report)}, {large, n_input}}};
    return recall_add(r, &c, now_s, digest);
}

static bool is_there(struct recall *r, const char *digest, const char *person, double now_s,
                     const char *report)
{
    struct buffer b;
    buffer_init(&b, 0);
    bool found = recall_find(r, digest, person, now_s, RECALL_REPORT, &b);
    assert_true(!found || (b.size == strlen(report) && memcmp(b.data, report, b.size) == 0));
    buffer_release(&b);
    return found;
}

/* The one who asked finds it, with every part as it was; nobody else does. */
static void test_found_by_whoever_asked(void **state)
{
    (void)state;
    struct recall *r = recall_new();
    char first[SHA256_HEX_SIZE], second[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];
    assert_non_null(r);
    assert_true(add(r, "zhang", "first", 3, 10, first));
    assert_true(add(r, "zhang", "second", 3, 10, second));
    assert_true(add(r, "li", "first", 3, 10, other));
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, other); /* the same check of another person is another one */
    assert_true(is_there(r, first, "zhang", 11, "first"));
    assert_true(is_there(r, second, "zhang", 11, "second"));
    assert_true(is_there(r, other, "li", 11, "first"));
    assert_false(is_there(r, first, "li", 11, ""));
    assert_false(is_there(r, first, "", 11, ""));
    assert_false(is_there(r, "0", "zhang", 11, ""));
    struct buffer b;
    buffer_init(&b, 0);
    assert_true(recall_find(r, first, "zhang", 11, RECALL_INPUT, &b));
    assert_int_equal(b.size, 3);
    assert_memory_equal(b.data, large, 3);
    buffer_release(&b);
    recall_free(r);
}

/* After a day it is gone; what is asked again begins its day anew. */
static void test_a_day(void **state)
{
    (void)state;
    struct recall *r = recall_new();
    char digest[SHA256_HEX_SIZE], again[SHA256_HEX_SIZE];
    assert_true(add(r, "", "report", 1, 0, digest));
    assert_true(is_there(r, digest, "", RECALL_SECONDS, "report"));
    assert_true(add(r, "", "report", 1, RECALL_SECONDS, again));
    assert_string_equal(digest, again);
    assert_true(is_there(r, digest, "", RECALL_SECONDS + 5, "report"));
    assert_false(is_there(r, digest, "", 2.0 * RECALL_SECONDS + 1, ""));
    recall_free(r);
}

/* Too large a one is not taken; of many the oldest make room, by their number and by their bytes. */
static void test_bounds(void **state)
{
    (void)state;
    struct recall *r = recall_new();
    char first[SHA256_HEX_SIZE], digest[SHA256_HEX_SIZE], text[24];
    assert_false(add(r, "", "too large", sizeof large, 0, digest));
    assert_true(add(r, "", "first", 1, 0, first));
    for (int i = 1; i < RECALL_CHECKS; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_true(add(r, "", text, 1, 1, digest));
    }
    assert_true(is_there(r, first, "", 1, "first"));
    assert_true(add(r, "", "one more", 1, 1, digest));
    assert_false(is_there(r, first, "", 1, ""));
    assert_true(is_there(r, digest, "", 1, "one more"));
    for (int i = 0; i <= RECALL_BYTES / RECALL_ONE_BYTES; i++) {
        snprintf(text, sizeof text, "large %d", i);
        assert_true(add(r, "", text, sizeof large - 100, 2, i == 0 ? first : digest));
    }
    assert_false(is_there(r, first, "", 2, ""));
    assert_true(is_there(r, digest, "", 2, text));
    recall_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_found_by_whoever_asked),
                                       cmocka_unit_test(test_a_day), cmocka_unit_test(test_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
