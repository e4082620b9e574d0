/* The size of a number tells what it is: in China a northing has seven digits before the point, an easting six, or eight
 * with its zone; longitudes are 73 to 136 degrees and latitudes 3 to 54, so the two are never taken for each other. */
#include "parcel/coords.h"

#include <math.h>

enum kind { KIND_ODD, KIND_NORTH, KIND_EAST, KIND_LON, KIND_LAT, KIND_DEGREE };

static enum kind kind_of(double v)
{
    if (v >= 73 && v <= 136)
        return KIND_LON;
    if (v >= 3 && v <= 54)
        return KIND_LAT;
    if (fabs(v) <= 180)
        return KIND_DEGREE;
    if (v >= 1e6 && v < 1e7)
        return KIND_NORTH;
    return (v >= 1e5 && v < 1e6) || (v >= 13e6 && v < 46e6) ? KIND_EAST : KIND_ODD;
}

bool coords_plausible(double a, double b)
{
    enum kind ka = kind_of(a), kb = kind_of(b);
    return (ka == KIND_LON && kb == KIND_LAT) || (ka == KIND_LAT && kb == KIND_LON) ||
           (ka == KIND_NORTH && kb == KIND_EAST) || (ka == KIND_EAST && kb == KIND_NORTH);
}

static bool is_degree(double v)
{
    return fabs(v) <= 180;
}

static enum status fail_point(struct parsing *p, const struct coords *c, size_t i)
{
    error_zh(p->error,
             "第%zu行：%.10g和%.10g不像一个点的坐标，或与前面的点不是同一种坐标；应为经纬度（度），或X(北)"
             "7位、Y(东)6位"
             "或带带号8位（米）。请核对。",
             c->line[i], c->a[i], c->b[i]);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "coords-odd",
        "Line %zu: %.10g and %.10g are not the coordinates of a point, or not of the same kind as "
        "those before; give longitude and latitude in degrees, or X (north, 7 digits) and Y (east, 6 "
        "digits, or 8 with the zone) in metres.",
        c->line[i], c->a[i], c->b[i]);
}

static enum status fail_order(struct parsing *p, const struct coords *c, size_t i)
{
    error_zh(p->error,
             "第%zu行：看不出%.10g和%.10g哪个是经度、哪个是纬度（中国的经度在73–136之间，纬度在3–54之间）。"
             "哪一列是经度？请在数字前写明东经、北纬，或核对坐标。",
             c->line[i], c->a[i], c->b[i]);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "coords-order",
        "Line %zu: of %.10g and %.10g neither is clearly a longitude (73 to 136 in China) or a latitude "
        "(3 to 54). Which column is the longitude? Write E and N with the numbers, or check them.",
        c->line[i], c->a[i], c->b[i]);
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

static enum status fail_conflict(struct parsing *p, const struct geo_crs *crs, const char *zh, const char *en)
{
    error_zh(p->error, "坐标系写明或指定的是EPSG:%d（%s），但坐标%s；请改正其中之一。", crs->epsg, crs->name,
             zh);
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "crs-conflict",
        "The CRS is stated or given as EPSG:%d (%s), but the coordinates %s; correct one of them.", crs->epsg,
        crs->name, en);
}

/* The CRS that is named, by the file or by the option; *named is false when none is. */
static enum status named_crs(struct parsing *p, const struct coords *c, struct geo_crs *out, bool *named)
{
    int option = p->context->epsg, epsg = c->epsg ? c->epsg : option;
    *named = epsg != 0;
    if (c->epsg && option && c->epsg != option) {
        error_zh(p->error, "文件写明的坐标系是EPSG:%d，指定的是EPSG:%d；请核对，并去掉其中一个。", c->epsg,
                 option);
        return error_fail(p->error, STATUS_INVALID_INPUT, "crs-conflict",
                          "The file states EPSG:%d, and EPSG:%d was given; check, and drop one of them.",
                          c->epsg, option);
    }
    return epsg ? geo_crs_from_epsg(epsg, out, p->error) : STATUS_OK;
}

