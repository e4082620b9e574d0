#include "geo/crs/words.h"

#include "geo/crs.h"
#include "geo/crs/datum_words.h"
#include "geo/crs/value.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_any(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(s, *words))
            return true;
    return false;
}

static enum status fail_datum(enum crs_datum datum, struct error *e)
{
    switch (datum) {
    case CRS_DATUM_XIAN80:
    case CRS_DATUM_BEIJING54:
        error_zh(e, "坐标系是1980西安或1954北京坐标系，与2000国家大地坐标系相差可达上百米；"
                    "请先用当地的转换参数转为2000国家大地坐标系。");
        return error_fail(e, STATUS_UNSUPPORTED, "datum-refused",
                          "the datum is Xi'an 1980 or Beijing 1954, up to a hundred metres from CGCS2000; "
                          "convert it with the local parameters first.");
    case CRS_DATUM_WEB_MAP:
        error_zh(e, "坐标来自网络地图（GCJ-02、BD-09等），有数百米的偏移；请提供2000国家大地坐标系的坐标。");
        return error_fail(e, STATUS_UNSUPPORTED, "web-map-refused",
                          "the coordinates are from a web map (GCJ-02, BD-09 or the like), which moves "
                          "places by hundreds of metres; send them in CGCS2000.");
    case CRS_DATUM_LOCAL:
    case CRS_DATUM_UNSAID:
    case CRS_DATUM_CGCS2000:
    case CRS_DATUM_WGS84:
        break;
    }
    error_zh(e, "坐标系是地方或独立坐标系；请先转换为2000国家大地坐标系。");
    return error_fail(e, STATUS_UNSUPPORTED, "local-system-refused",
                      "the coordinates are in a local system; convert them to CGCS2000 first.");
}

static enum status fail_packed(struct error *e)
{
    error_zh(e, "坐标写成“度.分秒”的形式，会与十进制度混淆；请写成107°23′42.5″或107-23-42.5，"
                "或换算为十进制度。");
    return error_fail(e, STATUS_UNSUPPORTED, "dms-packed",
                      "the coordinates are written as degrees.minutes-seconds, which look like decimal "
                      "degrees; write 107°23′42.5″ or 107-23-42.5, or convert them to decimal degrees.");
}

static enum status fail_said(double one, double other, struct error *e)
{
    error_zh(e, "这里写的%g与前面（或同一行）写的%g矛盾；请改正，或把不同坐标系的点分开提交。", other, one);
    return error_fail(e, STATUS_INVALID_INPUT, "crs-said-twice",
                      "%g contradicts the %g before it; correct it, or send points of different systems "
                      "apart.",
                      other, one);
}

static bool zone_known(long v)
{
    return (v >= 13 && v <= 23) || (v >= 25 && v <= 45);
}

double crs_zone_meridian(int zone)
{
    return zone >= 25 ? zone * 3.0 : zone * 6.0 - 3;
}

static enum status say_zone(struct crs_said *said, long zone, struct error *e)
{
    if (!zone_known(zone)) {
        error_zh(e,
                 "带号应为25–45（三度带）或13–23（六度带），写的是%ld；如果写的是中央经线（如111），"
                 "请改为带号（如37）。",
                 zone);
        return error_fail(e, STATUS_INVALID_INPUT, "zone-unknown",
                          "a zone is 25-45 (3-degree) or 13-23 (6-degree), not %ld; if this is a central "
                          "meridian (such as 111), write the zone (37).",
                          zone);
    }
    if (said->zone && said->zone != zone)
        return fail_said(said->zone, (double)zone, e);
    said->zone = (int)zone;
    return STATUS_OK;
}

static enum status say_meridian(struct crs_said *said, double degrees, struct error *e)
{
    if (degrees < 75 || degrees > 135 || fmod(degrees, 3) != 0) {
        error_zh(e, "中央经线%.6g°不是国家标准分带的中央经线；请写明带号（如带号37），地方坐标系请先转换。",
                 degrees);
        return error_fail(e, STATUS_INVALID_INPUT, "meridian-unknown",
                          "the central meridian %.6g is none of the standard zones; write the zone "
                          "(带号37), or convert local systems first.",
                          degrees);
    }
    if (said->meridian_deg && said->meridian_deg != degrees)
        return fail_said(said->meridian_deg, degrees, e);
    said->meridian_deg = degrees;
    return STATUS_OK;
}

static enum status say_width(struct crs_said *said, int width_deg, struct error *e)
{
    if (said->width_deg && width_deg != said->width_deg)
        return fail_said(said->width_deg, width_deg, e);
    said->width_deg = width_deg;
    return STATUS_OK;
}

