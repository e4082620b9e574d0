#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

enum status sql_open(const char *path, int sqlite_flags, struct store **out, struct error *e)
{
    struct store *s = calloc(1, sizeof *s);
    if (s)
        s->path = strdup(path);
    if (!s || !s->path) {
        free(s);
        return error_no_memory(e);
    }
    struct doing d = {"打开存储", "opening the store"};
    enum status st = STATUS_OK;
    if (sqlite3_open_v2(path, &s->db, sqlite_flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) !=
        SQLITE_OK)
        st = sql_fail(s, d, e);
    if (st == STATUS_OK && sqlite3_busy_timeout(s->db, STORE_BUSY_WAIT_MS) != SQLITE_OK)
        st = sql_fail(s, d, e);
    if (st != STATUS_OK) {
        store_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

static enum status fail_busy(const struct store *s, struct error *e)
{
    error_zh(e, "存储“%s”正被另一个程序写入，等了 %d 秒仍未结束；请等那次导入完成后再试。", s->path,
             STORE_BUSY_WAIT_MS / 1000);
    return error_fail(
        e, STATUS_CONFLICT, "store-busy",
        "Another program is writing to the store \"%s\" and did not finish within %d s; try again "
        "when that import is done.",
        s->path, STORE_BUSY_WAIT_MS / 1000);
}

static enum status fail_corrupt(const struct store *s, struct doing d, struct error *e)
{
    error_zh(e, "%s失败：存储“%s”的内容已损坏（%s）；请从备份恢复，或重新建库并导入源文件。", d.zh, s->path,
             sqlite3_errmsg(s->db));
    return error_fail(
        e, STATUS_CORRUPT, "store-corrupt",
        "Failed while %s: the store \"%s\" is damaged (%s); restore a backup, or create a new store "
        "and import the source files again.",
        d.en, s->path, sqlite3_errmsg(s->db));
}

static enum status fail_plain(const struct store *s, enum status st, const char *code, struct doing d,
                              struct error *e)
{
    error_zh(e, "%s失败（存储“%s”）：%s。", d.zh, s->path, sqlite3_errmsg(s->db));
    return error_fail(e, st, code, "Failed while %s in the store \"%s\": %s.", d.en, s->path,
                      sqlite3_errmsg(s->db));
}

enum status sql_fail(struct store *s, struct doing d, struct error *e)
{
    if (!s->db)
        return error_no_memory(e);
    switch (sqlite3_errcode(s->db) & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_busy(s, e);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail_corrupt(s, d, e);
    case SQLITE_NOMEM:
        return error_no_memory(e);
    case SQLITE_FULL:
        return fail_plain(s, STATUS_IO, "disk-full", d, e);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return fail_plain(s, STATUS_IO, "store-io", d, e);
    case SQLITE_TOOBIG:
        return fail_plain(s, STATUS_TOO_LARGE, "store-too-large", d, e);
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return fail_plain(s, STATUS_INVALID_INPUT, "store-constraint", d, e);
    default:
        return fail_plain(s, STATUS_INTERNAL, "store-internal", d, e);
    }
}

enum status sql_exec(struct store *s, const char *sql, struct doing d, struct error *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : sql_fail(s, d, e);
}

enum status sql_prepare(struct store *s, const char *sql, sqlite3_stmt **out, struct doing d, struct error *e)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return sql_fail(s, d, e);
    *out = q;
    return STATUS_OK;
}

enum status sql_step(struct store *s, sqlite3_stmt *q, bool *row, struct doing d, struct error *e)
{
    int rc = sqlite3_step(q);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sql_fail(s, d, e);
    *row = rc == SQLITE_ROW;
    return STATUS_OK;
}

enum status sql_run(struct store *s, sqlite3_stmt *q, struct doing d, struct error *e)
{
    int rc;
    do
        rc = sqlite3_step(q);
    while (rc == SQLITE_ROW);
    enum status st = rc == SQLITE_DONE ? STATUS_OK : sql_fail(s, d, e);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return st;
}

enum status sql_run_text(struct store *s, const char *sql, const char *const args[3], struct doing d,
                         struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s, sql, &q, d, e);
    if (st != STATUS_OK)
        return st;
    for (int i = 0; i < 3 && args[i]; i++)
        sql_bind_text(q, i + 1, args[i]);
    st = sql_run(s, q, d, e);
    sqlite3_finalize(q);
    return st;
}

enum status sql_integer(struct store *s, const char *sql, int64_t *out, struct doing d, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, sql, &q, d, e);
    if (st == STATUS_OK)
        st = sql_step(s, q, &row, d, e);
    if (st == STATUS_OK && !row)
        st = fail_corrupt(s, d, e);
    if (st == STATUS_OK)
        *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return st;
}

