#include "parcel/parcel_geojson.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "EPSG:4525", "urn:ogc:def:crs:EPSG::4525", "http://www.opengis.net/def/crs/EPSG/0/4525"; 0 when it is none. */
static int epsg_of_name(const char *name)
{
    const char *epsg = strstr(name, "EPSG");
    if (!epsg)
        epsg = strstr(name, "epsg");
    if (!epsg)
        return 0;
    size_t n = strlen(epsg);
    size_t digits = 0;
    while (digits < n && digits < 6 && epsg[n - 1 - digits] >= '0' && epsg[n - 1 - digits] <= '9')
        digits++;
    return digits ? atoi(epsg + n - digits) : 0;
}

static enum status fail_crs(struct parsing *p, const char *what)
{
    const char *shown = parsing_short(p, what);
    error_zh(p->error, "看不懂crs成员“%s”；请写成EPSG代码，如\"EPSG:4490\"，或三度带第37带\"EPSG:4525\"。",
             shown ? shown : "");
    return error_fail(
        p->error, STATUS_UNSUPPORTED, "geojson-crs",
        "The crs member \"%s\" is not understood; give an EPSG code such as \"EPSG:4490\", or \"EPSG:4525\" "
        "for the 3-degree zone 37.",
        shown ? shown : "");
}

static enum status crs_from_member(struct parsing *p, const json_t *member, struct geo_crs *out)
{
    const json_t *properties = json_object_get(member, "properties");
    const json_t *name = json_is_string(member) ? member : json_object_get(properties, "name");
    const json_t *code = json_object_get(properties, "code"); /* {"type":"EPSG","properties":{"code":4525}} */
    if (json_is_integer(code) && json_integer_value(code) > 0 && json_integer_value(code) < 1000000)
        return geo_crs_from_epsg((int)json_integer_value(code), out, p->error);
    const char *text = json_string_value(name);
    if (!text)
        return fail_crs(p, "(no name)");
    if (strstr(text, "CRS84"))
        return geo_crs_from_epsg(4326, out, p->error);
    int epsg = epsg_of_name(text);
    return epsg ? geo_crs_from_epsg(epsg, out, p->error) : fail_crs(p, text);
}

static enum status fail_contradiction(int stated, int given, struct error *e)
{
    error_zh(e, "文件的crs成员写明EPSG:%d，指定的是EPSG:%d；请核对，并去掉其中一个。", stated, given);
    return error_fail(
        e, STATUS_INVALID_INPUT, "crs-conflict",
        "The file's crs member states EPSG:%d, and EPSG:%d was given; check, and drop one of them.", stated,
        given);
}

enum status parcel_geojson_crs(struct parsing *p, const json_t *root, struct geo_crs *out, bool *said)
{
    const json_t *member = json_object_get(root, "crs");
    struct geo_crs crs;
    bool by_member = member && !json_is_null(member);
    int given = p->context->epsg;
    *said = by_member || given;
    enum status s = by_member ? crs_from_member(p, member, &crs)
                              : geo_crs_from_epsg(given ? given : 4326, &crs, p->error);
    if (s != STATUS_OK)
        return s;
    if (by_member && given && crs.epsg != given)
        return fail_contradiction(crs.epsg, given, p->error);
    if (!by_member && !given)
        p->set.crs_note_en = "The file states no CRS; as GeoJSON it was read as longitude and latitude and "
                             "treated as CGCS2000.";
    else
        p->set.crs_note_en = parsing_printf(
            p, "The CRS %s: EPSG:%d (%s)%s.", by_member ? "in the file's crs member" : "that was given",
            crs.epsg, crs.name, crs.epsg == 4326 ? ", treated as CGCS2000" : "");
    if (!by_member && given)
        p->set.crs_note = parsing_printf(p, "坐标系按指定的EPSG:%d（%s）。", crs.epsg, crs.name);
    else if (!by_member)
        p->set.crs_note = "文件没有写坐标系，按GeoJSON标准读作经纬度（经度在前），视同2000国家大地坐标系。";
    else
        p->set.crs_note = parsing_printf(p, "坐标系按文件的crs成员：EPSG:%d（%s）%s。", crs.epsg, crs.name,
                                         crs.epsg == 4326 ? "，视同2000国家大地坐标系" : "");
    *out = crs;
    return STATUS_OK;
}

static enum status fail_swapped(double x, double y, struct error *e)
{
    error_zh(
        e, "坐标[%.7g, %.7g]像是纬度在前、经度在后；GeoJSON应为[经度, 纬度]。是否写反了？请对调后重新提交。",
        x, y);
    return error_fail(
        e, STATUS_INVALID_INPUT, "geojson-axis-order",
        "[%.7g, %.7g] looks like latitude first; GeoJSON is [longitude, latitude]. Are they swapped? Swap "
        "them and send it again.",
        x, y);
}

static enum status fail_projected(double x, double y, struct error *e)
{
    int zone = x >= 25e6 && x < 46e6 ? (int)(x / 1e6) : 0;
    bool prefixed = zone >= 25 && zone <= 45;
    char guess[32] = "EPSG:4513…4554";
    if (prefixed)
        snprintf(guess, sizeof guess, "EPSG:%d", 4513 + zone - 25);
    error_zh(e,
             "坐标[%.3f, %.3f]不是经纬度，像是以米为单位的投影坐标，但文件没有说明是哪一带；"
             "请转为经纬度，或在文件中加上crs成员写明带号（例如%s）。",
             x, y, guess);
    return error_fail(
        e, STATUS_INVALID_INPUT, "geojson-crs-missing",
        "[%.3f, %.3f] is not longitude and latitude but looks like projected metres, and the file does "
        "not say which zone; convert it, or add a crs member that names the zone (for example %s).",
        x, y, guess);
}

enum status parcel_geojson_check_point(const struct geo_crs *crs, bool said, double x, double y,
                                       struct error *e)
{
    if (crs->kind != GEO_CRS_GEOGRAPHIC || (fabs(x) <= 180 && fabs(y) <= 90))
        return STATUS_OK; /* a zone's own limits are geo/crs.h's business */
    if (fabs(x) <= 90 && fabs(y) <= 180)
        return fail_swapped(x, y, e);
    if (!said && fabs(x) > 180)
        return fail_projected(x, y, e);
    error_zh(e, "坐标[%.7g, %.7g]超出经纬度的范围；文件写明的坐标系是EPSG:%d，应为[经度, 纬度]，以度为单位。",
             x, y, crs->epsg);
    return error_fail(e, STATUS_INVALID_INPUT, "geojson-out-of-range",
                      "[%.7g, %.7g] is out of range for longitude and latitude in degrees (EPSG:%d).", x, y,
                      crs->epsg);
}
