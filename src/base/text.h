/* The one judge of UTF-8: what is a character, what is valid, where a text may be cut.
 *
 * Not for: other encodings, and guessing which one a text is in (formats/encoding.h). Threads: pure. */
#ifndef HX_BASE_TEXT_H
#define HX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at s, of which n (at least 1) are there; 0 when it is none (overlong forms,
 * surrogates, beyond U+10FFFF, cut off). */
static inline size_t text_char_of(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xF0 && s[0] <= 0xF4  ? 4
                    : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
                    : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
                                                  : 0;
    if (length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if (length == 3 && ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F)))
        return 0;
    if (length == 4 && ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F)))
        return 0;
    return length;
}

/* The same of a NUL-terminated text. */
static inline size_t text_char(const char *text)
{
    return text_char_of(text, SIZE_MAX);
}

/* Offset of the first byte that is not valid UTF-8; n when all is valid. */
size_t text_valid_prefix(const void *bytes, size_t n);
bool text_is_utf8(const char *text);
bool text_is_ascii_of(const void *bytes, size_t n);

/* How many bytes of the text, which is UTF-8, may stay when at most `max` may: never half a character. */
size_t text_cut(const char *text, size_t max);
/* Letters a to z are as A to Z: ".GPKG" is ".gpkg". */
bool text_ends_with(const char *text, const char *end);
/* The last part of a path: "a.shp" of "dir/a.shp", "a.gdb/" of "dir/a.gdb/". Within the path. */
const char *text_file_name(const char *path);
/* Bytes of that name before its ending: 4 of "plan.gdb.zip". */
size_t text_file_stem(const char *name);
/* Are the n bytes (at least 1) the beginning of one character, whose rest is missing? */
bool text_is_half_char(const char *bytes, size_t n);
/* A day of the calendar as "2024-01-31". */
bool text_is_day(const char *text);
/* Letters, digits, "-", "." and "_" as they are, every other byte as %XX, in `out` with a NUL; cut before a
 * byte for which there is no room. Returns the length. */
size_t text_percent(const char *text, char *out, size_t size);

#endif
