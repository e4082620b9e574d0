/* SQLite's R-tree filled in one go: entry by entry it costs more than all else in an import or an audit.
 *
 * A packed tree (sort-tile-recursive) is written straight into the R-tree's own tables, whose format is
 * documented and part of SQLite's file format (sqlite.org/rtree.html, section 4.2); rtreecheck() passes on
 * the result (a test). A node is depth (2 bytes, of the root only), number of cells (2), and cells of rowid
 * (8) and min x, max x, min y, max y (4 each), all big-endian, padded to the node's size. Threads: as the
 * connection. */
#ifndef HX_FORMATS_RTREE_H
#define HX_FORMATS_RTREE_H

#include "base/status.h"
#include "geo/shape.h"

#include <stdint.h>

struct sqlite3;

struct rtree_cell {
    int64_t id;
    float west, east, south, north; /* rounded outward, as the module does */
};

struct rtree_cells {
    struct rtree_cell *list; /* owned: free() */
    size_t n, capacity;
};

struct rtree_cell rtree_cell_of(int64_t id, const struct geo_box *box);
bool rtree_cells_add(struct rtree_cells *c, struct rtree_cell cell); /* false when memory is out */

/* What one node of the table holds; 0 when the table cannot be read. The empty tree that SQLite makes says
 * how large its nodes are: that follows from the page size. */
size_t rtree_fan(struct sqlite3 *db, const char *tree);

/* Replaces all that the virtual table `tree` holds by the cells, which are put in another order. Inside a
 * transaction of the caller's, for which a failure is the end. */
enum status rtree_pack(struct sqlite3 *db, const char *tree, struct rtree_cells *c,
                       struct error *e) HX_MUST_CHECK;

#endif
