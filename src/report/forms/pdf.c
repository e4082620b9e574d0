/* A4, fonts embedded, PDF/A-3b (pdf_archive.h). */
#include "report/forms.h"

#include "report/forms/pdf_archive.h"
#include "report/forms/pdf_page.h"

#include <stdio.h>

#define SMALL_PICTURE_WIDTH 372.0 /* two stand on a page */
#define INK 0x111111
#define ALARM 0xa00f26

static const struct type_style body = {.face = TYPE_SERIF, .size = 10.5, .colour = INK};
static const struct type_style small = {.face = TYPE_SERIF, .size = 9, .colour = 0x333333};

static void title(struct pdf *p, const struct block *b)
{
    struct type_style style = {.size = 20, .bold = true, .align = TYPE_CENTRE, .colour = INK, .max_lines = 6};
    double width = 0, height;
    pdf_space(p, 8);
    for (style.size = 20; style.size > 15; style.size--) { /* on one line where that is possible */
        struct type_style one_line = style;
        one_line.max_lines = 0;
        typeset_measure(&p->type, b->text, &one_line, &width, &height);
        if (width <= pdf_inner_width(p))
            break;
    }
    pdf_text(p, b->text, style, 0);
    pdf_text(p, b->note, (struct type_style){.size = 9, .align = TYPE_CENTRE, .colour = 0x555555}, 0);
}

static void notice(struct pdf *p, const struct block *b)
{
    pdf_text(p, b->text,
             (struct type_style){.size = 10, .bold = true, .align = TYPE_CENTRE, .colour = 0x8a4b00}, 0);
}

static void subheading(struct pdf *p, const struct block *b)
{
    pdf_need(p, 90);
    pdf_space(p, p->y > p->top ? 8 : 0);
    pdf_text(p, b->text, (struct type_style){.size = 10.5, .bold = true, .colour = INK}, 0);
}

static void list(struct pdf *p, const struct block *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct type_style style = b->small ? small : body;
        char number[24];
        snprintf(number, sizeof number, "%zu.", i + 1);
        if (b->lines[i].alarm)
            style.colour = ALARM;
        double y = p->y;
        int page = p->page;
        pdf_text(p, b->lines[i].text, style, 18);
        if (p->painting)
            typeset_draw(&p->type, number, &style, p->left + 3, page == p->page ? y : p->top);
    }
}

static void facts(struct pdf *p, const struct block *b)
{
    static const struct pdf_column columns[] = {{"", 24, TYPE_LEFT}, {"", 76, TYPE_LEFT}};
    pdf_table(p, columns, 2, 9.5, false);
    for (size_t i = 0; i < b->n; i++)
        pdf_row(p, (const char *const[]){b->facts[i].label, b->facts[i].value}, false);
}

static void result(struct pdf *p, const struct block *b)
{
    struct type_style big = {.size = 14, .bold = true, .colour = b->alarm ? ALARM : INK};
    char text[128];
    snprintf(text, sizeof text, "%.60s：%.60s", b->label, b->text);
    pdf_need(p, 64);
    pdf_space(p, 8);
    double top = p->y;
    pdf_space(p, 5);
    pdf_text(p, text, big, 10);
    pdf_text(p, b->note, body, 10);
    pdf_space(p, 4);
    if (p->painting) {
        typeset_colour(p->type.cr, big.colour, 1);
        cairo_set_line_width(p->type.cr, 1.2);
        cairo_rectangle(p->type.cr, p->left, top, pdf_inner_width(p), p->y - top);
        cairo_stroke(p->type.cr);
    }
    pdf_space(p, 8);
}

static void table(struct pdf *p, const struct block_table *t)
{
    static const enum type_align align[] = {TYPE_LEFT, TYPE_CENTRE, TYPE_RIGHT}; /* of enum block_align */
    struct pdf_column columns[PDF_COLUMNS_MAX];
    char numbers[PDF_COLUMNS_MAX][DECIMAL_SIZE], more[DECIMAL_SIZE];
    const char *cells[PDF_COLUMNS_MAX];
    for (int k = 0; k < t->n_columns; k++)
        columns[k] =
            (struct pdf_column){t->columns[k].title, t->columns[k].width, align[t->columns[k].align]};
    pdf_table(p, columns, t->n_columns, t->bulk ? 8.5 : 8, t->bulk);
    for (size_t i = 0; i < block_rows_printed(t); i++) {
        const struct block_cell *row = block_row(t, i);
        for (int k = 0; k < t->n_columns; k++)
            cells[k] = block_cell_text(t, &row[k], k, numbers[k]);
        pdf_row(p, cells, t->last_is_total && i + 1 == t->n_rows);
    }
    block_rows_left_out(t, more);
    if (*more)
        pdf_text(p, more, small, 0);
}

