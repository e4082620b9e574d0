/* The spatial index of a GeoPackage table, packed bottom-up in the order of the rows.
 *
 * Rows come along roads and counties often enough for their order to serve; what matters here is that inserting 100,000
 * boxes one by one into SQLite's R-tree costs more than the whole audit. The node format is that of SQLite's rtree module
 * (ext/rtree/rtree.c, "rtree structure"): a node is depth (2 bytes, of the root only), number of cells (2), and cells of
 * rowid (8) and min x, max x, min y, max y (4 each), all big-endian, padded to the node's size. Boxes are rounded
 * outward to 32-bit floats, as the module does. */
#include "audit/sink.h"

#include "base/buffer.h"
#include "index/hilbert.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 24, MAX_DEPTH = 12, MAX_BOXES = 8000000 };

struct cell {
    int64_t id;
    float box[4];  /* min x, max x, min y, max y */
    uint32_t item; /* of a row: its place among the rows */
};

struct cells {
    struct cell *items;
    size_t n, capacity;
    double extent[4];
    bool
        too_many; /* MAX_BOXES bounds the memory; a larger table goes without an index, as the standard allows */
};

static bool cells_push(struct cells *c, int64_t id, const float box[4])
{
    if (c->n == c->capacity) {
        size_t n = c->capacity ? c->capacity * 2 : 4096;
        struct cell *p = realloc(c->items, n * sizeof *p);
        if (!p)
            return false;
        c->items = p;
        c->capacity = n;
    }
    c->items[c->n] = (struct cell){.id = id, .item = (uint32_t)c->n};
    memcpy(c->items[c->n++].box, box, sizeof c->items->box);
    return true;
}

static float round_down(double v)
{
    float f = (float)v;
    return (double)f > v ? nextafterf(f, -INFINITY) : f;
}

static float round_up(double v)
{
    float f = (float)v;
    return (double)f < v ? nextafterf(f, INFINITY) : f;
}

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

