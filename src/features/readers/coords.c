#include "features/readers/coords.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void coords_release(struct coords *c)
{
    ring_list_release(&c->rings);
    free(c->line);
    free(c->plots);
    *c = (struct coords){.n_plots = 0};
}

void coords_clear(struct coords *c)
{
    ring_list_clear(&c->rings);
    c->n_plots = 0;
    c->ends_in_line = false;
}

void coords_begin_plot(struct coords *c, const char *id, const char *name)
{
    if (ARRAY_RESERVE(c->plots, c->cap_plots, c->n_plots + 1))
        c->plots[c->n_plots++] = (struct coords_plot){c->rings.n_rings, id, name};
    else
        c->rings.failed = true;
}

void coords_begin_ring(struct coords *c)
{
    if (c->n_plots == 0)
        coords_begin_plot(c, "", "");
    ring_list_begin(&c->rings, -1);
}

void coords_point(struct coords *c, double a, double b, size_t line)
{
    size_t n = c->rings.n;
    if (c->rings.n_rings == 0)
        coords_begin_ring(c);
    ring_list_point(&c->rings, a, b);
    if (c->rings.n > n && ARRAY_RESERVE(c->line, c->cap_line, n + 1))
        c->line[n] = line;
    else
        c->rings.failed = true;
}

void coords_lines(struct coords *c, size_t from, size_t line)
{
    bool ok = ARRAY_RESERVE(c->line, c->cap_line, c->rings.n);
    c->rings.failed = c->rings.failed || !ok;
    for (size_t i = from; ok && i < c->rings.n; i++)
        c->line[i] = line;
}

/* 4.53E+06 leaves ten kilometres to a northing. */
static bool is_coarse(const struct crs_value *v)
{
    return v->exponent && v->unit > (v->value > 180 ? 0.5 : 5e-6);
}

void coords_written(struct coords *c, const struct crs_value *a, const struct crs_value *b, size_t line)
{
    double finest = a->unit < b->unit ? a->unit : b->unit;
    bool first = c->rings.n == 0;
    c->written = (first || c->written) && !a->degrees && !b->degrees;
    c->finest_unit = first || finest < c->finest_unit ? finest : c->finest_unit;
    if (!c->coarse_line && (is_coarse(a) || is_coarse(b)))
        c->coarse_line = line;
    c->degrees = c->degrees || a->degrees;
    coords_point(c, a->value, b->value, line);
}

enum status coords_words(struct parsing *p, struct coords *c, const char *text, enum crs_text kind,
                         size_t line, bool *said)
{
    enum status s = crs_words(text, kind, &c->said, said, p->error);
    return s == STATUS_OK ? s : parsing_fail_at_line(p, s, line);
}

size_t coords_in_ring(const struct coords *c)
{
    return c->rings.n_rings ? ring_list_size(&c->rings, c->rings.n_rings - 1) : 0;
}

bool coords_at_ring_start(const struct coords *c, double a, double b, double near)
{
    const struct ring_list *l = &c->rings;
    size_t first = l->n_rings ? l->start[l->n_rings - 1] : 0;
    return first < l->n && fabs(l->x[first] - a) <= near && fabs(l->y[first] - b) <= near;
}

bool coords_came_back(const struct coords *c)
{
    return coords_in_ring(c) >= 4 && ring_list_closed(&c->rings, c->rings.n_rings - 1);
}

/* What the last digit of v is worth that makes it this number and no other, as far as a double tells. */
static double unit_of(double v)
{
    double tens = 1;
    while (fabs(v) * tens < 1e11 && fabs(v * tens - rint(v * tens)) > 1e-4)
        tens *= 10;
    return 1 / tens;
}

/* Of the newest ring: may its last number have lost digits? Others of its column have more. */
static bool lost_digits(const struct coords *c)
{
    const double *column = c->last_in_a ? c->rings.x : c->rings.y;
    double unit = 1;
    for (size_t i = c->rings.start[c->rings.n_rings - 1]; i + 1 < c->rings.n; i++)
        unit = fmin(unit, unit_of(column[i]));
    return c->last_unit > 1.5 * unit;
}

/* Neither the ring nor the line comes to an end, and the last number is shorter than others. */
static enum status fail_cut(struct parsing *p, size_t line)
{
    error_zh(
        p->error,
        "第%zu行：文件到该行为止，行尾没有换行，环没有闭合，最后一个数的位数也比别的少，可能被截断；请重新导"
        "出，若确实完整，请在末尾加一个换行，或补上与起点相同的一行。",
        line);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "file-cut",
        "Line %zu: the file ends in this line, without a line end, the ring is open, and the "
        "last number has fewer digits than others; it may be cut off. Export it again; if it is "
        "whole, end the line, or repeat the first point.",
        line);
}

