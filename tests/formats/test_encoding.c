/* What a text is in, and where it may be cut: the same answer for every door. */
#include "formats/encoding.h"

#include "base/text.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In GB18030, by the machine's iconv: a second opinion on our own tables. */
static char *gb(const char *utf8)
{
    size_t n = strlen(utf8), room = 4 * n + 1;
    char *out = calloc(1, room + 1), *to = out, *from = (char *)(uintptr_t)utf8;
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    assert_true(iconv(cd, &from, &n, &to, &room) != (size_t)-1);
    iconv_close(cd);
    return out;
}

static char *cut(char *text, size_t n)
{
    text[n] = '\0';
    return text;
}

/* Every code point that UTF-8 has is one character, and iconv agrees on what is none. */
static void characters(void **state)
{
    (void)state;
    iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
    uint64_t random = 7;
    for (int i = 0; i < 300000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        char bytes[5] = {0};
        uint32_t four = (uint32_t)(random >> 32);
        static const unsigned char leads[] = {0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED,
                                              0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0x80};
        memcpy(bytes, &four, 4);
        bytes[0] = i % 3 ? (char)leads[(random >> 8) % sizeof leads] : bytes[0];
        for (int k = 1; k < 4; k++)
            bytes[k] = i % 5 ? (char)(0x80 | (bytes[k] & 0x3F)) : bytes[k];
        if (!bytes[0])
            continue;
        size_t n = text_char(bytes);
        char out[8], *to = out, *from = bytes;
        size_t left = 0, want = 0;
        for (size_t length = 1; length <= 4 && !want; length++) {
            size_t room = sizeof out;
            left = length, to = out, from = bytes;
            iconv(cd, NULL, NULL, NULL, NULL);
            want = iconv(cd, &from, &left, &to, &room) != (size_t)-1 && to - out == 4 ? length : 0;
        }
        assert_int_equal(n, want);
        for (size_t there = 1; there < n; there++) {
            assert_int_equal(text_char_of(bytes, there), 0);
            assert_true(text_is_half_char(bytes, there));
        }
    }
    iconv_close(cd);
}

static void valid_prefix(void **state)
{
    (void)state;
    static const char text[] = "0123456789012345地块ABCDEFGHIJK红线";
    char copy[sizeof text];
    assert_int_equal(text_valid_prefix(text, sizeof text - 1), sizeof text - 1);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        memcpy(copy, text, sizeof text);
        copy[i] = '\xFF';
        size_t begin = i;
        while (begin > 0 && (text[begin] & 0xC0) == 0x80)
            begin--;
        assert_int_equal(text_valid_prefix(copy, sizeof text - 1), begin);
    }
    assert_true(text_is_ascii_of("", 0) && text_is_ascii_of("abcdefghijklmnop", 16) &&
                !text_is_ascii_of("abcdefghijklmnopé", 18));
}

static void a_cut_falls_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a地𠮷b";
    static const size_t want[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};
    for (size_t max = 0; max < sizeof want / sizeof *want; max++)
        assert_int_equal(text_cut(text, max), want[max]);
}

static struct text_vote vote_of(const char *const *texts, size_t n, bool as_gb)
{
    struct text_vote v = {0, 0};
    for (size_t i = 0; i < n; i++) {
        char *text = as_gb ? gb(texts[i]) : strdup(texts[i]);
        text_vote_add(&v, text, strlen(text));
        free(text);
    }
    return v;
}

static void the_bytes_decide_against_a_code_page_that_lies(void **state)
{
    (void)state;
    static const char *const texts[] = {"DKBH", "地块编号", "一", "乡道拓宽", "呼和浩特市", "A-1", ""};
    enum { N = sizeof texts / sizeof *texts };
    struct text_vote in_gb = vote_of(texts, N, true), in_utf8 = vote_of(texts, N, false),
                     ascii = vote_of(texts, 1, true);
    assert_int_equal(text_vote_decide(&in_gb, "UTF-8"), TEXT_GB18030);
    assert_int_equal(text_vote_decide(&in_gb, NULL), TEXT_GB18030);
    assert_int_equal(text_vote_decide(&in_utf8, "GBK"), TEXT_UTF8);
    /* where nothing votes, what is stated counts */
    assert_int_equal(text_vote_decide(&ascii, "GBK"), TEXT_GB18030);
    assert_int_equal(text_vote_decide(&ascii, "UTF-8"), TEXT_UTF8);
    assert_int_equal(text_vote_decide(&ascii, NULL), TEXT_UTF8);
}

/* A table whose only value was cut in the middle of a character is still known for what it is. */
static void half_a_character_does_not_turn_the_vote(void **state)
{
    (void)state;
    static const char text[] = "呼和浩特市新城区红线范围";
    for (size_t n = 4; n < sizeof text; n++) {
        char copy[sizeof text];
        memcpy(copy, text, sizeof text);
        struct text_vote v = {0, 0};
        text_vote_add(&v, cut(copy, n), n);
        assert_int_equal(text_vote_decide(&v, "GBK"), TEXT_UTF8);
    }
    char *in_gb = gb(text);
    for (size_t n = strlen(in_gb); n >= 5; n--) {
        struct text_vote v = {0, 0};
        text_vote_add(&v, cut(in_gb, n), n);
        assert_int_equal(text_vote_decide(&v, "UTF-8"), TEXT_GB18030);
    }
    free(in_gb);
}

static void one_damaged_byte_does_not_make_a_file_gbk(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    static const char damaged[] = "编号,名称\n1,红线\n2,农\xFF田\n3,城镇\n";
    char *text, *in_gb = gb("编号,名称\n1,一\n2,农田\n");
    size_t n;
    enum text_encoding was;
    struct error e;
    assert_int_equal(text_decode(damaged, sizeof damaged - 1, a, &text, &n, &was, &e), STATUS_INVALID_INPUT);
    assert_non_null(strstr(e.en, "byte 29"));
    assert_non_null(strstr(e.zh, "第29字节"));
    assert_int_equal(text_decode(in_gb, strlen(in_gb), a, &text, &n, &was, &e), STATUS_OK);
    assert_int_equal(was, TEXT_GB18030);
    assert_string_equal(text, "编号,名称\n1,一\n2,农田\n");
    free(in_gb);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters),
        cmocka_unit_test(valid_prefix),
        cmocka_unit_test(a_cut_falls_between_characters),
        cmocka_unit_test(the_bytes_decide_against_a_code_page_that_lies),
        cmocka_unit_test(half_a_character_does_not_turn_the_vote),
        cmocka_unit_test(one_damaged_byte_does_not_make_a_file_gbk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
