/* Namespaces and capabilities: what a process is in the eyes of the rest of the machine. Private to
 * sandbox/. */
#ifndef HX_FEATURES_SANDBOX_SPACES_H
#define HX_FEATURES_SANDBOX_SPACES_H

#include "features/sandbox/measures.h"

#include <sys/types.h>

/* Who is to live no longer than whom. */
enum { SPACES_ALONE = 0, SPACES_READER_OF_STDOUT = -1 };

/* Namespaces of its own for users, processes, network, IPC and mounts, as far as they are permitted, and no
 * capability in them. Called with one thread.
 *
 * A PID namespace begins with the next process: this one stays outside, holds nothing open, passes signals
 * on, and ends as the other does, which goes on from here as the first of its namespace (and which dies with
 * this one). So what is called behind this has other numbers, and its parent has none.
 * `parent`: what this process dies with: a process by its number, or whoever has its standard output, or
 * SPACES_ALONE.
 * False: the process that should have gone on could not be started. */
bool spaces_enter(pid_t parent, struct sandbox_measures *m);

#endif
