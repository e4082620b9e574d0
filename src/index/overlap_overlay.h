/* The overlap of a parcel and one feature as GEOS geometry, in four ways from the quick to the sure one. None
 * of them is to be believed before its area has been compared with the one that was measured. Private to
 * overlap_shape.c.
 *
 * Threads: scratch, arena and GEOS context belong to one thread. */
#ifndef HX_INDEX_OVERLAP_OVERLAY_H
#define HX_INDEX_OVERLAP_OVERLAY_H

#include "index/overlap_shape.h"

/* What one overlap is built from. */
struct overlay_task {
    const struct overlap_shapes *from;
    uint32_t feature;
    double area_m2;         /* as it was measured */
    struct geo_shape local; /* the feature near the parcel: clipped to overlay_box */
};

/* Where the whole feature lies in the parcel, it is the feature. Fails where it does not. */
enum status overlay_inside(const struct overlay_task *task, GEOSGeometry **out,
                           struct error *e) HX_MUST_CHECK;
/* Where the feature is a few rings near the parcel, as features mostly are, each is a polygon of its own. A
 * ring may run to and fro along the border of the clip, which GEOS may refuse or not. */
enum status overlay_rings(const struct overlay_task *task, GEOSGeometry **out, struct error *e) HX_MUST_CHECK;
/* From the feature as it looks near the parcel. NULL with STATUS_OK when there is no common area. */
enum status overlay_faces(const struct overlay_task *task, GEOSGeometry **out, struct error *e) HX_MUST_CHECK;
/* From the whole feature, however large: slow, and sure where local noding met lines that nearly coincide. */
enum status overlay_whole(const struct overlay_task *task, GEOSGeometry **out, struct error *e) HX_MUST_CHECK;

/* Takes *g, and gives what of it lies in the box. */
enum status overlay_clip(GEOSContextHandle_t h, const struct geo_box *box, GEOSGeometry **g,
                         struct error *e) HX_MUST_CHECK;

/* Near the parcel: what the feature is clipped to. */
struct geo_box overlay_box(const struct geo_box *parcel);
enum status overlay_failed(struct error *e);

#endif
