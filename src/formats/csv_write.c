#include "formats/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LONG_CODE_DIGITS = 12
}; /* Excel shows longer numbers as 1.5E+17 and forgets the digits after the 15th */

static bool is_long_code(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    return s[digits] == '\0' && digits >= LONG_CODE_DIGITS;
}

/* 2026-01-31, as reports write days: a spreadsheet shows the same day. */
static bool is_day(const char *s)
{
    return strlen(s) == 10 && s[4] == '-' && s[7] == '-';
}

/* Codes that a spreadsheet would turn into something else: 001234 (1234), 1E5 (100000), 3-12 and 3/12 (a
 * day), 3:12. */
static bool is_recast(const char *s)
{
    static const char decimal[] = "0123456789";
    const char *after = s + strspn(s, decimal);
    if (after == s || s[strspn(s, "0123456789-/:.Ee+")] != '\0')
        return false;
    if (*after == '\0')
        return *s == '0' && after > s + 1;
    if (*after == '.')
        after += 1 + strspn(after + 1, decimal);
    return *after && *after != '.' && !is_day(s);
}

/* What a spreadsheet may take for a formula; the full-width forms are folded to these by some. */
static bool is_formula_like(const char *s)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    while (*s == ' ')
        s++;
    if (*s && strchr("=+-@\t\r|%", *s))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(s, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static const char *guard_of(const char *s)
{
    return is_formula_like(s) ? "'" : is_long_code(s) || is_recast(s) ? "\t" : "";
}

const char *csv_plain(const char *cell)
{
    bool guarded = (*cell == '\'' || *cell == '\t') && *guard_of(cell + 1) == *cell;
    return cell + guarded;
}

static void next_cell(struct csv_writer *w)
{
    if (w->in_row)
        buffer_append_char(w->out, ',');
    w->in_row = true;
}

/* What stands between quotes goes over in runs: most cells have none. */
static void put_quoted(struct buffer *out, const char *guard, const char *s)
{
    buffer_append_char(out, '"');
    buffer_append_str(out, guard);
    for (const char *quote; (quote = strchr(s, '"')); s = quote + 1) {
        buffer_append(out, s, (size_t)(quote - s));
        buffer_append(out, "\"\"", 2);
    }
    buffer_append_str(out, s);
    buffer_append_char(out, '"');
}

void csv_mark(struct csv_writer *w)
{
    buffer_append_str(w->out, "\xEF\xBB\xBF");
}

void csv_text(struct csv_writer *w, const char *text)
{
    const char *s = text ? text : "", *guard = guard_of(s);
    next_cell(w);
    if (*guard || *s == ' ' || strpbrk(s, ",\"\r\n"))
        put_quoted(w->out, guard, s);
    else
        buffer_append_str(w->out, s);
}

void csv_number(struct csv_writer *w, double v, int decimals)
{
    char text[352]; /* any double with up to 40 decimals */
    next_cell(w);
    if (isfinite(v))
        buffer_append(w->out, text, (size_t)snprintf(text, sizeof text, "%.*f", decimals, v));
}

/* Without printf: a row of an audit has a dozen of them. */
void csv_integer(struct csv_writer *w, long long v)
{
    char text[24], *end = text + sizeof text, *s = end;
    unsigned long long rest = v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v;
    do
        *--s = (char)('0' + rest % 10);
    while (rest /= 10);
    if (v < 0)
        *--s = '-';
    next_cell(w);
    buffer_append(w->out, s, (size_t)(end - s));
}

void csv_row_end(struct csv_writer *w)
{
    buffer_append(w->out, "\r\n", 2);
    w->in_row = false;
}
