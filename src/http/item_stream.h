/* One page of a collection as a GeoJSON FeatureCollection or as FlatGeobuf, written in pieces while the
 * client reads it.
 *
 * Memory stays at one piece whatever the page holds. Between pieces it holds neither worker nor statement:
 * it goes on from the last id (keyset paging) in the same immutable version, so that a new import does not
 * mix into a page. Threads: one stream belongs to one connection. */
#ifndef HX_HTTP_ITEM_STREAM_H
#define HX_HTTP_ITEM_STREAM_H

#include "http/item_page.h"

/* Some features of a page's collection, those behind an id that its filter chooses. Of the two readers the
 * one that fits is called. */
struct item_slice {
    int64_t after, limit;
    bool bare; /* shapes are not looked at, and need not be there */
};
struct item_reader {
    store_feature_fn *feature;
    store_plan_feature_fn *place;
    void *user;
};
enum status item_page_each(const struct item_page *page, struct store *store, struct item_slice slice,
                           struct item_reader reader, struct error *e) HX_MUST_CHECK;

/* What of a page was shown: how many, and the last one's id. */
struct item_shown {
    int64_t n, last;
};
/* Is there another page behind them? */
enum status item_page_has_more(const struct item_page *page, struct store *store, struct item_shown shown,
                               bool *more, struct error *e) HX_MUST_CHECK;

struct item_stream;

/* Starts the page and reads its first piece with the request's worker, so that a failure is still an
 * answer. The page is taken over, also by a failure. */
enum status item_stream_open(struct request *rq, struct item_page *page, struct item_stream **out,
                             struct error *e) HX_MUST_CHECK;
/* Moves the stream into a response. */
enum status item_stream_reply(struct item_stream *s, struct reply *reply, struct error *e) HX_MUST_CHECK;

#endif
