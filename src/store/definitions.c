#include "store/definitions.h"

#include "base/sha256.h"
#include "store/schema_files.h"
#include "store/sql.h"

#include <string.h>

static const struct doing LOADING = {"载入图层定义", "loading the definition of a layer"};
static const struct doing READING = {"读取图层定义", "reading the definitions of layers"};

/* ---- loading ---- */

/* Within the caller's transaction. */
static enum status load(struct store *s, const struct store_definition *d, struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(d->json, d->size, digest);
    sha256_to_hex(digest, hex);
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(s,
                                 "INSERT INTO layer_definition (layer_id, sha256, json, source, loaded_at, "
                                 "current) VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), 0) "
                                 "ON CONFLICT (sha256) DO NOTHING",
                                 &q, LOADING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, d->layer);
    sql_bind_text(q, 2, hex);
    sqlite3_bind_text64(q, 3, d->json, d->size, SQLITE_STATIC, SQLITE_UTF8);
    sql_bind_text(q, 4, d->source);
    st = sql_run(s, q, LOADING, e);
    sqlite3_finalize(q);
    const char *const args[3] = {hex, d->layer};
    if (st == STATUS_OK)
        st = sql_run_text(s,
                          "UPDATE layer_definition SET current = 0 "
                          "WHERE current = 1 AND layer_id = ?2 AND sha256 <> ?1",
                          args, LOADING, e);
    const char *const one[3] = {hex};
    if (st == STATUS_OK)
        st = sql_run_text(s, "UPDATE layer_definition SET current = 1 WHERE current = 0 AND sha256 = ?1", one,
                          LOADING, e);
    return st;
}

enum status store_definitions_load(struct store *s, const struct store_definition *definitions, size_t n,
                                   struct error *e)
{
    enum status st = sql_begin_write(s, e);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        if ((st = load(s, &definitions[i], e)) == STATUS_OK)
            st = sql_log(s, "definition-load", definitions[i].layer, definitions[i].source, e);
    if (st == STATUS_OK)
        st = sql_commit(s, LOADING, e);
    if (st != STATUS_OK)
        sql_rollback(s);
    return st;
}

/* ---- what the program brings ---- */

static const char folder[] = "layers/";

bool shipped_definition(size_t i, struct store_definition *out)
{
    for (size_t k = 0; k < schema_n_files; k++) {
        const struct schema_file *f = &schema_files[k];
        if (strncmp(f->name, folder, sizeof folder - 1) != 0 || i-- > 0)
            continue;
        *out = (struct store_definition){.json = f->bytes, .size = f->size, .source = f->name};
        return true;
    }
    return false;
}

