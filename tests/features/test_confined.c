/* What a confined reader, and a confined job, can still do to the machine: each thing is tried by code of our
 * own, as if a file had taken the process over. As whoever runs the test and as nobody; with namespaces; with
 * namespaces refused, as many containers do; and with Landlock refused as well, as older kernels do. */
#include "features/sandbox/calls.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/measures.h"
#include "features/sandbox/process.h"
#include "features/sandbox/protocol.h"
#include "features/sandbox/sandbox.h"
#include "runs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hx-confined-XXXXXX"; /* ours: own/ is the reader's, store.db is not */
static char own[100], own_file[120], store[120], made[120];
static pid_t tester;

/* ---- the surroundings ---- */

enum { AS_NOBODY = 1, NO_NAMESPACES = 2, NO_LANDLOCK = 4 };

/* As a container's filter does. */
static void refuse(unsigned number, int with)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)with),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = 4, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
        _exit(70);
}

static void surround(int how)
{
    static const int caught[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE}; /* by cmocka, which would go on */
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL);
    if ((how & AS_NOBODY) && geteuid() == 0 &&
        (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
        _exit(71);
    if (how & NO_NAMESPACES)
        refuse(SYS_unshare, EPERM);
    if (how & NO_LANDLOCK)
        refuse(SYS_landlock_create_ruleset, ENOSYS);
}

/* ---- what is tried; each gives what a system call does, and errno ---- */

static long open_other(void)
{
    return open(store, O_RDONLY);
}
static long open_shadow(void)
{
    return open("/etc/shadow", O_RDONLY);
}
static long open_memory_of_parent(void)
{
    char path[60];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)tester);
    return open(path, O_RDONLY);
}
static long open_to_write(void)
{
    return open(own_file, O_RDWR);
}
static long open_to_truncate(void)
{
    return open(own_file, O_RDONLY | O_TRUNC);
}
static long make_file(void)
{
    return open(made, O_RDONLY | O_CREAT, 0600);
}
static long make_file_outside(void)
{
    return open("/tmp/hx-confined-outside", O_WRONLY | O_CREAT, 0600);
}
static long internet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long pair_of_sockets(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}
static long connect_something(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    return connect(1, (struct sockaddr *)&a, sizeof a);
}
static long kill_parent(void)
{
    return kill(tester, SIGKILL);
}
static long stop_parent(void)
{
    return kill(tester, SIGSTOP);
}
static long kill_all(void)
{
    return kill(-1, SIGKILL);
}
static long kill_thread_of_parent(void)
{
    return syscall(SYS_tgkill, tester, tester, SIGKILL);
}
static long signals_by_a_file(void)
{
    return fcntl(1, F_SETOWN, tester);
}
static long change_mode(void)
{
    return chmod(store, 0666);
}
static long change_mode_of_open(void)
{
    return fchmod(3, 0666);
}
static long change_owner(void)
{
    return chown(store, 65534, 65534);
}
static long cut_off(void)
{
    return truncate(store, 0);
}
static long cut_off_own(void)
{
    return truncate(own_file, 0);
}
static long rename_own(void)
{
    return rename(own_file, made);
}
static long rename_other(void)
{
    return rename(store, made);
}
static long remove_own(void)
{
    return unlink(own_file);
}
static long remove_other(void)
{
    return unlink(store);
}
static long link_other(void)
{
    return link(store, made);
}
static long change_time(void)
{
    return utimensat(AT_FDCWD, store, NULL, 0);
}
static long attribute(void)
{
    return syscall(SYS_setxattr, store, "user.a", "b", 1UL, 0);
}
static long ring(void)
{
    char parameters[256] = {0};
    return syscall(425 /* io_uring_setup */, 4, parameters);
}
static long trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, tester, NULL, NULL);
}
static long fork_once(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}
static void *nothing(void *p)
{
    return p;
}
static long thread(void)
{
    pthread_t t;
    errno = pthread_create(&t, NULL, nothing, NULL);
    return errno ? -1 : 0;
}
static long run_program(void)
{
    char *argv[] = {(char[]){"true"}, NULL};
    return execv("/bin/true", argv);
}
static long run_by_descriptor(void)
{
    return syscall(SYS_execveat, 3, "", NULL, NULL, AT_EMPTY_PATH);
}
static long mount_something(void)
{
    return mount("none", folder, "tmpfs", 0, NULL);
}
static long new_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}
static long clone_into_namespace(void)
{
    return syscall(SYS_clone, (long)CLONE_NEWUSER | SIGCHLD, 0L, 0L, 0L, 0L);
}
static long keys(void)
{
    return syscall(SYS_keyctl, 0L, -3L, 1L);
}
static long program_in_kernel(void)
{
    return syscall(SYS_bpf, 0L, NULL, 0L);
}
static long events(void)
{
    return syscall(SYS_perf_event_open, NULL, 0L, -1L, -1L, 0L);
}
static long faults(void)
{
    return syscall(SYS_userfaultfd, 1L);
}
static long nameless_file(void)
{
    return memfd_create("x", 0);
}
static long memory_of_parent(void)
{
    return syscall(SYS_process_vm_readv, (long)tester, NULL, 0L, NULL, 0L, 0L);
}
static long file_by_handle(void)
{
    return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0L);
}
static long memory_that_runs(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED
               ? -1
               : 0;
}
static long written_memory_runs(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static long other_personality(void)
{
    return syscall(SYS_personality, 0x0400000L);
}
static long be_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static long hear_nothing(void)
{
    return signal(SIGSYS, SIG_IGN) == SIG_ERR ? -1 : 0;
}
static long type_for_others(void)
{
    return syscall(SYS_ioctl, 0L, 0x5412L /* TIOCSTI */, "x");
}
static long more_memory(void)
{
    struct rlimit_of {
        unsigned long long now, most;
    } all = {~0ULL, ~0ULL};
    return syscall(SYS_prlimit64, 0L, 9L /* RLIMIT_AS */, &all, NULL);
}
static long capability(void)
{
    return syscall(SYS_capset, NULL, NULL);
}
static long other_processor(void)
{
#ifdef __x86_64__ /* the calls of 32 bits have other numbers, and go another way */
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L /* getpid */) : "memory");
    return result;
