#include "cli/as_job.h"

#include "base/own_folders.h"
#include "features/sandbox/confine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

void as_job_begin(const char *pid, const char *store_path)
{
    char working[4096];
    const char *tmp = getenv("TMPDIR");
    if (!pid)
        return;
    die_with(pid);
    confine_first_to_go();
    umask(077);
    own_folder_add(store_path); /* its sentences go to whoever has sent it */
    if (tmp && snprintf(working, sizeof working, "%s/in/x", tmp) < (int)sizeof working) {
        own_folder_add(working);
        own_folder_add(tmp);
    }
    signal(SIGXFSZ, SIG_IGN); /* a file that is too large is a failed write, with a sentence */
    (void)!nice(NICENESS);
}

enum status as_job_enter_sandbox(const char *folder, const char *pid, struct error *e)
{
    if (!folder)
        return STATUS_OK;
    return confine_job(folder, pid ? (pid_t)strtol(pid, NULL, 10) : 0) ? confine_suffices(e)
                                                                       : confine_refuse(e);
}
