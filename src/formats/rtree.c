#include "formats/rtree.h"

#include "base/array.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 24, NODE_HEADER = 4, LEAST_FAN = 4 };

static float down(double v)
{
    float f = (float)v;
    return (double)f > v ? nextafterf(f, -INFINITY) : f;
}

static float up(double v)
{
    float f = (float)v;
    return (double)f < v ? nextafterf(f, INFINITY) : f;
}

struct rtree_cell rtree_cell_of(int64_t id, const struct geo_box *b)
{
    return (struct rtree_cell){id, down(b->west_deg), up(b->east_deg), down(b->south_deg), up(b->north_deg)};
}

bool rtree_cells_add(struct rtree_cells *c, struct rtree_cell cell)
{
    if (!ARRAY_RESERVE(c->list, c->capacity, c->n + 1))
        return false;
    c->list[c->n++] = cell;
    return true;
}

/* ---- order ---- */

static int compare_ids(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_x(const void *a, const void *b)
{
    const struct rtree_cell *p = a, *q = b;
    float x = p->west + p->east, y = q->west + q->east;
    return x != y ? (x < y ? -1 : 1) : compare_ids(p->id, q->id);
}

static int by_y(const void *a, const void *b)
{
    const struct rtree_cell *p = a, *q = b;
    float x = p->south + p->north, y = q->south + q->north;
    return x != y ? (x < y ? -1 : 1) : compare_ids(p->id, q->id);
}

/* Columns of about sqrt(leaves) leaves each, every column from south to north. */
static void sort_tiles(struct rtree_cell *c, size_t n, size_t fan)
{
    if (n <= fan)
        return;
    size_t leaves = (n + fan - 1) / fan;
    size_t column = (size_t)ceil(sqrt((double)leaves)) * fan;
    qsort(c, n, sizeof *c, by_x);
    for (size_t at = 0; at < n; at += column)
        qsort(c + at, n - at < column ? n - at : column, sizeof *c, by_y);
}

/* ---- nodes ---- */

static void put_big_endian(unsigned char *to, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(v >> 8 * (bytes - 1 - i));
}

static void put_float(unsigned char *to, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    put_big_endian(to, bits, 4);
}

struct packer {
    sqlite3 *db;
    const char *tree;
    sqlite3_stmt *node, *of_row, *parent;
    size_t node_bytes, fan;   /* the last bytes of a node may be unused */
    unsigned char *bytes;     /* of one node */
    int64_t next;             /* node number */
    struct rtree_cell *level; /* the nodes of the level just written */
    size_t n_level;
    struct link {
        int64_t id, node;
    } * links; /* children of the level that is being written */
};

/* One node's bytes; the answer is the cell by which its parent knows it. */
static struct rtree_cell make_node(struct packer *p, const struct rtree_cell *c, size_t n, unsigned depth,
                                   int64_t number)
{
    struct rtree_cell all = n ? c[0] : (struct rtree_cell){.id = 0};
    memset(p->bytes, 0, p->node_bytes);
    put_big_endian(p->bytes, depth, 2);
    put_big_endian(p->bytes + 2, n, 2);
    for (size_t i = 0; i < n; i++) {
        unsigned char *to = p->bytes + NODE_HEADER + i * CELL_BYTES;
        put_big_endian(to, (uint64_t)c[i].id, 8);
        const float sides[] = {c[i].west, c[i].east, c[i].south, c[i].north};
        for (int k = 0; k < 4; k++)
            put_float(to + 8 + 4 * k, sides[k]);
        all.west = c[i].west < all.west ? c[i].west : all.west;
        all.east = c[i].east > all.east ? c[i].east : all.east;
        all.south = c[i].south < all.south ? c[i].south : all.south;
        all.north = c[i].north > all.north ? c[i].north : all.north;
    }
    all.id = number;
    return all;
}

static bool run(sqlite3_stmt *q)
{
    bool ok = sqlite3_step(q) == SQLITE_DONE;
    return sqlite3_reset(q) == SQLITE_OK && ok;
}

static int by_id(const void *a, const void *b)
{
    return compare_ids(((const struct link *)a)->id, ((const struct link *)b)->id);
}

/* In the order of the keys, so that the table grows at its end. */
static bool put_links(struct packer *p, sqlite3_stmt *q, size_t n)
{
    bool ok = true;
    qsort(p->links, n, sizeof *p->links, by_id);
    for (size_t i = 0; ok && i < n; i++) {
        sqlite3_bind_int64(q, 1, p->links[i].id);
        sqlite3_bind_int64(q, 2, p->links[i].node);
        ok = run(q);
    }
    return ok;
}

/* Writes the nodes over `c` and leaves their cells in p->level. A level of one node is the root, number 1. */
static bool put_level(struct packer *p, const struct rtree_cell *c, size_t n, unsigned depth)
{
    size_t nodes = n > p->fan ? (n + p->fan - 1) / p->fan : 1;
    bool ok = true;
    for (size_t k = 0; ok && k < nodes; k++) {
        size_t first = k * p->fan, count = n - first < p->fan ? n - first : p->fan;
        int64_t number = nodes == 1 ? 1 : p->next++;
        struct rtree_cell cell = make_node(p, c + first, count, nodes == 1 ? depth : 0, number);
        for (size_t i = 0; i < count; i++)
            p->links[first + i] = (struct link){c[first + i].id, number};
        p->level[k] = cell; /* behind what is still read: k <= first */
        sqlite3_bind_int64(p->node, 1, number);
        sqlite3_bind_blob64(p->node, 2, p->bytes, p->node_bytes, SQLITE_STATIC);
        ok = run(p->node);
    }
    p->n_level = nodes;
    return ok && put_links(p, depth == 0 ? p->of_row : p->parent, n);
}

static bool put_tree(struct packer *p, const struct rtree_cells *c)
{
    bool ok = put_level(p, c->list, c->n, 0);
    for (unsigned depth = 1; ok && p->n_level > 1; depth++)
        ok = put_level(p, p->level, p->n_level, depth);
    return ok;
}

/* ---- tables ---- */

static bool prepare(sqlite3 *db, const char *format, const char *tree, sqlite3_stmt **q)
{
    char *sql = sqlite3_mprintf(format, tree);
    bool ok = sql && sqlite3_prepare_v2(db, sql, -1, q, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static size_t node_size(sqlite3 *db, const char *tree)
{
    sqlite3_stmt *q = NULL;
    bool found = prepare(db, "SELECT length(data) FROM \"%w_node\" WHERE nodeno = 1", tree, &q) &&
                 sqlite3_step(q) == SQLITE_ROW;
    size_t bytes = found ? (size_t)sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return bytes;
}

static size_t fan_of(size_t bytes)
{
    size_t fan = bytes > NODE_HEADER ? (bytes - NODE_HEADER) / CELL_BYTES : 0;
    return fan >= LEAST_FAN ? fan : 0;
}

size_t rtree_fan(struct sqlite3 *db, const char *tree)
{
    return fan_of(node_size(db, tree));
}

static bool empty_tables(struct packer *p)
{
    char *sql =
        sqlite3_mprintf("DELETE FROM \"%w_node\"; DELETE FROM \"%w_rowid\"; DELETE FROM \"%w_parent\"",
                        p->tree, p->tree, p->tree);
    bool ok = sql && sqlite3_exec(p->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return ok;
}

static bool open_tables(struct packer *p)
{
    return empty_tables(p) &&
           prepare(p->db, "INSERT INTO \"%w_node\" (nodeno, data) VALUES (?1, ?2)", p->tree, &p->node) &&
           prepare(p->db, "INSERT INTO \"%w_rowid\" (rowid, nodeno) VALUES (?1, ?2)", p->tree, &p->of_row) &&
           prepare(p->db, "INSERT INTO \"%w_parent\" (nodeno, parentnode) VALUES (?1, ?2)", p->tree,
                   &p->parent);
}

static enum status fail_sql(sqlite3 *db, struct error *e)
{
    error_zh(e, "写入空间索引失败：%s；请检查磁盘空间。", sqlite3_errmsg(db));
    return error_fail(e, sqlite3_errcode(db) == SQLITE_NOMEM ? STATUS_NO_MEMORY : STATUS_IO, "rtree-write",
                      "Writing the spatial index failed: %s; check the disk's space.", sqlite3_errmsg(db));
}

enum status rtree_pack(struct sqlite3 *db, const char *tree, struct rtree_cells *c, struct error *e)
{
    struct packer p = {.db = db, .tree = tree, .node_bytes = node_size(db, tree), .next = 2};
    p.fan = fan_of(p.node_bytes);
    if (!p.fan)
        return fail_sql(db, e);
    p.bytes = malloc(p.node_bytes);
    p.level = malloc((c->n / p.fan + 2) * sizeof *p.level);
    p.links = malloc((c->n + 1) * sizeof *p.links);
    enum status st = p.bytes && p.level && p.links ? STATUS_OK : error_no_memory(e);
    if (st == STATUS_OK) {
        sort_tiles(c->list, c->n, p.fan);
        st = open_tables(&p) && put_tree(&p, c) ? STATUS_OK : fail_sql(db, e);
    }
    sqlite3_finalize(p.node);
    sqlite3_finalize(p.of_row);
    sqlite3_finalize(p.parent);
    free(p.bytes);
    free(p.level);
    free(p.links);
    return st;
}
