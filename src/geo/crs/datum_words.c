/* Three steps: squeeze blanks and joints out, so that "Xi'an 1980", "Xian_1980" and "西安 1980" are one; find
 * the names; ask of each whether it is the datum of the coordinates, the one that they were converted
 * from, or no datum at all. */
#include "geo/crs/datum_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MENTIONS_MAX = 16 };

/* Where a name counts. */
enum strength {
    STRONG, /* everywhere: nobody else is called so */
    BRAND,  /* a company: where it made the coordinates */
    LOOSE,  /* as a datum's value only: 80 is a number, 西安 a city, 工程 a project */
};

struct name {
    const char *word; /* squeezed, in lower case */
    enum crs_datum datum;
    enum strength strength;
};

#define X80 CRS_DATUM_XIAN80
#define B54 CRS_DATUM_BEIJING54
#define C2K CRS_DATUM_CGCS2000
#define W84 CRS_DATUM_WGS84
#define LOC CRS_DATUM_LOCAL
#define WEB CRS_DATUM_WEB_MAP
static const struct name NAMES[] = {
    {"西安80", X80, STRONG},
    {"西安1980", X80, STRONG},
    {"西安八零", X80, STRONG},
    {"西安八〇", X80, STRONG},
    {"西安八十", X80, STRONG},
    {"西安坐标", X80, STRONG},
    {"西安大地", X80, STRONG},
    {"1980年西安", X80, STRONG},
    {"1980西安", X80, STRONG},
    {"80西安", X80, STRONG},
    {"1980国家", X80, STRONG},
    {"80国家", X80, STRONG},
    {"1980坐标", X80, STRONG},
    {"80坐标", X80, STRONG},
    {"80转", X80, LOOSE},
    {"80系", X80, LOOSE},
    {"xian80", X80, STRONG},
    {"xian1980", X80, STRONG},
    {"xa80", X80, STRONG},
    {"xaz80", X80, STRONG},
    {"iag75", X80, STRONG},
    {"iag1975", X80, STRONG},
    {"北京54", B54, STRONG},
    {"北京1954", B54, STRONG},
    {"北京五四", B54, STRONG},
    {"北京五十四", B54, STRONG},
    {"北京坐标", B54, STRONG},
    {"北京大地", B54, STRONG},
    {"1954年北京", B54, STRONG},
    {"1954北京", B54, STRONG},
    {"54北京", B54, STRONG},
    {"1954国家", B54, STRONG},
    {"54国家", B54, STRONG},
    {"1954坐标", B54, STRONG},
    {"54坐标", B54, STRONG},
    {"54转", B54, LOOSE},
    {"54系", B54, LOOSE},
    {"beijing54", B54, STRONG},
    {"beijing1954", B54, STRONG},
    {"bj54", B54, STRONG},
    {"bj1954", B54, STRONG},
    {"bjz54", B54, STRONG},
    {"克拉索夫斯基", B54, STRONG},
    {"krassov", B54, STRONG},
    {"krasovsk", B54, STRONG},
    {"cgcs2000", C2K, STRONG},
    {"china geodetic coordinate system2000", C2K, STRONG},
    {"cgcs", C2K, STRONG},
    {"china2000", C2K, STRONG},
    {"2000国家", C2K, STRONG},
    {"国家2000", C2K, STRONG},
    {"国家大地2000", C2K, STRONG},
    {"大地2000", C2K, STRONG},
    {"大地坐标系2000", C2K, STRONG},
    {"2000大地", C2K, STRONG},
    {"2000坐标", C2K, STRONG},
    {"wgs84", W84, STRONG},
    {"wgs1984", W84, STRONG},
    {"google earth", W84, STRONG},
    {"谷歌地球", W84, STRONG},
    {"独立坐标", LOC, STRONG},
    {"地方坐标", LOC, STRONG},
    {"城市坐标", LOC, STRONG},
    {"工程坐标", LOC, STRONG},
    {"相对坐标", LOC, STRONG},
    {"任意坐标", LOC, STRONG},
    {"施工坐标", LOC, STRONG},
    {"假定坐标", LOC, STRONG},
    {"自定义坐标", LOC, STRONG},
    {"抵偿坐标", LOC, STRONG},
    {"地方独立", LOC, STRONG},
    {"城市独立", LOC, STRONG},
    {"平面独立", LOC, STRONG},
    {"gcj02", WEB, STRONG},
    {"gcj", WEB, STRONG},
    {"bd09", WEB, STRONG},
    {"bd lng", WEB, STRONG},
    {"bd lon", WEB, STRONG},
    {"bd lat", WEB, STRONG},
    {"火星坐标", WEB, STRONG},
    {"百度坐标", WEB, STRONG},
    {"高德坐标", WEB, STRONG},
    {"腾讯坐标", WEB, STRONG},
    {"搜狗坐标", WEB, STRONG},
    {"奥维坐标", WEB, STRONG},
    {"谷歌坐标", WEB, STRONG},
    {"百度", WEB, BRAND},
    {"高德", WEB, BRAND},
    {"腾讯", WEB, BRAND},
    {"搜狗地图", WEB, BRAND},
    {"谷歌中国", WEB, BRAND},
    {"谷歌(中国)", WEB, BRAND},
    {"谷歌地图", WEB, BRAND},
    {"谷歌", WEB, BRAND},
    {"google map", WEB, BRAND},
    {"google china", WEB, BRAND},
    {"google中国", WEB, BRAND},
    {"google(中国)", WEB, BRAND},
    {"baidu", WEB, BRAND},
    {"gaode", WEB, BRAND},
    {"amap", WEB, BRAND},
    {"autonavi", WEB, BRAND},
    {"tencent", WEB, BRAND},
    {"qqmap", WEB, BRAND},
    {"sogou", WEB, BRAND},
    {"火星", WEB, BRAND},
    {"西安", X80, LOOSE},
    {"xian", X80, LOOSE},
    {"北京", B54, LOOSE},
    {"beijing", B54, LOOSE},
    {"pulkovo", B54, LOOSE},
    {"1980", X80, LOOSE},
    {"80", X80, LOOSE},
    {"1954", B54, LOOSE},
    {"54", B54, LOOSE},
    {"2000", C2K, LOOSE},
    {"独立", LOC, LOOSE},
    {"地方", LOC, LOOSE},
    {"城市", LOC, LOOSE},
    {"工程", LOC, LOOSE},
    {"相对", LOC, LOOSE},
    {"任意", LOC, LOOSE},
    {"施工", LOC, LOOSE},
    {"假定", LOC, LOOSE},
    {"自定义", LOC, LOOSE},
    {"local", LOC, LOOSE},
};
enum { N_NAMES = sizeof NAMES / sizeof *NAMES };

