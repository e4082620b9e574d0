/* The figures of a report: rounding, balance, rows and details. */
#include "report/report_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- balance ---- */

struct part {
    double raw;
    size_t at;
};

static int larger_first(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (x->raw != y->raw)
        return x->raw > y->raw ? -1 : 1;
    return x->at < y->at ? -1 : 1; /* the same order on every machine */
}

static int64_t bounded(int64_t v, const int64_t *low, const int64_t *high, size_t i)
{
    if (low && v < low[i])
        return low[i];
    return high && v > high[i] ? high[i] : v;
}

int64_t figures_balance(int64_t total, const double *raw, size_t n, const int64_t *low, const int64_t *high,
                        int64_t *cents, struct arena *a, bool *no_memory)
{
    struct part *order = arena_array(a, n + 1, sizeof *order);
    int64_t residual = total;
    if (!order) {
        *no_memory = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        cents[i] = 0;
        (void)decimal_units(raw[i], 2, &cents[i]);
        cents[i] = bounded(cents[i], low, high, i);
        residual -= cents[i];
        order[i] = (struct part){raw[i], i};
    }
    if (residual == 0)
        return 0;
    qsort(order, n, sizeof *order, larger_first);
    for (size_t k = 0; k < n && residual != 0; k++) {
        size_t i = order[k].at;
        int64_t moved = cents[i] + (residual > 0 ? 1 : -1);
        if (moved < 0 || bounded(moved, low, high, i) != moved)
            continue;
        residual -= moved - cents[i];
        cents[i] = moved;
    }
    return residual;
}

/* ---- figures in words and numbers ---- */

const char *figure_words(enum figure_state s)
{
    switch (s) {
    case FIGURE_UNMEASURED:
        return "未测算";
    case FIGURE_NOT_COVERED:
        return "数据未覆盖";
    case FIGURE_PARTLY:
        return "部分未测算";
    case FIGURE_KNOWN:
        return "";
    }
    return "未测算";
}

void figure_m2(const struct figure *f, char text[DECIMAL_SIZE])
{
    snprintf(text, DECIMAL_SIZE, "%s",
             f->state == FIGURE_KNOWN ? decimal_area_of(f->cents).m2 : figure_words(f->state));
}

void figure_ha(const struct figure *f, char text[DECIMAL_SIZE])
{
    snprintf(text, DECIMAL_SIZE, "%s",
             f->state == FIGURE_KNOWN ? decimal_area_of(f->cents).ha : figure_words(f->state));
}

void figure_mu(const struct figure *f, char text[DECIMAL_SIZE])
{
    snprintf(text, DECIMAL_SIZE, "%s",
             f->state == FIGURE_KNOWN ? decimal_area_of(f->cents).mu : figure_words(f->state));
}

const char *figure_words_en(enum figure_state s)
{
    switch (s) {
    case FIGURE_UNMEASURED:
        return "not measured";
    case FIGURE_NOT_COVERED:
        return "no data";
    case FIGURE_PARTLY:
        return "partly not measured";
    case FIGURE_KNOWN:
        return "";
    }
    return "not measured";
}

/* ---- columns ---- */

static enum figure_state state_of(const struct layer_finding *f)
{
    if (f->status == LAYER_NOT_COVERED)
        return FIGURE_NOT_COVERED;
    return f->status == LAYER_UNMEASURED || !isfinite(f->area_m2) ? FIGURE_UNMEASURED : FIGURE_KNOWN;
}

struct column_work {
    double *raw;
    int64_t *low, *high, *cents;
};

static bool column_work(struct report_making *m, struct column_work *c)
{
    size_t n = m->t->n_rows + 1;
    c->raw = arena_array(m->arena, n, sizeof *c->raw);
    c->low = arena_array(m->arena, n, sizeof *c->low);
    c->high = arena_array(m->arena, n, sizeof *c->high);
    c->cents = arena_array(m->arena, n, sizeof *c->cents);
    if (c->raw && c->low && c->high && c->cents)
        return true;
    m->no_memory = true;
    return false;
}

static void parcel_column(struct report_making *m, struct column_work *c)
{
    struct report_table *t = m->t;
    struct figure *total = &t->total.figures[COLUMN_PARCEL];
    double sum = 0;
    bool known = true;
    for (size_t i = 0; i < t->n_rows; i++) {
        c->raw[i] = m->r->results[i].area_m2;
        known = known && isfinite(c->raw[i]) && c->raw[i] > 0;
        sum += known ? c->raw[i] : 0;
    }
    if (!known || !decimal_units(sum, 2, &total->cents)) {
        total->state = FIGURE_UNMEASURED; /* a half-built report: no figure is made up */
        return;
    }
    total->state = FIGURE_KNOWN;
    total->cents -=
        figures_balance(total->cents, c->raw, t->n_rows, NULL, NULL, c->cents, m->arena, &m->no_memory);
    for (size_t i = 0; i < t->n_rows; i++)
        t->rows[i].figures[COLUMN_PARCEL] = (struct figure){FIGURE_KNOWN, c->cents[i]};
}

