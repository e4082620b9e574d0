/* A snapshot of named versions and a named edition of the rules, current or retired: what a report of then is
 * recomputed with. Versions never change and their indexes can be rebuilt from the store, so that the figures
 * are the same as on the day. */
#ifndef HX_CHECK_SNAPSHOT_VERSIONS_H
#define HX_CHECK_SNAPSHOT_VERSIONS_H

#include "check/snapshot.h"

/* `versions`: at most one of each layer, in any order; its strings are copied. `rules_sha256` in hex names
 * the edition; STATUS_NOT_FOUND when the store has no such edition. */
enum status snapshot_load_versions(struct store *store, const struct store_version *versions, size_t n,
                                   const char *rules_sha256, struct snapshot **out,
                                   struct error *e) HX_MUST_CHECK;

#endif
