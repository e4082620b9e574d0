#include "base/text.h"

#include <stdio.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Eight bytes at a time: most of a file is digits. */
static size_t ascii_prefix(const char *s, size_t n)
{
    size_t at = 0;
    for (uint64_t word; n - at >= sizeof word; at += sizeof word) {
        memcpy(&word, s + at, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    while (at < n && !(s[at] & 0x80))
        at++;
    return at;
}

size_t text_valid_prefix(const void *bytes, size_t n)
{
    const char *s = bytes;
    size_t at = 0;
    while (at < n) {
        at += ascii_prefix(s + at, n - at);
        size_t length = at < n ? text_char_of(s + at, n - at) : 0;
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

bool text_is_utf8(const char *text)
{
    size_t n = strlen(text);
    return text_valid_prefix(text, n) == n;
}

bool text_is_ascii_of(const void *bytes, size_t n)
{
    return ascii_prefix(bytes, n) == n;
}

size_t text_cut(const char *text, size_t max)
{
    size_t n = strnlen(text, max);
    if (!text[n])
        return n;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

bool text_is_half_char(const char *bytes, size_t n)
{
    unsigned char first = (unsigned char)*bytes;
    size_t length = first >= 0xF0 && first <= 0xF4  ? 4
                    : first >= 0xE0 && first < 0xF0 ? 3
                    : first >= 0xC2 && first < 0xE0 ? 2
                                                    : 0;
    if (n >= length)
        return false;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)bytes[i] & 0xC0) != 0x80)
            return false;
    return true;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcasecmp(text + n - k, end) == 0;
}

const char *text_file_name(const char *path)
{
    const char *name = path;
    for (const char *p = path; *p; p++)
        if (*p == '/' && p[1] && p[1] != '/')
            name = p + 1;
    return name;
}

size_t text_file_stem(const char *name)
{
    return *name ? 1 + strcspn(name + 1, "./") : 0; /* ".a" has no ending */
}

bool text_is_day(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = atoi(text), month = (text[5] - '0') * 10 + text[6] - '0';
    int day = (text[8] - '0') * 10 + text[9] - '0';
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (leap && month == 2);
}

size_t text_percent(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 4 < size; text++) {
        bool plain = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= 'a' && *text <= 'z') || *text == '-' || *text == '.' || *text == '_';
        n += (size_t)snprintf(out + n, size - n, plain ? "%c" : "%%%02X", (unsigned char)*text);
    }
    out[n] = '\0';
    return n;
}
