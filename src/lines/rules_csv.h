/* The rule table's rows and columns, cut by formats/csv.h in a copy of the text. Private to check/.
 * Threads: pure. */
#ifndef HX_LINES_RULES_CSV_H
#define HX_LINES_RULES_CSV_H

#include "formats/csv.h"
#include "lines/rules.h"

enum { RULES_MAX_COLUMNS = 32 };

struct rules_csv {
    struct csv_reader cells;
    int row; /* of the row last read, blank lines not counted; the header is 1 */
};

struct rules_row {
    char *cell[RULES_MAX_COLUMNS];
    int n; /* also when there are more than RULES_MAX_COLUMNS: those are not kept */
};

/* false at the end of the text. Blank lines are skipped. */
bool rules_csv_next(struct rules_csv *c, struct rules_row *row);
/* No text has more rows than this. */
size_t rules_csv_most_rows(const char *csv, size_t n);

enum rules_column {
    COLUMN_ID,
    COLUMN_LAYER,
    COLUMN_SUB_ZONE,
    COLUMN_RELATION,
    COLUMN_CLASS,
    COLUMN_VERDICT,
    COLUMN_SEVERITY,
    COLUMN_TITLE_ZH,
    COLUMN_TITLE_EN,
    COLUMN_NEEDS,
    COLUMN_BASIS,
    COLUMN_CONF,
    COLUMN_SOURCE,
    RULES_N_REQUIRED,
    COLUMN_NEEDS_EN = RULES_N_REQUIRED, /* came later: editions without it stay readable */
    RULES_N_COLUMNS,
};

/* Where each column stands in the header row; -1 for one that may be missing, and is. */
enum status rules_header(const struct rules_row *row, int position[RULES_N_COLUMNS],
                         struct error *e) HX_MUST_CHECK;
/* One row to one rule, whose texts are the row's cells. */
enum status rules_row_read(const struct rules_row *row, int number, const int position[RULES_N_COLUMNS],
                           struct rule *r, struct error *e) HX_MUST_CHECK;

#endif
