#include "http/item_stream.h"

#include "base/log.h"
#include "http/gzip.h"
#include "http/item_fgb.h"
#include "http/item_headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A piece ends at whichever comes first. */
enum { PIECE_BYTES = 256 * 1024, PIECE_FEATURES = 512 };

struct item_stream {
    struct engine *engine;
    const atomic_bool *cancelled; /* request.cancelled: lives as long as the connection */
    uint64_t store_number;        /* of the engine's stores, the one that the page is of */
    struct item_page page;
    int64_t after;     /* the last id that was written */
    int64_t remaining; /* features that the page may still take */
    int64_t n_written;
    bool finished;              /* the tail is in `piece` */
    struct item_shown promised; /* FlatGeobuf: what its header says */
    bool more;                  /* pages behind it, of FlatGeobuf */
    struct buffer piece;
    struct json_writer writer; /* of GeoJSON */
    struct item_fgb fgb;
    size_t n_sent; /* of the piece */
};

static bool is_fgb(const struct item_stream *s)
{
    return s->page.form == FORM_FGB;
}

/* ---- reading features, of either kind ---- */

struct reader {
    struct item_stream *stream;
    struct geo_shape_builder *shape;
    struct item_crs_writer crs;
    int64_t n_read, wanted;
    bool stopped; /* before what there is had ended */
    enum status status;
    struct error *error;
};

static bool after_feature(struct reader *r, int64_t id)
{
    if (r->status)
        return false;
    r->n_read++;
    r->stream->after = id;
    r->stopped = r->n_read == r->wanted || r->stream->piece.size >= PIECE_BYTES;
    return !r->stopped;
}

static bool take_feature(const struct store_feature *f, void *user)
{
    struct reader *r = user;
    r->status = is_fgb(r->stream)
                    ? item_fgb_feature(&r->stream->fgb, f, r->error)
                    : collection_write_feature(&r->stream->writer, f, r->shape, &r->crs.form, NULL, r->error);
    if (!r->status)
        r->status = r->crs.status;
    return after_feature(r, f->id);
}

