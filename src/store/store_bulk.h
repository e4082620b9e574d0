/* Writing many features in one transaction: geometry as SpatiaLite's own bytes (geometry_bytes.h), and the
 * spatial index in one go.
 *
 * SpatiaLite's triggers on `feature` parse and run several statements for each row, at many times the cost of
 * the row itself. Between bulk_begin and bulk_finish the three that concern inserts, and our own guard of
 * drafts (the import writes to no other version), are absent; what they do is done here, and
 * DDL is transactional: other connections never see the table without them, a killed import leaves them in
 * place.
 * Not for: other modules. Threads: as the store's handle. Memory: at most RTREE_PACK_MAX boxes. */
#ifndef HX_STORE_STORE_BULK_H
#define HX_STORE_STORE_BULK_H

#include "store/sql.h"

struct bulk;
/* Inside the import's transaction. */
enum status bulk_begin(struct store *s, struct bulk **out, struct error *e) HX_MUST_CHECK;
/* The box of a row that was just written. */
enum status bulk_index(struct bulk *b, int64_t id, const struct geo_box *box, struct error *e) HX_MUST_CHECK;
/* Writes what is left of the index and puts the triggers back. */
enum status bulk_finish(struct bulk *b, struct error *e) HX_MUST_CHECK;
void bulk_free(struct bulk *b); /* NULL-safe */

#endif