static void draw_code(struct pdf *p, const struct qr_code *q, double x, double y, double width)
{
    double square = width / (q->size + 2 * QR_MARGIN);
    typeset_colour(p->type.cr, 0, 1);
    for (int row = 0; row < q->size; row++)
        for (int at = 0, n; (n = qr_code_run(q, row, &at)) > 0; at += n)
            cairo_rectangle(p->type.cr, x + (at + QR_MARGIN) * square, y + (row + QR_MARGIN) * square,
                            n * square, square);
    cairo_fill(p->type.cr);
}

/* The code, and beside it what is said of it. */
static void seal(struct pdf *p, const struct block *b)
{
    const double width = 132;
    pdf_need(p, width + 10);
    double top = p->y;
    if (p->painting)
        draw_code(p, b->code, p->left, top, width);
    pdf_text(p, b->label, (struct type_style){.size = 12, .bold = true, .colour = INK}, width + 8);
    pdf_text(p, b->text, (struct type_style){.face = TYPE_SERIF, .size = 7, .colour = 0x333333}, width + 8);
    pdf_text(p, b->note, (struct type_style){.face = TYPE_SERIF, .size = 7.5, .colour = 0x333333}, width + 8);
    p->y = p->y > top + width ? p->y : top + width;
    pdf_space(p, 6);
}

static void picture(struct pdf *p, const struct block *b)
{
    double width = b->small ? SMALL_PICTURE_WIDTH : pdf_inner_width(p);
    double height = b->picture ? map_picture_height(b->picture, width) : 0;
    pdf_need(p, height + 30);
    if (p->painting && b->picture)
        map_picture_draw(&p->type, b->picture, p->left + (pdf_inner_width(p) - width) / 2, p->y, width);
    pdf_space(p, height + 2);
    pdf_text(p, b->text, (struct type_style){.size = 9, .align = TYPE_CENTRE, .colour = INK}, 0);
    pdf_space(p, 8);
}

static void put(struct pdf *p, const struct block *b)
{
    switch (b->kind) {
    case BLOCK_PART: /* goes on where it is, unless the page has to be turned */
        if (b->wide != p->landscape)
            pdf_break(p, b->wide);
        return;
    case BLOCK_TITLE:
        title(p, b);
        return;
    case BLOCK_NOTICE:
        notice(p, b);
        return;
    case BLOCK_HEADING:
        pdf_heading(p, b->text);
        return;
    case BLOCK_SUBHEADING:
        subheading(p, b);
        return;
    case BLOCK_PARAGRAPH:
        pdf_text(p, b->text, b->small ? small : body, 0);
        return;
    case BLOCK_LIST:
        list(p, b);
        return;
    case BLOCK_FACTS:
        facts(p, b);
        return;
    case BLOCK_RESULT:
        result(p, b);
        return;
    case BLOCK_TABLE:
        table(p, b->table);
        return;
    case BLOCK_SEAL:
        seal(p, b);
        return;
    case BLOCK_PICTURE:
        picture(p, b);
        return;
    }
}

static void put_all(struct pdf *p, const struct report_blocks *blocks)
{
    for (size_t i = 0; i < blocks->n; i++)
        put(p, &blocks->items[i]);
}

enum status form_pdf(const struct form_input *in, struct buffer *out, struct error *e)
{
    const struct report_blocks *blocks = in->blocks;
    struct pdf p;
    size_t from = out->size;
    enum status s = drawing_load(e);
    if (s)
        return s;
    s = pdf_begin(&p, out, blocks->title, blocks->date, e);
    p.head = blocks->page_head;
    p.foot = blocks->page_foot;
    if (!s) {
        pdf_pass(&p, false);
        put_all(&p, blocks);
        p.n_pages = p.page;
        pdf_pass(&p, true);
        put_all(&p, blocks);
    }
    enum status ended = pdf_end(&p, s ? NULL : e);
    if (s || ended)
        return s ? s : ended;
    s = buffer_status(out, e);
    return s ? s : pdf_archive(in, out, from, e);
}
