#include "features/sandbox/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- the lists ---- */

enum compared { ANY, IS, IS_NOT, HAS /* these of the bits `mask` */ };

/* One line: the call, under which condition on one of its arguments, and what it gets: 0 what it asks for,
 * otherwise that errno. The lines of a call stand together or apart; what none of them takes is forbidden. */
struct call {
    const char *name; /* of any processor; what this one does not have is passed over */
    int answer;
    enum compared compared;
    unsigned argument;
    uint64_t mask, value;
};

#define MAY(name)                                                                                            \
    {                                                                                                        \
        name, 0, ANY, 0, 0, 0                                                                                \
    }
#define MAY_IF(name, argument, value)                                                                        \
    {                                                                                                        \
        name, 0, IS, argument, 0, value                                                                      \
    }
#define MAY_UNLESS(name, argument, value)                                                                    \
    {                                                                                                        \
        name, 0, IS_NOT, argument, 0, value                                                                  \
    }
#define MAY_WITH(name, argument, mask, value)                                                                \
    {                                                                                                        \
        name, 0, HAS, argument, mask, value                                                                  \
    }
#define GETS(name, answer)                                                                                   \
    {                                                                                                        \
        name, answer, ANY, 0, 0, 0                                                                           \
    }
#define GETS_WITH(name, answer, argument, bits)                                                              \
    {                                                                                                        \
        name, answer, HAS, argument, bits, bits                                                              \
    }

/* What any program needs that computes, and reads what is open to it. */
static const struct call common[] = {
    /* memory: no page that was written can be run. glibc maps libraries of a character set when it meets
     * one, which are files; PCRE wants to compile, and does without */
    MAY("brk"),
    MAY("munmap"),
    MAY("mremap"),
    MAY("madvise"),
    MAY("mincore"),
    MAY_WITH("mmap", 2, PROT_EXEC, 0),
    GETS_WITH("mmap", EACCES, 2, PROT_EXEC | PROT_WRITE),
    MAY_WITH("mprotect", 2, PROT_EXEC, 0),
    GETS_WITH("mprotect", EACCES, 2, PROT_EXEC),
    MAY("futex"),
    MAY("membarrier"),
    /* files */
    MAY("read"),
    MAY("pread64"),
    MAY("readv"),
    MAY("preadv"),
    MAY("lseek"),
    MAY("close"),
    MAY("dup"),
    MAY("fstat"),
    MAY("newfstatat"),
    MAY("stat"),
    MAY("lstat"),
    MAY("statx"),
    MAY("access"),
    MAY("faccessat"),
    MAY("faccessat2"),
    MAY("readlink"),
    MAY("readlinkat"),
    MAY("getdents64"),
    MAY("getcwd"),
    MAY("statfs"),
    MAY("fstatfs"),
    MAY("fadvise64"),
    MAY("readahead"),
    /* of a descriptor: no owner, which would get signals of it */
    MAY_IF("fcntl", 1, F_GETFD),
    MAY_IF("fcntl", 1, F_SETFD),
    MAY_IF("fcntl", 1, F_GETFL),
    MAY_IF("fcntl", 1, F_GETLK),
    MAY_IF("fcntl", 1, F_SETLK),
    MAY_IF("fcntl", 1, F_SETLKW),
    MAY_IF("fcntl", 1, F_OFD_GETLK),
    MAY_IF("fcntl", 1, F_OFD_SETLK),
    MAY_IF("fcntl", 1, F_OFD_SETLKW),
    MAY_IF("fcntl", 1, F_DUPFD),
    MAY_IF("fcntl", 1, F_DUPFD_CLOEXEC),
    GETS("ioctl", ENOTTY), /* stdio asks whether it is a terminal */
    MAY("poll"),
    MAY("ppoll"),
    /* the clock, and what the machine is */
    MAY("clock_gettime"),
    MAY("clock_getres"),
    MAY("clock_nanosleep"),
    MAY("nanosleep"),
    MAY("gettimeofday"),
    MAY("time"),
    MAY("times"),
    MAY("getrusage"),
    MAY("getrandom"),
    MAY("uname"),
    MAY("sysinfo"),
    MAY("getcpu"),
    MAY("sched_yield"),
    MAY("sched_getaffinity"),
    /* itself */
    MAY("getpid"),
    MAY("gettid"),
    MAY("getppid"),
    MAY("getuid"),
    MAY("geteuid"),
    MAY("getgid"),
    MAY("getegid"),
    MAY("getrlimit"),
    MAY("rt_sigprocmask"),
    MAY("rt_sigreturn"),
    MAY("sigaltstack"),
    MAY("restart_syscall"),
    MAY("exit"),
    MAY("exit_group"),
    MAY_IF("tgkill", 0, CALLS_SELF), /* abort, raise */
    MAY_IF("prctl", 0, PR_SET_NAME),
    MAY_IF("prctl", 0, PR_GET_NAME),
    MAY_IF("prctl", 0, PR_GET_DUMPABLE),
    MAY_IF("prctl", 0, PR_CAPBSET_READ),
    MAY_IF("prctl", 0, 0x53564D41 /* PR_SET_VMA: a name for memory */),
    /* what libraries try, and go on without: names of users and hosts, NUMA, a newer kernel's calls */
    GETS("socket", EPERM),
    GETS("clone3", ENOSYS), /* its flags lie in memory, where no filter looks; glibc then takes clone */
    GETS("openat2", ENOSYS),
    GETS("get_mempolicy", ENOSYS),
    GETS("set_mempolicy", ENOSYS),
    GETS("mbind", ENOSYS),
    GETS("mseal", ENOSYS),
    GETS("sched_setaffinity", EPERM),
    GETS("sched_setscheduler", EPERM),
    GETS("getxattr", EOPNOTSUPP),
    GETS("lgetxattr", EOPNOTSUPP),
    GETS("fgetxattr", EOPNOTSUPP),
    GETS("copy_file_range", ENOSYS),
    GETS("sendfile", ENOSYS),
};

