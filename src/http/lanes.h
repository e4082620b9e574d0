/* Which requests are quick, so that none of the others holds them up (engine.h).
 *
 * Quick are small checks that are answered as JSON or text, the documents that everybody reads first, and the
 * state of jobs. All else is slow, and so is a new route until it is
 * named here. Threads: pure. */
#ifndef HX_HTTP_LANES_H
#define HX_HTTP_LANES_H

#include "http/route.h"

enum { LANE_QUICK_BODY_BYTES = 256 * 1024 }; /* of a check */

/* What a request needs before its handler can begin. Health and what watches the server wait for nobody; the
 * page's own files and /live have nothing to do with the store. */
enum route_need { NEEDS_NOTHING, NEEDS_GLANCE, NEEDS_WORKER };
enum route_need need_of(const struct route *route, struct request *rq);

enum engine_lane lane_of(const struct route *route, const struct request *rq);

#endif
