/* The working child of a background job: the program itself, started again with a folder that holds "job.json" and, as
 * the case may be, the uploaded file. `main` asks job_child_wanted before anything else.
 *
 * A process of its own, because an audit reads uploads with GDAL: what crashes, hangs or swells there must not be the
 * server; because it can be ended at any moment; and because it can be made nice.
 * It writes one JSON object a line to standard output: {"progress": …} now and then, at the end {"outcome": …} or
 * {"error": …}; results are the files out.FORMAT of the folder. */
#ifndef HX_HTTP_JOB_CHILD_H
#define HX_HTTP_JOB_CHILD_H

#include <stdbool.h>

#define JOB_CHILD_COMMAND "--run-job"

bool job_child_wanted(int argc, char **argv);
_Noreturn void job_child_main(int argc, char **argv);

#endif
