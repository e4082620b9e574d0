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

/* Nine digits, in pairs: two divisions fewer for each than digit by digit. */
static void nine_digits(uint32_t v, char out[9])
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    out[8] = (char)('0' + v % 10);
    v /= 10;
    for (int i = 6; i >= 0; i -= 2, v /= 100)
        memcpy(out + i, pairs + 2 * (v % 100), 2);
}

/* printf takes several times as long, and reports and pages of features are full of these. The length. */
static size_t write_units(uint64_t units, bool negative, int decimals, char *text)
{
    enum { GROUP = 9, DIGITS = 3 * GROUP };
    static const uint32_t billion = 1000000000;
    char digits[DIGITS], *at = text;
    uint64_t high = units / billion;
    nine_digits((uint32_t)(units % billion), digits + 2 * GROUP);
    int first = high < billion ? GROUP : 0, whole = DIGITS - decimals;
    nine_digits((uint32_t)(high % billion), digits + GROUP);
    if (first == 0)
        nine_digits((uint32_t)(high / billion), digits);
    while (first < whole - 1 && digits[first] == '0')
        first++;
    if (negative)
        *at++ = '-';
    memcpy(at, digits + first, (size_t)(whole - first));
    at += whole - first;
    if (decimals > 0) {
        *at++ = '.';
        memcpy(at, digits + whole, (size_t)decimals);
        at += decimals;
    }
    *at = '\0';
    return (size_t)(at - text);
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

/* The product is off by half a unit in its last place at most: where it lies farther from a half than that,
 * all agree on the digits. */
size_t decimal_fixed(double v, int decimals, char text[DECIMAL_SIZE])
{
    double s = decimals >= 0 && decimals <= MAX_DECIMALS ? fabs(v) * power[decimals] : INFINITY;
    double whole = floor(s), above = s - whole - 0.5;
    if (s < 1e15 && fabs(above) > DBL_EPSILON * s)
        return write_units((uint64_t)whole + (above > 0), signbit(v), decimals, text);
    int n = snprintf(text, DECIMAL_SIZE, "%.*f", decimals, v);
    return n < 0 ? 0 : n < DECIMAL_SIZE ? (size_t)n : DECIMAL_SIZE - 1;
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
