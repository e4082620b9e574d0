/* Which features a CQL2 filter means: a tree of names and literals against what can be asked of a feature.
 *
 * A filter is made once, its literals converted and prepared, and then asked about one feature after
 * another in bounded memory. What is not given (null) is neither equal nor unequal to anything, as in SQL:
 * a predicate over it is unknown, NOT of that, too, and only what is true matches. Texts compare by their
 * bytes, which for UTF-8 is the order of the characters' numbers.
 * Geometries are compared by GEOS in longitude and latitude, where edges are straight; edges of a literal
 * in a zone are cut into pieces of 500 m, which lie within a centimetre of it. Threads: one filter, one
 * thread at a time. */
#ifndef HX_FILTER_FILTER_H
#define HX_FILTER_FILTER_H

#include "formats/cql2.h"
#include "geo/crs/uri.h"

#include <stdint.h>

enum filter_type {
    FILTER_TEXT,
    FILTER_NUMBER,
    FILTER_BOOLEAN,
    FILTER_DAY,  /* a text, "2024-01-31" */
    FILTER_TIME, /* a text, "2024-01-31T08:00:00Z" */
    FILTER_GEOMETRY,
};

struct filter_queryable {
    const char *name;
    enum filter_type type;
};

struct filter_value {
    const char *text; /* of a text, a day, a time */
    double number;    /* of a number; 0 or 1 of a boolean */
};

/* A feature, as it is asked about. */
struct filter_feature {
    int64_t id; /* for the sentence when its geometry cannot be read */
    /* False: it is null. `i` numbers the queryables. */
    bool (*value)(void *user, size_t i, struct filter_value *out);
    void *user;
    const void *wkb; /* or NULL, and then: */
    size_t wkb_size;
    const char *geojson; /* or NULL: it has none, or none was needed */
};

struct filter;
/* `queryables` are borrowed, for as long as the filter lives. Owned: filter_free. */
enum status filter_new(const struct filter_queryable *queryables, size_t n, struct filter **out,
                       struct error *e) HX_MUST_CHECK;
void filter_free(struct filter *f); /* NULL-safe */

/* Matches must satisfy this tree, too. Its geometries are in `crs`. The tree may go afterwards.
 * STATUS_INVALID_INPUT: "unknown-property", or "bad-filter" for types that do not go together and for
 * geometries that are none. */
enum status filter_add(struct filter *f, const struct cql2_node *tree, const struct crs_named *crs,
                       struct geo_transformer *t, struct error *e) HX_MUST_CHECK;

/* True where every match has a geometry whose box meets this one: the smallest that the filter tells. */
bool filter_box(const struct filter *f, struct geo_box *out);
bool filter_needs_geometry(const struct filter *f);

enum status filter_matches(struct filter *f, const struct filter_feature *feature, bool *matches,
                           struct error *e) HX_MUST_CHECK;

#endif
