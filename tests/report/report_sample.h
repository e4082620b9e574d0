/* A report made by hand, of any number of parcels, for the tests of the forms. */
#ifndef HX_TESTS_REPORT_SAMPLE_H
#define HX_TESTS_REPORT_SAMPLE_H

#include "report/report_table.h"
#include "shipped_lines.h"

/* Columns of the report's table by name, for tests. */
enum {
    COLUMN_RED_LINE = 1,
    COLUMN_FARMLAND,
    COLUMN_INSIDE,
    COLUMN_CONCENTRATED,
    COLUMN_FLEXIBLE,
    COLUMN_SPECIAL,
    COLUMN_OUTSIDE,
};

struct report_sample {
    struct arena *arena;
    struct snapshot *snapshot; /* the three lines */
    struct report report;
    struct parcel *parcels;
    struct parcel_report *results;
};

/* Every layer of every parcel is measured, covered and clear; the parcels are squares side by side. */
void report_sample_make(struct report_sample *s, size_t n);
void report_sample_free(struct report_sample *s);

/* Puts an overlap of `parts` equal features on one parcel; the line is pressed on by area_m2 in all. */
void report_sample_press(struct report_sample *s, size_t parcel, int line, double area_m2, size_t parts);
/* Names the zones of the boundary under a parcel; the areas add up to its inside. */
void report_sample_zones(struct report_sample *s, size_t parcel, double concentrated_m2, double flexible_m2,
                         double special_m2);

#endif