enum status coords_check_ring(struct parsing *p, const struct coords *c, size_t r, const char *code)
{
    size_t start = c->rings.start[r], n = ring_list_size(&c->rings, r);
    bool closed = ring_list_closed(&c->rings, r);
    if (n - closed < 3) {
        error_zh(p->error, "第%zu行：从该行开始的环不足3个不同的点，围不成面；请补全或删去。",
                 c->line[start]);
        return error_fail(
            p->error, STATUS_INVALID_INPUT, code,
            "Line %zu: the ring that begins here has fewer than 3 distinct points; complete it or "
            "remove it.",
            c->line[start]);
    }
    if (!closed && c->ends_in_line && r + 1 == c->rings.n_rings && lost_digits(c))
        return fail_cut(p, c->line[start + n - 1]);
    if (!closed && parsing_warn_wanted(p, "ring-closed"))
        parsing_warn(p, "ring-closed",
                     parsing_printf(p, "第%zu行：该环首尾不闭合，已自动闭合。", c->line[start + n - 1]),
                     parsing_printf(p, "Line %zu: the ring that ends here was open and has been closed.",
                                    c->line[start + n - 1]));
    return STATUS_OK;
}

enum { WHOLE_PLOT = -1 };

/* Of the plot's rings the outer ring with those that are its holes, or all: a plot that has an id is one
 * parcel, however many parts it has; without an id each outer ring is one. */
static enum status add_parcel(struct parsing *p, const struct coords *c, const struct coords_meaning *m,
                              const struct coords_plot *plot, const struct ring_list *all, long outer)
{
    struct parcel parcel = {.name = plot->name, .use = "", .crs = m->crs};
    size_t number = p->context->plots_before + p->set.n_parcels + 1, points = 0, holes = 0;
    ring_list_clear(&p->policy.rings);
    for (size_t i = 0; i < all->n_rings; i++) {
        size_t first = outer < 0 ? 0 : (size_t)outer;
        size_t r = outer < 0 ? i : i == 0 ? first : i <= first ? i - 1 : i; /* the outer ring first */
        if (outer >= 0 && r != first && all->hole_of[r] != outer)
            continue;
        int32_t hole_of = outer < 0 ? all->hole_of[r] : r == first ? -1 : 0;
        ring_list_copy(&p->policy.rings, &c->rings, plot->ring + r, m->first_is_north, hole_of);
        points += ring_list_size(all, r) + !ring_list_closed(all, r);
        holes += hole_of >= 0;
    }
    parcel.delivered_points = (uint32_t)points;
    parcel.id = *plot->id ? plot->id : parsing_printf(p, "%zu", number);
    if (!parcel.id)
        return error_no_memory(p->error);
    size_t line = c->line[c->rings.start[plot->ring + (outer < 0 ? 0 : (size_t)outer)]];
    struct parsing_place place = {.zh = parsing_printf(p, "第%zu个地块（第%zu行起）", number, line),
                                  .en = parsing_printf(p, "Plot %zu (from line %zu)", number, line)};
    if (holes)
        parsing_warn(
            p, "holes-inferred",
            parsing_printf(p, "%s：有%zu个环在它里面，按洞（扣除）读取。", place.zh, holes),
            parsing_printf(p, "%s: %zu rings lie inside it and were read as holes.", place.en, holes));
    return parsing_add(p, &parcel, place, (struct declared_area){.value = 0});
}

static enum status add_plot(struct parsing *p, const struct coords *c, const struct coords_meaning *m,
                            size_t i, struct ring_list *all)
{
    const struct coords_plot *plot = &c->plots[i];
    size_t end = i + 1 < c->n_plots ? c->plots[i + 1].ring : c->rings.n_rings;
    enum status s = STATUS_OK;
    ring_list_clear(all);
    for (size_t r = plot->ring; s == STATUS_OK && r < end; r++) {
        ring_list_copy(all, &c->rings, r, m->first_is_north, -1);
        s = coords_check_ring(p, c, r, "ring-short");
    }
    if (s != STATUS_OK || all->n_rings == 0)
        return s;
    if (all->failed)
        return error_no_memory(p->error);
    if (all->n_rings > 4096) {
        error_zh(p->error, "坐标表里连在一起的环超过4096个；请分成几个文件。");
        return error_fail(p->error, STATUS_TOO_LARGE, "too-many-rings",
                          "More than 4096 rings belong together in the table; split it.");
    }
    s = rings_nest(all, policy_near(&m->crs), p->context->arena, p->error);
    if (s == STATUS_OK && *plot->id)
        return add_parcel(p, c, m, plot, all, WHOLE_PLOT);
    for (size_t r = 0; s == STATUS_OK && r < all->n_rings; r++)
        if (all->hole_of[r] < 0)
            s = add_parcel(p, c, m, plot, all, (long)r);
    return s;
}

enum status coords_add_parcels(struct parsing *p, const struct coords *c)
{
    struct coords_meaning m;
    struct ring_list all = {0};
    enum status s = c->rings.failed ? error_no_memory(p->error) : coords_decide(p, c, &m);
    for (size_t i = 0; s == STATUS_OK && i < c->n_plots; i++)
        s = add_plot(p, c, &m, i, &all);
    ring_list_release(&all);
    return s;
}
