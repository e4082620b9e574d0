#include "store/store_replace.h"

#include "base/file.h"
#include "store/sql.h"
#include "store/store_copy.h"
#include "store/store_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct doing SEIZING = {"准备替换存储", "preparing to replace the store"};
static const struct doing COMPARING = {"比较档案", "comparing the records"};

struct store_seizure {
    char *path;
    struct store_lock *lock; /* before the store, after it: store_lock.h */
    struct store *store;
    struct stat st; /* of what is there */
    bool is_there, replaced;
    struct error fault;
};

/* ---- names ---- */

#define KEPT ".before-restore-"

void store_kept_name(const char *path, char *out, size_t size)
{
    char day[32];
    struct tm tm;
    time_t now = time(NULL);
    gmtime_r(&now, &tm);
    strftime(day, sizeof day, "%Y%m%dT%H%M%SZ", &tm);
    snprintf(out, size, "%s" KEPT "%s", path, day);
    for (int i = 2; access(out, F_OK) == 0 && i < 1000; i++)
        snprintf(out, size, "%s" KEPT "%s-%d", path, day, i);
}

static void remove_twin(const struct store_seizure *z, const char *folder, const char *entry)
{
    const char *slash = strrchr(z->path, '/'), *name = slash ? slash + 1 : z->path;
    struct stat st;
    if (strncmp(entry, name, strlen(name)) != 0 || strncmp(entry + strlen(name), KEPT, strlen(KEPT)) != 0)
        return;
    char *twin = sqlite3_mprintf("%s%s", folder, entry);
    if (twin && lstat(twin, &st) == 0 && st.st_ino == z->st.st_ino && st.st_dev == z->st.st_dev)
        unlink(twin);
    sqlite3_free(twin);
}

/* A restore that was killed between its link and its rename leaves a second name of the store that is still
 * in use: no copy of it, as its name would make believe. */
static void remove_twins(const struct store_seizure *z)
{
    const char *slash = strrchr(z->path, '/');
    char *folder = sqlite3_mprintf("%.*s", slash ? (int)(slash - z->path) + 1 : 2, slash ? z->path : "./");
    DIR *d = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; d && (entry = readdir(d));)
        remove_twin(z, folder, entry->d_name);
    if (d)
        closedir(d);
    sqlite3_free(folder);
}

/* ---- seizing ---- */

static enum status fail_open_elsewhere(const char *path, struct error *e)
{
    error_zh(
        e,
        "另一个程序（如 QGIS，或正在进行的导入、审查）仍打开着存储“%.200s”，不能替换；请关闭它，然后重试。",
        path);
    return error_fail(
        e, STATUS_CONFLICT, "store-open-elsewhere",
        "Another program (QGIS, perhaps, or an import or audit under way) has the store \"%.200s\" open, "
        "and it cannot be replaced; close that, then try again.",
        path);
}

/* Out of the WAL, which needs to be the only one, and into a transaction that lets nobody in. */
static enum status shut_others_out(struct store *s, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(s, "PRAGMA journal_mode=DELETE", &q, SEIZING, e);
    if (!st)
        st = sql_step(s, q, &row, SEIZING, e);
    const char *mode = !st && row ? (const char *)sqlite3_column_text(q, 0) : NULL;
    bool alone = mode && strcmp(mode, "delete") == 0;
    sqlite3_finalize(q);
    if (!st && alone)
        st = sql_exec(s, "BEGIN EXCLUSIVE", SEIZING, e);
    bool is_busy = (!st && !alone) || (st && strcmp(e->code, "store-busy") == 0);
    return is_busy ? fail_open_elsewhere(s->path, e) : st;
}

/* What cannot be read is nobody's to keep from being replaced; what is in use is. */
static enum status open_seized(struct store_seizure *z, struct error *e)
{
    enum status st = store_open_any(z->path, &z->store, &z->fault);
    if (!st)
        st = sql_exec(z->store, "PRAGMA query_only=OFF", SEIZING, &z->fault);
    if (!st)
        st = shut_others_out(z->store, &z->fault);
    if (!st)
        return STATUS_OK;
    store_close(z->store);
    z->store = NULL;
    if (st == STATUS_CORRUPT)
        return STATUS_OK;
    *e = z->fault;
    return st;
}

