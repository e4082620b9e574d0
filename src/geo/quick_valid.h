/* The validity of a shape, decided without GEOS wherever that can be done with certainty.
 *
 * GEOS tests every hole against the whole shell: hours for a red line with thousands of holes. Here all edges
 * lie in one grid; a ring of which no edge comes near another one beyond doubt of rounding is simple and
 * alone, and for such rings validity is nothing but nesting. Only rings that touch something, or may, are
 * shown to GEOS (with the shells), which then decides. The answer is GEOS's answer (a test compares them);
 * the sentence of a fault is geo/valid.h's.
 * Threads: a checker belongs to one thread. */
#ifndef HX_GEO_QUICK_VALID_H
#define HX_GEO_QUICK_VALID_H

#include "geo/valid.h"

struct quick_valid;
enum status quick_valid_new(struct quick_valid **out, struct error *e) HX_MUST_CHECK; /* owned */
void quick_valid_free(struct quick_valid *q);                                         /* NULL-safe */

/* As geo_valid_check_place. */
enum status quick_valid_check(struct quick_valid *q, struct geo_geos *g, const struct geo_shape *s,
                              double place_deg[2], struct error *e) HX_MUST_CHECK;

#endif
