#include "store/store_lock.h"

#include "base/file.h"
#include "store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIDS_MAX = 1 << 23 };           /* more than Linux has (2^22) */
#define OWNER_BYTE ((off_t)1 << 40)    /* who has this one owns the store */
#define NAME_BYTES (OWNER_BYTE + 4096) /* says who that is */

struct store_lock {
    int fd; /* -1: none */
    unsigned port;
    struct store_file file;
};

static struct flock range(short type, off_t start, off_t n)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = n};
}

/* What stands in the way of a lock like that; l_type F_UNLCK: nothing. */
static bool find_lock(int fd, struct flock *l)
{
    return fcntl(fd, F_OFD_GETLK, l) == 0 && l->l_type != F_UNLCK;
}

static struct store_owner owner_of(int fd)
{
    struct flock byte = range(F_WRLCK, OWNER_BYTE, 1), name = range(F_WRLCK, NAME_BYTES, PIDS_MAX);
    struct store_owner o = {.held = find_lock(fd, &byte)};
    if (o.held && find_lock(fd, &name)) {
        o.pid = (long)(name.l_start - NAME_BYTES);
        o.port = (unsigned)(name.l_len - 1);
    }
    return o;
}

enum status store_lock_refuse(const char *path, const struct store_owner *o, struct error *e)
{
    char zh[80] = "另一个红线程序", en[80] = "another Hongxian program", end[40] = "";
    if (o->pid && o->port) {
        snprintf(zh, sizeof zh, "红线服务（进程 %ld，端口 %u）", o->pid, o->port);
        snprintf(en, sizeof en, "a Hongxian server (process %ld, port %u)", o->pid, o->port);
    } else if (o->pid) {
        snprintf(zh, sizeof zh, "红线程序（进程 %ld，正在恢复备份）", o->pid);
        snprintf(en, sizeof en, "a Hongxian program (process %ld, which restores a backup)", o->pid);
    }
    if (o->pid && o->port)
        snprintf(end, sizeof end, " (kill %ld)", o->pid);
    error_zh(e, "存储“%.200s”正由%s使用，一个存储只能由一个服务使用；请使用那个服务，或先停止它%s。", path,
             zh, end);
    return error_fail(
        e, STATUS_CONFLICT, "store-in-use",
        "The store \"%.200s\" is in use by %s, and one server owns a store; use that one, or stop "
        "it first%s.",
        path, en, end);
}

/* A file that may only be read can only be locked shared. */
static int open_to_lock(const char *path, short *type)
{
    *type = F_WRLCK;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        *type = F_RDLCK;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    return file_off_standard(fd);
}

static enum status set_lock(struct store_lock *l, short type, const char *path, struct error *e)
{
    struct flock byte = range(type, OWNER_BYTE, 1);
    struct flock name = range(type, NAME_BYTES + getpid() % PIDS_MAX, 1 + (off_t)l->port);
    if (fcntl(l->fd, F_OFD_SETLK, &byte) == 0 && fcntl(l->fd, F_OFD_SETLK, &name) == 0)
        return STATUS_OK;
    if (errno != EAGAIN && errno != EACCES)
        return error_errno(e, "锁定存储", "Locking the store", path);
    struct store_owner o = owner_of(l->fd);
    return store_lock_refuse(path, &o, e);
}

static void let_go(struct store_lock *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

enum status store_lock_move(struct store_lock *l, const char *path, struct error *e)
{
    struct store_file file;
    short type;
    if (!l)
        return STATUS_OK;
    enum status s = store_file_look(path, &file, e);
    if (!s && l->fd >= 0 && store_file_same(&file, &l->file))
        return STATUS_OK;
    let_go(l);
    if (s)
        return s;
    l->file = file;
    l->fd = open_to_lock(path, &type);
    s = l->fd < 0 ? error_errno(e, "打开存储", "Opening the store", path) : set_lock(l, type, path, e);
    if (s)
        let_go(l);
    return s;
}

enum status store_lock_take(const char *path, unsigned port, struct store_lock **out, struct error *e)
{
    struct store_lock *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(e);
    *l = (struct store_lock){.fd = -1, .port = port};
    enum status s = store_lock_move(l, path, e);
    if (s)
        free(l);
    else
        *out = l;
    return s;
}

void store_lock_free(struct store_lock *l)
{
    if (!l)
        return;
    let_go(l);
    free(l);
}

enum status store_lock_look(const char *path, struct store_owner *out, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(e, "打开存储", "Opening the store", path);
    *out = owner_of(fd);
    close(fd);
    return STATUS_OK;
}