static enum status cell_add(struct cells *c, int64_t fid, const double e[4])
{
    for (int i = 0; i < 4; i++)
        c->extent[i] = i % 2 ? fmax(c->extent[i], e[i]) : fmin(c->extent[i], e[i]);
    const float box[4] = {round_down(e[0]), round_up(e[1]), round_down(e[2]), round_up(e[3])};
    c->too_many = c->too_many || c->n == MAX_BOXES;
    return c->too_many || cells_push(c, fid, box) ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Every geometry that we write has an envelope (row.c). */
static enum status collect(sqlite3 *db, const char *table, const char *column, struct cells *c)
{
    struct heads h = {NULL, NULL};
    enum status s = heads_open(&h, db, table, column) ? STATUS_OK : STATUS_IO;
    int rc = SQLITE_DONE;
    while (!s && (rc = sqlite3_step(h.rows)) == SQLITE_ROW) {
        double envelope[4];
        int64_t fid = sqlite3_column_int64(h.rows, 0);
        if (sqlite3_column_int64(h.rows, 1) < 40)
            continue;
        s = head_read(&h, db, table, column, fid, envelope) ? cell_add(c, fid, envelope) : STATUS_IO;
    }
    if (!s && rc != SQLITE_DONE)
        s = STATUS_IO;
    sqlite3_blob_close(h.head);
    sqlite3_finalize(h.rows);
    return s;
}

static bool along_hilbert(struct cells *c)
{
    const struct geo_box all = {c->extent[0], c->extent[2], c->extent[1], c->extent[3]};
    struct hilbert_key *keys = malloc((c->n + 1) * sizeof *keys);
    struct cell *sorted = malloc((c->n + 1) * sizeof *sorted);
    for (size_t i = 0; keys && sorted && i < c->n; i++) {
        const float *b = c->items[i].box;
        keys[i] = (struct hilbert_key){
            hilbert_key_of(&all, ((double)b[0] + b[1]) / 2, ((double)b[2] + b[3]) / 2), (uint32_t)i};
    }
    if (keys && sorted) {
        hilbert_sort(keys, c->n);
        for (size_t i = 0; i < c->n; i++)
            sorted[i] = c->items[keys[i].item];
        free(c->items);
        c->items = sorted;
        c->capacity = c->n + 1;
        sorted = NULL;
    }
    bool ok = keys && !sorted;
    free(keys);
    free(sorted);
    return ok;
}

/* ---- nodes ---- */

struct tree {
    sqlite3 *db;
    sqlite3_stmt *node, *rowid, *parent;
    size_t node_bytes, fan;
};

static void put(unsigned char *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (unsigned char)(v >> 8 * (bytes - 1 - i));
}

static bool run2(sqlite3_stmt *q, int64_t a, int64_t b)
{
    sqlite3_bind_int64(q, 1, a);
    sqlite3_bind_int64(q, 2, b);
    bool ok = sqlite3_step(q) == SQLITE_DONE;
    sqlite3_reset(q);
    return ok;
}

static bool node_write(struct tree *t, int64_t number, int depth, const struct cell *cells, size_t n,
                       float box[4])
{
    unsigned char *p = calloc(1, t->node_bytes);
    if (!p)
        return false;
    put(p, (uint64_t)depth, 2);
    put(p + 2, n, 2);
    for (size_t i = 0; i < n; i++) {
        unsigned char *c = p + 4 + i * CELL_BYTES;
        put(c, (uint64_t)cells[i].id, 8);
        for (int k = 0; k < 4; k++) {
            uint32_t bits;
            memcpy(&bits, &cells[i].box[k], sizeof bits);
            put(c + 8 + 4 * k, bits, 4);
            bool better = k % 2 ? cells[i].box[k] > box[k] : cells[i].box[k] < box[k];
            if (i == 0 || better)
                box[k] = cells[i].box[k];
        }
    }
    sqlite3_bind_int64(t->node, 1, number);
    sqlite3_bind_blob(t->node, 2, p, (int)t->node_bytes, SQLITE_STATIC);
    bool ok = sqlite3_step(t->node) == SQLITE_DONE;
    sqlite3_reset(t->node);
    free(p);
    return ok;
}

/* Which node holds each row, in the order of the rows: appending to a table is much cheaper than inserting. The lowest
 * level's nodes are numbered from 2 along the cells; a root that is the lowest level is node 1. */
static bool rows_write(struct tree *t, const struct cells *c)
{
    struct holder {
        int64_t id, node;
    } *held = malloc((c->n + 1) * sizeof *held);
    bool ok = held != NULL;
    for (size_t i = 0; ok && i < c->n; i++)
        held[c->items[i].item] =
            (struct holder){c->items[i].id, c->n > t->fan ? 2 + (int64_t)(i / t->fan) : 1};
    for (size_t i = 0; ok && i < c->n; i++)
        ok = run2(t->rowid, held[i].id, held[i].node);
    free(held);
    return ok;
}

/* Level by level: the cells of one level become the nodes of the next, until they fit the root, which is node 1. */
static bool levels_write(struct tree *t, struct cells *c)
{
    int64_t next = 2;
    int depth = 0;
    bool ok = rows_write(t, c);
    while (ok && c->n > t->fan && depth < MAX_DEPTH) {
        size_t n = 0;
        for (size_t i = 0; ok && i < c->n; i += t->fan) {
            size_t count = c->n - i < t->fan ? c->n - i : t->fan;
            struct cell up = {.id = next++};
            ok = node_write(t, up.id, 0, c->items + i, count, up.box);
            for (size_t k = i; ok && depth > 0 && k < i + count; k++)
                ok = run2(t->parent, c->items[k].id, up.id);
            c->items[n++] = up; /* n <= i: what is overwritten has been written out */
        }
        c->n = n;
        depth++;
    }
    for (size_t k = 0; ok && depth > 0 && k < c->n; k++)
        ok = run2(t->parent, c->items[k].id, 1);
    float box[4] = {0};
    return ok && node_write(t, 1, depth, c->items, c->n, box);
}

static bool prepare_on(sqlite3 *db, const char *format, const char *table, const char *column,
                       sqlite3_stmt **q)
{
    char *sql = sqlite3_mprintf(format, table, column);
    bool ok = sql && sqlite3_prepare_v2(db, sql, -1, q, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static bool exec_on(sqlite3 *db, const char *format, const char *table, const char *column)
{
    char *sql = sqlite3_mprintf(format, table, column);
    bool ok = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

/* The empty tree that SQLite makes says how large a node is. */
static bool tree_open(struct tree *t, const char *table, const char *column)
{
    sqlite3_stmt *q = NULL;
    bool ok = exec_on(t->db, "CREATE VIRTUAL TABLE \"rtree_%w_%w\" USING rtree(id, minx, maxx, miny, maxy)",
                      table, column) &&
              prepare_on(t->db, "SELECT length(data) FROM \"rtree_%w_%w_node\" WHERE nodeno = 1", table,
                         column, &q) &&
              sqlite3_step(q) == SQLITE_ROW;
    t->node_bytes = ok ? (size_t)sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    t->fan = t->node_bytes > 4 ? (t->node_bytes - 4) / CELL_BYTES : 0;
    return ok && t->fan >= 4 &&
           prepare_on(t->db, "REPLACE INTO \"rtree_%w_%w_node\" VALUES (?,?)", table, column, &t->node) &&
           prepare_on(t->db, "REPLACE INTO \"rtree_%w_%w_rowid\" (rowid, nodeno) VALUES (?,?)", table, column,
                      &t->rowid) &&
           prepare_on(t->db, "REPLACE INTO \"rtree_%w_%w_parent\" VALUES (?,?)", table, column, &t->parent);
}

static bool describe(sqlite3 *db, const char *table, const struct cells *c)
{
    char *sql =
        c->n == 0
            ? sqlite3_mprintf("SELECT 1")
            : sqlite3_mprintf("UPDATE gpkg_contents SET min_x = %!.17g, max_x = %!.17g, min_y = %!.17g, "
                              "max_y = %!.17g WHERE table_name = %Q",
                              c->extent[0], c->extent[1], c->extent[2], c->extent[3], table);
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

/* By these the index follows when somebody edits the table: whoever edits has ST_MinX and the rest, as every program that
 * writes GeoPackages does. Table and column are ours and need no quoting. */
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

enum status gpkg_rtree_build(struct sqlite3 *db, const char *table, const char *column, struct error *e)
{
    struct cells c = {.extent = {INFINITY, -INFINITY, INFINITY, -INFINITY}};
    struct tree t = {.db = db};
    enum status s = collect(db, table, column, &c);
    bool ok = s == STATUS_OK && describe(db, table, &c);
    if (!c.too_many)
        ok = ok && announce(db, table, column) && along_hilbert(&c) && tree_open(&t, table, column) &&
             levels_write(&t, &c) && follow_edits(db, table, column);
    sqlite3_finalize(t.node);
    sqlite3_finalize(t.rowid);
    sqlite3_finalize(t.parent);
    free(c.items);
    if (ok)
        return STATUS_OK;
    if (s == STATUS_NO_MEMORY)
        return error_no_memory(e);
    error_zh(e, "写入 GeoPackage 的空间索引失败：%s。", sqlite3_errmsg(db));
    return error_fail(e, STATUS_IO, "gpkg-rtree", "Writing the GeoPackage's spatial index failed: %s.",
                      sqlite3_errmsg(db));
}
