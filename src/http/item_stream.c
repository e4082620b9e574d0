#include "http/item_stream.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece ends at whichever comes first. */
enum { PIECE_BYTES = 256 * 1024, PIECE_FEATURES = 512 };

struct item_stream {
    struct engine *engine;
    bool is_layer;
    int64_t version_id; /* of a layer */
    const char *places; /* a place set's id, static */
    char id[REQUEST_PARAM_SIZE];
    char box_text[128];
    bool has_box;
    struct geo_box box;
    int64_t after;     /* the last id that was written */
    int64_t limit;     /* of the page, for the link to the next one */
    int64_t remaining; /* features that the page may still take */
    int64_t n_written;
    bool finished; /* the tail is in `piece` */
    struct buffer piece;
    struct json_writer writer;
    size_t n_sent; /* of the piece */
};

/* ---- reading features, of either kind ---- */

struct reader {
    struct item_stream *stream;
    struct geo_shape_builder *shape;
    int64_t n_read;
    enum status status;
    struct error *error;
};

static bool after_feature(struct reader *r, int64_t id)
{
    if (r->status)
        return false;
    r->n_read++;
    r->stream->after = id;
    return r->stream->piece.size < PIECE_BYTES;
}

static bool take_feature(const struct store_feature *f, void *user)
{
    struct reader *r = user;
    r->status = collection_write_feature(&r->stream->writer, f, r->shape, r->error);
    return after_feature(r, f->id);
}

static bool take_place(const struct store_plan_feature *f, void *user)
{
    struct reader *r = user;
    r->status = collection_write_place(&r->stream->writer, f, r->error);
    return after_feature(r, f->id);
}

static bool see_feature(const struct store_feature *f, void *user)
{
    (void)f;
    *(bool *)user = true;
    return false;
}

static bool see_place(const struct store_plan_feature *f, void *user)
{
    (void)f;
    *(bool *)user = true;
    return false;
}

static enum status read_some(struct item_stream *s, struct store *store, int64_t limit,
                             store_feature_fn *feature, store_plan_feature_fn *place, void *user,
                             struct error *e)
{
    const struct geo_box *box = s->has_box ? &s->box : NULL;
    if (!s->is_layer)
        return store_plan_features(store, s->places, box, s->after, limit, place, user, e);
    const struct store_feature_query q = {
        .version_id = s->version_id, .box = box, .after_id = s->after, .limit = limit};
    return store_features(store, &q, feature, user, e);
}

/* ---- pieces ---- */

static void write_link(struct item_stream *s, const char *rel, int64_t after)
{
    char href[480];
    snprintf(href, sizeof href, "/collections/%s/items?limit=%lld%s&after=%lld", s->id, (long long)s->limit,
             s->box_text, (long long)after);
    jw_object_begin(&s->writer);
    jw_kv_string(&s->writer, "rel", rel);
    jw_kv_string(&s->writer, "type", "application/geo+json");
    jw_kv_string(&s->writer, "href", href);
    jw_object_end(&s->writer);
}

static enum status write_tail(struct item_stream *s, struct store *store, struct error *e)
{
    bool more = false;
    enum status status = read_some(s, store, 1, see_feature, see_place, &more, e);
    if (status)
        return status;
    jw_array_end(&s->writer);
    jw_kv_integer(&s->writer, "numberReturned", s->n_written);
    jw_key(&s->writer, "links");
    jw_array_begin(&s->writer);
    if (more)
        write_link(s, "next", s->after);
    jw_array_end(&s->writer);
    jw_object_end(&s->writer);
    s->finished = true;
    return STATUS_OK;
}

static void write_head(struct item_stream *s)
{
    jw_init(&s->writer, &s->piece, false);
    jw_object_begin(&s->writer);
    jw_kv_string(&s->writer, "type", "FeatureCollection");
    jw_key(&s->writer, "features");
    jw_array_begin(&s->writer);
}

/* Appends the next features, and the tail when they were the last. */
static enum status write_piece(struct item_stream *s, struct engine_worker *w, struct error *e)
{
    struct reader r = {.stream = s, .shape = &w->shape, .error = e};
    int64_t wanted = s->remaining < PIECE_FEATURES ? s->remaining : PIECE_FEATURES;
    enum status status = STATUS_OK;
    if (wanted > 0)
        status = read_some(s, w->store, wanted, take_feature, take_place, &r, e);
    if (!status)
        status = r.status;
    s->n_written += r.n_read;
    s->remaining -= r.n_read;
    bool was_last = s->remaining == 0 || (r.n_read < wanted && s->piece.size < PIECE_BYTES);
    if (!status && was_last)
        status = write_tail(s, w->store, e);
    return status ? status : buffer_status(&s->piece, e);
}

static void stream_free(void *user)
{
    struct item_stream *s = user;
    buffer_release(&s->piece);
    free(s);
}

/* MHD's content reader. A failure here can only cut the answer short: its status line is long gone. */
static ssize_t send_piece(void *user, uint64_t position, char *out, size_t max)
{
    (void)position; /* MHD asks in order */
    struct item_stream *s = user;
    if (s->n_sent == s->piece.size) {
        if (s->finished)
            return MHD_CONTENT_READER_END_OF_STREAM;
        buffer_clear(&s->piece);
        s->n_sent = 0;
        struct error err = {0};
        struct engine_worker *w = engine_take(s->engine);
        enum status status = write_piece(s, w, &err);
        engine_give(s->engine, w);
        if (status) {
            log_line(LOG_ERROR, "items of %s stopped after id %lld: %s", s->id, (long long)s->after, err.en);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
    }
    size_t n = s->piece.size - s->n_sent < max ? s->piece.size - s->n_sent : max;
    memcpy(out, s->piece.data + s->n_sent, n);
    s->n_sent += n;
    return (ssize_t)n;
}

enum status item_stream_open(struct request *rq, const struct collection *c, const struct item_page *page,
                             struct item_stream **out, struct error *e)
{
    struct item_stream *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    s->engine = rq->engine;
    s->is_layer = c->layer != NULL;
    if (c->layer)
        s->version_id = c->layer->version.id;
    else
        s->places = c->places->id;
    snprintf(s->id, sizeof s->id, "%s", rq->params[0]);
    if (page->has_box) /* written anew: in a link, a '+' of the client's own text would turn into a blank */
        snprintf(s->box_text, sizeof s->box_text, "&bbox=%.12g,%.12g,%.12g,%.12g", page->box.west_deg,
                 page->box.south_deg, page->box.east_deg, page->box.north_deg);
    s->has_box = page->has_box;
    s->box = page->box;
    s->limit = s->remaining = page->limit;
    s->after = page->after;
    buffer_init(&s->piece, 0);
    write_head(s);
    enum status status = write_piece(s, rq->worker, e);
    if (status) {
        stream_free(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

enum status item_stream_reply(struct item_stream *s, struct reply *reply, struct error *e)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, send_piece, s, stream_free);
    if (!response)
        stream_free(s);
    return reply_response(reply, response, "application/geo+json; charset=utf-8", e);
}
