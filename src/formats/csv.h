/* CSV (RFC 4180, UTF-8): records out of a text, and a table for spreadsheets.
 *
 * Written cells are guarded: a spreadsheet computes what begins with =, +, - or @, shows a code of 18 digits
 * as 1.5E+17 and a plot "3-12" as a day. Such a cell gets an apostrophe (formulas) or a tab (codes) in front;
 * csv_plain takes it off again.
 * Figures are written by csv_number and csv_integer, which guard nothing.
 * Not for: what a column means; encodings (formats/encoding.h). Threads: pure. */
#ifndef HX_FORMATS_CSV_H
#define HX_FORMATS_CSV_H

#include "base/arena.h"
#include "base/buffer.h"

/* ---- reading ---- */

/* Cuts a text in place, cell by cell. Blanks before a quote are passed over, others belong to their cell;
 * quotes may hold separators, line ends and doubled quotes; a line ends with LF, CR LF or CR. */
struct csv_reader {
    char *at; /* NUL-terminated text; cells stay in it */
    char separator;
    size_t line;     /* where `at` is, from 1 */
    size_t row_line; /* where the row last read began */
    bool unclosed;   /* a quoted cell ran to the end of the text */
    bool open_end;   /* the row last read ended with the text, not with a line end */
};

void csv_reader_init(struct csv_reader *r, char *text, char separator);
/* False at the end of the text. *n counts all cells of the row; those from `room` on are not kept. A blank
 * line is a row of one empty cell. */
bool csv_next_row(struct csv_reader *r, char **cells, size_t room, size_t *n);

/* Where the record at s ends (behind its line end), without cutting it and in UTF-8 or GB18030 alike: no
 * second byte is a quote or a separator. *open_quote: it holds a quote that nothing closes, and was taken
 * to end with its line. */
size_t csv_record_end(const char *s, size_t n, char separator, bool *open_quote);

/* A file with a header row and rows of equal length. */
struct csv_table {
    const char **header; /* n_columns */
    const char **cells;  /* n_rows * n_columns, row by row */
    size_t n_columns, n_rows;
};
/* Everything in the arena; blank lines are passed over. STATUS_INVALID_INPUT with the line when a row has
 * another number of cells, or a quote is not closed. `name` is the file's, for the sentence. */
enum status csv_table_read(const char *text, size_t n, const char *name, struct arena *a,
                           struct csv_table *out, struct error *e) HX_MUST_CHECK;
/* The column of that name, or -1. */
int csv_table_column(const struct csv_table *c, const char *name);
/* A cell, or "" when column is -1. */
const char *csv_table_cell(const struct csv_table *c, size_t row, int column);

/* ---- writing ---- */

struct csv_writer {
    struct buffer *out; /* borrowed */
    bool in_row;        /* the row has a cell already */
};

/* The mark by which spreadsheets know UTF-8. */
void csv_mark(struct csv_writer *w);
void csv_text(struct csv_writer *w, const char *text);         /* guarded; NULL reads as "" */
void csv_number(struct csv_writer *w, double v, int decimals); /* an empty cell when it is not finite */
void csv_integer(struct csv_writer *w, long long v);
void csv_row_end(struct csv_writer *w);

/* The text as it was before csv_text guarded it; any other text is given back as it is. Borrowed. */
const char *csv_plain(const char *cell);

#endif
