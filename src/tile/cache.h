/* Finished tiles of the low zooms, kept in memory up to a number of bytes; what was not asked for longest
 * goes first.
 *
 * A tile is known by its layer version, the way of drawing and its place, so that one of another version is
 * never answered. Not for: deciding what is kept (the server does). Threads: any; a tile that is held stays
 * until it is let go of, whatever becomes of the cache. */
#ifndef HX_TILE_CACHE_H
#define HX_TILE_CACHE_H

#include "base/buffer.h"
#include "tile/matrix.h"

enum { TILE_CACHED_ZOOM = 8 };
#define TILE_CACHE_BYTES ((size_t)64 << 20)

struct tile_key {
    int64_t version;     /* the store's id of the layer version */
    uint64_t content;    /* of its source: the first digits of the digest */
    struct tile_id tile; /* with its grid */
};

/* Bytes that are never changed; no bytes: an empty tile. */
struct tile_kept {
    const char *plain, *gzip;
    size_t plain_size, gzip_size;
};

struct tile_cache;
struct tile_cache *tile_cache_new(size_t limit_bytes); /* owned; NULL when memory is out */
void tile_cache_free(struct tile_cache *c);            /* NULL-safe */

/* NULL: not there. Let go of it with tile_kept_release. */
const struct tile_kept *tile_cache_find(struct tile_cache *c, const struct tile_key *key);
/* Takes the bytes of both buffers, which are empty afterwards, and keeps them if there is room and no other
 * has been quicker. What is answered is held as by tile_cache_find; NULL when memory is out. */
const struct tile_kept *tile_cache_put(struct tile_cache *c, const struct tile_key *key, struct buffer *plain,
                                       struct buffer *gzip);
void tile_kept_release(const struct tile_kept *t); /* NULL-safe */
/* One more holds it, who is given it by somebody who does. */
void tile_kept_hold(const struct tile_kept *t);
bool tile_key_same(const struct tile_key *a, const struct tile_key *b);
/* Forgets every tile: after other versions have come into force. */
void tile_cache_clear(struct tile_cache *c);
size_t tile_cache_bytes(struct tile_cache *c);

#endif
