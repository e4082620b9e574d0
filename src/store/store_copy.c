#include "store/store_copy.h"

#include "base/file.h"
#include "store/sql.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct doing COPYING = {"复制存储", "copying the store"};
static const struct doing EXAMINING = {"核对存储", "examining the store"};

/* ---- what it holds ---- */

/* 0 where a store of an earlier schema has no such table. */
static enum status count(struct store *s, const char *table, int64_t *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool there = false;
    *out = 0;
    enum status st =
        sql_prepare(s, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", &q, EXAMINING, e);
    if (st)
        return st;
    sql_bind_text(q, 1, table);
    st = sql_step(s, q, &there, EXAMINING, e);
    sqlite3_finalize(q);
    if (st || !there)
        return st;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", table);
    st = sql ? sql_integer(s, sql, out, EXAMINING, e) : error_no_memory(e);
    sqlite3_free(sql);
    return st;
}

static enum status read_head(struct store *s, struct store_facts *f, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    f->head[0] = '\0';
    if (f->n_records == 0)
        return STATUS_OK;
    enum status st = sql_prepare(s, "SELECT sha256 FROM record ORDER BY id DESC LIMIT 1", &q, EXAMINING, e);
    if (!st)
        st = sql_step(s, q, &row, EXAMINING, e);
    if (!st && row)
        snprintf(f->head, sizeof f->head, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

static enum status read_facts(struct store *s, struct store_facts *f, struct error *e)
{
    const struct {
        const char *table;
        int64_t *n;
    } tables[] = {{"layer", &f->n_layers},
                  {"layer_version", &f->n_versions},
                  {"feature", &f->n_features},
                  {"project", &f->n_projects},
                  {"record", &f->n_records}};
    enum status st = sql_integer(s, "PRAGMA user_version", &f->schema, EXAMINING, e);
    if (!st)
        st = sql_integer(s, "PRAGMA page_count", &f->pages, EXAMINING, e);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !st; i++)
        st = count(s, tables[i].table, tables[i].n, e);
    return st ? st : read_head(s, f, e);
}

bool store_facts_same(const struct store_facts *a, const struct store_facts *b)
{
    return a->n_layers == b->n_layers && a->n_versions == b->n_versions && a->n_features == b->n_features &&
           a->n_projects == b->n_projects && a->n_records == b->n_records && strcmp(a->head, b->head) == 0;
}

/* ---- is it whole? ---- */

static enum status fail_unsound(const struct store *s, const char *what, struct error *e)
{
    error_zh(e,
             "存储“%.200s”已损坏（%.120s）；请从完好的备份恢复（hongxian restore），或重新建库并导入源文件。",
             s->path, what);
    return error_fail(
        e, STATUS_CORRUPT, "store-corrupt",
        "The store \"%.200s\" is damaged (%.120s); restore a sound backup (hongxian restore), or create "
        "a new store and import the source files again.",
        s->path, what);
}

/* The first line of SQLite's own check. */
static enum status check_pages(struct store *s, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "PRAGMA quick_check(1)", &q, EXAMINING, e);
    if (!st)
        st = sql_step(s, q, &row, EXAMINING, e);
    const char *said = !st && row ? (const char *)sqlite3_column_text(q, 0) : NULL;
    if (!st && (!said || strcmp(said, "ok") != 0))
        st = fail_unsound(s, said ? said : "quick_check", e);
    sqlite3_finalize(q);
    return st;
}

static enum status check_versions(struct store *s, struct error *e)
{
    char what[96];
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st =
        sql_prepare(s,
                    "SELECT l.id, v.version_no, v.n_features, n FROM layer_version v "
                    "JOIN layer l ON l.id = v.layer_id JOIN (SELECT v2.id AS id, (SELECT count(*) FROM "
                    "feature f WHERE f.version_id = v2.id) AS n FROM layer_version v2) c ON c.id = v.id "
                    "WHERE n IS NOT v.n_features",
                    &q, EXAMINING, e);
    if (!st)
        st = sql_step(s, q, &row, EXAMINING, e);
    if (!st && row) {
        snprintf(what, sizeof what, "%.40s@%d: %" PRId64 " features, %" PRId64 " were imported",
                 (const char *)sqlite3_column_text(q, 0), sqlite3_column_int(q, 1),
                 (int64_t)sqlite3_column_int64(q, 3), (int64_t)sqlite3_column_int64(q, 2));
        st = fail_unsound(s, what, e);
    }
    sqlite3_finalize(q);
    return st;
}

enum status store_examine(struct store *s, struct store_facts *out, struct error *e)
{
    enum status st = check_pages(s, e);
    if (!st)
        st = check_versions(s, e);
    return st ? st : read_facts(s, out, e);
}

/* ---- copying ---- */

static enum status copy_pages(struct store *from, struct store *to, struct error *e)
{
    sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
    if (!b)
        return sql_fail(to, COPYING, e);
    (void)sqlite3_backup_step(b, -1);
    return sqlite3_backup_finish(b) == SQLITE_OK ? STATUS_OK : sql_fail(to, COPYING, e);
}

/* The transaction is one moment of the store for the facts and for the pages. The copy needs no journal: who
 * finds it half done throws it away. */
static enum status copy_into(struct store *from, const char *path, struct store_facts *facts, struct error *e)
{
    struct store *to = NULL;
    enum status st = sql_open(path, SQLITE_OPEN_READWRITE, &to, e);
    if (!st)
        st = sql_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", COPYING, e);
    if (!st)
        st = sql_exec(from, "BEGIN", COPYING, e);
    if (!st)
        st = read_facts(from, facts, e);
    if (!st)
        st = copy_pages(from, to, e);
    sql_rollback(from);
    store_close(to);
    return st ? st : file_sync(path, e);
}

enum status store_copy(const char *from, const char *to, struct store_facts *out, struct error *e)
{
    struct store *s = NULL;
    enum status st = store_open_any(from, &s, e);
    if (!st)
        st = store_file_make(to, e);
    if (!st)
        st = copy_into(s, to, out, e);
    store_close(s);
    return st;
}

void store_copy_discard(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_MAX + 16]; /* memory may be what there is none of */
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        int n = snprintf(name, sizeof name, "%s%s", path, endings[i]);
        if (n > 0 && n < (int)sizeof name)
            unlink(name);
    }
}

