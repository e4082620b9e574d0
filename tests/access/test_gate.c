/* Every route stands in the gate's table. */
#include "http/access_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A route that nobody thought of is closed to all but administrators, and this test says that it was
 * forgotten. */
static void every_route_says_what_it_needs(void **state)
{
    (void)state;
    const struct route *r;
    size_t n = 0;
    for (; (r = route_at(n)); n++) {
        bool whole, known;
        (void)access_gate_right(r, &whole, &known);
        if (!known)
            fail_msg("%s %s is not in the table of src/http/access_gate.c", r->method, r->pattern);
    }
    assert_true(n > 40);
    const struct route unknown = {"GET", "/new", NULL, "", false};
    bool whole, known;
    assert_int_equal(access_gate_right(&unknown, &whole, &known), RIGHT_ADMINISTER);
    assert_true(whole && !known);
}

/* What is not published needs a login, and what changes something needs more than reading. */
static void only_what_is_published_is_public(void **state)
{
    (void)state;
    const struct route *r;
    static const char *const open[] = {"/login", "/logout", "/me", "/health", "/live", "/ready", "/", ""};
    for (size_t i = 0; (r = route_at(i)); i++) {
        bool whole, known, is_open = false;
        enum access_right right = access_gate_right(r, &whole, &known);
        for (size_t k = 0; k < sizeof open / sizeof *open; k++)
            is_open = is_open || strcmp(open[k], r->pattern) == 0;
        if (!is_open)
            assert_int_not_equal(right, RIGHT_NONE);
        if (right == RIGHT_READ) /* one that looks into more, by who asks, is no other site's to read */
            assert_true(route_is_public(r) || route_is_without_trace(r));
        if (strcmp(r->method, "GET") != 0 && !is_open)
            assert_int_not_equal(right, RIGHT_READ);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_route_says_what_it_needs),
                                       cmocka_unit_test(only_what_is_published_is_public)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
