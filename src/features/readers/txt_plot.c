#include "features/readers/txt.h"

#include "base/number.h"
#include "formats/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A closing row that repeats the first number but misses the first point by less is a closing row all the
 * same. */
#define CLOSING_M 0.01
/* Vertices nearer than this to a boundary say nothing of which side they are on. */
#define TXT_NEAR_M 0.001

static size_t count_char(const char *s, char c)
{
    size_t n = 0;
    for (; *s; s++)
        n += *s == c;
    return n;
}

/* The last cell that is not empty ends in "@". */
bool txt_is_plot_row(const char *folded)
{
    size_t n = strlen(folded);
    while (n > 0 && (folded[n - 1] == ',' || (unsigned char)folded[n - 1] <= 0x20))
        n--;
    return n > 0 && folded[n - 1] == '@' && strchr(folded, ',');
}

bool txt_is_point_row(const char *folded)
{
    size_t commas = count_char(folded, ',');
    return commas >= 2 && !strchr(folded, '@') && (folded[0] == ',' || commas >= 3 || folded[0] == 'J');
}

static void plot_begin(struct txt *t)
{
    struct txt_plot *plot = &t->plot;
    plot->open = true;
    plot->number = ++t->n_plots;
    plot->line = t->line.number;
    plot->id = plot->name = plot->use = "";
    plot->declared_points = 0;
    plot->area = (struct declared_area){NAN, AREA_UNIT_UNSAID, NULL};
    plot->rows = 0;
    coords_clear(&plot->points);
}

static const char *keep(struct txt *t, const char *cell)
{
    const char *kept = arena_strdup(t->p->context->arena, cell);
    if (!kept)
        t->p->no_memory = true;
    return kept ? kept : "";
}

/* A name may hold a full-width comma: only when ASCII commas cannot be the separators is the folded text
 * split. */
static size_t split_plot_row(struct txt *t, char **cells)
{
    char *from = count_char(t->line.raw, ',') >= 7 ? t->line.raw : t->line.folded;
    size_t n = line_cells(from, cells, TXT_CELLS_MAX);
    while (n > 0 && *cells[n - 1] == '\0')
        n--;
    return n;
}

static void read_plot_cells(struct txt *t, char **cells, size_t n)
{
    struct txt_plot *plot = &t->plot;
    double points;
    crs_fold(cells[0]);
    if (number_of(cells[0], &points) && points > 0 && points < 1e9)
        plot->declared_points = (uint32_t)points;
    crs_fold(cells[1]);
    if (*cells[1] && !parsing_area_text(cells[1], &plot->area))
        txt_warn(t, plot->line, "declared-area-text", "看不懂地块面积，未与计算面积核对。",
                 "the plot's area is not understood and was not compared.");
    plot->id = keep(t, cells[2]);
    plot->name = keep(t, cells[3]);
    /* Short rows leave columns out at their end; "@" is not a use. */
    if (n > 7)
        plot->use = keep(t, cells[6]);
}

enum status txt_plot_row(struct txt *t)
{
    char *cells[TXT_CELLS_MAX];
    enum status s = txt_plot_end(t);
    if (s != STATUS_OK)
        return s;
    if (t->n_plots == t->p->context->plots_before)
        t->line.number += t->p->context->lines_before;
    plot_begin(t);
    size_t n = split_plot_row(t, cells);
    if (n < 5)
        return txt_fail(
            t, t->line.number, STATUS_INVALID_INPUT, "txt-plot-row",
            "地块行的列太少；应为：界址点数,面积,地块编号,地块名称,面,图幅号,地块用途,地类编码,@。",
            "the plot row has too few columns; it should be: points,area,id,name,面,sheet,use,class,@.");
    if (strcmp(cells[4], "线") == 0 || strcmp(cells[4], "点") == 0)
        return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "txt-not-area",
                        "记录图形属性是线或点，不是面，没有面积可核查；请只提交面。",
                        "the plot is a line or a point (记录图形属性) and has no area; send areas only.");
    if (n != 8 && n != 9) /* 8: no land class at the end, which shifts nothing */
        txt_warn(t, t->line.number, "plot-row-columns", "地块行不是规定的9列，按前几列的顺序读取。",
                 "the plot row has not the 9 columns of the rule; the first ones are read in their order.");
    read_plot_cells(t, cells, n);
    return STATUS_OK;
}

/* The number of "J12" or "12"; -1 when there is none. */
static long point_number(const char *dh)
{
    const char *digits = dh + strcspn(dh, "0123456789");
    return *digits ? strtol(digits, NULL, 10) : -1;
}

/* The first number comes again although 圈号 stays: older writers restart numbers and mark rings by nothing
 * else. Where numbers repeat from the start they mean nothing. */
static bool number_restarts(const struct txt_plot *plot, long dh)
{
    return coords_in_ring(&plot->points) >= 3 && dh >= 0 && dh == plot->first_dh &&
           plot->second_dh != plot->first_dh;
}

