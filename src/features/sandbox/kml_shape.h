/* The rings of one KML placemark, as they come -> WKB. Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_KML_SHAPE_H
#define HX_FEATURES_SANDBOX_KML_SHAPE_H

#include "base/buffer.h"

#include <stdint.h>

struct kml_ring {
    bool outer;
    size_t at, n; /* points */
};
struct kml_shape {
    struct buffer points; /* x, y doubles of the polygon that is being read */
    struct kml_ring *rings;
    size_t n_rings, cap_rings;
    struct buffer polygons; /* WKB of those that are whole */
    uint32_t n_polygons;
    struct buffer wkb;  /* the result */
    struct error fault; /* code "" : none yet; the first stays */
    bool no_memory;
};

void kml_shape_init(struct kml_shape *s);
void kml_shape_clear(struct kml_shape *s);
/* The text of a <coordinates>, whose first line is `line` of the file. */
void kml_shape_ring(struct kml_shape *s, bool outer, const char *text, unsigned long line);
/* </Polygon>, which began at `line`. */
void kml_shape_polygon(struct kml_shape *s, unsigned long line);
/* The result in s->wkb, when there is no fault and a polygon. */
void kml_shape_finish(struct kml_shape *s);
void kml_shape_fault(struct kml_shape *s, const char *code, const char *zh, const char *en);

#endif
