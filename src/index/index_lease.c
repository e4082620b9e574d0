#include "index/index_lease.h"

#include "index/layer_index.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096, BELIEVED_MS = 1000, BREAK_LEAST_S = 10 };

/* By descriptor, so that the handler touches nothing that may be freed under it. One that was closed and
 * given out again may lose its lease by the signal of the other: then it is looked at. */
static struct {
    atomic_bool held;
    _Atomic int64_t seen_ms; /* when it was last seen to be unbroken */
} lease[DESCRIPTORS];

static atomic_int lease_signal; /* 0: leases are not used */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In this order: who sees that it is held knows that nobody was let in. */
static void let_go(int fd)
{
    atomic_store(&lease[fd].held, false);
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
}

static void on_break(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    int error = errno;
    if (info->si_fd >= 0 && info->si_fd < DESCRIPTORS && atomic_load(&lease[info->si_fd].held))
        let_go(info->si_fd);
    errno = error;
}

static bool waits_long_enough(void)
{
    char text[16] = "";
    int fd = open("/proc/sys/fs/lease-break-time", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    return n > 0 && strtol(text, NULL, 10) >= BREAK_LEAST_S;
}

bool index_use_leases(int signal_number)
{
    struct sigaction a = {.sa_sigaction = on_break, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&a.sa_mask);
    if (!waits_long_enough() || sigaction(signal_number, &a, NULL) != 0)
        return false;
    atomic_store(&lease_signal, signal_number);
    return true;
}

/* File systems of this machine alone: on a network another machine's writer breaks no lease of ours. */
static bool is_local(int fd)
{
    static const long known[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC};
    struct statfs s;
    if (fstatfs(fd, &s) != 0)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((long)s.f_type == known[i])
            return true;
    return false;
}

bool index_lease_take(int fd)
{
    int number = atomic_load(&lease_signal);
    if (!number || fd >= DESCRIPTORS || !is_local(fd) || fcntl(fd, F_SETSIG, number) != 0)
        return false;
    atomic_store(&lease[fd].seen_ms, now_ms());
    atomic_store(&lease[fd].held, true); /* before it is: a break may come at once */
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
        return true;
    atomic_store(&lease[fd].held, false);
    return false;
}

bool index_lease_holds(int fd)
{
    if (fd >= DESCRIPTORS || !atomic_load(&lease[fd].held))
        return false;
    int64_t now = now_ms();
    if (now - atomic_load(&lease[fd].seen_ms) <= BELIEVED_MS)
        return true;
    if (fcntl(fd, F_GETLEASE) != F_RDLCK) {
        let_go(fd);
        return false;
    }
    atomic_store(&lease[fd].seen_ms, now);
    return atomic_load(&lease[fd].held);
}

void index_lease_drop(int fd)
{
    if (fd < DESCRIPTORS && atomic_load(&lease[fd].held))
        let_go(fd);
}
