#include "audit/bench/parts.h"

#include "base/budget.h"
#include "formats/sqlite_uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A statement asks the budget so often, in steps of SQLite's machine: some tenths of a millisecond. */
enum { STEPS_BETWEEN_LOOKS = 10000 };

enum status bench_fail_read(sqlite3 *db, struct error *e)
{
    enum status s = budget_check(e);
    if (s)
        return s;
    error_zh(e, "读取结果的表失败：%.200s；请下载结果文件，或重新审查。", sqlite3_errmsg(db));
    return error_fail(
        e, sqlite3_errcode(db) == SQLITE_NOMEM ? STATUS_NO_MEMORY : STATUS_CORRUPT, "bench-read",
        "Reading the table of the results failed: %.200s; download the results, or audit again.",
        sqlite3_errmsg(db));
}

static enum status fail_missing(struct error *e)
{
    error_zh(e, "这次审查的结果没有可浏览的表和图：只有批量审查、且结果格式含 gpkg 时才有；请重新审查，"
                "或下载结果。");
    return error_fail(e, STATUS_NOT_FOUND, "bench-missing",
                      "The results of this job have no table and no map to look at: those are made by a "
                      "parcel audit with gpkg among its formats. Audit again, or download the results.");
}

static int look(void *user)
{
    (void)user;
    return budget_is_over();
}

/* ---- opening ---- */

static enum bench_type type_of(const char *declared)
{
    return strcmp(declared, "TEXT") == 0      ? BENCH_TEXT
           : strcmp(declared, "BOOLEAN") == 0 ? BENCH_BOOLEAN
                                              : BENCH_NUMBER;
}

static void add_column(struct bench *b, const char *name, const char *declared)
{
    if (b->n == BENCH_COLUMNS_MAX || !name || !declared || strlen(name) >= BENCH_NAME_SIZE ||
        strchr(name, '"') || strcmp(name, "severity") == 0)
        return;
    struct bench_column *c = &b->columns[b->n++];
    snprintf(c->name, sizeof c->name, "%s", name);
    c->type = type_of(declared);
}

static bool read_columns(struct bench *b)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(b->db, "PRAGMA table_info(rows)", -1, &q, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        add_column(b, (const char *)sqlite3_column_text(q, 1), (const char *)sqlite3_column_text(q, 2));
        rc = SQLITE_OK;
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE && b->n > 0;
}

