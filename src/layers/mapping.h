/* A mapping file: how one source's layer is to be read, in the operator's words (schema/mapping.schema.json).
 *
 * Threads: const once read. */
#ifndef HX_LAYERS_MAPPING_H
#define HX_LAYERS_MAPPING_H

#include "layers/source.h"

struct mapping {
    const char *layer, *source_layer, *unit; /* NULL when not given */
    int epsg;                                /* 0 when not given */
    struct source_fields fields;
    struct source_zones zones;
};

/* Everything in the arena. STATUS_INVALID_INPUT with a sentence that names the key and what it may be. */
enum status mapping_read(const char *path, struct arena *a, struct mapping *out,
                         struct error *e) HX_MUST_CHECK;

#endif