enum status store_copy_place(const char *copy, const char *path, bool overwrite, struct error *e)
{
    enum status st = file_sync(copy, e);
    if (st)
        return st;
    bool done =
        overwrite ? rename(copy, path) == 0
                  : link(copy, path) == 0 ||
                        (errno != EEXIST && renameat2(AT_FDCWD, copy, AT_FDCWD, path, RENAME_NOREPLACE) == 0);
    if (!done) {
        if (errno != EEXIST)
            return error_errno(e, "写入", "Writing", path);
        error_zh(e, "“%.300s”已经存在，不会覆盖；请换一个文件名，或加 --overwrite。", path);
        return error_fail(e, STATUS_CONFLICT, "file-exists",
                          "\"%.300s\" is there already and is not overwritten; choose another name, or say "
                          "--overwrite.",
                          path);
    }
    if (!overwrite)
        unlink(copy);
    return file_sync_folder(path, e);
}

/* ---- names ---- */

#define MARK ".new-"

/* NAME.new-123, of a process that is gone. */
static bool is_left_behind(const char *name, const char *entry)
{
    size_t n = strlen(name);
    if (strncmp(entry, name, n) != 0 || strncmp(entry + n, MARK, strlen(MARK)) != 0)
        return false;
    char *end = NULL;
    long pid = strtol(entry + n + strlen(MARK), &end, 10);
    return *end == '\0' && pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void sweep(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder = sqlite3_mprintf("%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./");
    DIR *d = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; d && (entry = readdir(d));) {
        char *left =
            is_left_behind(name, entry->d_name) ? sqlite3_mprintf("%s%s", folder, entry->d_name) : NULL;
        if (left)
            store_copy_discard(left);
        sqlite3_free(left);
    }
    if (d)
        closedir(d);
    sqlite3_free(folder);
}

enum status store_copy_name(const char *path, char *out, size_t size, struct error *e)
{
    sweep(path);
    int n = snprintf(out, size, "%s" MARK "%ld", path, (long)getpid());
    if (n > 0 && (size_t)n < size) {
        store_copy_discard(out);
        return STATUS_OK;
    }
    error_zh(e, "路径太长：%.300s。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "path-too-long", "The path is too long: %.300s.", path);
}
