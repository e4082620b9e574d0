/* The filter of a request for items: filter, filter-lang, filter-crs, each queryable as a parameter of its
 * own, and a bbox in a zone, which is no box in degrees. All must hold. Threads: one request's. */
#ifndef HX_HTTP_ITEM_FILTER_H
#define HX_HTTP_ITEM_FILTER_H

#include "http/queryables.h"

/* The parameters of items besides queryables. */
#define ITEMS_QUERY "bbox bbox-crs crs filter filter-lang filter-crs datetime version limit after f"

struct item_filter;
/* A bbox as it was written. */
struct item_filter_box {
    bool given;
    double corners[4];
    struct crs_named crs;
};

/* *out NULL: nothing is filtered. A parameter that is neither one of ITEMS_QUERY nor a queryable is refused.
 * Owned: item_filter_free. */
enum status item_filter_read(const struct request *rq, const struct collection *c, int64_t version_id,
                             const struct item_filter_box *box, struct item_filter **out,
                             struct error *e) HX_MUST_CHECK;
void item_filter_free(struct item_filter *f); /* NULL-safe */

enum status item_filter_feature(struct item_filter *f, const struct store_feature *feature, bool *matches,
                                struct error *e) HX_MUST_CHECK;
enum status item_filter_place(struct item_filter *f, const struct store_plan_feature *place, bool *matches,
                              struct error *e) HX_MUST_CHECK;
const struct filter *
item_filter_of(const struct item_filter *f); /* for its box, and whether it needs shapes */
/* The parameters that made it, for the links of a page: appended as item_page_keep does. */
void item_filter_keep(const struct request *rq, const struct item_filter *f, struct buffer *out);

#endif
