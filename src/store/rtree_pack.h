/* Fills SQLite's R-tree over `feature` in one go: entry by entry it costs more than all else in an import.
 *
 * A packed tree (sort-tile-recursive) is written straight into the R-tree's own tables, whose format is documented and
 * part of SQLite's file format (sqlite.org/rtree.html, section 4.2); rtreecheck() passes on the result (a test). Where an
 * import is small beside what is there, or too large for the memory that an import may use, entries go one by one.
 * Inside a transaction. Not for: other modules. Threads: as the store's handle. */
#ifndef HX_STORE_RTREE_PACK_H
#define HX_STORE_RTREE_PACK_H

#include "store/sql.h"

enum { RTREE_PACK_MAX = 4000000 }; /* entries in memory: 96 MB */

struct rtree_cell {
    int64_t id;
    float west, east, south, north; /* rounded outward */
};

struct rtree_cells {
    struct rtree_cell *list;
    size_t n, capacity;
};

struct rtree_cell rtree_cell_of(int64_t id, const struct geo_box *box);
bool rtree_cells_add(struct rtree_cells *c, struct rtree_cell cell); /* false when memory is out */
/* Adds all cells to idx_feature_geometry and empties the list. */
enum status rtree_add(struct store *s, struct rtree_cells *c, struct error *e) HX_MUST_CHECK;

#endif
