/* GeoPackage parcels by plain SQLite statements: GDAL needs several times as long for the same rows. */
#include "audit/feed.h"

#include "formats/json.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_COLUMNS = 500, NAME_SIZE = 256 };
enum column_use { USE_PROPERTY, USE_FID, USE_GEOMETRY, USE_ID, USE_NAME, USE_COUNTY, USE_CLASS };

struct feed_gpkg {
    struct feed base;
    sqlite3 *db;
    sqlite3_stmt *rows;
    char table[NAME_SIZE], geometry[NAME_SIZE], fid[NAME_SIZE];
    enum column_use use[MAX_COLUMNS];
    int n_columns;
    int64_t position;
    struct buffer json;
};

static enum status fail_sql(struct feed_gpkg *g, struct error *e)
{
    error_zh(e, "读取 GeoPackage 失败：%s；文件可能损坏，请重新获取。", sqlite3_errmsg(g->db));
    return error_fail(e, STATUS_CORRUPT, "gpkg-read",
                      "Reading the GeoPackage failed: %s; get the file again.", sqlite3_errmsg(g->db));
}

static void feed_gpkg_close(struct feed *f)
{
    struct feed_gpkg *g = (struct feed_gpkg *)f;
    sqlite3_finalize(g->rows);
    sqlite3_close(g->db);
    buffer_release(&g->json);
    free(g);
}

/* ---- is it one that we read? ---- */

/* One feature table of polygons, by name or the only one, in longitude and latitude. */
static bool find_table(struct feed_gpkg *g, const char *layer)
{
    static const char sql[] =
        "SELECT c.table_name, c.column_name, upper(c.geometry_type_name), s.organization_coordsys_id, c.z, "
        "c.m "
        "FROM gpkg_geometry_columns c JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id "
        "JOIN sqlite_master t ON t.type = 'table' AND t.name = c.table_name "
        "WHERE upper(s.organization) = 'EPSG' AND (?1 IS NULL OR c.table_name = ?1) "
        "AND (?1 IS NOT NULL OR (SELECT count(*) FROM gpkg_contents WHERE data_type IN "
        "('features','attributes')) = 1)";
    sqlite3_stmt *q = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) == SQLITE_OK) {
        sqlite3_bind_text(q, 1, layer, -1, SQLITE_STATIC);
        if (sqlite3_step(q) == SQLITE_ROW) {
            const char *table = (const char *)sqlite3_column_text(q, 0);
            const char *column = (const char *)sqlite3_column_text(q, 1);
            const char *type = (const char *)sqlite3_column_text(q, 2);
            int srs = sqlite3_column_int(q, 3);
            found = table && column && type && strlen(table) < NAME_SIZE && strlen(column) < NAME_SIZE &&
                    (srs == 4490 || srs == 4326) &&
                    (strcmp(type, "POLYGON") == 0 || strcmp(type, "MULTIPOLYGON") == 0);
            if (found) {
                strcpy(g->table, table);
                strcpy(g->geometry, column);
                g->base.srs = srs;
            }
        }
    }
    sqlite3_finalize(q);
    return found;
}

static bool is_one_of(const char *name, const char *given, const char *const *official)
{
    if (given)
        return strcasecmp(name, given) == 0;
    for (; *official; official++)
        if (strcasecmp(name, *official) == 0)
            return true;
    return false;
}

static bool taken(const struct feed_gpkg *g, enum column_use use)
{
    for (int i = 0; i < g->n_columns; i++)
        if (g->use[i] == use)
            return true;
    return false;
}

/* The same names as ingest/source_fields.c binds, so that both ways of reading call the same thing an id. */
static enum column_use use_of(const struct feed_gpkg *g, const struct audit_request *r, const char *name)
{
    static const char *const ids[] = {"BSM", NULL}, *const none[] = {NULL};
    static const char *const names[] = {"MC",   "XMMC", "YJJBNTTBBH", "JBNTTBBH",
                                        "TBBH", "DKMC", "XZQMC",      NULL};
    static const char *const counties[] = {"XJXZQDM", "XJXZQHDM", "XZQDM", NULL};
    if (strcmp(name, g->geometry) == 0)
        return USE_GEOMETRY;
    if (is_one_of(name, r->id_field, ids) && !taken(g, USE_ID))
        return USE_ID;
    if (is_one_of(name, r->class_field, none) && !taken(g, USE_CLASS))
        return USE_CLASS;
    if (is_one_of(name, NULL, names) && !taken(g, USE_NAME))
        return USE_NAME;
    if (is_one_of(name, NULL, counties) && !taken(g, USE_COUNTY))
        return USE_COUNTY;
    return USE_PROPERTY;
}

/* Column 0 of the statement is the row's number; the table's columns follow. false: no integer key. */
static bool find_columns(struct feed_gpkg *g, const struct audit_request *r)
{
    char *sql = sqlite3_mprintf("PRAGMA table_info(\"%w\")", g->table);
    sqlite3_stmt *q = NULL;
    bool ok = sql && sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) == SQLITE_OK;
    g->use[0] = USE_FID;
    g->n_columns = 1;
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 1);
        const char *type = (const char *)sqlite3_column_text(q, 2);
        bool key = sqlite3_column_int(q, 5) > 0 && type && strcasecmp(type, "INTEGER") == 0;
        if (!name || strlen(name) >= NAME_SIZE || g->n_columns == MAX_COLUMNS)
            ok = false;
        else if (key && !g->fid[0])
            strcpy(g->fid, name);
        if (ok) {
            enum column_use use = key ? USE_FID : use_of(g, r, name);
            g->use[g->n_columns++] = use;
        }
    }
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return ok && g->fid[0];
}

