/* The command as a background job of a server (jobs/run.c): the two options that nobody else gives.
 *
 * "--job-of PID": the process PID started this one; it comes behind all of that one's requests and ends
 * with it, however that ends. "--sandbox FOLDER": once the layers are mapped, what parses a user's file
 * sees no other folder. */
#ifndef HX_CLI_AS_JOB_H
#define HX_CLI_AS_JOB_H

#include "base/status.h"

/* The value of --job-of; NULL: it is no job. Of a job no sentence has the path of the store, or of its own
 * folder, and nobody else sees what it writes. */
void as_job_begin(const char *pid, const char *store_path);
/* NULL: none. To be called with one thread. */
enum status as_job_enter_sandbox(const char *folder, const char *pid, struct error *e) HX_MUST_CHECK;

#endif