/* What is nothing stays 0 and what is the whole parcel stays the parcel: balance never makes land appear. */
static void line_column(struct report_making *m, struct column_work *c, const struct control_line *line)
{
    struct report_table *t = m->t;
    int column = column_of_line(line);
    struct figure *total = &t->total.figures[column];
    double sum = 0;
    bool all_known = true;
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct layer_finding *f = making_finding(m, i, line);
        const struct figure *parcel = &t->rows[i].figures[COLUMN_PARCEL];
        struct figure *own = &t->rows[i].figures[column];
        own->state = parcel->state == FIGURE_KNOWN ? state_of(f) : FIGURE_UNMEASURED;
        bool known = own->state == FIGURE_KNOWN;
        all_known = all_known && known;
        c->raw[i] = known ? f->area_m2 : 0;
        c->high[i] = c->raw[i] > 0 ? parcel->cents : 0;
        c->low[i] = c->raw[i] > 0 && f->inside ? parcel->cents : 0;
        sum += c->raw[i];
    }
    int64_t cents = 0;
    (void)decimal_units(sum, 2, &cents);
    cents -= figures_balance(cents, c->raw, t->n_rows, c->low, c->high, c->cents, m->arena, &m->no_memory);
    for (size_t i = 0; i < t->n_rows; i++)
        t->rows[i].figures[column].cents = c->cents[i];
    *total = all_known ? (struct figure){FIGURE_KNOWN, cents} : (struct figure){FIGURE_PARTLY, 0};
}

static void total_of_rows(struct report_table *t, int column)
{
    struct figure total = {FIGURE_KNOWN, 0};
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct figure *f = &t->rows[i].figures[column];
        if (f->state != FIGURE_KNOWN)
            total.state = FIGURE_PARTLY;
        total.cents += f->cents;
    }
    if (total.state != FIGURE_KNOWN)
        total.cents = 0;
    t->total.figures[column] = total;
}

/* Outside is what is left; but where the layer says nothing it is not outside either. */
static void outside_column(struct report_making *m, const struct control_line *line)
{
    struct report_table *t = m->t;
    int column = column_of_outside(line);
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct layer_finding *f = making_finding(m, i, line);
        const struct figure *inside = &t->rows[i].figures[column_of_line(line)];
        struct figure *out = &t->rows[i].figures[column];
        out->state = inside->state;
        if (inside->state == FIGURE_KNOWN && f->uncovered_m2 > fmax(0.01, 1e-9 * m->r->results[i].area_m2))
            out->state = FIGURE_NOT_COVERED;
        if (out->state == FIGURE_KNOWN)
            out->cents = t->rows[i].figures[COLUMN_PARCEL].cents - inside->cents;
    }
    total_of_rows(t, column);
}

/* ---- zones of a line that contains ---- */

int report_zone_column(const struct layer_finding *f, size_t zone)
{
    const struct control_line *line = f->line;
    if (line->relation != LINE_CONTAINS)
        return COLUMN_PARCEL;
    if (zone + 1 == f->n_zones)
        return column_of_outside(line);
    int own = line_zone_of(line, f->zones[zone].zone);
    for (size_t z = 0; z + 1 < f->n_zones; z++)
        if (z != zone && line_zone_of(line, f->zones[z].zone) == own)
            return COLUMN_PARCEL;
    return own == line->n_zones ? COLUMN_PARCEL : column_of_zone(line, own);
}

/* Returns the area inside the line of which the zone is none of its columns, in cents. */
static int64_t zone_figures(struct report_making *m, size_t row, const struct control_line *line,
                            bool *overlapping)
{
    enum { BUCKETS = ZONES_MAX + 1 }; /* the last one used is for none of the zones */
    const struct layer_finding *f = making_finding(m, row, line);
    struct figure *figures = m->t->rows[row].figures;
    const struct figure *inside = &figures[column_of_line(line)];
    int n = line->n_zones;
    double raw[BUCKETS] = {0}, sum = 0;
    int64_t cents[BUCKETS], high[BUCKETS];
    for (size_t z = 0; z + 1 < f->n_zones; z++) { /* the last entry is the outside */
        raw[line_zone_of(line, f->zones[z].zone)] += f->zones[z].area_m2;
        sum += f->zones[z].area_m2;
    }
    *overlapping = inside->state == FIGURE_KNOWN && f->n_zones > 0 &&
                   fabs(sum - f->area_m2) > fmax(0.02, 1e-9 * m->r->results[row].area_m2);
    for (int b = 0; b <= n; b++)
        high[b] = raw[b] > 0 ? INT64_MAX : 0;
    int64_t target = 0;
    if (!*overlapping)
        target = inside->cents;
    else
        (void)decimal_units(sum, 2, &target);
    figures_balance(target, raw, (size_t)n + 1, NULL, high, cents, m->arena, &m->no_memory);
    bool known = inside->state == FIGURE_KNOWN;
    for (int b = 0; b < n; b++)
        figures[column_of_zone(line, b)] = (struct figure){inside->state, known ? cents[b] : 0};
    return known ? cents[n] : 0;
}

