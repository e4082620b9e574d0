#include "features/readers/txt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_any(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strstr(s, *words))
            return true;
    return false;
}

static enum status at_line(struct txt *t, enum status s)
{
    return s == STATUS_OK ? s : parsing_fail_at_line(t->p, s, t->line.number);
}

enum status txt_remark_line(struct txt *t, const char *line)
{
    return at_line(t, crs_words(line, CRS_TEXT_REMARK, &t->header.said, NULL, t->p->error));
}

/* The rule is 2000国家大地坐标系: what is named as the datum and is neither that nor refused by name is
 * refused as unknown. */
static enum status datum_line(struct txt *t, const char *value)
{
    struct crs_said said = t->header.said;
    said.datum = CRS_DATUM_UNSAID;
    enum status s = at_line(t, crs_words_of_key(CRS_KEY_DATUM, value, &said, t->p->error));
    if (s != STATUS_OK || *value == '\0')
        return s;
    t->header.said = said;
    if (said.datum != CRS_DATUM_UNSAID || said.epsg)
        return STATUS_OK;
    return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "datum-unknown",
                    "只接受“2000国家大地坐标系”；地方独立坐标系等请先转换。",
                    "only 2000国家大地坐标系 (CGCS2000) is accepted; convert local systems first.");
}

static enum status unit_line(struct txt *t, const char *value)
{
    if (*value == '\0' || strcmp(value, "米") == 0 || strcmp(value, "m") == 0 || strcmp(value, "M") == 0)
        return STATUS_OK;
    return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "txt-unit",
                    "计量单位只接受“米”；请把坐标转为以米为单位的高斯坐标。",
                    "the unit must be 米 (metres); convert the coordinates to Gauss-Krueger metres.");
}

static enum status projection_line(struct txt *t, const char *value)
{
    static const char *const gauss[] = {"高斯", "克吕格", "克里格", "Gauss", "gauss", "GAUSS", NULL};
    if (*value == '\0' || has_any(value, gauss))
        return STATUS_OK;
    return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "txt-projection",
                    "投影类型只接受“高斯克吕格”；请先转换坐标。",
                    "the projection must be 高斯克吕格 (Gauss-Krueger); convert the coordinates first.");
}

/* Seven parameters mean that somebody meant the coordinates to be transformed: said aloud, since we do
 * not. */
static void parameters_line(struct txt *t, const char *value)
{
    for (const char *s = value; *s && !t->header.parameters_given; s++)
        t->header.parameters_given = *s >= '1' && *s <= '9';
    if (t->header.parameters_given)
        txt_warn(t, t->line.number, "parameters-unused",
                 "转换参数不为空，未使用：坐标按所写坐标系直接读取；如果坐标还需要转换，请转换后再提交。",
                 "转换参数 (transformation parameters) are given and not used: coordinates are read as they "
                 "are; if they "
                 "still need the transformation, apply it first.");
}

/* `key` and `value` of a line that decides nothing of itself, unless one of them speaks of a system. */
static enum status other_line(struct txt *t, const char *key, const char *value)
{
    enum status s = txt_remark_line(t, key);
    return s == STATUS_OK ? txt_remark_line(t, value) : s;
}

enum status txt_header_line(struct txt *t, char *key, char *value)
{
    if (strcmp(key, "计量单位") == 0)
        return unit_line(t, value);
    if (strcmp(key, "投影类型") == 0)
        return projection_line(t, value);
    if (strncmp(key, "转换", strlen("转换")) == 0) {
        parameters_line(t, value);
        return STATUS_OK;
    }
    enum crs_key about = crs_key_of(key);
    if (about == CRS_KEY_DATUM)
        return datum_line(t, value);
    if (about == CRS_KEY_OTHER)
        return other_line(t, key, value);
    return at_line(t, crs_words_of_key(about, value, &t->header.said, t->p->error));
}

static enum status fail_axes(struct txt *t, size_t i)
{
    const struct coords *c = &t->plot.points;
    double c3 = c->rings.x[i], c4 = c->rings.y[i];
    if (fabs(c3) <= 180 && fabs(c4) <= 180)
        return txt_fail(
            t, c->line[i], STATUS_INVALID_INPUT, "txt-degrees",
            "坐标像是以度为单位的经纬度。TXT应为高斯坐标（米）：请转换，或改用GeoJSON提交（[经度, 纬度]）。",
            "the coordinates look like degrees. A TXT has Gauss-Krueger metres: convert them, or send "
            "GeoJSON "
            "([longitude, latitude]).");
    const char *zh =
        parsing_printf(t->p,
                       "X=%.3f，Y=%.3f不像高斯坐标：X（北）应为7位整数，Y（东）应为6位，或带2位带号共8位；"
                       "请核对位数、加常数和列的顺序。",
                       c3, c4);
    const char *en = parsing_printf(
        t->p,
        "X=%.3f, Y=%.3f are no Gauss-Krueger coordinates: X (north) has 7 digits, Y (east) 6, or "
        "8 with the zone; check digits, constants and the order of the columns.",
        c3, c4);
    if (!zh || !en)
        return error_no_memory(t->p->error);
    return txt_fail(t, c->line[i], STATUS_INVALID_INPUT, "txt-coordinates", zh, en);
}

enum status txt_settle_axes(struct txt *t)
{
    struct ring_list *l = &t->plot.points.rings;
    bool swapped = crs_kind_of(l->x[0]) == CRS_KIND_EAST && crs_kind_of(l->y[0]) == CRS_KIND_NORTH;
    for (size_t i = 0; i < l->n; i++) {
        double north = swapped ? l->y[i] : l->x[i];
        double east = swapped ? l->x[i] : l->y[i];
        if (crs_kind_of(north) != CRS_KIND_NORTH || crs_kind_of(east) != CRS_KIND_EAST)
            return fail_axes(t, i);
    }
    if (!swapped)
        return STATUS_OK;
    double *held = l->x; /* both are of the same capacity */
    l->x = l->y;
    l->y = held;
    txt_warn(t, t->plot.line, "axes-swapped", "该地块的X、Y标反了（第3列是东坐标），已对调。",
             "X and Y of this plot are swapped (the third column is the easting); they were exchanged.");
    return STATUS_OK;
}

static void note_crs(struct txt *t, const struct crs_decision *d)
{
    if (t->noted_zone == 0)
        coords_take_decision(t->p, d);
    else if (t->noted_zone != d->crs.zone)
        txt_warn(t, t->plot.line, "several-zones", "该地块与前面的地块不在同一带，已按各自的带读取。",
                 "this plot is in another zone than the ones before it; each was read in its own.");
    if (t->noted_zone == 0)
        t->noted_zone = d->crs.zone;
}

/* Plots of one file may be in several zones, each with its prefix. */
enum status txt_zone_of_plot(struct txt *t, struct geo_crs *out)
{
    struct crs_decision d;
    struct crs_question q = {
        .said = t->header.said, .given_epsg = t->p->context->epsg, .axes = CRS_AXES_NORTH_FIRST};
    enum status s = coords_ask(t->p, &t->plot.points, &q, t->plot.line, &d);
    if (s != STATUS_OK)
        return s;
    note_crs(t, &d);
    *out = d.crs;
    return STATUS_OK;
}
