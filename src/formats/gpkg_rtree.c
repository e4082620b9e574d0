/* The spatial index of a GeoPackage table. */
#include "formats/gpkg.h"

#include "base/buffer.h"
#include "formats/rtree.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

enum { MAX_BOXES = 8000000 };

struct boxes {
    struct rtree_cells cells;
    struct geo_box extent;
    bool too_many;
};

/* A geometry's head alone is read, not the megabytes behind it; SQLite knows lengths without reading. */
struct heads {
    sqlite3_stmt *rows; /* fid and length of each geometry */
    sqlite3_blob *head;
};

static bool heads_open(struct heads *h, sqlite3 *db, const char *table, const char *column)
{
    char *sql = sqlite3_mprintf("SELECT fid, length(\"%w\") FROM \"%w\"", column, table);
    bool ok = sql && sqlite3_prepare_v2(db, sql, -1, &h->rows, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static bool head_read(struct heads *h, sqlite3 *db, const char *table, const char *column, int64_t fid,
                      double envelope[4])
{
    int rc = h->head ? sqlite3_blob_reopen(h->head, fid)
                     : sqlite3_blob_open(db, "main", table, column, fid, 0, &h->head);
    return rc == SQLITE_OK && sqlite3_blob_read(h->head, envelope, 4 * sizeof *envelope, 8) == SQLITE_OK;
}

static enum status box_add(struct boxes *b, int64_t fid, const double e[4])
{
    const struct geo_box box = {.west_deg = e[0], .east_deg = e[1], .south_deg = e[2], .north_deg = e[3]};
    b->extent.west_deg = fmin(b->extent.west_deg, e[0]);
    b->extent.east_deg = fmax(b->extent.east_deg, e[1]);
    b->extent.south_deg = fmin(b->extent.south_deg, e[2]);
    b->extent.north_deg = fmax(b->extent.north_deg, e[3]);
    b->too_many = b->too_many || b->cells.n == MAX_BOXES;
    return b->too_many || rtree_cells_add(&b->cells, rtree_cell_of(fid, &box)) ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status collect(sqlite3 *db, const char *table, const char *column, struct boxes *b)
{
    struct heads h = {NULL, NULL};
    enum status s = heads_open(&h, db, table, column) ? STATUS_OK : STATUS_IO;
    int rc = SQLITE_DONE;
    while (!s && (rc = sqlite3_step(h.rows)) == SQLITE_ROW) {
        double envelope[4];
        int64_t fid = sqlite3_column_int64(h.rows, 0);
        if (sqlite3_column_int64(h.rows, 1) < 40)
            continue;
        s = head_read(&h, db, table, column, fid, envelope) ? box_add(b, fid, envelope) : STATUS_IO;
    }
    if (!s && rc != SQLITE_DONE)
        s = STATUS_IO;
    sqlite3_blob_close(h.head);
    sqlite3_finalize(h.rows);
    return s;
}

static bool exec_on(sqlite3 *db, const char *format, const char *table, const char *column)
{
    char *sql = sqlite3_mprintf(format, table, column);
    bool ok = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static bool describe(sqlite3 *db, const char *table, const struct boxes *b)
{
    char *sql =
        b->cells.n == 0
            ? sqlite3_mprintf("SELECT 1")
            : sqlite3_mprintf("UPDATE gpkg_contents SET min_x = %!.17g, max_x = %!.17g, min_y = %!.17g, "
                              "max_y = %!.17g WHERE table_name = %Q",
                              b->extent.west_deg, b->extent.east_deg, b->extent.south_deg,
                              b->extent.north_deg, table);
    bool ok = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static bool announce(sqlite3 *db, const char *table, const char *column)
{
    return exec_on(db,
                   "INSERT INTO gpkg_extensions VALUES ('%w', '%w', 'gpkg_rtree_index', "
                   "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
                   table, column);
}

/* By these the index follows when somebody edits the table: whoever edits has ST_MinX and the rest, as every
 * program that writes GeoPackages does. Table and column are ours and need no quoting. */
static bool follow_edits(sqlite3 *db, const char *table, const char *column)
{
    struct buffer b;
    buffer_init(&b, 0);
    for (int update = 0; update < 2; update++) {
        buffer_printf(&b, "CREATE TRIGGER rtree_%s_%s_%s AFTER %s ON %s BEGIN ", table, column,
                      update ? "update" : "insert", update ? "UPDATE" : "INSERT", table);
        if (update)
            buffer_printf(&b, "DELETE FROM rtree_%s_%s WHERE id = OLD.fid; ", table, column);
        buffer_printf(
            &b,
            "INSERT OR REPLACE INTO rtree_%s_%s SELECT NEW.fid, ST_MinX(NEW.%s), ST_MaxX(NEW.%s), "
            "ST_MinY(NEW.%s), ST_MaxY(NEW.%s) WHERE NEW.%s NOT NULL AND NOT ST_IsEmpty(NEW.%s); END;",
            table, column, column, column, column, column, column, column);
    }
    buffer_printf(
        &b,
        "CREATE TRIGGER rtree_%s_%s_delete AFTER DELETE ON %s BEGIN DELETE FROM rtree_%s_%s WHERE id = "
        "OLD.fid; END;",
        table, column, table, table, column);
    bool ok = !b.failed && sqlite3_exec(db, b.data, NULL, NULL, NULL) == SQLITE_OK;
    buffer_release(&b);
    return ok;
}

static enum status fail_sql(sqlite3 *db, struct error *e)
{
    error_zh(e, "写入 GeoPackage 的空间索引失败：%s。", sqlite3_errmsg(db));
    return error_fail(e, STATUS_IO, "gpkg-rtree", "Writing the GeoPackage's spatial index failed: %s.",
                      sqlite3_errmsg(db));
}

static enum status build(sqlite3 *db, const char *table, const char *column, struct boxes *b, struct error *e)
{
    static const char create[] =
        "CREATE VIRTUAL TABLE \"rtree_%w_%w\" USING rtree(id, minx, maxx, miny, maxy)";
    if (!announce(db, table, column) || !exec_on(db, create, table, column))
        return fail_sql(db, e);
    char *tree = sqlite3_mprintf("rtree_%s_%s", table, column);
    enum status s = tree ? rtree_pack(db, tree, &b->cells, e) : error_no_memory(e);
    sqlite3_free(tree);
    return !s && !follow_edits(db, table, column) ? fail_sql(db, e) : s;
}

enum status gpkg_rtree_build(struct sqlite3 *db, const char *table, const char *column, struct error *e)
{
    struct boxes b = {
        .extent = {
            .west_deg = INFINITY, .south_deg = INFINITY, .east_deg = -INFINITY, .north_deg = -INFINITY}};
    enum status s = collect(db, table, column, &b);
    if (s == STATUS_NO_MEMORY)
        s = error_no_memory(e);
    else if (s || !describe(db, table, &b))
        s = fail_sql(db, e);
    if (!s && !b.too_many)
        s = build(db, table, column, &b, e);
    free(b.cells.list);
    return s;
}
