#include "report/render.h"

#include "report/forms/pdf_page.h"
#include "report/map_picture.h"

#include <stdio.h>

enum { BORDER_ROWS_MAX = 20000 }; /* 450 pages; XLSX and CSV have them all */
#define DETAIL_MAP_WIDTH 372.0    /* two stand on a page */
#define INK 0x111111
#define ALARM 0xa00f26

static const struct type_style body = {.face = TYPE_SERIF, .size = 10.5, .colour = INK};
static const struct type_style small = {.face = TYPE_SERIF, .size = 8.5, .colour = 0x333333};

static void put_title(struct pdf *p, const struct report_table *t)
{
    struct type_style title = {.size = 20, .bold = true, .align = TYPE_CENTRE, .colour = INK, .max_lines = 6};
    double width = 0, height;
    pdf_space(p, 8);
    for (title.size = 20; title.size > 15; title.size--) { /* on one line where that is possible */
        struct type_style one_line = title;
        one_line.max_lines = 0;
        typeset_measure(&p->type, t->title, &one_line, &width, &height);
        if (width <= pdf_inner_width(p))
            break;
    }
    pdf_text(p, t->title, title, 0);
    char line[96];
    snprintf(line, sizeof line, "%.20s%s%.40s", t->date, *t->date ? "　" : "", t->engine);
    pdf_text(p, line, (struct type_style){.size = 9, .align = TYPE_CENTRE, .colour = 0x555555}, 0);
    if (t->synthetic)
        pdf_text(p, "【示例数据】本报告所用图层含示例数据（非真实管控线），结果仅作演示。",
                 (struct type_style){.size = 10, .bold = true, .align = TYPE_CENTRE, .colour = 0x8a4b00}, 0);
}

static void put_basics(struct pdf *p, const struct report_table *t)
{
    static const struct pdf_column columns[] = {{"", 24, TYPE_LEFT}, {"", 76, TYPE_LEFT}};
    pdf_heading(p, "一、项目基本信息");
    pdf_table(p, columns, 2, 9.5, false);
    for (size_t i = 0; i < t->n_basics; i++)
        pdf_row(p, (const char *const[]){t->basics[i].label, t->basics[i].value}, false);
}

static void put_verdict(struct pdf *p, const struct report_table *t)
{
    bool alarm = t->worst == VERDICT_PROHIBITED || t->worst == VERDICT_UNKNOWN;
    struct type_style big = {.size = 14, .bold = true, .colour = alarm ? ALARM : INK};
    char text[64];
    snprintf(text, sizeof text, "综合结论：%.40s", t->verdict);
    pdf_need(p, 64);
    pdf_space(p, 8);
    double top = p->y;
    pdf_space(p, 5);
    pdf_text(p, text, big, 10);
    struct type_style sentence = body;
    pdf_text(p, t->verdict_sentence, sentence, 10);
    pdf_space(p, 4);
    if (p->painting) {
        typeset_colour(p->type.cr, big.colour, 1);
        cairo_set_line_width(p->type.cr, 1.2);
        cairo_rectangle(p->type.cr, p->left, top, pdf_inner_width(p), p->y - top);
        cairo_stroke(p->type.cr);
    }
    pdf_space(p, 8);
}

static void put_rules(struct pdf *p, const struct report_table *t)
{
    static const struct pdf_column columns[] = {{"规则", 12, TYPE_LEFT}, {"判定", 7, TYPE_CENTRE},
                                                {"情形", 20, TYPE_LEFT}, {"要求", 24, TYPE_LEFT},
                                                {"依据", 22, TYPE_LEFT}, {"条文核对情况", 13, TYPE_LEFT},
                                                {"地块", 12, TYPE_LEFT}};
    if (t->n_rules == 0)
        return;
    pdf_need(p, 90);
    pdf_text(p, "适用条款", (struct type_style){.size = 10.5, .bold = true, .colour = INK}, 0);
    pdf_table(p, columns, 7, 8, false);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule *r = t->rules[i].rule;
        pdf_row(p,
                (const char *const[]){r->id, verdict_zh(r->verdict), t->rules[i].title, r->needs_zh, r->basis,
                                      t->rules[i].certainty, t->rules[i].parcels},
                false);
    }
}

static void put_conclusion(struct pdf *p, const struct report_table *t)
{
    pdf_heading(p, "二、审查结论");
    for (size_t i = 0; i < t->sentences.n; i++) {
        struct type_style style = body;
        style.colour = t->sentences.items[i].warning ? ALARM : INK;
        char number[24];
        snprintf(number, sizeof number, "%zu.", i + 1);
        double y = p->y;
        int page = p->page;
        pdf_text(p, t->sentences.items[i].text, style, 18);
        if (p->painting)
            typeset_draw(&p->type, number, &style, p->left + 3, page == p->page ? y : p->top);
    }
    put_verdict(p, t);
    put_rules(p, t);
}

