/* What the files that load snapshots share. Private to check/.
 *
 * A loader makes an empty snapshot, hands it versions and then terms, whose texts are in its arena, and lets
 * go of it by snapshot_unref when any step fails. */
#ifndef HX_CHECK_SNAPSHOT_PARTS_H
#define HX_CHECK_SNAPSHOT_PARTS_H

#include "check/snapshot.h"
#include "lines/definition.h"

#include <stdatomic.h>

/* The set of all that is measured under a parcel, once it has been asked for often: who checks one parcel
 * need not wait for it. */
struct look_together {
    atomic_uint n_asked;
    _Atomic(const struct layer_set *) set; /* NULL: not there yet */
    struct arena *arena;                   /* of the set */
};

struct snapshot {
    atomic_int references;
    struct arena *arena; /* versions' strings, definitions, the rules */
    struct layer_snapshot *layers;
    size_t n_layers;
    struct line_table lines;
    const struct layer_snapshot *line_layers[LINES_MAX]; /* of `lines`, into `layers`, or NULL */
    struct look_together *together;                      /* what is no part of the state; may be NULL */
    struct unit_layer units[UNIT_LEVELS_MAX];            /* the levels of units that are loaded */
    size_t n_units;
    struct rule_table rules;
    struct class_table classes;
    struct snapshot_draft *drafts; /* of the examined lines */
    size_t n_drafts;
    const struct layer_index **indexes; /* all that are open, each once: to be looked at */
    size_t n_indexes, cap_indexes;
    int64_t generation;
};

/* An empty snapshot with one reference. */
enum status snapshot_new(struct snapshot **out, struct error *e) HX_MUST_CHECK;
/* Opens or rebuilds the indexes of `versions`, whose strings are in the snapshot's arena. A layer that cannot
 * be opened does not fail the snapshot: it is answered "cannot be measured", with the reason. */
enum status snapshot_take_versions(struct snapshot *s, struct store *store,
                                   const struct store_version *versions, size_t n,
                                   struct error *e) HX_MUST_CHECK;
/* What the versions are judged by: definitions of layers and an edition of the rule table. After the
 * versions: a line of which there is no version is examined only when it must be. */
struct snapshot_terms {
    const struct definition_text *definitions;
    size_t n_definitions;
    const char *rules_csv;
};
enum status snapshot_take_terms(struct snapshot *s, const struct snapshot_terms *terms,
                                struct error *e) HX_MUST_CHECK;
/* Opens those of the versions that are of an examined line of which a version is loaded, as drafts. */
enum status snapshot_take_drafts(struct snapshot *s, struct store *store,
                                 const struct store_version *versions, size_t n,
                                 struct error *e) HX_MUST_CHECK;
/* The levels of units, by the definitions that the store has in force: for terms that name the lines only. */
enum status snapshot_take_levels(struct snapshot *s, struct store *store, struct error *e) HX_MUST_CHECK;

#endif
