/* What of a finished parcel audit is looked at (audit/bench/bench.h): GET /jobs/{id}/rows, its table;
 * /jobs/{id}/rows/{fid}, one parcel as it can be checked by itself; /jobs/{id}/tiles/{z}/{y}/{x}, its map, in
 * Web Mercator. Whoever may see the job may see them. */
#include "audit/bench/bench.h"
#include "http/access_gate.h"
#include "http/access_place.h"
#include "http/bench_shelf.h"
#include "http/page_counts.h"
#include "http/route.h"
#include "http/tile_answer.h"
#include "http/tile_maker.h"
#include "jobs/queue.h"
#include "tile/spots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define AREAS "parcels"
#define SPOTS "spots"
/* Goes up whenever the same index would give other tiles. */
enum { BENCH_DRAWING = 1, BENCH_TILES = -1000 };

struct place {
    char base[JOB_PATH_SIZE], gpkg[JOB_PATH_SIZE];
};

static enum status find(const struct request *rq, struct place *out, struct error *e)
{
    enum status s = access_job(rq, rq->params[0], e);
    return s ? s : job_queue_bench(rq->jobs, rq->params[0], out->base, out->gpkg, e);
}

/* ---- rows ---- */

static enum status read_question(const struct request *rq, struct bench_question *q, struct error *e)
{
    *q = (struct bench_question){
        .filter = request_query(rq, "filter"), .sortby = request_query(rq, "sortby"), .matched = -1};
    enum status s = request_query_integer(rq, "limit", BENCH_LIMIT_DEFAULT, 1, BENCH_LIMIT_MAX, &q->limit, e);
    return s ? s : request_query_integer(rq, "offset", 0, 0, INT32_MAX, &q->offset, e);
}

/* Counted for the first page of a filter, and known for those behind it. */
static enum status write_rows(const struct request *rq, struct bench *b, struct bench_question *q,
                              struct json_writer *w, struct error *e)
{
    struct page_counts *counts = engine_page_counts(rq->engine);
    struct page_count known;
    struct sha256_ctx sum;
    uint8_t key[SHA256_BYTES];
    sha256_init(&sum);
    sha256_update(&sum, SHA256_BYTES, bench_key(b));
    sha256_add_field(&sum, "rows", q->filter ? q->filter : "");
    sha256_digest(&sum, sizeof key, key);
    if (page_counts_find(counts, key, &known))
        q->matched = known.matched;
    enum status s = bench_rows(b, q, rq->worker->check.arena, w, e);
    if (!s)
        page_counts_add(counts, key, &(struct page_count){.matched = q->matched});
    return s;
}

static enum status write_page(const struct request *rq, const struct place *place, struct bench_question *q,
                              struct buffer *out, struct error *e)
{
    struct json_writer w;
    struct bench *b;
    enum status s = bench_open(place->base, &b, e);
    if (s)
        return s;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    s = bench_about(b, &w, e);
    if (!s)
        s = write_rows(rq, b, q, &w, e);
    jw_object_end(&w);
    bench_close(b);
    return s;
}

/* Noted as a download when it begins, not with every turn of a wheel. */
static enum status note(const struct request *rq, const char *what, bool begins, struct error *e)
{
    return begins ? access_note(rq, "job-download", rq->params[0], what, e) : STATUS_OK;
}

enum status handle_job_rows(struct request *rq, struct reply *reply, struct error *e)
{
    struct place place;
    struct bench_question q;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = find(rq, &place, e);
    if (!s)
        s = read_question(rq, &q, e);
    if (!s)
        s = note(rq, "rows", q.offset == 0, e);
    if (!s)
        s = write_page(rq, &place, &q, &b, e);
    return reply_json(reply, &b, s, "no-store", e);
}

enum status handle_job_row(struct request *rq, struct reply *reply, struct error *e)
{
    struct place place;
    struct buffer b;
    int64_t fid = 0;
    buffer_init(&b, 0);
    enum status s = find(rq, &place, e);
    if (!s)
        s = request_param_integer(rq, 1, 1, INT64_MAX, &fid, e);
    if (!s)
        s = note(rq, "row", true, e);
    if (!s)
        s = bench_parcel(place.gpkg, fid, &b, e);
    return reply_json(reply, &b, s, "no-store", e);
}

/* ---- tiles ---- */

/* Below the exact zoom most parcels are too small for a form: there all of them are points, in a layer of
 * their own behind the forms that can be seen. Two layers behind each other are one tile. */
static enum status encode(struct request *rq, const struct layer_index *ix, const struct tile_id *t,
                          struct buffer *out, struct error *e)
{
    if (t->z >= TILE_EXACT_ZOOM)
        return tile_encode(ix, AREAS, t, rq->worker->tile, out, e);
    enum status s = tile_encode_forms(ix, AREAS, t, rq->worker->tile, out, e);
    return s ? s : tile_encode_spots(ix, SPOTS, t, out, e);
}

static uint64_t content_of(const struct bench_held *held)
{
    uint64_t first = 0;
    for (int i = 0; i < 8; i++)
        first = first << 8 | held->key[i];
    return first;
}

/* The low zooms, of which each looks at all parcels, are made once. */
static enum status make(struct request *rq, const struct bench_held *held, const struct tile_id *t,
                        struct reply *reply, struct error *e)
{
    struct tile_maker *maker = engine_tiles(rq->engine);
    const struct tile_key key = {BENCH_TILES, content_of(held), *t};
    const struct tile_kept *kept = t->z <= TILE_CACHED_ZOOM ? tile_maker_find(maker, &key) : NULL;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = kept ? STATUS_OK : encode(rq, held->index, t, &b, e);
    bool empty = !kept && b.size == 0;
    if (!s && !kept && t->z <= TILE_CACHED_ZOOM)
        s = tile_maker_keep(maker, &key, &b, &kept, e);
    if (!s)
        s = kept ? tile_reply_kept(reply, kept, e) : reply_buffer(reply, &b, MEDIA_MVT, e);
    if (!s && empty)
        reply->status = MHD_HTTP_NO_CONTENT;
    buffer_release(&b);
    return s;
}

static enum status reply_tile(struct request *rq, struct reply *reply, const struct bench_held *held,
                              const struct tile_id *t, struct error *e)
{
    char tag[64];
    snprintf(tag, sizeof tag, "W/\"bench-%016" PRIx64 "-%d\"", content_of(held), BENCH_DRAWING);
    if (reply_unchanged(rq, reply, tag))
        return STATUS_OK;
    enum status s = make(rq, held, t, reply, e);
    if (s)
        return s;
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "private, no-cache");
    reply_header(reply, MHD_HTTP_HEADER_ETAG, tag);
    return STATUS_OK;
}

enum status handle_job_tile(struct request *rq, struct reply *reply, struct error *e)
{
    static const struct tile_params at = {.z = 1, .row = 2, .column = 3};
    struct place place;
    struct tile_id t;
    const struct bench_held *held = NULL;
    enum status s = find(rq, &place, e);
    if (!s)
        s = tile_read(rq, &at, TILE_WEB_MERCATOR, &t, e);
    if (!s)
        s = bench_shelf_take(rq->benches, place.base, &held, e);
    if (!s)
        s = reply_tile(rq, reply, held, &t, e);
    bench_shelf_give(rq->benches, held);
    return s;
}
