#include "parcel/coords.h"
#include "parcel/parcel_txt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The last number in a text such as "37", "37带" or "3度带第37带"; NAN when there is none. */
static double last_number(const char *s)
{
    double value = NAN;
    while (*s) {
        if (*s >= '0' && *s <= '9') {
            char *end;
            value = strtod(s, &end);
            s = end;
        } else {
            s++;
        }
    }
    return value;
}

static bool has_any(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strstr(s, *words))
            return true;
    return false;
}

static enum status fail_conflict(struct txt *t, size_t line, const char *code, int one, int other,
                                 const char *what_zh, const char *what_en)
{
    const char *zh =
        parsing_printf(t->p, "%s（%d与%d），无法确定位置；请改正其中之一。", what_zh, one, other);
    const char *en = parsing_printf(t->p, "%s (%d and %d); correct one of them.", what_en, one, other);
    if (!zh || !en)
        return error_no_memory(t->p->error);
    return txt_fail(t, line, STATUS_INVALID_INPUT, code, zh, en);
}

static enum status fail_datum(struct txt *t)
{
    return txt_fail(
        t, t->line.number, STATUS_UNSUPPORTED, "txt-datum-refused",
        "坐标系是1980西安或1954北京坐标系，与2000国家大地坐标系相差可达上百米；"
        "请先用当地的转换参数转为2000国家大地坐标系。",
        "the datum is Xi'an 1980 or Beijing 1954, up to a hundred metres from CGCS2000; convert it with "
        "the local parameters first.");
}

static enum status fail_system(struct txt *t)
{
    return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "txt-datum-unknown",
                    "只接受“2000国家大地坐标系”；地方独立坐标系等请先转换。",
                    "only 2000国家大地坐标系 (CGCS2000) is accepted; convert local systems first.");
}

enum status txt_remark_line(struct txt *t, const char *line)
{
    enum coords_refusal why = coords_words_refusal(line);
    if (strstr(line, "转")) /* "converted from …" is what was done, not what is there */
        return STATUS_OK;
    return why == COORDS_OLD_DATUM                               ? fail_datum(t)
           : why == COORDS_LOCAL_SYSTEM || why == COORDS_WEB_MAP ? fail_system(t)
                                                                 : STATUS_OK;
}

/* The zone that the name of a CRS goes on to name: "…_GK_Zone_37", "…_GK_CM_111E", "第37带". */
static enum status zone_in_name(struct txt *t, const char *value)
{
    static const char *const marks[] = {"Zone", "zone", "ZONE", "第", NULL};
    const char *meridian = strstr(value, "CM_");
    if (meridian)
        t->header.meridian_deg = strtod(meridian + 3, NULL);
    for (const char *const *m = marks; *m; m++) {
        const char *at = strstr(value, *m);
        const char *digits = at ? at + strlen(*m) + strspn(at + strlen(*m), "_ ") : "";
        long zone = strtol(digits, NULL, 10);
        if (zone && t->header.zone && t->header.zone != zone)
            return fail_conflict(t, t->line.number, "txt-zone-conflict", (int)zone, t->header.zone,
                                 "坐标系名称中的带号与带号一项矛盾",
                                 "the zone in the name of the CRS contradicts 带号");
        if ((zone >= 13 && zone <= 23) || (zone >= 25 && zone <= 45))
            t->header.zone = (int)zone;
    }
    return STATUS_OK;
}

static enum status datum_line(struct txt *t, const char *value)
{
    static const char *const local[] = {"独立", "地方", "城市", "工程", "相对", NULL};
    static const char *const old[] = {"80", "西安", "54", "北京", NULL};
    if (*value == '\0')
        return STATUS_OK;
    t->header.datum_said = true;
    if (strstr(value, "2000") && !has_any(value, local))
        return zone_in_name(t, value);
    if (has_any(value, old))
        return fail_datum(t);
    return fail_system(t);
}

