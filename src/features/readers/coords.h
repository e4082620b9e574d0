/* Coordinates that do not say what they mean: pasted tables, CSV, WKT without an SRID. First all are
 * collected as two columns, then one decision is made for all of them from their sizes, and told. Internal to
 * the parcel module.
 *
 * coords_decide.c  puts what is known to geo/crs/, and says on which line it went wrong
 * coords.c         rings, and parcels of them */
#ifndef HX_FEATURES_READERS_COORDS_H
#define HX_FEATURES_READERS_COORDS_H

#include "features/parsing.h"
#include "geo/crs/decide.h"
#include "geo/crs/value.h"

struct coords {
    struct ring_list rings;    /* x and y: the first and the second column, as written */
    size_t *line, cap_line;    /* of each point */
    struct coords_plot *plots; /* runs of rings that belong together */
    size_t n_plots, cap_plots;
    char axis_a, axis_b;  /* 'E', 'N' where the file says so */
    char usual_a;         /* the axis that the first column usually is here: 'E', 'N'; 0: either */
    struct crs_said said; /* by the file's words */
    bool degrees;         /* the file says that these are degrees */
    bool written;         /* as decimal text, so that degrees.minutes-seconds are possible: coords_written */
    double finest_unit;   /* of the last digits as written */
    size_t coarse_line;   /* the first with too few digits; 0: none */
    bool ends_in_line;    /* nothing is behind the last number, not even a line end */
    bool last_in_a;       /* and the row ends with the first column */
    double last_unit;     /* the last digit of the row's last number is worth this much */
};
struct coords_plot {
    size_t ring; /* its first */
    const char *id, *name;
};

void coords_release(struct coords *c);
void coords_clear(struct coords *c); /* of what was read; memory stays */
void coords_begin_plot(struct coords *c, const char *id, const char *name);
void coords_begin_ring(struct coords *c);
void coords_point(struct coords *c, double a, double b, size_t line);
/* Points from `from` on, which came to rings in another way, are all of this line. */
void coords_lines(struct coords *c, size_t from, size_t line);
/* Of the newest ring: how many points it has; whether its first is (a, b), but for `near`; whether it has
 * come back to its first. */
size_t coords_in_ring(const struct coords *c);
bool coords_at_ring_start(const struct coords *c, double a, double b, double near);
bool coords_came_back(const struct coords *c);

/* The same, of values as they were written. */
void coords_written(struct coords *c, const struct crs_value *a, const struct crs_value *b, size_t line);

/* Takes from a heading, a remark or a column's name what it says of the system; *said tells whether it
 * said anything. */
enum status coords_words(struct parsing *p, struct coords *c, const char *text, enum crs_text kind,
                         size_t line, bool *said) HX_MUST_CHECK;

struct coords_meaning {
    struct geo_crs crs;
    bool first_is_north; /* column a is y */
};
/* What was decided becomes set.crs_note; what was taken for granted, a warning. */
void coords_take_decision(struct parsing *p, const struct crs_decision *d);
/* Asks geo/crs/ about these points; a refusal names the line of the point at fault, or `line` where none is
 * (0: none). */
enum status coords_ask(struct parsing *p, const struct coords *c, struct crs_question *q, size_t line,
                       struct crs_decision *out) HX_MUST_CHECK;
/* Writes set.crs_note, too. The CRS option of the context counts where the file says nothing. */
enum status coords_decide(struct parsing *p, const struct coords *c,
                          struct coords_meaning *out) HX_MUST_CHECK;

/* Refuses ring r by `code` when it has fewer than 3 distinct points, and the last one where it is open and
 * the file may be cut off in it; tells when it was closed. */
enum status coords_check_ring(struct parsing *p, const struct coords *c, size_t r,
                              const char *code) HX_MUST_CHECK;
/* Every outer ring with the rings inside it becomes a parcel. */
enum status coords_add_parcels(struct parsing *p, const struct coords *c) HX_MUST_CHECK;

#endif
