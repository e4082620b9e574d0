#include "features/sandbox/confine.h"

#include "features/sandbox/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

static bool limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        value = now.rlim_max;
    return setrlimit(what, &(struct rlimit){value, value}) == 0;
}

static bool set_limits(bool upload)
{
    bool ok = (!upload || limit(RLIMIT_CPU, 30)) && limit(RLIMIT_FSIZE, (rlim_t)256 << 20) &&
              limit(RLIMIT_NOFILE, upload ? 64 : 256) && limit(RLIMIT_CORE, 0);
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

static void allow(int ruleset, const char *path, __u64 access)
{
    int fd = path && *path ? open(path, O_PATH | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* Kernels before 5.13 have no Landlock; then the file system stays visible, with the rights of the
 * server's user. */
static void close_file_system(const char *dir, bool job)
{
    const __u64 reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    const __u64 all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* version 1 */
    struct landlock_ruleset_attr attr = {.handled_access_fs = all};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return;
    static const char *const system[] = {"/usr",       "/lib",     "/lib64", "/etc/ld.so.cache",
                                         "/proc/self", "/dev/null"};
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        allow(ruleset, system[i], i < 3 || i == 4 ? reading : LANDLOCK_ACCESS_FS_READ_FILE);
    allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(ruleset, getenv("PROJ_DATA"), reading);
    allow(ruleset, getenv("PROJ_LIB"), reading);
    allow(ruleset, getenv("GDAL_DATA"), reading);
    allow(ruleset, dir, job ? all & ~(__u64)LANDLOCK_ACCESS_FS_EXECUTE : reading);
    if (job) { /* its own child, which confines itself further, and the loader that starts it; fonts */
        allow(ruleset, "/proc/self/exe", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
        allow(ruleset, "/lib64", reading | LANDLOCK_ACCESS_FS_EXECUTE);
        allow(ruleset, "/lib", reading | LANDLOCK_ACCESS_FS_EXECUTE);
        allow(ruleset, "/etc/fonts", reading);
        allow(ruleset, "/var/cache/fontconfig", reading);
    }
    (void)syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
}

/* What is not on this list a library may need; what is on it no reader of a file does. A job starts its own
 * reading child, and ends it: the first two are not denied to it. */
static void close_system_calls(bool job)
{
#ifdef OUR_ARCH
    static const unsigned denied[] = {
        SYS_execve,
        SYS_kill,
        SYS_socket,
        SYS_socketpair,
        SYS_connect,
        SYS_bind,
        SYS_listen,
        SYS_sendto,
        SYS_execveat,
        SYS_ptrace,
        SYS_mount,
        SYS_umount2,
        SYS_tkill,
        SYS_bpf,
        SYS_perf_event_open,
        SYS_userfaultfd,
        SYS_keyctl,
        SYS_add_key,
        SYS_pivot_root,
        SYS_setns,
        SYS_unshare,
        SYS_init_module,
        SYS_chroot,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
    };
    enum { N = sizeof denied / sizeof *denied };
    struct sock_filter program[N + 6] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    for (unsigned i = 0; i < N; i++)
        program[4 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i], N - i, 0);
    for (unsigned i = 0; job && i < 2; i++)
        program[4 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0);
    program[N + 4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[N + 5] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    struct sock_fprog filter = {.len = N + 6, .filter = program};
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
#endif
}

static bool close_everything(const char *dir, bool job)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        (void)unshare(
            CLONE_NEWNET); /* permitted to neither in many containers; the filter below denies sockets */
    close_file_system(dir, job);
    close_system_calls(job);
    return true;
}

bool confine_reader(const char *dir, bool upload)
{
    return set_limits(upload) && close_everything(dir, false);
}

bool confine_job(const char *dir)
{
    nursery_give_up();
    return limit(RLIMIT_FSIZE, (rlim_t)8 << 30) && limit(RLIMIT_NOFILE, 256) && limit(RLIMIT_CORE, 0) &&
           close_everything(dir, true);
}

enum status confine_refuse(struct error *e)
{
    error_zh(e, "系统不允许为读取程序设置限制，未读取文件；请联系管理员。");
    return error_fail(e, STATUS_INTERNAL, "foreign-sandbox",
                      "The system does not permit limits for the reading program; the file was not read. "
                      "Tell the administrator.");
}
