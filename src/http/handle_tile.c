/* GET /tiles/{id}/{z}/{x}/{y}.mvt */
#include "http/route.h"
#include "http/tile_answer.h"

enum status handle_tile(struct request *rq, struct reply *reply, struct error *e)
{
    static const struct tile_params at = {.z = 1, .column = 2, .row = 3};
    struct tile_id t;
    struct tiled what;
    enum status s = tiled_find(rq, rq->params[0], &what, e);
    if (!s)
        s = tile_read(rq, &at, TILE_WEB_MERCATOR, &t, e);
    return s ? s : tile_reply(rq, reply, &what, &t, e);
}
