/* Which EPSG codes are understood, which are refused and with what words. No PROJ here: convert.c
 * converts. */
#include "geo/crs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EPSG_ZONE6_PREFIX = 4491, /* zones 13..23 */
    EPSG_ZONE6_PLAIN = 4502,  /* zones 13..23 */
    EPSG_ZONE3_PREFIX = 4513, /* zones 25..45 */
    EPSG_ZONE3_PLAIN = 4534,  /* zones 25..45 */
    ZONE6_FIRST = 13,
    ZONE6_LAST = 23,
    ZONE3_FIRST = 25,
    ZONE3_LAST = 45,
};

static bool in(int code, int first, int last)
{
    return code >= first && code <= last;
}

static bool is_xian_1980(int epsg)
{
    return epsg == 4610 || in(epsg, 2327, 2390);
}

bool geo_crs_is_beijing_1954(int epsg)
{
    return epsg == 4214 || in(epsg, 2401, 2442) || in(epsg, 21413, 21423) || in(epsg, 21453, 21463) ||
           in(epsg, 21473, 21483);
}

static enum status refuse_datum(int epsg, const char *zh, const char *en, struct error *e)
{
    error_zh(e,
             "不接受%s坐标系（EPSG:%d）：与2000国家大地坐标系之间没有公开的精确转换参数，误差可达上百米；"
             "请先用当地的转换参数转为2000国家大地坐标系再提交（导入图层时也可用 --datum-shift 给出参数）。",
             zh, epsg);
    return error_fail(
        e, STATUS_UNSUPPORTED, "crs-datum-refused",
        "%s (EPSG:%d) is not accepted: there is no public accurate transformation to CGCS2000 and the "
        "error can reach a hundred metres; convert with the local parameters first (an import of a layer "
        "takes them as --datum-shift).",
        en, epsg);
}

static enum status refuse_code(int epsg, struct error *e)
{
    if (is_xian_1980(epsg))
        return refuse_datum(epsg, "1980西安", "Xi'an 1980", e);
    if (geo_crs_is_beijing_1954(epsg))
        return refuse_datum(epsg, "1954北京", "Beijing 1954", e);
    if (epsg == 3857 || epsg == 900913) {
        error_zh(e,
                 "不接受网络墨卡托坐标（EPSG:%d）：网络底图坐标常带有GCJ-02偏移，不能用于压占判定；"
                 "请提供2000国家大地坐标系的坐标。",
                 epsg);
        return error_fail(
            e, STATUS_UNSUPPORTED, "crs-web-mercator",
            "Web Mercator (EPSG:%d) is not accepted: web map coordinates are often GCJ-02, hundreds of "
            "metres off; send CGCS2000 coordinates.",
            epsg);
    }
    error_zh(e, "不支持EPSG:%d；可用：4490（或4326）经纬度，CGCS2000三度带4513–4554，六度带4491–4512。",
             epsg);
    return error_fail(
        e, STATUS_UNSUPPORTED, "crs-unsupported",
        "EPSG:%d is not supported; use 4490 (or 4326) longitude/latitude, CGCS2000 3-degree zones "
        "4513-4554 or 6-degree zones 4491-4512.",
        epsg);
}

static void fill_geographic(int epsg, struct geo_crs *out)
{
    *out = (struct geo_crs){.epsg = epsg, .kind = GEO_CRS_GEOGRAPHIC};
    snprintf(out->name, sizeof out->name, "%s", epsg == 4326 ? "WGS 84" : "CGCS2000");
}

static void fill_zone(int epsg, int width, int zone, bool prefix, struct geo_crs *out)
{
    *out = (struct geo_crs){
        .epsg = epsg,
        .kind = GEO_CRS_GAUSS_KRUGER,
        .zone_width_deg = width,
        .zone = zone,
        .zone_prefix = prefix,
        .central_meridian_deg = width == 3 ? 3.0 * zone : 6.0 * zone - 3.0,
    };
    snprintf(out->name, sizeof out->name, "CGCS2000 / %d-degree Gauss-Kruger zone %d%s", width, zone,
             prefix ? "" : " (no prefix)");
}

