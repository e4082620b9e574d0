#include "formats/csv.h"
#include "report/render.h"

#include <stdarg.h>
#include <stdio.h>

/* Cells up to NULL. */
static void row(struct csv_writer *c, const char *first, ...)
{
    va_list cells;
    va_start(cells, first);
    for (const char *s = first; s; s = va_arg(cells, const char *))
        csv_text(c, s);
    va_end(cells);
    csv_row_end(c);
}

static void put_fixed(struct csv_writer *c, double v)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, 3, text);
    csv_text(c, text);
}

static void put_row(struct csv_writer *c, const char *number, const struct table_row *r)
{
    char text[DECIMAL_SIZE];
    csv_text(c, number);
    csv_text(c, r->id);
    csv_text(c, r->name);
    for (int k = 0; k < COLUMN_COUNT; k++) {
        figure_m2(&r->figures[k], text);
        csv_text(c, text);
    }
    csv_text(c, verdict_zh(r->verdict));
    csv_text(c, r->remark);
    csv_row_end(c);
}

static void put_table(struct csv_writer *c, const struct report_table *t)
{
    row(c, "三、占用三线情况表（单位：平方米）", NULL);
    csv_text(c, "序号");
    csv_text(c, "地块编号");
    csv_text(c, "地块名称");
    for (int k = 0; k < COLUMN_COUNT; k++)
        csv_text(c, report_column_title(k));
    csv_text(c, "结论");
    csv_text(c, "备注");
    csv_row_end(c);
    for (size_t i = 0; i < t->n_rows; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i + 1);
        put_row(c, number, &t->rows[i]);
    }
    put_row(c, "", &t->total);
    csv_row_end(c);
}

static void put_details(struct csv_writer *c, const struct report_table *t)
{
    char m2[DECIMAL_SIZE];
    row(c, "四、占用明细", NULL);
    row(c, "序号", "地块编号", "管控线", "图斑标识码BSM", "图斑名称/编号", "行政区",
        "占用（界内）面积(平方米)", "占地块比例(%)", "依据", NULL);
    for (size_t i = 0; i < t->n_details; i++) {
        const struct detail_row *d = &t->details[i];
        figure_m2(&d->area, m2);
        csv_integer(c, (long long)i + 1);
        row(c, d->parcel_id, line_at(d->line)->title_zh, d->code, d->name, d->district, m2, d->share_percent,
            d->basis, NULL);
    }
    csv_row_end(c);
}

static void put_rules(struct csv_writer *c, const struct report_table *t)
{
    row(c, "适用条款", NULL);
    row(c, "规则编号", "判定", "情形", "要求", "依据", "条文核对情况", "地块", NULL);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule_row *r = &t->rules[i];
        row(c, r->rule->id, verdict_zh(r->rule->verdict), r->title, r->rule->needs_zh, r->rule->basis,
            r->certainty, r->parcels, NULL);
    }
    csv_row_end(c);
}

static void put_border(struct csv_writer *c, const struct report_table *t)
{
    if (t->n_border == 0)
        return;
    row(c, "界址点成果表", t->border_note, NULL);
    row(c, "地块编号", "界址点号", "圈号", "X(米)", "Y(米)", "边长(米)", NULL);
    for (size_t i = 0; i < t->n_border; i++) {
        const struct border_row *b = &t->border[i];
        char number[24];
        snprintf(number, sizeof number, "J%u", b->number);
        csv_text(c, b->parcel_id);
        csv_text(c, number);
        csv_integer(c, (long long)b->ring);
        put_fixed(c, b->x_m);
        put_fixed(c, b->y_m);
        put_fixed(c, b->side_m);
        csv_row_end(c);
    }
    csv_row_end(c);
}

static void put_texts(struct csv_writer *c, const char *heading, const struct texts *texts)
{
    row(c, heading, NULL);
    for (size_t i = 0; i < texts->n; i++)
        row(c, texts->items[i].text, NULL);
    csv_row_end(c);
}

enum status render_csv(const struct report_table *t, struct buffer *out, struct error *e)
{
    struct csv_writer c = {.out = out};
    csv_mark(&c);
    row(&c, t->title, NULL);
    csv_row_end(&c);
    row(&c, "一、项目基本信息", NULL);
    for (size_t i = 0; i < t->n_basics; i++)
        row(&c, t->basics[i].label, t->basics[i].value, NULL);
    csv_row_end(&c);
    row(&c, "二、审查结论", NULL);
    for (size_t i = 0; i < t->sentences.n; i++)
        row(&c, t->sentences.items[i].text, NULL);
    row(&c, "综合结论", t->verdict, t->verdict_sentence, NULL);
    csv_row_end(&c);
    put_table(&c, t);
    put_details(&c, t);
    row(&c, "五、其他控制线", REPORT_OTHER_LINES_ZH, NULL);
    csv_row_end(&c);
    put_rules(&c, t);
    put_border(&c, t);
    row(&c, "数据版本", NULL);
    row(&c, "图层", "版本", "标识", "生效日期", "批准文号", "来源文件", "SHA-256", NULL);
    for (size_t i = 0; i < t->n_sources; i++) {
        const struct source_row *s = &t->sources[i];
        row(&c, s->title, s->version, s->label, s->effective, s->document, s->file, s->sha256, NULL);
    }
    csv_row_end(&c);
    put_texts(&c, "七、审查说明", &t->notes);
    if (t->warnings.n)
        put_texts(&c, "数据提醒", &t->warnings);
    return buffer_status(out, e);
}
