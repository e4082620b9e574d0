#include "store/store_bulk.h"

#include "store/rtree_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_TRIGGERS = 4, SRID = 4490 };
static const struct doing INDEXING = {"写入空间索引", "writing the spatial index"};
static const char *const TRIGGERS[N_TRIGGERS] = {"ggi_feature_geometry", "gii_feature_geometry",
                                                 "tmi_feature_geometry", "feature_insert_draft_only"};

struct bulk {
    struct store *store;       /* borrowed */
    char *trigger[N_TRIGGERS]; /* their SQL; NULL: there was none */
    struct rtree_cells cells;
};

void bulk_free(struct bulk *b)
{
    if (!b)
        return;
    for (int i = 0; i < N_TRIGGERS; i++)
        sqlite3_free(b->trigger[i]);
    free(b->cells.list);
    free(b);
}

static enum status suspend(struct bulk *b, int i, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    enum status st = sql_prepare(
        b->store, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1", &q, INDEXING, e);
    if (st != STATUS_OK)
        return st;
    sql_bind_text(q, 1, TRIGGERS[i]);
    st = sql_step(b->store, q, &row, INDEXING, e);
    if (st == STATUS_OK && row)
        b->trigger[i] = sqlite3_mprintf("%s", sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    if (st != STATUS_OK || !row)
        return st;
    char *sql = sqlite3_mprintf("DROP TRIGGER \"%w\"", TRIGGERS[i]);
    st = sql && b->trigger[i] ? sql_exec(b->store, sql, INDEXING, e) : error_no_memory(e);
    sqlite3_free(sql);
    return st;
}

enum status bulk_begin(struct store *s, struct bulk **out, struct error *e)
{
    struct bulk *b = calloc(1, sizeof *b);
    if (!b)
        return error_no_memory(e);
    b->store = s;
    enum status st = STATUS_OK;
    for (int i = 0; st == STATUS_OK && i < N_TRIGGERS; i++)
        st = suspend(b, i, e);
    if (st != STATUS_OK) {
        bulk_free(b);
        return st;
    }
    *out = b;
    return STATUS_OK;
}

/* ---- geometry ---- */

struct walk {
    const unsigned char *bytes;
    size_t n, at;
    struct geo_box box;
};

static bool take_u32(struct walk *w, uint32_t *v)
{
    if (w->n - w->at < 4)
        return false;
    memcpy(v, w->bytes + w->at, 4); /* little-endian, as the machines we run on */
    w->at += 4;
    return true;
}

static bool take_header(struct walk *w, uint32_t type, uint32_t *count)
{
    uint32_t is = 0;
    if (w->n - w->at < 1 || w->bytes[w->at] != 1)
        return false;
    w->at++;
    return take_u32(w, &is) && is == type && take_u32(w, count);
}

static bool take_ring(struct walk *w)
{
    uint32_t n;
    if (!take_u32(w, &n) || (w->n - w->at) / 16 < n)
        return false;
    struct geo_box box = w->box;
    for (uint32_t i = 0; i < n; i++, w->at += 16) {
        double p[2];
        memcpy(p, w->bytes + w->at, 16);
        box.west_deg = p[0] < box.west_deg ? p[0] : box.west_deg;
        box.east_deg = p[0] > box.east_deg ? p[0] : box.east_deg;
        box.south_deg = p[1] < box.south_deg ? p[1] : box.south_deg;
        box.north_deg = p[1] > box.north_deg ? p[1] : box.north_deg;
    }
    w->box = box;
    return true;
}

/* The bytes of SpatiaLite differ from WKB in a frame around all, and in 0x69 where each polygon gives its
 * byte order. */
static bool copy_polygons(struct walk *w, uint32_t n, char *to)
{
    for (uint32_t p = 0; p < n; p++) {
        size_t mark = w->at;
        uint32_t n_rings;
        if (!take_header(w, 3, &n_rings))
            return false;
        to[mark] = 0x69;
        for (uint32_t r = 0; r < n_rings; r++)
            if (!take_ring(w))
                return false;
    }
    return w->at == w->n;
}

static enum status fail_wkb(struct error *e)
{
    error_zh(e, "要写入的几何不是完整的 WKB MultiPolygon；请重新导出源数据再导入。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "feature-wkb",
        "The geometry to be written is not a complete WKB MultiPolygon; export the source again "
        "and import it.");
}

enum status bulk_geometry(const void *wkb, size_t n, struct buffer *out, struct geo_box *box, struct error *e)
{
    enum { FRAME = 38 }; /* 00 01 srid mbr; the 7C takes the place of the WKB's own byte order */
    struct walk w = {.bytes = wkb, .n = n, .box = {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    uint32_t n_polygons;
    if (!take_header(&w, 6, &n_polygons))
        return fail_wkb(e);
    static const char zeros[FRAME];
    buffer_clear(out);
    buffer_append(out, zeros, FRAME);
    buffer_append(out, wkb, n);
    buffer_append_char(out, (char)0xFE);
    enum status st = buffer_status(out, e);
    if (st != STATUS_OK)
        return st;
    if (!copy_polygons(&w, n_polygons, out->data + FRAME))
        return fail_wkb(e);
    int32_t srid = SRID;
    double mbr[4] = {w.box.west_deg, w.box.south_deg, w.box.east_deg, w.box.north_deg};
    out->data[1] = 1;
    memcpy(out->data + 2, &srid, 4);
    memcpy(out->data + 6, mbr, sizeof mbr);
    out->data[FRAME] = 0x7C;
    *box = w.box;
    return STATUS_OK;
}

/* ---- the spatial index ---- */

enum status bulk_index(struct bulk *b, int64_t id, const struct geo_box *box, struct error *e)
{
    if (!rtree_cells_add(&b->cells, rtree_cell_of(id, box)))
        return error_no_memory(e);
    return b->cells.n == RTREE_PACK_MAX ? rtree_add(b->store, &b->cells, e) : STATUS_OK;
}

enum status bulk_finish(struct bulk *b, struct error *e)
{
    enum status st = rtree_add(b->store, &b->cells, e);
    for (int i = 0; st == STATUS_OK && i < N_TRIGGERS; i++)
        if (b->trigger[i])
            st = sql_exec(b->store, b->trigger[i], INDEXING, e);
    if (st == STATUS_OK)
        st = sql_exec(b->store,
                      "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') "
                      "WHERE f_table_name = 'feature' AND f_geometry_column = 'geometry'",
                      INDEXING, e);
    return st;
}
