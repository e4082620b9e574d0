/* What the plan says, as pages for people (html_page.h): a list of units, and a page for each 盟市 and 旗县.
 * Threads: one request's. */
#ifndef HX_HTTP_HTML_PLAN_H
#define HX_HTTP_HTML_PLAN_H

#include "http/html_page.h"
#include "store/plan_read.h"

#define PLAN_DOCUMENT "内政办发〔2021〕74号"

enum status html_plan_units(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_plan_unit(struct request *rq, const struct plan_unit *unit, struct reply *reply,
                           struct error *e) HX_MUST_CHECK;

#endif
