/* An LD_PRELOAD library for the tests of faults: it counts what a program asks of the system, and refuses the
 * n-th call of one kind, or all from the n-th on.
 *
 *   HX_FAULT=KIND:N[+|!][:ERRNO] KIND of `kinds`; N counts from 1; errno by its number, else that of the
 *                                kind; !: instead of the call the process is killed, as by kill -9
 *   HX_FAULT_FROM=TEXT[,TEXT]    only calls made by a program or library whose path has TEXT in it
 *   HX_FAULT_COMMAND=WORD        only in a process whose first argument is WORD: a job of the server is one
 *   HX_FAULT_COUNTS=FILE         where the calls of each kind are counted, numbers of 8 bytes in the order of
 *                                `kinds`; of 4096 bytes, and mapped: right however the process ended
 *   HX_FAULT_SAY=1               says on standard error which call was refused, and by whom it was made
 *
 * A process that was forked or started (the sandbox's) is left alone, unless it is the one of
 * HX_FAULT_COMMAND: what it does wrong is told by its parent. Not for: sanitizers, which bring their own
 * malloc. Threads: any. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t align, size_t n);

enum kind { ALLOC, READ, WRITE, SYNC, MAP, RENAME, OPEN, TRUNCATE, UNLINK, THREAD, N_KINDS };
static const struct {
    const char *name;
    int error;
} kinds[N_KINDS] = {
    [ALLOC] = {"alloc", ENOMEM},   [READ] = {"read", EIO},         [WRITE] = {"write", ENOSPC},
    [SYNC] = {"sync", EIO},        [MAP] = {"map", ENOMEM},        [RENAME] = {"rename", EIO},
    [OPEN] = {"open", EMFILE},     [TRUNCATE] = {"truncate", EIO}, [UNLINK] = {"unlink", EACCES},
    [THREAD] = {"thread", EAGAIN},
};
enum { COUNTS_BYTES = 4096, CALLERS = 4096 };

static atomic_bool on;              /* after the constructor, in this very process */
static enum kind failing = N_KINDS; /* none */
static uint64_t nth;
static bool from_then_on, kills, say;
static int with_errno;
static const char *from;
static _Atomic uint64_t own_counts[N_KINDS], *counts = own_counts;
static _Thread_local bool inside; /* what dladdr and backtrace themselves ask for */
static struct {
    _Atomic uintptr_t caller;
    atomic_bool counts;
} callers[CALLERS]; /* of whom it is known; whoever has the same place is asked for again */

static bool path_is_named(const char *path)
{
    for (const char *word = from; *word;) {
        size_t n = strcspn(word, ",");
        if (n && memmem(path, strlen(path), word, n))
            return true;
        word += n + (word[n] == ',');
    }
    return false;
}

static bool is_counted(void *caller)
{
    if (!from)
        return true;
    size_t place = ((uintptr_t)caller >> 2) % CALLERS;
    if (atomic_load(&callers[place].caller) == (uintptr_t)caller)
        return atomic_load(&callers[place].counts);
    Dl_info of;
    bool is = dladdr(caller, &of) && of.dli_fname && path_is_named(of.dli_fname);
    atomic_store(&callers[place].caller, 0);
    atomic_store(&callers[place].counts, is);
    atomic_store(&callers[place].caller, (uintptr_t)caller);
    return is;
}

static void say_where(enum kind k, uint64_t n)
{
    char text[64];
    void *stack[32];
    int depth = backtrace(stack, 32);
    int length = snprintf(text, sizeof text, "fault: %s %llu\n", kinds[k].name, (unsigned long long)n);
    if (length > 0)
        (void)!syscall(SYS_write, STDERR_FILENO, text, (size_t)length);
    backtrace_symbols_fd(stack + 2, depth - 2, STDERR_FILENO);
}

