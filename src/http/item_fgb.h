/* Features of a collection as FlatGeobuf, for programs: shapes as they are stored, to the bit, and the
 * columns that CSV and GeoJSON have. A page when there is a limit, else the whole collection: a file shows
 * nobody a link to its next page, so that a part would be taken for all.
 *
 * The header says how many features follow, and the stream is cut off when it was wrong: a reader then
 * knows. x is the easting or the longitude, whatever the order of the authority is; CRS84 and EPSG:4490
 * are the same numbers here, and the header names EPSG:4490, in which they are stored. Threads: one
 * stream's. */
#ifndef HX_HTTP_ITEM_FGB_H
#define HX_HTTP_ITEM_FGB_H

#include "formats/flatgeobuf.h"
#include "http/item_page.h"

struct item_fgb {
    struct fgb_writer w;
    struct arena *arena;             /* of one feature */
    const char *label;               /* borrowed from the page */
    struct geo_shape_builder *shape; /* scratch and positions of the piece under way: set by its writer */
    struct item_crs_writer *crs;
};

/* `out` and `page` outlive it. False when memory is out; item_fgb_release in any case. */
bool item_fgb_init(struct item_fgb *f, struct buffer *out, const struct item_page *page);
void item_fgb_release(struct item_fgb *f);

/* Appends the header. `n` features follow. */
enum status item_fgb_head(const struct request *rq, const struct item_page *page, int64_t n,
                          struct buffer *out, struct error *e) HX_MUST_CHECK;
enum status item_fgb_feature(struct item_fgb *f, const struct store_feature *feature,
                             struct error *e) HX_MUST_CHECK;
enum status item_fgb_place(struct item_fgb *f, const struct store_plan_feature *place,
                           struct error *e) HX_MUST_CHECK;

#endif