/* A file is opened to be read. What is written to a folder is answered as by a disk that is read-only: SQLite
 * would finish another's transaction, GDAL note what it has found out. */
static const struct call reader[] = {
    MAY_WITH("openat", 2, O_ACCMODE | O_CREAT | O_TRUNC, 0),
    GETS_WITH("openat", EACCES, 2, O_WRONLY),
    GETS_WITH("openat", EACCES, 2, O_RDWR),
    GETS_WITH("openat", EACCES, 2, O_CREAT),
    GETS_WITH("openat", EACCES, 2, O_TRUNC),
    MAY_WITH("open", 1, O_ACCMODE | O_CREAT | O_TRUNC, 0),
    GETS_WITH("open", EACCES, 1, O_WRONLY),
    GETS_WITH("open", EACCES, 1, O_RDWR),
    GETS_WITH("open", EACCES, 1, O_CREAT),
    GETS_WITH("open", EACCES, 1, O_TRUNC),
    GETS("unlink", EACCES),
    GETS("unlinkat", EACCES),
    GETS("mkdir", EACCES),
    GETS("mkdirat", EACCES),
    GETS("rmdir", EACCES),
    GETS("rename", EACCES),
    GETS("renameat", EACCES),
    GETS("renameat2", EACCES),
    GETS("ftruncate", EACCES),
    GETS("fsync", EACCES),
    GETS("fdatasync", EACCES),
    GETS("memfd_create", EPERM),
    MAY_IF("write", 0, STDOUT_FILENO),
    MAY_IF("write", 0, STDERR_FILENO),
    MAY_IF("writev", 0, STDOUT_FILENO),
    MAY_IF("writev", 0, STDERR_FILENO),
    MAY_IF("prlimit64", 2, 0), /* looks, and does not change; the limits of others are open to all */
    MAY_UNLESS("rt_sigaction", 0, SIGSYS), /* by which a forbidden call is told */
#ifdef HX_SANITIZED
    /* UBSan asks of memory by writing it to a pipe, reports go to a file or a tracer */
    MAY("pipe"),
    MAY("pipe2"),
    MAY("write"),
#endif
};

