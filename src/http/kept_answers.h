/* Answers that were made once for a state of the store and whose bytes are sent as they are to everybody who
 * asks the same: the documents that every client reads first. Each is sent in a response of its own, because
 * libmicrohttpd's headers belong to the response, and one of them names the request (request_id.h).
 *
 * An answer is found by its tag (answer_tag.h), which is the sum of all that decides it, so that none is
 * ever sent after its state: what a newer state has is another tag, and what nobody asks for any more
 * makes room. Kept are at most KEPT_ANSWERS of together KEPT_BYTES. Threads: every function may be called
 * from any thread; a kept answer is never changed again. */
#ifndef HX_HTTP_KEPT_ANSWERS_H
#define HX_HTTP_KEPT_ANSWERS_H

#include "http/request.h"

enum { KEPT_ANSWERS = 64, KEPT_BYTES = 16 * 1024 * 1024, KEPT_ANSWER_BYTES = KEPT_BYTES / 8 };

struct kept_answers;
struct kept_answers *kept_answers_new(void);    /* NULL when memory is out */
void kept_answers_free(struct kept_answers *k); /* NULL-safe; of what is still being sent, later */

/* Fills the reply with a response over the kept bytes. False: there is none. */
bool kept_answers_find(struct kept_answers *k, const char *tag, struct reply *r);
/* The reply's bytes are kept from now on, unless they are too many; it is sent as any other. */
void kept_answers_add(struct kept_answers *k, const char *tag, struct reply *r);

#endif
