#include "http/tile_answer.h"

#include "http/collection.h"
#include "http/gzip.h"
#include "tile/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A unit is a fifth of a metre there: clients draw further zooms from this one, as the page does. */
enum { LAST_ZOOM = 15 };

enum status tile_read(const struct request *rq, const struct tile_params *at, enum tile_matrix matrix,
                      struct tile_id *out, struct error *e)
{
    int64_t z = 0, column = 0, row = 0;
    enum status s = request_param_integer(rq, at->z, 0, TILE_MAX_ZOOM, &z, e);
    if (!s)
        s = request_param_integer(rq, at->column, 0, UINT32_MAX, &column, e);
    if (!s)
        s = request_param_integer(rq, at->row, 0, UINT32_MAX, &row, e);
    *out = (struct tile_id){(unsigned)z, (uint32_t)column, (uint32_t)row, matrix};
    return s ? s : tile_id_check(out, e);
}

enum status tiled_layer_find(const struct request *rq, const char *id, const struct layer_snapshot **out,
                             struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, id, &c, e);
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

void tile_version(const struct layer_snapshot *layer, char text[TILE_VERSION_SIZE])
{
    snprintf(text, TILE_VERSION_SIZE, "%lld-%d", (long long)layer->version.id, TILE_DRAWING);
}

void tile_path(const struct layer_snapshot *layer, char text[TILE_PATH_SIZE])
{
    char version[TILE_VERSION_SIZE];
    tile_version(layer, version);
    snprintf(text, TILE_PATH_SIZE, "/tiles/%s/{z}/{x}/{y}.mvt?v=%s", layer->version.layer, version);
}

void tile_source_write(struct json_writer *w, const struct links *l, const struct layer_snapshot *layer)
{
    char path[TILE_PATH_SIZE], url[LINK_BASE_SIZE + TILE_PATH_SIZE];
    tile_path(layer, path);
    snprintf(url, sizeof url, "%s%s", l->base, path);
    jw_key(w, "tiles");
    jw_array_begin(w);
    jw_string(w, url);
    jw_array_end(w);
    jw_kv_integer(w, "minzoom", 0);
    jw_kv_integer(w, "maxzoom", LAST_ZOOM);
    if (index_n_features(layer->index) == 0)
        return;
    struct geo_box box = index_box(layer->index);
    const double bounds[4] = {box.west_deg, box.south_deg, box.east_deg, box.north_deg};
    jw_key(w, "bounds");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, bounds[i], 6);
    jw_array_end(w);
}

/* An address that names the version that is current never changes its answer; one without a version may at
 * any import. */
static const char *caching_of(const struct request *rq, const struct layer_snapshot *layer)
{
    char current[TILE_VERSION_SIZE];
    const char *asked = request_query(rq, "v");
    tile_version(layer, current);
    return asked && strcmp(asked, current) == 0 ? "public, max-age=31536000, immutable" : "no-cache";
}

/* ---- kept tiles ---- */

static void let_go(void *kept)
{
    tile_kept_release(kept);
}

static enum status reply_kept(struct reply *reply, const struct tile_kept *t, struct error *e)
{
    bool gzip = reply->gzip && t->gzip_size > 0;
    const char *bytes = gzip ? t->gzip : t->plain;
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        gzip ? t->gzip_size : t->plain_size, (void *)(uintptr_t)(bytes ? bytes : ""), let_go,
        (void *)(uintptr_t)t);
    if (!response)
        tile_kept_release(t);
    enum status s = reply_response(reply, response, MEDIA_MVT, e);
    if (!s && gzip)
        reply_header(reply, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return s;
}

static struct tile_key key_of(const struct layer_snapshot *layer, const struct tile_id *t)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%.16s", layer->version.source_sha256);
    return (struct tile_key){layer->version.id, strtoull(digits, NULL, 16), *t};
}

/* Compressed once, for all who will ask. */
static enum status keep(struct request *rq, const struct tile_key *key, struct buffer *plain,
                        const struct tile_kept **out, struct error *e)
{
    struct buffer gzip;
    buffer_init(&gzip, 0);
    enum status s = buffer_status(plain, e);
    if (!s && plain->size > REPLY_PLAIN_BYTES)
        s = gzip_bytes(plain->data, plain->size, &gzip, e);
    *out = s ? NULL : tile_cache_put(engine_tiles(rq->engine), key, plain, &gzip);
    buffer_release(&gzip);
    return s ? s : *out ? STATUS_OK : error_no_memory(e);
}

/* ---- the answer ---- */

static enum status make_reply(struct request *rq, struct reply *reply, const struct layer_snapshot *layer,
                              const struct tile_id *t, bool *empty, struct error *e)
{
    struct tile_key key = key_of(layer, t);
    bool kept = t->z <= TILE_CACHED_ZOOM;
    const struct tile_kept *found = kept ? tile_cache_find(engine_tiles(rq->engine), &key) : NULL;
    enum status s = STATUS_OK;
    if (!found) {
        struct buffer b;
        buffer_init(&b, 0);
        s = tile_encode(layer->index, layer->version.layer, t, rq->worker->tile, &b, e);
        *empty = b.size == 0;
        if (!s && !kept)
            s = reply_buffer(reply, &b, MEDIA_MVT, e);
        else if (!s)
            s = keep(rq, &key, &b, &found, e);
        buffer_release(&b);
    }
    if (s || !found)
        return s;
    *empty = found->plain_size == 0;
    return reply_kept(reply, found, e);
}

/* Weak, because the same tile may be compressed. */
enum status tile_reply(struct request *rq, struct reply *reply, const struct layer_snapshot *layer,
                       const struct tile_id *t, struct error *e)
{
    char version[TILE_VERSION_SIZE], tag[80];
    bool empty = false;
    tile_version(layer, version);
    snprintf(tag, sizeof tag, "W/\"%s-%.16s\"", version, layer->version.source_sha256);
    if (reply_unchanged(rq, reply, tag))
        return STATUS_OK;
    enum status s = make_reply(rq, reply, layer, t, &empty, e);
    if (s)
        return s;
    if (empty)
        reply->status = MHD_HTTP_NO_CONTENT;
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, caching_of(rq, layer));
    reply_header(reply, MHD_HTTP_HEADER_ETAG, tag);
    return STATUS_OK;
}
