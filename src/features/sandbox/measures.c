#include "features/sandbox/measures.h"

#include "base/file.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- words ---- */

static const struct {
    const char *name, *zh, *en; /* what is missing without it */
    const char *do_zh, *do_en;  /* what to do where it is not permitted */
} words[SANDBOX_MEASURES] = {
    [SANDBOX_LIMITS] = {"limits", "不能限制内存、时间和文件",
                        "limits of memory, time and files cannot be set",
                        "请检查容器或 systemd 单元的 setrlimit 限制",
                        "look at what the container or unit says of setrlimit"},
    [SANDBOX_PRIVILEGES] = {"privileges", "不能放弃提升权限的能力", "new privileges cannot be given up",
                            "请允许 prctl(PR_SET_NO_NEW_PRIVS)", "permit prctl(PR_SET_NO_NEW_PRIVS)"},
    [SANDBOX_CAPABILITIES] = {"capabilities", "不能放弃特权（capabilities）",
                              "capabilities cannot be dropped", "请允许 capset", "permit capset"},
    [SANDBOX_USER] =
        {"user", "没有独立的用户命名空间", "there is no user namespace of its own",
         "请允许用户命名空间：sysctl user.max_user_namespaces 和 kernel.unprivileged_userns_clone "
         "大于 0；容器须放行 unshare，systemd 单元不设 RestrictNamespaces",
         "permit user namespaces: sysctl user.max_user_namespaces and "
         "kernel.unprivileged_userns_clone above 0; in a container, unshare; in a systemd unit no "
         "RestrictNamespaces"},
    [SANDBOX_PID] = {"pid", "没有独立的进程命名空间", "there is no PID namespace of its own",
                     "请允许用户命名空间（或给予 CAP_SYS_ADMIN），容器须放行 unshare",
                     "permit user namespaces (or CAP_SYS_ADMIN); in a container, unshare"},
    [SANDBOX_NET] = {"net", "没有独立的网络命名空间", "there is no network namespace of its own",
                     "请允许用户命名空间（或给予 CAP_SYS_ADMIN），容器须放行 unshare",
                     "permit user namespaces (or CAP_SYS_ADMIN); in a container, unshare"},
    [SANDBOX_IPC] = {"ipc", "没有独立的 IPC 命名空间", "there is no IPC namespace of its own",
                     "请允许用户命名空间（或给予 CAP_SYS_ADMIN），容器须放行 unshare",
                     "permit user namespaces (or CAP_SYS_ADMIN); in a container, unshare"},
    [SANDBOX_MOUNT] = {"mount", "没有独立的挂载命名空间", "there is no mount namespace of its own",
                       "请允许用户命名空间（或给予 CAP_SYS_ADMIN），容器须放行 unshare",
                       "permit user namespaces (or CAP_SYS_ADMIN); in a container, unshare"},
    [SANDBOX_FILES] =
        {"files", "不能隐藏其他文件（Landlock）", "other files cannot be hidden (Landlock)",
         "请使用 5.13 以上的内核，启动参数 lsm= 中包含 landlock，容器须放行 landlock_* 调用",
         "use a kernel from 5.13 on with landlock in its lsm= parameter; in a container, permit "
         "the landlock_* calls"},
    [SANDBOX_CALLS] = {"calls", "不能限制系统调用（seccomp）", "system calls cannot be limited (seccomp)",
                       "请使用带 CONFIG_SECCOMP_FILTER 的内核，以及认识本机处理器的 libseccomp",
                       "use a kernel with CONFIG_SECCOMP_FILTER, and a libseccomp that knows this processor"},
    [SANDBOX_TRUNCATE] = {"truncate", "Landlock 不管截断文件", "Landlock does not watch over truncation",
                          "内核 6.2 起支持", "kernels from 6.2 on do"},
    [SANDBOX_TCP] = {"tcp", "Landlock 不管 TCP", "Landlock does not watch over TCP", "内核 6.7 起支持",
                     "kernels from 6.7 on do"},
    [SANDBOX_DEVICES] = {"devices", "Landlock 不管设备", "Landlock does not watch over devices",
                         "内核 6.10 起支持", "kernels from 6.10 on do"},
    [SANDBOX_SIGNALS] = {"signals", "Landlock 不管信号", "Landlock does not watch over signals",
                         "内核 6.12 起支持", "kernels from 6.12 on do"},
};

const char *sandbox_measure_name(enum sandbox_measure which)
{
    return words[which].name;
}

static bool is_unknown(int why)
{
    return why == ENOSYS || why == EDOM || why == EOPNOTSUPP;
}

