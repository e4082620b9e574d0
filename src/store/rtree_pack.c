#include "store/rtree_pack.h"

enum { PACK_SHARE = 16 };
static const char tree[] = "idx_feature_geometry";
static const struct doing INDEXING = {"写入空间索引", "writing the spatial index"};

/* ---- one by one ---- */

static enum status insert_each(struct store *s, const struct rtree_cells *c, struct error *e)
{
    sqlite3_stmt *q = NULL;
    enum status st = sql_prepare(
        s, "INSERT INTO idx_feature_geometry (pkid, xmin, xmax, ymin, ymax) VALUES (?1, ?2, ?3, ?4, ?5)", &q,
        INDEXING, e);
    for (size_t i = 0; st == STATUS_OK && i < c->n; i++) {
        const struct rtree_cell *cell = &c->list[i];
        const float sides[] = {cell->west, cell->east, cell->south, cell->north};
        sqlite3_bind_int64(q, 1, cell->id);
        for (int k = 0; k < 4; k++)
            sqlite3_bind_double(q, 2 + k, (double)sides[k]);
        st = sql_run(s, q, INDEXING, e);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- all at once ---- */

static enum status take_present(struct store *s, struct rtree_cells *c, struct error *e)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    enum status st =
        sql_prepare(s, "SELECT pkid, xmin, xmax, ymin, ymax FROM idx_feature_geometry", &q, INDEXING, e);
    while (st == STATUS_OK && row) {
        st = sql_step(s, q, &row, INDEXING, e);
        if (st != STATUS_OK || !row)
            break;
        struct rtree_cell cell = {sqlite3_column_int64(q, 0), (float)sqlite3_column_double(q, 1),
                                  (float)sqlite3_column_double(q, 2), (float)sqlite3_column_double(q, 3),
                                  (float)sqlite3_column_double(q, 4)};
        if (!rtree_cells_add(c, cell))
            st = error_no_memory(e);
    }
    sqlite3_finalize(q);
    return st;
}

/* Where an import is small beside what is there, or too large for the memory that it may use, entries go
 * one by one. */
static enum status can_pack(struct store *s, size_t n_new, bool *out, struct error *e)
{
    int64_t present = 0;
    enum status st = sql_integer(s, "SELECT count(*) FROM idx_feature_geometry_rowid", &present, INDEXING, e);
    size_t fan = rtree_fan(s->db, tree);
    *out = fan && n_new > fan && (int64_t)n_new * PACK_SHARE >= present &&
           (int64_t)n_new + present <= RTREE_PACK_MAX;
    return st;
}

enum status rtree_add(struct store *s, struct rtree_cells *c, struct error *e)
{
    bool whole = false;
    enum status st = can_pack(s, c->n, &whole, e);
    if (st == STATUS_OK && whole)
        st = take_present(s, c, e);
    if (st == STATUS_OK)
        st = whole ? rtree_pack(s->db, tree, c, e) : insert_each(s, c, e);
    c->n = 0;
    return st;
}
