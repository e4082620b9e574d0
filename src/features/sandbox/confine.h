/* Takes from this process what a reader of one file does not need. Called once, in the child, while it has
 * one thread. */
#ifndef HX_FEATURES_SANDBOX_CONFINE_H
#define HX_FEATURES_SANDBOX_CONFINE_H

#include "base/status.h"

#include <stdbool.h>

/* No core, few open files; no new privileges; and, where the kernel permits: no network, no file outside
 * `dir` and the system's libraries and tables, nothing that can be written, no other program. An upload
 * has 2 GiB of memory and 30 s of processor time; a file of this machine 32 GiB and all the time that it
 * needs. False when one of the limits that every kernel has could not be set. */
bool confine_reader(const char *dir, bool upload);

/* For a long job on an upload that writes its results to `dir`: 8 GiB a file, 256 files open, no core, no
 * limit on time or memory (indexes are mapped); the rest as above, but `dir` may be written to. */
bool confine_job(const char *dir);

/* What to say when one of them is false. */
enum status confine_refuse(struct error *e);

#endif
