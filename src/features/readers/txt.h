/* The parts of the 国土TXT reader. Private to readers/.
 *
 * txt.c           lines and sections
 * txt_zone.c      the header: datum, unit, zone; which column is which axis
 * txt_plot.c      plot rows and point rows, and where a ring ends
 * txt_declared.c  the points and the area that a plot row declares, held against its rows */
#ifndef HX_FEATURES_READERS_TXT_H
#define HX_FEATURES_READERS_TXT_H

#include "features/readers/coords.h"

enum { TXT_CELLS_MAX = 24, TXT_RINGS_PER_PLOT = 4096 };

/* [属性描述], as far as it decides anything. */
struct txt_header {
    struct crs_said said;
    bool parameters_given; /* 转换参数 has a value that is not 0 */
};

/* A line that is being read: its own text, and the text with full-width characters folded to ASCII. */
struct txt_line {
    size_t number;
    char *raw;
    char *folded;
};

/* The plot that is being read; its memory is reused from plot to plot. */
struct txt_plot {
    bool open;
    size_t number; /* in the file, 1-based */
    size_t line;   /* of the plot row */
    const char *id, *name, *use;
    uint32_t declared_points;
    struct declared_area area;
    struct coords points; /* columns 3 and 4; after txt_settle_axes X (north) and Y (east) */
    size_t rows;          /* as written, closing rows included */
    char qh[24];          /* of the newest ring */
    long first_dh, second_dh;
};

struct txt {
    struct parsing *p;
    struct txt_header header;
    struct txt_plot plot;
    bool in_plots;  /* within [地块坐标] */
    int noted_zone; /* that of set.crs_note */
    size_t n_plots;
    double
        last_unit; /* in the last line, without a line end: what the last digit of its last number is worth */
    struct txt_line line;
};

/* "第12行：" before both sentences. */
enum status txt_fail(struct txt *t, size_t line, enum status s, const char *code, const char *zh,
                     const char *en);
void txt_warn(struct txt *t, size_t line, const char *code, const char *zh, const char *en);

enum status txt_header_line(struct txt *t, char *key, char *value) HX_MUST_CHECK;
/* A line of the header that is no key: refused where it names another datum, since nobody would read it. */
enum status txt_remark_line(struct txt *t, const char *line) HX_MUST_CHECK;
/* Decides from the values which column is north, swaps with a warning, refuses degrees and what is no grid
 * at all. */
enum status txt_settle_axes(struct txt *t) HX_MUST_CHECK;
enum status txt_zone_of_plot(struct txt *t, struct geo_crs *out) HX_MUST_CHECK;

bool txt_is_plot_row(const char *folded);
bool txt_is_point_row(const char *folded);
enum status txt_plot_row(struct txt *t) HX_MUST_CHECK;
enum status txt_point_row(struct txt *t) HX_MUST_CHECK;
/* The usual point row in plain ASCII, read without copying it; false, and nothing done, when the line is
 * anything else. */
bool txt_plain_point(struct txt *t, char *line, enum status *s);
enum status txt_plot_end(struct txt *t) HX_MUST_CHECK; /* nothing to do when no plot is open */

/* Refuses a plot with fewer rows than points are declared; `closing` of its rows repeat a first one. */
enum status txt_check_points(struct txt *t, size_t closing) HX_MUST_CHECK;
/* Notes in plot.area that the area cannot be that of the rows, which policy.rings hold. */
enum status txt_check_area(struct txt *t) HX_MUST_CHECK;

#endif
