#include "geo/crs/stated.h"

#include "geo/crs/convert_parts.h"
#include "geo/crs/datum_words.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SURE_ENOUGH_PERCENT = 90, TEXT_MAX_BYTES = 1 << 20 };

/* ---- names that are codes ---- */

static int digits_at_end(const char *s)
{
    size_t n = strcspn(s, "+"), from = n; /* EPSG:4490+5737: heights do not matter */
    while (from > 0 && isdigit((unsigned char)s[from - 1]))
        from--;
    return n > from && n - from <= 6 ? atoi(s + from) : 0;
}

/* "EPSG:4490", "urn:ogc:def:crs:EPSG::4490", "http://www.opengis.net/def/crs/EPSG/0/4490", "…CRS84"; 0 for
 * anything else. */
static int code_of_name(const char *name)
{
    const char *epsg = strcasestr(name, "EPSG");
    if (strchr(name, '[') || strchr(name, '{'))
        return 0;
    if (strstr(name, "CRS84"))
        return 4326; /* longitude first, as we read it anyway */
    return epsg ? digits_at_end(epsg) : 0;
}

static bool says_nothing(const char *text)
{
    static const char *const words[] = {"",
                                        "unknown",
                                        "undefined",
                                        "unnamed",
                                        "none",
                                        "null",
                                        "not defined",
                                        "unspecified",
                                        "Undefined SRS",
                                        "Unknown engineering datum",
                                        "Undefined Cartesian SRS",
                                        "Undefined geographic SRS",
                                        NULL};
    for (const char *const *w = words; *w; w++)
        if (strcasecmp(text, *w) == 0)
            return true;
    return false;
}

/* Texts that PROJ may see. Its own readers take names of files, pipelines and grids, too. */
static bool is_definition(const char *text)
{
    static const char *const keywords[] = {"GEOGCS[",       "PROJCS[",      "COMPD_CS[",    "GEOCCS[",
                                           "LOCAL_CS[",     "GEOGCRS[",     "GEODCRS[",     "PROJCRS[",
                                           "BOUNDCRS[",     "COMPOUNDCRS[", "ENGCRS[",      "GEOGRAPHICCRS[",
                                           "PROJECTEDCRS[", "GEODETICCRS[", "BASEGEOGCRS[", NULL};
    for (const char *const *k = keywords; *k; k++)
        if (strncasecmp(text, *k, strlen(*k)) == 0)
            return true;
    return *text == '{' || (strncmp(text, "+proj=", 6) == 0 && !strstr(text, "+step"));
}

/* ---- what PROJ makes of a definition ---- */

/* With heights and without: the same for us. */
static int flat_code(int epsg)
{
    return epsg == 4480 ? 4490 : epsg == 4979 ? 4326 : epsg;
}

static int own_code(const PJ *crs)
{
    const char *authority = proj_get_id_auth_name(crs, 0), *code = proj_get_id_code(crs, 0);
    if (!authority || !code)
        return 0;
    if (strcmp(authority, "OGC") == 0 && strcmp(code, "CRS84") == 0)
        return 4326;
    return strcmp(authority, "EPSG") == 0 ? flat_code(atoi(code)) : 0;
}

/* Replaces *crs by what it stands on, when there is something. */
static bool step_down(PJ_CONTEXT *c, PJ **crs)
{
    PJ_TYPE type = proj_get_type(*crs);
    PJ *below = type == PJ_TYPE_COMPOUND_CRS ? proj_crs_get_sub_crs(c, *crs, 0)
                : type == PJ_TYPE_BOUND_CRS  ? proj_get_source_crs(c, *crs)
                                             : NULL;
    if (!below)
        return false;
    proj_destroy(*crs);
    *crs = below;
    return true;
}

static enum crs_datum datum_of_ellipsoid(PJ_CONTEXT *c, const PJ *crs)
{
    double a = 0, b, f;
    int computed;
    PJ *ellipsoid = proj_get_ellipsoid(c, crs);
    bool known = ellipsoid && proj_ellipsoid_get_parameters(c, ellipsoid, &a, &b, &computed, &f);
    proj_destroy(ellipsoid);
    return !known                           ? CRS_DATUM_UNSAID
           : fabs(a - 6378245) < 0.5        ? CRS_DATUM_BEIJING54
           : fabs(a - 6378140) < 0.5        ? CRS_DATUM_XIAN80
           : fabs(a - 6378137) > 0.5        ? CRS_DATUM_LOCAL
           : fabs(f - 298.257222101) < 1e-6 ? CRS_DATUM_CGCS2000
                                            : CRS_DATUM_WGS84;
}