/* ---- remarks ---- */

static const char *joined(struct report_making *m, const char *before, const char *more)
{
    if (!before || !more)
        return NULL;
    return *before ? arena_printf(m->arena, "%s；%s", before, more) : more;
}

static const char *line_remark(struct report_making *m, size_t row, const struct control_line *line)
{
    const struct layer_finding *f = making_finding(m, row, line);
    const char *name = line->title_zh, *text = "";
    char number[DECIMAL_SIZE];
    bool covered = f->uncovered_m2 <= fmax(0.01, 1e-9 * m->r->results[row].area_m2);
    if (f->status == LAYER_SLIVER) {
        decimal_text(f->area_m2, 4, number);
        text = joined(m, text, arena_printf(m->arena, "%s仅碎屑%s平方米", name, number));
    } else if (f->status == LAYER_OVERLAP && f->area_m2 < 0.005) {
        text = joined(m, text, arena_printf(m->arena, "%s不足0.01平方米", name));
    }
    if (f->status == LAYER_OVERLAP && !covered) {
        decimal_text(f->uncovered_m2, 2, number);
        text = joined(m, text, arena_printf(m->arena, "%s另有%s平方米无数据", name, number));
    }
    if (state_of(f) == FIGURE_KNOWN && f->sum_m2 > f->area_m2 + fmax(0.01, 1e-9 * m->r->results[row].area_m2))
        text = joined(m, text, arena_printf(m->arena, "%s图斑互相重叠，面积按并集计", name));
    return text;
}

/* What the zones of a line that contains leave open. */
static const char *zones_remark(struct report_making *m, const char *before, size_t row,
                                const struct control_line *line)
{
    const char *text = before;
    char number[DECIMAL_SIZE];
    bool overlapping;
    int64_t unzoned = zone_figures(m, row, line, &overlapping);
    decimal_units_text(unzoned, 2, number);
    if (unzoned > 0)
        text = joined(m, text, arena_printf(m->arena, "界内另有%s平方米未标明分区", number));
    if (overlapping)
        text = joined(m, text,
                      arena_printf(m->arena, "%s各分区互相重叠，分区面积之和不等于界内面积", line->short_zh));
    return text;
}

static void row_remark(struct report_making *m, size_t row)
{
    const struct line_table *lines = report_lines(m->r);
    const char *text = "";
    for (int l = 0; l < lines->n; l++) {
        const char *more = line_remark(m, row, line_at(lines, l));
        text = more && *more ? joined(m, text, more) : more ? text : NULL;
    }
    for (int l = 0; l < lines->n; l++)
        if (line_at(lines, l)->relation == LINE_CONTAINS)
            text = zones_remark(m, text, row, line_at(lines, l));
    m->no_memory = m->no_memory || !text;
    m->t->rows[row].remark = text;
}

/* A line's zones are filled in with the remarks, row by row; here what they add up to. */
static void zone_totals(struct report_making *m)
{
    const struct line_table *lines = report_lines(m->r);
    for (int l = 0; l < lines->n; l++) {
        const struct control_line *line = line_at(lines, l);
        for (int z = 0; line->relation == LINE_CONTAINS && z < line->n_zones; z++)
            total_of_rows(m->t, column_of_zone(line, z));
    }
}

/* Rows without figures yet, and the total's. */
static bool make_rows(struct report_making *m)
{
    struct report_table *t = m->t;
    size_t n_columns = (size_t)report_lines(m->r)->n_columns;
    t->n_rows = m->r->parcels.n_parcels;
    t->rows = arena_array(m->arena, t->n_rows + 1, sizeof *t->rows);
    struct figure *figures = arena_array(m->arena, (t->n_rows + 1) * n_columns, sizeof *figures);
    if (!t->rows || !figures)
        return false;
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct parcel *p = m->r->results[i].parcel;
        t->rows[i].id = making_clean(m, p->id);
        t->rows[i].name = making_clean(m, p->name);
        t->rows[i].verdict = m->r->results[i].verdict;
        t->rows[i].figures = figures + i * n_columns;
    }
    t->total = (struct table_row){.id = "合计",
                                  .name = "",
                                  .figures = figures + t->n_rows * n_columns,
                                  .verdict = m->r->verdict,
                                  .remark = ""};
    return true;
}

void table_make_rows(struct report_making *m)
{
    const struct line_table *lines = report_lines(m->r);
    struct column_work c;
    if (!make_rows(m) || !column_work(m, &c)) {
        m->no_memory = true;
        return;
    }
    parcel_column(m, &c);
    for (int l = 0; l < lines->n; l++) {
        line_column(m, &c, line_at(lines, l));
        if (line_at(lines, l)->relation == LINE_CONTAINS)
            outside_column(m, line_at(lines, l));
    }
    for (size_t i = 0; i < m->t->n_rows && !m->no_memory; i++)
        row_remark(m, i);
    zone_totals(m);
}