/* Is this call the one that is refused? Then errno is set. */
static bool refused(enum kind k, void *caller)
{
    if (!atomic_load(&on) || inside)
        return false;
    inside = true;
    bool is = false;
    if (is_counted(caller)) {
        uint64_t n = atomic_fetch_add(&counts[k], 1) + 1;
        is = k == failing && (n == nth || (from_then_on && n > nth));
        if (is && kills)
            kill(getpid(), SIGKILL);
        if (is && say)
            say_where(k, n);
    }
    inside = false;
    if (is)
        errno = with_errno;
    return is;
}
#define REFUSED(kind) refused(kind, __builtin_return_address(0))

/* ---- what is asked for ---- */

static void read_fault(const char *text)
{
    const char *colon = text ? strchr(text, ':') : NULL;
    for (int k = 0; colon && k < N_KINDS; k++)
        if (strlen(kinds[k].name) == (size_t)(colon - text) &&
            memcmp(kinds[k].name, text, (size_t)(colon - text)) == 0)
            failing = (enum kind)k;
    if (failing == N_KINDS)
        return;
    char *end;
    nth = strtoull(colon + 1, &end, 10);
    from_then_on = *end == '+';
    kills = *end == '!';
    end += from_then_on || kills;
    with_errno = *end == ':' ? atoi(end + 1) : kinds[failing].error;
}

static void map_counts(const char *path)
{
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd >= 0 ? mmap(NULL, COUNTS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (p == MAP_FAILED)
        return;
    counts = p;
}

static void in_the_forked(void)
{
    atomic_store(&on, false);
}

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    const char *command = getenv("HX_FAULT_COMMAND");
    if (!getenv("HX_FAULT") || (command && (argc < 2 || strcmp(argv[1], command) != 0)))
        return;
    from = getenv("HX_FAULT_FROM");
    say = getenv("HX_FAULT_SAY") != NULL;
    read_fault(getenv("HX_FAULT"));
    map_counts(getenv("HX_FAULT_COUNTS"));
    void *first[2];
    (void)backtrace(first, 2); /* loads what it needs now */
    pthread_atfork(NULL, NULL, in_the_forked);
    atomic_store(&on, true);
}

/* ---- the calls ---- */

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

void *malloc(size_t n)
{
    return REFUSED(ALLOC) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return REFUSED(ALLOC) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
    return REFUSED(ALLOC) ? NULL : __libc_realloc(old, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return REFUSED(ALLOC) ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
    void *p = REFUSED(ALLOC) ? NULL : __libc_memalign(align, n);
    if (p)
        *out = p;
    return p ? 0 : ENOMEM;
}

/* These allocate within the C library, whose calls would not be their callers'. */
char *strndup(const char *text, size_t n)
{
    char *copy = REFUSED(ALLOC) ? NULL : __libc_malloc((n = strnlen(text, n)) + 1);
    if (copy) {
        memcpy(copy, text, n);
        copy[n] = 0;
    }
    return copy;
}

char *strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = REFUSED(ALLOC) ? NULL : __libc_malloc(n);
    return copy ? memcpy(copy, text, n) : NULL;
}

ssize_t read(int fd, void *to, size_t n)
{
    return REFUSED(READ) ? -1 : syscall(SYS_read, fd, to, n);
}

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return REFUSED(READ) ? -1 : syscall(SYS_pread64, fd, to, n, at);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
    return REFUSED(READ) ? -1 : syscall(SYS_pread64, fd, to, n, at);
}

size_t fread(void *to, size_t size, size_t n, FILE *f)
{
    REAL(fread);
    if (!REFUSED(READ))
        return real(to, size, n, f);
    f->_flags |= 0x20; /* ferror() sees it */
    return 0;
}

/* Standard error is left alone: it is where the test reads what was said. */
ssize_t write(int fd, const void *bytes, size_t n)
{
    return fd != STDERR_FILENO && REFUSED(WRITE) ? -1 : syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return REFUSED(WRITE) ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return REFUSED(WRITE) ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    return REFUSED(WRITE) ? -1 : syscall(SYS_writev, fd, parts, n);
}

