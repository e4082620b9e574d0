/* Which system calls a confined process may make: a list of what it needs, each for a reason; what is not on
 * the list ends the process and is told. Private to sandbox/.
 *
 * A call that libraries try in passing and can do without has an answer instead (calls.c says which, and
 * why). The filter is made by libseccomp, once in a process: a fork of it has it ready.
 * Threads: calls_prepare in one thread, before all else; calls_close binds the thread that calls it and all
 * that it starts. */
#ifndef HX_FEATURES_SANDBOX_CALLS_H
#define HX_FEATURES_SANDBOX_CALLS_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum calls_of {
    CALLS_OF_READER, /* of one file, behind whose opening nothing is written but to the pipe */
    CALLS_OF_JOB,    /* reads, writes results, starts a reader of its own */
    CALLS_KINDS
};

/* The filter for a processor as libseccomp numbers it (0: this one), to be freed. 0, or errno's number:
 * EDOM when this libseccomp knows no such processor. In it the process's own number is CALLS_SELF. */
int calls_make(enum calls_of who, uint32_t processor, struct sock_filter **program, size_t *n);
enum { CALLS_SELF = 0x7FFFFF01 };

/* Makes the one of this processor, unless it is made. As calls_make. */
int calls_prepare(enum calls_of who);
/* From here on. `told` hears of the call that is forbidden, in a signal handler; the process dies when it
 * returns. 0, or errno's number; ENOSYS, EINVAL: the kernel has no filters. */
int calls_close(enum calls_of who, void (*told)(uint32_t number));

/* "io_uring_setup", or "no. 999". */
const char *calls_name(uint32_t number, char text[40]);

#endif
