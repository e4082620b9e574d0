#include "features/sandbox/spaces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- death ---- */

/* One that died before the kernel was told to watch is seen by its number, or by the end of its pipe. */
static void die_with(pid_t parent)
{
    struct pollfd pipe = {.fd = STDOUT_FILENO};
    if (parent == SPACES_ALONE)
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent > 0 ? getppid() != parent : poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR))
        _exit(1);
}

/* ---- the two processes of a PID namespace ---- */

static const int passed[] = {SIGTERM, SIGINT, SIGHUP};
enum { N_PASSED = sizeof passed / sizeof *passed };
static volatile pid_t inside;

static void pass_on(int signal_number)
{
    kill(inside, signal_number);
}

static _Noreturn void stay_outside(pid_t child, pid_t parent, int life, const sigset_t *before)
{
    int how = 0;
    inside = child;
    for (int i = 0; i < N_PASSED; i++)
        signal(passed[i], pass_on);
    die_with(parent);
    if (dup2(life, 0) == 0) /* the other's sign that we live; nothing else is held open */
        close_range(1, ~0U, 0);
    sigprocmask(SIG_SETMASK, before, NULL);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(how)) {
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(WTERMSIG(how), SIG_DFL);
        raise(WTERMSIG(how));
        _exit(128 + WTERMSIG(how));
    }
    _exit(WEXITSTATUS(how));
}

static void end(int signal_number)
{
    _exit(128 + signal_number);
}

/* The first process of a namespace does not hear a signal that it has not asked for. */
static void go_inside(int life, const sigset_t *before)
{
    struct pollfd gone = {.fd = life};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&gone, 1, 0) != 0)
        _exit(1);
    close(life);
    for (int i = 0; i < N_PASSED; i++) {
        struct sigaction now;
        if (sigaction(passed[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            signal(passed[i], end);
    }
    sigprocmask(SIG_SETMASK, before, NULL);
}

static bool divide(pid_t parent)
{
    int life[2];
    sigset_t held, before;
    if (pipe2(life, O_CLOEXEC) != 0)
        return false;
    sigemptyset(&held);
    for (int i = 0; i < N_PASSED; i++)
        sigaddset(&held, passed[i]);
    sigprocmask(SIG_BLOCK, &held, &before);
    pid_t pid = fork();
    if (pid > 0)
        stay_outside(pid, parent, life[1], &before);
    close(life[1]);
    if (pid == 0) {
        go_inside(life[0], &before);
        return true;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(life[0]);
    return false;
}

/* ---- namespaces ---- */

static const struct {
    int flag;
    enum sandbox_measure measure;
} spaces[] = {{CLONE_NEWUSER, SANDBOX_USER}, /* the first: it permits the others */
              {CLONE_NEWPID, SANDBOX_PID},
              {CLONE_NEWNET, SANDBOX_NET},
              {CLONE_NEWIPC, SANDBOX_IPC},
              {CLONE_NEWNS, SANDBOX_MOUNT}};
enum { N_SPACES = sizeof spaces / sizeof *spaces };

static void leave(struct sandbox_measures *m)
{
    int all = 0;
    for (int i = 0; i < N_SPACES; i++)
        all |= spaces[i].flag;
    bool at_once = unshare(all) == 0;
    for (int i = 0; i < N_SPACES; i++)
        measure_note(m, spaces[i].measure, at_once || unshare(spaces[i].flag) == 0 ? 0 : errno);
    if (!m->why[SANDBOX_MOUNT]) /* what is mounted outside later is seen, what is unmounted not held */
        (void)mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
}

/* ---- capabilities ---- */

static void drop_capabilities(struct sandbox_measures *m)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    for (unsigned long c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
        (void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0); /* not permitted to whoever has none to lose */
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    measure_note(m, SANDBOX_CAPABILITIES, syscall(SYS_capset, &head, none) == 0 ? 0 : errno);
}

bool spaces_enter(pid_t parent, struct sandbox_measures *m)
{
    leave(m);
    if (m->why[SANDBOX_PID])
        die_with(parent);
    bool ok = m->why[SANDBOX_PID] || divide(parent);
    drop_capabilities(m);
    return ok;
}