#else
    return syscall(SYS_ptrace, -1L, 0L, 0L, 0L);
#endif
}

/* What is expected: death by the filter, or a refusal with one of two numbers. */
enum { DIES = -1 };
struct attempt {
    const char *name;
    long (*try_it)(void);
    int expected, or ;
    int needs; /* not with these surroundings: of them nothing else would keep it */
};

static const struct attempt of_reader[] = {
    {"open the store", open_other, EACCES, 0, NO_LANDLOCK},
    {"open /etc/shadow", open_shadow, EACCES, ENOENT, NO_LANDLOCK},
    {"open the parent's memory", open_memory_of_parent, EACCES, EPERM, NO_LANDLOCK},
    {"open to write", open_to_write, EACCES, 0, 0},
    {"open to truncate", open_to_truncate, EACCES, 0, 0},
    {"make a file", make_file, EACCES, 0, 0},
    {"make a file outside", make_file_outside, EACCES, 0, 0},
    {"socket", internet, EPERM, 0, 0},
    {"local socket", local_socket, EPERM, 0, 0},
    {"socketpair", pair_of_sockets, DIES, 0, 0},
    {"connect", connect_something, DIES, 0, 0},
    {"kill the parent", kill_parent, DIES, 0, 0},
    {"stop the parent", stop_parent, DIES, 0, 0},
    {"kill all", kill_all, DIES, 0, 0},
    {"kill a thread of the parent", kill_thread_of_parent, DIES, 0, 0},
    {"signals by F_SETOWN", signals_by_a_file, DIES, 0, 0},
    {"chmod", change_mode, DIES, 0, 0},
    {"fchmod", change_mode_of_open, DIES, 0, 0},
    {"chown", change_owner, DIES, 0, 0},
    {"truncate", cut_off, DIES, 0, 0},
    {"truncate its own", cut_off_own, DIES, 0, 0},
    {"rename its own", rename_own, EACCES, 0, 0},
    {"rename", rename_other, EACCES, 0, 0},
    {"unlink its own", remove_own, EACCES, 0, 0},
    {"unlink", remove_other, EACCES, 0, 0},
    {"link", link_other, DIES, 0, 0},
    {"utimensat", change_time, DIES, 0, 0},
    {"setxattr", attribute, DIES, 0, 0},
    {"io_uring_setup", ring, DIES, 0, 0},
    {"ptrace", trace_parent, DIES, 0, 0},
    {"fork", fork_once, DIES, 0, 0},
    {"a thread", thread, DIES, 0, 0},
    {"exec", run_program, DIES, 0, 0},
    {"execveat", run_by_descriptor, DIES, 0, 0},
    {"mount", mount_something, DIES, 0, 0},
    {"unshare", new_namespace, DIES, EPERM, 0},
    {"keyctl", keys, DIES, 0, 0},
    {"bpf", program_in_kernel, DIES, 0, 0},
    {"perf_event_open", events, DIES, 0, 0},
    {"userfaultfd", faults, DIES, 0, 0},
    {"memfd_create", nameless_file, EPERM, 0, 0},
    {"process_vm_readv", memory_of_parent, DIES, 0, 0},
    {"open_by_handle_at", file_by_handle, DIES, 0, 0},
    {"memory to write and run", memory_that_runs, EACCES, 0, 0},
    {"written memory to run", written_memory_runs, EACCES, 0, 0},
    {"personality", other_personality, DIES, 0, 0},
    {"be dumpable", be_dumpable, DIES, 0, 0},
    {"ignore SIGSYS", hear_nothing, DIES, 0, 0},
    {"TIOCSTI", type_for_others, ENOTTY, 0, 0},
    {"a higher limit", more_memory, DIES, 0, 0},
    {"capset", capability, DIES, 0, 0},
    {"calls of another processor", other_processor, DIES, 0, 0},
};

