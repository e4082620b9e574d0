/* The sandboxed child as a process: started with a pipe to listen at, ended whatever it does. Private to
 * sandbox/.
 * Threads: a process belongs to one thread at a time; any number may run beside each other. The thread that
 * starts one must live until it is ended: the reading child dies with that thread (PR_SET_PDEATHSIG goes by
 * threads), so that none outlives a parent that was killed. */
#ifndef HX_FEATURES_SANDBOX_PROCESS_H
#define HX_FEATURES_SANDBOX_PROCESS_H

#include "base/status.h"
#include "features/sandbox/nursery.h"

#include <sys/types.h>

struct sandbox_process {
    pid_t pid;           /* of one that was started for itself, and may wait for another, inside of a
                            namespace (spaces.h), with which it ends; 0: none */
    struct nursling own; /* or of one that the nursery began */
    int pipe;            /* the end that is read; -1 when it is closed */
};
#define SANDBOX_NO_PROCESS ((struct sandbox_process){0, {0, 0}, -1})

/* `arguments`: from argv[1] on, NULL-terminated. NULL program: this very program. `input`: a file that the
 * child has as SANDBOX_INPUT; -1 none. `more`: another reading will follow this one. */
enum status sandbox_process_start(const char *program, const char *const *arguments, int input, bool more,
                                  struct sandbox_process *out, struct error *e) HX_MUST_CHECK;
/* Kills it and all that it started. The process may be SANDBOX_NO_PROCESS. */
void sandbox_process_end(struct sandbox_process *p);

/* For sandbox/ alone: a process of that program with nothing of ours but `to_parent` (-1: none) as its
 * standard output and `extra` (-1: none) as descriptor SANDBOX_INPUT_FD. errno's number, 0 when it runs. */
int process_spawn(const char *program, const char *const *arguments, int to_parent, int extra, pid_t *pid);

/* Bytes as a file that has no name and that nobody can change: nothing is left of it when this process ends,
 * however it ends. The child reads it by this path, again and again where a library wants that. */
#define SANDBOX_INPUT "/proc/self/fd/3"
enum { SANDBOX_INPUT_FD = 3 };
enum status sandbox_input_make(const void *bytes, size_t n, int *fd, struct error *e) HX_MUST_CHECK;

#endif
