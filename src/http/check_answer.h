/* A check, as /check and the process of that name answer it: the same code for both. Threads: one
 * request's. */
#ifndef HX_HTTP_CHECK_ANSWER_H
#define HX_HTTP_CHECK_ANSWER_H

#include "http/request.h"
#include "report/forms.h"

/* The check that the request's parameters and body ask for, in the form that they ask for. */
enum status check_answer(struct request *rq, const struct report_form **form, struct buffer *out,
                         struct error *e) HX_MUST_CHECK;
/* Of a document that people keep: its file name; of a page: its own style. */
void check_answer_headers(struct reply *reply, const struct report_form *form);
/* Refuses what check_answer would refuse of the parameters, without checking anything. */
enum status check_answer_refuses(struct request *rq, struct error *e) HX_MUST_CHECK;

#endif
