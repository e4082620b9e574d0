/* What is named, and degrees; metres are decide_grid.c's. */
#include "geo/crs/decide_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *crs_by_zh(enum crs_by by)
{
    switch (by) {
    case CRS_BY_FILE:
        return "文件写明的坐标系";
    case CRS_BY_MATCH:
        return "文件写明的坐标系（按参数识别）";
    case CRS_BY_WORDS:
        return "文中所写";
    case CRS_BY_GIVEN:
        return "指定的坐标系";
    case CRS_BY_PREFIX:
        return "东坐标前缀";
    case CRS_BY_UNIT:
        return "数据所在的行政区";
    case CRS_BY_FORMAT:
        break;
    }
    return "文件格式的规定";
}

const char *crs_by_en(enum crs_by by)
{
    switch (by) {
    case CRS_BY_FILE:
        return "the CRS that the file states";
    case CRS_BY_MATCH:
        return "the CRS that the file states (identified by its parameters)";
    case CRS_BY_WORDS:
        return "the text";
    case CRS_BY_GIVEN:
        return "the CRS that was given";
    case CRS_BY_PREFIX:
        return "the prefix of the eastings";
    case CRS_BY_UNIT:
        return "the administrative unit in which the data lie";
    case CRS_BY_FORMAT:
        break;
    }
    return "the rule of the format";
}

/* ---- sentences ---- */

static enum status fail_two_codes(int stated, int other, bool given, struct error *e)
{
    error_zh(e, "文件写明的坐标系是EPSG:%d，%s的是EPSG:%d；请核对，并去掉其中一个。", stated,
             given ? "指定" : "文中另写", other);
    return error_fail(e, STATUS_INVALID_INPUT, "crs-conflict",
                      "The file states EPSG:%d, and EPSG:%d was %s; check, and drop one of them.", stated,
                      other, given ? "given" : "written in its text");
}

enum status crs_fail_conflict(const struct crs_named *named, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "坐标系写明或指定的是EPSG:%d（%s），但坐标%s；请改正其中之一。", named->epsg, named->crs.name,
             zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "crs-conflict",
        "The CRS is stated or given as EPSG:%d (%s), but the coordinates %s; correct one of them.",
        named->epsg, named->crs.name, en);
}

static bool are_degrees(const struct crs_question *q)
{
    return fabs(q->min_a) <= 180 && fabs(q->max_a) <= 180 && fabs(q->min_b) <= 180 && fabs(q->max_b) <= 180;
}

bool crs_both(double min, double max, enum crs_kind kind)
{
    return crs_kind_of(min) == kind && crs_kind_of(max) == kind;
}

enum status crs_fail_missing(const struct crs_question *q, struct error *e)
{
    bool degrees = q->n_points && are_degrees(q);
    bool swapped = q->n_points && crs_both(q->min_a, q->max_a, CRS_KIND_NORTH) && q->min_b > 0;
    const char *name = q->stated_name ? q->stated_name : "";
    const char *hint_zh = degrees ? "坐标像经纬度，但看不出是哪个大地基准（CGCS2000为EPSG:4490）。"
                          : swapped ? "X像北坐标、Y像东坐标（两者可能颠倒）。"
                                    : "";
    const char *hint_en =
        degrees   ? " The coordinates look like degrees, which may be of any datum (CGCS2000 is EPSG:4490)."
        : swapped ? " X looks like a northing (the axes may be swapped)."
                  : "";
    error_zh(e,
             "文件%s%s%s，无法确定位置。是什么坐标系？请补上（如.prj），或用 "
             "--crs（网页、接口为crs参数）指定，如EPSG:"
             "4490、EPSG:4525。%s",
             *name ? "写的坐标系“" : "没有写明坐标系", name, *name ? "”认不出" : "", hint_zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "crs-missing",
        "The file %s%s%s. Which CRS is it? Add one (a .prj), or give it with --crs (crs on the page "
        "and in the API), such as EPSG:4490 or EPSG:4525.%s",
        *name ? "names a CRS that is not known (" : "states no CRS", name, *name ? ")" : "", hint_en);
}

static enum status fail_order(const struct crs_question *q, struct error *e)
{
    error_zh(e,
             "看不出哪一列是经度、哪一列是纬度（第1列%.10g至%.10g，第2列%.10g至%."
             "7g；中国的经度在73–136之间，纬度在3–54之间）。"
             "哪一列是经度？请在数字前写明东经、北纬，或核对坐标。",
             q->min_a, q->max_a, q->min_b, q->max_b);
    return error_fail(
        e, STATUS_INVALID_INPUT, "coords-order",
        "Neither column is clearly a longitude (73 to 136 in China) or a latitude (3 to 54): %.10g to "
        "%.10g and %.10g to %.10g. Which column is the longitude? Write E and N with the numbers, or "
        "check them.",
        q->min_a, q->max_a, q->min_b, q->max_b);
}

