/* A collection of the interface is either a layer of the snapshot or one of the store's fixed sets of
 * places. */
#ifndef HX_HTTP_COLLECTION_H
#define HX_HTTP_COLLECTION_H

#include "formats/geojson.h"
#include "http/request.h"

/* A set of places from the plan, the administrative division or the base map: small, of points, lines and
 * areas, without versions. */
struct place_set {
    const char *id;
    const char *title_zh, *title_en;
    const char *kind;     /* "plan" | "admin" | "base" */
    const char *geometry; /* "point" | "mixed" */
    const char *label;
};

struct collection { /* exactly one of the two; both borrowed */
    const struct layer_snapshot *layer;
    const struct place_set *places;
};

/* STATUS_NOT_FOUND when no collection has that id. */
enum status collection_find(const struct snapshot *s, const char *id, struct collection *out,
                            struct error *e) HX_MUST_CHECK;

size_t collection_n_place_sets(void);
const struct place_set *collection_place_set(size_t i);

/* Where a feature that stands alone is found; one of a page has no links of its own. */
struct links;
struct item_address {
    const struct links *links;
    const char *collection;
    const char *kept; /* "&crs=...", or "" */
};

/* One GeoJSON Feature each, its positions by `form`. `shape` is scratch; `at` NULL: without links. */
enum status collection_write_feature(struct json_writer *w, const struct store_feature *f,
                                     struct geo_shape_builder *shape, const struct geojson_axes *form,
                                     const struct item_address *at, struct error *e) HX_MUST_CHECK;
enum status collection_write_place(struct json_writer *w, const struct store_plan_feature *f,
                                   const struct geojson_axes *form, const struct item_address *at,
                                   struct error *e) HX_MUST_CHECK;

#endif
