/* POST /records/{id}/overrides: an officer's verdict, with its reason, beside the machine's. */
#include "http/access_place.h"
#include "http/override_body.h"
#include "http/record_writer.h"
#include "http/route.h"

#include "record/record_json.h"

#include <inttypes.h>
#include <stdio.h>

static enum status reply_row(struct reply *reply, const struct store_record *row, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    char href[48];
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    record_write_row(&w, row);
    enum status s = reply_json(reply, &b, STATUS_OK, "no-store", e);
    if (s)
        return s;
    snprintf(href, sizeof href, "/records/%" PRId64, row->id);
    reply->status = MHD_HTTP_CREATED;
    reply_header(reply, MHD_HTTP_HEADER_LOCATION, href);
    return STATUS_OK;
}

enum status handle_override(struct request *rq, struct reply *reply, struct error *e)
{
    struct arena *a = rq->worker->check.arena;
    struct override_body body;
    struct store_record row;
    int64_t id;
    enum status s = record_writer_may_write(rq, RIGHT_OVERRIDE, e);
    if (!s)
        s = request_param_integer(rq, 0, 1, INT64_MAX, &id, e);
    if (!s)
        s = access_record(rq, id, e);
    if (!s)
        s = override_body_read(rq->body, rq->body_size, a, &body, e);
    if (!s && !*body.officer && *rq->caller.title)
        body.officer = rq->caller.title;
    if (!s)
        s = record_writer_override(rq, id, body.verdict, body.reason, body.officer, a, &row, e);
    return s ? s : reply_row(reply, &row, e);
}