/* By its parameters, as PROJ's database knows them: ESRI's .prj names zones in its own way. */
static int matched_code(PJ_CONTEXT *c, const PJ *crs)
{
    int *confidence = NULL, epsg = 0;
    PJ_OBJ_LIST *list = proj_identify(c, crs, "EPSG", NULL, &confidence);
    for (int i = 0; list && i < proj_list_get_count(list) && !epsg; i++) {
        PJ *match = confidence[i] >= SURE_ENOUGH_PERCENT ? proj_list_get(c, list, i) : NULL;
        epsg = match ? own_code(match) : 0;
        proj_destroy(match);
    }
    proj_list_destroy(list);
    proj_int_list_destroy(confidence);
    return epsg;
}

static bool parameter(PJ_CONTEXT *c, const PJ *conversion, const char *name, double *out)
{
    int i = proj_coordoperation_get_param_index(c, conversion, name);
    return i >= 0 && proj_coordoperation_get_param(c, conversion, i, NULL, NULL, NULL, out, NULL, NULL, NULL,
                                                   NULL, NULL, NULL);
}

struct gauss {
    int width_deg, zone;
    bool prefix;
};

/* A transverse Mercator with the parameters of a zone. What lies on 111 degrees is counted as a 3-degree
 * zone, unless the prefix is that of the 6-degree zone: without one the two are the same projection. */
static bool gauss_zone(PJ_CONTEXT *c, const PJ *crs, struct gauss *out)
{
    const char *method = NULL;
    double meridian = NAN, east = NAN, north = NAN, scale = NAN, lat = NAN;
    PJ *conversion = proj_crs_get_coordoperation(c, crs);
    bool ok = conversion && proj_coordoperation_get_method_info(c, conversion, &method, NULL, NULL) &&
              method && strcmp(method, "Transverse Mercator") == 0 &&
              parameter(c, conversion, "Longitude of natural origin", &meridian) &&
              parameter(c, conversion, "False easting", &east) &&
              parameter(c, conversion, "False northing", &north) &&
              parameter(c, conversion, "Scale factor at natural origin", &scale) &&
              parameter(c, conversion, "Latitude of natural origin", &lat);
    proj_destroy(conversion);
    if (!ok || north != 0 || scale != 1 || lat != 0 || fmod(east, 1e6) != 500000)
        return false;
    int prefix = (int)(east / 1e6);
    bool six = prefix >= 13 && prefix <= 23 && meridian == crs_zone_meridian(prefix);
    bool three =
        meridian >= 75 && meridian <= 135 && fmod(meridian, 3) == 0 && (!prefix || prefix == meridian / 3);
    *out = (struct gauss){six ? 6 : 3, six ? prefix : (int)(meridian / 3), prefix != 0};
    return six || three;
}

static bool is_mercator(PJ_CONTEXT *c, const PJ *crs)
{
    const char *method = NULL;
    PJ *conversion = proj_crs_get_coordoperation(c, crs);
    bool ok = conversion && proj_coordoperation_get_method_info(c, conversion, &method, NULL, NULL) &&
              method && (strstr(method, "Mercator (") == method || strstr(method, "Pseudo Mercator"));
    proj_destroy(conversion);
    return ok;
}

static bool is_geographic(const PJ *crs)
{
    PJ_TYPE type = proj_get_type(crs);
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS ||
           type == PJ_TYPE_GEODETIC_CRS;
}

/* ---- what it comes to ---- */

static const char *datum_name(enum crs_datum datum)
{
    return datum == CRS_DATUM_XIAN80 ? "1980西安" : "1954北京";
}

