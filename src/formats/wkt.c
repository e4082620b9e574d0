#include "formats/wkt.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Whoever parses descends once per parenthesis. */
enum { DEPTH_MAX = 16 };

bool wkt_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Words within a geometry are EMPTY, Z, M, NaN and Inf. */
bool wkt_begins(const char *s, size_t n)
{
    static const char *const words[] = {"SRID",     "POLYGON", "MULTI",    "GEOMETRY", "LINESTRING", "POINT",
                                        "COMPOUND", "CURVE",   "CIRCULAR", "SURFACE",  "TRIANGLE",   "TIN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (n >= strlen(words[i]) && strncasecmp(s, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

size_t wkt_line_end(const char *s, size_t n, size_t i)
{
    while (i < n && s[i] != '\n' && s[i] != '\r')
        i++;
    return i;
}

size_t wkt_pass_srid(const char *s, size_t n, int *srid)
{
    if (n < 5 || strncasecmp(s, "SRID", 4) != 0)
        return 0;
    size_t end = wkt_line_end(s, n, 0), i = 4;
    while (i < end && (s[i] == ' ' || s[i] == '='))
        i++;
    int value = 0;
    for (size_t digits = 0; i < end && digits < 6 && isdigit((unsigned char)s[i]); i++, digits++)
        value = 10 * value + (s[i] - '0');
    while (i < end && s[i] != ';')
        i++;
    if (i >= end)
        return 0;
    *srid = value ? value : *srid;
    for (i++; i < n && wkt_is_blank(s[i]);)
        i++;
    return i;
}

/* Geometries of which each part has its own word, which may begin a line. */
static bool holds_words(const char *s, size_t n)
{
    static const char *const words[] = {"GEOMETRY", "CURVEPOLYGON", "MULTISURFACE", "COMPOUND", "MULTICURVE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (n >= strlen(words[i]) && strncasecmp(s, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

size_t wkt_piece_end(const char *s, size_t n, size_t from)
{
    bool collection = holds_words(s + from, n - from);
    int depth = 0;
    for (size_t i = from; i < n; i++) {
        depth += s[i] == '(' ? 1 : s[i] == ')' ? -1 : 0;
        if (s[i] == ')' && depth <= 0)
            return i + 1;
        if (s[i] == ';' && depth == 0)
            return i;
        if (s[i] != '\n' && s[i] != '\r')
            continue;
        size_t next = i;
        while (next < n && wkt_is_blank(s[next]))
            next++;
        if ((depth == 0 && next < n && s[next] != '(') || (!collection && wkt_begins(s + next, n - next)))
            return i;
    }
    return depth > 0 && collection ? wkt_line_end(s, n, from) : n;
}

char *wkt_end(char *s)
{
    int depth = 0;
    for (; *s; s++) {
        if (*s == '(' && ++depth > DEPTH_MAX)
            return NULL;
        if (*s == ')' && --depth <= 0)
            return depth == 0 ? s + 1 : NULL;
        if (strncasecmp(s, "nan", 3) == 0 || (depth > 0 && strncasecmp(s, "inf", 3) == 0))
            return NULL;
        if (depth == 0 && (*s == ';' || (unsigned char)*s >= 0x80))
            return NULL;
    }
    return NULL;
}

bool wkt_says_empty(const char *at)
{
    size_t n = strcspn(at, "(;,\r\n");
    while (n && at[n - 1] == ' ')
        n--;
    return n > 5 && strncasecmp(at + n - 5, "EMPTY", 5) == 0;
}