static bool read_key(struct bench *b)
{
    sqlite3_stmt *q = NULL;
    bool ok =
        sqlite3_prepare_v2(b->db, "SELECT value FROM about WHERE name = 'key'", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW && sqlite3_column_bytes(q, 0) == 2 * SHA256_BYTES;
    const char *hex = ok ? (const char *)sqlite3_column_text(q, 0) : NULL;
    for (size_t i = 0; ok && i < SHA256_BYTES; i++) {
        unsigned byte;
        ok = sscanf(hex + 2 * i, "%2x", &byte) == 1;
        b->key[i] = (uint8_t)byte;
    }
    sqlite3_finalize(q);
    return ok;
}

/* The file was made by a process that had read somebody's upload: nothing that stands in its schema is
 * run. */
static bool open_file(struct bench *b, const char *path)
{
    static const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    char *uri = sqlite_immutable_uri(path);
    bool ok = uri && sqlite3_open_v2(uri, &b->db, flags, NULL) == SQLITE_OK &&
              sqlite3_db_config(b->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
              sqlite3_db_config(b->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
              sqlite3_db_config(b->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) == SQLITE_OK &&
              sqlite3_exec(b->db, "PRAGMA case_sensitive_like = 1; PRAGMA mmap_size = 1073741824", NULL, NULL,
                           NULL) == SQLITE_OK;
    free(uri);
    if (ok)
        sqlite3_progress_handler(b->db, STEPS_BETWEEN_LOOKS, look, NULL);
    return ok;
}

enum status bench_open(const char *base, struct bench **out, struct error *e)
{
    char path[BENCH_PATH_SIZE];
    bench_rows_path(base, path);
    if (access(path, R_OK) != 0)
        return fail_missing(e);
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return error_no_memory(e);
    if (!open_file(b, path) || !read_columns(b) || !read_key(b)) {
        enum status s = bench_fail_read(b->db, e);
        bench_close(b);
        return s;
    }
    *out = b;
    return STATUS_OK;
}

void bench_close(struct bench *b)
{
    if (b)
        sqlite3_close(b->db);
    free(b);
}

const uint8_t *bench_key(const struct bench *b)
{
    return b->key;
}

/* ---- a row ---- */

static void write_value(struct json_writer *w, sqlite3_stmt *q, int i, enum bench_type type)
{
    if (sqlite3_column_type(q, i) == SQLITE_NULL)
        jw_null(w);
    else if (type == BENCH_TEXT)
        jw_string(w, (const char *)sqlite3_column_text(q, i));
    else if (type == BENCH_BOOLEAN)
        jw_raw(w, sqlite3_column_int(q, i) ? "true" : "false", sqlite3_column_int(q, i) ? 4 : 5);
    else
        jw_number(w, sqlite3_column_double(q, i));
}

/* As the columns stand there, and the names of the two units behind them. */
static void write_row(struct json_writer *w, const struct bench *b, sqlite3_stmt *q)
{
    jw_object_begin(w);
    for (size_t i = 0; i < b->n; i++) {
        jw_key(w, b->columns[i].name);
        write_value(w, q, (int)i, b->columns[i].type);
    }
    jw_kv_string(w, "county_name", (const char *)sqlite3_column_text(q, (int)b->n));
    jw_kv_string(w, "prefecture_name", (const char *)sqlite3_column_text(q, (int)b->n + 1));
    jw_object_end(w);
}

static void select_rows(const struct bench *b, struct buffer *sql)
{
    buffer_append_str(sql, "SELECT ");
    for (size_t i = 0; i < b->n; i++)
        buffer_printf(sql, "r.\"%s\",", b->columns[i].name);
    buffer_append_str(sql, "(SELECT name FROM units WHERE code = r.county), (SELECT name FROM units WHERE "
                           "code = r.prefecture) FROM rows AS r WHERE ");
}

static enum status write_rows(struct bench *b, const char *sql, struct json_writer *w, int64_t *n,
                              struct error *e)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(b->db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
            write_row(w, b, q);
            ++*n;
        }
    enum status s = rc == SQLITE_DONE ? STATUS_OK : bench_fail_read(b->db, e);
    sqlite3_finalize(q);
    return s;
}

static enum status count(struct bench *b, const char *where, int64_t *out, struct error *e)
{
    sqlite3_stmt *q = NULL;
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_printf(&sql, "SELECT count(*) FROM rows AS r WHERE %s", where);
    enum status s = buffer_status(&sql, e);
    if (!s)
        s = sqlite3_prepare_v2(b->db, sql.data, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW
                ? STATUS_OK
                : bench_fail_read(b->db, e);
    if (!s)
        *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    buffer_release(&sql);
    return s;
}

/* ---- a page ---- */

static enum status write_page(struct bench *b, struct bench_question *q, const char *where,
                              struct json_writer *w, struct error *e)
{
    struct buffer sql;
    int64_t returned = 0;
    buffer_init(&sql, 0);
    enum status s = q->matched < 0 ? count(b, where, &q->matched, e) : STATUS_OK;
    jw_kv_integer(w, "numberMatched", (long long)q->matched);
    select_rows(b, &sql);
    buffer_printf(&sql, "%s ORDER BY ", where);
    if (!s)
        s = bench_order_by(b, q->sortby, &sql, e);
    buffer_printf(&sql, " LIMIT %lld OFFSET %lld", (long long)q->limit, (long long)q->offset);
    if (!s)
        s = buffer_status(&sql, e);
    jw_key(w, "rows");
    jw_array_begin(w);
    if (!s)
        s = write_rows(b, sql.data, w, &returned, e);
    jw_array_end(w);
    jw_kv_integer(w, "numberReturned", (long long)returned);
    buffer_release(&sql);
    return s;
}

enum status bench_rows(struct bench *b, struct bench_question *q, struct arena *a, struct json_writer *w,
                       struct error *e)
{
    struct buffer where;
    buffer_init(&where, 0);
    enum status s = bench_where(b, q->filter, a, &where, e);
    if (!s)
        s = buffer_status(&where, e);
    if (!s)
        s = write_page(b, q, where.data, w, e);
    buffer_release(&where);
    return s;
}

/* ---- of all ---- */

static bool number_of(struct bench *b, const char *name, double *out)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(b->db, "SELECT value FROM about WHERE name = ?", -1, &q, NULL) == SQLITE_OK;
    if (ok)
        sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    ok = ok && sqlite3_step(q) == SQLITE_ROW;
    *out = ok ? sqlite3_column_double(q, 0) : 0;
    sqlite3_finalize(q);
    return ok;
}

/* A table of two texts as an array of objects. */
static enum status write_pairs(struct bench *b, const char *sql, const char *const members[2],
                               struct json_writer *w, struct error *e)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(b->db, sql, -1, &q, NULL);
    jw_array_begin(w);
    while (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        jw_object_begin(w);
        for (int i = 0; i < 2; i++)
            jw_kv_string(w, members[i], (const char *)sqlite3_column_text(q, i));
        jw_object_end(w);
        rc = SQLITE_OK;
    }
    jw_array_end(w);
    enum status s = rc == SQLITE_DONE ? STATUS_OK : bench_fail_read(b->db, e);
    sqlite3_finalize(q);
    return s;
}

static enum status write_names(struct bench *b, struct json_writer *w, struct error *e)
{
    static const char *const of_line[] = {"layer", "prefix"}, *const of_unit[] = {"code", "name"};
    jw_key(w, "lines");
    enum status s = write_pairs(b, "SELECT id, prefix FROM lines ORDER BY rowid", of_line, w, e);
    jw_key(w, "units");
    return s ? s : write_pairs(b, "SELECT code, name FROM units ORDER BY code", of_unit, w, e);
}

enum status bench_about(struct bench *b, struct json_writer *w, struct error *e)
{
    static const char *const sides[] = {"west", "south", "east", "north"};
    double box[4], n_shapes;
    int64_t n = 0;
    bool has_box = true;
    enum status s = count(b, "1", &n, e);
    if (!s && !number_of(b, "n_shapes", &n_shapes))
        s = bench_fail_read(b->db, e);
    if (s)
        return s;
    for (int i = 0; i < 4; i++)
        has_box = number_of(b, sides[i], &box[i]) && has_box;
    jw_kv_integer(w, "n_rows", (long long)n);
    jw_kv_integer(w, "n_shapes", (long long)n_shapes);
    jw_key(w, "bbox");
    if (has_box) {
        jw_array_begin(w);
        for (int i = 0; i < 4; i++)
            jw_number(w, box[i]);
        jw_array_end(w);
    } else {
        jw_null(w);
    }
    return write_names(b, w, e);
}

enum status bench_index_open(const char *base, uint8_t key[SHA256_BYTES], struct layer_index **out,
                             struct error *e)
{
    char path[BENCH_PATH_SIZE];
    struct bench *b;
    enum status s = bench_open(base, &b, e);
    if (s)
        return s;
    memcpy(key, b->key, SHA256_BYTES);
    bench_close(b);
    bench_index_path(base, path);
    return index_open(path, key, out, e);
}
