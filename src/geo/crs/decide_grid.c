/* Metres: the zone, from whatever names it. */
#include "geo/crs/decide_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Eastings of 13 to 15 million are those of Web Mercator between 117 and 135 degrees, too. */
enum { LAST_MERCATOR_PREFIX = 15 };

static enum status fail_odd(const struct crs_question *q, struct error *e)
{
    error_zh(e,
             "坐标（第1列%.10g至%.10g，第2列%.10g至%.10g）不像同一种坐标；应为经纬度（度），或X(北)7位、Y(东)"
             "6位或带带号8位"
             "（米）。请核对位数、加常数和列的顺序。",
             q->min_a, q->max_a, q->min_b, q->max_b);
    return error_fail(
        e, STATUS_INVALID_INPUT, "coords-odd",
        "The coordinates (%.10g to %.10g and %.10g to %.10g) are not of one kind; give longitude and "
        "latitude in degrees, or X (north, 7 digits) and Y (east, 6 digits, or 8 with the zone) in "
        "metres; check digits, constants and the order of the columns.",
        q->min_a, q->max_a, q->min_b, q->max_b);
}

static enum status fail_mixed(int one, int other, struct error *e)
{
    error_zh(e, "东坐标的带号前缀不一致（%d与%d，0表示没有）；请分开提交，或改正。", one, other);
    return error_fail(
        e, STATUS_INVALID_INPUT, "zone-mixed",
        "The zone prefixes of the eastings differ (%d and %d; 0 is none); send them apart, or correct "
        "them.",
        one, other);
}

static enum status fail_zone(const struct crs_question *q, struct error *e)
{
    (void)q;
    error_zh(
        e, "缺少带号：东坐标是6位，没有带号前缀，也没有写带号，无法确定位置。是哪一带？请写明（如“带号37”），"
           "或用 --crs（网页、接口为crs参数）指定（如EPSG:4546，即三度带中央经线111°）。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "zone-missing",
        "The zone is missing: the eastings have 6 digits and no prefix, and no zone is written. Which zone "
        "is it? Write it (带号37), or give it with --crs (crs on the page and in the API), such as "
        "EPSG:4546, the 3-degree zone of 111 E.");
}

static enum status fail_prefix(int prefix, int zone, struct error *e)
{
    error_zh(e, "东坐标的带号前缀是%d，写明或指定的是第%d带，互相矛盾；请改正其中之一。", prefix, zone);
    return error_fail(
        e, STATUS_INVALID_INPUT, "zone-conflict",
        "The zone prefix of the eastings is %d, and zone %d is stated or given; correct one of them.", prefix,
        zone);
}

/* What is said of the zone, as a list. */
static void list_said(const struct crs_said *said, const struct crs_named *named, char zh[200], char en[200])
{
    size_t z = 0, n = 0;
    if (said->zone) {
        z += (size_t)snprintf(zh + z, 200 - z, "带号%d、", said->zone);
        n += (size_t)snprintf(en + n, 200 - n, "zone %d, ", said->zone);
    }
    if (said->width_deg) {
        z += (size_t)snprintf(zh + z, 200 - z, "%d度分带、", said->width_deg);
        n += (size_t)snprintf(en + n, 200 - n, "%d-degree zones, ", said->width_deg);
    }
    if (said->meridian_deg) {
        z += (size_t)snprintf(zh + z, 200 - z, "中央经线%g°、", said->meridian_deg);
        n += (size_t)snprintf(en + n, 200 - n, "central meridian %g, ", said->meridian_deg);
    }
    if (named->epsg) {
        z += (size_t)snprintf(zh + z, 200 - z, "坐标系EPSG:%d（第%d带）、", named->epsg, named->crs.zone);
        n += (size_t)snprintf(en + n, 200 - n, "EPSG:%d (zone %d), ", named->epsg, named->crs.zone);
    }
    zh[z > strlen("、") ? z - strlen("、") : 0] = '\0';
    en[n > strlen(", ") ? n - strlen(", ") : 0] = '\0';
}