static enum status say_epsg(struct crs_said *said, int epsg, struct error *e)
{
    if (said->epsg && said->epsg != epsg)
        return fail_said(said->epsg, epsg, e);
    said->epsg = epsg;
    return STATUS_OK;
}

/* Does the text before `at` end in one of the words, but for blanks, colons and the like? */
static bool behind_word(const char *text, const char *at, const char *const *words)
{
    static const char *const fillers[] = {" ", ":", "=", "_", "第", "为", "是", NULL};
    for (bool again = true; again;) {
        again = false;
        for (const char *const *f = fillers; *f; f++) {
            size_t n = strlen(*f);
            if ((size_t)(at - text) >= n && memcmp(at - n, *f, n) == 0) {
                at -= n;
                again = true;
            }
        }
    }
    for (; *words; words++) {
        size_t n = strlen(*words);
        if ((size_t)(at - text) >= n && strncasecmp(at - n, *words, n) == 0)
            return true;
    }
    return false;
}

/* "37带", "37号带": but no 带状公园, and no 37 of something else. */
static bool before_zone_word(const char *after)
{
    after += strspn(after, " ");
    if (strncmp(after, "号", strlen("号")) == 0)
        after += strlen("号");
    if (strncmp(after, "带", strlen("带")) != 0)
        return false;
    after += strlen("带");
    return strncmp(after, "状", strlen("状")) != 0 && strncmp(after, "动", strlen("动")) != 0;
}

/* "带号36,37" */
static bool another_zone(const char *after, long *zone)
{
    static const char *const joints[] = {",", "、", "/", "-", "~", " ", "和", "及", "至", NULL};
    size_t n = 0;
    for (const char *const *j = joints; *j && !n; j++)
        n = strncmp(after, *j, strlen(*j)) == 0 ? strlen(*j) : 0;
    if (!n || !isdigit((unsigned char)after[n]))
        return false;
    char *end;
    *zone = strtol(after + n, &end, 10);
    return zone_known(*zone) && *end != '.' && !isdigit((unsigned char)*end);
}

static enum status read_zones(const char *s, struct crs_said *said, bool *any, struct error *e)
{
    static const char *const words[] = {"带号", "zone", NULL};
    enum status status = STATUS_OK;
    for (const char *at = s; *at && status == STATUS_OK;) {
        if (!isdigit((unsigned char)*at)) {
            at++;
            continue;
        }
        char *end;
        long v = strtol(at, &end, 10), other;
        bool named = behind_word(s, at, words), counted = before_zone_word(end) && zone_known(v);
        if ((named || counted) && *end != '.' && (at == s || at[-1] != '.')) {
            *any = true;
            status = say_zone(said, v, e);
            if (status == STATUS_OK && named && another_zone(end, &other))
                status = say_zone(said, other, e);
        }
        at = end;
    }
    return status;
}

static enum status read_meridian(const char *folded, struct crs_said *said, bool *any, struct error *e)
{
    static const char *const words[] = {"中央经线", "中央子午线", "中央E", "CM_", "CM ", "L0", NULL};
    enum status s = STATUS_OK;
    for (const char *const *w = words; *w && s == STATUS_OK; w++) {
        const char *at = strcasestr(folded, *w);
        struct crs_value v;
        if (!at)
            continue;
        at += strlen(*w);
        if (strcmp(*w, "L0") == 0 && *at != '=' && *at != ':')
            continue;
        at += strspn(at, " :=_");
        for (const char *word = "为"; strncmp(at, word, strlen(word)) == 0;)
            at += strlen(word);
        if (!crs_value_read(&at, &v))
            continue;
        *any = true;
        s = say_meridian(said, v.value, e);
    }
    return s;
}

static enum status read_epsg(const char *s, struct crs_said *said, bool *any, struct error *e)
{
    const char *at = strcasestr(s, "EPSG");
    at = at ? at + 4 + strspn(at + 4, ": =") : "";
    if (!isdigit((unsigned char)*at))
        return STATUS_OK;
    *any = true;
    return say_epsg(said, (int)strtol(at, NULL, 10), e);
}

/* "三度带" beside zone 19 is a mistake somewhere. */
static enum status read_width(const char *s, struct crs_said *said, struct error *e)
{
    static const char *const three[] = {"三度带",   "3度带",    "3°带",     "3度分带", "三度分带",
                                        "3-degree", "3_degree", "3 degree", NULL};
    static const char *const six[] = {"六度带",   "6度带",    "6°带",     "6度分带", "六度分带",
                                      "6-degree", "6_degree", "6 degree", NULL};
    int width = has_any(s, three) ? 3 : has_any(s, six) ? 6 : 0;
    return width ? say_width(said, width, e) : STATUS_OK;
}

