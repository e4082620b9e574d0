/* Closed rings without structure, and Sutherland-Hodgman clipping of them by one half-plane at a time.
 *
 * After a clip, pieces of a ring may be joined by edges along the cut; winding numbers off the cut are
 * unchanged, which is all that areas and even-odd reading need. For index/ and tile/. */
#ifndef HX_INDEX_RING_CLIP_H
#define HX_INDEX_RING_CLIP_H

#include "geo/shape.h"

struct ring_clip {
    double *x, *y;   /* vertices of all rings, each ring closed */
    uint32_t *start; /* n_rings + 1 */
    size_t n_rings;
    size_t n_vertices, cap_vertices, cap_rings;
};

struct ring_cut {
    bool by_lat;   /* the cut is a parallel, otherwise a meridian */
    bool keep_low; /* keep what is south or west of it */
    double at;     /* degrees */
};

void ring_clip_release(struct ring_clip *s);
void ring_clip_clear(struct ring_clip *s);
/* false when memory is out */
bool ring_clip_begin(struct ring_clip *s);
bool ring_clip_point(struct ring_clip *s, double x, double y);
/* Closes the ring, or takes it back when it has fewer than 3 vertices. */
bool ring_clip_end(struct ring_clip *s);

/* Appends to `out` what lies on the kept side. Points on the cut itself belong to both sides. */
bool ring_clip_cut(const struct ring_clip *in, const struct ring_cut *cut, struct ring_clip *out);

#endif
