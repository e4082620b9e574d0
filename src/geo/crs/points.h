/* The points of a file as two columns of numbers, before anybody has decided which is which and of what
 * system (decide.h). Threads: pure. */
#ifndef HX_GEO_CRS_POINTS_H
#define HX_GEO_CRS_POINTS_H

#include "geo/crs/decide.h"

struct crs_points {
    const double *a, *b; /* as written */
    size_t n;
};

/* Their number and extent, for the question. n > 0. */
void crs_points_extent(const struct crs_points *p, struct crs_question *q);

/* Is the refusal of crs_decide, by its code, about points that do not belong together? Then crs_points_odd is
 * the first that is no point of China, or of another kind or zone than the first. */
bool crs_points_refused(const char *code);
size_t crs_points_odd(const struct crs_points *p);

/* Degrees, minutes and seconds run together (1072342.5 is 107°23′42.5″), all of them: as a northing it would
 * lie in the South China Sea. */
bool crs_points_packed(const struct crs_points *p);
/* Can all be degrees.minutes-seconds (107.32354655 is 107°32′35.4655″)? */
bool crs_points_dotted(const struct crs_points *p);

#endif
