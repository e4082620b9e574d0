#include "store/rtree_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAN = 51,
    CELL_BYTES = 24,
    NODE_HEADER = 4,
    NODE_BYTES = NODE_HEADER + FAN * CELL_BYTES,
    PACK_SHARE = 16
};
static const struct doing INDEXING = {"写入空间索引", "writing the spatial index"};

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
    if (c->n == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 4096;
        struct rtree_cell *list = realloc(c->list, capacity * sizeof *list);
        if (!list)
            return false;
        c->list = list;
        c->capacity = capacity;
    }
    c->list[c->n++] = cell;
    return true;
}

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
static void sort_tiles(struct rtree_cell *c, size_t n)
{
    size_t leaves = (n + FAN - 1) / FAN;
    size_t column = (size_t)ceil(sqrt((double)leaves)) * FAN;
    qsort(c, n, sizeof *c, by_x);
    for (size_t at = 0; at < n; at += column)
        qsort(c + at, n - at < column ? n - at : column, sizeof *c, by_y);
}

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

/* One node's bytes; the answer is the cell by which its parent knows it. */
static struct rtree_cell make_node(unsigned char node[NODE_BYTES], const struct rtree_cell *c, size_t n,
                                   unsigned depth, int64_t number)
{
    struct rtree_cell all = c[0];
    memset(node, 0, NODE_BYTES);
    put_big_endian(node, depth, 2);
    put_big_endian(node + 2, n, 2);
    for (size_t i = 0; i < n; i++) {
        unsigned char *to = node + NODE_HEADER + i * CELL_BYTES;
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

struct packer {
    struct store *store;
    sqlite3_stmt *node, *of_row, *parent;
    int64_t next;             /* node number */
    struct rtree_cell *level; /* the nodes of the level just written */
    size_t n_level;
    struct link {
        int64_t id, node;
    } * links; /* children of the level that is being written */
};

static enum status put_pair(struct packer *p, sqlite3_stmt *q, int64_t a, int64_t b, struct error *e)
{
    sqlite3_bind_int64(q, 1, a);
    sqlite3_bind_int64(q, 2, b);
    return sql_run(p->store, q, INDEXING, e);
}

static int by_id(const void *a, const void *b)
{
    return compare_ids(((const struct link *)a)->id, ((const struct link *)b)->id);
}

/* In the order of the keys, so that the table grows at its end. */
static enum status put_links(struct packer *p, sqlite3_stmt *q, size_t n, struct error *e)
{
    enum status st = STATUS_OK;
    qsort(p->links, n, sizeof *p->links, by_id);
    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        st = put_pair(p, q, p->links[i].id, p->links[i].node, e);
    return st;
}

/* Writes the nodes over `c` and leaves their cells in p->level. A level of one node is the root, number 1. */
static enum status put_level(struct packer *p, const struct rtree_cell *c, size_t n, unsigned depth,
                             struct error *e)
{
    size_t nodes = n > FAN ? (n + FAN - 1) / FAN : 1;
    enum status st = STATUS_OK;
    for (size_t k = 0; st == STATUS_OK && k < nodes; k++) {
        unsigned char bytes[NODE_BYTES];
        size_t first = k * FAN, count = n - first < FAN ? n - first : FAN;
        int64_t number = nodes == 1 ? 1 : p->next++;
        struct rtree_cell cell = make_node(bytes, c + first, count, nodes == 1 ? depth : 0, number);
        for (size_t i = 0; i < count; i++)
            p->links[first + i] = (struct link){c[first + i].id, number};
        p->level[k] = cell; /* behind what is still read: k <= first */
        sqlite3_bind_int64(p->node, 1, number);
        sqlite3_bind_blob(p->node, 2, bytes, NODE_BYTES, SQLITE_STATIC);
        st = sql_run(p->store, p->node, INDEXING, e);
    }
    p->n_level = nodes;
    return st == STATUS_OK ? put_links(p, depth == 0 ? p->of_row : p->parent, n, e) : st;
}

static enum status put_tree(struct packer *p, const struct rtree_cells *c, struct error *e)
{
    enum status st = put_level(p, c->list, c->n, 0, e);
    for (unsigned depth = 1; st == STATUS_OK && p->n_level > 1; depth++)
        st = put_level(p, p->level, p->n_level, depth, e);
    return st;
}

static enum status pack(struct store *s, struct rtree_cells *c, struct error *e)
{
    struct packer p = {.store = s, .next = 2};
    sort_tiles(c->list, c->n);
    p.level = malloc((c->n / FAN + 2) * sizeof *p.level);
    p.links = malloc(c->n * sizeof *p.links);
    enum status st = p.level && p.links ? STATUS_OK : error_no_memory(e);
    if (st == STATUS_OK)
        st = sql_exec(s,
                      "DELETE FROM idx_feature_geometry_node; DELETE FROM idx_feature_geometry_rowid;"
                      "DELETE FROM idx_feature_geometry_parent;",
                      INDEXING, e);
    if (st == STATUS_OK)
        st = sql_prepare(s, "INSERT INTO idx_feature_geometry_node (nodeno, data) VALUES (?1, ?2)", &p.node,
                         INDEXING, e);
    if (st == STATUS_OK)
        st = sql_prepare(s, "INSERT INTO idx_feature_geometry_rowid (rowid, nodeno) VALUES (?1, ?2)",
                         &p.of_row, INDEXING, e);
    if (st == STATUS_OK)
        st = sql_prepare(s, "INSERT INTO idx_feature_geometry_parent (nodeno, parentnode) VALUES (?1, ?2)",
                         &p.parent, INDEXING, e);
    if (st == STATUS_OK)
        st = put_tree(&p, c, e);
    sqlite3_finalize(p.node);
    sqlite3_finalize(p.of_row);
    sqlite3_finalize(p.parent);
    free(p.level);
    free(p.links);
    return st;
}

/* The node size follows from the page size when the tree is made; ours is that of pages from 2 KB. */
static enum status can_pack(struct store *s, size_t n_new, bool *out, struct error *e)
{
    int64_t present = 0, node = 0;
    enum status st = sql_integer(s, "SELECT count(*) FROM idx_feature_geometry_rowid", &present, INDEXING, e);
    if (st == STATUS_OK)
        st = sql_integer(s, "SELECT length(data) FROM idx_feature_geometry_node WHERE nodeno = 1", &node,
                         INDEXING, e);
    *out = node == NODE_BYTES && n_new > FAN && (int64_t)n_new * PACK_SHARE >= present &&
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
        st = whole ? pack(s, c, e) : insert_each(s, c, e);
    c->n = 0;
    return st;
}
