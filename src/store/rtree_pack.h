/* The R-tree over `feature`: new entries packed with what is there (formats/rtree.h), or one by one. Inside a
 * transaction.
 * Not for: other modules. Threads: as the store's handle. */
#ifndef HX_STORE_RTREE_PACK_H
#define HX_STORE_RTREE_PACK_H

#include "formats/rtree.h"
#include "store/sql.h"

enum { RTREE_PACK_MAX = 4000000 }; /* entries in memory: 96 MB */

/* Adds all cells to idx_feature_geometry and empties the list. */
enum status rtree_add(struct store *s, struct rtree_cells *c, struct error *e) HX_MUST_CHECK;

#endif
