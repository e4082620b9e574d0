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

#include <stdatomic.h>

/* How old the answer to "is there a new version?" may be. */
enum { ENGINE_LOOK_MS = 200 };

/* Who waits for whom. Slow requests (tiles, features, reports, audits of records) take at most half of the
 * workers at a time, so that a quick one, a check above all, never waits for them. */
enum engine_lane { LANE_SLOW, LANE_QUICK };

struct engine_worker {
    struct check_worker check;
    struct store *store; /* read-only */
    struct tile_scratch *tile;
    struct geo_shape_builder shape;
    enum engine_lane lane;
    uint64_t writes; /* the engine's count of them when the store was opened */
};

/* At this moment. */
struct engine_load {
    size_t workers;      /* there are */
    size_t slow_max;     /* of them at most work on slow requests */
    size_t slow, quick;  /* work on requests of the lane */
    size_t waiting_slow; /* requests wait for a worker */
    size_t waiting_quick;
    size_t given; /* workers were given back since the start */
};

struct engine;
struct tile_maker;
/* Of the tiles that are kept, of the current versions. */
struct tile_maker *engine_tiles(struct engine *en);
struct page_counts;
struct page_counts *engine_page_counts(struct engine *en);
/* At least two workers: one alone would have no lane to keep free. */
enum status engine_open(const char *store_path, size_t n_workers, struct engine **out,
                        struct error *e) HX_MUST_CHECK;
void engine_close(struct engine *en); /* NULL-safe; no worker may be out */

/* Waits until one is free; fails with "cancelled" when that becomes true before (NULL: never). Fails when
 * the path leads to no store that can be served: the file is gone, or one that is none has taken its place.
 * Another store there is taken up, with its snapshot, once nobody works with the one before; a failure is
 * tried again every ENGINE_LOOK_MS. */
enum status engine_take(struct engine *en, enum engine_lane lane, const atomic_bool *cancelled,
                        struct engine_worker **out, struct error *e) HX_MUST_CHECK;
struct engine_load engine_load(struct engine *en);
void engine_give(struct engine *en, struct engine_worker *w);

/* While a worker is out: names the file that is served (of it, not of its contents), and how many stores were
 * taken up before it. */
const char *engine_store_mark(const struct engine *en);
uint64_t engine_store_number(const struct engine *en);
/* The writer's handle is of the same store, and changes with it. Before any request; borrowed. */
struct record_writer;
void engine_share_writer(struct engine *en, struct record_writer *writer);
/* The lock by which the server owns the store: it goes over to another one that is taken up, which is refused
 * when another server owns that. Likewise. */
struct store_lock;
void engine_share_lock(struct engine *en, struct store_lock *lock);

/* Something was found that needs the store to be opened anew: nobody is answered until that is done. By who
 * holds no worker. */
void engine_set_fault(struct engine *en, const struct error *why);
/* Without a worker, and without waiting for who holds one: can requests be answered from the store? The
 * reason, when not. A file that was replaced counts as one that can: the next request takes it up. */
enum status engine_look_at_store(struct engine *en, struct error *e) HX_MUST_CHECK;
/* The snapshot that is held now, without a look for a newer one; release with snapshot_unref. */
struct snapshot *engine_held_snapshot(struct engine *en);
const char *engine_store_path(const struct engine *en);

/* For what must be answered at any moment: waits for no worker and no load. *worker is one that happened to
 * be free, to be given back, or NULL, and then *out is what was in use last. Fails when it is known that
 * nothing can be answered: no store is there, it cannot be used, or another is about to be taken up. */
enum status engine_glance(struct engine *en, struct engine_worker **worker, struct snapshot **out,
                          struct error *e) HX_MUST_CHECK;

/* The current snapshot; release with snapshot_unref. When the store's newer versions cannot be loaded it
 * fails, and so does engine_take until they can: the old ones would be answered as if they were current.
 */
enum status engine_snapshot(struct engine *en, struct engine_worker *w, struct snapshot **out,
                            struct error *e) HX_MUST_CHECK;
/* What was in force on a day, "2024-01-31" (snapshot_load_as_of); release with snapshot_unref. The latest
 * days asked for are kept until the store changes; loads take turns, so that a day is loaded once. */
enum status engine_snapshot_as_of(struct engine *en, struct engine_worker *w, const char *day,
                                  struct snapshot **out, struct error *e) HX_MUST_CHECK;

#endif
