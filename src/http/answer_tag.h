/* The tag of an answer, before it is made: what it depends on, and nothing else.
 *
 * An answer of the published resources (route_is_tagged) is decided by the request's path, parameters, form
 * and address, by the program, and by the store's state: its generation and the versions in use. Their sum is
 * a weak ETag, because the same answer may be compressed and says when it was written. Threads: pure. */
#ifndef HX_HTTP_ANSWER_TAG_H
#define HX_HTTP_ANSWER_TAG_H

#include "http/request.h"

enum { ANSWER_TAG_SIZE = 40 };

/* W/"32 hexadecimal digits" */
void answer_tag(const struct request *rq, char tag[ANSWER_TAG_SIZE]);

#endif
