/* One coordinate as people write it: a decimal number, or degrees, minutes and seconds in any of the usual
 * notations; and the folding of full-width characters that comes before. Not for: what the numbers mean
 * (decide.h). Threads: pure. */
#ifndef HX_GEO_CRS_VALUE_H
#define HX_GEO_CRS_VALUE_H

#include <stdbool.h>
#include <stddef.h>

struct crs_value {
    double value;
    char axis;     /* 'E' or 'N' when the text says so, else 0 */
    bool degrees;  /* the text says that these are degrees */
    bool whole;    /* a whole number without a sign of being anything else: perhaps a point's number */
    bool exponent; /* 4.53E+06: what a spreadsheet leaves of a long number */
    double unit;   /* of the last digit as written: 1e-8 of 107.32354655, 10 of 4.53491E+06 */
};

/* Folds full-width characters to ASCII, in place. The text never grows. */
void crs_fold(char *s);
/* The same, and the many signs of degrees, minutes, seconds, east and north to a few ASCII ones (d ' " E
 * N). */
void crs_fold_signs(char *s);

/* Reads one value of folded text and moves *at behind it; false, and *at unmoved, when there is none. */
bool crs_value_read(const char **at, struct crs_value *out);
/* Degrees, minutes and perhaps seconds that stand as n numbers of their own (2 or 3); false when they
 * cannot be that. */
bool crs_value_sexagesimal(const struct crs_value *parts, size_t n, struct crs_value *out);

/* The size of a number tells what it is: in China a northing has seven digits before the point, an easting up
 * to six, or eight with its zone; longitudes are 73 to 136 degrees and latitudes 3 to 54, so the two are
 * never taken for each other. */
enum crs_kind { CRS_KIND_ODD, CRS_KIND_NORTH, CRS_KIND_EAST, CRS_KIND_LON, CRS_KIND_LAT, CRS_KIND_DEGREE };
enum crs_kind crs_kind_of(double v);
/* The zone that an easting carries as what stands before its six digits; 0: none. */
int crs_zone_prefix(double east);
/* Could the two be one point of China, in whatever order? */
bool crs_values_plausible(double a, double b);
/* Is what follows the point (a, b) in its row a point of its own, rather than a height, or the same point in
 * degrees beside metres? Whoever reads one point a row must not pass over it. */
bool crs_values_another(double a, double b, double next_a, double next_b);

#endif
