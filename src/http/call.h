/* One request's life between libmicrohttpd's calls: what is remembered of it, the end of its answer, and its
 * line in the log.
 *
 * Not for: what is answered (server.c). Threads: a call belongs to its connection's. */
#ifndef HX_HTTP_CALL_H
#define HX_HTTP_CALL_H

#include "access/caller.h"
#include "http/access_gate.h"
#include "http/framing.h"
#include "http/front_door.h"
#include "http/request.h"
#include "http/request_body.h"
#include "http/request_counts.h"
#include "http/request_id.h"
#include "http/route.h"

struct call {
    struct door_guest *guest;
    struct framing_target target;
    bool is_begun;  /* its headers are there */
    bool is_secure; /* it came encrypted */
    double began_s;
    char id[REQUEST_ID_SIZE];
    char method[16], path[512];                               /* for the log; the path decoded */
    char person[PERSON_NAME_BYTES + 1], client[ADDRESS_SIZE]; /* likewise; "": nobody known */
    char host[REQUEST_HOST_SIZE];
    const struct route *route; /* NULL: none */
    char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE], allowed[32];
    int lane;               /* in which it was worked on, or REQUEST_LANE_NONE */
    unsigned status;        /* that was answered; 0: none yet */
    const char *cors;       /* of its answer; NULL: none */
    unsigned retry_after_s; /* of a refusal; 0: nothing is said */
    bool closes;            /* with a refusal: where the next request begins is not known */
    struct request_body body;
    struct error refused;    /* why nothing is done, whatever its body is; status 0: nothing */
    unsigned refused_status; /* of HTTP, with it */
};

/* Its first line is there. NULL when memory is out. */
struct call *call_new(const char *uri, struct MHD_Connection *connection, bool is_secure,
                      struct front_door *door, struct job_queue *jobs);
/* Its headers are there. `id`: that it comes with; NULL: it gets one. */
void call_begin(struct call *c, const char *method, const char *path, const char *id,
                struct request_counts *counts);
/* It is over, in one way or another: written into the log, counted, and freed. */
void call_end(struct call *c, enum MHD_RequestTerminationCode why, struct request_counts *counts);

/* Sends the reply, and is done with it. */
enum MHD_Result call_reply(struct call *c, struct MHD_Connection *connection, struct reply *reply);
/* A failure as its answer. `allowed`: the methods that the path takes, where that is what is wrong. */
enum MHD_Result call_refuse(struct call *c, struct MHD_Connection *connection, unsigned status,
                            const char *allowed, const struct error *e);

#endif
