/* Decimal numbers as files write them. Digits, a point, an exponent: "inf", "nan" and hexadecimal are numbers
 * to strtod and mistakes in a file. Threads: pure. */
#ifndef HX_BASE_NUMBER_H
#define HX_BASE_NUMBER_H

#include <stdbool.h>

/* The number at *at, correctly rounded, and *at moved behind it; false, and both untouched, when there is
 * none, or when it is not finite. */
bool number_read(const char **at, double *out);
/* The whole text is one number. */
bool number_of(const char *text, double *out);

#endif
