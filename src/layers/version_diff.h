/* What changed between two versions of a layer (or any two versions): features added, removed, changed,
 * recoded, and the area that moved.
 *
 * Features are matched by code and geometry; then those of one code, when there is one left on each side, are
 * "changed"; then equal geometries under different codes are "recoded". Gained and lost area of a changed
 * feature is measured on the exact difference of the two shapes. Memory: about 100 bytes for each feature;
 * geometries are read one by one.
 * Threads: as the store's handle. */
#ifndef HX_LAYERS_VERSION_DIFF_H
#define HX_LAYERS_VERSION_DIFF_H

#include "base/buffer.h"
#include "store/store.h"

enum { VERSION_DIFF_LISTED = 1000 }; /* of each list; the counts go on */

/* JSON in `out`. */
enum status version_diff(struct store *s, const struct store_version *a, const struct store_version *b,
                         struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
