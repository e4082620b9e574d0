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

/* Is the file of that index there, and whole? As it is: nothing is built. STATUS_NOT_FOUND, STATUS_CORRUPT.
 */
enum status index_file_verify(struct store *store, const struct store_version *v, bool coverage,
                              struct arena *a, struct error *e) HX_MUST_CHECK;
/* Does the version still hold what was imported? STATUS_CORRUPT ("version-changed") when it was changed
 * behind the program's back. Reads every feature. */
enum status version_verify(struct store *store, const struct store_version *v, struct error *e) HX_MUST_CHECK;

#endif