static const struct attempt of_job[] = {
    {"open the store", open_other, EACCES, 0, NO_LANDLOCK},
    {"open /etc/shadow", open_shadow, EACCES, ENOENT, NO_LANDLOCK},
    {"open the parent's memory", open_memory_of_parent, EACCES, EPERM, NO_LANDLOCK},
    {"make a file outside", make_file_outside, EACCES, 0, NO_LANDLOCK},
    {"socket", internet, EPERM, 0, 0},
    {"connect", connect_something, DIES, 0, 0},
    {"stop the parent", stop_parent, DIES, 0, 0},
    {"kill the parent", kill_parent, ESRCH, EPERM, NO_NAMESPACES | NO_LANDLOCK},
    {"kill a thread of the parent", kill_thread_of_parent, DIES, 0, 0},
    {"chmod", change_mode, EPERM, 0, 0},
    {"fchmod", change_mode_of_open, EPERM, 0, 0},
    {"chown", change_owner, DIES, 0, 0},
    {"truncate", cut_off, DIES, 0, 0},
    {"rename", rename_other, EACCES, EXDEV, NO_LANDLOCK},
    {"unlink", remove_other, EACCES, 0, NO_LANDLOCK},
    {"link", link_other, DIES, 0, 0},
    {"io_uring_setup", ring, DIES, 0, 0},
    {"ptrace", trace_parent, DIES, 0, 0},
    {"exec another program", run_program, EACCES, 0, NO_LANDLOCK},
    {"mount", mount_something, DIES, 0, 0},
    {"unshare", new_namespace, EPERM, 0, 0},
    {"clone into a namespace", clone_into_namespace, DIES, 0, 0},
    {"keyctl", keys, DIES, 0, 0},
    {"bpf", program_in_kernel, DIES, 0, 0},
    {"memory to write and run", memory_that_runs, EACCES, 0, 0},
    {"TIOCSTI", type_for_others, ENOTTY, 0, 0},
    {"calls of another processor", other_processor, DIES, 0, 0},
};

/* Its exit: 0 refused as expected, 1 it went through, else errno's number. */
static int outcome(const struct attempt *a, bool job, int how)
{
    int input = -1;
    surround(how);
    input = open(own_file, O_RDONLY);
    if (input < 0 || dup2(input, SANDBOX_INPUT_FD) < 0)
        return 72;
    if (!(job ? confine_job(own, 0) : confine_reader(own, true)))
        return 73;
    if (close(STDERR_FILENO), close(STDOUT_FILENO), a->try_it() >= 0)
        return 1;
    return errno == a->expected || errno == a->or ? 0 : errno;
}