static enum status ring_begin(struct txt *t, const char *qh)
{
    struct txt_plot *plot = &t->plot;
    if (plot->points.rings.n_rings == TXT_RINGS_PER_PLOT)
        return txt_fail(t, t->line.number, STATUS_TOO_LARGE, "txt-too-many-rings",
                        "一个地块最多4096个环；请分成几个地块。",
                        "a plot may have at most 4096 rings; split it.");
    coords_begin_ring(&plot->points);
    plot->first_dh = plot->second_dh = -1;
    strncpy(plot->qh, qh, sizeof plot->qh - 1);
    plot->qh[sizeof plot->qh - 1] = '\0';
    return STATUS_OK;
}

static enum status push_point(struct txt *t, long dh, double c3, double c4)
{
    struct txt_plot *plot = &t->plot;
    size_t in_ring = coords_in_ring(&plot->points);
    if (in_ring == 0)
        plot->first_dh = dh;
    else if (in_ring == 1)
        plot->second_dh = dh;
    coords_point(&plot->points, c3, c4, t->line.number);
    plot->points.ends_in_line = t->last_unit > 0;
    plot->points.last_unit = t->last_unit;
    return plot->points.rings.failed ? error_no_memory(t->p->error) : STATUS_OK;
}

static enum status add_point(struct txt *t, const char *dh_text, const char *qh, double c3, double c4)
{
    struct txt_plot *plot = &t->plot;
    long dh = point_number(dh_text);
    const struct coords *c = &plot->points;
    bool same_label = c->rings.n_rings && strncmp(plot->qh, qh, sizeof plot->qh - 1) == 0;
    bool closed = same_label && coords_came_back(c);
    plot->rows++;
    if (closed && coords_at_ring_start(c, c3, c4, 0))
        return STATUS_OK; /* the closing row once more */
    if (same_label && !closed && number_restarts(plot, dh) && coords_at_ring_start(c, c3, c4, CLOSING_M)) {
        size_t first = c->rings.start[c->rings.n_rings - 1];
        if (!coords_at_ring_start(c, c3, c4, 0))
            txt_warn(t, t->line.number, "ring-closed-nearly", "闭合点与起点相差不到1厘米，按起点闭合。",
                     "the closing point misses the first one by less than 1 cm; the ring was closed at the "
                     "first.");
        return push_point(t, dh, c->rings.x[first], c->rings.y[first]);
    }
    bool inferred = same_label && (closed || number_restarts(plot, dh));
    if (inferred)
        txt_warn(t, t->line.number, "ring-inferred",
                 "圈号未变，但前一环已闭合或点号重新开始，从该行起算作新的一环。",
                 "the ring number stays, but the ring before is closed or numbers restart: a new ring begins "
                 "here.");
    enum status s = inferred || !same_label ? ring_begin(t, qh) : STATUS_OK;
    return s == STATUS_OK ? push_point(t, dh, c3, c4) : s;
}

static enum status fail_point(struct txt *t, const char *c3, const char *c4)
{
    const char *zh = parsing_printf(t->p, "坐标“%s”“%s”不是数；应为以米为单位的小数，度分秒请先转换。",
                                    parsing_short(t->p, c3), parsing_short(t->p, c4));
    const char *en = parsing_printf(
        t->p,
        "the coordinates \"%s\", \"%s\" are not numbers; give decimal metres (convert degrees, "
        "minutes and seconds).",
        parsing_short(t->p, c3), parsing_short(t->p, c4));
    if (!zh || !en)
        return error_no_memory(t->p->error);
    return txt_fail(t, t->line.number, STATUS_INVALID_INPUT, "txt-point", zh, en);
}

/* "5,1.2,DK-1,name,面,…" without its "@": told as what it is, since nobody looks for coordinates there. */
static bool lacks_mark(char **cells, size_t n)
{
    double number;
    return n >= 5 &&
           (strcmp(cells[4], "面") == 0 || strcmp(cells[4], "线") == 0 || strcmp(cells[4], "点") == 0) &&
           !number_of(cells[3], &number);
}

/* A second point behind the first four cells. */
static bool another_point(char **cells, size_t n, double c3, double c4)
{
    double a, b;
    for (size_t i = 4; i + 1 < n; i++)
        if (number_of(cells[i], &a) && number_of(cells[i + 1], &b) && crs_values_another(c3, c4, a, b))
            return true;
    return false;
}

