/* A GeoPackage by plain SQLite statements: GDAL needs several times as long for the same rows, and rounds. */
#include "features/sandbox/child_gpkg.h"

#include "formats/gpkg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TABLES_MAX = 1000, COLUMNS_MAX = 2000 };

struct gpkg_table {
    const char *name, *alias, *geometry, *type;
    int srs_id, z, m;
};
struct gpkg_reading {
    struct child *c;
    sqlite3 *db;
    struct gpkg_table tables[TABLES_MAX];
    struct child_choice choices[TABLES_MAX];
    size_t n_tables, chosen;
    const struct gpkg_table *table;
    const char *fid; /* the integer key, NULL when there is none */
    struct feature_schema schema;
    int column[COLUMNS_MAX]; /* of the statement, for each field */
    int geometry;            /* column of the statement */
    const char **values;
    struct child_areas areas;
    bool degrees;
    int64_t n_rows;
};

static const char *text_at(struct gpkg_reading *g, sqlite3_stmt *q, int column)
{
    const char *t = (const char *)sqlite3_column_text(q, column);
    return t ? arena_strdup(g->c->keep, t) : "";
}

/* ---- tables ---- */

static bool is_area_type(const char *type)
{
    static const char *const kinds[] = {
        "GEOMETRY",     "POLYGON",           "MULTIPOLYGON",  "CURVEPOLYGON",
        "MULTISURFACE", "SURFACE",           "TRIANGLE",      "GEOMETRYCOLLECTION",
        "TIN",          "POLYHEDRALSURFACE", "GEOMCOLLECTION"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcasecmp(type, kinds[i]) == 0)
            return true;
    return false;
}

/* What is in gpkg_contents and not there, or the other way, is a table of which half is lost. */
static enum status fail_contents(struct child *c, const char *table, struct error *e)
{
    error_zh(e,
             "%s的目录（gpkg_contents）列有图层“%.100s”，却找不到它的数据；文件不完整或已损坏，请重新导出。",
             c->called_zh, table);
    return error_fail(
        e, STATUS_INVALID_INPUT, "gpkg-contents",
        "The contents of %s list the layer \"%.100s\", whose data is not there; it is incomplete or damaged: "
        "export it again.",
        c->called_en, table);
}

static enum status find_tables(struct gpkg_reading *g, struct error *e)
{
    static const char sql[] =
        "SELECT t.table_name, t.identifier, c.column_name, c.geometry_type_name, c.srs_id, c.z, c.m, "
        "(SELECT count(*) FROM sqlite_master s WHERE s.name = t.table_name AND s.type IN ('table', 'view')) "
        "FROM gpkg_contents t LEFT JOIN gpkg_geometry_columns c ON c.table_name = t.table_name "
        "WHERE t.data_type = 'features' ORDER BY t.rowid";
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(g->db, sql, -1, &q, NULL);
    if (rc != SQLITE_OK)
        return gpkg_fail_sql(g->db, e);
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (g->n_tables == TABLES_MAX)
            return child_fail_layers(g->c, TABLES_MAX, e);
        struct gpkg_table *t = &g->tables[g->n_tables];
        *t = (struct gpkg_table){text_at(g, q, 0),        text_at(g, q, 1),         text_at(g, q, 2),
                                 text_at(g, q, 3),        sqlite3_column_int(q, 4), sqlite3_column_int(q, 5),
                                 sqlite3_column_int(q, 6)};
        if (!*t->geometry || sqlite3_column_int(q, 7) == 0)
            return fail_contents(g->c, t->name, e);
        if (strcmp(t->alias, t->name) == 0)
            t->alias = "";
        g->choices[g->n_tables++] = (struct child_choice){t->name, t->alias, is_area_type(t->type)};
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? STATUS_OK : gpkg_fail_sql(g->db, e);
}

static enum feature_type type_of(const char *declared)
{
    static const char *const integers[] = {"INT", "INTEGER", "MEDIUMINT", "SMALLINT", "TINYINT"};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (strcasecmp(declared, integers[i]) == 0)
            return FEATURE_INTEGER;
    return strcasecmp(declared, "REAL") == 0 || strcasecmp(declared, "DOUBLE") == 0 ||
                   strcasecmp(declared, "FLOAT") == 0
               ? FEATURE_REAL
               : FEATURE_TEXT;
}

