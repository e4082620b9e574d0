#include "http/daemons.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 64 * 1024,
    SPARE_TIMEOUT_S = 60, /* libmicrohttpd's own, behind those of the door */
    PEM_BYTES = 1 << 20,
    RETIRED_MAX = 8,
    FILES_OWN = 512,   /* that are no connections */
    FILES_LEAST = 256, /* for a few connections, and what a check, a job and a reading child take */
};

/* What everybody has spoken for ten years, and nothing older. */
static const char PRIORITIES[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct one {
    struct MHD_Daemon *daemon; /* NULL: free */
    struct arena *pem;         /* its certificate and key */
    int listens;               /* its own copy of the socket, once it takes nobody any more; else -1 */
};

struct daemons {
    struct daemon_parts parts;
    int fd;
    struct one now, before[RETIRED_MAX];
};

/* ---- one ---- */

static void one_stop(struct one *o)
{
    if (o->daemon)
        MHD_stop_daemon(o->daemon);
    if (o->listens >= 0)
        close(o->listens);
    arena_free(o->pem);
    *o = (struct one){.listens = -1};
}

static void one_shut(struct one *o)
{
    if (o->daemon && o->listens < 0)
        o->listens = MHD_quiesce_daemon(o->daemon);
}

static bool is_empty(const struct one *o)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(o->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info && info->num_connections == 0;
}

static enum status fail_start(const struct daemon_parts *p, int reason, struct error *e)
{
    if (p->cert) {
        error_zh(e, "证书“%.160s”与私钥“%.160s”不能使用：应为 PEM 格式且相互配对。", p->cert, p->key);
        return error_fail(
            e, STATUS_INVALID_INPUT, "bad-certificate",
            "The certificate \"%.160s\" and the key \"%.160s\" cannot be used: both have to be in "
            "PEM, and to belong together.",
            p->cert, p->key);
    }
    error_zh(e, "HTTP 服务不能启动：%s。", strerror(reason));
    return error_fail(e, STATUS_IO, "server-start", "The HTTP server cannot start: %s.", strerror(reason));
}

static enum status read_pem(const struct daemon_parts *p, struct one *o, char **cert, char **key,
                            struct error *e)
{
    size_t n;
    o->pem = arena_new(4 * PEM_BYTES);
    if (!o->pem)
        return error_no_memory(e);
    enum status s = file_read(p->cert, PEM_BYTES, o->pem, cert, &n, e);
    return s ? s : file_read(p->key, PEM_BYTES, o->pem, key, &n, e);
}

/* A thread for each connection: with a pool, whatever else had come to the thread of a slow request waited
 * for it. How many requests are worked on at a time is bounded by the engine's workers. */
static enum status one_start(const struct daemon_parts *p, int listening, struct one *o, struct error *e)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                     MHD_USE_ITC; /* ITC: MHD_quiesce_daemon needs it */
    char *cert = NULL, *key = NULL;
    *o = (struct one){.listens = -1};
    enum status s = p->cert ? read_pem(p, o, &cert, &key, e) : STATUS_OK;
    int fd = s ? -1 : fcntl(listening, F_DUPFD_CLOEXEC, 0);
    if (s) {
        one_stop(o);
        return s;
    }
    struct MHD_OptionItem secure[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
                                      {MHD_OPTION_HTTPS_MEM_KEY, 0, key},
                                      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
                                      {MHD_OPTION_END, 0, NULL}};
    o->daemon = MHD_start_daemon(
        p->cert ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, p->answer, p->user, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_TIMEOUT, SPARE_TIMEOUT_S + door_longest_wait_s(p->door),
        MHD_OPTION_CONNECTION_LIMIT, door_most_sockets(p->door), MHD_OPTION_NOTIFY_CONNECTION,
        door_connection, p->door, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES,
        MHD_OPTION_NOTIFY_COMPLETED, p->completed, p->user, MHD_OPTION_URI_LOG_CALLBACK, p->target, p->user,
        MHD_OPTION_ARRAY, p->cert ? secure : secure + 3, MHD_OPTION_END);
    if (o->daemon)
        return STATUS_OK;
    int reason = errno;
    one_stop(o); /* libmicrohttpd has closed its socket */
    return fail_start(p, reason, e);
}

