#include "cli/as_job.h"

#include "features/sandbox/confine.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A machine with somebody in front of it: requests come first. */
enum { NICENESS = 10 };

/* A server that is killed takes its job with it. */
static void die_with(const char *pid)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != strtol(pid, NULL, 10))
        _exit(1); /* it was killed before that took effect */
}

void as_job_begin(const char *pid)
{
    if (!pid)
        return;
    die_with(pid);
    signal(SIGXFSZ, SIG_IGN); /* a file that is too large is a failed write, with a sentence */
    (void)!nice(NICENESS);
}

enum status as_job_enter_sandbox(const char *folder, const char *pid, struct error *e)
{
    if (!folder)
        return STATUS_OK;
    return confine_job(folder, pid ? (pid_t)strtol(pid, NULL, 10) : 0) ? STATUS_OK : confine_refuse(e);
}
