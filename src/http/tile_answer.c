#include "http/tile_answer.h"

#include "http/tile_maker.h"
#include "http/tile_places.h"

#include <inttypes.h>
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

struct tiled tiled_of_layer(const struct layer_snapshot *layer)
{
    const struct store_version *v = &layer->version;
    struct tiled t = {.layer = layer,
                      .id = v->layer,
                      .title_zh = v->title_zh,
                      .title_en = v->title_en,
                      .label = v->label,
                      .content = tile_content_of(layer),
                      .has_box = index_n_features(layer->index) > 0,
                      .box = index_box(layer->index)};
    snprintf(t.version, sizeof t.version, "%lld-%d", (long long)v->id, TILE_DRAWING);
    return t;
}

struct tiled tiled_of_places(const struct request *rq, const struct place_set *set)
{
    struct tiled t = {.places = set,
                      .id = set->id,
                      .title_zh = set->title_zh,
                      .title_en = set->title_en,
                      .label = set->label,
                      .content = tile_places_content(rq)};
    snprintf(t.version, sizeof t.version, "%" PRIx64 "-%d", t.content, TILE_DRAWING);
    return t;
}

enum status tiled_find(const struct request *rq, const char *id, struct tiled *out, struct error *e)
{
    struct collection c;
    enum status s = collection_find(rq->snapshot, id, &c, e);
    if (s)
        return s;
    if (c.layer && !c.layer->index) {
        if (e)
            *e = c.layer->fault;
        return c.layer->fault.status ? c.layer->fault.status : STATUS_CORRUPT;
    }
    if (c.layer && !layer_is_measurable(c.layer))
        return index_changed(e);
    *out = c.layer ? tiled_of_layer(c.layer) : tiled_of_places(rq, c.places);
    return STATUS_OK;
}

enum status tiled_measure(const struct request *rq, struct tiled *t, struct error *e)
{
    return t->places ? tile_places_box(rq, t->places, &t->box, &t->has_box, e) : STATUS_OK;
}

void tile_path(const struct tiled *what, char text[TILE_PATH_SIZE])
{
    snprintf(text, TILE_PATH_SIZE, "/tiles/%s/{z}/{x}/{y}.mvt?v=%s", what->id, what->version);
}

void tile_source_write(struct json_writer *w, const struct links *l, const struct tiled *what)
{
    char path[TILE_PATH_SIZE], url[LINK_BASE_SIZE + TILE_PATH_SIZE];
    tile_path(what, path);
    snprintf(url, sizeof url, "%s%s", l->base, path);
    jw_key(w, "tiles");
    jw_array_begin(w);
    jw_string(w, url);
    jw_array_end(w);
    jw_kv_integer(w, "minzoom", 0);
    jw_kv_integer(w, "maxzoom", LAST_ZOOM);
    if (!what->has_box)
        return;
    const double bounds[4] = {what->box.west_deg, what->box.south_deg, what->box.east_deg,
                              what->box.north_deg};
    jw_key(w, "bounds");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, bounds[i], 6);
    jw_array_end(w);
}

/* An address that names the version that is current never changes its answer; one without a version may at
 * any import. */
static const char *caching_of(const struct request *rq, const struct tiled *what)
{
    const char *asked = request_query(rq, "v");
    return asked && strcmp(asked, what->version) == 0 ? "public, max-age=31536000, immutable" : "no-cache";
}

/* ---- kept tiles ---- */

static void let_go(void *kept)
{
    tile_kept_release(kept);
}

enum status tile_reply_kept(struct reply *reply, const struct tile_kept *t, struct error *e)
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

/* ---- the answer ---- */

static enum status encode(struct request *rq, const struct tiled *what, const struct tile_id *t,
                          struct buffer *out, struct error *e)
{
    return what->layer ? tile_encode(what->layer->index, what->id, t, rq->worker->tile, out, e)
                       : tile_places_encode(rq, what->places, t, out, e);
}

/* Places are read out of the store, by this request's worker. */
static enum status make_places(struct request *rq, const struct tiled *what, const struct tile_id *t,
                               const struct tile_kept **out, struct error *e)
{
    struct tile_maker *maker = engine_tiles(rq->engine);
    /* versions of layers have numbers above 0 */
    const struct tile_key key = {-1 - (what->places - collection_place_set(0)), what->content, *t};
    *out = tile_maker_find(maker, &key);
    if (*out)
        return STATUS_OK;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = encode(rq, what, t, &b, e);
    if (!s)
        s = tile_maker_keep(maker, &key, &b, out, e);
    buffer_release(&b);
    return s;
}

static enum status make_reply(struct request *rq, struct reply *reply, const struct tiled *what,
                              const struct tile_id *t, bool *empty, struct error *e)
{
    const struct tile_kept *kept = NULL;
    if (t->z <= TILE_CACHED_ZOOM) {
        enum status s =
            what->layer ? tile_maker_make(engine_tiles(rq->engine), rq->snapshot, what->layer, t, &kept, e)
                        : make_places(rq, what, t, &kept, e);
        *empty = !s && kept->plain_size == 0;
        return s ? s : tile_reply_kept(reply, kept, e);
    }
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = encode(rq, what, t, &b, e);
    *empty = b.size == 0;
    if (!s)
        s = reply_buffer(reply, &b, MEDIA_MVT, e);
    buffer_release(&b);
    return s;
}

/* Weak, because the same tile may be compressed. */
enum status tile_reply(struct request *rq, struct reply *reply, const struct tiled *what,
                       const struct tile_id *t, struct error *e)
{
    char tag[80];
    bool empty = false;
    snprintf(tag, sizeof tag, "W/\"%s-%016" PRIx64 "\"", what->version, what->content);
    if (reply_unchanged(rq, reply, tag))
        return STATUS_OK;
    enum status s = make_reply(rq, reply, what, t, &empty, e);
    if (s)
        return s;
    if (empty)
        reply->status = MHD_HTTP_NO_CONTENT;
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, caching_of(rq, what));
    reply_header(reply, MHD_HTTP_HEADER_ETAG, tag);
    return STATUS_OK;
}
