/* Coordinates that do not say what they mean: pasted tables, CSV, WKT without an SRID. First all are collected as two
 * columns, then one decision is made for all of them from their sizes, and told. Internal to the parcel module.
 *
 * coords_words.c   what headings and remarks say of the system
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
/* Degrees, minutes and perhaps seconds that stand as n numbers of their own (2 or 3); false when they cannot be that. */
bool coords_sexagesimal(const struct coord_value *parts, size_t n, struct coord_value *out);
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
    int width_deg;       /* 3 or 6, likewise */
    double meridian_deg; /* central meridian, likewise */
    bool datum_said;     /* the file says that it is CGCS2000 */
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

/* Why coordinates cannot be taken, by the words beside them. */
enum coords_refusal {
    COORDS_FINE = 0,
    COORDS_OLD_DATUM,    /* Xi'an 1980, Beijing 1954 */
    COORDS_LOCAL_SYSTEM, /* 独立坐标系 */
    COORDS_WEB_MAP,      /* GCJ-02, BD-09 */
    COORDS_PACKED,       /* degrees.minutes-seconds */
};
enum coords_refusal coords_words_refusal(const char *folded);
/* Takes from a heading, a remark or a column's name what it says of the system; *said tells whether it said anything. Refuses
 * what cannot be taken, and what contradicts an earlier line. */
enum status coords_words(struct parsing *p, struct coords *c, const char *text, size_t line,
                         bool *said) HX_MUST_CHECK;
double coords_zone_meridian(int zone);

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