static bool take_place(const struct store_plan_feature *f, void *user)
{
    struct reader *r = user;
    r->status = is_fgb(r->stream)
                    ? item_fgb_place(&r->stream->fgb, f, r->error)
                    : collection_write_place(&r->stream->writer, f, &r->crs.form, NULL, r->error);
    if (!r->status)
        r->status = r->crs.status;
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

/* Hands on what the page's filter chooses, up to the limit. */
struct choosing {
    const struct item_page *page;
    struct item_reader reader;
    int64_t left;
    enum status status;
    struct error *error;
};

static bool choose_feature(const struct store_feature *f, void *user)
{
    struct choosing *c = user;
    bool matches = false;
    c->status = item_filter_feature(c->page->filter, f, &matches, c->error);
    if (c->status || !matches)
        return !c->status;
    return c->reader.feature(f, c->reader.user) && --c->left > 0;
}

static bool choose_place(const struct store_plan_feature *f, void *user)
{
    struct choosing *c = user;
    bool matches = false;
    c->status = item_filter_place(c->page->filter, f, &matches, c->error);
    if (c->status || !matches)
        return !c->status;
    return c->reader.place(f, c->reader.user) && --c->left > 0;
}

static enum status read_rows(const struct item_page *p, struct store *store, struct item_slice slice,
                             struct item_reader reader, struct error *e)
{
    const struct geo_box *box = p->has_box ? &p->box : NULL;
    if (p->places)
        return store_plan_features(store, p->places, box, slice.after, slice.limit, reader.place, reader.user,
                                   e);
    struct store_feature_query q = item_page_query(p, slice.after, slice.limit);
    q.attributes_only = slice.bare;
    return store_features(store, &q, reader.feature, reader.user, e);
}

enum status item_page_each(const struct item_page *page, struct store *store, struct item_slice slice,
                           struct item_reader reader, struct error *e)
{
    if (!page->filter)
        return read_rows(page, store, slice, reader, e);
    struct choosing c = {page, reader, slice.limit, STATUS_OK, e};
    const struct item_slice all = {/* no limit: nobody knows how far its choice lies */
                                   .after = slice.after,
                                   .bare =
                                       slice.bare && !filter_needs_geometry(item_filter_of(page->filter))};
    enum status s = read_rows(page, store, all, (struct item_reader){choose_feature, choose_place, &c}, e);
    return s ? s : c.status;
}

enum status item_page_has_more(const struct item_page *page, struct store *store, struct item_shown shown,
                               bool *more, struct error *e)
{
    const struct item_slice next = {.after = shown.last, .limit = 1, .bare = true};
    bool counted = page->counted || (page->has_box && page->after == 0); /* until is 0 then */
    *more = counted && page->until + shown.n < page->matched;
    if (*more)
        item_page_note_next(page, shown.last, shown.n);
    return counted ? STATUS_OK
                   : item_page_each(page, store, next, (struct item_reader){see_feature, see_place, more}, e);
}

/* ---- pieces ---- */

static void write_page_link(struct item_stream *s, const char *rel, const char *title, int64_t after)
{
    struct buffer path;
    buffer_init(&path, 0);
    item_page_path(&s->page, after, &path);
    link_write(&s->writer, &s->page.links, rel, MEDIA_GEOJSON, title, path.data ? path.data : "");
    buffer_release(&path);
}

static void write_links(struct item_stream *s, bool more)
{
    const struct item_page *p = &s->page;
    struct buffer path;
    buffer_init(&path, 0);
    jw_key(&s->writer, "links");
    jw_array_begin(&s->writer);
    write_page_link(s, "self", "本页 this page", p->after);
    if (p->before >= 0)
        write_page_link(s, "prev", "上一页 the page before", p->before);
    if (more)
        write_page_link(s, "next", "下一页 the next page", s->after);
    item_page_path(p, p->after, &path);
    link_write_alternate(&s->writer, &p->links, path.data ? path.data : "");
    link_write_csv(&s->writer, &p->links, path.data ? path.data : "");
    link_write_fgb(&s->writer, &p->links, "alternate", path.data ? path.data : "");
    buffer_clear(&path);
    buffer_printf(&path, "/collections/%s", p->id);
    link_write(&s->writer, &p->links, "collection", MEDIA_JSON, "所属图层 the collection",
               path.data ? path.data : "");
    buffer_release(&path);
    jw_array_end(&s->writer);
}

/* Only if the store was changed behind our back: a version never changes. */
static enum status fail_promise(const struct item_stream *s, struct error *e)
{
    error_zh(e, "图层“%.100s”应有 %lld 个要素，只读到 %lld 个；请检查数据文件。", s->page.id,
             (long long)s->promised.n, (long long)s->n_written);
    return error_fail(e, STATUS_CORRUPT, "features-missing",
                      "\"%.100s\" should have %lld features here and has %lld; check the store.", s->page.id,
                      (long long)s->promised.n, (long long)s->n_written);
}

static enum status write_tail(struct item_stream *s, struct store *store, struct error *e)
{
    const struct item_page *p = &s->page;
    bool more = false;
    s->finished = true;
    if (is_fgb(s))
        return s->n_written == s->promised.n ? STATUS_OK : fail_promise(s, e);
    enum status status = item_page_has_more(p, store, (struct item_shown){s->n_written, s->after}, &more, e);
    if (status)
        return status;
    jw_array_end(&s->writer);
    jw_kv_integer(&s->writer, "numberReturned", s->n_written);
    write_links(s, more);
    jw_object_end(&s->writer);
    return STATUS_OK;
}

static bool count_feature(const struct store_feature *f, void *user)
{
    struct item_shown *shown = user;
    shown->n++;
    shown->last = f->id;
    return true;
}

static bool count_place(const struct store_plan_feature *f, void *user)
{
    struct item_shown *shown = user;
    shown->n++;
    shown->last = f->id;
    return true;
}

/* How many features the page has, and whether others follow: FlatGeobuf says so before the first. */
static enum status look_ahead(struct item_stream *s, struct store *store, struct error *e)
{
    const struct item_page *p = &s->page;
    s->promised = (struct item_shown){.n = p->counted ? p->matched - p->until : p->matched};
    if (p->whole && !p->counted && p->after > 0) {
        const struct store_feature_query q = item_page_query(p, p->after, 0);
        return store_features_count(store, &q, &s->promised.n, e);
    }
    if (p->whole)
        return STATUS_OK;
    s->promised = (struct item_shown){.last = p->after};
    enum status status =
        item_page_each(p, store, (struct item_slice){.after = p->after, .limit = p->limit, .bare = true},
                       (struct item_reader){count_feature, count_place, &s->promised}, e);
    return status ? status : item_page_has_more(p, store, s->promised, &s->more, e);
}

static enum status write_fgb_head(struct item_stream *s, const struct request *rq, struct error *e)
{
    enum status status = look_ahead(s, rq->worker->store, e);
    return status ? status : item_fgb_head(rq, &s->page, s->promised.n, &s->piece, e);
}

static void write_head(struct item_stream *s)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    jw_init(&s->writer, &s->piece, false);
    jw_object_begin(&s->writer);
    jw_kv_string(&s->writer, "type", "FeatureCollection");
    jw_kv_string(&s->writer, "timeStamp", now);
    jw_kv_integer(&s->writer, "numberMatched", s->page.matched);
    jw_key(&s->writer, "features");
    jw_array_begin(&s->writer);
}

