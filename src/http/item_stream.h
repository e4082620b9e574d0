/* One page of a collection as a GeoJSON FeatureCollection, written in pieces while the client reads it.
 *
 * Memory stays at one piece whatever the page holds. Between pieces it holds neither worker nor statement: it
 * goes on from the last id (keyset paging) in the same immutable version, so that a new import does not mix
 * into a page.
 * Threads: one stream belongs to one connection. */
#ifndef HX_HTTP_ITEM_STREAM_H
#define HX_HTTP_ITEM_STREAM_H

#include "http/item_page.h"

struct item_stream;

/* Starts the page and reads its first piece with the request's worker, so that a failure is still an
 * answer. The page is taken over, also by a failure. */
enum status item_stream_open(struct request *rq, struct item_page *page, struct item_stream **out,
                             struct error *e) HX_MUST_CHECK;
/* Moves the stream into a response. */
enum status item_stream_reply(struct item_stream *s, struct reply *reply, struct error *e) HX_MUST_CHECK;

#endif