/* What an office calls a column; "" without the extension. */
static const char *alias_of(struct gpkg_reading *g, const char *table, const char *column)
{
    sqlite3_stmt *q = NULL;
    const char *alias = "";
    if (sqlite3_prepare_v2(
            g->db,
            "SELECT coalesce(name, title) FROM gpkg_data_columns WHERE table_name = ?1 AND column_name = ?2",
            -1, &q, NULL) == SQLITE_OK) {
        sqlite3_bind_text(q, 1, table, -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, column, -1, SQLITE_STATIC);
        if (sqlite3_step(q) == SQLITE_ROW)
            alias = text_at(g, q, 0);
    }
    sqlite3_finalize(q);
    return strcmp(alias, column) == 0 ? "" : alias;
}

/* Columns of the statement: 0 is the key, the table's own follow, computed ones too: `SELECT *` has all but
 * those of kind 1, which a virtual table hides. */
static enum status find_columns(struct gpkg_reading *g, const struct gpkg_table *t, struct error *e)
{
    struct arena *a = g->c->keep;
    const char **names = arena_array(a, COLUMNS_MAX, sizeof *names),
               **aliases = arena_array(a, COLUMNS_MAX, sizeof *aliases);
    enum feature_type *types = arena_array(a, COLUMNS_MAX, sizeof *types);
    char *sql = sqlite3_mprintf("PRAGMA table_xinfo(\"%w\")", t->name);
    sqlite3_stmt *q = NULL;
    int n = 0, column = 0, rc = sql ? sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (rc != SQLITE_OK || !names || !aliases || !types)
        return gpkg_fail_sql(g->db, e);
    g->fid = NULL;
    g->geometry = -1;
    for (; (rc = sqlite3_step(q)) == SQLITE_ROW && n < COLUMNS_MAX;) {
        const char *name = text_at(g, q, 1), *type = text_at(g, q, 2);
        if (sqlite3_column_int(q, 6) == 1)
            continue;
        column++;
        if (strcasecmp(name, t->geometry) == 0) {
            g->geometry = column;
        } else if (sqlite3_column_int(q, 5) > 0 && strcasecmp(type, "INTEGER") == 0 && !g->fid) {
            g->fid = name;
        } else {
            names[n] = name;
            types[n] = type_of(type);
            g->column[n++] = column;
        }
    }
    sqlite3_finalize(q);
    for (int i = 0; i < n; i++)
        aliases[i] = alias_of(g, t->name, names[i]);
    g->schema = (struct feature_schema){.names = names, .aliases = aliases, .types = types, .n = (size_t)n};
    return rc == SQLITE_DONE && g->geometry >= 0 ? STATUS_OK : fail_contents(g->c, t->name, e);
}

/* ---- counts ---- */

static int64_t one_number(struct gpkg_reading *g, char *sql)
{
    sqlite3_stmt *q = NULL;
    int64_t n = -1;
    if (sql && sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW &&
        sqlite3_column_type(q, 0) == SQLITE_INTEGER)
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_free(sql);
    return n;
}

static int64_t count_rows(struct gpkg_reading *g, const struct gpkg_table *t)
{
    return one_number(g, sqlite3_mprintf("SELECT count(*) FROM \"%w\"", t->name));
}

static enum status check_counts(struct gpkg_reading *g, int64_t read, struct error *e)
{
    struct child *c = g->c;
    int64_t told = one_number(
        g, sqlite3_mprintf("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = %Q COLLATE NOCASE",
                           g->table->name));
    if (read == g->n_rows && (told < 0 || told == read))
        return STATUS_OK;
    error_zh(e, "%s的图层“%.60s”：目录写明 %lld 条，表中 %lld 行，读出 %lld 行；数据对不上，请重新导出。",
             c->called_zh, g->table->name, (long long)told, (long long)g->n_rows, (long long)read);
    return error_fail(e, STATUS_INVALID_INPUT, "source-count",
                      "Layer \"%.60s\" of %s: its contents tell %lld, the table has %lld rows, %lld were "
                      "read; they disagree, "
                      "export it again.",
                      g->table->name, c->called_en, (long long)told, (long long)g->n_rows, (long long)read);
}

