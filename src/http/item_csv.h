/* One page of a collection as CSV: the attributes of each feature and the box that it lies in, for
 * spreadsheets and scripts. Shapes are for GeoJSON and FlatGeobuf: a cell of a spreadsheet holds 32,767
 * characters, and is cut in silence.
 *
 * The page is made whole (at most LIMIT_PAGE_FEATURES rows without shapes), because CSV has no place for
 * the address of the next page but a header, which comes first. Threads: one request's. */
#ifndef HX_HTTP_ITEM_CSV_H
#define HX_HTTP_ITEM_CSV_H

#include "http/item_page.h"

enum status item_csv(struct request *rq, const struct item_page *page, struct reply *reply,
                     struct error *e) HX_MUST_CHECK;

#endif
