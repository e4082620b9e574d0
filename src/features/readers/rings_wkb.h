/* Rings that a reader of text found, as the WKB that a feature carries. Private to features/. Threads:
 * pure. */
#ifndef HX_FEATURES_READERS_RINGS_WKB_H
#define HX_FEATURES_READERS_RINGS_WKB_H

#include "geo/rings.h"

/* A multipolygon of the rings as they are: not closed, not turned, not judged. In the arena; false when
 * memory is out. */
bool rings_to_wkb(const struct ring_list *l, struct arena *a, const unsigned char **wkb_out, size_t *n_out);

#endif
