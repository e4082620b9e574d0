/* POST /check?keep=1&officer=: the check goes into the record, with the project that it names. */
#ifndef HX_HTTP_KEEP_CHECK_H
#define HX_HTTP_KEEP_CHECK_H

#include "http/request.h"
#include "report/blocks.h"

/* `project` names its source file, too. */
/* Is the check to be kept, and may it be? Asked before the check is made. */
enum status keep_check_wanted(const struct request *rq, const struct report_project *project, bool *out,
                              struct error *e) HX_MUST_CHECK;
enum status keep_check(struct request *rq, const struct report_project *project, struct report *r,
                       struct error *e) HX_MUST_CHECK;

#endif
