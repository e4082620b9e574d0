/* What a request is called in its answer (X-Request-Id, and request_id of a problem document) and in every
 * line of the log about it: whoever was refused reads it out, and the operator finds the line.
 * Threads: any. */
#ifndef HX_HTTP_REQUEST_ID_H
#define HX_HTTP_REQUEST_ID_H

#include "base/log.h"

#define REQUEST_ID_HEADER "X-Request-Id"
enum { REQUEST_ID_SIZE = LOG_ID_SIZE };

/* A new one, random, of letters and digits that are told apart by telephone: "k7q2-9fmt-3xwa". */
void request_id_make(char out[REQUEST_ID_SIZE]);
/* May it be taken over: letters, digits, "-", "_" and ".", 64 at most? */
bool request_id_is_plain(const char *text);

#endif
