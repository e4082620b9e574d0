/* What the files that load snapshots share. Private to check/.
 *
 * A loader makes an empty snapshot, parses the rules into its arena, hands it the versions, and lets go of it
 * by snapshot_unref when any step fails. */
#ifndef HX_CHECK_SNAPSHOT_PARTS_H
#define HX_CHECK_SNAPSHOT_PARTS_H

#include "check/snapshot.h"
#include "lines/line_table.h"

#include <stdatomic.h>

struct snapshot {
    atomic_int references;
    struct arena *arena; /* versions' strings, the rules */
    struct layer_snapshot *layers;
    size_t n_layers;
    const struct layer_snapshot *lines[CONTROL_LINE_COUNT]; /* into `layers`, or NULL */
    struct rule_table rules;
    int64_t generation;
};

/* An empty snapshot with one reference. */
enum status snapshot_new(struct snapshot **out, struct error *e) HX_MUST_CHECK;
/* Opens or rebuilds the indexes of `versions`, whose strings are in the snapshot's arena. A layer that cannot
 * be opened does not fail the snapshot: it is answered "cannot be measured", with the reason. */
enum status snapshot_take_versions(struct snapshot *s, struct store *store,
                                   const struct store_version *versions, size_t n,
                                   struct error *e) HX_MUST_CHECK;

#endif
