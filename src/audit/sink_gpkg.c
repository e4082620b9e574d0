/* GeoPackage by plain SQLite statements: OGR's writer needs several times as long for the same rows.
 *
 * Journal: a rollback journal (TRUNCATE), synchronous OFF. A process that is killed leaves its writes with
 * the kernel, and the journal undoes the transaction under way; a run that is appended to almost only writes
 * new pages, which no journal need hold. What synchronous OFF gives up is a power cut in mid-run: OUT.part is
 * checked when it is resumed, and the finished file is synced before it gets its name. */
#include "audit/sink.h"
#include "base/file.h"
#include "formats/gpkg.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct sink_gpkg {
    struct sink base;
    sqlite3 *db;
    sqlite3_stmt *parcel, *finding, *overlap, *state;
    const struct line_table *lines;
    bool overlaps;
    int srs;
};

static enum status fail_sql(sqlite3 *db, struct error *e)
{
    error_zh(e, "写入 GeoPackage 失败：%s；请检查磁盘空间和权限，然后用 --resume 继续。", sqlite3_errmsg(db));
    return error_fail(
        e, sqlite3_errcode(db) == SQLITE_NOMEM ? STATUS_NO_MEMORY : STATUS_IO, "gpkg-write",
        "Writing the GeoPackage failed: %s; check space and permission, then go on with --resume.",
        sqlite3_errmsg(db));
}

static enum status run_sql(sqlite3 *db, const char *sql, struct error *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : fail_sql(db, e);
}

/* ---- tables ---- */

static const char parcels_before_lines[] =
    "CREATE TABLE parcels (fid INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, source_fid INTEGER, parcel_id "
    "TEXT, name TEXT, county TEXT, prefecture TEXT, project_class TEXT, claims TEXT, verdict TEXT NOT NULL, "
    "verdict_zh TEXT "
    "NOT NULL, measured BOOLEAN NOT NULL, area_m2 DOUBLE, ";
static const char parcels_after_lines[] =
    "rules TEXT, reason_zh TEXT, reason_en TEXT, properties TEXT);"
    "CREATE TABLE findings (fid INTEGER PRIMARY KEY NOT NULL, parcel_fid INTEGER NOT NULL, parcel_id TEXT, "
    "line TEXT NOT "
    "NULL, feature_id INTEGER NOT NULL, feature_code TEXT, feature_name TEXT, zone TEXT, area_m2 DOUBLE NOT "
    "NULL, "
    "width_m DOUBLE, sliver BOOLEAN NOT NULL);"
    "CREATE TABLE audit_run (id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1), state TEXT NOT NULL);"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES "
    "('findings', 'attributes', 'findings', '地块压占的图斑 parcel x line x feature'),"
    "('audit_run', 'attributes', 'audit_run', '审查依据 which input, layers and rules');";

static const char overlap_tables[] =
    "CREATE TABLE overlaps (fid INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON, parcel_fid INTEGER NOT "
    "NULL, parcel_id "
    "TEXT, line TEXT NOT NULL, area_m2 DOUBLE NOT NULL);"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES "
    "('overlaps', 'features', 'overlaps', '压占部分 the common area of parcel and line', 4490);"
    "INSERT INTO gpkg_geometry_columns VALUES ('overlaps', 'geom', 'MULTIPOLYGON', 4490, 0, 0);";

static enum status create_results(struct sink_gpkg *g, struct error *e)
{
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_append_str(&sql, parcels_before_lines);
    row_line_columns(&sql, g->lines, &(struct line_columns){" TEXT, ", " DOUBLE, ", " DOUBLE, "});
    buffer_append_str(&sql, parcels_after_lines);
    enum status s = buffer_status(&sql, e);
    if (!s)
        s = run_sql(g->db, sql.data, e);
    buffer_release(&sql);
    return s;
}

static enum status create_tables(struct sink_gpkg *g, struct error *e)
{
    char *registered = sqlite3_mprintf(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES "
        "('parcels', 'features', 'parcels', '地块与审查结论 parcels and verdicts', %d);"
        "INSERT INTO gpkg_geometry_columns VALUES ('parcels', 'geom', 'GEOMETRY', %d, 0, 0);",
        g->srs, g->srs);
    if (!registered)
        return error_no_memory(e);
    enum status s = (gpkg_base_tables(g->db) ? STATUS_OK : fail_sql(g->db, e));
    if (!s)
        s = create_results(g, e);
    if (!s)
        s = run_sql(g->db, registered, e);
    if (!s && g->overlaps)
        s = run_sql(g->db, overlap_tables, e);
    sqlite3_free(registered);
    return s;
}

/* ---- rows ---- */

