/* UTF-8 with a byte order mark and CRLF, so that Excel opens it as it is; the sections one below the other, a
 * blank row between them. A cell that a spreadsheet would take for a formula has an apostrophe in front, and
 * a code of twelve digits or more a tab, which keeps its digits (formats/csv.h). Figures are as printed. */
#include "formats/csv.h"
#include "report/forms.h"

static void text_row(struct csv_writer *c, const char *text)
{
    csv_text(c, text);
    csv_row_end(c);
}

static void heading(struct csv_writer *c, const char *text)
{
    csv_row_end(c);
    text_row(c, text);
}

static void title(struct csv_writer *c, const struct block *b)
{
    text_row(c, b->text);
    text_row(c, b->note);
}

static void list(struct csv_writer *c, const struct block *b)
{
    for (size_t i = 0; i < b->n; i++)
        text_row(c, b->lines[i].text);
}

static void facts(struct csv_writer *c, const struct block *b)
{
    for (size_t i = 0; i < b->n; i++) {
        csv_text(c, b->facts[i].label);
        text_row(c, b->facts[i].value);
    }
}

static void result(struct csv_writer *c, const struct block *b)
{
    csv_text(c, b->label);
    csv_text(c, b->text);
    text_row(c, b->note);
}

static void table(struct csv_writer *c, const struct block_table *t)
{
    char number[DECIMAL_SIZE];
    for (int k = 0; k < t->n_columns; k++)
        csv_text(c, t->columns[k].title);
    csv_row_end(c);
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct block_cell *row = block_row(t, i);
        for (int k = 0; k < t->n_columns; k++)
            csv_text(c, block_cell_text(t, &row[k], k, number));
        csv_row_end(c);
    }
}

static void picture(struct csv_writer *c, const struct block *b)
{
    csv_text(c, b->text);
    text_row(c, "图见 PDF 或 HTML 报告");
}

static void put(struct csv_writer *c, const struct block *b)
{
    switch (b->kind) {
    case BLOCK_PART: /* a file of rows has one part */
        return;
    case BLOCK_TITLE:
        title(c, b);
        return;
    case BLOCK_HEADING:
    case BLOCK_SUBHEADING:
        heading(c, b->text);
        return;
    case BLOCK_NOTICE:
    case BLOCK_PARAGRAPH:
        text_row(c, b->text);
        return;
    case BLOCK_LIST:
        list(c, b);
        return;
    case BLOCK_FACTS:
        facts(c, b);
        return;
    case BLOCK_RESULT:
        result(c, b);
        return;
    case BLOCK_TABLE:
        table(c, b->table);
        return;
    case BLOCK_SEAL:
        result(c, b);
        return;
    case BLOCK_PICTURE:
        picture(c, b);
        return;
    }
}

enum status form_csv(const struct form_input *in, struct buffer *out, struct error *e)
{
    struct csv_writer c = {.out = out};
    csv_mark(&c);
    for (size_t i = 0; i < in->blocks->n; i++)
        put(&c, &in->blocks->items[i]);
    csv_row_end(&c);
    text_row(&c, in->blocks->page_foot);
    return buffer_status(out, e);
}
