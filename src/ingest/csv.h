/* CSV (RFC 4180) with a header row: rows of equal length, quotes doubled, CR LF or LF, a UTF-8 mark skipped. */
#ifndef HX_INGEST_CSV_H
#define HX_INGEST_CSV_H

#include "base/arena.h"
#include "base/status.h"

struct csv {
    const char **header; /* n_columns */
    const char **cells;  /* n_rows * n_columns, row by row */
    size_t n_columns, n_rows;
};

/* Everything in the arena. STATUS_INVALID_INPUT with the line when a row has another number of cells. `name` is the
 * file's, for the sentence. */
enum status csv_parse(const char *text, size_t n, const char *name, struct arena *a, struct csv *out,
                      struct error *e) HX_MUST_CHECK;
/* The column of that name, or -1. */
int csv_column(const struct csv *c, const char *name);
/* A cell, or "" when column is -1. */
const char *csv_cell(const struct csv *c, size_t row, int column);

#endif
