/* Arcs -> chords, the same for every format: no chord spans more than a twentieth of a degree of its arc,
 * nor more than 0.1 m. The area between n chords and their circle is about pi * chord^2 / 6 for a whole
 * one, whatever its radius: 0.005 m2.
 * Coordinates are those of the file's plane, degrees or metres; nothing is projected. Threads: pure. */
#ifndef HX_GEO_ARC_H
#define HX_GEO_ARC_H

#include <stdbool.h>
#include <stddef.h>

struct arc {
    double x, y, radius; /* its circle */
    double from, sweep;  /* radians; sweep is positive when counter-clockwise */
    size_t steps;        /* chords, 1 or more; at most ARC_STEPS_MAX */
};
enum { ARC_STEPS_MAX = 10000000 };

/* Through three points in their order; where the third is the first, a whole circle whose second point is
 * opposite. False when they are on a line, which is then the second and the third point's. `degrees`: the
 * unit of the coordinates is no metre. */
bool arc_through(const double p[3][2], bool degrees, struct arc *out);
/* Where chord i ends, 1 <= i < steps; the last one ends in the third point itself. */
void arc_point(const struct arc *a, size_t i, double *x, double *y);

#endif
