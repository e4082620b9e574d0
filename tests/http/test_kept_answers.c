/* Answers that are kept: found by their tag alone, bounded, and alive for as long as somebody sends them. */
#include "http/kept_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int n_gone;
static char bytes[KEPT_ANSWER_BYTES + 1];

static void count_gone(void *user)
{
    (void)user;
    n_gone++;
}

/* A reply whose response tells when it is destroyed. */
static struct reply made(size_t size, bool gzip)
{
    struct reply r = {.status = MHD_HTTP_OK, .bytes = bytes, .size = size, .gzip = gzip};
    r.response = MHD_create_response_from_buffer_with_free_callback_cls(size, bytes, count_gone, NULL);
    assert_non_null(r.response);
    return r;
}

static void add(struct kept_answers *k, int number, size_t size)
{
    char tag[40];
    struct reply r = made(size, false);
    snprintf(tag, sizeof tag, "W/\"%d\"", number);
    kept_answers_add(k, tag, &r);
    reply_done(&r);
}

static bool has(struct kept_answers *k, int number)
{
    char tag[40];
    struct reply r = {.gzip = false};
    snprintf(tag, sizeof tag, "W/\"%d\"", number);
    bool found = kept_answers_find(k, tag, &r);
    reply_done(&r);
    return found;
}

/* What is found is what was added under this tag and in this coding; another tag, of another state, finds
 * nothing. */
static void test_found_by_tag_and_coding(void **state)
{
    (void)state;
    struct kept_answers *k = kept_answers_new();
    struct reply plain = made(100, false), packed = made(50, true), r = {.gzip = true};
    reply_header(&plain, "X-What", "plain");
    reply_header(&packed, "X-What", "packed");
    n_gone = 0;
    kept_answers_add(k, "W/\"a\"", &plain);
    kept_answers_add(k, "W/\"a\"", &packed);
    reply_done(&plain);
    reply_done(&packed);
    assert_false(kept_answers_find(k, "W/\"b\"", &r));
    assert_true(kept_answers_find(k, "W/\"a\"", &r));
    assert_string_equal(MHD_get_response_header(r.response, "X-What"), "packed");
    assert_int_equal(r.status, MHD_HTTP_OK);
    kept_answers_free(k);
    assert_int_equal(n_gone, 1); /* the plain one; the other is still being sent */
    reply_done(&r);
    assert_int_equal(n_gone, 2);
}

/* A header of one request is on no other's answer: each has a response of its own. */
static void test_a_response_for_each(void **state)
{
    (void)state;
    struct kept_answers *k = kept_answers_new();
    struct reply first = made(100, false), second = {.gzip = false};
    n_gone = 0;
    kept_answers_add(k, "W/\"a\"", &first);
    reply_header(&first, "X-Request-Id", "one");
    assert_true(kept_answers_find(k, "W/\"a\"", &second));
    assert_null(MHD_get_response_header(second.response, "X-Request-Id"));
    reply_done(&first);
    reply_done(&second);
    assert_int_equal(n_gone, 0);
    kept_answers_free(k);
    assert_int_equal(n_gone, 1);
}

/* Whatever is asked, as many and as large answers are kept as is said; those that were asked for last
 * stay. */
static void test_bounded(void **state)
{
    (void)state;
    struct kept_answers *k = kept_answers_new();
    n_gone = 0;
    for (int i = 0; i < 3 * KEPT_ANSWERS; i++) {
        add(k, i, 100);
        assert_true(has(k, 0)); /* asked for again and again */
    }
    int kept = 0;
    for (int i = 0; i < 3 * KEPT_ANSWERS; i++)
        kept += has(k, i);
    assert_int_equal(kept, KEPT_ANSWERS);
    assert_int_equal(n_gone, 2 * KEPT_ANSWERS);
    for (int i = 0; i < 9; i++)
        add(k, 1000 + i, KEPT_ANSWER_BYTES);
    assert_false(has(k, 0));
    kept = 0;
    for (int i = 0; i < 9; i++)
        kept += has(k, 1000 + i);
    assert_int_equal(kept, 8);
    kept_answers_free(k);
    assert_int_equal(n_gone, 3 * KEPT_ANSWERS + 9);
}

/* What is no whole document is not kept: a failure, a stream of which nobody knows the length, a giant. */
static void test_not_kept(void **state)
{
    (void)state;
    struct kept_answers *k = kept_answers_new();
    struct reply failed = made(100, false);
    n_gone = 0;
    failed.status = MHD_HTTP_NOT_FOUND;
    kept_answers_add(k, "W/\"1\"", &failed);
    reply_done(&failed);
    add(k, 2, 0);
    struct reply streamed = made(100, false);
    streamed.bytes = NULL;
    kept_answers_add(k, "W/\"4\"", &streamed);
    reply_done(&streamed);
    add(k, 3, KEPT_ANSWER_BYTES + 1);
    assert_false(has(k, 1) || has(k, 2) || has(k, 3) || has(k, 4));
    assert_int_equal(n_gone, 4);
    kept_answers_free(k);
}

/* Two that made the same at the same time: one is kept, both are sent. */
static void test_made_twice(void **state)
{
    (void)state;
    struct kept_answers *k = kept_answers_new();
    n_gone = 0;
    struct reply other = made(100, false);
    add(k, 1, 100);
    kept_answers_add(k, "W/\"1\"", &other);
    assert_int_equal(n_gone, 0);
    reply_done(&other);
    assert_int_equal(n_gone, 1);
    assert_true(has(k, 1));
    kept_answers_free(k);
    assert_int_equal(n_gone, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_by_tag_and_coding),
        cmocka_unit_test(test_a_response_for_each),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_not_kept),
        cmocka_unit_test(test_made_twice),
    };
    return mhd_load(NULL) == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
