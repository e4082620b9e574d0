/* Writes one layer of a Mapbox Vector Tile 2.1 as protobuf bytes, by hand: five message types and two number
 * forms.
 *
 * Not for: deciding what is in a tile (tile.h) or cleaning rings (ring.h). Rings arrive finished: open (the
 * first point is not repeated), outer rings of positive area in y-down tile coordinates, each before its
 * holes.
 * Format: https://github.com/mapbox/vector-tile-spec/tree/master/2.1. Threads: one owner. */
#ifndef HX_TILE_MVT_H
#define HX_TILE_MVT_H

#include "base/buffer.h"

#include <stdint.h>

/* The last key is a number, the others are texts. */
enum { MVT_EXTENT = 4096, MVT_KEYS = 4, MVT_TEXTS = 3 };

struct mvt_point {
    int32_t x, y;
};

/* Of a feature: it is of one type. */
enum mvt_type { MVT_POINT = 1, MVT_LINE, MVT_POLYGON };

struct mvt_writer {
    struct buffer features; /* finished feature messages */
    struct buffer geometry; /* commands of the feature under way */
    struct buffer scratch;
    struct buffer values;     /* finished value messages */
    const char **value_texts; /* borrowed strings, in value order */
    uint32_t *slots;          /* open addressing: value number + 1, or 0 */
    uint32_t n_values, n_slots;
    struct mvt_point pen; /* commands are relative to the last point */
    enum mvt_type type;   /* of the feature under way */
    bool out_of_memory;
};

void mvt_init(struct mvt_writer *w);
void mvt_clear(struct mvt_writer *w); /* for the next tile; memory is kept */
void mvt_release(struct mvt_writer *w);

void mvt_feature_begin(struct mvt_writer *w);
void mvt_ring(struct mvt_writer *w, const struct mvt_point *points, uint32_t n);
/* n > 0 points; once for a feature. */
void mvt_points(struct mvt_writer *w, const struct mvt_point *points, uint32_t n);
/* A line of n > 1 points, of which no two that follow each other are equal. */
void mvt_line(struct mvt_writer *w, const struct mvt_point *points, uint32_t n);
bool mvt_feature_is_empty(const struct mvt_writer *w);
/* `tags` has one string per key of a text, borrowed until mvt_layer_end; "" and NULL are left out, and so are
 * an id and a number of 0. An empty feature is dropped. */
void mvt_feature_end(struct mvt_writer *w, uint64_t id, const char *const tags[MVT_TEXTS], uint64_t number);
/* Bytes of the layer so far, about. */
size_t mvt_size(const struct mvt_writer *w);

/* Appends the whole tile to `out`: nothing at all when no feature was written, which is a valid empty
 * tile. */
enum status mvt_layer_end(struct mvt_writer *w, const char *layer, const char *const keys[MVT_KEYS],
                          struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
