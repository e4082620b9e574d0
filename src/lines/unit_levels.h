/* The levels of administrative units, as their layers' definitions say: from the largest units to the
 * smallest, each within the one before. Which levels there are is data (member "unit" of a definition of kind
 * admin), like the control layers; no code has a list of them. Threads: plain data. */
#ifndef HX_LINES_UNIT_LEVELS_H
#define HX_LINES_UNIT_LEVELS_H

#include "base/arena.h"
#include "base/status.h"

#include <stddef.h>

enum { UNIT_LEVELS_MAX = 8 };

struct unit_level {
    const char *id;     /* the layer; NULL: a definition of no level */
    const char *parent; /* the layer of the units in which these lie; "": the largest */
    int digits;         /* of a unit's code; a code of more digits begins with it */
};

/* Puts them in their order. Refused, with the definition and the remedy, when one names a parent that is no
 * level, when two have the same parent (or none), when they go in a circle, or are too many. */
enum status unit_levels_sort(struct unit_level *levels, size_t n, struct error *e) HX_MUST_CHECK;

#endif
