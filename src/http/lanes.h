/* Which requests are quick, so that none of the others holds them up (engine.h).
 *
 * Quick are small checks that are answered as JSON or text, the documents that everybody reads first,
 * health, the state of jobs and the page's files. All else is slow, and so is a new route until it is
 * named here. Threads: pure. */
#ifndef HX_HTTP_LANES_H
#define HX_HTTP_LANES_H

#include "http/route.h"

enum { LANE_QUICK_BODY_BYTES = 256 * 1024 }; /* of a check */

enum engine_lane lane_of(const struct route *route, const struct request *rq);

#endif
