/* The database of a GeoPackage, opened so that nothing is written beside it and nothing that is not in it
 * yet is missed. */
#include "features/sandbox/child_gpkg.h"

#include "formats/sqlite_uri.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_MEMORY_BYTES ((size_t)1 << 30) /* of a GeoPackage within an archive */

enum status gpkg_fail_sql(sqlite3 *db, struct error *e)
{
    error_zh(e, "读取 GeoPackage 失败：%s；文件可能不完整或已损坏，请重新获取。", sqlite3_errmsg(db));
    return error_fail(
        e, STATUS_INVALID_INPUT, "gpkg-read",
        "Reading the GeoPackage failed: %s; it may be incomplete or damaged, get the file again.",
        sqlite3_errmsg(db));
}

static enum status fail_open_elsewhere(struct child *c, const char *what, struct error *e)
{
    error_zh(e,
             "%s还有未写入的修改（旁边有 %s）：文件正被别的程序打开，或没有正常关闭。请先在 QGIS "
             "等程序中关闭它，再提交。",
             c->called_zh, what);
    return error_fail(e, STATUS_INVALID_INPUT, "gpkg-open-elsewhere",
                      "%s has changes that are not in it yet (there is a %s beside it): another program has "
                      "it open, or did not "
                      "close it. Close it in QGIS, then send it again.",
                      c->called_en, what);
}

static enum status fail_wal_upload(struct error *e)
{
    error_zh(e,
             "这个 GeoPackage 处于 WAL 模式，最近的修改可能还在旁边的 -wal 文件里，没有一起提交。请先在 QGIS "
             "等程序中关闭它（或另存一份）再提交。");
    return error_fail(e, STATUS_INVALID_INPUT, "gpkg-open-elsewhere",
                      "This GeoPackage is in WAL mode: the latest changes may be in a -wal file beside it, "
                      "which did not come "
                      "with it. Close it in QGIS, or save a copy, then send it again.");
}

/* Has the file beside the database content that counts? A journal that was done with begins with zeros. */
static bool has_content(struct child *c, const char *name, const char *ending)
{
    unsigned char head[8] = {0};
    VSILFILE *f = VSIFOpenL(arena_printf(c->keep, "%s%s", name, ending), "rb");
    size_t n = f ? VSIFReadL(head, 1, sizeof head, f) : 0;
    if (f)
        VSIFCloseL(f);
    return n == sizeof head && memcmp(head, "\0\0\0\0\0\0\0\0", 8) != 0;
}

/* Bytes 18 and 19 of a database tell how it is written: 2 is WAL. */
static enum status check_beside(struct child *c, const char *name, const unsigned char *head, struct error *e)
{
    if (has_content(c, name, "-wal"))
        return fail_open_elsewhere(c, "-wal", e);
    if (has_content(c, name, "-journal"))
        return fail_open_elsewhere(c, "-journal", e);
    return c->upload && (head[18] == 2 || head[19] == 2) ? fail_wal_upload(e) : STATUS_OK;
}

static bool open_bytes(unsigned char *bytes, size_t n, sqlite3 **db)
{
    return sqlite3_open_v2(":memory:", db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
           sqlite3_deserialize(*db, "main", bytes, (sqlite3_int64)n, (sqlite3_int64)n,
                               SQLITE_DESERIALIZE_READONLY) == SQLITE_OK;
}

static enum status open_in_archive(struct child *c, const char *name, sqlite3 **db, struct error *e)
{
    size_t n;
    unsigned char *bytes = (unsigned char *)child_slurp(c, name, IN_MEMORY_BYTES, &n);
    if (!bytes || n < 100) {
        error_zh(e, "压缩包里的 GeoPackage 读不出来，或超过 1 GB；请解压后提交 .gpkg 文件。");
        return error_fail(e, STATUS_TOO_LARGE, "gpkg-in-archive",
                          "The GeoPackage in the archive cannot be read, or is over 1 GB; unpack it.");
    }
    bytes[18] = bytes[19] = 1; /* nothing is beside it, which was looked at before */
    return open_bytes(bytes, n, db) ? STATUS_OK : gpkg_fail_sql(*db, e);
}

/* An upload has no name that SQLite could open: its pages are mapped. */
static enum status open_upload(struct child *c, sqlite3 **db, struct error *e)
{
    struct stat st;
    int fd = open(c->path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0;
    void *bytes =
        ok ? mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    if (bytes == MAP_FAILED)
        return error_no_memory(e);
    return open_bytes(bytes, (size_t)st.st_size, db) ? STATUS_OK : gpkg_fail_sql(*db, e);
}

enum status gpkg_open_database(struct child *c, const char *name, sqlite3 **db, struct error *e)
{
    unsigned char head[100] = {0};
    VSILFILE *f = VSIFOpenL(name, "rb");
    size_t n = f ? VSIFReadL(head, 1, sizeof head, f) : 0;
    if (f)
        VSIFCloseL(f);
    if (n < sizeof head || memcmp(head, "SQLite format 3", 16) != 0)
        return child_fail_open(c, e);
    enum status s = check_beside(c, name, head, e);
    if (s != STATUS_OK)
        return s;
    if (strncmp(name, "/vsi", 4) == 0)
        return open_in_archive(c, name, db, e);
    if (c->upload)
        return open_upload(c, db, e);
    char *uri =
        sqlite_immutable_uri(name); /* nothing is written, and no -shm made, beside the officer's file */
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    int rc = uri ? sqlite3_open_v2(uri, db, flags, NULL) : SQLITE_NOMEM;
    free(uri);
    if (rc != SQLITE_OK)
        return gpkg_fail_sql(*db, e);
    (void)sqlite3_exec(*db, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL); /* fewer system calls */
    return STATUS_OK;
}
