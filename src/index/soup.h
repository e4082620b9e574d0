/* Closed rings without structure, and Sutherland-Hodgman clipping of them by one half-plane at a time.
 *
 * After a clip, pieces of a ring may be joined by edges along the cut; winding numbers off the cut are
 * unchanged, which is all that areas and even-odd reading need. Private to index/. */
#ifndef HX_INDEX_SOUP_H
#define HX_INDEX_SOUP_H

#include "geo/shape.h"

struct soup {
    double *x, *y;   /* vertices of all rings, each ring closed */
    uint32_t *start; /* n_rings + 1 */
    size_t n_rings;
    size_t n_vertices, cap_vertices, cap_rings;
};

struct soup_cut {
    bool by_lat;   /* the cut is a parallel, otherwise a meridian */
    bool keep_low; /* keep what is south or west of it */
    double at;     /* degrees */
};

void soup_release(struct soup *s);
void soup_clear(struct soup *s);
bool soup_reserve(struct soup *s, size_t vertices, size_t rings); /* this many more */
/* false when memory is out */
bool soup_ring_begin(struct soup *s);
bool soup_point(struct soup *s, double x, double y);
/* Closes the ring, or takes it back when it has fewer than 3 vertices. */
bool soup_ring_end(struct soup *s);

/* Appends to `out` what lies on the kept side. Points on the cut itself belong to both sides. */
bool soup_clip(const struct soup *in, const struct soup_cut *cut, struct soup *out);
struct geo_box soup_box(const struct soup *s);

#endif
