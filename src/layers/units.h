/* The administrative units that the store knows, as far as an import needs them: codes, and boundaries where
 * there are any.
 *
 * Memory: all boundaries at once (reference ones are small). Threads: const once read. */
#ifndef HX_LAYERS_UNITS_H
#define HX_LAYERS_UNITS_H

#include "store/store.h"

struct unit {
    const char *code, *name;
    const char *level;      /* "region" | "prefecture" | "county" | "township" */
    struct geo_shape shape; /* n_rings 0: none known */
    uint32_t *band_start;   /* UNIT_BANDS + 1: where each band of latitude begins in band_edge */
    uint32_t *band_edge;    /* first vertices of the edges that meet a band */
};
enum { UNIT_BANDS = 512 };

struct units {
    struct unit *list; /* by code */
    size_t n;
    bool has_region;
};

/* In the arena. A store without units gives none. */
enum status units_read(struct store *s, struct arena *a, struct units *out, struct error *e) HX_MUST_CHECK;
/* Where a feature belongs, by its code, its place, and (of an administrative layer) its name. */
struct unit_answer {
    const char *county; /* to be stored: the code as given, or found; "" */
    bool unknown;       /* no unit has this code; a township's, only where its county's townships are known */
    bool contradicts;   /* the code says one county, the place another */
    bool far;           /* ... and the place is more than 20 km from what the code names */
    bool by_place, by_name;
    bool outside; /* not in the region */
};
/* `name` NULL: not to be looked for. Boundaries for reference are kilometres off, so that where only the
 * prefecture's is known a code contradicts a place 20 km from it. */
void units_locate(const struct units *u, const char *code, const char *name, double lon_deg, double lat_deg,
                  struct unit_answer *out);
/* A township's nine digits, from those or from the twelve of a statistical code that end in 000. False: no
 * township's code. */
bool units_township_code(const char *code, char nine[10]);
/* Exactly this unit (a township also by twelve digits), or NULL. `code` has `n` characters. */
const struct unit *units_find(const struct units *u, const char *code, size_t n);
/* By its first six digits, or NULL. */
const struct unit *units_by_code(const struct units *u, const char *code);
/* Is a point in the unit, or within `reach_m` of it? The unit has a boundary. */
bool units_near(const struct unit *u, double lon_deg, double lat_deg, double reach_m);
/* The unit of that code that has a boundary: itself, its township (nine digits), its county (six), or its
 * prefecture (four); NULL. */
const struct unit *units_bounded(const struct units *u, const char *code);

#endif
