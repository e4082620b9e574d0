/* Pages of a PDF: a cursor that moves down, breaks before what does not fit, and repeats the head of a table.
 *
 * A document is set twice by the same code: once to count its pages and to measure its rows, once to paint.
 * Private to report/. Lengths in points. Threads: one pdf belongs to one thread. */
#ifndef HX_REPORT_FORMS_PDF_PAGE_H
#define HX_REPORT_FORMS_PDF_PAGE_H

#include "base/buffer.h"
#include "report/typeset.h"

struct pdf_column {
    const char *title;
    double width; /* a share of the page's width: all of a table's are added up */
    enum type_align align;
};

enum { PDF_COLUMNS_MAX = 16, PDF_CELL_LINES_MAX = 30 };

struct pdf {
    struct typeset type;
    cairo_surface_t *surface;
    bool painting;
    bool landscape;
    double width, height; /* of the page */
    double left, right, top, bottom;
    double y;
    int page, n_pages;
    const char *head, *foot; /* borrowed: on every page */
    double *row_heights;     /* in the order of the rows, from the first pass */
    size_t n_rows, n_measured, cap_rows;
    bool no_memory; /* latched */
    /* the table that is open */
    const struct pdf_column *columns;
    int n_columns;
    double cell_size;
    bool single_line; /* no measuring: every row is one line high */
};

/* `date` is "2026-01-31" or "": the file's date, so that the same report gives the same bytes. */
enum status pdf_begin(struct pdf *p, struct buffer *out, const char *title, const char *date,
                      struct error *e) HX_MUST_CHECK;
void pdf_pass(struct pdf *p, bool painting);                       /* starts a pass on its first page */
enum status pdf_end(struct pdf *p, struct error *e) HX_MUST_CHECK; /* frees, also after a failure */

void pdf_break(struct pdf *p, bool landscape);
void pdf_need(struct pdf *p, double height); /* a new page unless that much is left */
void pdf_space(struct pdf *p, double height);
double pdf_inner_width(const struct pdf *p);

void pdf_text(struct pdf *p, const char *text, struct type_style style, double indent);
void pdf_heading(struct pdf *p, const char *text);

void pdf_table(struct pdf *p, const struct pdf_column *columns, int n, double cell_size, bool single_line);
void pdf_row(struct pdf *p, const char *const *cells, bool bold);

#endif
