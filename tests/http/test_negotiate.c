/* Which form of an answer a header asks for. */
#include "http/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after those that it needs */
#include <cmocka.h>

/* RFC 9110, 12.5.1: the most specific range decides, wherever it stands, and its q is the weight. */
static void test_media_types(void **state)
{
    (void)state;
    static const struct {
        const char *list, *wanted;
        double weight;
    } cases[] = {
        {NULL, "text/html", 1},
        {"", "text/html", 0},
        {"text/html", "text/html", 1},
        {"TEXT/HTML", "text/html", 1},
        {"text/htmlx", "text/html", 0},
        {"xtext/html", "text/html", 0},
        {"text/html;q=0.2, */*", "text/html", 0.2},
        {"*/*, text/html;q=0.2", "text/html", 0.2},
        {"*/*;q=0.8, text/*;q=0.3", "text/html", 0.3},
        {"text/*;q=0.3, text/html;level=1;q=0.4, */*", "text/html", 0.4},
        {"text/html ; q=0.5 , a/b", "text/html", 0.5},
        {"text/html;q=0", "text/html", 0},
        {"text/html;q=0, */*", "text/html", 0},
        {"application/*;q=0.7", "text/html", 0},
        {"application/*;q=0.7", "application/json", 0.7},
        {"text/html;q=2", "text/html", 0},
        {"text/html;q=x", "text/html", 0},
        {"text/html;q=-1", "text/html", 0},
        {"text/html;q=nan", "text/html", 0},
        {"text/html;q=", "text/html", 0},
        {",,, text/html", "text/html", 1},
        {";q=0.4,text/html", "text/html", 1},
        {"text/html;a=\"b", "text/html", 1},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json", 0.8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (accept_weight(cases[i].list, cases[i].wanted, 1) != cases[i].weight)
            fail_msg("%s in \"%s\": %g", cases[i].wanted, cases[i].list ? cases[i].list : "(none)",
                     accept_weight(cases[i].list, cases[i].wanted, 1));
}

/* A coding that is not named is not taken, unless everything is. */
static void test_codings(void **state)
{
    (void)state;
    assert_true(accept_weight(NULL, "gzip", 0) == 0);
    assert_true(accept_weight("gzip, deflate, br", "gzip", 0) == 1);
    assert_true(accept_weight("br", "gzip", 0) == 0);
    assert_true(accept_weight("*", "gzip", 0) == 1);
    assert_true(accept_weight("*, gzip;q=0", "gzip", 0) == 0);
    assert_true(accept_weight("gzip;q=0.001", "gzip", 0) > 0);
    assert_true(accept_weight("x-gzip", "gzip", 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_media_types), cmocka_unit_test(test_codings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
