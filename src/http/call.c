#include "http/call.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call *call_new(const char *uri, struct MHD_Connection *connection, bool is_secure,
                      struct front_door *door, struct job_queue *jobs)
{
    struct call *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->target = framing_target(uri);
    c->is_secure = is_secure;
    c->guest = door_guest_of(connection);
    door_stage(c->guest, DOOR_HEADER);
    request_body_init(&c->body, door, jobs);
    return c;
}

void call_begin(struct call *c, const char *method, const char *path, const char *id,
                struct request_counts *counts)
{
    c->is_begun = true;
    c->lane = REQUEST_LANE_NONE;
    c->began_s = clock_seconds();
    if (id)
        snprintf(c->id, sizeof c->id, "%s", id);
    else
        request_id_make(c->id);
    log_set_id(c->id); /* a connection has a thread of its own, and one request at a time */
    snprintf(c->method, sizeof c->method, "%s", method);
    snprintf(c->path, sizeof c->path, "%s", path);
    c->route = route_find(method, path, c->params, c->allowed);
    request_body_expect(&c->body, strcmp(method, MHD_HTTP_METHOD_POST) == 0, c->route && c->route->is_job);
    atomic_fetch_add(&counts->active, 1);
}

void call_end(struct call *c, enum MHD_RequestTerminationCode why, struct request_counts *counts)
{
    if (c->is_begun) {
        const struct log_request said = {.method = c->method,
                                         .path = c->path,
                                         .status = c->status,
                                         .ms = (clock_seconds() - c->began_s) * 1e3,
                                         .is_cut = why != MHD_REQUEST_TERMINATED_COMPLETED_OK,
                                         .person = c->person,
                                         .client = c->client};
        log_request(&said);
        request_counts_end(counts, c->status, c->lane, said.ms / 1e3);
    }
    log_set_id("");
    request_body_end(&c->body);
    door_stage(c->guest, DOOR_WAITING);
    free(c);
}

enum MHD_Result call_reply(struct call *c, struct MHD_Connection *connection, struct reply *reply)
{
    if (!reply->response)
        return MHD_NO;
    c->status = reply->status;
    reply_header(reply, REQUEST_ID_HEADER, c->id);
    enum MHD_Result ok = MHD_queue_response(connection, reply->status, reply->response);
    door_stage(c->guest, DOOR_REPLY);
    reply_done(reply);
    return ok;
}

enum MHD_Result call_refuse(struct call *c, struct MHD_Connection *connection, unsigned status,
                            const char *allowed, const struct error *e)
{
    struct reply reply = {.id = c->id, .cors = c->cors, .is_secure = c->is_secure};
    if (!reply_problem(&reply, status, e))
        return MHD_NO;
    if (allowed && *allowed)
        reply_header(&reply, MHD_HTTP_HEADER_ALLOW, allowed);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE || status == MHD_HTTP_TOO_MANY_REQUESTS)
        reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    if (status == MHD_HTTP_UNAUTHORIZED)
        reply_header(&reply, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"hongxian\"");
    if (c->retry_after_s) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", c->retry_after_s);
        reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (c->closes)
        reply_header(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
    return call_reply(c, connection, &reply);
}
