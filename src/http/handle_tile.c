/* GET /tiles/{id}/{z}/{x}/{y}.mvt */
#include "http/route.h"
#include "http/tile_answer.h"

static enum status read_tile_id(const struct request *rq, struct tile_id *t, struct error *e)
{
    int64_t z = 0, x = 0, y = 0;
    enum status s = request_param_integer(rq, 1, 0, TILE_MAX_ZOOM, &z, e);
    if (!s)
        s = request_param_integer(rq, 2, 0, UINT32_MAX, &x, e);
    if (!s)
        s = request_param_integer(rq, 3, 0, UINT32_MAX, &y, e);
    *t = (struct tile_id){.z = (unsigned)z, .x = (uint32_t)x, .y = (uint32_t)y};
    return s ? s : tile_id_check(t, e);
}

enum status handle_tile(struct request *rq, struct reply *reply, struct error *e)
{
    struct tile_id t;
    const struct layer_snapshot *layer = NULL;
    enum status s = tiled_layer_find(rq, rq->params[0], &layer, e);
    if (!s)
        s = read_tile_id(rq, &t, e);
    return s ? s : tile_reply(rq, reply, layer, &t, e);
}
