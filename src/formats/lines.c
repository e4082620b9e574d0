#include "formats/lines.h"

#include <string.h>

/* Bytes up to 0x20 are blanks (a DOS end-of-file mark among them); so are the no-break space and a byte order
 * mark, which stands inside where files were put one behind the other. */
static size_t blank_at(const char *s)
{
    if (*s && (unsigned char)*s <= 0x20)
        return 1;
    if (strncmp(s, "\xC2\xA0", 2) == 0)
        return 2;
    if (strncmp(s, "\xEF\xBB\xBF", 3) == 0)
        return 3;
    if (strncmp(s, "\xE2\x80", 2) == 0 && (unsigned char)s[2] >= 0x8B && (unsigned char)s[2] <= 0x8F)
        return 3;                                      /* zero-width space and the like, from web pages */
    return strncmp(s, "\xE3\x80\x80", 3) == 0 ? 3 : 0; /* ideographic space */
}

char *line_trim(char *s)
{
    size_t blank;
    while ((blank = blank_at(s)) > 0)
        s += blank;
    size_t n = strlen(s);
    for (;;) {
        if (n > 0 && (unsigned char)s[n - 1] <= 0x20)
            n--;
        else if (n >= 2 && blank_at(s + n - 2) == 2)
            n -= 2;
        else if (n >= 3 && blank_at(s + n - 3) == 3)
            n -= 3;
        else
            break;
    }
    s[n] = '\0';
    return s;
}

/* "4520000" of a table that a spreadsheet wrote. */
static char *unquote(char *cell)
{
    size_t n = strlen(cell);
    if (n < 2 || cell[0] != '"' || cell[n - 1] != '"')
        return cell;
    cell[n - 1] = '\0';
    return line_trim(cell + 1);
}

size_t line_cells(char *line, char **cells, size_t max)
{
    size_t n = 0;
    for (char *at = line; at && n < max; n++) {
        char *comma = n + 1 < max ? strchr(at, ',') : NULL;
        if (comma)
            *comma = '\0';
        cells[n] = unquote(line_trim(at));
        at = comma ? comma + 1 : NULL;
    }
    return n;
}

char *line_cut(char **at)
{
    char *line = *at;
    size_t n = strcspn(line, "\r\n");
    char *end = line + n;
    if (*end == '\0') {
        *at = NULL;
        return line;
    }
    *at = end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1);
    *end = '\0';
    return line;
}