static enum status width_line(struct txt *t, const char *value)
{
    double width = strtod(value, NULL);
    if (strstr(value, "三") || width == 3)
        t->header.zone_width_deg = 3;
    else if (strstr(value, "六") || width == 6)
        t->header.zone_width_deg = 6;
    else if (*value)
        return txt_fail(t, t->line.number, STATUS_UNSUPPORTED, "txt-zone-width",
                        "几度分带只接受3或6；其他分带（如1.5度）请先转换。",
                        "几度分带 (zone width) can be 3 or 6; convert others (such as 1.5 degrees) first.");
    return STATUS_OK;
}

static enum status zone_line(struct txt *t, const char *value)
{
    double zone = last_number(value);
    bool known = (zone >= 13 && zone <= 23) || (zone >= 25 && zone <= 45);
    if (isnan(zone))
        return STATUS_OK;
    if (known && zone == floor(zone) && t->header.zone && t->header.zone != (int)zone)
        return fail_conflict(t, t->line.number, "txt-zone-conflict", t->header.zone, (int)zone,
                             "坐标系名称中的带号与带号一项矛盾",
                             "the zone in the name of the CRS contradicts 带号");
    if (known && zone == floor(zone)) {
        t->header.zone = (int)zone;
        return STATUS_OK;
    }
    return txt_fail(
        t, t->line.number, STATUS_INVALID_INPUT, "txt-zone-unknown",
        "带号应为25–45（三度带）或13–23（六度带）；如果写的是中央经线（如111），请改为带号（如37）。",
        "the zone should be 25-45 (3-degree) or 13-23 (6-degree); if this is a central meridian (such as "
        "111), write the zone (37).");
}

