/* Opening, creating and closing a store. */
#include "store/store.h"

#include "formats/sqlite_uri.h"
#include "store/geometry_bytes.h"
#include "store/spatialite.h"
#include "store/sql.h"
#include "store/store_copy.h"
#include "store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct doing OPENING = {"打开存储", "opening the store"};

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->db) {
        sql_rollback(s);
        if (s->mode ==
            STORE_WRITE) /* the last handle folds the journal back by itself; with readers open, do it now */
            sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        sqlite3_close(s->db);
    }
    if (s->spatialite)
        spatialite_cleanup_ex(s->spatialite);
    free(s->path);
    free(s);
}

enum status sql_spatialite(struct store *s, struct error *e)
{
    if (s->spatialite)
        return STATUS_OK;
    enum status st = spatialite_load(e);
    if (st != STATUS_OK)
        return st;
    s->spatialite = spatialite_alloc_connection();
    if (!s->spatialite)
        return error_no_memory(e);
    spatialite_init_ex(s->db, s->spatialite, 0);
    return STATUS_OK;
}

/* hx_wkb(geometry): NULL of NULL, and of what is no MultiPolygon, as SpatiaLite's AsBinary of damaged bytes:
 * whoever reads tells the two apart and refuses the second. */
static void wkb_of_column(sqlite3_context *c, int n_values, sqlite3_value **values)
{
    (void)n_values;
    const void *bytes = sqlite3_value_blob(values[0]);
    size_t n = (size_t)sqlite3_value_bytes(values[0]);
    if (!bytes || n <= GEOMETRY_BYTES_MORE)
        return;
    void *wkb = sqlite3_malloc64(n - GEOMETRY_BYTES_MORE);
    if (!wkb)
        sqlite3_result_error_nomem(c);
    else if (geometry_bytes_to_wkb(bytes, n, wkb))
        sqlite3_result_blob64(c, wkb, n - GEOMETRY_BYTES_MORE, sqlite3_free);
    else
        sqlite3_free(wkb);
}

static enum status refuse_foreign(const char *path, struct error *e)
{
    error_zh(e, "“%s”不是红线存储（不是由本程序建立的文件）；请核对路径，或用新路径建库。", path);
    return error_fail(e, STATUS_CORRUPT, "store-foreign",
                      "\"%s\" is not a Hongxian store; check the path, or create a store at a new one.",
                      path);
}

static enum status refuse_version(const char *path, int64_t version, struct error *e)
{
    if (version > STORE_SCHEMA_VERSION) {
        error_zh(e, "存储“%s”由更新的程序建立（结构版本 %lld，本程序只认到 %d）；请升级本程序。", path,
                 (long long)version, STORE_SCHEMA_VERSION);
        return error_fail(
            e, STATUS_UNSUPPORTED, "store-newer",
            "The store \"%s\" has schema version %lld, newer than this program's %d; upgrade the "
            "program.",
            path, (long long)version, STORE_SCHEMA_VERSION);
    }
    error_zh(e, "存储“%s”的结构版本是 %lld，本程序需要 %d；请先以写入方式打开一次，让它升级。", path,
             (long long)version, STORE_SCHEMA_VERSION);
    return error_fail(e, STATUS_UNSUPPORTED, "store-older",
                      "The store \"%s\" has schema version %lld and this program needs %d; open it once for "
                      "writing, which upgrades it.",
                      path, (long long)version, STORE_SCHEMA_VERSION);
}

/* Is this file ours, and of a schema that we can read? */
static enum status check_identity(struct store *s, int64_t *version, struct error *e)
{
    int64_t id = 0;
    enum status st = sql_integer(s, "PRAGMA application_id", &id, OPENING, e);
    if (st != STATUS_OK)
        return sqlite3_errcode(s->db) == SQLITE_NOTADB ? refuse_foreign(s->path, e) : st;
    if (id != STORE_APPLICATION_ID)
        return refuse_foreign(s->path, e);
    st = sql_integer(s, "PRAGMA user_version", version, OPENING, e);
    if (st == STATUS_OK && *version > STORE_SCHEMA_VERSION)
        st = refuse_version(s->path, *version, e);
    return st;
}

/* synchronous=FULL: an import that was reported as done survives a power cut. Readers do without SpatiaLite:
 * it is loaded when it is asked for (store/spatialite.h); and without a mapped file: one that is cut off
 * under them is a failed read then, and not the end of the process. */
static enum status set_up(struct store *s, struct error *e)
{
    const char *pragmas = s->mode == STORE_WRITE
                              ? "PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536;"
                              : "PRAGMA query_only=ON; PRAGMA cache_size=-16384;";
    enum status st = s->mode == STORE_WRITE ? sql_spatialite(s, e) : STATUS_OK;
    if (st == STATUS_OK && sqlite3_create_function_v2(s->db, "hx_wkb", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                                      NULL, wkb_of_column, NULL, NULL, NULL) != SQLITE_OK)
        st = sql_fail(s, OPENING, e);
    return st == STATUS_OK ? sql_exec(s, pragmas, OPENING, e) : st;
}