/* What this machine has not is as if it were refused. */
static struct sandbox_measures here;

static int with_what_lacks(int how)
{
    how |= here.why[SANDBOX_PID] ? NO_NAMESPACES : 0;
    how |= here.why[SANDBOX_FILES] ? NO_LANDLOCK : 0;
    return how;
}

static void try_each(const struct attempt *all, size_t n, bool job, int how)
{
    how = with_what_lacks(how);
    for (size_t i = 0; i < n; i++) {
        if (all[i].needs && (how & all[i].needs) == all[i].needs)
            continue;
        if (job && all[i].try_it == kill_parent && (how & NO_NAMESPACES) && here.why[SANDBOX_SIGNALS])
            continue; /* of a job nothing else would keep it from us */
        if (all[i].expected == DIES && !(how & NO_NAMESPACES) && !is_long_run())
            continue; /* the filter is the same, and each namespace costs */
        pid_t pid = fork();
        if (pid == 0)
            _exit(outcome(&all[i], job, how));
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        bool died =
            WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS ||
                                    /* a kernel without calls of 32 bits */
                                    (all[i].try_it == other_processor && WTERMSIG(status) == SIGSEGV));
        if (all[i].expected == DIES ? !died && !(all[i].or &&status == 0) : status != 0)
            fail_msg("%s of a %s in surroundings %d: %s %d", all[i].name, job ? "job" : "reader", how,
                     WIFSIGNALED(status) ? "signal" : "exit",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    struct stat st;
    assert_int_equal(stat(store, &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(st.st_uid, geteuid());
    assert_int_equal(stat(own_file, &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_not_equal(access(made, F_OK), 0);
}

#define EACH(all) all, sizeof all / sizeof *all

static void test_a_reader_can_do_nothing_else(void **state)
{
    (void)state;
    try_each(EACH(of_reader), false, 0);
}

static void test_a_reader_without_namespaces(void **state)
{
    (void)state;
    try_each(EACH(of_reader), false, NO_NAMESPACES);
    try_each(EACH(of_reader), false, NO_NAMESPACES | NO_LANDLOCK);
}

static void test_a_reader_as_nobody(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* the others are it already */
    try_each(EACH(of_reader), false, AS_NOBODY);
    try_each(EACH(of_reader), false, AS_NOBODY | NO_NAMESPACES);
}

static void test_a_job_can_do_little_else(void **state)
{
    (void)state;
    try_each(EACH(of_job), true, 0);
    try_each(EACH(of_job), true, NO_NAMESPACES);
    if (geteuid() == 0)
        try_each(EACH(of_job), true, AS_NOBODY);
}

/* ---- what it is, in its own eyes ---- */

static int see_itself(void)
{
    static const char *const wanted[] = {"CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
                                         "CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"};
    static char text[8192];
    surround(0);
    if (!confine_reader(own, true))
        return 73;
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (n <= 0)
        return 74;
    for (int i = 0; i < 5; i++)
        if (!strstr(text, wanted[i]))
            return 80 + i;
    const struct sandbox_measures *m = confine_measures();
    if (!m->why[SANDBOX_USER] && !strstr(text, "CapBnd:\t0000000000000000"))
        return 90;
    return m->why[SANDBOX_PID] || getpid() == 1 ? 0 : 91;
}

static void test_a_reader_has_no_rights(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(see_itself());
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* An abort is no forbidden call: of the first process of a namespace it ends as a fault of memory. */
static void test_an_abort_is_an_abort(void **state)
{
    (void)state;
    for (int how = 0; how <= NO_NAMESPACES; how += NO_NAMESPACES) {
        pid_t pid = fork();
        if (pid == 0) {
            surround(how);
            if (!confine_reader(own, true))
                _exit(73);
            abort();
        }
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_true(WTERMSIG(status) == SIGABRT || (!how && WTERMSIG(status) == SIGSEGV));
    }
}

/* ---- whose child it is ---- */

/* Who started it is killed: nothing of it goes on. */
static void test_it_dies_with_its_parent(void **state)
{
    (void)state;
    for (int how = 0; how <= NO_NAMESPACES; how += NO_NAMESPACES) {
        int out[2], byte;
        assert_int_equal(pipe2(out, O_CLOEXEC), 0);
        pid_t parent = fork();
        if (parent == 0) {
            if (fork() == 0) {
                dup2(out[1], STDOUT_FILENO);
                close(out[0]);
                close(out[1]);
                surround(how);
                if (confine_reader(own, true) && write(STDOUT_FILENO, "x", 1) == 1)
                    for (;;)
                        poll(NULL, 0, 1000);
                _exit(1);
            }
            for (;;)
                pause();
        }
        close(out[1]);
        assert_int_equal(read(out[0], &byte, 1), 1);
        assert_int_equal(kill(parent, SIGKILL), 0);
        assert_int_equal(waitpid(parent, NULL, 0), parent);
        assert_int_equal(read(out[0], &byte, 1), 0); /* nobody has the other end any more */
        close(out[0]);
    }
}

/* ---- what is open in it ---- */

/* The store and all else that the parent has open, though it should have been close-on-exec, stays the
 * parent's. */
static void test_no_descriptor_is_inherited(void **state)
{
    (void)state;
    char script[200], answer[200], text[4096] = "";
    snprintf(script, sizeof script, "%s/child.sh", own);
    snprintf(answer, sizeof answer, "%s/answer", own);
    FILE *f = fopen(script, "w");
    fprintf(f, "#!/bin/sh\nls -l /proc/$$/fd > %s\n", answer);
    fclose(f);
    chmod(script, 0700);
    int held = open(store, O_RDWR);
    assert_true(held >= 0);
    struct feature_stream *stream = NULL;
    const struct feature_request r = {.bytes = "x", .n_bytes = 1, .program = script};
    assert_int_equal(feature_stream_open_sandboxed(&r, &stream, NULL), STATUS_INVALID_INPUT);
    close(held);
    f = fopen(answer, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "/memfd:input"));
    assert_null(strstr(text, "store.db"));
    assert_null(strstr(text, "socket"));
    unlink(script);
    unlink(answer);
}

/* ---- what is told ---- */

static const char FORBIDDEN[] = "--forbidden";

/* A reader that a file, or a new library, leads to a call that is not on the list. */
static _Noreturn void child_that_goes_too_far(void)
{
    struct record_writer w;
    record_writer_init(&w, STDOUT_FILENO);
    buffer_append_str(&w.out, SANDBOX_MAGIC);
    if (record_flush(&w, NULL) != STATUS_OK || !confine_reader(own, true))
        _exit(1);
    ring();
    _exit(0);
}

static void test_a_forbidden_call_is_named(void **state)
{
    (void)state;
    char script[200], self[400];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    snprintf(script, sizeof script, "%s/child.sh", own); /* a program that has no nursery */
    FILE *f = fopen(script, "w");
    fprintf(f, "#!/bin/sh\nexec %s %s\n", self, FORBIDDEN);
    fclose(f);
    chmod(script, 0700);
    struct feature_stream *stream = NULL;
    struct error e = {0};
    const struct feature_request r = {.bytes = "x", .n_bytes = 1, .program = script};
    assert_int_equal(feature_stream_open_sandboxed(&r, &stream, &e), STATUS_INTERNAL);
    assert_string_equal(e.code, "foreign-forbidden");
    assert_non_null(strstr(e.en, "io_uring_setup"));
    assert_non_null(strstr(e.zh, "io_uring_setup"));
    unlink(script);
}

/* ---- the report ---- */

static void test_the_report_says_what_took_effect(void **state)
{
    (void)state;
    struct sandbox_measures m = {0};
    struct error e = {0};
    assert_int_equal(sandbox_report(NULL, &m, &e), STATUS_OK);
    for (int i = 0; i < SANDBOX_MEASURES; i++) {
        const char *said = sandbox_measure_state(&m, (enum sandbox_measure)i);
        assert_true(m.tried[i]);
        assert_string_not_equal(said, "untried");
        struct error why = {0};
        sandbox_measure_words(&m, (enum sandbox_measure)i, &why);
        assert_true(why.zh[0] && why.en[0] && sandbox_measure_name((enum sandbox_measure)i)[0]);
    }
    struct sandbox_measures known;
    assert_true(sandbox_known(&known));
    assert_memory_equal(&known, &m, sizeof m);
}

/* In a container without namespaces the report says so, a required sandbox is refused with the remedy, and no
 * file is read in spite of that; without the requirement it is. */
static int ask_for_the_whole(void)
{
    static const char kml[] = "<kml><Document><Placemark><name>P</name><Polygon><outerBoundaryIs><LinearRing>"
                              "<coordinates>107,40 107.1,40 107.1,40.1 107,40</coordinates></LinearRing>"
                              "</outerBoundaryIs></Polygon></Placemark></Document></kml>";
    const struct feature_request r = {.bytes = kml, .n_bytes = sizeof kml - 1};
    struct feature_stream *stream = NULL;
    struct error e = {0};
    surround(NO_NAMESPACES);
    if (feature_stream_open_sandboxed(&r, &stream, &e) != STATUS_OK)
        return 1;
    feature_stream_close(stream);
    if (sandbox_require(NULL, &e) != STATUS_INTERNAL || strcmp(e.code, "sandbox-incomplete") != 0)
        return 2;
    if (!strstr(e.en, "max_user_namespaces") || !strstr(e.zh, "max_user_namespaces"))
        return 3;
    e = (struct error){0};
    if (feature_stream_open_sandboxed(&r, &stream, &e) != STATUS_INTERNAL)
        return 4;
    return strcmp(e.code, "sandbox-incomplete") == 0 ? 0 : 5;
}

static void test_a_required_sandbox_is_whole_or_nothing_is_read(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(ask_for_the_whole());
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* ---- the lists of other processors ---- */

/* As the kernel would run it. */
static unsigned run_filter(const struct sock_filter *p, size_t n, const struct seccomp_data *d)
{
    uint32_t a = 0;
    for (size_t at = 0; at < n; at++) {
        const struct sock_filter *i = &p[at];
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            memcpy(&a, (const char *)d + i->k, 4);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= i->k;
            break;
        case BPF_JMP | BPF_JA:
            at += i->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += a == i->k ? i->jt : i->jf;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += a > i->k ? i->jt : i->jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += a >= i->k ? i->jt : i->jf;
            break;
        case BPF_RET | BPF_K:
            return i->k;
        default:
            fail_msg("instruction %#x", i->code);
        }
    }
    fail_msg("no end");
    return 0;
}

#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 0xC0000102u
#endif

/* A sanitizer writes to pipes of its own, in its builds alone (calls.c). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WRITE_TO_ANOTHER SECCOMP_RET_ALLOW
#else
#define WRITE_TO_ANOTHER SECCOMP_RET_TRAP
#endif

/* One policy on each processor, whatever numbers its calls have. A libseccomp that does not know one says
 * so, and the report passes that on. */
static void test_the_lists_of_each_processor(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int x86, generic; /* numbers */
        uint64_t arguments[4];
        unsigned of_reader, of_job;
    } calls[] = {
        {"read", 0, 63, {0}, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
        {"write to the pipe", 1, 64, {1}, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
        {"write to another", 1, 64, {5}, WRITE_TO_ANOTHER, SECCOMP_RET_ALLOW},
        {"openat to read", 257, 56, {0, 0, O_RDONLY | O_CLOEXEC}, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
        {"openat to write", 257, 56, {0, 0, O_WRONLY}, SECCOMP_RET_ERRNO | EACCES, SECCOMP_RET_ALLOW},
        {"openat to write both",
         257,
         56,
         {0, 0, O_RDWR | O_CREAT},
         SECCOMP_RET_ERRNO | EACCES,
         SECCOMP_RET_ALLOW},
        {"socket", 41, 198, {2}, SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO | EPERM},
        {"kill with 9", 62, 129, {1, 9}, SECCOMP_RET_TRAP, SECCOMP_RET_ALLOW},
        {"kill with 15", 62, 129, {1, 15}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"tgkill itself", 234, 131, {CALLS_SELF, 1, 6}, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
        {"tgkill another", 234, 131, {77, 1, 6}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"execve", 59, 221, {0}, SECCOMP_RET_TRAP, SECCOMP_RET_ALLOW},
        {"ptrace", 101, 117, {0}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"clone of a thread", 56, 220, {0x3D0F00}, SECCOMP_RET_TRAP, SECCOMP_RET_ALLOW},
        {"clone into a namespace", 56, 220, {0x10000011}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"clone3", 435, 435, {0}, SECCOMP_RET_ERRNO | ENOSYS, SECCOMP_RET_ERRNO | ENOSYS},
        {"io_uring_setup", 425, 425, {0}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"a call that nobody has", 1000, 1000, {0}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
        {"map a library",
         9,
         222,
         {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE},
         SECCOMP_RET_ALLOW,
         SECCOMP_RET_ALLOW},
        {"memory to run", 9, 222, {0, 4096, PROT_EXEC, MAP_ANONYMOUS}, SECCOMP_RET_TRAP, SECCOMP_RET_TRAP},
    };
    static const unsigned processors[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_LOONGARCH64};
    int known = 0;
    for (int p = 0; p < 3; p++)
        for (int who = 0; who < CALLS_KINDS; who++) {
            struct sock_filter *program;
            size_t n;
            int why = calls_make((enum calls_of)who, processors[p], &program, &n);
            if (why) {
                assert_int_equal(processors[p], AUDIT_ARCH_LOONGARCH64);
                assert_true(why == EDOM || why == EINVAL);
                continue;
            }
            known++;
            for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
                struct seccomp_data d = {.nr = p ? calls[i].generic : calls[i].x86, .arch = processors[p]};
                for (int k = 0; k < 4; k++)
                    d.args[k] = calls[i].arguments[k];
                unsigned got = run_filter(program, n, &d),
                         wanted = who ? calls[i].of_job : calls[i].of_reader;
                if (got != wanted)
                    fail_msg("%s, processor %x, %d: %x", calls[i].name, processors[p], who, got);
            }
            struct seccomp_data other = {.nr = 0, .arch = processors[(p + 1) % 3]};
            assert_int_equal(run_filter(program, n, &other), SECCOMP_RET_KILL_PROCESS);
            free(program);
        }
    assert_true(known >= 4);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], FORBIDDEN) == 0) {
        snprintf(own, sizeof own, "/nonexistent");
        child_that_goes_too_far();
    }
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv);
    if (!mkdtemp(folder))
        return 1;
    snprintf(own, sizeof own, "%s/own", folder);
    snprintf(own_file, sizeof own_file, "%s/file", own);
    snprintf(store, sizeof store, "%s/store.db", folder);
    snprintf(made, sizeof made, "%s/made", own);
    tester = getpid();
    mkdir(own, 0755);
    chmod(folder, 0755);
    for (int i = 0; i < 2; i++) {
        int fd = open(i ? own_file : store, O_WRONLY | O_CREAT, 0644);
        if (fd < 0 || write(fd, "bytes", 5) != 5 || fchmod(fd, i ? 0644 : 0640) != 0 || close(fd) != 0)
            return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    struct error e = {0};
    if (sandbox_report(NULL, &here, &e) != STATUS_OK)
        return 1;
    if (calls_prepare(CALLS_OF_READER) != 0 || calls_prepare(CALLS_OF_JOB) != 0) /* for all forks at once */
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_lists_of_each_processor),
        cmocka_unit_test(test_a_reader_can_do_nothing_else),
        cmocka_unit_test(test_a_reader_without_namespaces),
        cmocka_unit_test(test_a_reader_as_nobody),
        cmocka_unit_test(test_a_job_can_do_little_else),
        cmocka_unit_test(test_a_reader_has_no_rights),
        cmocka_unit_test(test_an_abort_is_an_abort),
        cmocka_unit_test(test_it_dies_with_its_parent),
        cmocka_unit_test(test_no_descriptor_is_inherited),
        cmocka_unit_test(test_a_forbidden_call_is_named),
        cmocka_unit_test(test_the_report_says_what_took_effect),
        cmocka_unit_test(test_a_required_sandbox_is_whole_or_nothing_is_read),
    };
    int failed = cmocka_run_group_tests_name("what is confined", tests, NULL, NULL);
    unlink(own_file);
    unlink(store);
    rmdir(own);
    rmdir(folder);
    return failed;
}
