/* A text as lines, and a line as cells between commas: cut in place. Not for CSV, where quotes may hold line
 * ends (csv.h). Texts are UTF-8 and NUL-terminated. Threads: pure. */
#ifndef HX_FORMATS_LINES_H
#define HX_FORMATS_LINES_H

#include <stddef.h>

/* Cuts the next line off `*at`, whatever ends it: CRLF, LF or CR; *at is NULL after the last. */
char *line_cut(char **at);
/* Without blanks at both ends: bytes up to 0x20, and the blanks and marks without width of Unicode. */
char *line_trim(char *s);
/* Splits at ASCII commas and trims each cell, of quotes around it, too; what is beyond `max` cells stays in
 * the last. */
size_t line_cells(char *line, char **cells, size_t max);

#endif
