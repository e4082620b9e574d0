/* A filter from within: filter.c makes it of a tree, literal.c its geometries, match.c asks. Internal. */
#ifndef HX_FILTER_PARTS_H
#define HX_FILTER_PARTS_H

#include "filter/filter.h"
#include "geo/valid.h"

/* What a term is: a predicate as the tree has it, or a value. */
struct filter_term {
    enum cql2_kind kind;
    enum cql2_op op;
    enum filter_type type; /* of a value */
    size_t queryable;      /* of a property */
    const char *text;
    double number;          /* days or seconds of a day or a time, too */
    GEOSGeometry *geometry; /* owned by the filter's list */
    const GEOSPreparedGeometry *prepared;
    struct geo_box box;
    struct filter_term *args;
    size_t n_args;
};

struct filter_literal { /* to be freed with the filter */
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared;
    struct filter_literal *next;
};

struct filter {
    const struct filter_queryable *queryables;
    size_t n_queryables;
    struct arena *arena;
    struct geo_geos *geos;
    GEOSWKBReader *wkb;
    GEOSGeoJSONReader *geojson;
    struct geo_shape_builder scratch;
    struct filter_literal *literals;
    struct filter_term **terms; /* all must be true */
    size_t n_terms, cap_terms;
    bool needs_geometry, has_box;
    struct geo_box box;
};

/* A literal geometry as GEOS has it, valid, in longitude and latitude, kept in the filter; fills geometry,
 * prepared and box of the term. */
enum status filter_literal_make(struct filter *f, const struct cql2_node *n, const struct crs_named *crs,
                                struct geo_transformer *t, struct filter_term *out,
                                struct error *e) HX_MUST_CHECK;

#endif
