#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Up to 15 digits are an exact integer, and up to 10^22 an exact power: their quotient is rounded once, and
 * so right (Clinger 1990). Everything else is strtod's, which takes ten times as long. */
static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
enum { EXACT_DIGITS = 15 };

static bool slow(const char *from, const char *end, const char **at, double *out)
{
    char *stop;
    double v = strtod(from, &stop);
    if (stop < end || !isfinite(v))
        return false;
    *out = v;
    *at = stop;
    return true;
}

bool number_read(const char **at, double *out)
{
    const char *s = *at;
    bool negative = *s == '-';
    s += *s == '-' || *s == '+';
    const char *first = s;
    uint64_t digits = 0;
    while ((unsigned)(*s - '0') < 10)
        digits = digits * 10 + (unsigned)(*s++ - '0');
    size_t n = (size_t)(s - first), decimals = 0;
    if (*s == '.') {
        const char *point = s++;
        while ((unsigned)(*s - '0') < 10)
            digits = digits * 10 + (unsigned)(*s++ - '0');
        decimals = (size_t)(s - point - 1);
    }
    n += decimals;
    if (n == 0 || (first[0] == '0' && (first[1] == 'x' || first[1] == 'X')))
        return false;
    bool exponent =
        (*s == 'e' || *s == 'E') &&
        ((unsigned)(s[1] - '0') < 10 || ((s[1] == '-' || s[1] == '+') && (unsigned)(s[2] - '0') < 10));
    if (n > EXACT_DIGITS || exponent)
        return slow(*at, s, at, out);
    double v = (double)digits / powers[decimals];
    *out = negative ? -v : v;
    *at = s;
    return true;
}

bool number_of(const char *text, double *out)
{
    double v;
    if (!number_read(&text, &v) || *text != '\0')
        return false;
    *out = v;
    return true;
}