static enum status decide_degrees(struct parsing *p, const struct coords *c, struct coords_meaning *out)
{
    bool lon_first = c->axis_a != 'N' && c->axis_b != 'E', lat_first = c->axis_a != 'E' && c->axis_b != 'N',
         named;
    size_t bad = 0;
    for (size_t i = 0; i < c->n; i++) {
        enum kind a = kind_of(c->a[i]), b = kind_of(c->b[i]);
        if (!is_degree(c->a[i]) || !is_degree(c->b[i]))
            return fail_point(p, c, i);
        bool was = lon_first || lat_first;
        lon_first = lon_first && a == KIND_LON && b == KIND_LAT;
        lat_first = lat_first && a == KIND_LAT && b == KIND_LON;
        if (was && !lon_first && !lat_first)
            bad = i;
    }
    if (!lon_first && !lat_first)
        return fail_order(p, c, bad);
    struct geo_crs crs;
    enum status s = named_crs(p, c, &crs, &named);
    if (s == STATUS_OK && !named)
        s = geo_crs_from_epsg(4490, &crs, p->error);
    if (s != STATUS_OK)
        return s;
    if (crs.kind != GEO_CRS_GEOGRAPHIC)
        return fail_conflict(p, &crs, "是经纬度（度）", "are degrees");
    if (!named && !c->datum_said)
        parsing_warn(
            p, "crs-assumed",
            "没有写明坐标系，经纬度按2000国家大地坐标系（CGCS2000）读取；如果来自网络地图（有偏移），结果不可"
            "用。",
            "No CRS is stated; longitudes and latitudes were read as CGCS2000. If they come from a web map "
            "with an offset the result is not usable.");
    p->set.crs_note =
        parsing_printf(p, "经纬度坐标，%s在前，坐标系%s（EPSG:%d）。", lon_first ? "经度" : "纬度",
                       named || c->datum_said ? "按写明或指定的" : "未写明，按2000国家大地坐标系", crs.epsg);
    p->set.crs_note_en = parsing_printf(
        p, "Degrees, %s first; the CRS is %s (EPSG:%d).", lon_first ? "longitude" : "latitude",
        named || c->datum_said ? "the one stated or given" : "not stated and read as CGCS2000", crs.epsg);
    warn_order(p, c, lat_first, true);
    *out = (struct coords_meaning){crs, lat_first};
    return STATUS_OK;
}

static int prefix_of(double east)
{
    return east >= 1e6 && east < 1e8 ? (int)(east / 1e6) : 0;
}

static enum status check_columns(struct parsing *p, const struct coords *c, bool north_first, int *prefix)
{
    const double *north = north_first ? c->a : c->b, *east = north_first ? c->b : c->a;
    *prefix = prefix_of(east[0]);
    for (size_t i = 0; i < c->n; i++) {
        if (kind_of(north[i]) != KIND_NORTH || kind_of(east[i]) != KIND_EAST)
            return fail_point(p, c, i);
        if (prefix_of(east[i]) == *prefix)
            continue;
        error_zh(p->error, "第%zu行：东坐标的带号前缀是%d，前面的点是%d（0表示没有）；请分开提交，或改正。",
                 c->line[i], prefix_of(east[i]), *prefix);
        return error_fail(
            p->error, STATUS_INVALID_INPUT, "zone-mixed",
            "Line %zu: the zone prefix of the easting is %d, and %d before (0 is none); send them "
            "apart, or correct it.",
            c->line[i], prefix_of(east[i]), *prefix);
    }
    return STATUS_OK;
}

static enum status fail_zone(struct parsing *p)
{
    error_zh(p->error, "缺少带号：东坐标是6位，没有带号前缀，无法确定位置。是哪一带？请写明（如“带号37”），"
                       "或指定坐标系（如EPSG:4546，即三度带中央经线111°）。");
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "zone-missing",
        "The zone is missing: the eastings have 6 digits and no prefix. Which zone is it? Write it "
        "(带号37), or give the CRS (such as EPSG:4546, the 3-degree zone of 111 E).");
}

/* 1072342.5 and 404402.4 are 107°23′42.5″ and 40°44′02.4″ to many surveyors; as a northing the first would lie in the South
 * China Sea. */
static bool packed(double v, double low, double high)
{
    return v >= low * 10000 && v < high * 10000 && fmod(v, 100) < 60 && fmod(floor(v / 100), 100) < 60;
}

static bool all_packed(const struct coords *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!(packed(c->a[i], 73, 136) && packed(c->b[i], 3, 54)) &&
            !(packed(c->b[i], 73, 136) && packed(c->a[i], 3, 54)))
            return false;
    return true;
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

