/* A report as a plain list of blocks: what is said, in which order, under which heading. Built once from a
 * report, by the section builders in sections/; each form (forms.h) walks the list with one function per kind
 * of block and knows no word of the field.
 *
 * Not for: layout (a form's own), rounding (report_table.h).
 * Invariants: the list of a report is the same whichever form is written; every text is complete as it
 * stands, valid UTF-8 without control characters; a figure that is not known is words, never a number; a
 * section with nothing to say is not in the list.
 * Threads: pure; everything lives in the arena that is passed. */
#ifndef HX_REPORT_BLOCKS_H
#define HX_REPORT_BLOCKS_H

#include "base/decimal.h"
#include "report/map_picture.h"
#include "report/qr_code.h"
#include "report/report_table.h"

enum block_kind {
    /* What follows belongs to the part named `text`: a sheet of a workbook, which goes on where the part was
     * named before; pages that lie on their side where it is `wide`. The first block is one. */
    BLOCK_PART = 0,
    BLOCK_TITLE,      /* `text`, and under it `note`: day and program */
    BLOCK_NOTICE,     /* `text` that nobody may overlook */
    BLOCK_HEADING,    /* `text`, of a section */
    BLOCK_SUBHEADING, /* `text`, within one */
    BLOCK_PARAGRAPH,  /* `text` */
    BLOCK_LIST,       /* `lines`, numbered from 1 where a form shows numbers */
    BLOCK_FACTS,      /* `facts`: labels and values */
    BLOCK_RESULT,     /* `text` is the word, `label` what it answers, `note` the sentence that explains it */
    BLOCK_TABLE,      /* `table` */
    BLOCK_SEAL,       /* `code` of the `text` beneath `label`, and what it is good for: `note` */
    BLOCK_PICTURE,    /* `picture` with the caption `text`; NULL where the form shows no pictures */
};

struct block_fact {
    const char *label, *value;
};

enum block_align { BLOCK_LEFT = 0, BLOCK_CENTRE, BLOCK_RIGHT };

struct block_column {
    const char *title;
    double width; /* a share: a table's widths are added up */
    enum block_align align;
    int decimals; /* of the numbers in this column */
};

/* Words, or a number where `text` is NULL: whole units of 10^-decimals of its column. */
struct block_cell {
    const char *text;
    int64_t units;
};

enum { BLOCK_COLUMNS_MAX = 16, BLOCK_ROWS_PRINTED = 20000 };

struct block_table {
    const struct block_column *columns;
    int n_columns;
    struct block_cell *cells; /* row by row */
    size_t n_rows;
    bool last_is_total;
    bool bulk; /* a long list, each row one line high; a form of pages shows the first BLOCK_ROWS_PRINTED */
};

struct block {
    enum block_kind kind;
    bool alarm; /* shown in red: pressing on a line, or not known */
    bool wide;  /* of a part */
    bool small; /* beside the matter: notes, a picture of a detail */
    const char *text, *label, *note;
    const struct sentence *lines;
    const struct block_fact *facts;
    size_t n; /* of lines or facts */
    const struct block_table *table;
    const struct map_picture *picture;
    const struct qr_code *code;
};

struct report_blocks {
    const struct block *items;
    size_t n;
    const char *title;
    const char *page_head, *page_foot; /* on every page; without pages, the foot stands at the end */
    const char *date;                  /* "2026-01-31" or "": of the file itself */
    const char *program;               /* "hongxian 0.3.0" */
};

/* What only the applicant knows. Every field may be NULL. */
struct report_project {
    const char *name;        /* 项目名称 */
    const char *code;        /* 项目代码 */
    const char *builder;     /* 建设单位/申报部门 */
    const char *class_zh;    /* the project class in words */
    const char *district;    /* 所在行政区; otherwise that of the layers */
    const char *source_file; /* 数据来源文件 */
    const char *date;        /* 审查日期, "2026-01-31" */
};

struct report_proof; /* report/proof.h */

/* `table` is that of the report. `maps` may be NULL: then there are no districts, maps or boundary points.
 * `project` may be NULL, and `proof`: then the report has no number. */
enum status report_blocks_build(const struct report *r, const struct report_table *table,
                                const struct report_project *project, const struct report_maps *maps,
                                const struct report_proof *proof, struct arena *a, struct report_blocks *out,
                                struct error *e) HX_MUST_CHECK;

/* Row i of a table: n_columns cells. */
const struct block_cell *block_row(const struct block_table *t, size_t i);
/* A cell as it is printed; numbers are written into `buffer`. */
const char *block_cell_text(const struct block_table *t, const struct block_cell *cell, int column,
                            char buffer[DECIMAL_SIZE]);
/* How many rows a form of pages shows, and what it says below when that is not all; "" when it is. */
size_t block_rows_printed(const struct block_table *t);
void block_rows_left_out(const struct block_table *t, char text[DECIMAL_SIZE]);

#endif
