/* Coordinates that do not say what they mean: pasted tables, CSV, WKT without an SRID. First all are collected as two
 * columns, then one decision is made for all of them from their sizes, and told. Internal to the parcel module.
 *
 * coords_value.c   one number: decimal, or degrees, minutes and seconds in any of the usual notations
 * coords_decide.c  which column is which axis, and which zone; or the question that would tell
 * coords.c         rings, and parcels of them */
#ifndef HX_PARCEL_COORDS_H
#define HX_PARCEL_COORDS_H

#include "parcel/parsing.h"

struct coord_value {
    double value;
    char axis;    /* 'E' or 'N' when the text says so, else 0 */
    bool degrees; /* the text says that these are degrees */
    bool whole;   /* a whole number without a sign of being anything else: perhaps a point's number */
};

/* Folds full-width characters and the many signs of degrees, minutes, seconds, east and north to a few ASCII ones
 * (d ' " E N), in place. The text never grows. */
void coords_fold(char *s);
/* Reads one value of folded text and moves *at behind it; false, and *at unmoved, when there is none. */
bool coords_value(const char **at, struct coord_value *out);
/* Could the two be one point of China, in whatever order? */
bool coords_plausible(double a, double b);

struct coords {
    double *a, *b; /* the two columns as written */
    size_t *line;
    size_t n, cap;
    size_t *ring, n_rings, cap_rings; /* where rings begin */
    struct coords_plot *plots;        /* runs of rings that belong together */
    size_t n_plots, cap_plots;
    char axis_a, axis_b; /* 'E', 'N' where the file says so */
    char usual_a;        /* the axis that the first column usually is here: 'E', 'N'; 0: either */
    int epsg;            /* that the file names; 0: none */
    int zone;            /* that the file names in words; 0: none */
    bool degrees;        /* the file says that these are degrees */
    bool failed;
};
struct coords_plot {
    size_t ring; /* its first */
    const char *id, *name;
};

void coords_release(struct coords *c);
void coords_begin_plot(struct coords *c, const char *id, const char *name);
void coords_begin_ring(struct coords *c);
void coords_point(struct coords *c, double a, double b, size_t line);
bool coords_at_ring_start(const struct coords *c, double a, double b);
size_t coords_in_ring(const struct coords *c); /* points of the newest ring */

struct coords_meaning {
    struct geo_crs crs;
    bool first_is_north; /* column a is y */
};
/* Writes set.crs_note, too. The CRS option of the context counts where the file says nothing. */
enum status coords_decide(struct parsing *p, const struct coords *c,
                          struct coords_meaning *out) HX_MUST_CHECK;

/* Every outer ring with the rings inside it becomes a parcel. */
enum status coords_add_parcels(struct parsing *p, const struct coords *c) HX_MUST_CHECK;

#endif
