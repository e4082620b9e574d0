/* Overlap area of a parcel with the features of a layer, without building any geometry.
 *
 * For an edge e let T(e) be the region under it, signed by its direction. A polygon is the signed sum of its
 * T(e), so
 *
 *     area(A and B) = sum over edges a of A, b of B of  sign(a) sign(b) area(T(a) and T(b)),
 *
 * and T(a) and T(b) meet under the lower of two straight lines over the longitudes that both edges span.
 * There are no predicates, nothing is snapped, and no case is degenerate: shared edges, holes, spikes and
 * many parts just add up.
 * Of a ring of B only the edges near the parcel matter: edges beside or below its box contribute nothing, and
 * a run of edges wholly above it contributes the parcel's own area between the run's two ends
 * (src/index/overlap.c).
 *
 * Edge model: straight in longitude/latitude. Measure: CGCS2000 ellipsoid, by the authalic function Q(lat) as
 * a cubic about the parcel's own latitude; a parcel taller than PIECE_MAX_LAT_DEG or with more than
 * PIECE_MAX_EDGES edges is cut into pieces along meridians and parallels, and each piece has its own cubic
 * (relative error below 1e-11).
 * The same bits come out on every processor: the code is compiled per instruction set, without contraction,
 * and lanes are added in one fixed order. Threads: one scratch belongs to one thread; layer indexes are
 * shared. */
#ifndef HX_INDEX_OVERLAP_H
#define HX_INDEX_OVERLAP_H

#include "index/layer_index.h"
#include "index/layer_set.h"

enum { PIECE_MAX_EDGES = 64 };
#define PIECE_MAX_LAT_DEG 0.05

/* The parcel that is being measured, and memory that is reused from parcel to parcel. */
struct overlap_scratch;
enum status overlap_scratch_new(struct overlap_scratch **out, struct error *e) HX_MUST_CHECK; /* owned */
void overlap_scratch_free(struct overlap_scratch *s);                                         /* NULL-safe */
/* Gives back what a large parcel has made it hold. No parcel is prepared then. */
void overlap_scratch_shrink(struct overlap_scratch *s);

/* Makes `shape` the parcel of the following measurements. Rings may be any closed rings whose winding numbers
 * are 0 or 1 (a finished geo_shape, or rings from index_clip_feature). `shape` is borrowed until the next
 * prepare. */
void overlap_prepare(struct overlap_scratch *s, const struct geo_shape *shape);

/* Not needed, but layers that will be measured are looked into faster together. The set must live until the
 * next prepare; layers that are not of it are left to their own measurement. */
enum status overlap_look(struct overlap_scratch *s, const struct layer_set *set,
                         struct error *e) HX_MUST_CHECK;

/* Has a look shown that nothing of the layer is near the parcel? Then overlap_measure finds no feature. */
bool overlap_saw_nothing(struct overlap_scratch *s, const struct layer_index *ix);

/* The prepared parcel's own area, m2, by the same arithmetic: an overlap with something that contains the
 * parcel equals it to rounding. */
enum status overlap_parcel_area(struct overlap_scratch *s, double *area_m2, struct error *e) HX_MUST_CHECK;

struct overlap {
    uint32_t feature;
    double area_m2; /* never below 0; rounding leaves about 1e-9 m2 along shared borders */
    bool crossed;   /* some edge of the feature comes near the parcel; false: it contains the parcel or misses
                       it */
};

/* Every feature one of whose ring boxes meets the parcel's, in feature order, with its overlap (which may be
 * 0).
 * `out` is borrowed from the scratch until its next use. */
enum status overlap_measure(struct overlap_scratch *s, const struct layer_index *ix,
                            const struct overlap **out, size_t *n, struct error *e) HX_MUST_CHECK;

/* The same of those features only that `wanted` says yes to; the others cost a look at their boxes. For a
 * layer among itself, where a feature as the parcel would meet itself along every edge. */
typedef bool overlap_wanted_fn(uint32_t feature, void *user);
enum status overlap_measure_wanted(struct overlap_scratch *s, const struct layer_index *ix,
                                   overlap_wanted_fn *wanted, void *user, const struct overlap **out,
                                   size_t *n, struct error *e) HX_MUST_CHECK;

/* Do the boundaries of the prepared parcel and of a feature have a point in common (within tolerance_m)? */
enum status overlap_touches(struct overlap_scratch *s, const struct layer_index *ix, uint32_t feature,
                            double tolerance_m, bool *out, struct error *e) HX_MUST_CHECK;

/* The instruction set that was chosen at run time: "avx2" or "baseline". */
const char *overlap_kernel_name(const struct overlap_scratch *s);
/* For tests and benchmarks: use this instruction set instead. false when the processor lacks it. */
bool overlap_kernel_choose(struct overlap_scratch *s, const char *name);

#endif
