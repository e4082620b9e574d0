#include "geo/crs/value.h"

#include "base/number.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *sign;
    char means;
} signs[] = {
    {"°", 'd'},    {"º", 'd'},    {"˚", 'd'},    {"度", 'd'},   {"′", '\''}, {"’", '\''},
    {"‘", '\''},   {"分", '\''},  {"″", '"'},    {"”", '"'},    {"“", '"'},  {"秒", '"'},
    {"东经", 'E'}, {"北纬", 'N'}, {"经度", 'E'}, {"纬度", 'N'}, {"、", ','}, {"\xC2\xA0", ' '},
    {"−", '-'},    {"—", '-'},    {"–", '-'},    {"米", 'm'},
};

/* The ASCII character that a three-byte full-width one stands for, or 0. U+FF01..FF5E mirror ASCII
 * 0x21..0x7E. */
static char narrow(const unsigned char *p)
{
    if (p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x81 && p[2] <= 0xBF)
        return (char)(p[2] - 0x81 + 0x21);
    if (p[0] == 0xEF && p[1] == 0xBD && p[2] >= 0x80 && p[2] <= 0x9E)
        return (char)(p[2] - 0x80 + 0x60);
    if (memcmp(p, "\xE3\x80\x80", 3) == 0)
        return ' ';
    if (memcmp(p, "【", 3) == 0 || memcmp(p, "〔", 3) == 0)
        return '[';
    return memcmp(p, "】", 3) == 0 || memcmp(p, "〕", 3) == 0 ? ']' : 0;
}

void crs_fold(char *s)
{
    size_t n = strlen(s);
    size_t to = 0;
    for (size_t from = 0; from < n;) {
        char c = n - from >= 3 ? narrow((const unsigned char *)s + from) : 0;
        s[to++] = c ? c : s[from];
        from += c ? 3 : 1;
    }
    s[to] = '\0';
}

void crs_fold_signs(char *s)
{
    char *to = s;
    crs_fold(s);
    while (*s) {
        size_t i = 0, n = 1;
        char c = *s;
        while ((unsigned char)*s >= 0x80 && i < sizeof signs / sizeof *signs) {
            size_t k = strlen(signs[i].sign);
            if (strncmp(s, signs[i].sign, k) == 0) {
                c = signs[i].means;
                n = k;
                break;
            }
            i++;
        }
        *to++ = c;
        s += n;
    }
    *to = '\0';
}

static const char *blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static bool sixty(const char **at, double *out)
{
    const char *s = *at;
    if (!number_read(&s, out) || *out < 0 || *out >= 60)
        return false;
    *at = s;
    return true;
}

static bool is_minute_sign(char c)
{
    return c == '\'' || c == 'm';
}

/* 45'30.25" after "111d"; minutes alone and seconds without their sign are met, too. Behind a blank a number
 * belongs to the value only when its own sign follows: in 107d23.7' 40d44' it is the other coordinate. */
static bool signed_parts(const char **at, bool whole_degrees, double *minutes, double *seconds)
{
    const char *s = blanks(*at), *begin = s;
    bool apart = s != *at;
    if (!sixty(&s, minutes))
        return true; /* "111.5d" */
    bool whole_minutes = strspn(begin, "0123456789") == (size_t)(s - begin);
    s = blanks(s);
    if (!is_minute_sign(*s)) {
        *minutes = 0;
        return apart && !whole_degrees; /* "107.395d 40.734d"; but "107d23 40d44" lacks signs */
    }
    s++;
    *at = s;
    s = blanks(s);
    apart = s != *at;
    if (!whole_minutes || !isdigit((unsigned char)*s))
        return true;
    if (!sixty(&s, seconds))
        return false;
    if (*s == '"' || *s == 's')
        s++;
    else if (s[0] == '\'' && s[1] == '\'')
        s += 2;
    else if (apart) {
        *seconds = 0;
        return true;
    }
    *at = s;
    return true;
}

/* -45-30.25 or :45:30.25 after "111". */
static bool joined_parts(const char **at, double *minutes, double *seconds)
{
    const char *s = *at;
    char joint = *s++;
    if (!isdigit((unsigned char)*s) || !sixty(&s, minutes) || *s != joint || !isdigit((unsigned char)s[1]))
        return false;
    s++;
    if (!sixty(&s, seconds))
        return false;
    *at = s;
    return true;
}

static char axis_letter(char c)
{
    return c == 'E' || c == 'e' ? 'E' : c == 'N' || c == 'n' ? 'N' : 0;
}

static bool is_boundary(char c)
{
    return !isalnum((unsigned char)c) && (unsigned char)c < 0x80;
}