/* ---- all ---- */

static enum status fail_files(rlim_t files, struct error *e)
{
    error_zh(
        e,
        "系统只允许本程序打开 %llu 个文件，至少需要 %d 个；请用 ulimit -n 或服务单元的 LimitNOFILE= 调大。",
        (unsigned long long)files, FILES_LEAST);
    return error_fail(
        e, STATUS_INVALID_INPUT, "too-few-files",
        "The system allows this program only %llu open files, and %d are needed at least; raise "
        "that by ulimit -n, or by LimitNOFILE= of the service's unit.",
        (unsigned long long)files, FILES_LEAST);
}

/* A connection is a file; there are a few hundred others. Where fewer are allowed, fewer connections are let
 * in: whom there is no place for is told so at the door, which takes a file, too. */
static enum status raise_files(struct front_door *door, struct error *e)
{
    struct rlimit l;
    rlim_t wanted = (rlim_t)door_most_sockets(door) + FILES_OWN;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= wanted)
        return STATUS_OK;
    rlim_t before = l.rlim_cur;
    l.rlim_cur = wanted < l.rlim_max ? wanted : l.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &l) != 0)
        l.rlim_cur = before;
    if (l.rlim_cur < FILES_LEAST)
        return fail_files(l.rlim_cur, e);
    if (l.rlim_cur < wanted) {
        long most = (long)(l.rlim_cur > FILES_OWN ? l.rlim_cur - FILES_OWN : l.rlim_cur / 2) / 2;
        door_bound(door, most);
        log_line(LOG_WARN,
                 "the system allows %llu open files, and %llu may be needed: at most %ld connections",
                 (unsigned long long)l.rlim_cur, (unsigned long long)wanted, most);
    }
    return STATUS_OK;
}

enum status daemons_start(const struct daemon_parts *parts, int fd, struct daemons **out, struct error *e)
{
    enum status s = raise_files(parts->door, e);
    if (s)
        return s;
    struct daemons *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(e);
    d->parts = *parts;
    for (int i = 0; i < RETIRED_MAX; i++)
        d->before[i].listens = -1;
    s = one_start(parts, fd, &d->now, e);
    if (s) {
        free(d);
        return s;
    }
    d->fd = fd;
    *out = d;
    return STATUS_OK;
}

/* A place for one more that is on its way out; those that have nobody left are gone. */
static struct one *free_place(struct daemons *d)
{
    struct one *place = NULL;
    for (int i = 0; i < RETIRED_MAX; i++) {
        if (d->before[i].daemon && is_empty(&d->before[i]))
            one_stop(&d->before[i]);
        if (!d->before[i].daemon)
            place = &d->before[i];
    }
    return place;
}

enum status daemons_renew(struct daemons *d, struct error *e)
{
    struct one next, *place = free_place(d);
    if (!place) {
        error_zh(e, "此前更换时的连接还没有结束；请稍后再换。");
        return error_fail(e, STATUS_CONFLICT, "certificate-too-soon",
                          "Connections of before the last changes have not ended yet; try again in a while.");
    }
    enum status s = raise_files(d->parts.door, e);
    if (!s)
        s = one_start(&d->parts, d->fd, &next, e);
    if (s)
        return s;
    *place = d->now;
    d->now = next;
    one_shut(place);
    return STATUS_OK;
}

void daemons_shut(struct daemons *d)
{
    one_shut(&d->now);
}

void daemons_stop(struct daemons *d)
{
    if (!d)
        return;
    one_stop(&d->now);
    for (int i = 0; i < RETIRED_MAX; i++)
        one_stop(&d->before[i]);
    close(d->fd);
    free(d);
}
