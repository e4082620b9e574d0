#include "features/readers/coords.h"
#include "geo/crs/points.h"

static struct crs_points points_of(const struct coords *c)
{
    return (struct crs_points){c->rings.x, c->rings.y, c->rings.n};
}

static void warn_order(struct parsing *p, const struct coords *c, bool first_is_north, bool degrees)
{
    if (!c->usual_a || (c->usual_a == 'N') == first_is_north || c->axis_a)
        return;
    if (degrees)
        parsing_warn(p, "axes-swapped",
                     first_is_north ? "第1列是纬度、第2列是经度，已按此读取。"
                                    : "第1列是经度、第2列是纬度，已按此读取。",
                     first_is_north
                         ? "The first column is the latitude and the second the longitude; read so."
                         : "The first column is the longitude and the second the latitude; read so.");
    else
        parsing_warn(p, "axes-swapped",
                     first_is_north ? "第1个坐标是X(北)、第2个是Y(东)，已按此读取。"
                                    : "第1个坐标是Y(东)、第2个是X(北)，已按此读取。",
                     first_is_north
                         ? "The first coordinate is the northing and the second the easting; read so."
                         : "The first coordinate is the easting and the second the northing; read so.");
}

static enum status fail_packed(struct parsing *p, const struct coords *c)
{
    error_zh(p->error,
             "第%zu行：%.10g和%.10g像是连写的度分秒（如1072342.5即107°23′42.5″）；请写成107°23′42.5″或107-23-"
             "42.5。",
             c->line[0], c->rings.x[0], c->rings.y[0]);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "dms-packed",
        "Line %zu: %.10g and %.10g look like degrees, minutes and seconds run together (1072342.5 "
        "is 107°23′42.5″); write 107°23′42.5″ or 107-23-42.5.",
        c->line[0], c->rings.x[0], c->rings.y[0]);
}

static enum status fail_coarse(struct parsing *p, const struct coords *c)
{
    error_zh(p->error,
             "第%zu行：坐标写成科学计数法，只剩几位有效数字（如4.53E+"
             "06），位置已经丢失；请在原表格中把坐标列设为数值"
             "格式（保留3位小数）后重新导出。",
             c->coarse_line);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "coords-few-digits",
        "Line %zu: the coordinates are in scientific notation with a few digits (4.53E+06), so that the "
        "place is lost; format the columns of the spreadsheet as numbers with 3 decimals and export "
        "again.",
        c->coarse_line);
}

/* Seconds have decimals when they are those of a surveyor: six digits behind the point at least. */
static bool maybe_dotted(const struct coords *c)
{
    const struct crs_points points = points_of(c);
    return c->written && c->finest_unit < 1.5e-6 && crs_points_dotted(&points);
}

void coords_take_decision(struct parsing *p, const struct crs_decision *d)
{
    if (d->datum_assumed)
        parsing_warn(p, crs_assumed_code(d), crs_assumed_zh(d), crs_assumed_en(d));
    p->set.crs_note = parsing_printf(p, "%s", d->note_zh);
    p->set.crs_note_en = parsing_printf(p, "%s", d->note_en);
}

enum status coords_ask(struct parsing *p, const struct coords *c, struct crs_question *q, size_t line,
                       struct crs_decision *out)
{
    const struct crs_points points = points_of(c);
    crs_points_extent(&points, q);
    enum status s = crs_decide(q, out, p->error);
    if (s != STATUS_OK && crs_points_refused(p->error->code))
        line = c->line[crs_points_odd(&points)];
    return s != STATUS_OK && line ? parsing_fail_at_line(p, s, line) : s;
}

enum status coords_decide(struct parsing *p, const struct coords *c, struct coords_meaning *out)
{
    const struct crs_points points = points_of(c);
    if (points.n == 0) {
        error_zh(p->error, "没有坐标；请至少给出3个点。");
        return error_fail(p->error, STATUS_INVALID_INPUT, "parcel-empty",
                          "There are no coordinates; give 3 points.");
    }
    if (c->coarse_line)
        return fail_coarse(p, c);
    if (crs_points_packed(&points))
        return fail_packed(p, c);
    struct crs_decision d;
    struct crs_question q = {.said = c->said,
                             .given_epsg = p->context->epsg,
                             .degrees = CRS_DEGREES_ASSUME,
                             .axes = c->axis_a == 'E' || c->axis_b == 'N'   ? CRS_AXES_EAST_FIRST
                                     : c->axis_a == 'N' || c->axis_b == 'E' ? CRS_AXES_NORTH_FIRST
                                                                            : CRS_AXES_EITHER,
                             .maybe_dd_mmss = !p->context->decimal_degrees && maybe_dotted(c)};
    enum status s = coords_ask(p, c, &q, 0, &d);
    if (s != STATUS_OK)
        return s;
    coords_take_decision(p, &d);
    warn_order(p, c, d.first_is_north, d.crs.kind == GEO_CRS_GEOGRAPHIC);
    *out = (struct coords_meaning){d.crs, d.first_is_north};
    return STATUS_OK;
}