static void bind_text(sqlite3_stmt *q, int i, const char *text)
{
    if (text && *text)
        sqlite3_bind_text(q, i, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(q, i);
}

/* NAN is bound as NULL by SQLite itself: a figure that was not measured is no number. */
static bool write_parcel(sqlite3_stmt *q, const struct audit_item *item, const struct audit_row *r,
                         int n_lines)
{
    int i = 0;
    sqlite3_bind_int64(q, ++i, item->position);
    if (r->blob_size)
        sqlite3_bind_blob(q, ++i, r->blob, (int)r->blob_size, SQLITE_STATIC);
    else
        sqlite3_bind_null(q, ++i);
    sqlite3_bind_int64(q, ++i, item->fid);
    bind_text(q, ++i, item->id);
    bind_text(q, ++i, item->name);
    bind_text(q, ++i, r->county);
    bind_text(q, ++i, r->prefecture);
    bind_text(q, ++i, r->project_class);
    bind_text(q, ++i, r->claims);
    bind_text(q, ++i, verdict_name(r->verdict));
    bind_text(q, ++i, verdict_zh(r->verdict));
    sqlite3_bind_int(q, ++i, r->measured);
    sqlite3_bind_double(q, ++i, r->area_m2);
    for (int l = 0; l < n_lines; l++) {
        bind_text(q, ++i, layer_status_name(r->lines[l].status));
        sqlite3_bind_double(q, ++i, r->lines[l].m2);
        sqlite3_bind_double(q, ++i, r->lines[l].share);
    }
    bind_text(q, ++i, r->rules);
    bind_text(q, ++i, r->reason_zh);
    bind_text(q, ++i, r->reason_en);
    bind_text(q, ++i, item->properties);
    bool ok = sqlite3_step(q) == SQLITE_DONE;
    sqlite3_reset(q);
    return ok;
}

static bool write_findings(sqlite3_stmt *q, const struct audit_item *item, const struct audit_row *r)
{
    bool ok = true;
    for (size_t k = 0; ok && k < r->n_features; k++) {
        const struct feature_overlap *f = &r->features[k].overlap;
        sqlite3_bind_int64(q, 1, item->position);
        bind_text(q, 2, item->id);
        bind_text(q, 3, r->features[k].line->id);
        sqlite3_bind_int64(q, 4, f->feature_id);
        bind_text(q, 5, f->code);
        bind_text(q, 6, f->name);
        bind_text(q, 7, f->zone);
        sqlite3_bind_double(q, 8, f->area_m2);
        sqlite3_bind_double(q, 9, f->width_m);
        sqlite3_bind_int(q, 10, f->sliver);
        ok = sqlite3_step(q) == SQLITE_DONE;
        sqlite3_reset(q);
    }
    return ok;
}

static bool write_overlaps(sqlite3_stmt *q, const struct audit_item *item, const struct audit_row *r)
{
    bool ok = true;
    for (size_t k = 0; ok && k < r->n_overlaps; k++) {
        sqlite3_bind_blob(q, 1, r->overlaps[k].blob, (int)r->overlaps[k].blob_size, SQLITE_STATIC);
        sqlite3_bind_int64(q, 2, item->position);
        bind_text(q, 3, item->id);
        bind_text(q, 4, r->overlaps[k].line->id);
        sqlite3_bind_double(q, 5, r->overlaps[k].area_m2);
        ok = sqlite3_step(q) == SQLITE_DONE;
        sqlite3_reset(q);
    }
    return ok;
}

static enum status gpkg_write(struct sink *s, const struct audit_batch *b, struct error *e)
{
    struct sink_gpkg *g = (struct sink_gpkg *)s;
    for (size_t i = 0; i < b->n; i++)
        if (!write_parcel(g->parcel, &b->items[i], &b->rows[i], b->lines->n) ||
            !write_findings(g->finding, &b->items[i], &b->rows[i]) ||
            (g->overlaps && !write_overlaps(g->overlap, &b->items[i], &b->rows[i])))
            return fail_sql(g->db, e);
    return STATUS_OK;
}

/* ---- state ---- */

static enum status put_state(struct sink_gpkg *g, const char *state, struct error *e)
{
    sqlite3_bind_text(g->state, 1, state, -1, SQLITE_STATIC);
    bool ok = sqlite3_step(g->state) == SQLITE_DONE;
    sqlite3_reset(g->state);
    return ok ? STATUS_OK : fail_sql(g->db, e);
}

static enum status gpkg_commit(struct sink *s, const char *state, struct error *e)
{
    struct sink_gpkg *g = (struct sink_gpkg *)s;
    enum status st = put_state(g, state, e);
    return st ? st : run_sql(g->db, "COMMIT; BEGIN", e);
}

static void finalize_all(struct sink_gpkg *g)
{
    sqlite3_stmt **all[] = {&g->parcel, &g->finding, &g->overlap, &g->state};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        sqlite3_finalize(*all[i]);
        *all[i] = NULL;
    }
}

