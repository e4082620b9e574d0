/* A tile of points, lines and areas that lie in memory: places, axes, outlines; a few hundred, or a
 * hundred thousand points. (What has an index and is areas throughout: tile.h.)
 *
 * Every point is in its tile, and in a neighbour's where it lies within the buffer. A line is cut in
 * degrees at the box with the buffer, so that tiles meet, and a vertex that is nearer than can be seen to
 * the one before it is left out; from TILE_EXACT_ZOOM on none is. Areas are drawn as tile.h does. A
 * feature of several kinds is several features with its id, one for each. A tile of more than
 * TILE_MAX_BYTES is drawn again: points that share a cell become one, without an id, which says in
 * `merged` how many they are, and lines get fewer vertices. What does not fit then is refused, not left
 * out. The same features give the same bytes. Threads: scratch belongs to one thread. */
#ifndef HX_TILE_MIXED_H
#define HX_TILE_MIXED_H

#include "formats/geojson_read.h"
#include "tile/mvt.h"
#include "tile/tile.h"

struct mixed_feature {
    int64_t id;
    const char *tags[MVT_TEXTS];
    const struct geojson_geometry *geometry;
};

struct mixed_layer {
    const char *name;
    const char *keys[MVT_KEYS]; /* of the texts, and of the number of merged features */
    const struct mixed_feature *features;
    size_t n;
};

/* Appends the tile's bytes; an empty tile is no bytes. `t` was checked. STATUS_UNSUPPORTED
 * ("tile-too-large"). */
enum status tile_encode_mixed(const struct mixed_layer *layer, const struct tile_id *t,
                              struct tile_scratch *s, struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