/* "十进制度", "单位：度", "经度(°)" */
static bool says_decimal(const char *s)
{
    static const char *const words[] = {"十进制", "decimal", "单位:度", "单位为度", "(度)",
                                        "(°)",    "[度]",    "[°]",     NULL};
    return has_any(s, words);
}

static enum status read_datum(const char *text, enum crs_text kind, struct crs_said *said, bool *any,
                              struct error *e)
{
    struct crs_datum_words d;
    if (!crs_datum_words(text, kind, &d))
        return error_no_memory(e);
    if (d.now == CRS_DATUM_UNSAID && d.before == CRS_DATUM_UNSAID)
        return STATUS_OK;
    *any = true;
    if (d.now == CRS_DATUM_UNSAID) {
        said->converted_from = d.before;
        return STATUS_OK;
    }
    if (d.now != CRS_DATUM_CGCS2000 && d.now != CRS_DATUM_WGS84)
        return fail_datum(d.now, e);
    said->datum = said->datum == CRS_DATUM_CGCS2000 ? said->datum : d.now;
    return STATUS_OK;
}

enum status crs_words(const char *text, enum crs_text kind, struct crs_said *said, bool *any, struct error *e)
{
    static const char *const packed[] = {"度.分秒", "d.mmss", "dmmss", "dd.mmss", NULL};
    char *plain = strdup(text), *folded = strdup(text);
    struct crs_said next = *said;
    bool something = false;
    enum status s = plain && folded ? STATUS_OK : error_no_memory(e);
    if (s == STATUS_OK) {
        crs_fold(plain);
        crs_fold_signs(folded);
        s = has_any(plain, packed) ? fail_packed(e) : read_datum(plain, kind, &next, &something, e);
    }
    if (s == STATUS_OK)
        s = read_epsg(plain, &next, &something, e);
    if (s == STATUS_OK)
        s = read_zones(plain, &next, &something, e);
    if (s == STATUS_OK)
        s = read_meridian(folded, &next, &something, e);
    if (s == STATUS_OK)
        s = read_width(plain, &next, e);
    if (s == STATUS_OK) {
        next.decimal_degrees = next.decimal_degrees || says_decimal(plain);
        something = something || next.decimal_degrees != said->decimal_degrees;
        *said = next;
        if (any)
            *any = something;
    }
    free(plain);
    free(folded);
    return s;
}

/* ---- pairs of a key and a value ---- */

static bool is_one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(s, *words) == 0)
            return true;
    return false;
}

static bool begins(const char *s, const char *word)
{
    return strncmp(s, word, strlen(word)) == 0;
}

enum crs_key crs_key_of(const char *key)
{
    static const char *const datum[] = {"大地基准",
                                        "坐标基准",
                                        "空间参考",
                                        "参考系",
                                        "空间参考系",
                                        "zbx",
                                        "zbxt",
                                        "crs",
                                        "srs",
                                        "datum",
                                        "ovcoordtype",
                                        "coordsys",
                                        "coordtype",
                                        "coord_type",
                                        "coordinate_system",
                                        "spatial_reference",
                                        NULL};
    static const char *const epsg[] = {"epsg", "srid", "wkid", NULL};
    static const char *const zone[] = {"带号", "投影带", "投影带号", "分带号", "dh", NULL};
    static const char *const width[] = {"几度分带", "分带", "度带", NULL};
    static const char *const names[] = {"名称", "单位", "用途",   "地址", "坐落", "位置", "编号",
                                        "日期", "电话", "联系人", "项目", "用地", "name", NULL};
    if (begins(key, "坐标系") || is_one_of(key, datum))
        return CRS_KEY_DATUM;
    if (is_one_of(key, epsg))
        return CRS_KEY_EPSG;
    if (is_one_of(key, zone) && strcasecmp(key, "dh") != 0) /* DH is a point's number (点号) as well */
        return CRS_KEY_ZONE;
    if (is_one_of(key, width))
        return CRS_KEY_WIDTH;
    if (begins(key, "中央经线") || begins(key, "中央子午线") || begins(key, "中央经度"))
        return CRS_KEY_MERIDIAN;
    return has_any(key, names) ? CRS_KEY_NAME : CRS_KEY_OTHER;
}