/* ---- header ---- */

/* WKT of a spatial reference that the file itself defines; its organisation's code where there is one. */
static const char *crs_of(struct gpkg_reading *g)
{
    sqlite3_stmt *q = NULL;
    const char *wkt = "";
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    if (sqlite3_prepare_v2(
            g->db,
            "SELECT organization, organization_coordsys_id, definition, srs_name FROM gpkg_spatial_ref_sys "
            "WHERE srs_id = ?1",
            -1, &q, NULL) == SQLITE_OK) {
        sqlite3_bind_int(q, 1, g->table->srs_id);
        if (sqlite3_step(q) == SQLITE_ROW && g->table->srs_id != 0 && g->table->srs_id != -1) {
            const char *definition = text_at(g, q, 2), *name = text_at(g, q, 3);
            bool epsg = strcasecmp(text_at(g, q, 0), "EPSG") == 0;
            bool ok = (epsg && OSRImportFromEPSG(srs, sqlite3_column_int(q, 1)) == OGRERR_NONE) ||
                      OSRSetFromUserInput(srs, definition) == OGRERR_NONE;
            char *text = NULL;
            g->degrees = ok && OSRIsGeographic(srs);
            if (ok && OSRExportToWkt(srs, &text) == OGRERR_NONE && text)
                wkt = arena_strdup(g->c->keep, text);
            else
                wkt = *definition && strcasecmp(definition, "undefined") != 0 ? definition : name;
            CPLFree(text);
        }
    }
    sqlite3_finalize(q);
    OSRDestroySpatialReference(srs);
    return wkt ? wkt : "";
}

/* The geometry behind the header of a GeoPackage's blob; NULL when it is none. */
static const unsigned char *wkb_of(const unsigned char *blob, size_t n, size_t *n_wkb)
{
    size_t at = gpkg_wkb_offset(blob, n);
    *n_wkb = n - at;
    return at ? blob + at : NULL;
}

static bool widen_box(const unsigned char *blob, size_t n, double box[4], bool *any)
{
    size_t n_wkb;
    const unsigned char *wkb = wkb_of(blob, n, &n_wkb);
    OGRGeometryH geometry = NULL;
    OGREnvelope one = {0};
    bool there = wkb && OGR_G_CreateFromWkb(wkb, NULL, &geometry, (int)n_wkb) == OGRERR_NONE &&
                 !OGR_G_IsEmpty(geometry);
    if (there)
        OGR_G_GetEnvelope(geometry, &one);
    OGR_G_DestroyGeometry(geometry);
    if (!there)
        return false;
    const double got[4] = {one.MinX, one.MinY, one.MaxX, one.MaxY};
    for (int i = 0; i < 4; i++)
        if (!*any || (i < 2 ? got[i] < box[i] : got[i] > box[i]))
            box[i] = got[i];
    *any = true;
    return true;
}

/* Only for a file that states no CRS: all geometries are looked at. */
static void find_box(struct gpkg_reading *g, struct feature_stream_info *info)
{
    char *sql = sqlite3_mprintf("SELECT \"%w\" FROM \"%w\"", g->table->geometry, g->table->name);
    sqlite3_stmt *q = NULL;
    if (sql && sqlite3_prepare_v2(g->db, sql, -1, &q, NULL) == SQLITE_OK)
        while (sqlite3_step(q) == SQLITE_ROW)
            (void)widen_box(sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0), info->box,
                            &info->has_box);
    sqlite3_finalize(q);
    sqlite3_free(sql);
}

static enum status write_header(struct gpkg_reading *g, struct error *e)
{
    struct feature_stream_info info = {
        .driver = "GPKG", .layer = g->table->name, .layer_alias = g->table->alias};
    info.crs_wkt = crs_of(g);
    if (!*info.crs_wkt)
        find_box(g, &info);
    info.n_declared = g->n_rows;
    info.heights = g->table->z == 1 || g->table->m == 1;
    info.schema = &g->schema;
    return child_header(g->c, &info, e);
}

