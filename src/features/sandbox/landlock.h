/* Landlock: which files and folders a process sees, and what it may do beyond files, as far as this kernel
 * knows it. Private to sandbox/. Threads: binds the calling thread; called with one. */
#ifndef HX_FEATURES_SANDBOX_LANDLOCK_H
#define HX_FEATURES_SANDBOX_LANDLOCK_H

#include "features/sandbox/measures.h"

/* Nothing but the system's libraries and tables and `dir` is left, to read; nothing can be reached by TCP,
 * no device asked, no signal sent out. Of a job: `dir` to write, too, and the program itself to run. Notes
 * what took effect in `m`; false when the kernel has Landlock and refuses it. */
bool landlock_enter(const char *dir, bool job, struct sandbox_measures *m);

#endif
