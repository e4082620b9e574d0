#include "render/render.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    LONG_CODE_DIGITS = 12
}; /* Excel shows longer numbers as 1.5E+17 and forgets the digits after the 15th */

struct csv {
    struct buffer *out;
    bool cell; /* the row has one already */
};

static bool is_long_code(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    return s[digits] == '\0' && digits >= LONG_CODE_DIGITS;
}

/* 2026-01-31, as the report writes days: a spreadsheet shows the same day. */
static bool is_day(const char *s)
{
    return strlen(s) == 10 && s[4] == '-' && s[7] == '-';
}

/* Codes that a spreadsheet would turn into something else: 001234 (1234), 1E5 (100000), 3-12 and 3/12 (a day), 3:12. */
static bool is_recast(const char *s)
{
    static const char decimal[] = "0123456789";
    const char *after = s + strspn(s, decimal);
    if (after == s || s[strspn(s, "0123456789-/:.Ee+")] != '\0')
        return false;
    if (*after == '\0')
        return *s == '0' && after > s + 1;
    if (*after == '.')
        after += 1 + strspn(after + 1, decimal);
    return *after && *after != '.' && !is_day(s);
}

/* What a spreadsheet may take for a formula; the full-width forms are folded to these by some. */
static bool is_formula_like(const char *s)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    while (*s == ' ')
        s++;
    if (*s && strchr("=+-@\t\r|%", *s))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(s, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static void put(struct csv *c, const char *s)
{
    if (c->cell)
        buffer_append_char(c->out, ',');
    c->cell = true;
    bool formula = is_formula_like(s), code = is_long_code(s) || is_recast(s);
    bool quoted = formula || code || strpbrk(s, ",\"\r\n") || *s == ' ';
    if (quoted)
        buffer_append_char(c->out, '"');
    buffer_append_str(c->out, formula ? "'" : code ? "\t" : "");
    for (; *s; s++) {
        if (*s == '"')
            buffer_append_char(c->out, '"');
        buffer_append_char(c->out, *s);
    }
    if (quoted)
        buffer_append_char(c->out, '"');
}

static void end(struct csv *c)
{
    buffer_append_str(c->out, "\r\n");
    c->cell = false;
}

/* Cells up to NULL. */
static void row(struct csv *c, const char *first, ...)
{
    va_list cells;
    va_start(cells, first);
    for (const char *s = first; s; s = va_arg(cells, const char *))
        put(c, s);
    va_end(cells);
    end(c);
}

static void put_number(struct csv *c, size_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", n);
    put(c, text);
}

static void put_fixed(struct csv *c, double v)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, 3, text);
    put(c, text);
}

static void put_row(struct csv *c, const char *number, const struct table_row *r)
{
    char text[DECIMAL_SIZE];
    put(c, number);
    put(c, r->id);
    put(c, r->name);
    for (int k = 0; k < COLUMN_COUNT; k++) {
        figure_m2(&r->figures[k], text);
        put(c, text);
    }
    put(c, verdict_zh(r->verdict));
    put(c, r->remark);
    end(c);
}

static void put_table(struct csv *c, const struct report_table *t)
{
    row(c, "三、占用三线情况表（单位：平方米）", NULL);
    put(c, "序号");
    put(c, "地块编号");
    put(c, "地块名称");
    for (int k = 0; k < COLUMN_COUNT; k++)
        put(c, report_column_title((enum table_column)k));
    put(c, "结论");
    put(c, "备注");
    end(c);
    for (size_t i = 0; i < t->n_rows; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i + 1);
        put_row(c, number, &t->rows[i]);
    }
    put_row(c, "", &t->total);
    end(c);
}

static void put_details(struct csv *c, const struct report_table *t)
{
    char m2[DECIMAL_SIZE];
    row(c, "四、占用明细", NULL);
    row(c, "序号", "地块编号", "管控线", "图斑标识码BSM", "图斑名称/编号", "行政区",
        "占用（界内）面积(平方米)", "占地块比例(%)", "依据", NULL);
    for (size_t i = 0; i < t->n_details; i++) {
        const struct detail_row *d = &t->details[i];
        figure_m2(&d->area, m2);
        put_number(c, i + 1);
        row(c, d->parcel_id, control_line_zh(d->line), d->code, d->name, d->district, m2, d->share_percent,
            d->basis, NULL);
    }
    end(c);
}

static void put_rules(struct csv *c, const struct report_table *t)
{
    row(c, "适用条款", NULL);
    row(c, "规则编号", "判定", "情形", "要求", "依据", "条文核对情况", "地块", NULL);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rule_row *r = &t->rules[i];
        row(c, r->rule->id, verdict_zh(r->rule->verdict), r->title, r->rule->needs_zh, r->rule->basis,
            r->certainty, r->parcels, NULL);
    }
    end(c);
}

static void put_border(struct csv *c, const struct report_table *t)
{
    if (t->n_border == 0)
        return;
    row(c, "界址点成果表", t->border_note, NULL);
    row(c, "地块编号", "界址点号", "圈号", "X(米)", "Y(米)", "边长(米)", NULL);
    for (size_t i = 0; i < t->n_border; i++) {
        const struct border_row *b = &t->border[i];
        char number[24];
        snprintf(number, sizeof number, "J%u", b->number);
        put(c, b->parcel_id);
        put(c, number);
        put_number(c, b->ring);
        put_fixed(c, b->x_m);
        put_fixed(c, b->y_m);
        put_fixed(c, b->side_m);
        end(c);
    }
    end(c);
}

static void put_texts(struct csv *c, const char *heading, const struct texts *texts)
{
    row(c, heading, NULL);
    for (size_t i = 0; i < texts->n; i++)
        row(c, texts->items[i].text, NULL);
    end(c);
}

enum status render_csv(const struct report_table *t, struct buffer *out, struct error *e)
{
    struct csv c = {.out = out};
    buffer_append_str(out, "\xef\xbb\xbf");
    row(&c, t->title, NULL);
    end(&c);
    row(&c, "一、项目基本信息", NULL);
    for (size_t i = 0; i < t->n_basics; i++)
        row(&c, t->basics[i].label, t->basics[i].value, NULL);
    end(&c);
    row(&c, "二、审查结论", NULL);
    for (size_t i = 0; i < t->sentences.n; i++)
        row(&c, t->sentences.items[i].text, NULL);
    row(&c, "综合结论", t->verdict, t->verdict_sentence, NULL);
    end(&c);
    put_table(&c, t);
    put_details(&c, t);
    row(&c, "五、其他控制线", REPORT_OTHER_LINES_ZH, NULL);
    end(&c);
    put_rules(&c, t);
    put_border(&c, t);
    row(&c, "数据版本", NULL);
    row(&c, "图层", "版本", "标识", "生效日期", "批准文号", "来源文件", "SHA-256", NULL);
    for (size_t i = 0; i < t->n_sources; i++) {
        const struct source_row *s = &t->sources[i];
        row(&c, s->title, s->version, s->label, s->effective, s->document, s->file, s->sha256, NULL);
    }
    end(&c);
    put_texts(&c, "七、审查说明", &t->notes);
    if (t->warnings.n)
        put_texts(&c, "数据提醒", &t->warnings);
    return buffer_status(out, e);
}
