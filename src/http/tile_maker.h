/* Makes the tiles that are kept (tile/cache.h), on threads of its own: each once for all who ask for it at
 * the same time, and at a low priority, because a tile of the whole region is tenths of a second of work that
 * cannot be interrupted, beside which a check is to be answered within milliseconds.
 *
 * Threads: every function may be called from any thread, new and free from one. */
#ifndef HX_HTTP_TILE_MAKER_H
#define HX_HTTP_TILE_MAKER_H

#include "check/snapshot.h"
#include "tile/cache.h"

struct tile_maker;
/* The cache is borrowed. What is prepared waits until nobody has asked for a tile for idle_ms. NULL when
 * memory or threads are out. */
enum { TILE_MAKER_IDLE_MS = 2000 };
struct tile_maker *tile_maker_new(struct tile_cache *cache, size_t n_threads, int64_t idle_ms);
/* NULL-safe; waits for what is being made. Nobody may be waiting in tile_maker_make. */
void tile_maker_free(struct tile_maker *m);

/* The tile from the cache, or made. The snapshot has the layer, whose index is there. Let go of the tile with
 * tile_kept_release. */
enum status tile_maker_make(struct tile_maker *m, struct snapshot *snapshot,
                            const struct layer_snapshot *layer, const struct tile_id *t,
                            const struct tile_kept **out, struct error *e) HX_MUST_CHECK;

/* Tiles of other things than layers are made by who asks: what is kept of them (NULL: nothing), and to keep
 * one, whose bytes it takes. Let go of both as above. */
const struct tile_kept *tile_maker_find(struct tile_maker *m, const struct tile_key *key);
enum status tile_maker_keep(struct tile_maker *m, const struct tile_key *key, struct buffer *plain,
                            const struct tile_kept **out, struct error *e) HX_MUST_CHECK;
/* What stands for a layer's source in the keys of its tiles: the first digits of the digest. */
uint64_t tile_content_of(const struct layer_snapshot *layer);

/* The first zooms of the snapshot's lines in Web Mercator, which everybody sees first, are made when there is
 * time. What was to be prepared before is forgotten. Without memory nothing is prepared. */
enum { TILE_MAKER_PREPARED_ZOOM = 3 };
void tile_maker_prepare(struct tile_maker *m, struct snapshot *snapshot);

/* How many tiles were made since the beginning. */
size_t tile_maker_made(struct tile_maker *m);

#endif
