/* The command as a background job of a server (jobs/run.c): the options that nobody else gives.
 *
 * "--job-of PID": the process PID started this one; it comes behind all of that one's requests and ends
 * with it, however that ends. "--sandbox FOLDER": once the layers are mapped, what parses a user's file
 * sees no other folder. "--bench BASE": of parcels, what the server shows of the result (audit/bench/bench.h)
 * is made beside it. */
#ifndef HX_CLI_AS_JOB_H
#define HX_CLI_AS_JOB_H

#include "base/status.h"
#include "cli/options/option.h"

#define OPTION_JOB_OF(at)                                                                                    \
    OPTION("--job-of", OPTION_TEXT, at, "PID", "该进程的后台作业", "a background job of this process",       \
           .is_hidden = true)
#define OPTION_SANDBOX(at)                                                                                   \
    OPTION("--sandbox", OPTION_TEXT, at, "DIR", "读文件时只见此文件夹",                                      \
           "what reads files sees this folder alone", .is_hidden = true)
#define OPTION_BENCH(at)                                                                                     \
    OPTION("--bench", OPTION_TEXT, at, "BASE", "供服务浏览的表和图", "what the server shows of the result",  \
           .is_hidden = true)

/* The value of --job-of; NULL: it is no job. Of a job no sentence has the path of the store, or of its own
 * folder, and nobody else sees what it writes. */
void as_job_begin(const char *pid, const char *store_path);
/* NULL: none. To be called with one thread. */
enum status as_job_enter_sandbox(const char *folder, const char *pid, struct error *e) HX_MUST_CHECK;

#endif
