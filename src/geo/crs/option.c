/* --crs and its brothers. */
#include "geo/crs/decide.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum status fail_option(const char *text, struct error *e)
{
    error_zh(e,
             "坐标系“%.40s”应写成EPSG代码，如EPSG:4490，或三度带第37带EPSG:4525（东坐标带前缀）、EPSG:"
             "4546（不带）；"
             "也可写“CGCS2000 3度带37带”。",
             text);
    return error_fail(
        e, STATUS_INVALID_INPUT, "crs-option",
        "The CRS \"%.40s\" should be an EPSG code: EPSG:4490, or for the 3-degree zone 37 EPSG:4525 "
        "(with prefix) or EPSG:4546 (without); or words such as \"CGCS2000 3度带37带\".",
        text);
}

/* "CGCS2000 3度带37带", "2000国家大地坐标系 中央经线111", "CGCS2000". A zone in words leaves the prefix to
 * the eastings. */
static enum status of_words(const char *text, int *epsg, struct error *e)
{
    struct crs_said said = {.zone = 0};
    struct geo_crs crs;
    enum status s = crs_words(text, CRS_TEXT_DATUM, &said, NULL, e);
    if (s != STATUS_OK)
        return s;
    int zone = said.zone ? said.zone : (int)(said.meridian_deg / 3);
    bool fits = (!said.width_deg || said.width_deg == geo_crs_zone_width_deg(zone)) &&
                (!said.meridian_deg || crs_zone_meridian(zone) == said.meridian_deg);
    if (!said.datum || said.epsg || (zone && !fits) || (!zone && said.width_deg))
        return fail_option(text, e);
    if (zone)
        s = geo_crs_from_zone(geo_crs_zone_width_deg(zone), zone, false, &crs, e);
    *epsg = zone ? crs.epsg : said.datum == CRS_DATUM_WGS84 ? 4326 : 4490;
    return s;
}

enum status crs_of_option(const char *text, bool old_datums, int *epsg, struct error *e)
{
    int found = 0;
    struct geo_crs crs;
    enum status s = STATUS_OK;
    if (text && *text) {
        const char *digits = strncasecmp(text, "EPSG:", 5) == 0 ? text + 5 : text;
        size_t n = strspn(digits, "0123456789");
        if (n > 0 && n < 7 && digits[n] == '\0')
            found = atoi(digits);
        else
            s = of_words(text, &found, e);
        if (s == STATUS_OK && !(old_datums && geo_crs_is_old_datum(found)))
            s = geo_crs_from_epsg(found, &crs, e);
    }
    if (s == STATUS_OK)
        *epsg = found;
    return s;
}
