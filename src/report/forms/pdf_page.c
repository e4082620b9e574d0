#include "report/forms/pdf_page.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A4_SHORT 595.276
#define A4_LONG 841.89
#define PAD_X 2.5
#define PAD_Y 2.2
#define INK 0x111111

static cairo_status_t append_pdf(void *user, const unsigned char *bytes, unsigned n)
{
    struct buffer *b = user;
    buffer_append(b, bytes, n);
    return b->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static void turn(struct pdf *p, bool landscape)
{
    p->landscape = landscape;
    p->width = landscape ? A4_LONG : A4_SHORT;
    p->height = landscape ? A4_SHORT : A4_LONG;
    p->left = landscape ? 36 : 51;
    p->right = p->width - p->left;
    p->top = landscape ? 50 : 60;
    p->bottom = p->height - (landscape ? 44 : 54);
    p->y = p->top;
    if (p->painting)
        cairo_pdf_surface_set_size(p->surface, p->width, p->height);
}

enum status pdf_begin(struct pdf *p, struct buffer *out, const char *title, const char *date, struct error *e)
{
    *p = (struct pdf){.surface = cairo_pdf_surface_create_for_stream(append_pdf, out, A4_SHORT, A4_LONG)};
    char day[40];
    bool given = strlen(date) == 10;
    snprintf(day, sizeof day, "%.10sT00:00:00", given ? date : "2000-01-01");
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "hongxian");
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
    cairo_t *cr = cairo_create(p->surface);
    return typeset_init(&p->type, cr, e);
}

static void rule(struct pdf *p, double y)
{
    typeset_colour(p->type.cr, 0x888888, 1);
    cairo_set_line_width(p->type.cr, 0.5);
    cairo_move_to(p->type.cr, p->left, y);
    cairo_line_to(p->type.cr, p->right, y);
    cairo_stroke(p->type.cr);
}

static void furniture(struct pdf *p)
{
    struct type_style small = {.size = 7.5, .colour = 0x555555, .max_lines = 1};
    char number[64];
    small.width = p->right - p->left;
    typeset_draw(&p->type, p->head, &small, p->left, p->top - 24);
    rule(p, p->top - 11);
    rule(p, p->bottom + 8);
    small.width = p->right - p->left - 90;
    small.size = 6.5;
    typeset_draw(&p->type, p->foot, &small, p->left, p->bottom + 12);
    small = (struct type_style){.size = 8, .colour = 0x333333, .align = TYPE_RIGHT};
    snprintf(number, sizeof number, "第 %d 页 / 共 %d 页", p->page, p->n_pages);
    typeset_draw(&p->type, number, &small, p->right, p->bottom + 11);
}

static void page_end(struct pdf *p)
{
    if (!p->painting) {
        p->n_pages = p->page;
        return;
    }
    furniture(p);
    cairo_show_page(p->type.cr);
}

void pdf_pass(struct pdf *p, bool painting)
{
    p->painting = painting;
    p->page = 1;
    p->n_rows = 0;
    turn(p, false);
}

void pdf_break(struct pdf *p, bool landscape)
{
    page_end(p);
    p->page++;
    turn(p, landscape);
}

void pdf_need(struct pdf *p, double height)
{
    if (p->y + height > p->bottom && p->y > p->top)
        pdf_break(p, p->landscape);
}

void pdf_space(struct pdf *p, double height)
{
    p->y += height;
}

double pdf_inner_width(const struct pdf *p)
{
    return p->right - p->left;
}

void pdf_text(struct pdf *p, const char *text, struct type_style style, double indent)
{
    double width, height;
    style.width = pdf_inner_width(p) - indent;
    typeset_measure(&p->type, text, &style, &width, &height);
    pdf_need(p, height);
    if (p->painting)
        typeset_draw(&p->type, text, &style, p->left + indent, p->y);
    p->y += height + 3;
}

void pdf_heading(struct pdf *p, const char *text)
{
    pdf_need(p, 70); /* a heading never stands alone at the foot of a page */
    pdf_space(p, p->y > p->top ? 12 : 0);
    if (p->painting) {
        typeset_colour(p->type.cr, 0xb3122d, 1);
        cairo_rectangle(p->type.cr, p->left, p->y + 2, 3, 14);
        cairo_fill(p->type.cr);
    }
    pdf_text(p, text, (struct type_style){.size = 13, .bold = true, .colour = INK}, 9);
    pdf_space(p, 3);
}

/* ---- tables ---- */

