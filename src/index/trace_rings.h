/* Rings that were traced, and how they become a shape. Private to overlap_trace.c. */
#ifndef HX_INDEX_TRACE_RINGS_H
#define HX_INDEX_TRACE_RINGS_H

#include "geo/shape.h"

/* Closed rings, their inside on the left. Without arrays it only counts. */
struct trace_rings {
    double *lon, *lat;
    uint32_t *ring_start;
    uint32_t n, n_rings;
    struct geo_box box;
};

void trace_rings_begin(struct trace_rings *o);
void trace_rings_end(struct trace_rings *o);

/* Each ring a part; false when one of them is a hole. */
bool trace_rings_parts(const struct trace_rings *o, struct arena *arena, struct geo_shape *out);
/* Outer rings with their holes; false when it cannot be told which lies in which, or memory is out. */
bool trace_rings_nest(const struct trace_rings *o, struct arena *arena, struct geo_shape *out);

/* The ring that an edge is of, by the number of its first vertex. */
uint32_t trace_ring_of(const struct geo_shape *s, uint32_t edge);

#endif