/* What gpkg_contents says of the extent; programs keep it as well as they do. */
static bool stated_box(struct gpkg_reading *g, double box[4])
{
    sqlite3_stmt *q = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(g->db,
                           "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?1", -1,
                           &q, NULL) == SQLITE_OK) {
        sqlite3_bind_text(q, 1, g->table->name, -1, SQLITE_STATIC);
        found = sqlite3_step(q) == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL;
        for (int i = 0; found && i < 4; i++)
            box[i] = sqlite3_column_double(q, i);
    }
    sqlite3_finalize(q);
    return found;
}

static enum status list_tables(struct gpkg_reading *g, struct error *e)
{
    const struct feature_stream_info info = {.driver = "GPKG", .n_declared = -1};
    enum status s = child_header(g->c, &info, e);
    for (size_t i = 0; s == STATUS_OK && i < g->n_tables; i++) {
        const struct child_choice *is = &g->choices[i];
        g->table = &g->tables[i];
        s = find_columns(g, g->table, e);
        if (s != STATUS_OK)
            return s;
        struct sandbox_layer l = {.name = is->name,
                                  .alias = is->alias,
                                  .may_be_areas = is->may_be_areas,
                                  .n_declared = count_rows(g, g->table),
                                  .geometry = g->table->type,
                                  .crs_wkt = crs_of(g),
                                  .schema = &g->schema};
        l.has_box = stated_box(g, l.box);
        s = child_layer(g->c, &l, e);
    }
    return s;
}

/* ---- rows ---- */

