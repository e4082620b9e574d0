/* The sandboxed child as a process: started with a pipe to listen at, ended whatever it does. Private to
 * sandbox/.
 * Threads: a process belongs to one thread at a time; any number may run beside each other. The thread that
 * starts one must live until it is ended: the reading child dies with that thread (PR_SET_PDEATHSIG goes by
 * threads), so that none outlives a parent that was killed. */
#ifndef HX_FEATURES_SANDBOX_PROCESS_H
#define HX_FEATURES_SANDBOX_PROCESS_H

#include "base/status.h"

#include <sys/types.h>

struct sandbox_process {
    pid_t pid; /* 0: none */
    int pipe;  /* the end that is read; -1 when it is closed */
};
#define SANDBOX_NO_PROCESS ((struct sandbox_process){0, -1})

/* `arguments`: from argv[1] on, NULL-terminated. NULL program: this very program. */
enum status sandbox_process_start(const char *program, const char *const *arguments,
                                  struct sandbox_process *out, struct error *e) HX_MUST_CHECK;
/* Kills it and all that it started. The process may be SANDBOX_NO_PROCESS. */
void sandbox_process_end(struct sandbox_process *p);

/* A private folder with one file in it. */
struct sandbox_folder {
    char dir[256], path[300]; /* "" : none */
};
enum status sandbox_folder_make(const void *bytes, size_t n, struct sandbox_folder *out,
                                struct error *e) HX_MUST_CHECK;
void sandbox_folder_remove(struct sandbox_folder *f);

#endif
