/* Which field of a parcel's record means what: one table of names for every format and door, so that the same
 * fields are bound and the same ids told wherever a file goes. (Fields of control layers:
 * layers/layer_table.h.)
 *
 * Names match in any case, by alias too, and where a format cut them (Shapefile: 10 bytes). Threads: pure. */
#ifndef HX_FEATURES_BINDING_H
#define HX_FEATURES_BINDING_H

#include <stdbool.h>
#include <stddef.h>

enum bound_field { BOUND_ID, BOUND_NAME, BOUND_USE, BOUND_AREA, BOUND_COUNTY, BOUND_FIELDS };

/* The member `id` of a GeoJSON feature, which is no property: readers give it this name. */
#define BINDING_FEATURE_ID "@id"

/* The field that has the best of the names, -1 when none has one. `aliases` may be NULL. */
int binding_find(enum bound_field field, const char *const *names, const char *const *aliases, size_t n);
/* The same for one name that somebody gave. */
int binding_find_name(const char *wanted, const char *const *names, const char *const *aliases, size_t n);

#endif
