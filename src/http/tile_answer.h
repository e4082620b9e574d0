/* A tile as an answer: from the cache or made now, plain or compressed, 304 to who has it, 204 when it is
 * empty. */
#ifndef HX_HTTP_TILE_ANSWER_H
#define HX_HTTP_TILE_ANSWER_H

#include "http/links.h"

#define MEDIA_STYLE "application/vnd.mapbox.style+json"
#define MEDIA_MVT "application/vnd.mapbox-vector-tile"

/* The layer of a collection that has tiles. STATUS_NOT_FOUND: no such collection, or it is one of points. */
enum status tiled_layer_find(const struct request *rq, const char *id, const struct layer_snapshot **out,
                             struct error *e) HX_MUST_CHECK;
/* Which parameters of the path are a tile's numbers. */
struct tile_params {
    int z, column, row;
};
/* STATUS_INVALID_INPUT when one is no number, or the grid has no such tile. */
enum status tile_read(const struct request *rq, const struct tile_params *at, enum tile_matrix matrix,
                      struct tile_id *out, struct error *e) HX_MUST_CHECK;
/* `t` was checked. */
enum status tile_reply(struct request *rq, struct reply *reply, const struct layer_snapshot *layer,
                       const struct tile_id *t, struct error *e) HX_MUST_CHECK;

/* What of a tile's address says that it will never be another tile: "version-drawing". */
enum { TILE_VERSION_SIZE = 40 };
void tile_version(const struct layer_snapshot *layer, char text[TILE_VERSION_SIZE]);
/* The path of its tiles in Web Mercator, with {z}, {x} and {y}. */
enum { TILE_PATH_SIZE = 320 };
void tile_path(const struct layer_snapshot *layer, char text[TILE_PATH_SIZE]);
/* The members tiles, minzoom, maxzoom and bounds: alike in TileJSON and in a style's source. */
void tile_source_write(struct json_writer *w, const struct links *l, const struct layer_snapshot *layer);

#endif
