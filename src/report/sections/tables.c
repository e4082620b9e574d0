/* The figures: 三、占用三线情况表, 四、占用明细, and what is not in them: 五、其他控制线. */
#include "report/sections/sections.h"
#include "report/words.h"

#include <stdlib.h>

/* ---- 占用情况表: a table for each handful of lines, so that a page is wide enough ---- */

enum { FIGURES_MAX = 8, BESIDE_FIGURES = 5 }; /* the parcel's own among the figures */
_Static_assert((int)FIGURES_MAX + (int)BESIDE_FIGURES <= (int)BLOCK_COLUMNS_MAX,
               "a table of blocks is wide enough");

/* Lines first .. end - 1, whose columns stand side by side in the table of figures. */
struct line_run {
    int first, end;
    int from, n; /* of their columns */
};

/* As many of the lines from `first` on as fit beside the parcel; one that does not fit alone is cut. */
static struct line_run run_from(const struct line_table *lines, int first)
{
    struct line_run r = {.first = first, .end = first, .from = line_at(lines, first)->column};
    while (r.end < lines->n && (r.n == 0 || r.n + line_at(lines, r.end)->n_columns <= FIGURES_MAX - 1))
        r.n += line_at(lines, r.end++)->n_columns;
    if (r.n > FIGURES_MAX - 1)
        r.n = FIGURES_MAX - 1;
    return r;
}

/* The columns of a request's own: their titles come from the table of figures. */
static struct block_column *lines_columns(struct report_making *m, const struct line_run *r)
{
    struct block_column *c = arena_array(m->arena, (size_t)r->n + 1 + BESIDE_FIGURES, sizeof *c);
    const struct line_table *lines = report_lines(m->r);
    if (!c) {
        m->no_memory = true;
        return NULL;
    }
    c[0] = (struct block_column){"序号", 28, BLOCK_CENTRE, 0};
    c[1] = (struct block_column){"地块编号", 62, BLOCK_LEFT, 0};
    c[2] = (struct block_column){"地块名称", 74, BLOCK_LEFT, 0};
    c[3] = (struct block_column){report_column_title(lines, COLUMN_PARCEL), 59, BLOCK_RIGHT, 2};
    for (int k = 0; k < r->n; k++)
        c[4 + k] = (struct block_column){report_column_title(lines, r->from + k), 59, BLOCK_RIGHT, 2};
    c[4 + r->n] = (struct block_column){"结论", 42, BLOCK_CENTRE, 0};
    c[5 + r->n] = (struct block_column){"备注", 84, BLOCK_LEFT, 0};
    return c;
}

static void lines_row(struct block_cell *cells, const struct table_row *r, const struct line_run *run,
                      struct block_cell number)
{
    cells[0] = number;
    cells[1] = cell_words(r->id);
    cells[2] = cell_words(r->name);
    cells[3] = cell_figure(&r->figures[COLUMN_PARCEL]);
    for (int k = 0; k < run->n; k++)
        cells[4 + k] = cell_figure(&r->figures[run->from + k]);
    cells[4 + run->n] = cell_words(verdict_zh(r->verdict));
    cells[5 + run->n] = cell_words(run->first == 0 ? r->remark : "");
}

static void add_lines(struct report_making *m, const struct line_run *run)
{
    const struct report_table *t = m->t;
    struct block_column *columns = lines_columns(m, run);
    struct block_table *to =
        columns ? add_table(m, columns, run->n + 1 + BESIDE_FIGURES, t->n_rows + 1) : NULL;
    if (!to)
        return;
    for (size_t i = 0; i < t->n_rows; i++)
        lines_row(table_row_at(to, i), &t->rows[i], run, cell_number((int64_t)i + 1));
    lines_row(table_row_at(to, t->n_rows), &t->total, run, cell_words(""));
    to->last_is_total = true;
}

