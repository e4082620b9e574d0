#include "parcel/coords.h"
#include "parcel/parcel_txt.h"

#include "parcel/number.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *sign;
    char means;
} signs[] = {
    {"°", 'd'},    {"º", 'd'},    {"˚", 'd'},  {"度", 'd'},       {"′", '\''}, {"’", '\''},   {"‘", '\''},
    {"分", '\''},  {"″", '"'},    {"”", '"'},  {"“", '"'},        {"秒", '"'}, {"东经", 'E'}, {"北纬", 'N'},
    {"经度", 'E'}, {"纬度", 'N'}, {"、", ','}, {"\xC2\xA0", ' '}, {"−", '-'},  {"—", '-'},
};

void coords_fold(char *s)
{
    char *to = s;
    txt_fold(s);
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

/* 45'30.25" after "111d"; minutes alone and seconds without their sign are met, too. */
static bool signed_parts(const char **at, double *minutes, double *seconds)
{
    const char *s = blanks(*at);
    if (!sixty(&s, minutes))
        return true; /* "111.5d" */
    s = blanks(s);
    if (*s != '\'' && *s != 'm')
        return false;
    s++;
    *at = s;
    s = blanks(s);
    if (!isdigit((unsigned char)*s))
        return true;
    if (!sixty(&s, seconds))
        return false;
    if (*s == '"' || *s == 's')
        s++;
    else if (s[0] == '\'' && s[1] == '\'')
        s += 2;
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

static const char *leading_axis(const char *s, char *axis)
{
    if (!axis_letter(*s) && *s != 'X' && *s != 'x' && *s != 'Y' && *s != 'y')
        return s;
    const char *after = blanks(s + 1);
    if (*after == ':' || *after == '=')
        after = blanks(after + 1);
    if (!isdigit((unsigned char)*after))
        return s;
    *axis = axis_letter(*s);
    return after;
}

bool coords_value(const char **at, struct coord_value *out)
{
    struct coord_value v = {0};
    double minutes = 0, seconds = 0;
    const char *s = leading_axis(blanks(*at), &v.axis);
    const char *digits = s;
    if (!number_read(&s, &v.value))
        return false;
    v.whole = strspn(digits, "0123456789") == (size_t)(s - digits);
    if (*s == 'd' || *s == 'D') {
        s++;
        v.degrees = true;
        if (!signed_parts(&s, &minutes, &seconds))
            return false;
    } else if ((*s == '-' || *s == ':') && v.whole) {
        v.degrees = joined_parts(&s, &minutes, &seconds);
        if (!v.degrees)
            return false;
    }
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
