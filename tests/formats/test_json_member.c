/* The place of a member's value in the text of an object: held against jansson, which reads it whole. */
#include "base/base64.h"
#include "formats/json_member.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every member of an object is found, and what is found is its value and nothing beside it. */
static void hold(const char *object)
{
    json_t *root = json_loads(object, JSON_REJECT_DUPLICATES, NULL), *value;
    const char *key, *text;
    size_t n;
    assert_non_null(root);
    json_object_foreach(root, key, value)
    {
        assert_true(json_member_find(object, strlen(object), key, &text, &n));
        assert_true(text >= object && text + n <= object + strlen(object));
        assert_true(n > 0 && !strchr(" \t\r\n", text[0]) && !strchr(" \t\r\n", text[n - 1]));
        json_t *again = json_loadb(text, n, JSON_DECODE_ANY, NULL);
        assert_true(json_equal(value, again));
        json_decref(again);
    }
    assert_false(json_member_find(object, strlen(object), "nothing", &text, &n));
    json_decref(root);
}

/* Blanks, strings with quotes and braces, numbers, and nesting are all passed over as a whole. */
static void test_members(void **state)
{
    (void)state;
    hold("{}");
    hold(" { \"a\" : 1 , \"b\":-2.5e3,\"c\" :true,\"d\":null}");
    hold("{\"a\":\"\\\"}\",\"b\":{\"a\":[1,{\"c\":\"]\"}]},\"c\":[ [ ] , { } ],\"\":\"\\\\\"}");
    hold("{\n \"inputs\": {\"parcels\": {\"type\": \"Point\", \"coordinates\": [1, 2]}, \"x\": "
         "\"中}文\"}\n}\n");
}

/* Values nested in each other at random: strings hold what would end them elsewhere. */
static void write_random(char *out, size_t *n, unsigned *seed, int depth)
{
    static const char *const plain[] = {"1", "-0.5", "true", "null", "\"\"", "\"a\\\"}],{\"", "\"\\\\\""};
    unsigned r = *seed = *seed * 1103515245u + 12345u;
    unsigned kind = depth > 4 ? 0 : (r >> 16) % 4, width = (r >> 20) % 4;
    if (kind < 2) {
        *n += (size_t)sprintf(out + *n, "%s", plain[(r >> 18) % (sizeof plain / sizeof *plain)]);
        return;
    }
    *n += (size_t)sprintf(out + *n, kind == 2 ? "[ " : "{ ");
    for (unsigned i = 0; i < width; i++) {
        *n += (size_t)sprintf(out + *n, i ? ", " : "");
        *n += (size_t)(kind == 2 ? 0 : sprintf(out + *n, "\"k%u\" :", i));
        write_random(out, n, seed, depth + 1);
    }
    *n += (size_t)sprintf(out + *n, kind == 2 ? "]" : " }");
}

static void test_random(void **state)
{
    (void)state;
    static char text[1 << 20];
    unsigned seed = 7;
    for (int i = 0; i < 2000; i++) {
        size_t n = (size_t)sprintf(text, "{\"first\":");
        write_random(text, &n, &seed, 0);
        n += (size_t)sprintf(text + n, ",\"last\":");
        write_random(text, &n, &seed, 0);
        strcpy(text + n, "}");
        hold(text);
    }
}

/* What was written reads back, of every length about a piece's; what is no base64 is none. */
static void test_base64(void **state)
{
    (void)state;
    char bytes[7000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + i / 256);
    for (size_t n = 0; n < sizeof bytes; n += n < 9 || (n > 3060 && n < 3080) ? 1 : 61) {
        struct buffer text, back;
        buffer_init(&text, 0);
        buffer_init(&back, 0);
        base64_append(&text, bytes, n);
        assert_int_equal(4 * ((n + 2) / 3), text.size);
        assert_true(base64_read(text.data ? text.data : "", text.size, &back));
        assert_int_equal(n, back.size);
        assert_true(n == 0 || memcmp(bytes, back.data, n) == 0);
        buffer_release(&text);
        buffer_release(&back);
    }
    static const char *const wrong[] = {"a", "ab", "abc", "ab=c", "a===", "%%%%", "eA==x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buffer back;
        buffer_init(&back, 0);
        assert_false(base64_read(wrong[i], strlen(wrong[i]), &back));
        buffer_release(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_members), cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_base64)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
