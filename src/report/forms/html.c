#include "formats/html.h"
#include "report/render.h"

#include "report/forms/html_head.h"
#include "report/map_picture.h"

#include <stdio.h>

enum {
    BORDER_ROWS_MAX = 20000
}; /* a browser lays out no more in reasonable time; XLSX and CSV have them all */
#define MAP_WIDTH_PT 500.0

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

static void cell(struct buffer *o, const char *text)
{
    element(o, "<td>", text, "</td>");
}

static void number_cell(struct buffer *o, const char *text)
{
    element(o, "<td class=\"n\">", text, "</td>");
}

static void count_cell(struct buffer *o, size_t n)
{
    buffer_printf(o, "<td class=\"c\">%zu</td>", n);
}

static void head_row(struct buffer *o, const char *table, const char *const *titles, size_t n)
{
    raw(o, table);
    raw(o, "<thead><tr>");
    for (size_t i = 0; i < n; i++)
        element(o, "<th>", titles[i], "</th>");
    raw(o, "</tr></thead><tbody>\n");
}

static void table_end(struct buffer *o)
{
    raw(o, "</tbody></table>\n");
}

static void put_head(struct buffer *o, const struct report_table *t)
{
    raw(o, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\" />\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n");
    element(o, "<title>", t->title, "</title>\n");
    raw(o, "<style>");
    raw(o, html_style);
    buffer_printf(
        o,
        "@page{@bottom-center{content:'第 ' counter(page) ' 页 / 共 ' counter(pages) ' 页';font-size:8pt}"
        "@bottom-left{content:'SHA-256 %.16s…';font-size:7pt;color:#555}}",
        t->sha256);
    raw(o, "</style>\n</head>\n<body>\n");
    element(o, "<h1>", t->title, "</h1>\n");
    raw(o, "<p class=\"sub\">");
    html_text(o, t->date);
    raw(o, *t->date ? "　" : "");
    html_text(o, t->engine);
    raw(o, "</p>\n");
    if (t->synthetic)
        raw(o,
            "<p class=\"sample\">示例数据：本报告所用图层含示例数据（非真实管控线），结果仅作演示。</p>\n");
}

static void put_basics(struct buffer *o, const struct report_table *t)
{
    raw(o, "<h2>一、项目基本信息</h2>\n<table class=\"basics\"><tbody>\n");
    for (size_t i = 0; i < t->n_basics; i++) {
        element(o, "<tr><th>", t->basics[i].label, "</th>");
        cell(o, t->basics[i].value);
        raw(o, "</tr>\n");
    }
    table_end(o);
}

static void put_conclusion(struct buffer *o, const struct report_table *t)
{
    raw(o, "<h2>二、审查结论</h2>\n");
    for (size_t i = 0; i < t->sentences.n; i++)
        element(o, t->sentences.items[i].warning ? "<p class=\"warn\">" : "<p>", t->sentences.items[i].text,
                "</p>\n");
    buffer_printf(o, "<div class=\"verdict %s\"><p>综合结论：", verdict_name(t->worst));
    element(o, "<b>", t->verdict, "</b></p>");
    element(o, "<p>", t->verdict_sentence, "</p></div>\n");
    if (t->n_rules == 0)
        return;
    static const char *const titles[] = {"规则", "判定", "情形", "要求", "依据（条文核对情况）", "地块"};
    raw(o, "<h3>适用条款</h3>\n");
    head_row(o, "<table class=\"clauses\">", titles, 6);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule_row *r = &t->rules[i];
        raw(o, "<tr>");
        element(o, "<td class=\"c\">", r->rule->id, "</td>");
        element(o, "<td class=\"c\">", verdict_zh(r->rule->verdict), "</td>");
        cell(o, r->title);
        cell(o, r->rule->needs_zh);
        element(o, "<td>", r->rule->basis, "");
        element(o, "（", r->certainty, "）</td>");
        cell(o, r->parcels);
        raw(o, "</tr>\n");
    }
    table_end(o);
}

