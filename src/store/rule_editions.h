/* The editions of the rule table that a store has ever loaded, and when each came into force. Editions never
 * change and are never deleted, so that a report can name the one it was judged by. Threads: as store.h. */
#ifndef HX_STORE_RULE_EDITIONS_H
#define HX_STORE_RULE_EDITIONS_H

#include "store/store.h"

struct store_rule_edition {
    const char *sha256; /* hex, of the text */
    const char *csv;
    const char *source;      /* where it was loaded from */
    const char *loaded_at;   /* UTC */
    const char *in_force_at; /* of a switch; "" where the edition itself is read */
    bool current;
};

/* One edition. STATUS_NOT_FOUND when the store never had it. Texts in the arena. */
enum status store_rule_edition_read(struct store *s, const char *sha256, struct arena *a,
                                    struct store_rule_edition *out, struct error *e) HX_MUST_CHECK;

/* Every time that an edition came into force, oldest first; `csv` is not read and "". Borrowed for the
 * call. */
typedef bool store_rule_edition_fn(const struct store_rule_edition *edition, void *user);
enum status store_rule_switches(struct store *s, store_rule_edition_fn *fn, void *user,
                                struct error *e) HX_MUST_CHECK;

#endif