void section_lines(struct report_making *m)
{
    const struct line_table *lines = report_lines(m->r);
    add_part(m, "占用三线情况表", true);
    add_block(m, BLOCK_HEADING, "三、占用三线情况表（单位：平方米）");
    for (int first = 0; first < lines->n;) {
        struct line_run run = run_from(lines, first);
        if (first > 0) {
            add_part(m, "占用其他管控图层", true);
            add_block(m, BLOCK_SUBHEADING, "其他管控图层（单位：平方米）");
        }
        add_lines(m, &run);
        first = run.end;
    }
}

/* ---- 地类: what a line that classifies says, class by class ---- */

struct class_sum {
    const char *title, *group;
    double m2;
};

/* The classes that the parcels meet, in the order of the definition; what it does not know comes last. */
static size_t sum_classes(const struct report_making *m, const struct control_line *line,
                          struct class_sum *sums)
{
    size_t n = 0;
    for (int z = 0; z <= line->n_zones; z++) {
        struct class_sum s = {z < line->n_zones ? line->zones[z].zh : "其他（定义中没有的类别）",
                              z < line->n_zones ? line->zones[z].group : "", 0};
        for (size_t i = 0; i < m->t->n_rows; i++) {
            const struct layer_finding *f = making_finding(m, i, line);
            for (size_t k = 0; k < f->n_zones; k++)
                s.m2 += line_zone_of(line, f->zones[k].zone) == z ? f->zones[k].area_m2 : 0;
        }
        if (s.m2 > 0)
            sums[n++] = s;
    }
    return n;
}

/* Rounded so that they add up to the line's own total, where that is known and no classes overlap. */
static bool balance_classes(struct report_making *m, const struct control_line *line,
                            const struct class_sum *sums, size_t n, int64_t *cents)
{
    const struct figure *own = &m->t->total.figures[column_of_line(line)];
    double *raw = arena_array(m->arena, n + 1, sizeof *raw), sum = 0;
    int64_t target = 0;
    if (!raw) {
        m->no_memory = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        raw[i] = sums[i].m2;
        sum += raw[i];
    }
    (void)decimal_units(sum, 2, &target);
    if (own->state == FIGURE_KNOWN && llabs(own->cents - target) <= 2 * (int64_t)m->t->n_rows + 2)
        target = own->cents;
    figures_balance(target, raw, n, NULL, NULL, cents, m->arena, &m->no_memory);
    return true;
}

static void add_classes(struct report_making *m, const struct control_line *line)
{
    static const struct block_column columns[] = {{"类别", 30, BLOCK_LEFT, 0},
                                                  {"大类", 20, BLOCK_LEFT, 0},
                                                  {"面积（平方米）", 25, BLOCK_RIGHT, 2},
                                                  {"占用地（%）", 15, BLOCK_RIGHT, 2}};
    struct class_sum *sums = arena_array(m->arena, (size_t)line->n_zones + 1, sizeof *sums);
    int64_t *cents = arena_array(m->arena, (size_t)line->n_zones + 2, sizeof *cents), total = 0;
    const struct figure *parcels = &m->t->total.figures[COLUMN_PARCEL];
    if (!sums || !cents) {
        m->no_memory = true;
        return;
    }
    size_t n = sum_classes(m, line, sums);
    if (n == 0 || !balance_classes(m, line, sums, n, cents))
        return;
    add_block(m, BLOCK_SUBHEADING, line->title_zh);
    struct block_table *t = add_table(m, columns, 4, n + 1);
    for (size_t i = 0; t && i < n; i++) {
        struct block_cell *row = table_row_at(t, i);
        row[0] = cell_words(sums[i].title);
        row[1] = cell_words(sums[i].group);
        row[2] = cell_number(cents[i]);
        row[3] = parcels->state == FIGURE_KNOWN && parcels->cents > 0
                     ? cell_value(100.0 * (double)cents[i] / (double)parcels->cents, 2)
                     : cell_words("");
        total += cents[i];
    }
    if (!t)
        return;
    table_row_at(t, n)[0] = cell_words("合计");
    table_row_at(t, n)[2] = cell_number(total);
    t->last_is_total = true;
}