/* Where it may write, Landlock says. Its own reading child is started, confines itself, and is killed: kill
 * reaches what is in the job's own PID namespace, or, where there is none but a newer Landlock, in its
 * domain. */
static const struct call job[] = {
    MAY("openat"),
    MAY("open"),
    MAY("write"),
    MAY("writev"),
    MAY("pwrite64"),
    MAY("pwritev"),
    MAY("ftruncate"),
    MAY("fallocate"),
    MAY("fsync"),
    MAY("fdatasync"),
    MAY("msync"),
    MAY("unlink"),
    MAY("unlinkat"),
    MAY("rename"),
    MAY("renameat"),
    MAY("renameat2"),
    MAY("mkdir"),
    MAY("mkdirat"),
    MAY("rmdir"),
    MAY("chdir"),
    MAY("fchdir"),
    MAY("umask"),
    MAY("flock"),
    MAY("dup2"),
    MAY("dup3"),
    MAY("pipe"),
    MAY("pipe2"),
    MAY("eventfd2"),
    MAY("memfd_create"),
    MAY("close_range"),
    MAY_IF("fcntl", 1, F_SETFL),
    MAY_IF("fcntl", 1, F_SETPIPE_SZ),
    MAY_IF("fcntl", 1, F_ADD_SEALS),
    MAY_IF("fcntl", 1, F_GET_SEALS),
    GETS("fchmod", EPERM), /* SQLite likes its journals to have the mode of the database */
    GETS("fchown", EPERM),
    GETS("chmod", EPERM),
    GETS("fchmodat", EPERM),
    GETS("utimensat", EPERM),
    /* threads and programs, in no namespace that is new */
    MAY_WITH("clone", 0, 0x7E020000 /* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */, 0),
    MAY("vfork"),
    MAY("fork"),
    MAY("execve"),
    MAY("wait4"),
    MAY("waitid"),
    MAY("setpgid"),
    MAY_IF("kill", 1, SIGKILL),
    MAY("set_tid_address"),
    MAY("set_robust_list"),
    MAY("rseq"),
    MAY("arch_prctl"),
    MAY("rt_sigaction"),
    /* what a program does to itself before it reads a file (confine.c) */
    MAY_IF("prlimit64", 0, 0),
    MAY("setrlimit"),
    MAY("seccomp"),
    MAY("landlock_create_ruleset"),
    MAY("landlock_add_rule"),
    MAY("landlock_restrict_self"),
    MAY("capget"),
    MAY("capset"),
    GETS("unshare", EPERM),    /* it has the job's */
    GETS("socketpair", EPERM), /* a nursery, which it goes on without */
    MAY_IF("prctl", 0, PR_SET_NO_NEW_PRIVS),
    MAY_IF("prctl", 0, PR_SET_DUMPABLE),
    MAY_IF("prctl", 0, PR_SET_PDEATHSIG),
    MAY_IF("prctl", 0, PR_SET_SECCOMP),
    MAY_IF("prctl", 0, PR_GET_SECCOMP),
    MAY_IF("prctl", 0, PR_CAPBSET_DROP),
    MAY_IF("prctl", 0, PR_CAP_AMBIENT),
    MAY_IF("prctl", 0, PR_SET_SECUREBITS),
};

/* ---- the filter ---- */

static struct scmp_arg_cmp condition(const struct call *c)
{
    enum scmp_compare op = c->compared == IS       ? SCMP_CMP_EQ
                           : c->compared == IS_NOT ? SCMP_CMP_NE
                                                   : SCMP_CMP_MASKED_EQ;
    struct scmp_arg_cmp made = {c->argument, op, c->compared == HAS ? c->mask : c->value, c->value};
    return made;
}

static int add_one(scmp_filter_ctx f, const struct call *c, int number)
{
    uint32_t action = c->answer ? SCMP_ACT_ERRNO((uint32_t)c->answer) : SCMP_ACT_ALLOW;
    struct scmp_arg_cmp only = condition(c);
    return seccomp_rule_add_array(f, action, number, c->compared != ANY, &only);
}

