/* What answers requests: a fixed pool of workers and the current snapshot.
 *
 * Invariants: a worker is used by one thread at a time and is given back with its arena empty; the snapshot
 * that a request holds stays valid until it lets go; a new one is loaded by whichever request first notices,
 * while others go on with the old one. Threads: every function may be called from any thread, open and
 * close from one. */
#ifndef HX_HTTP_ENGINE_H
#define HX_HTTP_ENGINE_H

#include "check/check.h"
#include "store/store.h"
#include "tile/tile.h"

/* How old the answer to "is there a new version?" may be. */
enum { ENGINE_LOOK_MS = 200 };

struct engine_worker {
    struct check_worker check;
    struct store *store; /* read-only */
    struct tile_scratch *tile;
    struct geo_shape_builder shape;
};

struct engine;
enum status engine_open(const char *store_path, size_t n_workers, struct engine **out,
                        struct error *e) HX_MUST_CHECK;
void engine_close(struct engine *en); /* NULL-safe; no worker may be out */

struct engine_worker *engine_take(struct engine *en); /* waits until one is free */
void engine_give(struct engine *en, struct engine_worker *w);

/* The current snapshot; release with snapshot_unref. Never fails: when a new one cannot be loaded, the old
 * one stays and the reason is logged. */
struct snapshot *engine_snapshot(struct engine *en, struct engine_worker *w);
/* What was in force on a day, "2024-01-31" (snapshot_load_as_of); release with snapshot_unref. The latest
 * days asked for are kept until the store changes; loads take turns, so that a day is loaded once. */
enum status engine_snapshot_as_of(struct engine *en, struct engine_worker *w, const char *day,
                                  struct snapshot **out, struct error *e) HX_MUST_CHECK;

#endif
