/* Definitions of layers in a store: the JSON texts that lines/definition.h and layers/layer_table.h read.
 *
 * One of each layer is in force; earlier ones stay, so that a check of before can be made again. A new store,
 * and one of before definitions were data, gets those of schema/layers/. Threads: as store.h. */
#ifndef HX_STORE_DEFINITIONS_H
#define HX_STORE_DEFINITIONS_H

#include "store/store.h"

struct store_definition {
    const char *layer;
    const char *sha256; /* hex, of the text */
    const char *json;
    size_t size;
    const char *source;                  /* a file's name */
    const char *loaded_at, *in_force_at; /* UTC */
    bool current;
};

/* Those in force, by layer. Texts in the arena. */
enum status store_definitions(struct store *s, struct arena *a, struct store_definition **out, size_t *n,
                              struct error *e) HX_MUST_CHECK;
/* One by its digest, in force or not. STATUS_NOT_FOUND when the store never had it. */
enum status store_definition_read(struct store *s, const char *sha256, struct arena *a,
                                  struct store_definition *out, struct error *e) HX_MUST_CHECK;
/* The first that a layer ever had. STATUS_NOT_FOUND when it has none. */
enum status store_definition_first(struct store *s, const char *layer, struct arena *a,
                                   struct store_definition *out, struct error *e) HX_MUST_CHECK;
/* Puts definitions in force, all or none; the caller has read them (lines/definition.h). A text that the
 * store has seen before is in force again. */
enum status store_definitions_load(struct store *s, const struct store_definition *definitions, size_t n,
                                   struct error *e) HX_MUST_CHECK;
/* Every time that one came into force, oldest first; `json` is "". Borrowed for the call; false stops. */
typedef bool store_definition_fn(const struct store_definition *d, void *user);
enum status store_definition_switches(struct store *s, store_definition_fn *fn, void *user,
                                      struct error *e) HX_MUST_CHECK;

/* Those that this program brings: schema/layers/. `i` from 0; false at the end. Constants. */
bool shipped_definition(size_t i, struct store_definition *out);

#endif