static enum status gpkg_finish(struct sink *s, const char *state, struct error *e)
{
    struct sink_gpkg *g = (struct sink_gpkg *)s;
    enum status st = gpkg_rtree_build(g->db, "parcels", "geom", e);
    if (!st && g->overlaps)
        st = gpkg_rtree_build(g->db, "overlaps", "geom", e);
    if (!st)
        st = put_state(g, state, e);
    if (!st)
        st = run_sql(g->db, "COMMIT; PRAGMA journal_mode = DELETE", e);
    if (st)
        return st;
    finalize_all(g);
    sqlite3_close(g->db);
    g->db = NULL;
    return file_sync(s->part, e);
}

static void gpkg_close(struct sink *s)
{
    struct sink_gpkg *g = (struct sink_gpkg *)s;
    finalize_all(g);
    sqlite3_close(g->db); /* an open transaction is rolled back: the last commit stands */
    free(g);
}

enum status sink_gpkg_state(const char *path, struct arena *a, const char **state, struct error *e)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    *state = NULL;
    /* Read-write, because a journal that a killed run left must be rolled back first. */
    bool opened = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    if (opened &&
        sqlite3_prepare_v2(db, "SELECT state FROM audit_run WHERE id = 1", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        *state = arena_strdup(a, (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
    (void)e;
    return STATUS_OK;
}

/* ---- opening ---- */

/* As write_parcel binds them. */
enum { PARCEL_COLUMNS = 17, COLUMNS_OF_LINE = 3 };

static void insert_parcel(const struct line_table *lines, struct buffer *out)
{
    buffer_append_str(out, "INSERT INTO parcels VALUES (?");
    for (int i = 1; i < PARCEL_COLUMNS + COLUMNS_OF_LINE * lines->n; i++)
        buffer_append_str(out, ",?");
    buffer_append_str(out, ")");
}

static enum status prepare_all(struct sink_gpkg *g, const char *parcel, struct error *e)
{
    const struct {
        sqlite3_stmt **q;
        const char *sql;
    } all[] = {
        {&g->parcel, parcel},
        {&g->finding, "INSERT INTO findings VALUES (NULL,?,?,?,?,?,?,?,?,?,?)"},
        {&g->state,
         "INSERT INTO audit_run VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET state = excluded.state"},
        {&g->overlap, "INSERT INTO overlaps VALUES (NULL,?,?,?,?,?)"},
    };
    size_t n = sizeof all / sizeof *all - !g->overlaps;
    for (size_t i = 0; i < n; i++)
        if (sqlite3_prepare_v3(g->db, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT, all[i].q, NULL) != SQLITE_OK)
            return fail_sql(g->db, e);
    return STATUS_OK;
}

static enum status check_whole(struct sink_gpkg *g, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(g->db, "PRAGMA quick_check(1)", -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
    sqlite3_finalize(q);
    if (ok)
        return STATUS_OK;
    error_zh(e, "未完成的结果文件已损坏（可能是断电），不能继续；请用 --overwrite 重新开始。");
    return error_fail(
        e, STATUS_CORRUPT, "audit-part-damaged",
        "The unfinished output is damaged (a power cut?) and cannot be resumed; start anew with "
        "--overwrite.");
}

static enum status ready(struct sink_gpkg *g, bool append, struct error *e)
{
    static const char pragmas[] = "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE; "
                                  "PRAGMA synchronous = OFF; PRAGMA journal_mode = TRUNCATE; "
                                  "PRAGMA cache_size = -32768";
    enum status s = run_sql(g->db, pragmas, e);
    if (!s && append)
        s = check_whole(g, e);
    if (!s)
        s = run_sql(g->db, "BEGIN", e);
    if (!s && !append)
        s = create_tables(g, e);
    if (s)
        return s;
    struct buffer parcel;
    buffer_init(&parcel, 0);
    insert_parcel(g->lines, &parcel);
    s = buffer_status(&parcel, e);
    if (!s)
        s = prepare_all(g, parcel.data, e);
    buffer_release(&parcel);
    return s;
}

enum status sink_gpkg_open(const char *part, const struct sink_request *r, struct sink **out, struct error *e)
{
    static const struct sink_ops ops = {NULL, gpkg_write, gpkg_commit, gpkg_finish, gpkg_close};
    struct sink_gpkg *g = calloc(1, sizeof *g);
    if (!g)
        return error_no_memory(e);
    g->base.ops = &ops;
    g->srs = r->srs;
    g->lines = r->lines;
    g->overlaps = r->overlaps;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (r->append ? 0 : SQLITE_OPEN_CREATE);
    enum status s =
        sqlite3_open_v2(part, &g->db, flags, NULL) == SQLITE_OK ? ready(g, r->append, e) : fail_sql(g->db, e);
    if (s) {
        gpkg_close(&g->base);
        return s;
    }
    *out = &g->base;
    return STATUS_OK;
}
