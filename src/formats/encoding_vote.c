/* One encoding for all the names and values of a table. */
#include "formats/encoding.h"

#include "base/text.h"

#include <string.h>

/* Two bytes (81-FE, 40-FE without 7F) or four (81-FE, 30-39, 81-FE, 30-39); 0 when it is none, or is cut
 * off. */
static size_t gb_char(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] == 0x80 || s[0] == 0xFF || n < 2)
        return 0;
    if (s[1] >= 0x40 && s[1] != 0x7F && s[1] != 0xFF)
        return 2;
    bool four = n >= 4 && s[1] >= 0x30 && s[1] <= 0x39 && s[2] >= 0x81 && s[2] != 0xFF && s[3] >= 0x30 &&
                s[3] <= 0x39;
    return four ? 4 : 0;
}

static size_t gb_valid_prefix(const unsigned char *s, size_t n)
{
    size_t at = 0;
    for (size_t length; at < n && (length = gb_char(s + at, n - at)); at += length)
        ;
    return at;
}

/* ---- the vote ---- */

static bool is_utf8_but_for_its_end(const char *s, size_t n)
{
    size_t valid = text_valid_prefix(s, n);
    return valid == n || (text_is_half_char(s + valid, n - valid) && !text_is_ascii_of(s, valid));
}

/* The first byte of a character may be the last of what is left. */
static bool is_gb_but_for_its_end(const char *s, size_t n)
{
    size_t valid = gb_valid_prefix((const unsigned char *)s, n);
    return valid == n || (valid + 1 == n && (unsigned char)s[valid] > 0x80 && (unsigned char)s[valid] < 0xFF);
}

void text_vote_add(struct text_vote *v, const void *bytes, size_t n)
{
    if (text_is_ascii_of(bytes, n))
        return;
    if (is_utf8_but_for_its_end(bytes, n))
        v->utf8++;
    else if (is_gb_but_for_its_end(bytes, n))
        v->gb++;
}

bool text_states_gb(const char *stated)
{
    return strcasestr(stated, "gb") != NULL || strstr(stated, "936") != NULL;
}

bool text_states_utf8(const char *stated)
{
    return strcasestr(stated, "utf") != NULL || strstr(stated, "65001") != NULL;
}

enum text_encoding text_vote_decide(const struct text_vote *v, const char *stated)
{
    if (v->utf8 != v->gb)
        return v->gb > v->utf8 ? TEXT_GB18030 : TEXT_UTF8;
    return stated && text_states_gb(stated) ? TEXT_GB18030 : TEXT_UTF8;
}