static enum status check_asked_fields(const struct feed_gpkg *g, const struct audit_request *r,
                                      struct error *e)
{
    const char *missing = r->id_field && !taken(g, USE_ID)         ? r->id_field
                          : r->class_field && !taken(g, USE_CLASS) ? r->class_field
                                                                   : NULL;
    if (!missing)
        return STATUS_OK;
    error_zh(e, "图层“%s”没有字段“%s”；请核对字段名。", g->table, missing);
    return error_fail(e, STATUS_INVALID_INPUT, "source-field-not-found",
                      "Layer \"%s\" has no field \"%s\"; check the name.", g->table, missing);
}

/* ---- reading ---- */

/* Rows from this number on, in the order of their numbers. */
static enum status start_at(struct feed_gpkg *g, int64_t fid, struct error *e)
{
    sqlite3_finalize(g->rows);
    g->rows = NULL;
    char *sql = sqlite3_mprintf("SELECT \"%w\", * FROM \"%w\" WHERE \"%w\" >= ?1 ORDER BY \"%w\"", g->fid,
                                g->table, g->fid, g->fid);
    if (!sql)
        return error_no_memory(e);
    int rc = sqlite3_prepare_v2(g->db, sql, -1, &g->rows, NULL);
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return fail_sql(g, e);
    sqlite3_bind_int64(g->rows, 1, fid);
    return STATUS_OK;
}

static const char *text_of(struct feed_gpkg *g, int column, struct arena *a)
{
    const char *t = (const char *)sqlite3_column_text(g->rows, column);
    return t ? arena_strndup(a, t, (size_t)sqlite3_column_bytes(g->rows, column)) : "";
}

static void property(struct feed_gpkg *g, struct json_writer *w, int column)
{
    const char *name = sqlite3_column_name(g->rows, column);
    switch (sqlite3_column_type(g->rows, column)) {
    case SQLITE_INTEGER:
        jw_kv_integer(w, name, sqlite3_column_int64(g->rows, column));
        break;
    case SQLITE_FLOAT:
        jw_kv_number(w, name, sqlite3_column_double(g->rows, column));
        break;
    case SQLITE_TEXT:
        jw_kv_string(w, name, (const char *)sqlite3_column_text(g->rows, column));
        break;
    default: /* NULL; and bytes, which JSON has no place for */
        jw_key(w, name);
        jw_null(w);
    }
}

static void take_column(struct feed_gpkg *g, int i, struct arena *a, struct audit_item *out)
{
    switch (g->use[i]) {
    case USE_GEOMETRY: {
        size_t n = (size_t)sqlite3_column_bytes(g->rows, i);
        unsigned char *copy = n ? arena_alloc(a, n) : NULL;
        if (copy) {
            memcpy(copy, sqlite3_column_blob(g->rows, i), n);
            out->blob = copy;
            out->blob_size = n;
        }
        break;
    }
    case USE_ID:
        out->id = text_of(g, i, a);
        break;
    case USE_NAME:
        out->name = text_of(g, i, a);
        break;
    case USE_COUNTY:
        out->county = text_of(g, i, a);
        break;
    case USE_CLASS:
        out->project_class = text_of(g, i, a);
        break;
    case USE_FID:
    case USE_PROPERTY:
        break;
    }
}

static enum status take_row(struct feed_gpkg *g, struct arena *a, struct audit_item *out, struct error *e)
{
    *out = (struct audit_item){.position = ++g->position,
                               .fid = sqlite3_column_int64(g->rows, 0),
                               .id = "",
                               .name = "",
                               .county = "",
                               .project_class = ""};
    struct json_writer w;
    buffer_clear(&g->json);
    jw_init(&w, &g->json, false);
    jw_object_begin(&w);
    for (int i = 1; i < g->n_columns; i++) {
        take_column(g, i, a, out);
        if (g->use[i] == USE_PROPERTY)
            property(g, &w, i);
    }
    jw_object_end(&w);
    enum status s = buffer_status(&g->json, e);
    if (s)
        return s;
    out->properties = arena_strndup(a, g->json.data, g->json.size);
    if (out->id && !*out->id)
        out->id = arena_printf(a, "%lld", (long long)out->fid);
    bool ok = out->id && out->name && out->county && out->project_class && out->properties;
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status feed_gpkg_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                  struct error *e)
{
    struct feed_gpkg *g = (struct feed_gpkg *)f;
    int rc = sqlite3_step(g->rows);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return fail_sql(g, e);
    *more = rc == SQLITE_ROW;
    return *more ? take_row(g, a, out, e) : STATUS_OK;
}

static enum status feed_gpkg_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    struct feed_gpkg *g = (struct feed_gpkg *)f;
    g->position = position;
    return position > 0 && fid < INT64_MAX ? start_at(g, fid + 1, e) : STATUS_OK;
}

static int64_t count_rows(struct feed_gpkg *g)
{
    char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", g->table);
    sqlite3_stmt *q = NULL;
    int64_t n = -1;
    if (sql && sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return n;
}

enum status feed_gpkg_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {feed_gpkg_next, feed_gpkg_skip, feed_gpkg_close};
    struct feed_gpkg *g = calloc(1, sizeof *g);
    if (!g)
        return error_no_memory(e);
    g->base.ops = &ops;
    buffer_init(&g->json, 0);
    bool ours =
        sqlite3_open_v2(r->input, &g->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        find_table(g, r->layer) && find_columns(g, r);
    enum status s = ours ? check_asked_fields(g, r, e) : STATUS_OK;
    if (ours && !s)
        s = start_at(g, INT64_MIN, e);
    if (!ours || s) {
        feed_gpkg_close(&g->base);
        *out = NULL;
        return s;
    }
    g->base.total = count_rows(g);
    g->base.reader = "gpkg";
    *out = &g->base;
    return STATUS_OK;
}
