/* The figures of a report and the sentences that hold them, made in one place for every form that people
 * read, so that no two can differ.
 *
 * Figures are whole hundredths of a square metre. Rounding: the decimal text that the binary value stands
 * for, half away from zero (decimal.h); hectares and mu follow from the printed square metres, by whole
 * numbers. Balance:
 *   - a column's total is the rounded sum of the unrounded values; what the rounded rows miss of it is given
 *     to the largest row, and where that is more than 0.01 m2, to the next largest ones in turn, 0.01 m2
 *     each, so that no figure is moved by more than 0.01 m2;
 *   - inside + outside of a line that contains is the parcel, row by row and in total; its zones add up to
 *     the inside, and details to their row, the same way.
 * A row comes before a column where both cannot hold at once: then the total is the sum of the printed rows.
 * A figure that was not measured is never a number: it says 未测算 or 数据未覆盖, and so does a total that
 * needs it.
 *
 * Not for: which section says what (blocks.h). Threads: pure; everything lives in the arena that is
 * passed. */
#ifndef HX_REPORT_REPORT_TABLE_H
#define HX_REPORT_REPORT_TABLE_H

#include "base/decimal.h"
#include "report/report_maps.h"

enum figure_state {
    FIGURE_UNMEASURED = 0, /* 未测算 */
    FIGURE_NOT_COVERED,    /* 数据未覆盖 */
    FIGURE_PARTLY,         /* a total of which some rows are not known */
    FIGURE_KNOWN,
};

struct figure {
    enum figure_state state;
    int64_t cents; /* hundredths of m2; 0 unless FIGURE_KNOWN */
};

/* Column 0 is the parcel's; behind it stand those of each line, in the order of the table of lines: the area
 * in the line, and of a line that contains its zones and the outside, too. */
enum { COLUMN_PARCEL = 0 };
static inline int column_of_line(const struct control_line *line) /* of the area in the line */
{
    return line->column;
}
static inline int column_of_zone(const struct control_line *line, int zone)
{
    return line->column + 1 + zone;
}
static inline int column_of_outside(const struct control_line *line)
{
    return column_of_zone(line, line->n_zones);
}

struct table_row {
    const char *id, *name;
    struct figure *figures; /* n_columns of the table of lines */
    enum verdict verdict;
    const char *remark;
};

struct detail_row {
    size_t parcel;
    const char *parcel_id;
    const struct control_line *line;
    const char *code, *name; /* of the feature; zone in brackets after the name */
    const char *district;
    struct figure area;
    double share_percent; /* of the parcel; NAN when it has no area */
    const char *basis;
};

struct sentence {
    const char *text;
    bool alarm; /* shown in red: pressing on a line, or not known */
};

struct texts {
    struct sentence *items;
    size_t n, capacity;
};

struct report_table {
    struct table_row *rows;
    size_t n_rows;
    struct table_row total; /* id "合计" */
    struct detail_row *details;
    size_t n_details;
    struct texts sentences;       /* 审查结论, one per line */
    const char *verdict;          /* 综合结论 in one word */
    const char *verdict_sentence; /* and in a sentence */
    enum verdict worst;
};

/* `maps` may be NULL: then the details have no districts. */
enum status report_table_build(const struct report *r, const struct report_maps *maps, struct arena *a,
                               struct report_table *out, struct error *e) HX_MUST_CHECK;

const char *report_column_title(const struct line_table *lines, int column); /* 地块面积, ... */

/* "1234.50", or 未测算 and the like. Decimals: m2 2, ha 4, mu 2. */
void figure_m2(const struct figure *f, char text[DECIMAL_SIZE]);
void figure_ha(const struct figure *f, char text[DECIMAL_SIZE]);
void figure_mu(const struct figure *f, char text[DECIMAL_SIZE]);
const char *figure_words(enum figure_state s); /* "" when known */
const char *figure_words_en(enum figure_state s);

/* The column that holds this zone of a finding alone, the outside, too; COLUMN_PARCEL: there is none. */
int report_zone_column(const struct layer_finding *f, size_t zone);

#endif