enum status geo_crs_from_epsg(int epsg, struct geo_crs *out, struct error *e)
{
    int n3 = ZONE3_LAST - ZONE3_FIRST;
    int n6 = ZONE6_LAST - ZONE6_FIRST;
    if (epsg == 4490 || epsg == 4326)
        fill_geographic(epsg, out);
    else if (in(epsg, EPSG_ZONE3_PREFIX, EPSG_ZONE3_PREFIX + n3))
        fill_zone(epsg, 3, epsg - EPSG_ZONE3_PREFIX + ZONE3_FIRST, true, out);
    else if (in(epsg, EPSG_ZONE3_PLAIN, EPSG_ZONE3_PLAIN + n3))
        fill_zone(epsg, 3, epsg - EPSG_ZONE3_PLAIN + ZONE3_FIRST, false, out);
    else if (in(epsg, EPSG_ZONE6_PREFIX, EPSG_ZONE6_PREFIX + n6))
        fill_zone(epsg, 6, epsg - EPSG_ZONE6_PREFIX + ZONE6_FIRST, true, out);
    else if (in(epsg, EPSG_ZONE6_PLAIN, EPSG_ZONE6_PLAIN + n6))
        fill_zone(epsg, 6, epsg - EPSG_ZONE6_PLAIN + ZONE6_FIRST, false, out);
    else
        return refuse_code(epsg, e);
    return STATUS_OK;
}

enum status geo_crs_from_zone(int zone_width_deg, int zone, bool zone_prefix, struct geo_crs *out,
                              struct error *e)
{
    if (zone_width_deg == 3 && in(zone, ZONE3_FIRST, ZONE3_LAST)) {
        int base = zone_prefix ? EPSG_ZONE3_PREFIX : EPSG_ZONE3_PLAIN;
        fill_zone(base + zone - ZONE3_FIRST, 3, zone, zone_prefix, out);
        return STATUS_OK;
    }
    if (zone_width_deg == 6 && in(zone, ZONE6_FIRST, ZONE6_LAST)) {
        int base = zone_prefix ? EPSG_ZONE6_PREFIX : EPSG_ZONE6_PLAIN;
        fill_zone(base + zone - ZONE6_FIRST, 6, zone, zone_prefix, out);
        return STATUS_OK;
    }
    error_zh(e, "没有%d度带第%d带；三度带为25–45，六度带为13–23，请核对带号和几度分带。", zone_width_deg,
             zone);
    return error_fail(e, STATUS_INVALID_INPUT, "crs-no-such-zone",
                      "There is no %d-degree zone %d; 3-degree zones are 25-45 and 6-degree zones 13-23.",
                      zone_width_deg, zone);
}

/* ---- older datums, with the parameters of the place ---- */

bool geo_crs_is_old_datum(int epsg)
{
    return is_xian_1980(epsg) || geo_crs_is_beijing_1954(epsg);
}

/* Each series of codes runs through its zones without a gap. */
static const struct {
    int first, width, zone;
    bool prefix;
    const char *datum;
} OLD_SERIES[] = {
    {2327, 6, ZONE6_FIRST, true, "Xian 1980"},      {2338, 6, ZONE6_FIRST, false, "Xian 1980"},
    {2349, 3, ZONE3_FIRST, true, "Xian 1980"},      {2370, 3, ZONE3_FIRST, false, "Xian 1980"},
    {2401, 3, ZONE3_FIRST, true, "Beijing 1954"},   {2422, 3, ZONE3_FIRST, false, "Beijing 1954"},
    {21413, 6, ZONE6_FIRST, true, "Beijing 1954"},  {21453, 6, ZONE6_FIRST, false, "Beijing 1954"},
    {21473, 6, ZONE6_FIRST, false, "Beijing 1954"},
};

int geo_crs_old_epsg(bool beijing_1954, int zone_width_deg, int zone, bool zone_prefix)
{
    int first_zone = zone_width_deg == 3 ? ZONE3_FIRST : ZONE6_FIRST;
    int last_zone = zone_width_deg == 3 ? ZONE3_LAST : ZONE6_LAST;
    for (size_t i = 0; i < sizeof OLD_SERIES / sizeof *OLD_SERIES; i++)
        if ((strcmp(OLD_SERIES[i].datum, "Beijing 1954") == 0) == beijing_1954 &&
            OLD_SERIES[i].width == zone_width_deg && OLD_SERIES[i].prefix == zone_prefix &&
            in(zone, first_zone, last_zone))
            return OLD_SERIES[i].first + zone - OLD_SERIES[i].zone;
    return 0;
}

