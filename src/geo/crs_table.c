/* Which EPSG codes are understood, which are refused and with what words. No PROJ here: crs.c converts. */
#include "geo/crs.h"

#include <math.h>
#include <stdio.h>

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

static bool is_beijing_1954(int epsg)
{
    return epsg == 4214 || in(epsg, 2401, 2442) || in(epsg, 21413, 21423) || in(epsg, 21453, 21463) ||
           in(epsg, 21473, 21483);
}

static enum status refuse_datum(int epsg, const char *zh, const char *en, struct error *e)
{
    error_zh(e,
             "不接受%s坐标系（EPSG:%d）：与2000国家大地坐标系之间没有公开的精确转换参数，误差可达上百米；"
             "请先用当地的转换参数转为2000国家大地坐标系再提交。",
             zh, epsg);
    return error_fail(
        e, STATUS_UNSUPPORTED, "crs-datum-refused",
        "%s (EPSG:%d) is not accepted: there is no public accurate transformation to CGCS2000 and the "
        "error can reach a hundred metres; convert with the local parameters first.",
        en, epsg);
}

static enum status refuse_code(int epsg, struct error *e)
{
    if (is_xian_1980(epsg))
        return refuse_datum(epsg, "1980西安", "Xi'an 1980", e);
    if (is_beijing_1954(epsg))
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

int geo_crs_zone3_of_lon(double lon_deg)
{
    return (int)floor((lon_deg + 1.5) / 3.0);
}
