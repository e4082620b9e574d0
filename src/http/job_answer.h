/* Jobs, as /jobs and executions of processes answer them (handle_jobs.c, job_results.c). Threads: one
 * request's. */
#ifndef HX_HTTP_JOB_ANSWER_H
#define HX_HTTP_JOB_ANSWER_H

#include "http/request.h"
#include "jobs/queue.h"

/* Takes in the job that the request's parameters and upload ask for. Of `more`, which may be NULL, what is a
 * check and the delivery are taken. Appends the job as JSON. A page of another site is refused. */
enum status job_answer_add(struct request *rq, const struct job_request *more, char id[JOB_ID_SIZE],
                           struct buffer *json, struct error *e) HX_MUST_CHECK;
/* One result, as a file. */
enum status job_answer_file(const struct request *rq, const char *id, const char *format, struct reply *reply,
                            struct error *e) HX_MUST_CHECK;

/* The results of a job that is done, as its execution asked: raw or as a document, by value or by reference.
 * Of a job that nothing was said of: a document with the summary, and the rows by reference. */
enum status job_answer_results(const struct request *rq, const char *id, struct reply *reply,
                               struct error *e) HX_MUST_CHECK;
/* A result that no job has made, by value, in a document. */
enum status job_answer_document(const char *output, const char *format, const struct buffer *bytes,
                                struct reply *reply, struct error *e) HX_MUST_CHECK;

#endif
