#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static enum status resolve(const char *host, uint16_t port, struct addrinfo **out, struct error *e)
{
    char service[8];
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    snprintf(service, sizeof service, "%u", port);
    int code = getaddrinfo(host, service, &hints, out);
    if (code == 0)
        return STATUS_OK;
    error_zh(e, "主机名“%.200s”不能解析：%s。", host, gai_strerror(code));
    return error_fail(e, STATUS_INVALID_INPUT, "bad-host", "The host \"%.200s\" cannot be resolved: %s.",
                      host, gai_strerror(code));
}

static enum status refuse(const char *host, uint16_t port, int reason, struct error *e)
{
    if (reason == EADDRINUSE) {
        error_zh(e, "端口 %u 已被占用（%.200s）；请停掉占用它的程序，或用 --port 另选一个端口。", port, host);
        return error_fail(
            e, STATUS_CONFLICT, "port-busy",
            "Port %u of %.200s is in use; stop the program that uses it, or choose another with --port.",
            port, host);
    }
    error_zh(e, "不能在 %.200s 的端口 %u 上监听：%s。", host, port, strerror(reason));
    return error_fail(e, STATUS_IO, "cannot-listen", "Cannot listen on port %u of %.200s: %s.", port, host,
                      strerror(reason));
}

/* -1 with errno. A restart must not wait for the last run's connections to time out. */
static int bind_and_listen(const struct addrinfo *a)
{
    int on = 1;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static bool is_loopback_address(const struct sockaddr_storage *a)
{
    if (a->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

static void describe(int fd, char url[LISTEN_URL_SIZE], bool *is_loopback)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    char host[256] = "?", service[32] = "?";
    if (getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        (void)getnameinfo((struct sockaddr *)&address, size, host, sizeof host, service, sizeof service,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    *is_loopback = is_loopback_address(&address);
    bool v6 = strchr(host, ':') != NULL;
    snprintf(url, LISTEN_URL_SIZE, "http://%s%s%s:%s/", v6 ? "[" : "", host, v6 ? "]" : "", service);
}

enum status listen_open(const char *host, uint16_t port, int *fd, char url[LISTEN_URL_SIZE],
                        bool *is_loopback, struct error *e)
{
    struct addrinfo *list = NULL;
    enum status s = resolve(host, port, &list, e);
    if (s)
        return s;
    int reason = 0, opened = -1;
    for (const struct addrinfo *a = list; a && opened < 0; a = a->ai_next) {
        opened = bind_and_listen(a);
        reason = errno;
    }
    freeaddrinfo(list);
    if (opened < 0)
        return refuse(host, port, reason, e);
    describe(opened, url, is_loopback);
    *fd = opened;
    return STATUS_OK;
}

enum status listen_take(int given, int *fd, char url[LISTEN_URL_SIZE], bool *is_loopback, struct error *e)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    int listens = 0;
    socklen_t size = sizeof address, n = sizeof listens;
    if (getsockname(given, (struct sockaddr *)&address, &size) != 0 ||
        (address.ss_family != AF_INET && address.ss_family != AF_INET6) ||
        getsockopt(given, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 || !listens ||
        fcntl(given, F_SETFL, O_NONBLOCK) != 0) {
        error_zh(
            e, "交来的套接字（LISTEN_FDS）不是在监听的 TCP 套接字；请检查 .socket 单元中的 ListenStream=。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-listen-fd",
                          "The socket that was handed over (LISTEN_FDS) is no listening one of TCP; see "
                          "ListenStream= of the .socket unit.");
    }
    describe(given, url, is_loopback);
    *fd = given;
    return STATUS_OK;
}
