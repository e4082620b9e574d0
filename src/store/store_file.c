#include "store/store_file.h"

#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct store_file of(const struct stat *st)
{
    return (struct store_file){.device = (uint64_t)st->st_dev,
                               .inode = (uint64_t)st->st_ino,
                               .size = (int64_t)st->st_size,
                               .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec};
}

enum status store_file_look(const char *path, struct store_file *out, struct error *e)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno != ENOENT)
            return error_errno(e, "打开存储", "Opening the store", path);
        error_zh(e, "没有找到存储“%s”；请核对路径，或先建库再导入图层。", path);
        return error_fail(e, STATUS_NOT_FOUND, "store-not-found",
                          "There is no store at \"%s\"; check the path, or create a store and import layers.",
                          path);
    }
    if (!S_ISREG(st.st_mode)) {
        error_zh(e, "“%s”不是普通文件，不能作为存储打开。", path);
        return error_fail(e, STATUS_INVALID_INPUT, "store-not-a-file",
                          "\"%s\" is not a regular file and cannot be opened as a store.", path);
    }
    *out = of(&st);
    return STATUS_OK;
}

/* As root, for whoever the folder is of. */
static bool give_to_owner_of_folder(const char *path, int fd)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    bool ok = folder && (geteuid() != 0 || (stat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0));
    free(folder);
    return ok;
}

enum status store_file_make(const char *path, struct error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && give_to_owner_of_folder(path, fd);
    enum status s = ok ? STATUS_OK : error_errno(e, "建立文件", "Making the file", path);
    if (fd >= 0)
        close(fd);
    return s;
}

void store_file_share(const char *store_path, const char *path)
{
    struct stat of, to;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && stat(store_path, &of) == 0 && fstat(fd, &to) == 0) {
        mode_t mode = of.st_mode & 0666;
        if (S_ISDIR(to.st_mode))
            mode |= (mode & 0444) >> 2; /* who may read may enter */
        if (geteuid() == 0)
            (void)!fchown(fd, of.st_uid, of.st_gid);
        (void)fchmod(fd, mode);
    }
    if (fd >= 0)
        close(fd);
}

bool store_file_same(const struct store_file *a, const struct store_file *b)
{
    return a->device == b->device && a->inode == b->inode;
}

/* Without asking for memory: what could not be looked at would pass for a journal that was taken away. A name
 * that does not fit is none that the system would take. */
static struct store_file beside(const char *path, const char *ending)
{
    struct stat st;
    char name[PATH_MAX + 16];
    int n = snprintf(name, sizeof name, "%s%s", path, ending);
    bool there = n > 0 && (size_t)n < sizeof name && stat(name, &st) == 0;
    return there ? of(&st) : (struct store_file){.inode = 0};
}

struct store_file store_file_journal(const char *path)
{
    return beside(path, "-wal");
}

struct store_file store_file_shared(const char *path)
{
    return beside(path, "-shm");
}

enum status store_file_refuse_journal(const char *path, const struct store_file *journal, struct error *e)
{
    struct store_file there = store_file_journal(path);
    if (!there.inode || there.size == 0 || !store_file_same(&there, journal))
        return STATUS_OK;
    error_zh(e,
             "存储“%.200s”已被换成另一个文件，旁边的日志“%.200s-"
             "wal”却仍属于原来的文件，合在一起会读出错误的数据；请关闭"
             "仍打开着原文件的程序（如 QGIS），再移走该日志文件。",
             path, path);
    return error_fail(
        e, STATUS_CONFLICT, "store-journal-left",
        "The store \"%.200s\" was replaced, but the journal \"%.200s-wal\" beside it is still that of the "
        "file that was there before, and the two together would read as wrong data; close the programs "
        "that have that file open (QGIS, perhaps), then move the journal away.",
        path, path);
}

void store_fold_journal(struct store *s)
{
    if (s)
        (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void store_fold_some(struct store *s)
{
    if (s)
        (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void store_close_apart(struct store *s)
{
    if (s && s->db)
        (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    if (s)
        s->mode = STORE_READ; /* a writer folds by itself, too */
    store_close(s);
}