void section_classes(struct report_making *m)
{
    const struct line_table *lines = report_lines(m->r);
    for (int l = 0; l < lines->n && !m->no_memory; l++)
        if (line_at(lines, l)->relation == LINE_CLASSIFIES)
            add_classes(m, line_at(lines, l));
}

/* ---- 按行政区: where the parcels meet the lines, zone by zone ---- */

/* The rows of one line, rounded so that they add up to its total where that is known and its zones do not
 * overlap each other. */
static void balance_units(struct report_making *m, const struct zone_in_unit *rows, size_t n, int64_t *cents)
{
    const struct figure *own = &m->t->total.figures[column_of_line(rows->line)];
    double *raw = arena_array(m->arena, n + 1, sizeof *raw), sum = 0;
    int64_t target = 0;
    if (!raw) {
        m->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        raw[i] = rows[i].area_m2;
        sum += raw[i];
    }
    (void)decimal_units(sum, 2, &target);
    if (own->state == FIGURE_KNOWN && llabs(own->cents - target) <= 2 * (int64_t)(m->t->n_rows + n))
        target = own->cents;
    figures_balance(target, raw, n, NULL, NULL, cents, m->arena, &m->no_memory);
}

static void unit_row(struct report_making *m, struct block_cell *cells, const struct zone_in_unit *z,
                     int64_t cents)
{
    cells[0] = cell_words(z->line->title_zh);
    cells[1] = cell_words(z->zone < z->line->n_zones ? z->line->zones[z->zone].zh : "—");
    cells[2] = cell_words(*z->code ? making_clean(m, z->code) : "—");
    cells[3] = cell_words(*z->code ? making_clean(m, z->name) : report_outside_units(REPORT_LANG_ZH));
    cells[4] = cell_number(cents);
}

void section_units(struct report_making *m)
{
    static const struct block_column columns[] = {{"图层", 28, BLOCK_LEFT, 0},
                                                  {"分区", 26, BLOCK_LEFT, 0},
                                                  {"行政区代码", 16, BLOCK_LEFT, 0},
                                                  {"行政区", 24, BLOCK_LEFT, 0},
                                                  {"面积（平方米）", 22, BLOCK_RIGHT, 2}};
    size_t n = m->maps ? m->maps->n_by_unit : 0;
    int64_t *cents = arena_array(m->arena, n + 1, sizeof *cents);
    if (!cents)
        m->no_memory = true;
    if (!cents || n == 0)
        return;
    const struct zone_in_unit *rows = m->maps->by_unit;
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && rows[end].line == rows[first].line;)
            end++;
        balance_units(m, rows + first, end - first, cents + first);
    }
    add_block(m, BLOCK_SUBHEADING, "按行政区分列（界线仅供参考）");
    struct block_table *t = add_table(m, columns, 5, n);
    for (size_t i = 0; t && i < n; i++)
        unit_row(m, table_row_at(t, i), &rows[i], cents[i]);
    if (m->maps->n_by_unit_failed)
        add_block(m, BLOCK_PARAGRAPH,
                  arena_printf(m->arena, "有%zu处跨行政区的图形未能求出，未列入上表；面积不受影响。",
                               m->maps->n_by_unit_failed));
}

/* ---- 占用明细 ---- */

static void detail_row(struct block_cell *cells, const struct detail_row *d, size_t number)
{
    *cells++ = cell_number((int64_t)number);
    *cells++ = cell_words(d->parcel_id);
    *cells++ = cell_words(d->line->title_zh);
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

/* What is defined and of which no data are loaded: the report says so instead of leaving a gap. */
void section_other_lines(struct report_making *m)
{
    const char *list = making_keep(m, report_not_examined(m->arena, m->r, REPORT_LANG_ZH));
    add_part(m, "结论", false);
    add_block(m, BLOCK_HEADING, "五、其他控制线");
    add_block(m, BLOCK_PARAGRAPH,
              *list ? arena_printf(m->arena, "未审查（没有载入数据）：%s。本报告未对其作出审查。", list)
                    : "已定义的管控图层都已载入并审查。");
}
