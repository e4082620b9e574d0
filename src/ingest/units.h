/* The administrative units that the store knows, as far as an import needs them: codes, and boundaries where there are any.
 *
 * Memory: all boundaries at once (reference ones are small). Threads: const once read. */
#ifndef HX_INGEST_UNITS_H
#define HX_INGEST_UNITS_H

#include "store/store.h"

struct unit {
    const char *code, *name, *level;
    struct geo_shape shape; /* n_rings 0: none known */
};

struct units {
    struct unit *list;
    size_t n;
    bool has_region;
};

/* In the arena. A store without units gives none. */
enum status units_read(struct store *s, struct arena *a, struct units *out, struct error *e) HX_MUST_CHECK;
/* The county whose boundary holds a point, or NULL. */
const struct unit *units_at(const struct units *u, double lon_deg, double lat_deg);
/* By its first six digits, or NULL. */
const struct unit *units_by_code(const struct units *u, const char *code);
bool units_region_holds(const struct units *u, double lon_deg, double lat_deg);
/* Is a point in the unit, or within `reach_m` of it? The unit has a boundary. */
bool units_near(const struct unit *u, double lon_deg, double lat_deg, double reach_m);
/* The unit of that code that has a boundary: itself, its county (six digits), or its prefecture (four digits); NULL. */
const struct unit *units_bounded(const struct units *u, const char *code);
void units_inner_point(const struct geo_shape *s, double *lon_deg, double *lat_deg);

#endif