/* An older datum in no zone that has a code: even with parameters it could not be converted. */
static enum status refuse_old(const char *name, enum crs_datum datum, struct error *e)
{
    error_zh(
        e,
        "坐标系“%.60s”用的是%s坐标系的椭球，与2000国家大地坐标系相差可达上百米；请先用当地的转换参数转换。",
        name, datum_name(datum));
    return error_fail(
        e, STATUS_UNSUPPORTED, "crs-datum-refused",
        "The CRS \"%.60s\" is on the ellipsoid of %s, up to a hundred metres from CGCS2000; convert "
        "it with the local parameters first.",
        name, datum == CRS_DATUM_XIAN80 ? "Xi'an 1980" : "Beijing 1954");
}

static enum status old_code(PJ_CONTEXT *c, const PJ *crs, enum crs_datum datum, struct crs_stated *out,
                            struct error *e)
{
    struct gauss g;
    if (is_geographic(crs))
        out->epsg = datum == CRS_DATUM_XIAN80 ? 4610 : 4214;
    else if (gauss_zone(c, crs, &g))
        out->epsg = geo_crs_old_epsg(datum == CRS_DATUM_BEIJING54, g.width_deg, g.zone, g.prefix);
    return out->epsg ? STATUS_OK : refuse_old(out->name, datum, e);
}

/* The name of the CRS and of its datum: what is called GCJ-02 is a web map's, whatever the ellipsoid. */
static enum status refuse_named(PJ_CONTEXT *c, const PJ *crs, struct error *e)
{
    struct crs_said ignored = {.zone = 0};
    struct crs_datum_words d = {.now = CRS_DATUM_UNSAID};
    PJ *base = proj_crs_get_geodetic_crs(c, crs), *datum = base ? proj_crs_get_datum_forced(c, base) : NULL;
    const PJ *named[] = {crs, base, datum};
    enum status s = STATUS_OK;
    for (size_t i = 0; i < 3 && s == STATUS_OK; i++) {
        const char *name = named[i] ? proj_get_name(named[i]) : NULL;
        if (name && !crs_datum_words(name, CRS_TEXT_DATUM, &d))
            s = error_no_memory(e);
        else if (name && (d.now == CRS_DATUM_WEB_MAP || d.now == CRS_DATUM_LOCAL))
            s = crs_words(name, CRS_TEXT_DATUM, &ignored, NULL, e);
    }
    proj_destroy(datum);
    proj_destroy(base);
    return s;
}

static bool is_old(enum crs_datum datum)
{
    return datum == CRS_DATUM_XIAN80 || datum == CRS_DATUM_BEIJING54;
}

/* A zone of CGCS2000 that is spelled out without being in the database under that spelling. */
static int spelled_out(PJ_CONTEXT *c, const PJ *crs)
{
    struct gauss g;
    struct geo_crs zone;
    PJ *base = proj_crs_get_geodetic_crs(c, crs);
    int epsg = base ? own_code(base) : 0;
    if (base && !epsg)
        epsg = matched_code(c, base);
    proj_destroy(base);
    bool known = epsg == 4490 && gauss_zone(c, crs, &g) &&
                 geo_crs_from_zone(g.width_deg, g.zone, g.prefix, &zone, NULL) == STATUS_OK;
    return known ? zone.epsg : 0;
}

/* Degrees of a datum that is named, on its own ellipsoid and Greenwich, however the CRS itself is called:
 * MapInfo calls every one "unnamed". */
static int named_datum_code(PJ_CONTEXT *c, const PJ *crs, enum crs_datum ellipsoid)
{
    double meridian = NAN;
    PJ *datum = proj_crs_get_datum_forced(c, crs), *prime = proj_get_prime_meridian(c, crs);
    const char *name = datum ? proj_get_name(datum) : NULL;
    bool known =
        name && prime && proj_prime_meridian_get_parameters(c, prime, &meridian, NULL, NULL) && meridian == 0;
    bool wgs84 =
        known && ellipsoid == CRS_DATUM_WGS84 &&
        (strstr(name, "World Geodetic System 1984") || strstr(name, "WGS_1984") || strstr(name, "WGS 84"));
    bool cgcs = known && ellipsoid == CRS_DATUM_CGCS2000 && (strstr(name, "China") || strstr(name, "CGCS"));
    proj_destroy(prime);
    proj_destroy(datum);
    return wgs84 ? 4326 : cgcs ? 4490 : 0;
}