/* How a store is opened. */
struct way {
    enum store_mode mode;
    bool any_schema; /* earlier ones, too */
};

static enum status open_checked(const char *name, int flags, struct way way, struct store **out,
                                struct error *e)
{
    struct store *s = NULL;
    enum status st = sql_open(name, flags, &s, e);
    if (st != STATUS_OK)
        return st;
    s->mode = way.mode;
    int64_t version = 0;
    st = check_identity(s, &version, e); /* waits for whoever has it locked, and may have put another there */
    s->schema = version;
    if (st == STATUS_OK && way.mode == STORE_WRITE)
        st = sql_note_file(s, e);
    if (st == STATUS_OK)
        st = set_up(s, e);
    if (st == STATUS_OK && way.mode == STORE_WRITE)
        sql_note_journal(s);
    if (st == STATUS_OK && version < STORE_SCHEMA_VERSION && !way.any_schema)
        st =
            way.mode == STORE_WRITE ? store_migrate(s, (int)version, e) : refuse_version(s->path, version, e);
    if (st != STATUS_OK) {
        store_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

/* For a store on a medium or in a directory where SQLite cannot put its shared memory. */
static enum status open_immutable(const char *path, struct way way, struct store **out, struct error *e)
{
    char *uri = sqlite_immutable_uri(path), *plain = strdup(path);
    enum status st = uri && plain ? open_checked(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, way, out, e)
                                  : error_no_memory(e);
    if (st == STATUS_OK) { /* the indexes lie beside the path */
        free((*out)->path);
        (*out)->path = plain;
        plain = NULL;
    }
    free(uri);
    free(plain);
    return st;
}

/* Only a store at rest (no journal beside it) in a directory where nothing can be written can be taken as
 * immutable. */
static bool rests_read_only(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    char *name = malloc(n + 5);
    if (!name)
        return false;
    sprintf(name, "%s-wal", path);
    bool at_rest = stat(name, &st) != 0;
    strcpy(name, path);
    char *slash = strrchr(name, '/');
    if (slash)
        slash[slash == name] = '\0';
    bool read_only = access(slash ? name : ".", W_OK) != 0;
    free(name);
    return at_rest && read_only;
}

static enum status open_way(const char *path, struct way way, struct store **out, struct error *e)
{
    struct store_file file;
    enum status st = store_file_look(path, &file, e);
    if (st != STATUS_OK)
        return st;
    if (way.mode == STORE_READ && rests_read_only(path))
        return open_immutable(path, way, out, e);
    /* A reader asks for a handle that could write, too (query_only keeps it from doing so), and gets one that
     * cannot where the file is not writable: only the former may fold the journal back and take it away
     * when it closes last. */
    return open_checked(path, SQLITE_OPEN_READWRITE, way, out, e);
}

enum status store_open(const char *path, enum store_mode mode, struct store **out, struct error *e)
{
    return open_way(path, (struct way){mode, false}, out, e);
}

enum status store_open_any(const char *path, struct store **out, struct error *e)
{
    return open_way(path, (struct way){STORE_READ, true}, out, e);
}

/* ---- creating ---- */

static enum status refuse_existing(const char *path, struct error *e)
{
    error_zh(e, "“%s”已经存在，不会覆盖；请换一个路径，或直接打开它。", path);
    return error_fail(e, STATUS_CONFLICT, "store-exists",
                      "\"%s\" already exists and is not overwritten; choose another path, or open it.", path);
}

static enum status fill_new(const char *tmp, struct error *e)
{
    struct store *s = NULL;
    enum status st = sql_open(tmp, SQLITE_OPEN_READWRITE, &s, e);
    if (st != STATUS_OK)
        return st;
    s->mode = STORE_WRITE;
    /* Pages of 16 KB: an import writes each page to the journal and to the store, and a quarter of the calls
     * is a quarter of the waiting. */
    st = sql_exec(s, "PRAGMA page_size=16384", OPENING, e);
    if (st == STATUS_OK)
        st = set_up(s, e);
    if (st == STATUS_OK)
        st = store_migrate(s, 0, e);
    store_close(s);
    return st;
}

/* A new store is made under another name and linked into place whole: a crash leaves no half-made store, and
 * a store that someone else made meanwhile is never replaced. */
enum status store_create(const char *path, struct error *e)
{
    if (access(path, F_OK) == 0)
        return refuse_existing(path, e);
    size_t n = strlen(path) + 40;
    char *tmp = malloc(n);
    if (!tmp)
        return error_no_memory(e);
    snprintf(tmp, n, "%s.new-%ld", path, (long)getpid());
    unlink(tmp);
    enum status st = store_file_make(tmp, e);
    if (st == STATUS_OK)
        st = fill_new(tmp, e);
    if (st == STATUS_OK && link(tmp, path) != 0 &&
        (errno == EEXIST || renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_NOREPLACE) != 0))
        st = errno == EEXIST ? refuse_existing(path, e)
                             : error_errno(e, "建立存储", "Creating the store", path);
    unlink(tmp);
    free(tmp);
    return st;
}
