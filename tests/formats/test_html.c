/* Text from outside in a page: it can end neither an element nor an attribute, and is valid in every
 * browser. */
#include "formats/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *want)
{
    struct buffer b;
    buffer_init(&b, 0);
    html_text(&b, text);
    assert_string_equal(b.data, want);
    buffer_release(&b);
}

static void nothing_ends_an_element_or_an_attribute(void **state)
{
    (void)state;
    expect("<script>alert('\"1\"')</script>", "&lt;script&gt;alert(&#39;&quot;1&quot;&#39;)&lt;/script&gt;");
    expect("a & b &amp; c", "a &amp; b &amp;amp; c");
    expect("红线 1号\t甲\n乙", "红线 1号\t甲\n乙");
    expect("", "");
    expect(NULL, "");
}

static void what_no_page_may_hold(void **state)
{
    (void)state;
    expect("a\x01\x1F\x7F"
           "b\r\n",
           "ab\n");
    expect("\xFF红\xE5\x8F", "\xEF\xBF\xBD红\xEF\xBF\xBD\xEF\xBF\xBD");
    expect("\xC0\xBC script", "\xEF\xBF\xBD\xEF\xBF\xBD script"); /* "<" in an overlong form */
}

/* Every byte and every pair of bytes: the output holds no bare mark. */
static void no_bare_mark_comes_out(void **state)
{
    (void)state;
    struct buffer b;
    buffer_init(&b, 0);
    for (int i = 1; i < 256; i++)
        for (int k = 1; k < 256; k++) {
            const char text[] = {(char)i, (char)k, '<', 'x', '\0'};
            buffer_clear(&b);
            html_text(&b, text);
            assert_null(strpbrk(b.data, "<>\"'"));
            assert_non_null(strstr(b.data, "&lt;x"));
        }
    buffer_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_ends_an_element_or_an_attribute),
        cmocka_unit_test(what_no_page_may_hold),
        cmocka_unit_test(no_bare_mark_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
