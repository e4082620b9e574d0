/* What headings, remarks and column names say of the coordinate system. Only words that can mean nothing else count: a "第38
 * 批次绿化带" names no zone, and a central meridian of 108°30′ is none of the standard zones. What contradicts what was said
 * before is refused: a later remark never moves the points above it. */
#include "parcel/coords.h"
#include "parcel/parcel_txt.h"

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

enum coords_refusal coords_words_refusal(const char *text)
{
    static const char *const old[] = {
        "西安80",     "西安1980",   "1980西安",   "80西安",     "西安八",      "西安坐标", "西安大地",
        "北京54",     "北京1954",   "1954北京",   "54北京",     "北京五",      "北京坐标", "北京大地",
        "80坐标",     "54坐标",     "80国家大地", "54国家大地", "1980国家",    "1954国家", "Xian80",
        "Xian_80",    "Xian 80",    "Xian1980",   "Xian_1980",  "Xian 1980",   "Xi'an",    "Beijing54",
        "Beijing_54", "Beijing 54", "Beijing_19", "Beijing 19", "Beijing1954", "BJ54",     "BJ_54",
        "BJZ54",      "XA80",       "XAZ80",      NULL};
    static const char *const local[] = {"独立坐标", "地方坐标", "城市坐标", "工程坐标",   "相对坐标",
                                        "任意坐标", "施工坐标", "假定坐标", "自定义坐标", "地方独立",
                                        "城市独立", "平面独立", NULL};
    static const char *const web[] = {"GCJ02",    "GCJ-02",   "GCJ_02",   "火星坐标", "BD09",
                                      "BD-09",    "BD_09",    "百度坐标", "百度地图", "高德坐标",
                                      "高德地图", "腾讯坐标", "腾讯地图", NULL};
    static const char *const packed[] = {"度.分秒", "d.mmss", "dmmss", NULL};
    bool converted = strstr(text, "转") && strstr(text, "2000"); /* what was done, not what is there */
    if (has_any(text, old))
        return converted ? COORDS_FINE : COORDS_OLD_DATUM;
    if (has_any(text, local))
        return converted ? COORDS_FINE : COORDS_LOCAL_SYSTEM;
    return has_any(text, web) ? COORDS_WEB_MAP : has_any(text, packed) ? COORDS_PACKED : COORDS_FINE;
}

static enum status fail_words(struct parsing *p, enum coords_refusal why, size_t line)
{
    static const struct {
        const char *code, *zh, *en;
    } told[] = {
        [COORDS_OLD_DATUM] =
            {"datum-refused",
             "坐标系是1980西安或1954北京坐标系，与2000国家大地坐标系相差可达上百米；请先转换。",
             "the datum is Xi'an 1980 or Beijing 1954, up to a hundred metres from CGCS2000; convert it "
             "first."},
        [COORDS_LOCAL_SYSTEM] = {"local-system-refused",
                                 "坐标系是地方或独立坐标系；请先转换为2000国家大地坐标系。",
                                 "the coordinates are in a local system; convert them to CGCS2000 first."},
        [COORDS_WEB_MAP] =
            {"web-map-refused",
             "坐标来自网络地图（GCJ-02、BD-09等），有数百米的偏移；请提供2000国家大地坐标系的坐标。",
             "the coordinates are from a web map (GCJ-02, BD-09 or the like), which moves places by hundreds "
             "of metres; "
             "send them in CGCS2000."},
        [COORDS_PACKED] = {"dms-packed",
                           "坐标写成“度.分秒”的形式，会与十进制度混淆；请写成107°23′42.5″或107-23-42.5，"
                           "或换算为十进制度。",
                           "the coordinates are written as degrees.minutes-seconds, which look like decimal "
                           "degrees; write "
                           "107°23′42.5″ or 107-23-42.5, or convert them to decimal degrees."},
    };
    error_zh(p->error, "第%zu行：%s", line, told[why].zh);
    return error_fail(p->error, STATUS_UNSUPPORTED, told[why].code, "Line %zu: %s", line, told[why].en);
}

static enum status fail_said(struct parsing *p, size_t line, double one, double other)
{
    error_zh(p->error,
             "第%zu行：这里写的%g与前面（或同一行）写的%g矛盾；请改正，或把不同坐标系的点分开提交。", line,
             other, one);
    return error_fail(p->error, STATUS_INVALID_INPUT, "crs-said-twice",
                      "Line %zu: %g contradicts the %g before it; correct it, or send points of different "
                      "systems apart.",
                      line, other, one);
}

static bool zone_known(long v)
{
    return (v >= 13 && v <= 23) || (v >= 25 && v <= 45);
}

double coords_zone_meridian(int zone)
{
    return zone >= 25 ? zone * 3.0 : zone * 6.0 - 3;
}

