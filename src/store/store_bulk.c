#include "store/store_bulk.h"

#include "store/rtree_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_TRIGGERS = 4 };
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