static void put_row(struct buffer *o, const struct table_row *r, size_t number)
{
    char text[DECIMAL_SIZE];
    raw(o, number ? "<tr>" : "<tr class=\"total\">");
    if (number)
        count_cell(o, number);
    else
        cell(o, "");
    cell(o, r->id);
    cell(o, r->name);
    for (int k = 0; k < COLUMN_COUNT; k++) {
        figure_m2(&r->figures[k], text);
        number_cell(o, text);
    }
    element(o, "<td class=\"c\">", verdict_zh(r->verdict), "</td>");
    cell(o, r->remark);
    raw(o, "</tr>\n");
}

static void put_table(struct buffer *o, const struct report_table *t)
{
    const char *titles[COLUMN_COUNT + 5] = {"序号", "地块编号", "地块名称"};
    for (int k = 0; k < COLUMN_COUNT; k++)
        titles[3 + k] = report_column_title(k);
    titles[3 + COLUMN_COUNT] = "结论";
    titles[4 + COLUMN_COUNT] = "备注";
    raw(o, "<section class=\"wide break\">\n<h2>三、占用三线情况表（单位：平方米）</h2>\n");
    head_row(o, "<table class=\"lines sums\">", titles, COLUMN_COUNT + 5);
    for (size_t i = 0; i < t->n_rows; i++)
        put_row(o, &t->rows[i], i + 1);
    put_row(o, &t->total, 0);
    table_end(o);
}

static void put_details(struct buffer *o, const struct report_table *t)
{
    static const char *const titles[] = {"序号",
                                         "地块编号",
                                         "管控线",
                                         "图斑标识码BSM",
                                         "图斑名称/编号",
                                         "行政区",
                                         "占用（界内）面积（平方米）",
                                         "占地块比例（%）",
                                         "依据"};
    raw(o, "<h2>四、占用明细</h2>\n");
    head_row(o, "<table class=\"lines details\">", titles, 9);
    for (size_t i = 0; i < t->n_details; i++) {
        const struct detail_row *d = &t->details[i];
        char m2[DECIMAL_SIZE];
        figure_m2(&d->area, m2);
        raw(o, "<tr>");
        count_cell(o, i + 1);
        cell(o, d->parcel_id);
        cell(o, line_at(d->line)->title_zh);
        cell(o, d->code);
        cell(o, d->name);
        cell(o, d->district);
        number_cell(o, m2);
        number_cell(o, d->share_percent);
        cell(o, d->basis);
        raw(o, "</tr>\n");
    }
    if (t->n_details == 0)
        raw(o, "<tr><td colspan=\"9\" class=\"c\">无</td></tr>\n");
    table_end(o);
    raw(o, "</section>\n<h2>五、其他控制线</h2>\n<p>" REPORT_OTHER_LINES_ZH "</p>\n");
}

/* ---- maps ---- */