/* Appends the next features, and the tail when they were the last. */
static enum status write_piece(struct item_stream *s, struct engine_worker *w, struct error *e)
{
    struct reader r = {.stream = s, .shape = &w->shape, .error = e};
    item_crs_begin(&r.crs, &s->page.crs, w->check.transformer, e);
    s->fgb.shape = &w->shape;
    s->fgb.crs = &r.crs;
    int64_t wanted = s->remaining < PIECE_FEATURES ? s->remaining : PIECE_FEATURES;
    enum status status = STATUS_OK;
    r.wanted = wanted;
    if (wanted > 0)
        status = item_page_each(&s->page, w->store, (struct item_slice){.after = s->after, .limit = wanted},
                                (struct item_reader){take_feature, take_place, &r}, e);
    if (!status)
        status = r.status;
    s->n_written += r.n_read;
    s->remaining -= r.n_read;
    bool was_last = s->remaining == 0 || !r.stopped;
    if (!status && was_last)
        status = write_tail(s, w->store, e);
    return status ? status : buffer_status(&s->piece, e);
}

static void stream_free(void *user)
{
    struct item_stream *s = user;
    item_fgb_release(&s->fgb);
    buffer_release(&s->piece);
    item_page_release(&s->page);
    free(s);
}

/* A page that began in one store does not go on in another that has taken its place. */
static enum status write_next(struct item_stream *s, struct error *e)
{
    struct engine_worker *w;
    enum status status = engine_take(s->engine, LANE_SLOW, s->cancelled, &w, e);
    if (status)
        return status;
    if (engine_store_number(s->engine) == s->store_number) {
        status = write_piece(s, w, e);
    } else {
        error_zh(e, "存储在发送中途被换成了另一个；请重新请求。");
        status = error_fail(e, STATUS_CONFLICT, "store-replaced",
                            "Another store has taken the place of this one while it was sent; ask again.");
    }
    engine_give(s->engine, w);
    return status;
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
        enum status status = write_next(s, &err);
        if (status) {
            log_line(LOG_ERROR, "items of %s stopped after id %lld: %s", s->page.id, (long long)s->after,
                     err.en);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
    }
    size_t n = s->piece.size - s->n_sent < max ? s->piece.size - s->n_sent : max;
    memcpy(out, s->piece.data + s->n_sent, n);
    s->n_sent += n;
    return (ssize_t)n;
}

enum status item_stream_open(struct request *rq, struct item_page *page, struct item_stream **out,
                             struct error *e)
{
    struct item_stream *s = calloc(1, sizeof *s);
    if (!s) {
        item_page_release(page);
        return error_no_memory(e);
    }
    s->engine = rq->engine;
    s->cancelled = rq->cancelled;
    s->store_number = engine_store_number(rq->engine);
    s->page = *page;
    s->remaining = page->limit;
    if (page->counted && page->matched - page->until < s->remaining)
        s->remaining = page->matched - page->until;
    s->after = page->after;
    buffer_init(&s->piece, 0);
    enum status status = item_fgb_init(&s->fgb, &s->piece, &s->page) ? STATUS_OK : error_no_memory(e);
    if (!status && is_fgb(s))
        status = write_fgb_head(s, rq, e);
    else
        write_head(s);
    if (!status)
        status = write_piece(s, rq->worker, e);
    if (status) {
        stream_free(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

enum status item_stream_reply(struct item_stream *s, struct reply *reply, struct error *e)
{
    const struct reply_stream stream = {PIECE_BYTES, send_piece, s, stream_free};
    bool fgb = is_fgb(s), whole = s->finished && !reply->gzip;
    const char *type = fgb ? MEDIA_FGB : MEDIA_GEOJSON "; charset=utf-8";
    enum status status =
        whole ? reply_buffer(reply, &s->piece, type, e) : reply_stream(reply, &stream, type, e);
    if (!status) {
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
        if (fgb)
            item_file_headers(reply, &s->page, s->promised, s->more);
        else
            item_crs_header(reply, &s->page.crs);
    }
    if (whole) /* of a stream it goes with the response */
        stream_free(s);
    return status;
}
