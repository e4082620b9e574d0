/* What /health says of the store beyond its layers: is it there, can it be written, is there room.
 *
 * Needs no worker and waits for none: a server whose workers are all out, or whose store is gone, still
 * tells. Threads: any. */
#ifndef HX_HTTP_STORE_HEALTH_H
#define HX_HTTP_STORE_HEALTH_H

#include "base/status.h"
#include "formats/json.h"

#include <stdbool.h>

struct engine;
struct record_writer;

enum { STORE_HEALTH_MAX = 4 };
struct store_health {
    bool failed; /* nothing can be answered that needs the store; else each warning is of a part */
    size_t n;
    struct error warnings[STORE_HEALTH_MAX];
};

/* `writer`: NULL when this server keeps nothing. */
void store_health_look(struct engine *en, struct record_writer *writer, struct store_health *out);
/* What is to be said of all, with the layers that are served: "ok", "degraded" or "failed", and why first of
 * all (*why is left alone when it is ok). */
struct snapshot;
struct layer_snapshot;
bool store_health_layer(const struct layer_snapshot *layer, struct error *why); /* true: it can be used */
const char *store_health_word(const struct store_health *h, const struct snapshot *s, struct error *why);
/* Its warnings as members of an array of notices. */
void store_health_write(struct json_writer *w, const struct store_health *h);

#endif
