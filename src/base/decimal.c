#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DECIMALS = 9 };

/* |v| * 10^decimals, rounded half away from zero. A product within a few ulps of a half is a half: it was one
 * in the decimal text that the binary value stands for. */
static double scaled_and_rounded(double magnitude, double scale)
{
    double s = magnitude * scale;
    double whole = floor(s);
    return s - whole >= 0.5 - 4 * DBL_EPSILON * s ? whole + 1 : whole;
}

static const double power[MAX_DECIMALS + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

bool decimal_units(double v, int decimals, int64_t *units)
{
    if (!isfinite(v) || decimals < 0 || decimals > MAX_DECIMALS || fabs(v) * power[decimals] > 9e15)
        return false;
    int64_t magnitude = (int64_t)scaled_and_rounded(fabs(v), power[decimals]);
    *units = v < 0 ? -magnitude : magnitude;
    return true;
}

int64_t decimal_divide(int64_t numerator, int64_t denominator)
{
    int64_t magnitude = numerator < 0 ? -numerator : numerator;
    int64_t quotient = magnitude / denominator, rest = magnitude % denominator;
    quotient += rest >= denominator - rest;
    return numerator < 0 ? -quotient : quotient;
}

/* Digits from the right; printf takes several times as long, and a report is full of these. */
static void write_units(unsigned long long units, bool negative, int decimals, char *text)
{
    char digits[32], *end = digits + sizeof digits, *at = end;
    *--at = '\0';
    for (int left = decimals; units > 0 || left >= 0; units /= 10) {
        *--at = (char)('0' + units % 10);
        if (--left == 0)
            *--at = '.';
    }
    if (negative)
        *--at = '-';
    memcpy(text, at, (size_t)(end - at));
}

static void write_signed(int64_t units, int decimals, char *text)
{
    write_units(units < 0 ? 0 - (unsigned long long)units : (unsigned long long)units, units < 0, decimals,
                text);
}

void decimal_units_text(int64_t units, int decimals, char text[DECIMAL_SIZE])
{
    write_signed(units, decimals, text);
}

void decimal_text(double v, int decimals, char text[DECIMAL_SIZE])
{
    text[0] = '\0';
    if (!isfinite(v))
        return;
    if (decimals < 0 || decimals > MAX_DECIMALS || fabs(v) * power[decimals] > 9e15) {
        /* beyond 2^53 there are no halves left to round */
        snprintf(text, DECIMAL_SIZE, "%.*f", decimals < 0 ? 0 : decimals, v);
        return;
    }
    unsigned long long units = (unsigned long long)scaled_and_rounded(fabs(v), power[decimals]);
    write_units(units, v < 0 && units, decimals, text); /* never "-0.00" */
}

struct decimal_area decimal_area_of(int64_t cents)
{
    struct decimal_area a;
    write_signed(cents, 2, a.m2);
    write_signed(decimal_divide(cents, 100), 4, a.ha); /* 0.01 m2 is 1e-6 ha */
    write_signed(decimal_divide(cents * 3, 2000), 2, a.mu);
    return a;
}

void decimal_shortest(double v, char text[SHORTEST_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, SHORTEST_SIZE, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
}

void decimal_shortest_plain(double v, char text[SHORTEST_SIZE])
{
    decimal_shortest(v, text);
    if (strchr(text, 'e') && fabs(v) >= 1 && fabs(v) <= 1e20)
        snprintf(text, SHORTEST_SIZE, "%.0f", v);
}
