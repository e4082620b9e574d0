/* z/x/y -> one Mapbox Vector Tile of one layer, straight from the flat index; nothing is pre-cut.
 *
 * A tile is for looking at. Not for: measuring. Every figure comes from the check chain, never from a tile.
 * What a tile shows, and how:
 *   - from zoom TILE_EXACT_ZOOM on, every feature that meets the tile is in it, in whole units: one that
 *     rounds to nothing is drawn as a square of one unit;
 *   - below that zoom, what covers less than a cell of 8 by 8 units (a dot on a screen) is kept as area
 *     (dust.h), and borders with more points than can be seen are drawn as the line around what they cover
 *     (contour.h), so that the drawn area stays what it is;
 *   - polygons never cross themselves or the other polygons of their feature, in no tile;
 *   - a tile of more than TILE_MAX_BYTES is drawn again, coarser, until it is smaller.
 * The tile carries the keys code, name and zone, and the store's feature id. What stands for features that
 * are drawn together has no id, and in the key merged how many they are: nothing is dropped in silence.
 * The same index gives the same bytes. Threads: scratch belongs to one thread. */
#ifndef HX_TILE_TILE_H
#define HX_TILE_TILE_H

#include "base/buffer.h"
#include "index/layer_index.h"
#include "tile/matrix.h"

enum { TILE_EXACT_ZOOM = 12, TILE_BUFFER_UNITS = 64, TILE_MAX_BYTES = 500 * 1024 };
/* Goes up whenever the same index would give other bytes: what caches know a tile by (ETag, ?v=). */
enum { TILE_DRAWING = 2 };

struct tile_scratch;
struct tile_scratch *tile_scratch_new(void); /* owned; NULL when memory is out */
void tile_scratch_free(struct tile_scratch *s);

/* Appends the tile's bytes to `out`; an empty tile is no bytes. `t` was checked. */
enum status tile_encode(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                        struct tile_scratch *s, struct buffer *out, struct error *e) HX_MUST_CHECK;

/* The same without dust: what is too small for a form is left out, for who draws it in another way
 * (spots.h). */
enum status tile_encode_forms(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                              struct tile_scratch *s, struct buffer *out, struct error *e) HX_MUST_CHECK;

/* An area of no index, in units and cut to the tile's box with its buffer (unit_rings; outer rings first):
 * its polygons become the feature under way of `w`, by the same rules, with cells of so many units; what
 * rounds to nothing is a square of one unit. */
struct mvt_writer;
struct unit_rings;
enum status tile_draw_area(const struct tile_id *t, int32_t cell, struct unit_rings *rings,
                           struct mvt_writer *w, struct tile_scratch *s, struct error *e) HX_MUST_CHECK;

#endif
