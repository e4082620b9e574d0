/* Where geometries begin and end in a text of WKT and EWKT; what they are is GEOS's business, and that of
 * wkt_arcs.h where they have arcs. Texts are UTF-8
 * or GB18030. Threads: pure. */
#ifndef HX_FORMATS_WKT_H
#define HX_FORMATS_WKT_H

#include <stdbool.h>
#include <stddef.h>

/* ---- a text of many, n bytes, which need not be right ---- */

bool wkt_is_blank(char c);
size_t wkt_line_end(const char *s, size_t n, size_t from);
/* Does a geometry begin at s, or its SRID? */
bool wkt_begins(const char *s, size_t n);
/* How many bytes "SRID=4525;" and the blanks behind it are, whatever it says; 0 when it does not stand there.
 * *srid is its number, and stays where it has none. */
size_t wkt_pass_srid(const char *s, size_t n, int *srid);
/* Behind the parenthesis that closes the geometry at `from`; where its line ends, or the next geometry
 * begins, when none does. */
size_t wkt_piece_end(const char *s, size_t n, size_t from);

/* ---- one geometry, NUL-terminated ---- */

/* Its end; NULL when its parentheses do not match or are too deep to be parsed, or a word such as NaN stands
 * where numbers are. */
char *wkt_end(char *s);
/* "POLYGON EMPTY", "MULTIPOLYGON Z EMPTY" */
bool wkt_says_empty(const char *s);

#endif
