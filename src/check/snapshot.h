/* The set of layers that a check sees: every current version with its flat index mapped, the table of lines
 * that their definitions make, and the rule table.
 *
 * A snapshot is const once loaded and reference-counted: a new version makes a new snapshot, requests under
 * way keep the old one, nobody waits. An index file that is missing, stale or damaged is rebuilt from the
 * store; a layer whose index can be had in neither way is present with `index == NULL` and a reason, and
 * is answered LAYER_UNMEASURED. So is one whose file changes later, until a new snapshot is loaded. */
#ifndef HX_CHECK_SNAPSHOT_H
#define HX_CHECK_SNAPSHOT_H

#include "index/layer_set.h"
#include "lines/claims.h"
#include "lines/rules.h"
#include "store/store.h"

struct layer_snapshot {
    struct store_version version;    /* strings owned by the snapshot */
    const struct layer_index *index; /* NULL when it cannot be had */
    /* NULL when the version states no coverage. Layers whose coverages are equal have the same one: its
     * features' ids are of any of them. */
    const struct layer_index *coverage;
    struct error fault; /* why `index` is NULL */
};

/* Can it be measured by? False when there is no index, and when its file or that of its coverage was seen to
 * have changed since it was verified. The index that is there can be read all the same, without harm. */
bool layer_is_measurable(const struct layer_snapshot *l);

/* A level of administrative units, and its layer. */
struct unit_layer {
    const struct unit_level *level;
    const struct layer_snapshot *layer;
};

struct snapshot;
/* Loads everything from the store. Takes the store for the call only. */
enum status snapshot_load(struct store *store, struct snapshot **out, struct error *e) HX_MUST_CHECK;
/* The versions that were in force on a day (store_versions.h) under the rule table of today; "" or NULL:
 * the current ones. */
enum status snapshot_load_as_of(struct store *store, const char *day, struct snapshot **out,
                                struct error *e) HX_MUST_CHECK;
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL-safe; the last reference frees */

size_t snapshot_n_layers(const struct snapshot *s);
const struct layer_snapshot *snapshot_layer_at(const struct snapshot *s, size_t i);
const struct layer_snapshot *snapshot_layer(const struct snapshot *s,
                                            const char *layer_id); /* NULL: not loaded */
/* The lines that a check looks at, and those that are defined and not loaded. */
const struct line_table *snapshot_lines(const struct snapshot *s);
/* The layer of a line of the table; NULL: not loaded. No search: for every parcel. */
const struct layer_snapshot *snapshot_line(const struct snapshot *s, int line);
/* The indexes that a check of a parcel measures, to be looked into together: made by who asks for the 64th
 * time. NULL: not there yet, and each is looked into by itself. */
const struct layer_set *snapshot_measured(const struct snapshot *s);
/* The levels of administrative units of which a layer is loaded, from the largest to the smallest; how
 * many. */
size_t snapshot_units(const struct snapshot *s, const struct unit_layer **out);
/* What claims are held against here. Borrowed from the snapshot. */
struct claim_terms snapshot_claim_terms(const struct snapshot *s);
const struct class_table *snapshot_classes(const struct snapshot *s);
/* Versions of the examined lines that are drafts: being adjusted, and no part of any answer; what they would
 * change is told beside it. In a snapshot of named versions those that were named. */
struct snapshot_draft {
    struct layer_snapshot layer;
    int line; /* its number in the table */
};
const struct snapshot_draft *snapshot_drafts(const struct snapshot *s, size_t *n);
const struct rule_table *snapshot_rules(const struct snapshot *s);
int64_t snapshot_generation(const struct snapshot *s);

/* How many of its index files, layers' and coverages', were seen to be changed: a number that only grows.
 * snapshot_look looks at all of them first, one call of the kernel for each. What is computed between two
 * moments at which it is the same, the latter by snapshot_look, was computed from what was verified. */
size_t snapshot_look(const struct snapshot *s);
size_t snapshot_n_changed(const struct snapshot *s);
/* For who computed something when nothing had changed: STATUS_CORRUPT when that is so no more. */
enum status snapshot_still_whole(const struct snapshot *s, struct error *e) HX_MUST_CHECK;

#endif
