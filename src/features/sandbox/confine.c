#include "features/sandbox/confine.h"

#include "features/sandbox/calls.h"
#include "features/sandbox/landlock.h"
#include "features/sandbox/nursery.h"
#include "features/sandbox/protocol.h"
#include "features/sandbox/spaces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_TO_GO "700" /* of oom_score_adj, as if 70% of the machine's memory were in use by it */

static struct sandbox_measures measures;

const struct sandbox_measures *confine_measures(void)
{
    return &measures;
}

/* ---- limits ---- */

static bool limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        value = now.rlim_max;
    return setrlimit(what, &(struct rlimit){value, value}) == 0;
}

static bool limit_reader(bool upload)
{
    bool ok = (!upload || limit(RLIMIT_CPU, 30)) && limit(RLIMIT_FSIZE, (rlim_t)256 << 20) &&
              limit(RLIMIT_NOFILE, upload ? 64 : 256) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0);
/* The shadow of a sanitizer alone is many TiB of addresses. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(HX_NO_ADDRESS_LIMIT)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return ok;
#endif
#endif
    ok = ok && limit(RLIMIT_AS, (rlim_t)(upload ? 2 : 32) << 30);
#endif
    return ok;
}

/* Processes are counted by users: outside a user namespace those of the server would count, too. */
static bool limit_job(void)
{
    enum { PROCESSES = 512 }; /* threads, that is */
    bool own_user = measures.tried[SANDBOX_USER] && !measures.why[SANDBOX_USER];
    return limit(RLIMIT_FSIZE, (rlim_t)8 << 30) && limit(RLIMIT_NOFILE, 256) && limit(RLIMIT_CORE, 0) &&
           (!own_user || limit(RLIMIT_NPROC, PROCESSES));
}

/* ---- a forbidden call: told, so that a library that needs another one is found ---- */

static void tell_pipe(uint32_t number)
{
    unsigned char said[RECORD_FORBIDDEN_BYTES];
    record_forbidden(said, number);
    (void)!write(STDOUT_FILENO, said, sizeof said);
}

/* A job's standard error is the server's log. */
static void tell_log(uint32_t number)
{
    char said[] = "the sandbox of a job has no system call 0000000000\n";
    for (size_t at = sizeof said - 2; number && said[--at] == '0'; number /= 10)
        said[at] = (char)('0' + number % 10);
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
}

static bool close_calls(enum calls_of who)
{
    int why = calls_close(who, who == CALLS_OF_JOB ? tell_log : tell_pipe);
    why = why == EINVAL ? ENOSYS : why; /* so says a kernel without filters */
    measure_note(&measures, SANDBOX_CALLS, why);
    return !why || why == ENOSYS || why == EDOM;
}

/* ---- all of it ---- */

void confine_first_to_go(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, FIRST_TO_GO, sizeof FIRST_TO_GO - 1); /* more is always permitted */
    close(fd);
}

bool confine_begin(pid_t parent)
{
    static bool begun; /* by the nursery, perhaps */
    if (begun)
        return true;
    begun = true;
    umask(077);
    confine_first_to_go();
    int why = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? errno : 0;
    measure_note(&measures, SANDBOX_PRIVILEGES, why);
    return !why && spaces_enter(parent, &measures);
}

static bool close_everything(const char *dir, bool job)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return landlock_enter(dir, job, &measures) && close_calls(job ? CALLS_OF_JOB : CALLS_OF_READER);
}

bool confine_reader(const char *dir, bool upload)
{
    bool ok = confine_begin(SPACES_READER_OF_STDOUT) && limit_reader(upload);
    measure_note(&measures, SANDBOX_LIMITS, ok ? 0 : errno);
    return ok && close_everything(dir, false);
}

bool confine_job(const char *dir, pid_t parent)
{
    nursery_give_up();
    bool ok = confine_begin(parent) && limit_job();
    measure_note(&measures, SANDBOX_LIMITS, ok ? 0 : errno);
    return ok && close_everything(dir, true);
}

enum status confine_suffices(struct error *e)
{
    enum sandbox_measure missing = measure_missing(&measures);
    return sandbox_is_required() && missing != SANDBOX_REQUIRED ? measure_fail(&measures, missing, e)
                                                                : STATUS_OK;
}

enum status confine_refuse(struct error *e)
{
    error_zh(e, "系统不允许为读取程序设置限制，未读取文件；请联系管理员。");
    return error_fail(e, STATUS_INTERNAL, "foreign-sandbox",
                      "The system does not permit limits for the reading program; the file was not read. "
                      "Tell the administrator.");
}
