/* What geodata.c and geodata_plan.c share. Not for other modules' use. */
#ifndef HX_LAYERS_GEODATA_PARTS_H
#define HX_LAYERS_GEODATA_PARTS_H

#include "base/arena.h"
#include "store/store.h"

#include <jansson.h>

struct geodata {
    const char *dir;
    struct arena *arena;
    json_t *manifest; /* owned */
};

/* The file's text, in the arena. */
enum status geodata_text(const struct geodata *g, const char *name, const char **text, size_t *n,
                         struct error *e) HX_MUST_CHECK;
enum status geodata_json(const struct geodata *g, const char *name, json_t **out,
                         struct error *e) HX_MUST_CHECK;
/* Units, seats, places, tables and the base map; *loaded is false when nothing had changed. */
enum status geodata_load_plan(const struct geodata *g, struct store *s, bool *loaded,
                              struct error *e) HX_MUST_CHECK;

#endif