/* ---- wide tables ---- */

static void put_row(struct pdf *p, const struct table_row *r, const char *number, bool bold)
{
    char texts[COLUMN_COUNT][DECIMAL_SIZE];
    const char *cells[5 + COLUMN_COUNT] = {number, r->id, r->name};
    for (int k = 0; k < COLUMN_COUNT; k++) {
        figure_m2(&r->figures[k], texts[k]);
        cells[3 + k] = texts[k];
    }
    cells[3 + COLUMN_COUNT] = verdict_zh(r->verdict);
    cells[4 + COLUMN_COUNT] = r->remark;
    pdf_row(p, cells, bold);
}

static void put_table(struct pdf *p, const struct report_table *t)
{
    struct pdf_column columns[5 + COLUMN_COUNT] = {
        {"序号", 28, TYPE_CENTRE}, {"地块编号", 62, TYPE_LEFT}, {"地块名称", 74, TYPE_LEFT}};
    for (int k = 0; k < COLUMN_COUNT; k++)
        columns[3 + k] = (struct pdf_column){report_column_title(k), 59, TYPE_RIGHT};
    columns[3 + COLUMN_COUNT] = (struct pdf_column){"结论", 42, TYPE_CENTRE};
    columns[4 + COLUMN_COUNT] = (struct pdf_column){"备注", 84, TYPE_LEFT};
    pdf_break(p, true);
    pdf_heading(p, "三、占用三线情况表（单位：平方米）");
    pdf_table(p, columns, 5 + COLUMN_COUNT, 8, false);
    for (size_t i = 0; i < t->n_rows; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i + 1);
        put_row(p, &t->rows[i], number, false);
    }
    put_row(p, &t->total, "", true);
}

static void put_details(struct pdf *p, const struct report_table *t)
{
    static const struct pdf_column columns[] = {{"序号", 26, TYPE_CENTRE},
                                                {"地块编号", 62, TYPE_LEFT},
                                                {"管控线", 62, TYPE_LEFT},
                                                {"图斑标识码BSM", 94, TYPE_LEFT},
                                                {"图斑名称/编号", 110, TYPE_LEFT},
                                                {"行政区", 66, TYPE_LEFT},
                                                {"占用（界内）面积（平方米）", 72, TYPE_RIGHT},
                                                {"占地块比例（%）", 48, TYPE_RIGHT},
                                                {"依据", 210, TYPE_LEFT}};
    pdf_heading(p, "四、占用明细");
    pdf_table(p, columns, 9, 8, false);
    for (size_t i = 0; i < t->n_details; i++) {
        const struct detail_row *d = &t->details[i];
        char number[24], m2[DECIMAL_SIZE];
        snprintf(number, sizeof number, "%zu", i + 1);
        figure_m2(&d->area, m2);
        pdf_row(p,
                (const char *const[]){number, d->parcel_id, line_at(d->line)->title_zh, d->code, d->name,
                                      d->district, m2, d->share_percent, d->basis},
                false);
    }
    if (t->n_details == 0)
        pdf_row(p, (const char *const[]){"", "无", "", "", "", "", "", "", ""}, false);
}

/* ---- maps and boundary points ---- */

static void put_map(struct pdf *p, const struct render_document *d, size_t number)
{
    const struct report_map *map = &d->maps->maps[number];
    bool detail = map->parcel != SIZE_MAX;
    double width = detail ? DETAIL_MAP_WIDTH : pdf_inner_width(p), height = map_picture_height(width);
    char caption[128];
    pdf_need(p, height + 30);
    if (p->painting)
        map_picture_draw(&p->type, d->report, d->maps, map, p->left + (pdf_inner_width(p) - width) / 2, p->y,
                         width);
    pdf_space(p, height + 2);
    if (!detail)
        snprintf(caption, sizeof caption, "图%zu　三线套合图（全部地块）", number + 1);
    else
        snprintf(caption, sizeof caption, "图%zu　三线套合图：地块序号 %zu", number + 1, map->parcel + 1);
    pdf_text(p, caption, (struct type_style){.size = 9, .align = TYPE_CENTRE, .colour = INK}, 0);
    pdf_space(p, 8);
}