struct mention {
    const struct name *name;
    const char *at, *end;
};

/* ---- squeezing ---- */

static bool is_joint(char c)
{
    return c == ' ' || c == '\t' || c == '_' || c == '-' || c == '\'' || c == '"' || c == '`';
}

/* ’ “ ” « » · */
static size_t wide_joint(const char *s)
{
    static const char *const joints[] = {"’", "‘", "“", "”", "·", "《", "》", NULL};
    for (const char *const *j = joints; *j; j++)
        if (strncmp(s, *j, strlen(*j)) == 0)
            return strlen(*j);
    return 0;
}

static bool stays_apart(char a, char b)
{
    return (isdigit((unsigned char)a) && isdigit((unsigned char)b)) ||
           (isalpha((unsigned char)a) && isalpha((unsigned char)b));
}

/* Between two digits or two letters a joint stays, as a blank: "西安80 1:2000" is not 西安801:2000, and
 * lng_gcj02 has two words. */
static void squeeze(const char *from, char *to)
{
    const char *begin = to;
    bool joint = false;
    while (*from) {
        size_t wide = wide_joint(from);
        if (wide || is_joint(*from)) {
            joint = joint || (!wide && *from != '\'');
            from += wide ? wide : 1;
            continue;
        }
        if (joint && to > begin && stays_apart(to[-1], *from))
            *to++ = ' ';
        joint = false;
        *to++ = (char)tolower((unsigned char)*from++);
    }
    *to = '\0';
}

/* ---- what stands beside a name ---- */

static bool starts_with_any(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strncmp(s, *words, strlen(*words)) == 0)
            return true;
    return false;
}

