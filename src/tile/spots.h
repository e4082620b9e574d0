/* z/x/y -> the features of one layer as points, for zooms at which most are too small for a form: how many of
 * which zone lie where. Where an audit's million parcels are looked at, one that is prohibited must be seen
 * at every zoom, which its area in a tile (tile.h) is too small for.
 *
 * Each feature is counted once in all tiles of a zoom, at the middle of its box. Features of one zone in one
 * cell of SPOT_CELL_UNITS are one point at their mean place, with their number in the key merged; one that
 * stands alone has its id, code and name. At most (TILE_EXTENT / SPOT_CELL_UNITS)^2 points a zone: the tile
 * is bounded, and nothing is left out. The same index gives the same bytes.
 * Threads: any number of readers. */
#ifndef HX_TILE_SPOTS_H
#define HX_TILE_SPOTS_H

#include "base/buffer.h"
#include "index/layer_index.h"
#include "tile/matrix.h"

/* 8 dots of a screen; what there may be of zones in an index that is drawn so. */
enum { SPOT_CELL_UNITS = 64, SPOT_ZONES_MAX = 8 };

/* Appends a layer of that name; nothing when it would be empty. `t` was checked. */
enum status tile_encode_spots(const struct layer_index *ix, const char *layer, const struct tile_id *t,
                              struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