static enum status fail_said(const struct crs_said *said, const struct crs_named *named, struct error *e)
{
    char zh[200] = "", en[200] = "";
    list_said(said, named, zh, en);
    error_zh(e, "写明或指定的%s互相矛盾，无法确定位置（带号25–45是三度带，13–23是六度带）；请改正。", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "zone-conflict",
                      "What is stated or given contradicts itself: %s (zones 25-45 are 3-degree, 13-23 "
                      "6-degree); correct it.",
                      en);
}

static enum status fail_width(const struct crs_said *said, const struct geo_crs *crs, struct error *e)
{
    error_zh(
        e,
        "写明的是%d度分带，而第%d带是%d度带（带号25–45是三度带，13–23是六度带），互相矛盾；请改正其中之一。",
        said->width_deg, crs->zone, crs->zone_width_deg);
    return error_fail(
        e, STATUS_INVALID_INPUT, "zone-conflict",
        "%d-degree zones are stated, and zone %d is a %d-degree zone (25-45 are 3-degree, 13-23 6-degree "
        "zones); correct one of them.",
        said->width_deg, crs->zone, crs->zone_width_deg);
}

/* The zone that words name, by its number or by its meridian: those of 111 (zones 37 and 19) are the same
 * projection. */
static enum status zone_said(const struct crs_said *said, const struct crs_named *named, int *out,
                             struct error *e)
{
    double meridian = said->zone ? crs_zone_meridian(said->zone) : said->meridian_deg;
    int zone = said->zone ? said->zone : (int)(said->meridian_deg / 3);
    if (!said->zone && said->width_deg == 6 && fmod(meridian, 6) == 3)
        zone = (int)((meridian + 3) / 6);
    bool fits = !meridian || ((!said->meridian_deg || said->meridian_deg == meridian) &&
                              (!named->epsg || named->crs.central_meridian_deg == meridian));
    int width = zone ? geo_crs_zone_width_deg(zone) : named->epsg ? named->crs.zone_width_deg : 0;
    fits = fits && (!said->width_deg || !width || said->width_deg == width);
    *out = zone;
    return fits ? STATUS_OK : fail_said(said, named, e);
}

/* Which column is north. Where the format has an order and a CRS is named, the zone's own limits judge
 * each point. */
static enum status find_axes(const struct crs_question *q, const struct crs_named *named, bool *north_first,
                             struct error *e)
{
    bool north = crs_both(q->min_a, q->max_a, CRS_KIND_NORTH) && crs_both(q->min_b, q->max_b, CRS_KIND_EAST);
    bool east = crs_both(q->min_a, q->max_a, CRS_KIND_EAST) && crs_both(q->min_b, q->max_b, CRS_KIND_NORTH);
    *north_first = north;
    switch (q->axes) {
    case CRS_AXES_X_FIRST:
        *north_first = false;
        return east || named->epsg ? STATUS_OK : crs_fail_missing(q, e);
    case CRS_AXES_EITHER:
        return north || east ? STATUS_OK : fail_odd(q, e);
    case CRS_AXES_NORTH_FIRST:
        return north ? STATUS_OK : fail_odd(q, e);
    case CRS_AXES_EAST_FIRST:
        break;
    }
    return east ? STATUS_OK : fail_odd(q, e);
}

static enum status find_prefix(const struct crs_question *q, const struct crs_named *named, bool north_first,
                               int *prefix, struct error *e)
{
    double min = north_first ? q->min_b : q->min_a, max = north_first ? q->max_b : q->max_a;
    bool exact = q->axes == CRS_AXES_X_FIRST && named->epsg && named->by != CRS_BY_GIVEN;
    *prefix = exact ? named->crs.zone_prefix ? named->crs.zone : 0 : crs_zone_prefix(min);
    return exact || crs_zone_prefix(min) == crs_zone_prefix(max)
               ? STATUS_OK
               : fail_mixed(crs_zone_prefix(min), crs_zone_prefix(max), e);
}