static enum status say_zone(struct parsing *p, struct coords *c, long zone, size_t line)
{
    if (!zone_known(zone)) {
        error_zh(p->error, "第%zu行：带号应为25–45（三度带）或13–23（六度带），写的是%ld；请改正。", line,
                 zone);
        return error_fail(p->error, STATUS_INVALID_INPUT, "zone-unknown",
                          "Line %zu: a zone is 25-45 (3-degree) or 13-23 (6-degree), not %ld; correct it.",
                          line, zone);
    }
    if (c->zone && c->zone != zone)
        return fail_said(p, line, c->zone, (double)zone);
    c->zone = (int)zone;
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

static enum status read_zones(struct parsing *p, struct coords *c, const char *s, size_t line, bool *said)
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
            *said = true;
            status = say_zone(p, c, v, line);
            if (status == STATUS_OK && named && another_zone(end, &other))
                status = say_zone(p, c, other, line);
        }
        at = end;
    }
    return status;
}

static enum status read_meridian(struct parsing *p, struct coords *c, char *folded, size_t line, bool *said)
{
    static const char *const words[] = {"中央经线", "中央子午线", "中央经度", "CM_", "CM ", "L0", NULL};
    for (const char *const *w = words; *w; w++) {
        const char *at = strcasestr(folded, *w);
        struct coord_value v;
        if (!at)
            continue;
        at += strlen(*w);
        at += strspn(at, " :=_");
        for (const char *word = "为"; strncmp(at, word, strlen(word)) == 0;)
            at += strlen(word);
        if (!coords_value(&at, &v))
            continue;
        *said = true;
        if (v.value < 75 || v.value > 135 || fmod(v.value, 3) != 0) {
            error_zh(p->error,
                     "第%zu行：中央经线%."
                     "6g°不是国家标准分带的中央经线；请写明带号（如带号37），地方坐标系请先转换。",
                     line, v.value);
            return error_fail(p->error, STATUS_INVALID_INPUT, "meridian-unknown",
                              "Line %zu: the central meridian %.6g is none of the standard zones; write the "
                              "zone (带号37), or "
                              "convert local systems first.",
                              line, v.value);
        }
        if (c->meridian_deg && c->meridian_deg != v.value)
            return fail_said(p, line, c->meridian_deg, v.value);
        c->meridian_deg = v.value;
    }
    return STATUS_OK;
}

static enum status read_epsg(struct parsing *p, struct coords *c, const char *s, size_t line, bool *said)
{
    const char *at = strcasestr(s, "EPSG");
    at = at ? at + 4 + strspn(at + 4, ": =") : "";
    if (!isdigit((unsigned char)*at))
        return STATUS_OK;
    int epsg = (int)strtol(at, NULL, 10);
    *said = true;
    if (c->epsg && c->epsg != epsg)
        return fail_said(p, line, c->epsg, epsg);
    c->epsg = epsg;
    return STATUS_OK;
}

/* "三度带" beside zone 19 is a mistake somewhere. */
static enum status read_width(struct parsing *p, struct coords *c, const char *s, size_t line)
{
    static const char *const three[] = {"三度带",   "3度带",    "3°带",     "3度分带", "三度分带",
                                        "3-degree", "3_degree", "3 degree", NULL};
    static const char *const six[] = {"六度带",   "6度带",    "6°带",     "6度分带", "六度分带",
                                      "6-degree", "6_degree", "6 degree", NULL};
    int width = has_any(s, three) ? 3 : has_any(s, six) ? 6 : 0;
    if (width && c->width_deg && width != c->width_deg)
        return fail_said(p, line, c->width_deg, width);
    c->width_deg = width ? width : c->width_deg;
    return STATUS_OK;
}

enum status coords_words(struct parsing *p, struct coords *c, const char *text, size_t line, bool *said)
{
    static const char *const system[] = {"2000国家大地", "国家2000", "国家大地2000", "CGCS2000",
                                         "CGCS 2000",    "大地2000", "2000坐标",     NULL};
    char *plain = strdup(text), *folded = strdup(text);
    enum status s = plain && folded ? STATUS_OK : error_no_memory(p->error);
    *said = false;
    if (s == STATUS_OK) {
        txt_fold(plain);
        coords_fold(folded);
        enum coords_refusal why = coords_words_refusal(plain);
        s = why ? fail_words(p, why, line) : read_epsg(p, c, plain, line, said);
    }
    if (s == STATUS_OK)
        s = read_zones(p, c, plain, line, said);
    if (s == STATUS_OK)
        s = read_meridian(p, c, folded, line, said);
    if (s == STATUS_OK)
        s = read_width(p, c, plain, line);
    if (s == STATUS_OK && has_any(plain, system))
        *said = c->datum_said = true;
    free(plain);
    free(folded);
    return s;
}
