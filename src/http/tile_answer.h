/* A tile as an answer: from the cache or made now, plain or compressed, 304 to who has it, 204 when it is
 * empty. */
#ifndef HX_HTTP_TILE_ANSWER_H
#define HX_HTTP_TILE_ANSWER_H

#include "http/collection.h"
#include "http/links.h"

#define MEDIA_MVT "application/vnd.mapbox-vector-tile"

/* What has tiles: a layer with an index, or a set of places; exactly one of the two. */
enum { TILE_VERSION_SIZE = 40 };
struct tiled {
    const struct layer_snapshot *layer;
    const struct place_set *places;
    const char *id, *title_zh, *title_en, *label;
    uint64_t content;                /* of its source: the first digits of the digest */
    char version[TILE_VERSION_SIZE]; /* what of a tile's address says that it never will be another tile */
    bool has_box;                    /* there are features; of places only after tiled_measure */
    struct geo_box box;
};
/* STATUS_NOT_FOUND: no such collection; STATUS_CORRUPT or the like: a layer that cannot be used. */
enum status tiled_find(const struct request *rq, const char *id, struct tiled *out,
                       struct error *e) HX_MUST_CHECK;
/* Of a layer that has an index. */
struct tiled tiled_of_layer(const struct layer_snapshot *layer);
struct tiled tiled_of_places(const struct request *rq, const struct place_set *set);
/* Finds out where places lie. */
enum status tiled_measure(const struct request *rq, struct tiled *t, struct error *e) HX_MUST_CHECK;
/* Which parameters of the path are a tile's numbers. */
struct tile_params {
    int z, column, row;
};
/* STATUS_INVALID_INPUT when one is no number, or the grid has no such tile. */
enum status tile_read(const struct request *rq, const struct tile_params *at, enum tile_matrix matrix,
                      struct tile_id *out, struct error *e) HX_MUST_CHECK;
/* `t` was checked. */
enum status tile_reply(struct request *rq, struct reply *reply, const struct tiled *what,
                       const struct tile_id *t, struct error *e) HX_MUST_CHECK;

/* One that is held, let go of once it is sent: 204 is the caller's. */
struct tile_kept;
enum status tile_reply_kept(struct reply *reply, const struct tile_kept *t, struct error *e) HX_MUST_CHECK;

/* The path of its tiles in Web Mercator, with {z}, {x} and {y}. */
enum { TILE_PATH_SIZE = 320 };
void tile_path(const struct tiled *what, char text[TILE_PATH_SIZE]);
/* The members tiles, minzoom, maxzoom and bounds: alike in TileJSON and in a style's source. */
void tile_source_write(struct json_writer *w, const struct links *l, const struct tiled *what);

#endif