enum status store_definitions_seed(struct store *s, struct error *e)
{
    static const char missing[] = "SELECT count(*) FROM layer_definition WHERE layer_id = ?1 AND current = 1";
    struct store_definition d;
    char layer[64];
    for (size_t i = 0; shipped_definition(i, &d); i++) {
        /* a shipped definition is called as its layer, which tests/lines holds */
        size_t n = strlen(d.source) - strlen(folder) - strlen(".json");
        if (n >= sizeof layer)
            continue;
        memcpy(layer, d.source + strlen(folder), n);
        layer[n] = '\0';
        d.layer = layer;
        sqlite3_stmt *q = NULL;
        bool row = false;
        enum status st = sql_prepare(s, missing, &q, LOADING, e);
        if (st == STATUS_OK) {
            sql_bind_text(q, 1, layer);
            st = sql_step(s, q, &row, LOADING, e);
        }
        bool there = st == STATUS_OK && row && sqlite3_column_int(q, 0) > 0;
        sqlite3_finalize(q);
        if (st == STATUS_OK && !there)
            st = load(s, &d, e);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* ---- reading ---- */

static const char columns[] =
    "SELECT layer_id, sha256, json, source, loaded_at, current FROM layer_definition ";

static enum status read_row(sqlite3_stmt *q, struct arena *a, struct store_definition *out, struct error *e)
{
    const char **texts[] = {&out->layer, &out->sha256, &out->json, &out->source, &out->loaded_at};
    for (int i = 0; i < 5; i++)
        if (!(*texts[i] = sql_text(q, i, a)))
            return error_no_memory(e);
    out->in_force_at = "";
    out->size = strlen(out->json);
    out->current = sqlite3_column_int(q, 5);
    return STATUS_OK;
}

enum status store_definitions(struct store *s, struct arena *a, struct store_definition **out, size_t *n,
                              struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    struct store_definition *all = NULL;
    size_t count = 0, capacity = 0;
    const char *sql = arena_printf(a, "%sWHERE current = 1 ORDER BY layer_id", columns);
    enum status st = sql ? sql_prepare(s, sql, &q, READING, e) : error_no_memory(e);
    while (st == STATUS_OK && row) {
        st = sql_step(s, q, &row, READING, e);
        if (st != STATUS_OK || !row)
            break;
        st = ARENA_RESERVE(a, all, capacity, count + 1) ? read_row(q, a, &all[count], e) : error_no_memory(e);
        count++;
    }
    sqlite3_finalize(q);
    if (st == STATUS_OK) {
        *out = all;
        *n = count;
    }
    return st;
}

/* The first row by a condition of one argument; *found false when there is none. */
static enum status read_definition_row(struct store *s, const char *where, const char *argument,
                                       struct arena *a, struct store_definition *out, bool *found,
                                       struct error *e)
{
    sqlite3_stmt *q = NULL;
    const char *sql = arena_printf(a, "%s%s", columns, where);
    *found = false;
    enum status st = sql ? sql_prepare(s, sql, &q, READING, e) : error_no_memory(e);
    if (st == STATUS_OK) {
        sql_bind_text(q, 1, argument);
        st = sql_step(s, q, found, READING, e);
    }
    if (st == STATUS_OK && *found)
        st = read_row(q, a, out, e);
    sqlite3_finalize(q);
    return st;
}

enum status store_definition_first(struct store *s, const char *layer, struct arena *a,
                                   struct store_definition *out, struct error *e)
{
    bool found;
    enum status st =
        read_definition_row(s, "WHERE layer_id = ?1 ORDER BY id LIMIT 1", layer, a, out, &found, e);
    if (st != STATUS_OK || found)
        return st;
    error_zh(e, "存储中没有图层“%.64s”的定义。", layer);
    return error_fail(e, STATUS_NOT_FOUND, "definition-not-found",
                      "The store has no definition of the layer \"%.64s\".", layer);
}

enum status store_definition_read(struct store *s, const char *sha256, struct arena *a,
                                  struct store_definition *out, struct error *e)
{
    bool found;
    enum status st = read_definition_row(s, "WHERE sha256 = ?1", sha256, a, out, &found, e);
    if (st != STATUS_OK || found)
        return st;
    error_zh(e, "存储中没有 SHA-256 为“%.64s”的图层定义。", sha256);
    return error_fail(e, STATUS_NOT_FOUND, "definition-not-found",
                      "The store has no definition of a layer with the SHA-256 \"%.64s\".", sha256);
}

static const char *text(sqlite3_stmt *q, int column)
{
    const char *t = (const char *)sqlite3_column_text(q, column);
    return t ? t : "";
}

enum status store_definition_switches(struct store *s, store_definition_fn *fn, void *user, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true, more = true;
    enum status st = sql_prepare(
        s,
        "SELECT w.layer_id, w.sha256, d.source, d.loaded_at, w.in_force_at, d.current AND "
        "w.id = (SELECT max(id) FROM layer_definition_switch x WHERE x.layer_id = w.layer_id) "
        "FROM layer_definition_switch w JOIN layer_definition d ON d.sha256 = w.sha256 ORDER BY w.id",
        &q, READING, e);
    while (st == STATUS_OK && row && more) {
        st = sql_step(s, q, &row, READING, e);
        if (st == STATUS_OK && row)
            more = fn(&(struct store_definition){.layer = text(q, 0),
                                                 .sha256 = text(q, 1),
                                                 .json = "",
                                                 .source = text(q, 2),
                                                 .loaded_at = text(q, 3),
                                                 .in_force_at = text(q, 4),
                                                 .current = sqlite3_column_int(q, 5)},
                      user);
    }
    sqlite3_finalize(q);
    return st;
}