static void fill_old(int epsg, struct geo_crs *out)
{
    *out = (struct geo_crs){.epsg = epsg, .kind = GEO_CRS_GEOGRAPHIC};
    snprintf(out->name, sizeof out->name, "%s", is_xian_1980(epsg) ? "Xian 1980" : "Beijing 1954");
    for (size_t i = 0; i < sizeof OLD_SERIES / sizeof *OLD_SERIES; i++) {
        int n = OLD_SERIES[i].width == 3 ? ZONE3_LAST - ZONE3_FIRST : ZONE6_LAST - ZONE6_FIRST;
        if (!in(epsg, OLD_SERIES[i].first, OLD_SERIES[i].first + n))
            continue;
        fill_zone(epsg, OLD_SERIES[i].width, epsg - OLD_SERIES[i].first + OLD_SERIES[i].zone,
                  OLD_SERIES[i].prefix, out);
        snprintf(out->name, sizeof out->name, "%s / %d-degree Gauss-Kruger zone %d%s", OLD_SERIES[i].datum,
                 out->zone_width_deg, out->zone, out->zone_prefix ? "" : " (no prefix)");
    }
}

enum status geo_crs_from_epsg_shifted(int epsg, const struct geo_datum_shift *shift, struct geo_crs *out,
                                      struct error *e)
{
    if (!shift->given)
        return geo_crs_from_epsg(epsg, out, e);
    if (geo_crs_is_old_datum(epsg)) {
        fill_old(epsg, out);
        out->shift = *shift;
        return STATUS_OK;
    }
    error_zh(
        e, "坐标系 EPSG:%d 不是1980西安或1954北京坐标系，不需要 --datum-shift；请核对坐标系，或去掉该选项。",
        epsg);
    return error_fail(
        e, STATUS_INVALID_INPUT, "datum-shift-not-needed",
        "EPSG:%d is neither Xi'an 1980 nor Beijing 1954, so there is nothing to shift; check the CRS, or "
        "drop --datum-shift.",
        epsg);
}

static enum status refuse_shift(const char *text, const char *zh, const char *en, struct error *e)
{
    error_zh(e,
             "转换参数“%.120s”不对：%s。写法 dx,dy,dz（米）或 dx,dy,dz,rx,ry,rz,s（米、角秒、百万分之一），"
             "七参数后可加 ,vector（位置矢量法）或 ,frame（坐标框架法，不写即是）。",
             text, zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-datum-shift",
        "The parameters \"%.120s\" are wrong: %s. Write dx,dy,dz (metres) or dx,dy,dz,rx,ry,rz,s (metres, "
        "arc-seconds, ppm); after seven, \",vector\" or \",frame\" (the default) names the convention.",
        text, en);
}

static bool within(const double *v, int n, double limit)
{
    for (int i = 0; i < n; i++)
        if (!(fabs(v[i]) <= limit))
            return false;
    return true;
}

enum status geo_datum_shift_parse(const char *text, struct geo_datum_shift *out, struct error *e)
{
    double v[7] = {0};
    int n = 0;
    const char *at = text;
    for (char *end; n < 7; n++, at = end + (*end == ',')) {
        v[n] = strtod(at, &end);
        if (end == at || (*end && *end != ','))
            break;
        if (!*end) {
            at = end;
            n++;
            break;
        }
    }
    bool vector = n == 7 && strcmp(at, "vector") == 0, frame = n == 7 && strcmp(at, "frame") == 0;
    bool cut = n > 0 && text[strlen(text) - 1] == ',';
    if (cut || (n != 3 && n != 7) || (*at && !vector && !frame))
        return refuse_shift(text, "应为三个或七个数", "three or seven numbers are needed", e);
    if (!within(v, 3, 1000) || !within(v + 3, 3, 60) || !within(v + 6, 1, 100))
        return refuse_shift(text, "超出合理范围（平移 1000 米，旋转 60 角秒，尺度 100）",
                            "beyond what is plausible (1000 m, 60 arc-seconds, 100 ppm)", e);
    *out = (struct geo_datum_shift){.given = true,
                                    .t_m = {v[0], v[1], v[2]},
                                    .r_arcsec = {v[3], v[4], v[5]},
                                    .scale_ppm = v[6],
                                    .position_vector = vector};
    return STATUS_OK;
}

int geo_crs_zone_width_deg(int zone)
{
    return zone >= ZONE3_FIRST ? 3 : 6;
}

int geo_crs_zone3_of_lon(double lon_deg)
{
    return (int)floor((lon_deg + 1.5) / 3.0);
}
