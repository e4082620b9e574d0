/* One encoding for all the names and values of a table. */
#include "formats/encoding.h"

#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

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

static bool states_utf8(const char *stated)
{
    return strcasestr(stated, "utf") != NULL || strstr(stated, "65001") != NULL;
}

static bool states_gb(const char *stated)
{
    return strcasestr(stated, "gb") != NULL || strstr(stated, "936") != NULL;
}

enum text_encoding text_vote_decide(const struct text_vote *v, const char *stated)
{
    if (v->utf8 != v->gb)
        return v->gb > v->utf8 ? TEXT_GB18030 : TEXT_UTF8;
    return stated && states_gb(stated) ? TEXT_GB18030 : TEXT_UTF8;
}

bool text_vote_contradicts(const struct text_vote *v, const char *stated)
{
    if (!stated || !*stated || v->utf8 == v->gb)
        return false;
    return v->gb > v->utf8 ? !states_gb(stated) : !states_utf8(stated);
}

/* ---- values ---- */

enum status text_decoder_init(struct text_decoder *d, enum text_encoding encoding, struct error *e)
{
    iconv_t from_gb = iconv_open("UTF-8", "GB18030");
    if (from_gb == (iconv_t)-1) {
        error_zh(e, "本机的iconv不能转换GB18030；请安装glibc的gconv模块，或把文件另存为UTF-8。");
        return error_fail(
            e, STATUS_UNSUPPORTED, "iconv-missing",
            "iconv on this machine cannot convert GB18030; install glibc's gconv modules, or save the file "
            "as UTF-8.");
    }
    *d = (struct text_decoder){encoding == TEXT_GB18030 ? TEXT_GB18030 : TEXT_UTF8, from_gb};
    return STATUS_OK;
}

void text_decoder_release(struct text_decoder *d)
{
    if (d->from_gb)
        iconv_close(d->from_gb);
    *d = (struct text_decoder){TEXT_UTF8, NULL};
}

static const char unreadable[] = "\xEF\xBF\xBD";

/* What is valid is copied; a byte that is no text becomes U+FFFD, half a character at the end nothing. */
static char *mend_utf8(const char *raw, size_t n, struct arena *a, enum text_damage *damage)
{
    char *text = arena_alloc(a, n * 3 + 1), *to = text;
    for (size_t at = 0; text && at < n; at++) {
        size_t valid = text_valid_prefix(raw + at, n - at);
        memcpy(to, raw + at, valid);
        to += valid;
        at += valid;
        if (at == n)
            break;
        if (text_is_half_char(raw + at, n - at)) {
            *damage = *damage == TEXT_WHOLE ? TEXT_CUT : *damage;
            break;
        }
        to = mempcpy(to, unreadable, 3);
        *damage = TEXT_DAMAGED;
    }
    return text;
}

/* The same; text that glibc's table does not know counts as damaged. Arena memory is zeroed: the text has
 * its end. */
static char *convert_gb(struct text_decoder *d, const char *raw, size_t n, struct arena *a,
                        enum text_damage *damage)
{
    size_t room = n * 3; /* two bytes become three at most, four become four, and a bad one three */
    char *text = arena_alloc(a, room + 1), *to = text, *from = (char *)(uintptr_t)raw;
    if (!text)
        return NULL;
    iconv(d->from_gb, NULL, NULL, NULL, NULL);
    while (n > 0 && iconv(d->from_gb, &from, &n, &to, &room) == (size_t)-1) {
        if (errno == EINVAL) { /* the input ends in half a character */
            *damage = *damage == TEXT_WHOLE ? TEXT_CUT : *damage;
            break;
        }
        to = mempcpy(to, unreadable, 3);
        room -= 3;
        from++;
        n--;
        *damage = TEXT_DAMAGED;
    }
    *to = '\0';
    return text;
}

static bool is_wholly_the_other(const struct text_decoder *d, const char *raw, size_t n)
{
    if (d->encoding == TEXT_GB18030)
        return !is_gb_but_for_its_end(raw, n) && text_valid_prefix(raw, n) == n;
    return !is_utf8_but_for_its_end(raw, n) && gb_valid_prefix((const unsigned char *)raw, n) == n;
}

char *text_decoder_text(struct text_decoder *d, const char *raw, struct arena *a, enum text_damage *damage)
{
    enum text_damage unasked, *out = damage ? damage : &unasked;
    size_t n = strlen(raw);
    *out = TEXT_WHOLE;
    if (text_is_ascii_of(raw, n))
        return arena_strndup(a, raw, n);
    bool gb = (d->encoding == TEXT_GB18030) != is_wholly_the_other(d, raw, n);
    return gb ? convert_gb(d, raw, n, a, out) : mend_utf8(raw, n, a, out);
}

/* ---- names ---- */

/* Bytes of the next character of a UTF-8 text in an encoding. */
static size_t bytes_in(const char *s, enum text_encoding encoding)
{
    size_t n = text_char(s);
    return encoding != TEXT_GB18030 || n < 2 || n == 4 ? n : 2;
}

bool text_name_was_cut(const char *name, const char *whole, enum text_encoding encoding, size_t width)
{
    size_t n = strlen(name), used = 0;
    if (n == 0 || strlen(whole) <= n || strncasecmp(name, whole, n) != 0 || !text_char(whole + n))
        return false;
    for (const char *s = name; *s; s += text_char(s)) {
        if (!text_char(s))
            return false;
        used += bytes_in(s, encoding);
    }
    return used <= width && used + bytes_in(whole + n, encoding) > width;
}