static enum status identify(PJ_CONTEXT *c, const PJ *crs, struct crs_stated *out, struct error *e)
{
    enum crs_datum ellipsoid = datum_of_ellipsoid(c, crs);
    enum status s = refuse_named(c, crs, e);
    if (s != STATUS_OK)
        return s;
    out->epsg = own_code(crs);
    if (out->epsg && !(is_old(ellipsoid) && !geo_crs_is_old_datum(out->epsg)))
        return STATUS_OK;
    out->by_match = true;
    out->epsg = 0;
    if (is_old(ellipsoid))
        return old_code(c, crs, ellipsoid, out, e);
    out->epsg = matched_code(c, crs);
    if (!out->epsg && is_geographic(crs))
        out->epsg = named_datum_code(c, crs, ellipsoid);
    if (!out->epsg && !is_geographic(crs))
        out->epsg = is_mercator(c, crs) ? 3857 : spelled_out(c, crs);
    return STATUS_OK;
}

/* A local grid without a datum: refused where its name says so, else as if nothing were stated. */
static enum status engineering(const char *name, struct error *e)
{
    struct crs_said ignored = {.zone = 0};
    return says_nothing(name) ? STATUS_OK : crs_words(name, CRS_TEXT_DATUM, &ignored, NULL, e);
}

static enum status of_definition(PJ_CONTEXT *c, const char *text, struct crs_stated *out, struct error *e)
{
    char typed[1024]; /* a PROJ string without it is an operation */
    bool proj4 = *text == '+' && !strstr(text, "+type=crs");
    snprintf(typed, sizeof typed, "%.1000s +type=crs", proj4 ? text : "");
    PJ *crs = proj_create(c, proj4 ? typed : text);
    if (!crs) {
        snprintf(out->name, sizeof out->name, "%.90s", text);
        return STATUS_OK;
    }
    while (step_down(c, &crs))
        ;
    const char *name = proj_get_name(crs);
    snprintf(out->name, sizeof out->name, "%.90s", name ? name : "");
    bool real = proj_is_crs(crs) && proj_get_type(crs) != PJ_TYPE_ENGINEERING_CRS;
    if (!real && says_nothing(out->name))
        out->name[0] = '\0';
    enum status s = real ? identify(c, crs, out, e) : engineering(out->name, e);
    proj_destroy(crs);
    return s;
}

/* A name without a definition: CGCS2000_3_Degree_GK_Zone_37, "CGCS2000 / 3-degree Gauss-Kruger CM 111E",
 * "WGS 84". */
static enum status of_name(const char *name, struct crs_stated *out, struct error *e)
{
    struct crs_said said = {.zone = 0};
    struct geo_crs crs;
    bool any;
    enum status s = crs_words(name, CRS_TEXT_DATUM, &said, &any, e);
    if (s != STATUS_OK || !any || said.datum == CRS_DATUM_UNSAID)
        return s;
    int zone = said.zone ? said.zone : (int)(said.meridian_deg / 3);
    out->by_match = true;
    if (!zone)
        out->epsg = said.datum == CRS_DATUM_WGS84 ? 4326 : 4490;
    else if (said.datum == CRS_DATUM_CGCS2000 &&
             geo_crs_from_zone(geo_crs_zone_width_deg(zone), zone, said.zone != 0, &crs, NULL) == STATUS_OK)
        out->epsg = crs.epsg;
    return STATUS_OK;
}

enum status crs_of_stated(struct geo_transformer *t, const char *text, struct crs_stated *out,
                          struct error *e)
{
    struct crs_stated found = {.epsg = 0};
    text = text ? text : "";
    text += strspn(text, " \t\r\n\xEF\xBB\xBF");
    if (strlen(text) > TEXT_MAX_BYTES) {
        error_zh(e, "文件写的坐标系定义过长；请改用EPSG代码。");
        return error_fail(e, STATUS_TOO_LARGE, "crs-too-long", "The CRS that the file states is too long.");
    }
    enum status s = STATUS_OK;
    snprintf(found.name, sizeof found.name, "%.90s", says_nothing(text) ? "" : text);
    found.epsg = code_of_name(text);
    if (!found.epsg && is_definition(text))
        s = of_definition(geo_transformer_context(t), text, &found, e);
    else if (!found.epsg && !says_nothing(text))
        s = of_name(text, &found, e);
    if (s == STATUS_OK)
        *out = found;
    return s;
}
