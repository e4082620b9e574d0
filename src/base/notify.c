#include "base/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 2048, FIRST_FD = 3 };

/* -1: nobody listens. A name that begins with "@" is one of the abstract namespace. */
static int open_socket(const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = name ? strlen(name) : 0;
    if (n < 2 || n >= sizeof to.sun_path || (*name != '/' && *name != '@'))
        return -1;
    memcpy(to.sun_path, name, n);
    if (*name == '@')
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (*name == '/'));
    const struct timeval most = {.tv_sec = 1}; /* where its queue is full */
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) == 0 &&
        connect(fd, (const struct sockaddr *)&to, size) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int64_t number_of(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    char *end = NULL;
    errno = 0;
    long long v = text ? strtoll(text, &end, 10) : 0;
    return text && *text && !*end && !errno && v >= 0 ? v : otherwise;
}

/* What is said of a process is said of the one that it names. */
static bool is_meant(const char *pid_name, bool by_default)
{
    return number_of(pid_name, by_default ? getpid() : -1) == getpid();
}

void notify_take(struct notify *n)
{
    static const char *const names[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                        "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES"};
    *n = (struct notify){.fd = open_socket(getenv("NOTIFY_SOCKET")), .listening = -1};
    if (n->fd >= 0 && is_meant("WATCHDOG_PID", true))
        n->watchdog_ms = number_of("WATCHDOG_USEC", 0) / 1000;
    if (is_meant("LISTEN_PID", false) && number_of("LISTEN_FDS", 0) == 1) {
        n->listening = FIRST_FD;
        (void)fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

bool notify_is_heard(const struct notify *n)
{
    return n && n->fd >= 0;
}

bool notify_send(const struct notify *n, const char *fmt, ...)
{
    char text[MESSAGE_SIZE];
    va_list ap;
    if (!notify_is_heard(n))
        return false;
    va_start(ap, fmt);
    int size = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t most = sizeof text - 1;
    return size > 0 && send(n->fd, text, (size_t)size < most ? (size_t)size : most, MSG_NOSIGNAL) > 0;
}
