/* The figures: 三、占用三线情况表, 四、占用明细, and what is not in them: 五、其他控制线. */
#include "report/sections/sections.h"

enum { LINES_COLUMNS = COLUMN_COUNT + 5 };

/* The columns of a request's own: their titles come from the table of figures. */
static struct block_column *lines_columns(struct report_making *m)
{
    struct block_column *c = arena_array(m->arena, LINES_COLUMNS, sizeof *c);
    if (!c) {
        m->no_memory = true;
        return NULL;
    }
    c[0] = (struct block_column){"序号", 28, BLOCK_CENTRE, 0};
    c[1] = (struct block_column){"地块编号", 62, BLOCK_LEFT, 0};
    c[2] = (struct block_column){"地块名称", 74, BLOCK_LEFT, 0};
    for (int k = 0; k < COLUMN_COUNT; k++)
        c[3 + k] = (struct block_column){report_column_title(k), 59, BLOCK_RIGHT, 2};
    c[3 + COLUMN_COUNT] = (struct block_column){"结论", 42, BLOCK_CENTRE, 0};
    c[4 + COLUMN_COUNT] = (struct block_column){"备注", 84, BLOCK_LEFT, 0};
    return c;
}

static void lines_row(struct block_cell *cells, const struct table_row *r, struct block_cell number)
{
    cells[0] = number;
    cells[1] = cell_words(r->id);
    cells[2] = cell_words(r->name);
    for (int k = 0; k < COLUMN_COUNT; k++)
        cells[3 + k] = cell_figure(&r->figures[k]);
    cells[3 + COLUMN_COUNT] = cell_words(verdict_zh(r->verdict));
    cells[4 + COLUMN_COUNT] = cell_words(r->remark);
}

void section_lines(struct report_making *m)
{
    const struct report_table *t = m->t;
    add_part(m, "占用三线情况表", true);
    add_block(m, BLOCK_HEADING, "三、占用三线情况表（单位：平方米）");
    struct block_column *columns = lines_columns(m);
    struct block_table *to = columns ? add_table(m, columns, LINES_COLUMNS, t->n_rows + 1) : NULL;
    if (!to)
        return;
    for (size_t i = 0; i < t->n_rows; i++)
        lines_row(table_row_at(to, i), &t->rows[i], cell_number((int64_t)i + 1));
    lines_row(table_row_at(to, t->n_rows), &t->total, cell_words(""));
    to->last_is_total = true;
}

static void detail_row(struct block_cell *cells, const struct detail_row *d, size_t number)
{
    *cells++ = cell_number((int64_t)number);
    *cells++ = cell_words(d->parcel_id);
    *cells++ = cell_words(line_at(d->line)->title_zh);
    *cells++ = cell_words(d->code);
    *cells++ = cell_words(d->name);
    *cells++ = cell_words(d->district);
    *cells++ = cell_figure(&d->area);
    *cells++ = cell_value(d->share_percent, 2);
    *cells = cell_words(d->basis);
}

void section_details(struct report_making *m)
{
    static const struct block_column columns[] = {{"序号", 26, BLOCK_CENTRE, 0},
                                                  {"地块编号", 62, BLOCK_LEFT, 0},
                                                  {"管控线", 62, BLOCK_LEFT, 0},
                                                  {"图斑标识码BSM", 94, BLOCK_LEFT, 0},
                                                  {"图斑名称/编号", 110, BLOCK_LEFT, 0},
                                                  {"行政区", 66, BLOCK_LEFT, 0},
                                                  {"占用（界内）面积（平方米）", 72, BLOCK_RIGHT, 2},
                                                  {"占地块比例（%）", 48, BLOCK_RIGHT, 2},
                                                  {"依据", 210, BLOCK_LEFT, 0}};
    const struct report_table *t = m->t;
    add_part(m, "占用明细", true);
    add_block(m, BLOCK_HEADING, "四、占用明细");
    struct block_table *to = add_table(m, columns, 9, t->n_details ? t->n_details : 1);
    for (size_t i = 0; to && i < t->n_details; i++)
        detail_row(table_row_at(to, i), &t->details[i], i + 1);
    if (to && t->n_details == 0)
        table_row_at(to, 0)[1] = cell_words("无");
}

/* No layer of these is known to the check yet, and the report says so instead of leaving a gap. */
void section_other_lines(struct report_making *m)
{
    add_part(m, "结论", false);
    add_block(m, BLOCK_HEADING, "五、其他控制线");
    add_block(m, BLOCK_PARAGRAPH,
              "未载入城市蓝线、绿线、紫线、黄线、历史文化保护线、洪涝风险控制线数据，本报告未对其作出审查。");
}
