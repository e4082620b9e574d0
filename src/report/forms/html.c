/* One file that prints on A4, without scripts or anything from elsewhere; pictures are inline SVG. */
#include "formats/html.h"
#include "report/forms.h"
#include "report/forms/html_head.h"

#define PICTURE_WIDTH_PT 500.0

struct page {
    struct buffer *o;
    bool wide;         /* within a section for pages that lie on their side */
    size_t n_pictures; /* so far */
    enum status status;
    struct error *error; /* of the caller */
};

static void raw(struct buffer *o, const char *html)
{
    buffer_append_str(o, html);
}

static void element(struct buffer *o, const char *open, const char *text, const char *close)
{
    raw(o, open);
    html_text(o, text);
    raw(o, close);
}

/* A string of a style sheet: whatever could end it is written by its number. */
static void css_text(struct buffer *o, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (*s == '\'' || *s == '\\' || *s == '<' || *s == '&' || (unsigned char)*s < 0x20)
            buffer_printf(o, "\\%06x", (unsigned)*s);
        else
            buffer_append_char(o, *s);
    }
}

static void head(struct buffer *o, const struct report_blocks *blocks)
{
    raw(o, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\" />\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n");
    element(o, "<title>", blocks->title, "</title>\n");
    raw(o, "<style>");
    raw(o, html_style);
    raw(o, "@page{@top-left{content:'");
    css_text(o, blocks->page_head);
    raw(o, "';font-size:7.5pt;color:#555}@bottom-left{content:'");
    css_text(o, blocks->page_foot);
    raw(o, "';font-size:6.5pt;color:#555}"
           "@bottom-right{content:'第 ' counter(page) ' 页 / 共 ' counter(pages) ' 页';font-size:8pt}}");
    raw(o, "</style>\n</head>\n<body>\n");
}

static void part(struct page *p, bool wide)
{
    if (wide == p->wide)
        return;
    raw(p->o, wide ? "<section class=\"wide break\">\n" : "</section>\n");
    p->wide = wide;
}

static void title(struct buffer *o, const struct block *b)
{
    element(o, "<h1>", b->text, "</h1>\n");
    element(o, "<p class=\"sub\">", b->note, "</p>\n");
}

static void paragraph(struct buffer *o, const struct block *b)
{
    element(o, b->small ? "<p class=\"small\">" : "<p>", b->text, "</p>\n");
}

static void list(struct buffer *o, const struct block *b)
{
    raw(o, b->small ? "<ol class=\"small\">\n" : "<ol>\n");
    for (size_t i = 0; i < b->n; i++)
        element(o, b->lines[i].alarm ? "<li class=\"alarm\">" : "<li>", b->lines[i].text, "</li>\n");
    raw(o, "</ol>\n");
}

static void facts(struct buffer *o, const struct block *b)
{
    raw(o, "<table class=\"facts\"><tbody>\n");
    for (size_t i = 0; i < b->n; i++) {
        element(o, "<tr><th>", b->facts[i].label, "</th>");
        element(o, "<td>", b->facts[i].value, "</td></tr>\n");
    }
    raw(o, "</tbody></table>\n");
}

static void result(struct buffer *o, const struct block *b)
{
    raw(o, b->alarm ? "<div class=\"result alarm\"><p>" : "<div class=\"result\"><p>");
    element(o, "", b->label, "：<b>");
    element(o, "", b->text, "</b></p>");
    element(o, "<p>", b->note, "</p></div>\n");
}

/* ---- tables ---- */

static void table_head(struct buffer *o, const struct block_table *t)
{
    double sum = 0;
    for (int k = 0; k < t->n_columns; k++)
        sum += t->columns[k].width;
    raw(o, t->n_columns > 6 ? "<table class=\"dense\"><colgroup>" : "<table><colgroup>");
    for (int k = 0; k < t->n_columns; k++)
        buffer_printf(o, "<col style=\"width:%.1f%%\" />", t->columns[k].width / sum * 100);
    raw(o, "</colgroup>\n<thead><tr>");
    for (int k = 0; k < t->n_columns; k++)
        element(o, "<th>", t->columns[k].title, "</th>");
    raw(o, "</tr></thead><tbody>\n");
}

static void table_row(struct buffer *o, const struct block_table *t, const struct block_cell *row, bool total)
{
    static const char *const open[] = {"<td>", "<td class=\"c\">", "<td class=\"n\">"};
    char number[DECIMAL_SIZE];
    raw(o, total ? "<tr class=\"total\">" : "<tr>");
    for (int k = 0; k < t->n_columns; k++)
        element(o, open[t->columns[k].align], block_cell_text(t, &row[k], k, number), "</td>");
    raw(o, "</tr>\n");
}