static cairo_status_t append_svg(void *user, const unsigned char *bytes, unsigned n)
{
    struct buffer *b = user;
    buffer_append(b, bytes, n);
    return b->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static enum status svg_of(const struct render_document *d, const struct report_map *map, struct buffer *svg,
                          struct error *e)
{
    enum status s = drawing_load(e);
    if (s)
        return s;
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(append_svg, svg, MAP_WIDTH_PT, map_picture_height(MAP_WIDTH_PT));
    cairo_t *cr = cairo_create(surface);
    struct typeset t;
    s = typeset_init(&t, cr, e);
    if (!s) {
        map_picture_draw(&t, d->report, d->maps, map, 0, 0, MAP_WIDTH_PT);
        typeset_release(&t);
    }
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (!s)
        s = typeset_status(cairo_surface_status(surface), e);
    cairo_surface_destroy(surface);
    return s;
}

static enum status put_map(struct buffer *o, const struct render_document *d, size_t number, struct error *e)
{
    const struct report_map *map = &d->maps->maps[number];
    struct buffer svg;
    buffer_init(&svg, 0);
    enum status s = svg_of(d, map, &svg, e);
    if (!s) {
        raw(o, "<figure>\n");
        html_inline_svg(o, svg.data, svg.size, number);
        buffer_printf(o, "<figcaption>图%zu　", number + 1);
        if (map->parcel == SIZE_MAX)
            raw(o, "三线套合图（全部地块）");
        else
            element(o, "三线套合图：地块 ", d->table->rows[map->parcel].id, "");
        raw(o, "</figcaption>\n</figure>\n");
    }
    buffer_release(&svg);
    return s;
}

static void put_border(struct buffer *o, const struct report_table *t)
{
    static const char *const titles[] = {"地块编号", "界址点号", "圈号", "X（米）", "Y（米）", "边长（米）"};
    char text[DECIMAL_SIZE];
    if (t->n_border == 0)
        return;
    raw(o, "<h3>界址点成果表</h3>\n");
    element(o, "<p>", t->border_note, "</p>\n");
    head_row(o, "<table class=\"lines\">", titles, 6);
    for (size_t i = 0; i < t->n_border && i < BORDER_ROWS_MAX; i++) {
        const struct border_row *b = &t->border[i];
        raw(o, "<tr>");
        cell(o, b->parcel_id);
        buffer_printf(o, "<td class=\"c\">J%u</td><td class=\"c\">%u</td>", b->number, b->ring);
        const double values[] = {b->x_m, b->y_m, b->side_m};
        for (int k = 0; k < 3; k++) {
            decimal_text(values[k], 3, text);
            number_cell(o, text);
        }
        raw(o, "</tr>\n");
    }
    table_end(o);
    if (t->n_border > BORDER_ROWS_MAX)
        buffer_printf(o, "<p>共%zu个界址点，此处列出前%d个；全部见 XLSX 或 CSV。</p>\n", t->n_border,
                      BORDER_ROWS_MAX);
}

static void put_sources(struct buffer *o, const struct report_table *t)
{
    static const char *const titles[] = {"图层",     "版本",     "标识",
                                         "生效日期", "批准文号", "来源文件 / SHA-256"};
    head_row(o, "<table>", titles, 6);
    for (size_t i = 0; i < t->n_sources; i++) {
        const struct source_row *s = &t->sources[i];
        raw(o, "<tr>");
        cell(o, s->title);
        cell(o, s->version);
        cell(o, s->label);
        cell(o, s->effective);
        cell(o, s->document);
        element(o, "<td>", s->file, "");
        element(o, "<br /><code>", s->sha256, "</code></td></tr>\n");
    }
    table_end(o);
}

static void put_texts(struct buffer *o, const struct texts *texts)
{
    raw(o, "<ol>\n");
    for (size_t i = 0; i < texts->n; i++)
        element(o, "<li>", texts->items[i].text, "</li>\n");
    raw(o, "</ol>\n");
}

static void put_notes(struct buffer *o, const struct report_table *t)
{
    raw(o, "<h2>七、审查说明</h2>\n");
    put_texts(o, &t->notes);
    put_sources(o, t);
    if (t->warnings.n) {
        raw(o, "<h3>数据提醒</h3>\n");
        put_texts(o, &t->warnings);
    }
    element(o, "<p class=\"foot\">原交文件 SHA-256：", t->sha256, "。");
    element(o, "", t->engine, "</p>\n</body>\n</html>\n");
}

enum status render_html(const struct render_document *d, struct buffer *out, struct error *e)
{
    const struct report_table *t = d->table;
    put_head(out, t);
    put_basics(out, t);
    put_conclusion(out, t);
    put_table(out, t);
    put_details(out, t);
    if (d->maps || t->n_border)
        raw(out, "<h2>六、附图</h2>\n");
    for (size_t i = 0; d->maps && i < d->maps->n_maps; i++) {
        enum status s = put_map(out, d, i, e);
        if (s)
            return s;
    }
    put_border(out, t);
    put_notes(out, t);
    return buffer_status(out, e);
}
