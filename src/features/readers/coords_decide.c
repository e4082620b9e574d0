#include "features/readers/coords.h"

#include <math.h>
#include <string.h>

static int prefix_of(double east)
{
    return east >= 1e6 && east < 1e8 && crs_kind_of(east) == CRS_KIND_EAST ? (int)(east / 1e6) : 0;
}

/* Kinds and zone prefixes of a point, as one number: points of one file have the same. */
static int sort_of(double a, double b)
{
    enum crs_kind ka = crs_kind_of(a), kb = crs_kind_of(b);
    return (int)ka * 8 + (int)kb + 64 * (prefix_of(a) + prefix_of(b));
}

static bool is_point(double a, double b)
{
    enum crs_kind ka = crs_kind_of(a), kb = crs_kind_of(b);
    return (ka == CRS_KIND_LON && kb == CRS_KIND_LAT) || (ka == CRS_KIND_LAT && kb == CRS_KIND_LON) ||
           (ka == CRS_KIND_NORTH && kb == CRS_KIND_EAST) || (ka == CRS_KIND_EAST && kb == CRS_KIND_NORTH);
}

/* The first point that is none, or that is of another kind than the first. */
static size_t odd_point(const struct coords *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!is_point(c->a[i], c->b[i]) || sort_of(c->a[i], c->b[i]) != sort_of(c->a[0], c->b[0]))
            return i;
    return 0;
}

static enum status name_line(struct parsing *p, const struct coords *c, enum status s)
{
    static const char *const of_a_point[] = {"coords-odd", "coords-order", "zone-mixed", "dd-mmss"};
    for (size_t i = 0; i < sizeof of_a_point / sizeof *of_a_point; i++)
        if (strcmp(p->error->code, of_a_point[i]) == 0)
            return parsing_fail_at_line(p, s, c->line[odd_point(c)]);
    return s;
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

/* 1072342.5 and 404402.4 are 107°23′42.5″ and 40°44′02.4″ to many surveyors; as a northing the first would
 * lie in the South China Sea. */
static bool packed(double v, double low, double high)
{
    return v >= low * 10000 && v < high * 10000 && fmod(v, 100) < 60 && fmod(floor(v / 100), 100) < 60;
}

/* 107.32354655 is 107°32′35.4655″ to others. */
static bool dotted(double v)
{
    double minutes = (v - floor(v)) * 100 + 1e-7;
    return v >= 0 && minutes < 60 && (minutes - floor(minutes)) * 100 < 60;
}

static bool all_packed(const struct coords *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!(packed(c->a[i], 73, 136) && packed(c->b[i], 3, 54)) &&
            !(packed(c->b[i], 73, 136) && packed(c->a[i], 3, 54)))
            return false;
    return true;
}

/* Seconds have decimals when they are those of a surveyor: six digits behind the point at least. */
static bool maybe_dotted(const struct coords *c)
{
    bool maybe = c->written && c->finest_unit < 1.5e-6;
    for (size_t i = 0; maybe && i < c->n; i++)
        maybe = dotted(c->a[i]) && dotted(c->b[i]);
    return maybe;
}

static enum status fail_packed(struct parsing *p, const struct coords *c)
{
    error_zh(p->error,
             "第%zu行：%.10g和%.10g像是连写的度分秒（如1072342.5即107°23′42.5″）；请写成107°23′42.5″或107-23-"
             "42.5。",
             c->line[0], c->a[0], c->b[0]);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "dms-packed",
        "Line %zu: %.10g and %.10g look like degrees, minutes and seconds run together (1072342.5 "
        "is 107°23′42.5″); write 107°23′42.5″ or 107-23-42.5.",
        c->line[0], c->a[0], c->b[0]);
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

void coords_extent(const double *v, size_t n, double *min, double *max)
{
    *min = *max = v[0];
    for (size_t i = 1; i < n; i++) {
        *min = v[i] < *min ? v[i] : *min;
        *max = v[i] > *max ? v[i] : *max;
    }
}

static struct crs_question question(const struct parsing *p, const struct coords *c)
{
    struct crs_question q = {.said = c->said,
                             .given_epsg = p->context->epsg,
                             .degrees = CRS_DEGREES_ASSUME,
                             .axes = c->axis_a == 'E' || c->axis_b == 'N'   ? CRS_AXES_EAST_FIRST
                                     : c->axis_a == 'N' || c->axis_b == 'E' ? CRS_AXES_NORTH_FIRST
                                                                            : CRS_AXES_EITHER,
                             .n_points = c->n,
                             .maybe_dd_mmss = !p->context->decimal_degrees && maybe_dotted(c)};
    coords_extent(c->a, c->n, &q.min_a, &q.max_a);
    coords_extent(c->b, c->n, &q.min_b, &q.max_b);
    return q;
}

void coords_take_decision(struct parsing *p, const struct crs_decision *d)
{
    if (d->datum_assumed)
        parsing_warn(p, crs_assumed_code(d), crs_assumed_zh(d), crs_assumed_en(d));
    p->set.crs_note = parsing_printf(p, "%s", d->note_zh);
    p->set.crs_note_en = parsing_printf(p, "%s", d->note_en);
}

enum status coords_decide(struct parsing *p, const struct coords *c, struct coords_meaning *out)
{
    if (c->n == 0) {
        error_zh(p->error, "没有坐标；请至少给出3个点。");
        return error_fail(p->error, STATUS_INVALID_INPUT, "parcel-empty",
                          "There are no coordinates; give 3 points.");
    }
    if (c->coarse_line)
        return fail_coarse(p, c);
    if (all_packed(c))
        return fail_packed(p, c);
    struct crs_decision d;
    struct crs_question q = question(p, c);
    enum status s = crs_decide(&q, &d, p->error);
    if (s != STATUS_OK)
        return name_line(p, c, s);
    coords_take_decision(p, &d);
    warn_order(p, c, d.first_is_north, d.crs.kind == GEO_CRS_GEOGRAPHIC);
    *out = (struct coords_meaning){d.crs, d.first_is_north};
    return STATUS_OK;
}