static void put_border(struct pdf *p, const struct report_table *t)
{
    static const struct pdf_column columns[] = {{"地块编号", 26, TYPE_LEFT}, {"界址点号", 14, TYPE_CENTRE},
                                                {"圈号", 10, TYPE_CENTRE},   {"X（米）", 20, TYPE_RIGHT},
                                                {"Y（米）", 20, TYPE_RIGHT}, {"边长（米）", 16, TYPE_RIGHT}};
    if (t->n_border == 0)
        return;
    pdf_heading(p, "界址点成果表");
    pdf_text(p, t->border_note, small, 0);
    pdf_table(p, columns, 6, 8.5, true);
    for (size_t i = 0; i < t->n_border && i < BORDER_ROWS_MAX; i++) {
        const struct border_row *b = &t->border[i];
        char number[24], ring[24], x[DECIMAL_SIZE], y[DECIMAL_SIZE], side[DECIMAL_SIZE];
        snprintf(number, sizeof number, "J%u", b->number);
        snprintf(ring, sizeof ring, "%u", b->ring);
        decimal_text(b->x_m, 3, x);
        decimal_text(b->y_m, 3, y);
        decimal_text(b->side_m, 3, side);
        pdf_row(p, (const char *const[]){b->parcel_id, number, ring, x, y, side}, false);
    }
    if (t->n_border <= BORDER_ROWS_MAX)
        return;
    char more[160];
    snprintf(more, sizeof more, "共%zu个界址点，此处列出前%d个；全部见 XLSX 或 CSV。", t->n_border,
             BORDER_ROWS_MAX);
    pdf_text(p, more, small, 0);
}

/* ---- notes ---- */

static void put_sources(struct pdf *p, const struct report_table *t)
{
    static const struct pdf_column columns[] = {{"图层", 16, TYPE_LEFT},     {"版本", 9, TYPE_CENTRE},
                                                {"标识", 11, TYPE_CENTRE},   {"生效日期", 13, TYPE_CENTRE},
                                                {"批准文号", 18, TYPE_LEFT}, {"来源文件", 17, TYPE_LEFT},
                                                {"SHA-256", 30, TYPE_LEFT}};
    pdf_space(p, 4);
    pdf_table(p, columns, 7, 7.5, false);
    for (size_t i = 0; i < t->n_sources; i++) {
        const struct source_row *s = &t->sources[i];
        pdf_row(p,
                (const char *const[]){s->title, s->version, s->label, s->effective, s->document, s->file,
                                      s->sha256},
                false);
    }
}

static void put_texts(struct pdf *p, const struct texts *texts, const struct type_style *style)
{
    for (size_t i = 0; i < texts->n; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu.", i + 1);
        struct type_style own = *style;
        own.colour = texts->items[i].warning ? ALARM : style->colour;
        double y = p->y;
        int page = p->page;
        pdf_text(p, texts->items[i].text, own, 18);
        if (p->painting)
            typeset_draw(&p->type, number, &own, p->left + 3, page == p->page ? y : p->top);
    }
}

static void put_notes(struct pdf *p, const struct report_table *t)
{
    const struct type_style notes = {.face = TYPE_SERIF, .size = 9.5, .colour = INK};
    pdf_heading(p, "七、审查说明");
    put_texts(p, &t->notes, &notes);
    put_sources(p, t);
    if (t->warnings.n == 0)
        return;
    pdf_space(p, 8);
    pdf_text(p, "数据提醒", (struct type_style){.size = 10.5, .bold = true, .colour = INK}, 0);
    put_texts(p, &t->warnings, &small);
}

static void put_all(struct pdf *p, const struct render_document *d)
{
    const struct report_table *t = d->table;
    put_title(p, t);
    put_basics(p, t);
    put_conclusion(p, t);
    put_table(p, t);
    put_details(p, t);
    pdf_break(p, false);
    pdf_heading(p, "五、其他控制线");
    pdf_text(p, REPORT_OTHER_LINES_ZH, body, 0);
    if (d->maps || t->n_border)
        pdf_heading(p, "六、附图");
    for (size_t i = 0; d->maps && i < d->maps->n_maps; i++)
        put_map(p, d, i);
    put_border(p, t);
    put_notes(p, t);
}

enum status render_pdf(const struct render_document *d, struct buffer *out, struct error *e)
{
    const struct report_table *t = d->table;
    struct pdf p;
    char head[256], foot[256];
    enum status s = drawing_load(e);
    if (s)
        return s;
    snprintf(head, sizeof head, "%s占用三条控制线情况分析报告　%.20s", t->synthetic ? "【示例数据】" : "",
             t->date);
    snprintf(foot, sizeof foot, "原交文件 SHA-256 %.64s　%.40s", t->sha256, t->engine);
    s = pdf_begin(&p, out, t->title, t->date, e);
    p.head = head;
    p.foot = foot;
    if (!s) {
        pdf_pass(&p, false);
        put_all(&p, d);
        p.n_pages = p.page;
        pdf_pass(&p, true);
        put_all(&p, d);
    }
    enum status ended = pdf_end(&p, s ? NULL : e);
    if (s || ended)
        return s ? s : ended;
    return buffer_status(out, e);
}
