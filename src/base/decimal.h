/* Numbers as an officer's report writes them: a fixed number of decimals, halves rounded away from zero.
 *
 * printf rounds the binary value, so that 0.125 gives 0.12 and 2.675 gives 2.67; the field's tools round the
 * decimal that a person sees: 0.13 and 2.68. Numbers that must read back exactly have the digits of
 * decimal_shortest.
 * Threads: pure functions. */
#ifndef HX_BASE_DECIMAL_H
#define HX_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_SIZE = 352 }; /* holds any double with up to 9 decimals */

/* The value in text. "" when it is not finite: the caller decides how "no number" is written. */
void decimal_text(double v, int decimals, char text[DECIMAL_SIZE]);

/* What printf's %.*f writes, byte for byte, several times as fast where there are at most 9 decimals; its
 * length. For coordinates: they are a machine's, and stay as they were. */
size_t decimal_fixed(double v, int decimals, char text[DECIMAL_SIZE]);

/* decimal_text's rounding as a whole number of 10^-decimals, for figures that must add up: 12.345 with 2
 * decimals is 1235.
 * False, and nothing is written, when the value is not finite or beyond 9e15 units. */
bool decimal_units(double v, int decimals, int64_t *units);
/* A quotient of whole numbers (denominator above 0), rounded half away from zero. */
int64_t decimal_divide(int64_t numerator, int64_t denominator);
/* Units of 10^-decimals as text: 1235 with 2 decimals is "12.35". */
void decimal_units_text(int64_t units, int decimals, char text[DECIMAL_SIZE]);

enum { SHORTEST_SIZE = 32 };
/* The fewest digits, at least 15, that read back as the same double. */
void decimal_shortest(double v, char text[SHORTEST_SIZE]);
/* The same without an exponent from 1 to 1e20: a code or an area is no power of ten. */
void decimal_shortest_plain(double v, char text[SHORTEST_SIZE]);

/* One area in the three units of a report. Hectares and mu follow from the printed square metres, by whole
 * numbers. */
struct decimal_area {
    char m2[24], ha[24], mu[24]; /* a sign, 19 digits, a point */
};
struct decimal_area decimal_area_of(int64_t cents); /* hundredths of m2 */

#endif
