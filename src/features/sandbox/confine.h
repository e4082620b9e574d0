/* Takes from this process what a reader of one file, or a job, does not need. Called while it has one
 * thread. What every kernel has is required here; of the rest, what took effect is noted. Private to
 * sandbox/ and the command that is a job. */
#ifndef HX_FEATURES_SANDBOX_CONFINE_H
#define HX_FEATURES_SANDBOX_CONFINE_H

#include "base/status.h"
#include "features/sandbox/sandbox.h"

#include <stdbool.h>
#include <sys/types.h>

/* When memory is out, the kernel takes this process and its children before the server that it works for.
 * confine_begin does it; a job from its beginning on. */
void confine_first_to_go(void);

/* The part that a nursery does once for all its children: namespaces, no capabilities, no new privileges,
 * files for nobody else. `parent` and what becomes of this process: spaces.h. Nothing the second time. */
bool confine_begin(pid_t parent);

/* confine_begin, for a process that dies with whoever has its standard output; no core, few open files, no
 * other process; and, where the kernel permits: no file outside `dir` and the system's libraries and tables,
 * nothing that can be written, and only the system calls of a reader. An upload has 2 GiB of memory and
 * 30 s of processor time; a file of this machine 32 GiB and all the time that it needs. False when one of
 * the limits that every kernel has could not be set, or the kernel has a measure and refuses it. */
bool confine_reader(const char *dir, bool upload);

/* For a long job on an upload that writes its results to `dir`: 8 GiB a file, 256 files open, no core, no
 * limit on time or memory (indexes are mapped); the rest as above, but `dir` may be written to, and a reader
 * be started. `parent` as above. */
bool confine_job(const char *dir, pid_t parent);

/* What took effect in this process. */
const struct sandbox_measures *confine_measures(void);

/* Where a whole sandbox is required: is it? The sentence says what is missing. */
enum status confine_suffices(struct error *e) HX_MUST_CHECK;

/* What to say when one of them is false. */
enum status confine_refuse(struct error *e);

#endif
