/* BASE.rows and BASE.index out of a finished GeoPackage: one pass over its geometries, one over its rows. */
#include "audit/bench/parts.h"

#include "base/file.h"
#include "formats/gpkg.h"
#include "formats/sqlite_uri.h"
#include "formats/wkb.h"
#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS_BETWEEN_LOOKS = 100000 };

struct making {
    const struct bench_order *order;
    char part[BENCH_PATH_SIZE];
    sqlite3 *db;
    struct index_builder *index;
    struct geo_shape_builder shape;
    struct geo_box box;
    int64_t n_shapes;
    uint8_t key[SHA256_BYTES];
};

void bench_rows_path(const char *base, char path[BENCH_PATH_SIZE])
{
    snprintf(path, BENCH_PATH_SIZE, "%.*s.rows", BENCH_PATH_SIZE - 32, base);
}

void bench_index_path(const char *base, char path[BENCH_PATH_SIZE])
{
    snprintf(path, BENCH_PATH_SIZE, "%.*s.index", BENCH_PATH_SIZE - 32, base);
}

static enum status fail_make(const struct making *m, struct error *e)
{
    error_zh(e, "不能为结果做表和图：%.200s；结果文件不受影响，请检查磁盘空间后重新审查。",
             sqlite3_errmsg(m->db));
    return error_fail(e, sqlite3_errcode(m->db) == SQLITE_NOMEM ? STATUS_NO_MEMORY : STATUS_IO, "bench-write",
                      "The table and the map of the results cannot be made: %.200s; the results are whole. "
                      "Check the room on the disk, and audit again.",
                      sqlite3_errmsg(m->db));
}

static enum status run_sql(const struct making *m, const char *sql, struct error *e)
{
    return sqlite3_exec(m->db, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : fail_make(m, e);
}

static bool is_stopped(const struct making *m)
{
    return m->order->stop && atomic_load(m->order->stop);
}

static int look(void *user)
{
    return is_stopped(user);
}

/* ---- opening ---- */

static enum status attach(struct making *m, struct error *e)
{
    char *uri = sqlite_immutable_uri(m->order->gpkg);
    char *sql = uri ? sqlite3_mprintf("ATTACH %Q AS g", uri) : NULL;
    enum status s = sql ? run_sql(m, sql, e) : error_no_memory(e);
    sqlite3_free(sql);
    free(uri);
    return s;
}

static enum status begin(struct making *m, struct error *e)
{
    static const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    char path[BENCH_PATH_SIZE];
    bench_rows_path(m->order->base, path);
    snprintf(m->part, sizeof m->part, "%.*s.part", BENCH_PATH_SIZE - 8, path);
    unlink(m->part);
    if (sqlite3_open_v2(m->part, &m->db, flags, NULL) != SQLITE_OK)
        return fail_make(m, e);
    sqlite3_progress_handler(m->db, STEPS_BETWEEN_LOOKS, look, m);
    enum status s = run_sql(m, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", e);
    return s ? s : attach(m, e);
}

/* Of what the audit says of itself: input, layers, rules, sums. */
static enum status make_key(struct making *m, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(m->db, "SELECT state FROM g.audit_run", -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok)
        sha256_of_bytes(sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0), m->key);
    enum status s = ok ? STATUS_OK : fail_make(m, e);
    sqlite3_finalize(q);
    return s;
}

/* ---- rows ---- */

static enum status create_rows(const struct making *m, struct error *e)
{
    const struct line_table *lines = snapshot_lines(m->order->snapshot);
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_append_str(&sql, "BEGIN; CREATE TABLE about (name TEXT PRIMARY KEY, value);"
                            "CREATE TABLE lines (id TEXT, prefix TEXT); CREATE TABLE units (code TEXT "
                            "PRIMARY KEY, name TEXT) WITHOUT ROWID;"
                            "CREATE TABLE rows (fid INTEGER PRIMARY KEY, parcel_id TEXT, name TEXT, county "
                            "TEXT, prefecture TEXT, project_class TEXT, verdict TEXT, severity INTEGER, "
                            "measured BOOLEAN, on_map BOOLEAN, area_m2 REAL, pressed_m2 REAL");
    for (int l = 0; l < lines->n; l++)
        buffer_printf(&sql, ", %s_status TEXT, %s_m2 REAL", line_at(lines, l)->prefix,
                      line_at(lines, l)->prefix);
    buffer_append_str(&sql, ")");
    enum status s = buffer_status(&sql, e);
    if (!s)
        s = run_sql(m, sql.data, e);
    buffer_release(&sql);
    return s;
}

/* What a parcel presses on: lying inside a line that contains is no fault. */
static void put_pressed(const struct line_table *lines, struct buffer *sql)
{
    buffer_append_str(sql, ", iif(measured, 0");
    for (int l = 0; l < lines->n; l++)
        if (line_at(lines, l)->relation == LINE_EXCLUDES)
            buffer_printf(sql, " + coalesce(%s_m2, 0)", line_at(lines, l)->prefix);
    buffer_append_str(sql, ", NULL)");
}

static enum status copy_rows(const struct making *m, struct error *e)
{
    const struct line_table *lines = snapshot_lines(m->order->snapshot);
    struct buffer sql;
    buffer_init(&sql, 0);
    buffer_append_str(
        &sql, "INSERT INTO rows SELECT fid, parcel_id, name, county, prefecture, project_class, verdict, "
              "CASE verdict WHEN 'prohibited' THEN 0 WHEN 'restricted' THEN 2 WHEN 'notice' THEN 3 "
              "WHEN 'allowed' THEN 4 ELSE 1 END, measured, geom IS NOT NULL, area_m2");
    put_pressed(lines, &sql);
    for (int l = 0; l < lines->n; l++)
        buffer_printf(&sql, ", %s_status, %s_m2", line_at(lines, l)->prefix, line_at(lines, l)->prefix);
    buffer_append_str(&sql, " FROM g.parcels ORDER BY fid");
    enum status s = buffer_status(&sql, e);
    if (!s)
        s = run_sql(m, sql.data, e);
    buffer_release(&sql);
    return s;
}

/* Of each order that the table offers; of a line only the parcels that press on it, which are few. */
static enum status index_rows(const struct making *m, struct error *e)
{
    static const struct {
        const char *name, *columns;
    } sorted[] = {{"severity", "severity"},
                  {"prefecture", "prefecture"},
                  {"county", "county"},
                  {"class", "project_class"},
                  {"area", "area_m2"},
                  {"pressed", "pressed_m2"},
                  {"id", "parcel_id"},
                  {"name", "name"},
                  {"verdict_area", "verdict, area_m2"},
                  {"verdict_pressed", "verdict, pressed_m2"}};
    const struct line_table *lines = snapshot_lines(m->order->snapshot);
    struct buffer sql;
    buffer_init(&sql, 0);
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        buffer_printf(&sql, "CREATE INDEX rows_by_%s ON rows (%s);", sorted[i].name, sorted[i].columns);
    for (int l = 0; l < lines->n; l++) {
        const char *prefix = line_at(lines, l)->prefix;
        buffer_printf(&sql, "CREATE INDEX rows_on_%s ON rows (%s_m2) WHERE %s_m2 > 0;", prefix, prefix,
                      prefix);
    }
    buffer_append_str(&sql, "ANALYZE main; COMMIT");
    enum status s = buffer_status(&sql, e);
    if (!s)
        s = run_sql(m, sql.data, e);
    buffer_release(&sql);
    return s;
}

/* ---- names ---- */

static enum status insert_pair(const struct making *m, const char *table, const char *a, const char *b,
                               struct error *e)
{
    char *sql = sqlite3_mprintf("INSERT OR IGNORE INTO %s VALUES (%Q, %Q)", table, a, b);
    enum status s = sql ? run_sql(m, sql, e) : error_no_memory(e);
    sqlite3_free(sql);
    return s;
}

static enum status name_units(const struct making *m, const struct layer_index *ix, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && ix && i < index_n_features(ix); i++) {
        struct index_feature f = index_feature_at(ix, i);
        s = insert_pair(m, "units", f.code, f.name, e);
    }
    return s;
}

