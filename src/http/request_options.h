/* What a request says of how to check: class=, claim= any number of times, crs=, slivers=. Private to http/.
 * Threads: those of the request. */
#ifndef HX_HTTP_REQUEST_OPTIONS_H
#define HX_HTTP_REQUEST_OPTIONS_H

#include "check/saved_project.h"
#include "http/request.h"

/* Texts are borrowed from the request and its worker's arena. */
enum status request_check_options(struct request *rq, struct saved_check *out, struct error *e) HX_MUST_CHECK;

#endif