static enum status fail_dd_mmss(const struct crs_question *q, struct error *e)
{
    double degrees = floor(q->min_a), rest = (q->min_a - degrees) * 100;
    int minutes = (int)(rest + 1e-9);
    double seconds = (rest - minutes) * 100;
    error_zh(e,
             "坐标（如%.10g）是十进制度，还是“度.分秒”（即%g°%02d′%05."
             "2f″）？两者相差可达数十公里。如果是十进制度，"
             "请在表头写明，如“经度(十进制度)”；否则请写成%g°%02d′%05.2f″。",
             q->min_a, degrees, minutes, seconds, degrees, minutes, seconds);
    return error_fail(
        e, STATUS_INVALID_INPUT, "dd-mmss",
        "Are the coordinates (such as %.10g) decimal degrees, or degrees.minutes-seconds (%g°%02d′%05.2f″)? "
        "They differ by up to tens of kilometres. If they are decimal, say so in the heading: "
        "经度(十进制度) or \"decimal degrees\"; else write %g°%02d′%05.2f″.",
        q->min_a, degrees, minutes, seconds, degrees, minutes, seconds);
}

static enum status fail_swapped(const struct crs_question *q, struct error *e)
{
    error_zh(e, "坐标（%.10g, %.10g）像是纬度在前、经度在后；应为经度在前。是否写反了？请对调后重新提交。",
             q->min_a, q->min_b);
    return error_fail(
        e, STATUS_INVALID_INPUT, "axes-swapped",
        "(%.10g, %.10g) looks like latitude first; longitude comes first. Are they swapped? Swap them "
        "and send it again.",
        q->min_a, q->min_b);
}

static enum status fail_converted(const struct crs_question *q, struct error *e)
{
    (void)q;
    error_zh(e, "文中说坐标由西安80、北京54或地方坐标系转换而来，但没有写转换到了什么坐标系；请写明，如“已转"
                "换为2000国家大地"
                "坐标系”。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "datum-unclear",
        "The text says that the coordinates were converted from an older datum or a local system, and "
        "not to what; write it, such as 已转换为2000国家大地坐标系.");
}

/* ---- what is named ---- */

static enum status find_named(const struct crs_question *q, struct crs_named *out, struct error *e)
{
    int file = q->stated_epsg ? q->stated_epsg : q->said.epsg, epsg = file ? file : q->given_epsg;
    if (q->stated_epsg && q->said.epsg && q->stated_epsg != q->said.epsg)
        return fail_two_codes(q->stated_epsg, q->said.epsg, false, e);
    if (file && q->given_epsg && file != q->given_epsg)
        return fail_two_codes(file, q->given_epsg, true, e);
    out->epsg = epsg;
    out->by = q->stated_epsg ? q->stated_by_match ? CRS_BY_MATCH : CRS_BY_FILE
              : q->said.epsg ? CRS_BY_WORDS
                             : CRS_BY_GIVEN;
    return epsg ? geo_crs_from_epsg_shifted(epsg, &q->shift, &out->crs, e) : STATUS_OK;
}

/* ---- degrees ---- */

static enum status longitude_column(const struct crs_question *q, bool *lat_first, struct error *e)
{
    bool lon = crs_both(q->min_a, q->max_a, CRS_KIND_LON) && crs_both(q->min_b, q->max_b, CRS_KIND_LAT);
    bool lat = crs_both(q->min_a, q->max_a, CRS_KIND_LAT) && crs_both(q->min_b, q->max_b, CRS_KIND_LON);
    *lat_first = lat;
    switch (q->axes) {
    case CRS_AXES_X_FIRST: /* the whole world is allowed: only what can be nothing else is asked about */
        *lat_first = false;
        return lat ? fail_swapped(q, e) : STATUS_OK;
    case CRS_AXES_EITHER:
        return lon || lat ? STATUS_OK : fail_order(q, e);
    case CRS_AXES_EAST_FIRST:
        return lon ? STATUS_OK : fail_order(q, e);
    case CRS_AXES_NORTH_FIRST:
        break;
    }
    return lat ? STATUS_OK : fail_order(q, e);
}

