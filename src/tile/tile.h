/* z/x/y -> one Mapbox Vector Tile of one layer, straight from the flat index; nothing is pre-cut or cached
 * here.
 *
 * A tile is for looking at. Not for: measuring. Every figure comes from the check chain, never from a tile.
 * What a tile leaves out, and what not:
 *   - from zoom TILE_EXACT_ZOOM on, every feature that meets the tile is in it: one that rounds to nothing is
 *     drawn as a square of one unit;
 *   - below that zoom, rings under TILE_DUST_UNITS2 are dust: their areas are added up, and each time the sum
 *     fills such a square one is drawn at the place of the last of them, so that a plain of small plots keeps
 *     its density.
 * The tile carries the keys code, name and zone, and the store's feature id. Threads: scratch belongs to
 * one thread. */
#ifndef HX_TILE_TILE_H
#define HX_TILE_TILE_H

#include "base/buffer.h"
#include "index/layer_index.h"

enum { TILE_MAX_ZOOM = 22, TILE_EXACT_ZOOM = 12, TILE_BUFFER_UNITS = 64, TILE_DUST_UNITS2 = 4 };

struct tile_id {
    unsigned z;
    uint32_t x, y;
};

/* STATUS_INVALID_INPUT when the zoom or the row or column does not exist. */
enum status tile_id_check(const struct tile_id *t, struct error *e) HX_MUST_CHECK;
/* The tile in degrees, grown by a buffer in units of 1/4096 tile. */
struct geo_box tile_box(const struct tile_id *t, double buffer_units);

struct tile_scratch;
struct tile_scratch *tile_scratch_new(void); /* owned; NULL when memory is out */
void tile_scratch_free(struct tile_scratch *s);

/* Appends the tile's bytes to `out`; an empty tile is no bytes. `t` was checked. */
enum status tile_encode(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                        struct tile_scratch *s, struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
