/* What the files of store/ share: the handle, and SQLite's answers turned into sentences.
 *
 * Not for: other modules (nothing outside store/ includes it). Threads: as store.h. */
#ifndef HX_STORE_SQL_H
#define HX_STORE_SQL_H

#include "store/store_file.h"

#include <sqlite3.h>

enum {
    STORE_APPLICATION_ID = 0x48584749, /* "HXGI" */
    STORE_SCHEMA_VERSION = 170,        /* the number of the newest migration */
    STORE_BUSY_WAIT_MS = 5000,
};

struct store {
    sqlite3 *db;
    void *spatialite; /* per-connection cache; freed after the connection; NULL before sql_spatialite */
    char *path;
    enum store_mode mode;
    int64_t schema;         /* its user_version when it was opened: an earlier one when it is read as it is */
    struct store_file file; /* that the handle is of, of one that writes; inode 0: not noted */
    struct store_file journal, shared; /* its "-wal" and "-shm", likewise */
    bool acting; /* store_act_as named somebody; else the operating system's user acts */
    char actor[80], actor_address[64];
};

/* What was being done, for the sentence of a failure: "读取图层" / "reading the layers". */
struct doing {
    const char *zh, *en;
};

/* Opens `path` and readies the connection, without looking at whose file it is. */
enum status sql_open(const char *path, int sqlite_flags, struct store **out, struct error *e) HX_MUST_CHECK;
/* Loads SpatiaLite's functions into this connection, once: writers have them from the start. */
enum status sql_spatialite(struct store *s, struct error *e) HX_MUST_CHECK;
/* The connection's last failure as status and sentence. */
enum status sql_fail(struct store *s, struct doing d, struct error *e) HX_MUST_CHECK;
enum status sql_exec(struct store *s, const char *sql, struct doing d, struct error *e) HX_MUST_CHECK;
enum status sql_prepare(struct store *s, const char *sql, sqlite3_stmt **out, struct doing d,
                        struct error *e) HX_MUST_CHECK;
/* One step; *row tells whether there is a row to read. */
enum status sql_step(struct store *s, sqlite3_stmt *q, bool *row, struct doing d,
                     struct error *e) HX_MUST_CHECK;
/* Steps to the end, resets and clears bindings: for statements that return no rows. */
enum status sql_run(struct store *s, sqlite3_stmt *q, struct doing d, struct error *e) HX_MUST_CHECK;
/* A statement with up to three text arguments (NULL ends them), run once. */
enum status sql_run_text(struct store *s, const char *sql, const char *const args[3], struct doing d,
                         struct error *e) HX_MUST_CHECK;
enum status sql_integer(struct store *s, const char *sql, int64_t *out, struct doing d,
                        struct error *e) HX_MUST_CHECK;

/* Text bound without a copy: it must live until the statement has run. NULL binds "". */
void sql_bind_text(sqlite3_stmt *q, int i, const char *text);
/* The column's text in the arena, "" when NULL; NULL when memory is out. */
char *sql_text(sqlite3_stmt *q, int column, struct arena *a);

/* Notes which file a handle that was just opened to write is of; and, when it has the WAL, of which journal.
 */
enum status sql_note_file(struct store *s, struct error *e) HX_MUST_CHECK;
void sql_note_journal(struct store *s);
/* BEGIN IMMEDIATE with the sentence that another program is writing; and its end. Both fail with
 * "store-moved" when the path no longer leads to the handle's file, with "store-journal-gone" when the
 * journal beside it is another: nothing is kept into a file that nobody finds. The commit looks once more
 * when it is done, and "store-moved-since" says that what was written may be there or not. */
enum status sql_begin_write(struct store *s, struct error *e) HX_MUST_CHECK;
enum status sql_commit(struct store *s, struct doing d, struct error *e) HX_MUST_CHECK;
void sql_rollback(struct store *s); /* nothing to do is fine */

/* store_read.c: versions v of layers l by a condition (and order) with up to three text arguments. */
enum status sql_read_versions(struct store *s, const char *where, const char *const args[3], struct arena *a,
                              struct store_version **out, size_t *n, struct error *e) HX_MUST_CHECK;
/* store_versions.c: inside a transaction; the record, the switch, and what follows from it. */
enum status sql_switch_version(struct store *s, const struct store_version *v, const char *kind,
                               const char *who, const char *reason, struct error *e) HX_MUST_CHECK;

/* people.c: the columns id, name, title, role, unit, password, added_at, revoked_at from `first` on, as long
 * as the statement stays there; and its texts copied into the arena. */
struct store_person;
void sql_read_person(sqlite3_stmt *q, int first, struct store_person *p);
enum status sql_keep_person(struct store_person *p, struct arena *a, struct error *e) HX_MUST_CHECK;
/* store_records.c: a row (number, digits) for each of `places`, which ends with NULL; NULL: none. */
enum status sql_add_places(struct store *s, const char *insert, int64_t number, const char *const *places,
                           struct doing d, struct error *e) HX_MUST_CHECK;
/* access_log.c: a row of the log, inside the caller's transaction. */
enum status sql_log(struct store *s, const char *action, const char *subject, const char *detail,
                    struct error *e) HX_MUST_CHECK;
/* store_versions.c: "layer-KIND" of a version, in the log; inside a transaction. */
enum status sql_log_version(struct store *s, const char *kind, const struct store_version *v,
                            const char *reason, struct error *e) HX_MUST_CHECK;
/* migrate.c */
enum status store_migrate(struct store *s, int from, struct error *e) HX_MUST_CHECK;
/* store_rules.c: the rule table of this program, when the store has none yet. */
enum status store_rules_seed(struct store *s, struct error *e) HX_MUST_CHECK;
/* definitions.c: this program's definitions of the layers of which the store has none yet. */
enum status store_definitions_seed(struct store *s, struct error *e) HX_MUST_CHECK;
/* store_view.c: the views by which QGIS sees a layer's current version. */
enum status store_view_register(struct store *s, const char *layer, const char *title_zh,
                                struct error *e) HX_MUST_CHECK;
/* store_plan_load.c: names and boundaries of administrative units from the current layers of kind 'admin'. */
enum status sql_copy_boundaries(struct store *s, struct error *e) HX_MUST_CHECK;

#endif
