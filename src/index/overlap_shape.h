/* The overlap of a parcel with features of a layer as geometry, traced along the borders where they simply
 * cross, otherwise built by GEOS from locally clipped pieces: for drawing, for the width of slivers, and for
 * the union where features of a layer overlap each other. Areas of single features are overlap.h's business
 * and never come from here.
 *
 * Threads: scratch and GEOS context belong to one thread. */
#ifndef HX_INDEX_OVERLAP_SHAPE_H
#define HX_INDEX_OVERLAP_SHAPE_H

#include "geo/valid.h"
#include "index/layer_index.h"

struct overlap_shape {
    struct geo_shape shape; /* in the arena; n_polygons 0 when there is no common area */
    double area_m2;         /* ellipsoid */
    double perimeter_m;     /* of all rings, local metres */
};

/* A feature and the common area that the kernel measured for it, against which its geometry is checked. */
struct overlap_part {
    uint32_t feature;
    double area_m2;
};

/* What shapes are built from and with; the first five fields are borrowed, the others made when they are
 * first needed: 0 at first. One for all features of a layer and a parcel, so that nothing is made of the
 * whole parcel for each of them. */
struct overlap_shapes {
    const struct layer_index *ix;
    const struct geo_shape *parcel;
    struct geo_geos *geos;
    struct index_clip_scratch *clip;
    struct arena *arena;
    const struct layer_index *edges; /* the parcel's own */
    double tolerance_m2;
    bool geos_is_asked; /* of a large parcel: GEOS may be, it is not hopeless */
};

/* parcel and (union of the n features). Each feature's geometry must have the area that was measured, to
 * max(0.01 m2, 1e-8 of the parcel): where tracing does not give it, GEOS overlays local clips, then the whole
 * feature, and when that does not either the answer is STATUS_INTERNAL, never a silent 0. */
enum status overlap_shape_build(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                struct overlap_shape *out, struct error *e) HX_MUST_CHECK;

/* The same as parts that stand side by side, of features that do not overlap each other: rings whose winding
 * numbers are 0 or 1, for overlap_prepare. Nothing is united, which for thousands of parts takes minutes. */
enum status overlap_shape_pieces(struct overlap_shapes *from, const struct overlap_part *parts, size_t n,
                                 struct geo_shape *out, struct error *e) HX_MUST_CHECK;

/* What of one feature lies within a box, as rings whose winding numbers are 0 or 1: input for
 * overlap_prepare. Arena; n_rings 0 when nothing does. */
enum status overlap_clip_shape(const struct layer_index *ix, uint32_t feature, const struct geo_box *box,
                               struct index_clip_scratch *scratch, struct arena *arena, struct geo_shape *out,
                               struct error *e) HX_MUST_CHECK;

#endif
