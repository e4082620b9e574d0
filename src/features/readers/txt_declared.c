/* What a plot row of 国土TXT declares, held against the rows below it: a file that lost some of its points
 * still draws a plot, a smaller one somewhere else, which may be clear. */
#include "features/readers/txt.h"

#include <math.h>

/* A declared area may be rounded, of the ellipsoid or of the plane, gross or net of a road; beyond both of
 * these it is another plot's. */
#define CONTRADICTS_SHARE 0.1
#define CONTRADICTS_M2 100.0

/* Files count with the closing rows, without them, or one for each ring although some are left out. More rows
 * than declared are all of them drawn, so that nothing is lost: told, not refused. */
enum status txt_check_points(struct txt *t, size_t closing)
{
    const struct txt_plot *plot = &t->plot;
    size_t declared = plot->declared_points, open = plot->rows - closing;
    if (declared == 0 || (declared >= open && declared <= open + plot->points.rings.n_rings) ||
        declared == plot->rows)
        return STATUS_OK;
    bool missing = declared > plot->rows;
    const char *zh = parsing_printf(t->p, "界址点数写的是%zu，实有%zu行，%s。", declared, plot->rows,
                                    missing ? "缺少界址点，文件可能不完整；请补全，或改正界址点数后重新提交"
                                            : "请核对是否有多点");
    const char *en =
        parsing_printf(t->p, "%zu points are declared and %zu rows are there; %s.", declared, plot->rows,
                       missing ? "points are missing and the file may be cut off: complete it, or "
                                 "correct the number"
                               : "check for points that do not belong to the plot");
    if (!zh || !en)
        return error_no_memory(t->p->error);
    if (missing)
        return txt_fail(t, plot->line, STATUS_INVALID_INPUT, "txt-points-missing", zh, en);
    txt_warn(t, plot->line, "declared-points-differ", zh, en);
    return STATUS_OK;
}

/* In the plane of the file: within a thousandth of the ellipsoid's. */
static double plane_area_m2(const struct ring_list *rings)
{
    double twice = 0;
    for (size_t r = 0; r < rings->n_rings; r++) {
        struct ring ring = ring_list_ring(rings, r);
        twice += (rings->hole_of[r] < 0 ? 1 : -1) * fabs(ring_twice_area(&ring));
    }
    return twice / 2;
}

static bool contradicts(double declared_m2, double drawn_m2)
{
    double differs = fabs(declared_m2 - drawn_m2);
    return differs > CONTRADICTS_M2 && differs > CONTRADICTS_SHARE * fmax(declared_m2, drawn_m2);
}

enum status txt_check_area(struct txt *t)
{
    static const double units[] = {
        [AREA_UNIT_HECTARE] = M2_PER_HECTARE, [AREA_UNIT_M2] = 1, [AREA_UNIT_MU] = M2_PER_MU};
    struct declared_area *d = &t->plot.area;
    double drawn_m2 = plane_area_m2(&t->p->policy.rings);
    bool fits = !(d->value > 0);
    for (int u = AREA_UNIT_HECTARE; u <= AREA_UNIT_MU; u++)
        fits = fits || ((d->unit == AREA_UNIT_UNSAID || d->unit == (enum area_unit)u) &&
                        !contradicts(d->value * units[u], drawn_m2));
    if (fits)
        return STATUS_OK;
    double said_m2 = d->value * units[d->unit == AREA_UNIT_UNSAID ? AREA_UNIT_HECTARE : d->unit];
    struct error *why = arena_alloc(t->p->context->arena, sizeof *why);
    if (!why)
        return error_no_memory(t->p->error);
    *why = (struct error){.status = STATUS_OK};
    error_zh(why,
             "申报面积%.2f平方米，而界址点围成%.2f平方米，不会是同一地块；"
             "请核对界址点是否齐全、面积是否写对，改正后重新提交。",
             said_m2, drawn_m2);
    (void)error_fail(
        why, STATUS_INVALID_INPUT, "txt-area-differs",
        "%.2f m² are declared and the points enclose %.2f m², which cannot be the same plot; see "
        "whether points are missing or the area is wrong, and correct it.",
        said_m2, drawn_m2);
    d->contradicts = why;
    return STATUS_OK;
}
