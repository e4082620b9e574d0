/* Areas of many parcels with one line, and nothing else: no verdict, no rule, no sentence, no sliver set
 * aside. For programs that bring parcels by the thousand and judge by themselves. */
#ifndef HX_CHECK_AREAS_H
#define HX_CHECK_AREAS_H

#include "check/check.h"

struct feature_area {
    uint32_t feature; /* number in the layer's index */
    double area_m2;
};

struct parcel_areas {
    double area_m2; /* the parcel's own */
    /* Of it, about which the line says nothing; the whole when the layer is incomplete. */
    double uncovered_m2;
    const struct feature_area *features; /* by number; arena */
    size_t n_features;
};

/* Measures n parcels against a layer that has an index; `out` takes n. Figures are those of measure_line: of
 * the same overlaps, with the same floor; features that overlap each other are not united. Uses w->batch,
 * w->scratch and w->arena. STATUS_CORRUPT when a file of the layer changed meanwhile. */
enum status areas_measure(struct check_worker *w, const struct layer_snapshot *layer,
                          const struct geo_shape *parcels, size_t n, struct parcel_areas *out,
                          struct error *e) HX_MUST_CHECK;

#endif