static bool ends_with_any(const char *begin, const char *at, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if ((size_t)(at - begin) >= n && memcmp(at - n, *words, n) == 0)
            return true;
    }
    return false;
}

static bool contains_any(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strstr(s, *words))
            return true;
    return false;
}

/* A number that goes on to the left or the right, that is a scale (1:2000), a year, or counts something. */
static bool is_another_number(const char *text, const struct mention *m)
{
    static const char *const counted[] = {"年", "号", "街", "路", "院", "所", "强", "周",   "届",
                                          "栋", "亩", "座", "岁", "万", "个", "家", "米",   "公",
                                          "层", "平", "户", "项", "%",  "后", "级", "比例", "地形图",
                                          "版", "期", "基", "m",  "k",  NULL};
    static const char *const kept[] = {"基准", "平面", "公里网", NULL};
    char before = m->at > text ? m->at[-1] : ' ';
    if (isdigit((unsigned char)*m->at) &&
        (isalnum((unsigned char)before) || before == '.' || before == ':' || before == '/'))
        return true;
    bool number =
        isdigit((unsigned char)m->end[-1]) || ends_with_any(m->at, m->end, (const char *const[]){"十", NULL});
    if (!number)
        return false;
    if (isdigit((unsigned char)*m->end) || (*m->end == '.' && isdigit((unsigned char)m->end[1])))
        return true;
    return starts_with_any(m->end, counted) && !starts_with_any(m->end, kept);
}

static bool inside_a_word(const char *text, const struct mention *m)
{
    return isalpha((unsigned char)*m->at) && m->at > text && isalpha((unsigned char)m->at[-1]);
}

/* Did the company make the coordinates, or is it the customer of a project? */
static bool brand_counts(const char *text, enum crs_text kind)
{
    static const char *const axes[] = {"经", "纬", "坐标", "lon", "lat", "lng", NULL};
    static const char *const made[] = {"坐标", "经纬", "经度", "纬度", "拾取",     "采集",     "定位", "来源",
                                       "导出", "提取", "获取", "查询", "位置服务", "开放平台", "api",  NULL};
    static const char *const projects[] = {"项目", "工程", "公司", "大厦", "中心", "园",
                                           "基地", "用地", "建设", "有限", "楼",   "厂",
                                           "总部", "地块", "仓",   "店",   NULL};
    if (kind == CRS_TEXT_DATUM)
        return true;
    if (kind == CRS_TEXT_COLUMN)
        return contains_any(text, axes) ||
               ((*text == 'x' || *text == 'y') && !isalpha((unsigned char)text[1]));
    return contains_any(text, made) || !contains_any(text, projects);
}

static bool counts(const char *text, const struct mention *m, enum crs_text kind)
{
    if (is_another_number(text, m) || inside_a_word(text, m))
        return false;
    switch (m->name->strength) {
    case STRONG:
        return true;
    case BRAND:
        return brand_counts(text, kind);
    case LOOSE:
        break;
    }
    return kind == CRS_TEXT_DATUM;
}

/* 坐标系, 大地坐标系统 and the like behind a name, and a closing bracket. */
static const char *behind_system(const char *s)
{
    static const char *const rest[] = {"国家", "大地", "平面", "直角", "坐标", "系统", "系", "椭球",
                                       "基准", "成果", "数据", ")",    "]",    "的",   NULL};
    for (bool again = true; again;) {
        again = false;
        for (const char *const *r = rest; *r; r++)
            if (strncmp(s, *r, strlen(*r)) == 0) {
                s += strlen(*r);
                again = true;
            }
    }
    return s;
}

/* 转换, 转为, 转成, 转到, 转2000, 换算: the coordinates were changed. 转绘, 转抄, 转录 only copy them. */
static bool is_conversion(const char *text, const char *at)
{
    static const char *const words[] = {"转", "换算", "变换", NULL};
    static const char *const copies[] = {"转绘", "转抄", "转录", "转摘",   "转印",
                                         "转载", "转标", "转发", "转换前", NULL};
    static const char *const not_yet[] = {"未", "未经", "没", "没有", "需", "应", "请",   "须", "待",
                                          "可", "不",   "要", "勿",   "拟", "将", "后续", "再", NULL};
    return starts_with_any(at, words) && !starts_with_any(at, copies) && !ends_with_any(text, at, not_yet);
}