enum status txt_point_row(struct txt *t)
{
    char *cells[TXT_CELLS_MAX];
    double c3, c4;
    size_t n = line_cells(t->line.folded, cells, TXT_CELLS_MAX);
    while (n > 3 && *cells[n - 1] == '\0')
        n--;
    if (lacks_mark(cells, n))
        return txt_fail(
            t, t->line.number, STATUS_INVALID_INPUT, "txt-plot-mark",
            "该行像是地块行，但缺少结尾的“@”；请在最后一列补上“@”。",
            "this looks like a plot row without the \"@\" at its end; add it as the last column.");
    if (!t->plot.open) {
        plot_begin(t);
        txt_warn(t, t->line.number, "plot-row-missing", "界址点之前没有地块行，按一个未命名的地块读取。",
                 "there is no plot row before the points; they are read as one plot without a name.");
    }
    bool short_row = n == 3; /* number,X,Y: the ring number is left out */
    const char *third = cells[short_row ? 1 : 2];
    const char *fourth = cells[short_row ? 2 : 3];
    if (!number_of(third, &c3) || !number_of(fourth, &c4))
        return fail_point(t, third, fourth);
    if (short_row)
        txt_warn(t, t->line.number, "point-no-ring", "该点没有圈号，按第1圈读取。",
                 "the point has no ring number and was put in ring 1.");
    if (another_point(cells, n, c3, c4))
        return txt_fail(t, t->line.number, STATUS_INVALID_INPUT, "txt-point-two",
                        "一行里有两个界址点；请每行只写一个点（点号,圈号,X,Y）。",
                        "the row has two points; write one point a row (number,ring,X,Y).");
    if (n > 4)
        txt_warn(t, t->line.number, "point-extra-columns", "界址点多于4列，多出的列已忽略。",
                 "the point has more than 4 columns; the others were ignored.");
    return add_point(t, cells[0], short_row ? "1" : cells[1], c3, c4);
}

bool txt_plain_point(struct txt *t, char *line, enum status *s)
{
    char *at = line + (*line == 'J' || *line == 'j');
    const char *digits = at;
    double c3, c4;
    if (!t->plot.open)
        return false;
    while ((unsigned)(*at - '0') < 10)
        at++;
    char *first = at, *qh = at + 1;
    if (at == digits || *at != ',')
        return false;
    for (at = qh; (unsigned)(*at - '0') < 10; at++)
        ;
    char *second = at;
    const char *number = at + 1;
    if (at == qh || *at != ',' || !number_read(&number, &c3) || *number++ != ',' ||
        !number_read(&number, &c4))
        return false;
    while (*number == ' ' || *number == '\t')
        number++;
    if (*number != '\0')
        return false;
    *first = *second = '\0';
    *s = add_point(t, line, qh, c3, c4);
    return true;
}

static enum status fill_rings(struct txt *t)
{
    const struct ring_list *from = &t->plot.points.rings;
    struct ring_list *rings = &t->p->policy.rings;
    ring_list_clear(rings);
    for (size_t r = 0; r < from->n_rings; r++)
        ring_list_copy(rings, from, r, true, -1);
    if (rings->failed)
        return error_no_memory(t->p->error);
    return rings_nest(rings, TXT_NEAR_M, t->p->context->arena, t->p->error);
}

static struct parsing_place place_of(struct txt *t)
{
    const struct txt_plot *plot = &t->plot;
    const char *called = parsing_short(t->p, *plot->name ? plot->name : plot->id);
    if (!called)
        called = "";
    return (struct parsing_place){
        .zh = parsing_printf(t->p, "第%zu个地块“%s”（第%zu行起）", plot->number, called, plot->line),
        .en = parsing_printf(t->p, "Plot %zu \"%s\" (from line %zu)", plot->number, called, plot->line),
    };
}

static enum status end_with_points(struct txt *t)
{
    struct txt_plot *plot = &t->plot;
    struct parcel parcel = {.name = plot->name, .use = plot->use, .declared_points = plot->declared_points};
    const struct ring_list *rings = &plot->points.rings;
    size_t closing = 0;
    enum status s = txt_settle_axes(t);
    if (s == STATUS_OK)
        s = txt_zone_of_plot(t, &parcel.crs);
    for (size_t r = 0; s == STATUS_OK && r < rings->n_rings; r++) {
        s = coords_check_ring(t->p, &plot->points, r, "txt-ring-short");
        closing += ring_list_closed(rings, r);
    }
    if (s == STATUS_OK)
        s = txt_check_points(t, closing);
    if (s != STATUS_OK)
        return parsing_fail_in(t->p, s, place_of(t));
    parcel.delivered_points = (uint32_t)(rings->n - closing + rings->n_rings);
    parcel.id = *plot->id ? plot->id : parsing_printf(t->p, "%zu", plot->number);
    if (!parcel.id)
        return error_no_memory(t->p->error);
    if (t->p->structure_only)
        return STATUS_OK;
    s = fill_rings(t);
    if (s == STATUS_OK)
        s = txt_check_area(t);
    if (s != STATUS_OK)
        return parsing_fail_in(t->p, s, place_of(t));
    return parsing_add(t->p, &parcel, place_of(t), plot->area);
}

enum status txt_plot_end(struct txt *t)
{
    if (!t->plot.open)
        return STATUS_OK;
    t->plot.open = false;
    if (t->plot.points.rings.n == 0)
        return txt_fail(t, t->plot.line, STATUS_INVALID_INPUT, "txt-plot-empty",
                        "该地块没有界址点；请补上坐标或删去该地块行。",
                        "the plot has no points; add them or remove the plot row.");
    return end_with_points(t);
}