size_t fwrite(const void *bytes, size_t size, size_t n, FILE *f)
{
    REAL(fwrite);
    return f != stderr && REFUSED(WRITE) ? 0 : real(bytes, size, n, f);
}

int fflush(FILE *f)
{
    REAL(fflush);
    return f != stderr && REFUSED(WRITE) ? EOF : real(f);
}

int fclose(FILE *f)
{
    REAL(fclose);
    bool fails = REFUSED(WRITE);
    int end = real(f);
    if (fails)
        errno = with_errno;
    return fails ? EOF : end;
}

int fsync(int fd)
{
    return REFUSED(SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return REFUSED(SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t from_byte)
{
    REAL(mmap);
    return REFUSED(MAP) ? MAP_FAILED : real(at, n, protection, flags, fd, from_byte);
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t from_byte)
{
    REAL(mmap64);
    return REFUSED(MAP) ? MAP_FAILED : real(at, n, protection, flags, fd, from_byte);
}

int rename(const char *old, const char *new)
{
    return REFUSED(RENAME) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}

int renameat2(int old_in, const char *old, int new_in, const char *new, unsigned flags)
{
    return REFUSED(RENAME) ? -1 : (int)syscall(SYS_renameat2, old_in, old, new_in, new, flags);
}

int link(const char *old, const char *new)
{
    return REFUSED(RENAME) ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0);
}

static int mode_of(int flags, va_list more)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, int) : 0;
}

#define OPEN_LIKE(name)                                                                                      \
    int name(const char *path, int flags, ...)                                                               \
    {                                                                                                        \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        int mode = mode_of(flags, more);                                                                     \
        va_end(more);                                                                                        \
        return REFUSED(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);                   \
    }
#define OPENAT_LIKE(name)                                                                                    \
    int name(int in, const char *path, int flags, ...)                                                       \
    {                                                                                                        \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        int mode = mode_of(flags, more);                                                                     \
        va_end(more);                                                                                        \
        return REFUSED(OPEN) ? -1 : (int)syscall(SYS_openat, in, path, flags, mode);                         \
    }
OPEN_LIKE(open)
OPEN_LIKE(open64)
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen);
    return REFUSED(OPEN) ? NULL : real(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    REAL(fopen64);
    return REFUSED(OPEN) ? NULL : real(path, mode);
}

int ftruncate(int fd, off_t n)
{
    return REFUSED(TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int ftruncate64(int fd, off64_t n)
{
    return REFUSED(TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int unlink(const char *path)
{
    return REFUSED(UNLINK) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *), void *with)
{
    REAL(pthread_create);
    return REFUSED(THREAD) ? with_errno : real(out, how, run, with);
}

/* A job has an environment of its own, into which this library is put when the job is what shall fail. */
int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *how, char *const argv[], char *const env[])
{
    static const char *const taken[] = {"LD_PRELOAD",       "HX_FAULT",        "HX_FAULT_FROM",
                                        "HX_FAULT_COMMAND", "HX_FAULT_COUNTS", "HX_FAULT_SAY"};
    enum { N_TAKEN = sizeof taken / sizeof *taken, MOST = 64, LONGEST = 4096 };
    REAL(posix_spawn);
    char texts[N_TAKEN][LONGEST], *more[MOST];
    size_t n = 0;
    const char *command = getenv("HX_FAULT_COMMAND");
    if (!command || !argv[0] || !argv[1] || strcmp(argv[1], command) != 0)
        return real(pid, path, actions, how, argv, env);
    while (env[n] && n + N_TAKEN + 1 < MOST) {
        more[n] = env[n];
        n++;
    }
    for (size_t i = 0; i < N_TAKEN; i++)
        if (getenv(taken[i]) && snprintf(texts[i], LONGEST, "%s=%s", taken[i], getenv(taken[i])) < LONGEST)
            more[n++] = texts[i];
    more[n] = NULL;
    return real(pid, path, actions, how, argv, more);
}