/* Those that rows are counted by: down to the counties. */
static enum status name_all(const struct making *m, struct error *e)
{
    static const char *const levels[] = {"prefectures", "admin_counties"};
    const struct line_table *lines = snapshot_lines(m->order->snapshot);
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < sizeof levels / sizeof *levels; i++) {
        const struct layer_snapshot *l = snapshot_layer(m->order->snapshot, levels[i]);
        s = name_units(m, l ? l->index : NULL, e);
    }
    for (int l = 0; !s && l < lines->n; l++)
        s = insert_pair(m, "lines", line_at(lines, l)->id, line_at(lines, l)->prefix, e);
    static const char others[] =
        "DELETE FROM units WHERE code NOT IN (SELECT county FROM rows WHERE county "
        "IS NOT NULL UNION SELECT prefecture FROM rows WHERE prefecture IS NOT NULL)";
    return s ? s : run_sql(m, others, e);
}

static enum status put_about(const struct making *m, struct error *e)
{
    char hex[SHA256_HEX_SIZE], sql[512];
    const struct geo_box *b = &m->box;
    sha256_to_hex(m->key, hex);
    snprintf(sql, sizeof sql, "INSERT INTO about VALUES ('key', '%s'), ('n_shapes', %lld)", hex,
             (long long)m->n_shapes);
    enum status s = run_sql(m, sql, e);
    if (s || m->n_shapes == 0)
        return s;
    snprintf(sql, sizeof sql,
             "INSERT INTO about VALUES ('west', %.17g), ('south', %.17g), ('east', %.17g), ('north', %.17g)",
             b->west_deg, b->south_deg, b->east_deg, b->north_deg);
    return run_sql(m, sql, e);
}

/* ---- shapes ---- */