enum status store_seize(const char *path, struct store_seizure **out, struct error *e)
{
    struct store_seizure *z = calloc(1, sizeof *z);
    if (z)
        z->path = strdup(path);
    if (!z || !z->path) {
        free(z);
        return error_no_memory(e);
    }
    z->is_there = stat(path, &z->st) == 0;
    if (z->is_there && z->st.st_nlink > 1)
        remove_twins(z);
    enum status s = z->is_there ? store_lock_take(path, 0, &z->lock, e) : STATUS_OK;
    if (!s && z->is_there)
        s = open_seized(z, e);
    if (s)
        store_seize_end(z);
    else
        *out = z;
    return s;
}

struct store *store_seized(struct store_seizure *z)
{
    return z->store;
}

const struct error *store_seized_fault(const struct store_seizure *z)
{
    return &z->fault;
}

void store_seize_end(struct store_seizure *z)
{
    if (!z)
        return;
    if (z->store && !z->replaced) {
        sql_rollback(z->store);
        sqlite3_exec(z->store->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    }
    store_close(z->store);
    store_lock_free(z->lock);
    free(z->path);
    free(z);
}

/* ---- replacing ---- */

/* A journal that lies there would be read into the new file. Of a store that could be opened there is none.
 */
static void move_journals(const struct store_seizure *z, const char *kept)
{
    static const char *const endings[] = {"-wal", "-journal"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *from = sqlite3_mprintf("%s%s", z->path, endings[i]);
        char *to = sqlite3_mprintf("%s%s", kept, endings[i]);
        if (from && to)
            rename(from, to);
        sqlite3_free(from);
        sqlite3_free(to);
    }
    char *shared = sqlite3_mprintf("%s-shm", z->path);
    if (shared)
        unlink(shared);
    sqlite3_free(shared);
}

/* Restored by the administrator, it is still the service's. */
static enum status take_over_rights(const struct store_seizure *z, const char *fresh, struct error *e)
{
    if (!z->is_there)
        return STATUS_OK;
    struct stat st;
    bool ok = stat(fresh, &st) == 0;
    if (ok && (st.st_uid != z->st.st_uid || st.st_gid != z->st.st_gid))
        ok = chown(fresh, z->st.st_uid, z->st.st_gid) == 0;
    if (ok)
        ok = chmod(fresh, z->st.st_mode & 07777) == 0;
    return ok ? STATUS_OK : error_errno(e, "设置权限", "Setting owner and permissions of", fresh);
}

enum status store_replace(struct store_seizure *z, const char *fresh, const char *kept, struct error *e)
{
    enum status s = take_over_rights(z, fresh, e);
    if (!s)
        s = file_sync(fresh, e);
    if (!s && z->is_there && link(z->path, kept) != 0)
        s = error_errno(e, "保留原存储", "Keeping the store that is there", kept);
    if (s)
        return s;
    move_journals(z, kept);
    if (z->is_there ? rename(fresh, z->path) != 0
                    : link(fresh, z->path) != 0) { /* nothing, or what was seized */
        s = error_errno(e, "替换存储", "Replacing the store", z->path);
        if (z->is_there)
            unlink(kept);
        return s;
    }
    z->replaced = true;
    return file_sync_folder(z->path, e);
}

/* ---- records ---- */

static enum status read_seal(struct store *s, int64_t id, char seal[65], struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    seal[0] = '\0';
    enum status st = sql_prepare(s, "SELECT sha256 FROM record WHERE id = ?1", &q, COMPARING, e);
    if (st)
        return st;
    sqlite3_bind_int64(q, 1, id);
    st = sql_step(s, q, &row, COMPARING, e);
    if (!st && row)
        snprintf(seal, 65, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

/* A store of before there were records has none. */
static enum status count_records(struct store *s, int64_t *n, struct error *e)
{
    int64_t there = 0;
    *n = 0;
    enum status st =
        sql_integer(s, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'record'", &there,
                    COMPARING, e);
    return st || !there ? st : sql_integer(s, "SELECT count(*) FROM record", n, COMPARING, e);
}

/* A seal covers every row before it: where two are the same, all before them are, so that the last common
 * one is found by halves. */
enum status store_compare_records(struct store *there, struct store *fresh, struct store_kinship *out,
                                  struct error *e)
{
    char a[65], b[65];
    struct store_kinship k = {0};
    enum status s = count_records(there, &k.there, e);
    if (!s)
        s = count_records(fresh, &k.fresh, e);
    int64_t low = 0, high = k.there < k.fresh ? k.there : k.fresh;
    while (!s && low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        s = read_seal(there, middle, a, e);
        if (!s)
            s = read_seal(fresh, middle, b, e);
        if (*a && strcmp(a, b) == 0)
            low = middle;
        else
            high = middle - 1;
    }
    k.common = low;
    k.lost = k.there - low;
    if (!s)
        *out = k;
    return s;
}
