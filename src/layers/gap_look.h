/* Gaps and overlaps between neighbouring features of a layer that should have none: administrative units and
 * planning zones.
 *
 * A gap is a hole in the union of all features: slivers where each neighbour was simplified or shifted by
 * itself, or a part that is missing. All are counted, the largest are listed. Up to GAP_VERTICES vertices; a
 * larger layer is not looked at, and that is said. Memory: the layer's geometry. Threads: one owner. */
#ifndef HX_LAYERS_GAP_LOOK_H
#define HX_LAYERS_GAP_LOOK_H

#include "formats/json.h"
#include "geo/valid.h"

enum { GAP_VERTICES = 1000000, GAPS_LISTED = 100 };
/* Smaller ones are rounding of the coordinates. */
#define GAP_LEAST_M2 0.01

struct gap_look;
enum status gap_look_new(struct gap_look **out, struct error *e) HX_MUST_CHECK;
void gap_look_free(struct gap_look *g); /* NULL-safe */
enum status gap_look_add(struct gap_look *g, const struct geo_shape *s, double area_m2,
                         struct error *e) HX_MUST_CHECK;
/* Findings "gaps", "overlaps" or "gaps-not-looked-for", as members of an array that is open. A union that
 * GEOS cannot build is told as not looked for. Called once. */
void gap_look_write(struct gap_look *g, struct json_writer *w);

#endif
