/* A snapshot of named versions, definitions and a named edition of the rules, current or retired: what a
 * report of then is recomputed with. Versions never change and their indexes can be rebuilt from the store,
 * so that the figures are the same as on the day. */
#ifndef HX_CHECK_SNAPSHOT_VERSIONS_H
#define HX_CHECK_SNAPSHOT_VERSIONS_H

#include "check/snapshot.h"
#include "lines/definition.h"

struct snapshot_named {
    const struct store_version *versions; /* at most one of each layer, in any order; strings are copied */
    size_t n_versions;
    const char *rules_sha256;                  /* names the edition, hex */
    const struct definition_text *definitions; /* of the layers that were defined then; texts are copied */
    size_t n_definitions;
    const struct store_version *drafts; /* then; whatever became of them. Strings are copied */
    size_t n_drafts;
};
/* STATUS_NOT_FOUND when the store has no such edition. */
enum status snapshot_load_versions(struct store *store, const struct snapshot_named *named,
                                   struct snapshot **out, struct error *e) HX_MUST_CHECK;

#endif
