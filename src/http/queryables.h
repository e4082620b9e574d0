/* What a filter may ask of a collection's features: the columns that the store has, and the fields that came
 * with the data, as the first QUERYABLES_SAMPLE features have them. Of a layer the latter stand below
 * "properties.", where the answer has them, too; of a set of places there is no such difference.
 *
 * A field is of the type of all its values: text, number, boolean; texts that are all days or all times are
 * that. A field of several types, of arrays or objects, or beyond QUERYABLES_MAX is not to be asked for, and
 * refused by name. Threads: one request's. */
#ifndef HX_HTTP_QUERYABLES_H
#define HX_HTTP_QUERYABLES_H

#include "filter/filter.h"
#include "http/collection.h"

enum { QUERYABLES_SAMPLE = 1000, QUERYABLES_MAX = 64 };

struct queryables {
    struct filter_queryable *items;
    const char **fields; /* of each the field in the stored JSON; NULL: a column */
    size_t n;
    bool places;
};

/* Everything in the arena. `version_id` is of a layer. */
enum status queryables_read(struct store *store, const struct collection *c, int64_t version_id,
                            struct arena *a, struct queryables *out, struct error *e) HX_MUST_CHECK;

/* One feature as a filter asks about it: exactly one of the two. */
struct queryable_values {
    const struct queryables *queryables;
    const struct store_feature *feature;
    const struct store_plan_feature *place;
    void *json; /* read when it is first asked for; queryable_values_end lets it go */
    bool json_read;
};
struct filter_feature queryable_feature(struct queryable_values *v);
void queryable_values_end(struct queryable_values *v);

#endif