/* What encloses nothing or is nowhere on the globe is no shape: its row says so. */
static bool shape_of(struct making *m, sqlite3_stmt *q, struct geo_shape *out)
{
    const unsigned char *p = sqlite3_column_blob(q, 1);
    size_t n = (size_t)sqlite3_column_bytes(q, 1), at = p ? gpkg_wkb_offset(p, n) : 0;
    return at && wkb_read(p + at, n - at, &m->shape, NULL) == STATUS_OK &&
           geo_shape_builder_view(&m->shape, out, NULL) == STATUS_OK && out->n_rings > 0;
}

static const char *text_at(sqlite3_stmt *q, int i)
{
    const char *t = (const char *)sqlite3_column_text(q, i);
    return t ? t : "";
}

static enum status add_shape(struct making *m, sqlite3_stmt *q, const struct geo_shape *shape,
                             struct error *e)
{
    bool measured = sqlite3_column_type(q, 5) != SQLITE_NULL;
    double area = measured ? sqlite3_column_double(q, 5) : geo_shape_area_m2(shape);
    geo_box_add(&m->box, shape->box.west_deg, shape->box.south_deg);
    geo_box_add(&m->box, shape->box.east_deg, shape->box.north_deg);
    m->n_shapes++;
    return index_builder_add_measured(m->index, sqlite3_column_int64(q, 0), text_at(q, 2), text_at(q, 3),
                                      text_at(q, 4), shape, area, e);
}

static enum status leave_out(sqlite3_stmt *bare, const struct making *m, int64_t fid, struct error *e)
{
    sqlite3_bind_int64(bare, 1, fid);
    bool ok = sqlite3_step(bare) == SQLITE_DONE;
    sqlite3_reset(bare);
    return ok ? STATUS_OK : fail_make(m, e);
}

static enum status add_shapes(struct making *m, sqlite3_stmt *q, sqlite3_stmt *bare, struct error *e)
{
    enum status s = STATUS_OK;
    int rc = SQLITE_ROW;
    while (!s && !is_stopped(m) && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct geo_shape shape;
        s = shape_of(m, q, &shape) ? add_shape(m, q, &shape, e)
                                   : leave_out(bare, m, sqlite3_column_int64(q, 0), e);
    }
    return s || rc == SQLITE_DONE || is_stopped(m) ? s : fail_make(m, e);
}

static enum status make_index(struct making *m, struct error *e)
{
    char path[BENCH_PATH_SIZE];
    sqlite3_stmt *q = NULL, *bare = NULL;
    bench_index_path(m->order->base, path);
    bool ok =
        sqlite3_prepare_v2(m->db,
                           "SELECT fid, geom, parcel_id, name, verdict, area_m2 FROM g.parcels "
                           "WHERE geom IS NOT NULL ORDER BY fid",
                           -1, &q, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(m->db, "UPDATE rows SET on_map = 0 WHERE fid = ?", -1, &bare, NULL) == SQLITE_OK;
    enum status s = ok ? index_builder_new(path, m->key, &m->index, e) : fail_make(m, e);
    if (!s)
        s = add_shapes(m, q, bare, e);
    if (!s && !is_stopped(m))
        s = index_builder_finish(m->index, e);
    sqlite3_finalize(q);
    sqlite3_finalize(bare);
    return s;
}

/* ---- all of it ---- */

/* Both files have their names, or neither. */
static enum status publish(const struct making *m, struct error *e)
{
    char rows[BENCH_PATH_SIZE];
    bench_rows_path(m->order->base, rows);
    return rename(m->part, rows) == 0 ? STATUS_OK : error_errno(e, "保存", "Saving", rows);
}

static void remove_all(const struct making *m)
{
    char path[BENCH_PATH_SIZE];
    unlink(m->part);
    bench_rows_path(m->order->base, path);
    unlink(path);
    bench_index_path(m->order->base, path);
    unlink(path);
}

enum status bench_make(const struct bench_order *o, bool *stopped, struct error *e)
{
    struct making m = {.order = o, .box = geo_box_empty()};
    geo_shape_builder_init(&m.shape);
    enum status (*const steps[])(struct making *, struct error *) = {begin, make_key};
    enum status (*const later[])(const struct making *, struct error *) = {create_rows, copy_rows, name_all};
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < sizeof steps / sizeof *steps; i++)
        s = steps[i](&m, e);
    for (size_t i = 0; !s && i < sizeof later / sizeof *later; i++)
        s = later[i](&m, e);
    if (!s)
        s = make_index(&m, e);
    if (!s)
        s = put_about(&m, e);
    if (!s)
        s = index_rows(&m, e);
    sqlite3_close(m.db);
    if (!s && !is_stopped(&m))
        s = publish(&m, e);
    *stopped = is_stopped(&m);
    if (s || *stopped)
        remove_all(&m);
    index_builder_free(m.index);
    geo_shape_builder_release(&m.shape);
    return *stopped ? STATUS_OK : s;
}