static double column_width(const struct pdf *p, int column)
{
    double sum = 0;
    for (int i = 0; i < p->n_columns; i++)
        sum += p->columns[i].width;
    return pdf_inner_width(p) * p->columns[column].width / sum;
}

static struct type_style cell_style(const struct pdf *p, int column, bool bold, bool head)
{
    return (struct type_style){.face = head || bold ? TYPE_SANS : TYPE_SERIF, /* one face less to embed */
                               .bold = bold,
                               .size = p->cell_size,
                               .align = head ? TYPE_CENTRE : p->columns[column].align,
                               .width = column_width(p, column) - 2 * PAD_X,
                               .max_lines = p->single_line && !head ? 1 : PDF_CELL_LINES_MAX,
                               .colour = INK};
}

static double measure_row(struct pdf *p, const char *const *cells, bool bold, bool head)
{
    double tallest = p->cell_size * 1.45;
    for (int i = 0; i < p->n_columns; i++) {
        const struct type_style style = cell_style(p, i, bold, head);
        double width, height;
        typeset_measure(&p->type, cells[i], &style, &width, &height);
        tallest = height > tallest ? height : tallest;
    }
    return tallest + 2 * PAD_Y;
}

/* Rows come in the same order in both passes: the second takes its heights from the first. */
static double row_height(struct pdf *p, const char *const *cells, bool bold, bool head)
{
    if (p->single_line && !head)
        return p->cell_size * 1.45 + 2 * PAD_Y;
    if (p->painting)
        return p->n_rows < p->n_measured ? p->row_heights[p->n_rows++] : measure_row(p, cells, bold, head);
    double *heights = array_room(p->row_heights, &p->cap_rows, p->n_rows + 1, sizeof *heights);
    p->no_memory = p->no_memory || !heights;
    if (!heights)
        return measure_row(p, cells, bold, head);
    p->row_heights = heights;
    p->row_heights[p->n_rows++] = measure_row(p, cells, bold, head);
    p->n_measured = p->n_rows;
    return p->row_heights[p->n_rows - 1];
}

static void paint_row(struct pdf *p, const char *const *cells, double height, bool bold, bool head)
{
    double x = p->left;
    for (int i = 0; i < p->n_columns && p->painting; i++) {
        const struct type_style style = cell_style(p, i, bold, head);
        double width = column_width(p, i);
        cairo_rectangle(p->type.cr, x, p->y, width, height);
        if (head || bold) {
            typeset_colour(p->type.cr, head ? 0xe8edf3 : 0xf4f6f8, 1);
            cairo_fill_preserve(p->type.cr);
        }
        typeset_colour(p->type.cr, 0x555555, 1);
        cairo_set_line_width(p->type.cr, 0.5);
        cairo_stroke(p->type.cr);
        if (*cells[i])
            typeset_draw_in(&p->type, cells[i], &style, x + PAD_X, p->y, height);
        x += width;
    }
    p->y += height;
}

static void table_head(struct pdf *p, double height)
{
    const char *titles[PDF_COLUMNS_MAX];
    for (int i = 0; i < p->n_columns; i++)
        titles[i] = p->columns[i].title;
    if (!*titles[0])
        return; /* a table of labels and values has no head */
    paint_row(p, titles, height > 0 ? height : row_height(p, titles, true, true), true, true);
}

void pdf_table(struct pdf *p, const struct pdf_column *columns, int n, double cell_size, bool single_line)
{
    p->columns = columns;
    p->n_columns = n;
    p->cell_size = cell_size;
    p->single_line = single_line;
    pdf_need(p, 60);
    table_head(p, 0);
}

void pdf_row(struct pdf *p, const char *const *cells, bool bold)
{
    double height = row_height(p, cells, bold, false);
    if (p->y + height > p->bottom && p->y > p->top) {
        pdf_break(p, p->landscape);
        table_head(p, 0);
    }
    paint_row(p, cells, height, bold, false);
}

enum status pdf_end(struct pdf *p, struct error *e)
{
    cairo_t *cr = p->type.cr;
    if (cr)
        page_end(p);
    typeset_release(&p->type);
    enum status s = cr ? typeset_status(cairo_status(cr), e) : STATUS_OK;
    if (cr)
        cairo_destroy(cr);
    cairo_surface_finish(p->surface);
    if (!s)
        s = typeset_status(cairo_surface_status(p->surface), e);
    cairo_surface_destroy(p->surface);
    free(p->row_heights);
    return s || !p->no_memory ? s : error_no_memory(e);
}