/* "E 107", "X=4520000", "lng:107"; what X and Y are is left to the size of the numbers. */
static const char *leading_axis(const char *s, char *axis)
{
    static const struct {
        const char *word;
        char axis;
    } words[] = {{"longitude", 'E'}, {"latitude", 'N'}, {"lng", 'E'}, {"lon", 'E'}, {"lat", 'N'},
                 {"E", 'E'},         {"N", 'N'},        {"X", 0},     {"Y", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (strncasecmp(s, words[i].word, n) != 0)
            continue;
        const char *after = blanks(s + n);
        if (*after == ':' || *after == '=')
            after = blanks(after + 1);
        if (!isdigit((unsigned char)*after))
            return s;
        *axis = words[i].axis;
        return after;
    }
    return s;
}

bool crs_value_sexagesimal(const struct crs_value *parts, size_t n, struct crs_value *out)
{
    struct crs_value v = parts[0];
    double scale = 60;
    if (v.degrees || v.value != floor(v.value) || !(v.whole || v.axis) || v.value < 0)
        return false;
    for (size_t i = 1; i < n; i++, scale *= 60) {
        if (parts[i].degrees || parts[i].value < 0 || parts[i].value >= 60 ||
            (i + 1 < n && !parts[i].whole) || (parts[i].axis && (i + 1 < n || v.axis)))
            return false;
        v.value += parts[i].value / scale;
        v.axis = parts[i].axis ? parts[i].axis : v.axis;
    }
    v.degrees = true;
    v.whole = false;
    *out = v;
    return true;
}

/* What the last digit of a number is worth. */
static double unit_of(const char *s, const char *end, bool *exponent)
{
    int power = 0;
    s += *s == '-' || *s == '+';
    s += strspn(s, "0123456789");
    if (*s == '.')
        power = -(int)strspn(s + 1, "0123456789");
    while (s < end && *s != 'e' && *s != 'E')
        s++;
    *exponent = s < end;
    if (s < end)
        power += (int)strtol(s + 1, NULL, 10);
    return pow(10, power);
}

bool crs_value_read(const char **at, struct crs_value *out)
{
    struct crs_value v = {0};
    double minutes = 0, seconds = 0;
    const char *s = leading_axis(blanks(*at), &v.axis);
    const char *digits = s;
    if (!number_read(&s, &v.value))
        return false;
    size_t n_digits = strspn(digits, "0123456789");
    v.unit = unit_of(digits, s, &v.exponent);
    v.whole = n_digits == (size_t)(s - digits) || (n_digits + 1 == (size_t)(s - digits) && s[-1] == '.');
    if (*s == 'd' || *s == 'D') {
        s++;
        v.degrees = true;
        if (!signed_parts(&s, v.whole, &minutes, &seconds))
            return false;
    } else if ((*s == '-' || *s == ':') && v.whole) {
        v.degrees = joined_parts(&s, &minutes, &seconds);
        if (!v.degrees)
            return false;
    }
    if (*s == 'm' && !v.degrees && is_boundary(s[1])) /* metres */
        s++;
    const char *letter = blanks(s);
    if (axis_letter(*letter) && is_boundary(letter[1]) && !v.axis) {
        v.axis = axis_letter(*letter);
        s = letter + 1;
    }
    if (!is_boundary(*s) || *s == '\'' || *s == '"' || (v.degrees && v.value < 0))
        return false;
    v.whole = v.whole && !v.degrees && !v.axis;
    v.value += minutes / 60 + seconds / 3600;
    *out = v;
    *at = s;
    return true;
}

enum crs_kind crs_kind_of(double v)
{
    if (v >= 73 && v <= 136)
        return CRS_KIND_LON;
    if (v >= 3 && v <= 54)
        return CRS_KIND_LAT;
    if (fabs(v) <= 180)
        return CRS_KIND_DEGREE;
    if (v >= 1e6 && v < 1e7)
        return CRS_KIND_NORTH;
    return (v >= 1e4 && v < 1e6) || (v >= 13e6 && v < 46e6) ? CRS_KIND_EAST : CRS_KIND_ODD;
}

int crs_zone_prefix(double east)
{
    return east >= 1e6 && east < 1e8 ? (int)(east / 1e6) : 0;
}

/* Among the numbers of a table 12345 is a point's number rather than an easting. */
static bool may_be_easting(double v)
{
    return v >= 1e5 && crs_kind_of(v) == CRS_KIND_EAST;
}

bool crs_values_another(double a, double b, double next_a, double next_b)
{
    bool metres = fmax(fabs(a), fabs(b)) > 180, next_metres = fmax(fabs(next_a), fabs(next_b)) > 180;
    return metres == next_metres && crs_values_plausible(next_a, next_b);
}

bool crs_values_plausible(double a, double b)
{
    enum crs_kind ka = crs_kind_of(a), kb = crs_kind_of(b);
    return (ka == CRS_KIND_LON && kb == CRS_KIND_LAT) || (ka == CRS_KIND_LAT && kb == CRS_KIND_LON) ||
           (ka == CRS_KIND_NORTH && may_be_easting(b)) || (may_be_easting(a) && kb == CRS_KIND_NORTH);
}