/* A library's text is mapped from its file, and cannot be written. */
static int add_library_text(scmp_filter_ctx f)
{
    const struct scmp_arg_cmp both[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC),
                                        SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0)};
    return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, both);
}

static int add(scmp_filter_ctx f, const struct call *calls, size_t n, uint32_t processor)
{
    for (size_t i = 0; i < n; i++) {
        int number = seccomp_syscall_resolve_name_rewrite(processor, calls[i].name);
        if (number < 0)
            continue;
        int why = add_one(f, &calls[i], seccomp_syscall_resolve_name(calls[i].name));
        if (why && why != -EEXIST)
            return -why;
    }
    return 0;
}

/* Through a file, which is the only way that libseccomp 2.5 knows. */
static int take_program(scmp_filter_ctx f, struct sock_filter **program, size_t *n)
{
    int fd = memfd_create("calls", MFD_CLOEXEC);
    if (fd < 0)
        return errno;
    int why = -seccomp_export_bpf(f, fd);
    off_t bytes = lseek(fd, 0, SEEK_CUR);
    *n = bytes > 0 ? (size_t)bytes / sizeof **program : 0;
    *program = !why && *n ? malloc((size_t)bytes) : NULL;
    if (!why && (!*program || pread(fd, *program, (size_t)bytes, 0) != bytes)) {
        free(*program);
        why = ENOMEM;
    }
    close(fd);
    return why;
}

static int fill(scmp_filter_ctx f, enum calls_of who, uint32_t processor)
{
    int why = -seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!why) /* a tree: the calls of a reader are found in eight steps */
        why = -seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (!why && processor != seccomp_arch_native()) {
        why = -seccomp_arch_add(f, processor);
        why = why ? why : -seccomp_arch_remove(f, SCMP_ARCH_NATIVE);
    }
    why = why ? why : add(f, common, sizeof common / sizeof *common, processor);
    why = why ? why : -add_library_text(f);
    if (who == CALLS_OF_READER)
        return why ? why : add(f, reader, sizeof reader / sizeof *reader, processor);
    return why ? why : add(f, job, sizeof job / sizeof *job, processor);
}

int calls_make(enum calls_of who, uint32_t processor, struct sock_filter **program, size_t *n)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_TRAP);
    if (!f)
        return EDOM;
    int why = fill(f, who, processor ? processor : seccomp_arch_native());
    why = why ? why : take_program(f, program, n);
    seccomp_release(f);
    return why;
}

/* ---- of this process ---- */

static struct sock_fprog prepared[CALLS_KINDS];
static void (*tell)(uint32_t number);

int calls_prepare(enum calls_of who)
{
    struct sock_filter *program;
    size_t n;
    if (prepared[who].filter)
        return 0;
    int why = calls_make(who, 0, &program, &n);
    if (!why)
        prepared[who] = (struct sock_fprog){.len = (unsigned short)n, .filter = program};
    return why;
}

/* By then the signal has its default again: the next forbidden call is the end, whoever makes it. */
static void on_forbidden(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)context;
    if (tell)
        tell((uint32_t)info->si_syscall);
    (void)syscall(SYS_ptrace, -1L, 0L, 0L, 0L);
    _exit(128 + SIGSYS);
}

int calls_close(enum calls_of who, void (*told)(uint32_t number))
{
    int why = calls_prepare(who);
    if (why)
        return why;
    struct sock_fprog *p = &prepared[who];
    for (size_t i = 0; i < p->len; i++)
        if (BPF_CLASS(p->filter[i].code) == BPF_JMP && p->filter[i].k == CALLS_SELF)
            p->filter[i].k = (uint32_t)getpid();
    struct sigaction a = {.sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER};
    tell = told;
    if (sigaction(SIGSYS, &a, NULL) != 0)
        return errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, p, 0, 0) == 0 ? 0 : errno;
}

const char *calls_name(uint32_t number, char text[40])
{
    char *name = number < 4096 ? seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)number) : NULL;
    if (name)
        snprintf(text, 40, "%s", name);
    else
        snprintf(text, 40, "no. %u", number);
    free(name);
    return text;
}