static enum status meridian_line(struct txt *t, const char *value)
{
    double degrees = last_number(value);
    if (!isnan(degrees))
        t->header.meridian_deg = degrees;
    return STATUS_OK;
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

/* Seven parameters mean that somebody meant the coordinates to be transformed: said aloud, since we do not. */
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

enum status txt_header_line(struct txt *t, char *key, char *value)
{
    if (strncmp(key, "坐标系", strlen("坐标系")) == 0 || strcmp(key, "大地基准") == 0)
        return datum_line(t, value);
    if (strncmp(key, "中央经线", strlen("中央经线")) == 0 ||
        strncmp(key, "中央子午线", strlen("中央子午线")) == 0)
        return meridian_line(t, value);
    if (strcmp(key, "几度分带") == 0 || strcmp(key, "分带") == 0)
        return width_line(t, value);
    if (strcmp(key, "带号") == 0)
        return zone_line(t, value);
    if (strcmp(key, "计量单位") == 0)
        return unit_line(t, value);
    if (strcmp(key, "投影类型") == 0)
        return projection_line(t, value);
    if (strncmp(key, "转换", strlen("转换")) == 0)
        parameters_line(t, value);
    return txt_remark_line(t, value); /* others (producer, date, 精度) decide nothing else */
}

enum axis { AXIS_ODD, AXIS_NORTH, AXIS_EAST, AXIS_DEGREE };

/* In China a northing has seven digits before the point; an easting up to six, or eight with the zone before it. */
static enum axis axis_of(double v)
{
    if (fabs(v) <= 180)
        return AXIS_DEGREE;
    if (v >= 1e6 && v < 1e7)
        return AXIS_NORTH;
    return (v >= 1e4 && v < 1e6) || (v >= 13e6 && v < 46e6) ? AXIS_EAST : AXIS_ODD;
}

static enum status fail_axes(struct txt *t, size_t i)
{
    const struct txt_plot *plot = &t->plot;
    enum axis third = axis_of(plot->c3[i]);
    if (third == AXIS_DEGREE && axis_of(plot->c4[i]) == AXIS_DEGREE)
        return txt_fail(
            t, plot->line_of[i], STATUS_INVALID_INPUT, "txt-degrees",
            "坐标像是以度为单位的经纬度。TXT应为高斯坐标（米）：请转换，或改用GeoJSON提交（[经度, 纬度]）。",
            "the coordinates look like degrees. A TXT has Gauss-Krueger metres: convert them, or send "
            "GeoJSON "
            "([longitude, latitude]).");
    const char *zh =
        parsing_printf(t->p,
                       "X=%.3f，Y=%.3f不像高斯坐标：X（北）应为7位整数，Y（东）应为6位，或带2位带号共8位；"
                       "请核对位数、加常数和列的顺序。",
                       plot->c3[i], plot->c4[i]);
    const char *en = parsing_printf(
        t->p,
        "X=%.3f, Y=%.3f are no Gauss-Krueger coordinates: X (north) has 7 digits, Y (east) 6, or "
        "8 with the zone; check digits, constants and the order of the columns.",
        plot->c3[i], plot->c4[i]);
    if (!zh || !en)
        return error_no_memory(t->p->error);
    return txt_fail(t, plot->line_of[i], STATUS_INVALID_INPUT, "txt-coordinates", zh, en);
}

enum status txt_settle_axes(struct txt *t)
{
    struct txt_plot *plot = &t->plot;
    bool swapped = axis_of(plot->c3[0]) == AXIS_EAST && axis_of(plot->c4[0]) == AXIS_NORTH;
    for (size_t i = 0; i < plot->n; i++) {
        double north = swapped ? plot->c4[i] : plot->c3[i];
        double east = swapped ? plot->c3[i] : plot->c4[i];
        if (axis_of(north) != AXIS_NORTH || axis_of(east) != AXIS_EAST)
            return fail_axes(t, i);
    }
    if (!swapped)
        return STATUS_OK;
    double *held = plot->c3;
    plot->c3 = plot->c4;
    plot->c4 = held;
    txt_warn(t, plot->line, "axes-swapped", "该地块的X、Y标反了（第3列是东坐标），已对调。",
             "X and Y of this plot are swapped (the third column is the easting); they were exchanged.");
    return STATUS_OK;
}

static int prefix_of(double east)
{
    return east >= 1e6 ? (int)(east / 1e6) : 0;
}

static enum status fail_zone_missing(struct txt *t)
{
    return txt_fail(
        t, t->plot.line, STATUS_INVALID_INPUT, "txt-zone-missing",
        "缺少带号：东坐标没有带号前缀，[属性描述]里也没有带号，无法确定位置。是哪一带？请填写带号（如37）。",
        "the zone is missing: the eastings have no zone prefix and [属性描述] gives no 带号. Which zone is "
        "it? "
        "Fill in 带号 (such as 37).");
}

static enum status check_prefixes(struct txt *t, int prefix)
{
    const struct txt_plot *plot = &t->plot;
    for (size_t i = 1; i < plot->n; i++)
        if (prefix_of(plot->c4[i]) != prefix)
            return fail_conflict(t, plot->line_of[i], "txt-zone-mixed", prefix, prefix_of(plot->c4[i]),
                                 "同一地块内东坐标的带号前缀不一致（0表示没有）",
                                 "the zone prefixes of the eastings differ within a plot (0 is none)");
    if (prefix && t->header.zone && prefix != t->header.zone)
        return fail_conflict(t, plot->line, "txt-zone-conflict", prefix, t->header.zone,
                             "东坐标的带号前缀与[属性描述]的带号矛盾",
                             "the zone prefix contradicts 带号 in [属性描述]");
    return STATUS_OK;
}

static void note_crs(struct txt *t, const struct geo_crs *crs)
{
    struct parsing *p = t->p;
    if (!t->header.datum_said)
        parsing_warn(p, "datum-assumed",
                     "文件没有写坐标系，按2000国家大地坐标系读取；如果是西安80或北京54，结果不可用。",
                     "The file names no datum and was read as CGCS2000; if it is Xi'an 1980 or Beijing 1954 "
                     "the result is "
                     "not usable.");
    if (t->noted_zone == 0)
        p->set.crs_note_en =
            parsing_printf(p, "%s, %d-degree zone %d (central meridian %g, EPSG:%d); the zone is from %s.",
                           t->header.datum_said ? "CGCS2000" : "Read as CGCS2000", crs->zone_width_deg,
                           crs->zone, crs->central_meridian_deg, crs->epsg,
                           crs->zone_prefix             ? "the prefix of the eastings"
                           : t->header.zone             ? "带号 in [属性描述]"
                           : t->header.meridian_deg > 0 ? "the central meridian in [属性描述]"
                                                        : "the CRS that was given");
    if (t->noted_zone == 0)
        p->set.crs_note =
            parsing_printf(p, "%s，%d度带第%d带（中央经线%g°，EPSG:%d），带号由%s得出。",
                           t->header.datum_said ? "2000国家大地坐标系" : "按2000国家大地坐标系读取",
                           crs->zone_width_deg, crs->zone, crs->central_meridian_deg, crs->epsg,
                           crs->zone_prefix             ? "东坐标前缀"
                           : t->header.zone             ? "[属性描述]的带号"
                           : t->header.meridian_deg > 0 ? "[属性描述]的中央经线"
                                                        : "指定的坐标系");
    else if (t->noted_zone != crs->zone)
        txt_warn(t, t->plot.line, "several-zones", "该地块与前面的地块不在同一带，已按各自的带读取。",
                 "this plot is in another zone than the ones before it; each was read in its own.");
    if (t->noted_zone == 0)
        t->noted_zone = crs->zone;
}

/* A central meridian says where, whatever zone it is counted as: those of 111 (zones 37 and 19) are the same projection.
 * The zone of 3 degrees is taken unless the file says 6. It must agree with a zone that is said as well. */
static enum status zone_of_meridian(struct txt *t, int *zone)
{
    double degrees = t->header.meridian_deg;
    int width = *zone ? (*zone >= 25 ? 3 : 6) : t->header.zone_width_deg == 6 ? 6 : 3;
    if (degrees == 0)
        return STATUS_OK;
    double counted = width == 3 ? degrees / 3 : (degrees + 3) / 6;
    bool known = counted == floor(counted) &&
                 (width == 3 ? counted >= 25 && counted <= 45 : counted >= 13 && counted <= 23);
    if (!known)
        return txt_fail(
            t, t->plot.line, STATUS_INVALID_INPUT, "txt-meridian",
            "中央经线不是国家标准分带的中央经线；请填写带号（如37），地方坐标系请先转换。",
            "the central meridian is none of the standard zones; write the zone (such as 37), or convert "
            "local systems first.");
    if (*zone && *zone != (int)counted)
        return fail_conflict(t, t->plot.line, "txt-zone-conflict", *zone, (int)counted,
                             "带号与中央经线所在的带矛盾",
                             "the zone contradicts that of the central meridian");
    *zone = (int)counted;
    return STATUS_OK;
}

/* The CRS that the officer gave answers a file that does not say its zone; it never overrules one that does. */
static enum status given_zone(struct txt *t, int said, int *zone)
{
    struct geo_crs given;
    *zone = said;
    if (!t->p->context->epsg)
        return STATUS_OK;
    enum status s = geo_crs_from_epsg(t->p->context->epsg, &given, t->p->error);
    if (s != STATUS_OK)
        return s;
    if (said && given.zone != said)
        return fail_conflict(t, t->plot.line, "crs-conflict", said, given.zone,
                             "文件的带号与指定的坐标系矛盾",
                             "the zone of the file contradicts the CRS that was given");
    *zone = given.zone;
    return STATUS_OK;
}

enum status txt_zone_of_plot(struct txt *t, struct geo_crs *out)
{
    int prefix = prefix_of(t->plot.c4[0]), zone = 0, said = prefix ? prefix : t->header.zone;
    enum status s = check_prefixes(t, prefix);
    if (s == STATUS_OK)
        s = zone_of_meridian(t, &said);
    if (s == STATUS_OK)
        s = given_zone(t, said, &zone);
    if (s != STATUS_OK)
        return s;
    int width = zone >= 25 ? 3 : 6;
    if (zone == 0)
        return fail_zone_missing(t);
    if (t->header.zone_width_deg && t->header.zone_width_deg != width)
        return fail_conflict(
            t, t->plot.line, "txt-zone-width-conflict", t->header.zone_width_deg, zone,
            "几度分带与带号矛盾：25–45是三度带，13–23是六度带",
            "几度分带 contradicts the zone: 25-45 are 3-degree zones, 13-23 are 6-degree zones");
    s = geo_crs_from_zone(width, zone, prefix != 0, out, t->p->error);
    if (s == STATUS_OK)
        note_crs(t, out);
    return s;
}
