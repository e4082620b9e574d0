/* The flat index of a layer version: opened from its file, or built anew from the store when the file is
 * missing, stale or damaged. The store is the truth; the file is only fast. */
#ifndef HX_CHECK_REBUILD_H
#define HX_CHECK_REBUILD_H

#include "index/layer_index.h"
#include "store/store.h"

/* `coverage`: the index of the version's stated coverage instead of its features. When the file cannot be
 * written (a read-only medium), the index is built in a temporary file that vanishes with the process. */
enum status index_of_version(struct store *store, const struct store_version *v, bool coverage,
                             struct arena *a, struct layer_index **out, struct error *e) HX_MUST_CHECK;

#endif