void sql_bind_text(sqlite3_stmt *q, int i, const char *text)
{
    sqlite3_bind_text(q, i, text ? text : "", -1, SQLITE_STATIC);
}

char *sql_text(sqlite3_stmt *q, int column, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return arena_strdup(a, text ? text : "");
}

/* ---- is the file still at its path? ---- */

/* SQLite compares inodes, of the path with its links resolved as they were; the rest is ours. */
static bool has_moved(struct store *s)
{
    struct store_file now;
    int moved = 0;
    return s->file.inode &&
           (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved ||
            store_file_look(s->path, &now, NULL) || !store_file_same(&now, &s->file));
}

/* A journal that somebody has removed goes on being written, and is gone with the process; whoever comes
 * next has another. It cannot change under a handle otherwise: only the last to leave takes it away. */
static bool has_lost_journal(const struct store *s)
{
    struct store_file journal = store_file_journal(s->path), shared = store_file_shared(s->path);
    return (s->journal.inode && !store_file_same(&journal, &s->journal)) ||
           (s->shared.inode && !store_file_same(&shared, &s->shared));
}

static enum status fail_moved(struct store *s, struct doing d, struct error *e)
{
    if (!has_moved(s)) {
        error_zh(
            e,
            "%s失败：存储“%.200s”旁边的日志（-wal、-shm）被移走或删除，没有写入任何内容；请不要动这两个文件，"
            "稍后重试（服务会重新打开存储）。",
            d.zh, s->path);
        return error_fail(
            e, STATUS_CONFLICT, "store-journal-gone",
            "Failed while %s: the journal beside the store \"%.200s\" (-wal, -shm) was moved or removed, "
            "and nothing was kept; leave these two alone, and try again in a moment (a server opens the "
            "store anew).",
            d.en, s->path);
    }
    error_zh(e,
             "%s失败：存储“%.200s”已被移走、替换或删除，没有写入任何内容；请把它放回原处（连同旁边的 -wal "
             "文件），然后重试。",
             d.zh, s->path);
    return error_fail(e, STATUS_CONFLICT, "store-moved",
                      "Failed while %s: the store \"%.200s\" was moved, replaced or removed, and nothing was "
                      "kept; put it back (with the -wal file beside it), then try again.",
                      d.en, s->path);
}

static enum status fail_moved_since(const struct store *s, struct doing d, struct error *e)
{
    error_zh(e,
             "%s时存储“%."
             "200s”或它的日志被移走、替换或删除：内容写进了原来的文件，现在这个路径下可能没有。请找到原来的"
             "文件，核对后再重试。",
             d.zh, s->path);
    return error_fail(
        e, STATUS_CONFLICT, "store-moved-since",
        "While %s, the store \"%.200s\" or its journal was moved, replaced or removed: it was written into "
        "the file that was there before, and may not be in the one that is there now. Find the "
        "former and look, before you try again.",
        d.en, s->path);
}

enum status sql_note_file(struct store *s, struct error *e)
{
    enum status st = store_file_look(s->path, &s->file, e);
    s->journal = s->shared = (struct store_file){.inode = 0};
    return !st && has_moved(s) ? fail_moved(s, (struct doing){"打开存储", "opening the store"}, e) : st;
}

void sql_note_journal(struct store *s)
{
    s->journal = store_file_journal(s->path);
    s->shared = store_file_shared(s->path);
}

static bool is_away(struct store *s)
{
    return has_moved(s) || has_lost_journal(s);
}

enum status sql_begin_write(struct store *s, struct error *e)
{
    if (s->mode != STORE_WRITE) {
        error_zh(e, "存储“%s”是以只读方式打开的，不能写入。", s->path);
        return error_fail(e, STATUS_CONFLICT, "store-read-only",
                          "The store \"%s\" was opened for reading only.", s->path);
    }
    struct doing d = {"开始写入", "starting to write"};
    enum status st = sql_exec(s, "BEGIN IMMEDIATE", d, e);
    if (!st && is_away(s)) {
        sql_rollback(s);
        st = fail_moved(s, d, e);
    }
    return st;
}

enum status sql_commit(struct store *s, struct doing d, struct error *e)
{
    if (is_away(s))
        return fail_moved(s, d, e);
    enum status st = sql_exec(s, "COMMIT", d, e);
    return !st && is_away(s) ? fail_moved_since(s, d, e) : st;
}

void sql_rollback(struct store *s)
{
    /* Some failures (and SpatiaLite's geometry triggers) have already ended the transaction. */
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}
