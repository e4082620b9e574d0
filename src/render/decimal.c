#include "render/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DECIMALS = 9 };

/* |v| * 10^decimals, rounded half away from zero. A product within a few ulps of a half is a half: it was one in the
 * decimal text that the binary value stands for. */
static double scaled_and_rounded(double magnitude, double scale)
{
    double s = magnitude * scale;
    double whole = floor(s);
    return s - whole >= 0.5 - 4 * DBL_EPSILON * s ? whole + 1 : whole;
}

void decimal_text(double v, int decimals, char text[DECIMAL_SIZE])
{
    static const double power[MAX_DECIMALS + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    text[0] = '\0';
    if (!isfinite(v))
        return;
    if (decimals < 0 || decimals > MAX_DECIMALS || fabs(v) * power[decimals] > 9e15) {
        /* beyond 2^53 there are no halves left to round */
        snprintf(text, DECIMAL_SIZE, "%.*f", decimals < 0 ? 0 : decimals, v);
        return;
    }
    unsigned long long units = (unsigned long long)scaled_and_rounded(fabs(v), power[decimals]);
    unsigned long long scale = (unsigned long long)power[decimals];
    const char *sign = v < 0 && units ? "-" : ""; /* never "-0.00" */
    if (decimals)
        snprintf(text, DECIMAL_SIZE, "%s%llu.%0*llu", sign, units / scale, decimals, units % scale);
    else
        snprintf(text, DECIMAL_SIZE, "%s%llu", sign, units);
}

void decimal_kv(struct json_writer *w, const char *key, double v, int decimals)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, decimals, text);
    json_key(w, key);
    if (text[0])
        json_raw(w, text, strlen(text));
    else
        json_null(w);
}

double decimal_ha(double area_m2)
{
    return area_m2 / 10000;
}

double decimal_mu(double area_m2)
{
    return area_m2 * 3 / 2000;
}
