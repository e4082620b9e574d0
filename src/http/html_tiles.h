/* Pages for people of what is for map programs: grids, tile sets and styles. Each says for whom it is, has
 * the addresses to be copied, and a small map where there is one layer. Threads: one request's. */
#ifndef HX_HTTP_HTML_TILES_H
#define HX_HTTP_HTML_TILES_H

#include "http/tile_answer.h"
#include "http/tile_sets.h"

enum status html_tile_matrix_sets(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_tile_matrix_set(struct request *rq, const struct tile_set *set, struct reply *reply,
                                 struct error *e) HX_MUST_CHECK;
/* Of a collection: all of them, or one. */
enum status html_tile_sets(struct request *rq, const struct tiled *what, struct reply *reply,
                           struct error *e) HX_MUST_CHECK;
enum status html_tile_set(struct request *rq, const struct tiled *what, const struct tile_set *set,
                          struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_of_styles(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
/* `what` NULL: of the whole map. `id`: the style's. */
enum status html_of_style(struct request *rq, const char *id, const struct tiled *what, struct reply *reply,
                          struct error *e) HX_MUST_CHECK;

#endif
