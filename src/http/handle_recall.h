/* A check that was answered and may be found again: handle_check tells it here. Threads: one request's. */
#ifndef HX_HTTP_HANDLE_RECALL_H
#define HX_HTTP_HANDLE_RECALL_H

#include "http/request.h"

enum { RECALL_ADDRESS_SIZE = 80 };

/* Where the request prefers it and nothing of it is in the store anyhow. `address`: where the check is found
 * from now on, beside that of /check; "": nowhere. */
void recall_answered(struct request *rq, const struct buffer *report, char address[RECALL_ADDRESS_SIZE]);

#endif