/* The zone that words name, by its number or by its meridian; whatever says it must agree. */
static enum status zone_said(struct parsing *p, const struct coords *c, const struct geo_crs *named, int *out)
{
    double meridian = c->zone ? coords_zone_meridian(c->zone) : c->meridian_deg;
    int zone = c->zone ? c->zone : (int)(c->meridian_deg / 3);
    if (!c->zone && c->width_deg == 6 && fmod(meridian, 6) == 3)
        zone = (int)((meridian + 3) / 6);
    bool fits = !meridian || ((!c->meridian_deg || c->meridian_deg == meridian) &&
                              (!named || named->central_meridian_deg == meridian) &&
                              (!c->width_deg || (c->width_deg == 3) == (zone >= 25)));
    *out = zone;
    if (fits)
        return STATUS_OK;
    error_zh(p->error, "文中写的带号、几度分带、中央经线%s互相矛盾；请改正。", named ? "与坐标系" : "");
    return error_fail(
        p->error, STATUS_INVALID_INPUT, "zone-conflict",
        "The zone, its width and the central meridian that the text names%s contradict each other; "
        "correct them.",
        named ? ", and the CRS," : "");
}

static enum status decide_grid(struct parsing *p, const struct coords *c, struct coords_meaning *out)
{
    bool north_first = kind_of(c->a[0]) == KIND_NORTH, named;
    int prefix;
    struct geo_crs crs;
    enum status s = check_columns(p, c, north_first, &prefix);
    if (s == STATUS_OK)
        s = named_crs(p, c, &crs, &named);
    if (s != STATUS_OK)
        return s;
    if (named && crs.kind != GEO_CRS_GAUSS_KRUGER)
        return fail_conflict(p, &crs, "是以米为单位的投影坐标", "are metres");
    if (all_packed(c))
        return fail_packed(p, c);
    int said = 0;
    s = zone_said(p, c, named ? &crs : NULL, &said);
    if (s != STATUS_OK)
        return s;
    int zone = named ? crs.zone : said ? said : prefix;
    if (prefix && zone != prefix) {
        error_zh(p->error, "东坐标的带号前缀是%d，写明或指定的是第%d带，互相矛盾；请改正其中之一。", prefix,
                 zone);
        return error_fail(
            p->error, STATUS_INVALID_INPUT, "zone-conflict",
            "The zone prefix of the eastings is %d, and zone %d is stated or given; correct one of "
            "them.",
            prefix, zone);
    }
    if (zone == 0)
        return fail_zone(p);
    s = geo_crs_from_zone(zone >= 25 ? 3 : 6, zone, prefix != 0, &crs, p->error);
    if (s != STATUS_OK)
        return s;
    if (!named && !c->datum_said)
        parsing_warn(p, "datum-assumed",
                     "没有写明坐标系，按2000国家大地坐标系读取；如果是西安80或北京54，结果不可用。",
                     "No datum is named; read as CGCS2000. If it is Xi'an 1980 or Beijing 1954 the result is "
                     "not usable.");
    p->set.crs_note =
        parsing_printf(p, "2000国家大地坐标系，%d度带第%d带（中央经线%g°，EPSG:%d），带号由%s得出，%s在前。",
                       crs.zone_width_deg, crs.zone, crs.central_meridian_deg, crs.epsg,
                       named  ? "写明或指定的坐标系"
                       : said ? "文中所写"
                              : "东坐标前缀",
                       north_first ? "X(北)" : "Y(东)");
    p->set.crs_note_en = parsing_printf(
        p, "CGCS2000, %d-degree zone %d (central meridian %g, EPSG:%d); the zone is from %s; %s first.",
        crs.zone_width_deg, crs.zone, crs.central_meridian_deg, crs.epsg,
        named  ? "the CRS stated or given"
        : said ? "the text"
               : "the prefix of the eastings",
        north_first ? "X (north)" : "Y (east)");
    warn_order(p, c, north_first, false);
    *out = (struct coords_meaning){crs, north_first};
    return STATUS_OK;
}

enum status coords_decide(struct parsing *p, const struct coords *c, struct coords_meaning *out)
{
    if (c->n == 0) {
        error_zh(p->error, "没有坐标；请至少给出3个点。");
        return error_fail(p->error, STATUS_INVALID_INPUT, "parcel-empty",
                          "There are no coordinates; give 3 points.");
    }
    if (c->degrees || (is_degree(c->a[0]) && is_degree(c->b[0])))
        return decide_degrees(p, c, out);
    return decide_grid(p, c, out);
}
