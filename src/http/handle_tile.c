/* GET /tiles/{id}/{z}/{x}/{y}.mvt */
#include "http/collection.h"
#include "http/route.h"

#include <stdio.h>
#include <string.h>

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

static enum status find_tiled_layer(const struct request *rq, const struct layer_snapshot **out,
                                    struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    if (c.places) {
        error_zh(e, "“%s”是点图层，没有瓦片；请用 /collections/%s/items。", c.places->id, c.places->id);
        return error_fail(e, STATUS_NOT_FOUND, "no-tiles", "\"%s\" has no tiles; use /collections/%s/items.",
                          c.places->id, c.places->id);
    }
    if (!c.layer->index) {
        if (e)
            *e = c.layer->fault;
        return c.layer->fault.status ? c.layer->fault.status : STATUS_CORRUPT;
    }
    *out = c.layer;
    return STATUS_OK;
}

/* An address that names the version that is current never changes its answer; one without a version may at
 * any import. */
static void add_caching(const struct request *rq, struct reply *reply, const struct store_version *v)
{
    char current[24], etag[64];
    const char *asked = request_query(rq, "v");
    snprintf(current, sizeof current, "%lld", (long long)v->id);
    snprintf(etag, sizeof etag, "\"%s-%.16s\"", current, v->source_sha256);
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL,
                 asked && strcmp(asked, current) == 0 ? "public, max-age=31536000, immutable" : "no-cache");
    reply_etag(rq, reply, etag);
}

enum status handle_tile(struct request *rq, struct reply *reply, struct error *e)
{
    struct tile_id t;
    const struct layer_snapshot *layer = NULL;
    struct buffer b;
    enum status s = find_tiled_layer(rq, &layer, e);
    if (!s)
        s = read_tile_id(rq, &t, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    s = tile_encode(layer->index, layer->version.layer, &t, rq->worker->tile, &b, e);
    if (!s)
        s = reply_buffer(reply, &b, "application/vnd.mapbox-vector-tile", e);
    buffer_release(&b);
    if (!s)
        add_caching(rq, reply, &layer->version);
    return s;
}