static void note_degrees(const struct crs_question *q, struct crs_decision *d)
{
    bool said = d->by != CRS_BY_FORMAT || q->said.datum != CRS_DATUM_UNSAID;
    const char *same_zh = d->crs.epsg == 4326 ? "，视同2000国家大地坐标系" : "";
    const char *same_en = d->crs.epsg == 4326 ? ", treated as CGCS2000" : "";
    snprintf(d->note_zh, sizeof d->note_zh, "经纬度坐标，%s在前；%s：EPSG:%d（%s）%s。",
             d->first_is_north ? "纬度" : "经度",
             d->by != CRS_BY_FORMAT ? crs_by_zh(d->by)
             : said                 ? "文中所写的坐标系"
                                    : "没有写明坐标系，读作",
             d->crs.epsg, d->crs.name, same_zh);
    snprintf(d->note_en, sizeof d->note_en, "Degrees, %s first; %s: EPSG:%d (%s)%s.",
             d->first_is_north ? "latitude" : "longitude",
             d->by != CRS_BY_FORMAT ? crs_by_en(d->by)
             : said                 ? "the CRS in the text"
                                    : "no CRS is stated and it was read as",
             d->crs.epsg, d->crs.name, same_en);
}

static enum status decide_degrees(const struct crs_question *q, const struct crs_named *named,
                                  struct crs_decision *out, struct error *e)
{
    struct crs_decision d = {.by = named->epsg ? named->by : CRS_BY_FORMAT, .crs = named->crs};
    enum status s = longitude_column(q, &d.first_is_north, e);
    if (s != STATUS_OK)
        return s;
    if (named->epsg && named->crs.kind != GEO_CRS_GEOGRAPHIC)
        return crs_fail_conflict(named, "是经纬度（度）", "are degrees", e);
    if (q->maybe_dd_mmss && !q->said.decimal_degrees)
        return fail_dd_mmss(q, e);
    if (!named->epsg && q->degrees == CRS_DEGREES_ASK && q->said.datum == CRS_DATUM_UNSAID)
        return crs_fail_missing(q, e);
    if (!named->epsg)
        s = geo_crs_from_epsg(
            q->degrees == CRS_DEGREES_STANDARD && q->said.datum != CRS_DATUM_CGCS2000 ? 4326 : 4490, &d.crs,
            e);
    if (s != STATUS_OK)
        return s;
    d.datum_assumed = !named->epsg && q->degrees == CRS_DEGREES_ASSUME && q->said.datum == CRS_DATUM_UNSAID;
    note_degrees(q, &d);
    *out = d;
    return STATUS_OK;
}

/* A file without coordinates: its CRS is what is named, or what the format says. */
static enum status decide_nothing(const struct crs_question *q, const struct crs_named *named,
                                  struct crs_decision *out, struct error *e)
{
    struct crs_decision d = {.by = named->epsg ? named->by : CRS_BY_FORMAT, .crs = named->crs};
    if (!named->epsg && q->degrees == CRS_DEGREES_ASK)
        return crs_fail_missing(q, e);
    enum status s = named->epsg
                        ? STATUS_OK
                        : geo_crs_from_epsg(q->degrees == CRS_DEGREES_STANDARD ? 4326 : 4490, &d.crs, e);
    if (s != STATUS_OK)
        return s;
    if (d.crs.kind == GEO_CRS_GEOGRAPHIC)
        note_degrees(q, &d);
    else
        crs_note_grid(q, &d);
    *out = d;
    return STATUS_OK;
}

enum status crs_decide(const struct crs_question *q, struct crs_decision *out, struct error *e)
{
    struct crs_named named = {.epsg = 0};
    enum status s = find_named(q, &named, e);
    if (s != STATUS_OK)
        return s;
    if (q->said.converted_from && !q->said.datum && !named.epsg)
        return fail_converted(q, e);
    if (!named.epsg && q->stated_name && *q->stated_name) /* a CRS that we do not know is no silence */
        return crs_fail_missing(q, e);
    if (q->n_points == 0)
        return decide_nothing(q, &named, out, e);
    return are_degrees(q) ? decide_degrees(q, &named, out, e) : crs_decide_grid(q, &named, out, e);
}

/* ---- what was taken for granted ---- */

const char *crs_assumed_code(const struct crs_decision *d)
{
    return d->crs.kind == GEO_CRS_GEOGRAPHIC ? "crs-assumed" : "datum-assumed";
}

const char *crs_assumed_zh(const struct crs_decision *d)
{
    return d->crs.kind == GEO_CRS_GEOGRAPHIC
               ? "没有写明坐标系，经纬度按2000国家大地坐标系（CGCS2000）读取；如果来自网络地图（有偏移），结"
                 "果不可用。"
               : "没有写明坐标系，按2000国家大地坐标系读取；如果是西安80或北京54，结果不可用。";
}

const char *crs_assumed_en(const struct crs_decision *d)
{
    return d->crs.kind == GEO_CRS_GEOGRAPHIC ? "No CRS is stated; longitudes and latitudes were read as "
                                               "CGCS2000. If they come from a web map "
                                               "with an offset the result is not usable."
                                             : "No datum is named; read as CGCS2000. If it is Xi'an 1980 or "
                                               "Beijing 1954 the result is not usable.";
}
