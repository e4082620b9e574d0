/* POST /check?keep=1&officer=&project_name=: the check goes into the record. */
#ifndef HX_HTTP_KEEP_CHECK_H
#define HX_HTTP_KEEP_CHECK_H

#include "http/request.h"

/* Is the check to be kept, and may it be? Asked before the check is made. */
enum status keep_check_wanted(const struct request *rq, bool *out, struct error *e) HX_MUST_CHECK;
enum status keep_check(struct request *rq, struct report *r, struct error *e) HX_MUST_CHECK;

#endif
