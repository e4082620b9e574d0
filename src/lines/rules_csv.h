/* The rule table's rows and columns, cut by formats/csv.h in a copy of the text. Private to lines/.
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
    COLUMN_NEEDS_EN = RULES_N_REQUIRED, /* these came later: editions without them stay readable */
    COLUMN_UNIT,
    COLUMN_BESIDE,
    RULES_N_COLUMNS,
};

/* The cells of one rule, from the table or from a definition. */
struct line_rule_text {
    const char *cell[RULES_N_COLUMNS];
};

/* Where each column stands in the header row; -1 for one that may be missing, and is. */
enum status rules_header(const struct rules_row *row, int position[RULES_N_COLUMNS],
                         struct error *e) HX_MUST_CHECK;
/* The cells of a row in the order of the columns; "" for one that is not there. */
void rules_row_cells(const struct rules_row *row, const int position[RULES_N_COLUMNS],
                     struct line_rule_text *out);
/* -1: there is no such column. */
int rules_column_of(const char *name);

/* Where a rule stands, for sentences: "规则表第 3 行", "Row 3 of the rule table". */
struct rule_place {
    const char *zh, *en;
};
/* Cells to a rule, whose texts they are. A layer that nobody defines is a fault; one that is defined and not
 * examined has no bit. */
enum status rule_of_cells(const struct line_rule_text *text, const struct rule_place *place,
                          const struct line_table *lines, struct rule *r, struct error *e) HX_MUST_CHECK;

#endif
