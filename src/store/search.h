/* Finding a thing of the map by its name or code: units, towns, places of the plan, water, townships and
 * villages of loaded layers, and features of every current layer by the beginning of their code.
 *
 * Names are looked at one by one, where they are few (units, places, layers of the kind admin); codes of
 * features by an index, of which there may be millions. Not for: what a person may not see (projects.h), and
 * coordinates (geo/crs/typed.h). Texts are borrowed for the call. Threads: as store.h. */
#ifndef HX_STORE_SEARCH_H
#define HX_STORE_SEARCH_H

#include "store/store.h"

enum { SEARCH_CODE_BYTES = 4 }; /* a code is looked for from so many bytes on */

struct store_found {
    const char *what;       /* "unit" | "town" | "water" | "plan" | "feature" */
    const char *collection; /* where it is a feature of; of a unit "" */
    const char *code, *name;
    const char *within; /* the unit above, a seat's name or the kind of a place; "" */
    int64_t id;         /* of the feature; 0: of a unit */
    struct geo_box box;
};
typedef bool store_found_fn(const struct store_found *f, void *user); /* false stops */

/* At most `limit` of each of the four kinds, the whole name before a part of it. What has no place on the map
 * is left out. `text` is not "". */
enum status store_search(struct store *s, const char *text, int64_t limit, store_found_fn *fn, void *user,
                         struct error *e) HX_MUST_CHECK;

#endif