static uint32_t type_of_wkb(const unsigned char *wkb)
{
    const unsigned char *b = wkb + 1;
    return wkb[0] ? (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24
                  : (uint32_t)b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[0] << 24;
}

/* Polygons without height and with rings go on as the bytes that they are. */
static bool is_ready(const unsigned char *wkb, size_t n)
{
    uint32_t count;
    if (n <= 9 || wkb[0] > 1)
        return false;
    uint32_t type = type_of_wkb(wkb);
    memcpy(&count, wkb + 5, sizeof count);
    return (type == wkbPolygon || type == wkbMultiPolygon) && count != 0;
}

static bool refuse_blob(struct child_areas *areas)
{
    error_zh(&areas->fault, "几何数据已损坏，读不出来；请在源数据中修正或删除该记录。");
    error_en(&areas->fault, STATUS_INVALID_INPUT, "source-bad-geometry",
             "The geometry is damaged and cannot be read; mend or delete the record.");
    return false;
}

static enum status take_geometry(struct gpkg_reading *g, sqlite3_stmt *q, struct feature *f, struct error *e)
{
    const unsigned char *blob = sqlite3_column_blob(q, g->geometry);
    size_t n_blob = (size_t)sqlite3_column_bytes(q, g->geometry), n = 0;
    const unsigned char *wkb = wkb_of(blob, n_blob, &n);
    OGRGeometryH geometry = NULL;
    enum status s = STATUS_OK;
    g->areas.fault = (struct error){0};
    if (wkb && is_ready(wkb, n)) {
        f->wkb = wkb;
        f->n_wkb = n;
        return STATUS_OK;
    }
    bool readable = !blob || (wkb && OGR_G_CreateFromWkb(wkb, NULL, &geometry, (int)n) == OGRERR_NONE) ||
                    refuse_blob(&g->areas);
    if (readable)
        s = child_areas_of(geometry, LINES_ARE_FAULTS, g->degrees, &g->areas, e);
    OGR_G_DestroyGeometry(geometry);
    f->wkb = (const unsigned char *)g->areas.wkb.data;
    f->n_wkb = g->areas.wkb.size;
    f->curved = readable && g->areas.curved;
    f->fault = g->areas.fault.code[0] ? &g->areas.fault : NULL;
    return s;
}

static const char *value_at(struct gpkg_reading *g, sqlite3_stmt *q, int column)
{
    switch (sqlite3_column_type(q, column)) {
    case SQLITE_FLOAT:
        return child_number(g->c, sqlite3_column_double(q, column));
    case SQLITE_INTEGER:
    case SQLITE_TEXT:
        return (const char *)sqlite3_column_text(q, column);
    default: /* null; and bytes, which are no text */
        return NULL;
    }
}

static enum status give_row(struct gpkg_reading *g, sqlite3_stmt *q, struct error *e)
{
    struct feature f = {.fid = g->fid ? sqlite3_column_int64(q, 0) : 0, .values = g->values};
    arena_reset(g->c->scratch);
    enum status s = g->c->attributes_only ? STATUS_OK : take_geometry(g, q, &f, e);
    for (size_t i = 0; i < g->schema.n; i++)
        g->values[i] = value_at(g, q, g->column[i]);
    return s == STATUS_OK ? child_feature(g->c, &f, e) : s;
}

/* Without the geometry SQLite does not read the pages that it fills. For sqlite3_free. */
static char *columns_wanted(struct gpkg_reading *g)
{
    if (!g->c->attributes_only)
        return sqlite3_mprintf("*");
    char *list = sqlite3_mprintf("NULL");
    for (size_t i = 0; list && i < g->schema.n; i++) {
        char *more = sqlite3_mprintf("%s, \"%w\"", list, g->schema.names[i]);
        sqlite3_free(list);
        list = more;
        g->column[i] = (int)i + 2;
    }
    return list;
}

/* In the order of the key, so that an audit can go on behind a number. */
static enum status prepare(struct gpkg_reading *g, sqlite3_stmt **q, struct error *e)
{
    struct child *c = g->c;
    const char *name = g->table->name, *fid = g->fid;
    bool skip = fid && c->skip_position > 0;
    char *what = columns_wanted(g);
    char *sql = !what  ? NULL
                : !fid ? sqlite3_mprintf("SELECT 0, %s FROM \"%w\"", what, name)
                : skip
                    ? sqlite3_mprintf("SELECT \"%w\", %s FROM \"%w\" WHERE \"%w\" > ?1 ORDER BY \"%w\"", fid,
                                      what, name, fid, fid)
                    : sqlite3_mprintf("SELECT \"%w\", %s FROM \"%w\" ORDER BY \"%w\"", fid, what, name, fid);
    sqlite3_free(what);
    int rc = sql ? sqlite3_prepare_v2(g->db, sql, -1, q, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return gpkg_fail_sql(g->db, e);
    if (skip) {
        sqlite3_bind_int64(*q, 1, c->skip_fid);
        c->position = c->skip_position;
    }
    return STATUS_OK;
}

static enum status give_rows(struct gpkg_reading *g, struct error *e)
{
    sqlite3_stmt *q = NULL;
    int rc = SQLITE_DONE;
    enum status s = prepare(g, &q, e);
    while (s == STATUS_OK && (rc = sqlite3_step(q)) == SQLITE_ROW)
        s = child_passes(g->c) ? STATUS_OK : give_row(g, q, e);
    if (s == STATUS_OK && rc != SQLITE_DONE)
        s = gpkg_fail_sql(g->db, e);
    sqlite3_finalize(q);
    return s == STATUS_OK ? check_counts(g, g->c->position, e) : s;
}

static bool has_contents(struct gpkg_reading *g)
{
    return one_number(
               g, sqlite3_mprintf("SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_contents'")) == 1;
}

enum status child_read_geopackage(struct child *c, const char *name, struct error *e)
{
    static const char *const sqlite[] = {"SQLite", NULL};
    static struct gpkg_reading g;
    g.c = c;
    buffer_init(&g.areas.wkb, 0);
    enum status s = gpkg_open_database(g.c, name, &g.db, e);
    if (s == STATUS_OK && !has_contents(&g))
        return child_read_ogr(c, &(struct child_source){KIND_OGR, name, sqlite}, e);
    if (s == STATUS_OK)
        s = find_tables(&g, e);
    if (s == STATUS_OK && c->list)
        return list_tables(&g, e);
    if (s == STATUS_OK)
        s = child_choose(c, g.choices, g.n_tables, &g.chosen, e);
    if (s != STATUS_OK)
        return s;
    g.table = &g.tables[g.chosen];
    s = find_columns(&g, g.table, e);
    g.n_rows = count_rows(&g, g.table);
    g.values = arena_array(c->keep, g.schema.n + 1, sizeof *g.values);
    if (s == STATUS_OK && g.n_rows < 0)
        s = gpkg_fail_sql(g.db, e);
    if (s == STATUS_OK)
        s = g.values ? write_header(&g, e) : error_no_memory(e);
    if (s == STATUS_OK)
        s = child_note_others(c, g.choices, g.n_tables, g.chosen, e);
    return s == STATUS_OK ? give_rows(&g, e) : s;
}