/* A browser lays out no more than the rows that a form of pages prints in reasonable time. */
static void table(struct buffer *o, const struct block_table *t)
{
    char more[DECIMAL_SIZE];
    table_head(o, t);
    for (size_t i = 0; i < block_rows_printed(t); i++)
        table_row(o, t, block_row(t, i), t->last_is_total && i + 1 == t->n_rows);
    raw(o, "</tbody></table>\n");
    block_rows_left_out(t, more);
    if (*more)
        element(o, "<p>", more, "</p>\n");
}

/* ---- pictures ---- */

static cairo_status_t append_svg(void *user, const unsigned char *bytes, unsigned n)
{
    struct buffer *b = user;
    buffer_append(b, bytes, n);
    return b->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static enum status svg_of(const struct map_picture *picture, struct buffer *svg, struct error *e)
{
    enum status s = drawing_load(e);
    if (s)
        return s;
    cairo_surface_t *surface = cairo_svg_surface_create_for_stream(
        append_svg, svg, PICTURE_WIDTH_PT, map_picture_height(picture, PICTURE_WIDTH_PT));
    cairo_t *cr = cairo_create(surface);
    struct typeset t;
    s = typeset_init(&t, cr, e);
    if (!s) {
        map_picture_draw(&t, picture, 0, 0, PICTURE_WIDTH_PT);
        typeset_release(&t);
    }
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (!s)
        s = typeset_status(cairo_surface_status(surface), e);
    cairo_surface_destroy(surface);
    return s;
}

static void picture(struct page *p, const struct block *b)
{
    struct buffer svg;
    buffer_init(&svg, 0);
    p->status = b->picture ? svg_of(b->picture, &svg, p->error) : STATUS_OK;
    if (!p->status) {
        raw(p->o, "<figure>\n");
        if (b->picture)
            html_inline_svg(p->o, svg.data, svg.size, p->n_pictures++);
        element(p->o, "<figcaption>", b->text, "</figcaption>\n</figure>\n");
    }
    buffer_release(&svg);
}

static void seal(struct buffer *o, const struct block *b)
{
    int side = b->code->size + 2 * QR_MARGIN;
    raw(o, "<figure class=\"seal\">\n");
    element(o, "<strong>", b->label, "</strong>\n");
    buffer_printf(o,
                  "<svg role=\"img\" aria-label=\"QR\" viewBox=\"0 0 %d %d\" "
                  "shape-rendering=\"crispEdges\"><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>"
                  "<path d=\"",
                  side, side);
    qr_code_svg_path(b->code, o);
    raw(o, "\"/></svg>\n");
    element(o, "<code>", b->text, "</code>\n");
    element(o, "<figcaption>", b->note, "</figcaption>\n</figure>\n");
}

static void put(struct page *p, const struct block *b)
{
    switch (b->kind) {
    case BLOCK_PART:
        part(p, b->wide);
        return;
    case BLOCK_TITLE:
        title(p->o, b);
        return;
    case BLOCK_NOTICE:
        element(p->o, "<p class=\"notice\">", b->text, "</p>\n");
        return;
    case BLOCK_HEADING:
        element(p->o, "<h2>", b->text, "</h2>\n");
        return;
    case BLOCK_SUBHEADING:
        element(p->o, "<h3>", b->text, "</h3>\n");
        return;
    case BLOCK_PARAGRAPH:
        paragraph(p->o, b);
        return;
    case BLOCK_LIST:
        list(p->o, b);
        return;
    case BLOCK_FACTS:
        facts(p->o, b);
        return;
    case BLOCK_RESULT:
        result(p->o, b);
        return;
    case BLOCK_TABLE:
        table(p->o, b->table);
        return;
    case BLOCK_SEAL:
        seal(p->o, b);
        return;
    case BLOCK_PICTURE:
        picture(p, b);
        return;
    }
}

enum status form_html(const struct form_input *in, struct buffer *out, struct error *e)
{
    struct page p = {.o = out, .error = e};
    head(out, in->blocks);
    for (size_t i = 0; i < in->blocks->n && !p.status; i++)
        put(&p, &in->blocks->items[i]);
    if (p.status)
        return p.status;
    part(&p, false);
    element(out, "<p class=\"foot\">", in->blocks->page_foot, "</p>\n</body>\n</html>\n");
    return buffer_status(out, e);
}