void crs_note_grid(const struct crs_question *q, struct crs_decision *d)
{
    const struct geo_crs *c = &d->crs;
    const char *datum_zh = c->shift.given     ? c->name
                           : d->datum_assumed ? "按2000国家大地坐标系读取"
                                              : "2000国家大地坐标系";
    const char *datum_en = c->shift.given ? c->name : d->datum_assumed ? "Read as CGCS2000" : "CGCS2000";
    const char *by_zh = d->by != CRS_BY_WORDS  ? crs_by_zh(d->by)
                        : q->said.zone         ? "文中所写的带号"
                        : q->said.meridian_deg ? "文中所写的中央经线"
                                               : "文中所写的坐标系";
    snprintf(d->note_zh, sizeof d->note_zh,
             "%s，%d度带第%d带（中央经线%g°，EPSG:%d），带号由%s得出，%s在前。", datum_zh, c->zone_width_deg,
             c->zone, c->central_meridian_deg, c->epsg, by_zh, d->first_is_north ? "X(北)" : "Y(东)");
    snprintf(d->note_en, sizeof d->note_en,
             "%s, %d-degree zone %d (central meridian %g, EPSG:%d); the zone is from %s; %s first.", datum_en,
             c->zone_width_deg, c->zone, c->central_meridian_deg, c->epsg, crs_by_en(d->by),
             d->first_is_north ? "X (north)" : "Y (east)");
}

/* The zone, when nothing names it and the eastings carry none. */
static enum status ask_unit(const struct crs_question *q, struct crs_decision *d, struct error *e)
{
    int epsg = 0;
    if (!q->zone_by_unit)
        return fail_zone(q, e);
    enum status s = q->zone_by_unit(q->self, &epsg, e);
    d->by = CRS_BY_UNIT;
    return s == STATUS_OK ? geo_crs_from_epsg(epsg, &d->crs, e) : s;
}

static enum status settle_zone(const struct crs_question *q, const struct crs_named *named, int said,
                               int prefix, struct crs_decision *d, struct error *e)
{
    int zone = named->epsg ? named->crs.zone : said ? said : prefix;
    if (prefix && zone != prefix)
        return fail_prefix(prefix, zone, e);
    d->by = named->epsg ? named->by : said ? CRS_BY_WORDS : CRS_BY_PREFIX;
    if (zone == 0)
        return ask_unit(q, d, e);
    if (d->by == CRS_BY_PREFIX && q->axes == CRS_AXES_X_FIRST && prefix < LAST_MERCATOR_PREFIX)
        return crs_fail_missing(q, e);
    if (named->epsg && named->crs.zone_prefix == (prefix != 0)) {
        d->crs = named->crs;
        return STATUS_OK;
    }
    if (named->epsg && named->crs.shift.given) { /* an older datum's zone in its other writing */
        int epsg = geo_crs_old_epsg(geo_crs_is_beijing_1954(named->epsg), named->crs.zone_width_deg, zone,
                                    prefix != 0);
        return geo_crs_from_epsg_shifted(epsg, &q->shift, &d->crs, e);
    }
    return geo_crs_from_zone(geo_crs_zone_width_deg(zone), zone, prefix != 0, &d->crs, e);
}

enum status crs_decide_grid(const struct crs_question *q, const struct crs_named *named,
                            struct crs_decision *out, struct error *e)
{
    struct crs_decision d = {.by = CRS_BY_FORMAT};
    int prefix = 0, said = 0;
    enum status s = find_axes(q, named, &d.first_is_north, e);
    if (s == STATUS_OK && named->epsg && named->crs.kind != GEO_CRS_GAUSS_KRUGER)
        s = crs_fail_conflict(named, "是以米为单位的投影坐标", "are metres", e);
    if (s == STATUS_OK)
        s = find_prefix(q, named, d.first_is_north, &prefix, e);
    if (s == STATUS_OK)
        s = zone_said(&q->said, named, &said, e);
    if (s == STATUS_OK)
        s = settle_zone(q, named, said, prefix, &d, e);
    if (s == STATUS_OK && q->said.width_deg && q->said.width_deg != d.crs.zone_width_deg)
        s = fail_width(&q->said, &d.crs, e);
    if (s != STATUS_OK)
        return s;
    d.datum_assumed = !named->epsg && q->said.datum == CRS_DATUM_UNSAID;
    crs_note_grid(q, &d);
    *out = d;
    return STATUS_OK;
}
