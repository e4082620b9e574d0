/* POST /convert?to=txt|geojson&zone=&crs=&encoding=: the bytes of a parcel file in, the same parcels as
 * 国土TXT or GeoJSON out; no layer is looked at. */
#include "http/route.h"

#include "features/geojson_write.h"
#include "features/parcels.h"
#include "features/txt_write.h"

#include <string.h>

static enum status refuse(const char *name, const char *value, const char *known, struct error *e)
{
    error_zh(e, "参数 %s 的值“%.40s”不对；可用 %s。", name, value, known);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "The value \"%.40s\" of %s is wrong; %s are known.", value, name, known);
}

struct conversion {
    bool txt;
    struct parcel_txt_options options;
    int epsg;
};

static enum status read_parameters(const struct request *rq, struct conversion *c, struct error *e)
{
    const char *to = request_query(rq, "to"), *encoding = request_query(rq, "encoding");
    int64_t zone;
    *c = (struct conversion){.txt = !to || !*to || strcmp(to, "txt") == 0};
    if (!c->txt && strcmp(to, "geojson") != 0)
        return refuse("to", to, "txt, geojson", e);
    c->options.utf8 = encoding && strcmp(encoding, "utf-8") == 0;
    if (encoding && *encoding && !c->options.utf8 && strcmp(encoding, "gb18030") != 0)
        return refuse("encoding", encoding, "gb18030, utf-8", e);
    enum status s = request_query_integer(rq, "zone", 0, 13, 45, &zone, e);
    if (!s)
        c->options.zone = (int)zone;
    return s ? s : crs_of_option(request_query(rq, "crs"), false, &c->epsg, e);
}

static enum status convert(struct request *rq, const struct conversion *c, struct buffer *out,
                           struct error *e)
{
    struct check_worker *w = &rq->worker->check;
    const struct parcel_context context = {.transformer = w->transformer,
                                           .geos = w->geos,
                                           .arena = w->arena,
                                           .reader = w->reader,
                                           .epsg = c->epsg};
    struct parcel_set set;
    enum status s = feature_parcels(
        &context, &(struct feature_request){.bytes = rq->body ? rq->body : "", .n_bytes = rq->body_size},
        &set, e);
    if (s)
        return s;
    if (c->txt)
        return parcel_txt_write(&context, set.parcels, set.n_parcels, &c->options, out, e);
    parcel_geojson_write(set.parcels, set.n_parcels, out);
    return STATUS_OK;
}

enum status handle_convert(struct request *rq, struct reply *reply, struct error *e)
{
    struct conversion c;
    struct buffer b;
    buffer_init(&b, 0);
    enum status s = read_parameters(rq, &c, e);
    if (!s)
        s = convert(rq, &c, &b, e);
    if (!s)
        s = reply_buffer(reply, &b,
                         !c.txt           ? "application/geo+json; charset=utf-8"
                         : c.options.utf8 ? "text/plain; charset=utf-8"
                                          : "text/plain; charset=gb18030",
                         e);
    buffer_release(&b);
    if (s)
        return s;
    reply_header(reply, "Content-Disposition",
                 c.txt ? "attachment; filename=\"hongxian-parcels.txt\""
                       : "attachment; filename=\"hongxian-parcels.geojson\"");
    reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return STATUS_OK;
}