/* The last number in a text such as "37", "37带" or "3度带第37带"; NAN when there is none. */
static double last_number(const char *s)
{
    double value = NAN;
    while (*s) {
        if (isdigit((unsigned char)*s)) {
            char *end;
            value = strtod(s, &end);
            s = end;
        } else {
            s++;
        }
    }
    return value;
}

static enum status zone_value(const char *value, struct crs_said *said, struct error *e)
{
    double zone = last_number(value);
    if (isnan(zone))
        return STATUS_OK;
    return say_zone(said, zone == floor(zone) && zone < 1e6 ? (long)zone : -1, e);
}

static enum status width_value(const char *value, struct crs_said *said, struct error *e)
{
    double width = strtod(value, NULL);
    if (*value == '\0')
        return STATUS_OK;
    if (strstr(value, "三") || width == 3)
        return say_width(said, 3, e);
    if (strstr(value, "六") || width == 6)
        return say_width(said, 6, e);
    error_zh(e, "几度分带只接受3或6；其他分带（如1.5度）请先转换。");
    return error_fail(e, STATUS_UNSUPPORTED, "zone-width",
                      "几度分带 (zone width) can be 3 or 6; convert others (such as 1.5 degrees) first.");
}

static enum status meridian_value(char *folded, struct crs_said *said, struct error *e)
{
    struct crs_value v;
    const char *at = folded;
    crs_fold_signs(folded);
    while (*at && !isdigit((unsigned char)*at))
        at++;
    if (*at == '\0')
        return STATUS_OK;
    if (crs_value_read(&at, &v))
        return say_meridian(said, v.value, e);
    error_zh(e, "看不懂中央经线“%.40s”；请写成108或108°00′00″。", folded);
    return error_fail(e, STATUS_INVALID_INPUT, "meridian-unknown",
                      "the central meridian \"%.40s\" is not understood; write 108 or 108°00′00″.", folded);
}

static enum status datum_value(const char *value, struct crs_said *said, struct error *e)
{
    size_t digits = strspn(value, "0123456789");
    bool code = digits >= 4 && digits <= 6 && value[digits] == '\0' && strcmp(value, "2000") != 0 &&
                strcmp(value, "1980") != 0 && strcmp(value, "1954") != 0; /* 坐标系: 4546 */
    return code ? say_epsg(said, atoi(value), e) : crs_words(value, CRS_TEXT_DATUM, said, NULL, e);
}

static enum status epsg_value(const char *value, struct crs_said *said, struct error *e)
{
    size_t digits = strspn(value, "0123456789");
    if (digits >= 4 && digits <= 6 && value[digits] == '\0')
        return say_epsg(said, atoi(value), e);
    return crs_words(value, CRS_TEXT_DATUM, said, NULL, e);
}

enum status crs_words_of_key(enum crs_key key, const char *value, struct crs_said *said, struct error *e)
{
    struct crs_said next = *said;
    char *folded = strdup(value);
    enum status s = folded ? STATUS_OK : error_no_memory(e);
    if (s != STATUS_OK)
        return s;
    crs_fold(folded);
    switch (key) {
    case CRS_KEY_NAME:
        break;
    case CRS_KEY_OTHER:
        s = crs_words(folded, CRS_TEXT_REMARK, &next, NULL, e);
        break;
    case CRS_KEY_DATUM:
        s = datum_value(folded, &next, e);
        break;
    case CRS_KEY_EPSG:
        s = epsg_value(folded, &next, e);
        break;
    case CRS_KEY_ZONE:
        s = zone_value(folded, &next, e);
        break;
    case CRS_KEY_WIDTH:
        s = width_value(folded, &next, e);
        break;
    case CRS_KEY_MERIDIAN:
        s = meridian_value(folded, &next, e);
        break;
    }
    free(folded);
    if (s == STATUS_OK)
        *said = next;
    return s;
}

enum status crs_words_of_attribute(const char *key, const char *value, struct error *e)
{
    struct crs_said said = {.zone = 0};
    struct geo_crs crs;
    struct error why = {.status = STATUS_OK};
    enum crs_key about = crs_key_of(key);
    if (about != CRS_KEY_DATUM && about != CRS_KEY_EPSG)
        return STATUS_OK;
    enum status s = crs_words_of_key(about, value, &said, &why);
    if (s == STATUS_OK && (geo_crs_is_old_datum(said.epsg) || said.epsg == 3857 || said.epsg == 900913))
        s = geo_crs_from_epsg(said.epsg, &crs, &why);
    if (s != STATUS_UNSUPPORTED && s != STATUS_NO_MEMORY)
        return STATUS_OK;
    if (e)
        *e = why;
    return s;
}
