/* Records, projects and jobs of others: what of them a request may see and change.
 *
 * What lies outside the caller's unit is as if it were not there; what would be written there is refused with
 * the places named. Threads: one request's. */
#ifndef HX_HTTP_ACCESS_PLACE_H
#define HX_HTTP_ACCESS_PLACE_H

#include "http/request.h"

/* Refused (403): a parcel of the report lies, even partly, outside the caller's unit, or it is not known
 * where it lies. */
enum status access_place_check(const struct request *rq, const struct report *r,
                               struct error *e) HX_MUST_CHECK;
/* 404 for what there is not, and for what the caller may not see. */
enum status access_record(const struct request *rq, int64_t id, struct error *e) HX_MUST_CHECK;
enum status access_project(const struct request *rq, int64_t id, struct error *e) HX_MUST_CHECK;
/* Refused (403): the name or code is that of a project which the caller may not see. */
enum status access_project_free(const struct request *rq, const char *name, const char *code,
                                struct error *e) HX_MUST_CHECK;
/* Whose jobs the caller sees: NULL, everybody's, or one person's. */
const char *access_jobs_of(const struct request *rq);
/* 404 for a job of others; whether there is one at all, the queue says. */
enum status access_job(const struct request *rq, const char *id, struct error *e) HX_MUST_CHECK;

#endif
