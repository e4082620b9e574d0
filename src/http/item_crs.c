#include "http/item_crs.h"

#include <math.h>
#include <stdio.h>

enum { DEGREE_DECIMALS = 9, METRE_DECIMALS = 4 }; /* 0.1 mm */

enum status item_crs_read(const struct request *rq, const char *parameter, struct crs_named *out,
                          struct error *e)
{
    const char *uri = request_query(rq, parameter);
    return crs_named_of_uri(uri ? uri : CRS_URI_CRS84, parameter, out, e);
}

void item_crs_header(struct reply *reply, const struct crs_named *crs)
{
    char value[CRS_URI_SIZE + 2];
    snprintf(value, sizeof value, "<%s>", crs->uri);
    reply_header(reply, "Content-Crs", value);
}

static void give_position(void *user, double lon_deg, double lat_deg, double axes[2])
{
    struct item_crs_writer *w = user;
    enum status s = w->status;
    if (!s)
        s = w->status = crs_named_from_lonlat(w->transformer, w->crs, lon_deg, lat_deg, axes, w->error);
    if (s)
        axes[0] = axes[1] = NAN;
}

void item_crs_begin(struct item_crs_writer *w, const struct crs_named *crs, struct geo_transformer *t,
                    struct error *e)
{
    bool degrees = crs->crs.kind == GEO_CRS_GEOGRAPHIC;
    *w = (struct item_crs_writer){
        .form = {.decimals = degrees ? DEGREE_DECIMALS : METRE_DECIMALS,
                 .position = degrees && !crs->north_first ? NULL : give_position,
                 .user = w},
        .crs = crs,
        .transformer = t,
        .error = e,
    };
}
