/* The coordinate system of an answer with features: crs= of the request, the header Content-Crs, and each
 * position on its way into GeoJSON. Threads: one request's. */
#ifndef HX_HTTP_ITEM_CRS_H
#define HX_HTTP_ITEM_CRS_H

#include "formats/geojson.h"
#include "geo/crs/uri.h"
#include "http/request.h"

/* The system that the parameter names; CRS84 without it. */
enum status item_crs_read(const struct request *rq, const char *parameter, struct crs_named *out,
                          struct error *e) HX_MUST_CHECK;
void item_crs_header(struct reply *reply, const struct crs_named *crs);

/* Lives where it was begun: `form` points into it. */
struct item_crs_writer {
    struct geojson_axes form;
    const struct crs_named *crs;
    struct geo_transformer *transformer;
    enum status status; /* the first failure; then null stands for the position */
    struct error *error;
};
void item_crs_begin(struct item_crs_writer *w, const struct crs_named *crs, struct geo_transformer *t,
                    struct error *e);

#endif