/* "由西安80转换为…", "原北京54", "非80坐标" or "西安80坐标系转…". */
static bool is_former(const char *text, const struct mention *m)
{
    static const char *const before[] = {"由", "从", "自", "原", "原为", "非", "不是", "(原", NULL};
    const char *at =
        m->end - (ends_with_any(m->at, m->end, (const char *const[]){"转", NULL}) ? strlen("转") : 0);
    return ends_with_any(text, m->at, before) || is_conversion(text, behind_system(at));
}

static const struct name *name_at(const char *s)
{
    const struct name *best = NULL;
    for (size_t i = 0; i < N_NAMES; i++)
        if (strncmp(s, NAMES[i].word, strlen(NAMES[i].word)) == 0 &&
            (!best || strlen(NAMES[i].word) > strlen(best->word)))
            best = &NAMES[i];
    return best;
}

static size_t find_mentions(const char *text, enum crs_text kind, struct mention *out)
{
    size_t n = 0;
    for (const char *at = text; *at && n < MENTIONS_MAX;) {
        const struct name *name = name_at(at);
        out[n] = (struct mention){name, at, at + (name ? strlen(name->word) : 1)};
        bool taken = name && counts(text, &out[n], kind);
        at = taken ? out[n].end : at + 1;
        n += taken;
    }
    return n;
}

/* "由西安80转换为2000": as the target of a conversion 2000 alone is the datum, too. */
static bool target_2000(const char *text)
{
    static const char *const forms[] = {"转2000",     "转为2000",   "转成2000",   "转到2000",
                                        "转至2000",   "转换2000",   "转换为2000", "转换成2000",
                                        "转换到2000", "转换至2000", NULL};
    for (const char *const *f = forms; *f; f++) {
        const char *at = strstr(text, *f);
        struct mention m = {NULL, at ? at + strlen(*f) - 4 : NULL, at ? at + strlen(*f) : NULL};
        if (at && !is_another_number(text, &m) && is_conversion(text, at))
            return true;
    }
    return false;
}

/* Beside a name that means CGCS2000 and nothing else, 西安 is a city and 80 a number. */
static bool overruled(const struct mention *m, bool surely_2000)
{
    return surely_2000 && m->name->strength == LOOSE &&
           (m->name->datum == CRS_DATUM_XIAN80 || m->name->datum == CRS_DATUM_BEIJING54);
}

static bool
may_be_former(enum crs_datum datum) /* what is said to be corrected of a web map's offset is not */
{
    return datum != CRS_DATUM_WEB_MAP;
}

bool crs_datum_words(const char *text, enum crs_text kind, struct crs_datum_words *out)
{
    struct mention mentions[MENTIONS_MAX];
    char *squeezed = malloc(strlen(text) + 1);
    if (!squeezed)
        return false;
    *out = (struct crs_datum_words){.now = CRS_DATUM_UNSAID};
    squeeze(text, squeezed);
    bool surely_2000 = false;
    size_t n = find_mentions(squeezed, kind, mentions);
    enum crs_datum good = target_2000(squeezed) ? CRS_DATUM_CGCS2000 : CRS_DATUM_UNSAID;
    for (size_t i = 0; i < n; i++)
        surely_2000 = surely_2000 ||
                      (mentions[i].name->datum == CRS_DATUM_CGCS2000 && mentions[i].name->strength == STRONG);
    for (size_t i = 0; i < n; i++) {
        enum crs_datum datum = mentions[i].name->datum;
        if (overruled(&mentions[i], surely_2000))
            continue;
        if (datum == CRS_DATUM_CGCS2000 || datum == CRS_DATUM_WGS84)
            good = is_former(squeezed, &mentions[i]) ? good : good == CRS_DATUM_CGCS2000 ? good : datum;
        else if (may_be_former(datum) && is_former(squeezed, &mentions[i]))
            out->before = datum;
        else if (datum > out->now)
            out->now = datum;
    }
    if (out->now == CRS_DATUM_UNSAID)
        out->now = good;
    free(squeezed);
    return true;
}