const char *sandbox_measure_state(const struct sandbox_measures *m, enum sandbox_measure which)
{
    return !m->tried[which]            ? "untried"
           : !m->why[which]            ? "in-effect"
           : is_unknown(m->why[which]) ? "unknown-to-kernel"
                                       : "not-permitted";
}

void sandbox_measure_words(const struct sandbox_measures *m, enum sandbox_measure which, struct error *out)
{
    int why = m->why[which];
    error_zh(out, "读取文件的沙箱：%s（%s）；%s。", words[which].zh, why ? strerror(why) : "未尝试",
             words[which].do_zh);
    (void)error_fail(out, STATUS_INTERNAL, "sandbox-incomplete", "The sandbox that reads files: %s (%s); %s.",
                     words[which].en, why ? strerror(why) : "not tried", words[which].do_en);
}

/* ---- what there is ---- */

void measure_note(struct sandbox_measures *m, enum sandbox_measure which, int why)
{
    m->tried[which] = true;
    m->why[which] = why;
}

enum sandbox_measure measure_missing(const struct sandbox_measures *m)
{
    for (int i = 0; i < SANDBOX_REQUIRED; i++)
        if (!m->tried[i] || m->why[i])
            return (enum sandbox_measure)i;
    return SANDBOX_REQUIRED;
}

bool sandbox_complete(const struct sandbox_measures *m)
{
    return measure_missing(m) == SANDBOX_REQUIRED;
}

enum status measure_fail(const struct sandbox_measures *m, enum sandbox_measure which, struct error *e)
{
    struct error said = {0};
    sandbox_measure_words(m, which, &said);
    error_zh(e, "要求完整的沙箱（--require-sandbox），未读取文件。%s", said.zh);
    return error_fail(e, STATUS_INTERNAL, "sandbox-incomplete",
                      "The whole sandbox is required (--require-sandbox); no file was read. %s", said.en);
}

/* ---- finding out ---- */

static void try_out(bool job)
{
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = job ? confine_job("/nonexistent", getppid()) : confine_reader("/nonexistent", true);
        const struct sandbox_measures *m = confine_measures();
        _exit(write(STDOUT_FILENO, m, sizeof *m) == sizeof *m && ok ? 0 : 1);
    }
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

_Noreturn void measure_probe(void)
{
    try_out(false);
    try_out(true);
    _exit(0);
}

static bool hear(int fd, struct sandbox_measures *m)
{
    for (size_t at = 0; at < sizeof *m;) {
        ssize_t n = read(fd, (char *)m + at, sizeof *m - at);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void take_worse(struct sandbox_measures *m, const struct sandbox_measures *other)
{
    for (int i = 0; i < SANDBOX_MEASURES; i++)
        if (!other->tried[i] || (other->why[i] && m->tried[i] && !m->why[i])) {
            m->tried[i] = other->tried[i];
            m->why[i] = other->why[i];
        }
}

static struct {
    pthread_mutex_t lock;
    struct sandbox_measures found;
    bool known;
} report = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool required;

enum status sandbox_report(const char *program, struct sandbox_measures *out, struct error *e)
{
    static const char *const arguments[] = {SANDBOX_PROBE, NULL};
    struct sandbox_process p = SANDBOX_NO_PROCESS;
    struct sandbox_measures of_job;
    int ends[2];
    bool ok = pipe2(ends, O_CLOEXEC) == 0;
    if (ok) {
        p.pipe = ends[0];
        ends[1] = file_off_standard(ends[1]);
        ok = ends[1] >= 0 &&
             process_spawn(program ? program : "/proc/self/exe", arguments, ends[1], -1, &p.pid) == 0;
        if (ends[1] >= 0)
            close(ends[1]);
    }
    ok = ok && hear(p.pipe, out) && hear(p.pipe, &of_job);
    sandbox_process_end(&p);
    if (!ok)
        return confine_refuse(e);
    take_worse(out, &of_job);
    pthread_mutex_lock(&report.lock);
    report.found = *out;
    report.known = true;
    pthread_mutex_unlock(&report.lock);
    return STATUS_OK;
}

bool sandbox_known(struct sandbox_measures *out)
{
    pthread_mutex_lock(&report.lock);
    *out = report.found;
    bool known = report.known;
    pthread_mutex_unlock(&report.lock);
    return known;
}

enum status sandbox_require(const char *program, struct error *e)
{
    struct sandbox_measures found;
    enum status s = sandbox_report(program, &found, e);
    atomic_store(&required, true);
    enum sandbox_measure missing = s ? SANDBOX_REQUIRED : measure_missing(&found);
    return missing != SANDBOX_REQUIRED ? measure_fail(&found, missing, e) : s;
}

bool sandbox_is_required(void)
{
    return atomic_load(&required);
}
