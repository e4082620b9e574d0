/* Takes from this process what a reader of one file does not need. Called once, in the reading child, while it has one
 * thread. */
#ifndef HX_INGEST_FOREIGN_SANDBOX_H
#define HX_INGEST_FOREIGN_SANDBOX_H

#include <stdbool.h>

/* Limits on memory (2 GiB), processor time (30 s), files (256 MiB each, 64 open), no core; no new privileges; and, where
 * the kernel permits: no network, no file outside `dir` and the system's libraries and tables, no other program. False
 * when one of the limits that every kernel has could not be set. */
bool foreign_sandbox_enter(const char *dir);

/* For a long job on an upload that writes its results to `dir`: 8 GiB a file, 256 files open, no core, no limit on time
 * or memory (indexes are mapped); the rest as above, but `dir` may be written to. */
bool foreign_sandbox_enter_for_job(const char *dir);

#endif
