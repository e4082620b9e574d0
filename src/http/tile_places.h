/* Tiles of a set of places: its features out of the store, what of them a tile names, and by which text its
 * tiles are known. Threads: one request's. */
#ifndef HX_HTTP_TILE_PLACES_H
#define HX_HTTP_TILE_PLACES_H

#include "http/collection.h"
#include "tile/mixed.h"

/* The texts that a tile has of each, and the number of those that are drawn as one. */
extern const char *const tile_place_keys[MVT_KEYS];

/* `t` was checked. Appends its bytes. */
enum status tile_places_encode(struct request *rq, const struct place_set *set, const struct tile_id *t,
                               struct buffer *out, struct error *e) HX_MUST_CHECK;
/* Where its features lie; *any: there are some. */
enum status tile_places_box(const struct request *rq, const struct place_set *set, struct geo_box *box,
                            bool *any, struct error *e) HX_MUST_CHECK;
/* Of the store's state: places have no versions, and change with its generation. */
uint64_t tile_places_content(const struct request *rq);

#endif
