/* One request as a handler sees it, and the answer that it gives back.
 *
 * A handler reads the request, fills the reply and returns STATUS_OK, or fails with a sentence that the
 * server turns into a problem document. Not for: MHD's callbacks (server.c). Threads: one request belongs
 * to one thread. */
#ifndef HX_HTTP_REQUEST_H
#define HX_HTTP_REQUEST_H

#include "access/caller.h"
#include "base/budget.h"
#include "base/buffer.h"
#include "http/engine.h"
#include "http/mhd.h"

enum { REQUEST_MAX_PARAMS = 5, REQUEST_PARAM_SIZE = 128 };

struct web_files;
struct record_writer;
struct front_door;
struct job_queue;
struct bench_shelf;
struct recall;
struct job_upload;
struct access_entry;
struct pulse;
struct request_counts;

/* A parameter that is no parameter of the address: an input of a process. */
struct request_value {
    const char *key, *value;
};

struct request {
    struct MHD_Connection *connection;
    struct engine *engine;
    struct front_door *door;
    struct request_counts *counts;
    struct pulse *pulse;
    struct engine_worker *worker; /* for the length of the handler; NULL once it has let it go */
    struct snapshot *snapshot;    /* likewise */
    const struct web_files *web;
    struct record_writer *record_writer; /* NULL: this server keeps no checks */
    struct job_queue *jobs;
    struct bench_shelf *benches;      /* of their results */
    struct recall *recall;            /* checks of the last day */
    struct access_entry *entry;       /* how people get in (access_gate.h) */
    struct access_caller caller;      /* who asks; from the gate on */
    struct job_upload *upload;        /* of a job; NULL: no body, or taken over */
    const atomic_bool *cancelled;     /* nobody waits for the answer any more (front_door.h); NULL: never */
    const char *public_url, *own_url; /* links.h; public_url may be NULL */
    bool behind_proxy;                /* a proxy of ours says who asked what in X-Forwarded-* */
    const char *path;                 /* decoded */
    const char *host; /* that stood before the path (request_split_target), and counts instead of Host; "" */
    char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE]; /* {…} of the route, in order */
    struct budget budget; /* for the length of the handler; `cancelled` stops what asks it */
    const char *body;
    size_t body_size;
    const struct request_value
        *values; /* that stand for the parameters of the address; NULL: those themselves */
    size_t n_values;
};

struct reply {
    struct MHD_Response *response; /* owned, and sent to nobody else */
    unsigned status;               /* of HTTP */
    const char *bytes; /* of the body as it is sent, where they are known and the response's own; else NULL */
    size_t size;       /* likewise */
    const char *id;    /* of the request, for a problem; NULL: it has none */
    bool negotiated;   /* depends on what the client accepts, and says so (Vary) */
    bool is_secure;    /* it goes out encrypted: the browser is told to stay with that */
    bool gzip;         /* the client takes it: of texts above REPLY_PLAIN_BYTES, and of streams */
    unsigned retry_after_s; /* of a failure: when to try again; 0: nothing is said */
    const char *cors;       /* the pages of other sites that may read it; NULL: none */
};

enum { REPLY_PLAIN_BYTES = 1024 }; /* below, nothing is gained */

/* ---- reading ---- */

enum { REQUEST_HOST_SIZE = 256 };
/* The path of a request's target, which may be a whole address (RFC 9112, 3.2.2: "http://host/path", as it is
 * sent to a proxy): *host is the host and port in it, or "". What is neither is given back as it is. */
const char *request_split_target(const char *target, char host[REQUEST_HOST_SIZE]);
/* NULL when absent. Borrowed from the connection, or one of `values`. */
const char *request_query(const struct request *rq, const char *key);
/* Every value of a parameter that may come several times, in their order; false stops. */
typedef bool request_value_fn(const char *value, void *user);
void request_query_each(const struct request *rq, const char *key, request_value_fn *fn, void *user);
const char *request_header(const struct request *rq, const char *name);
/* Of a header that stands there several times: a proxy that adds one of its own puts it behind the others. */
const char *request_header_last(const struct request *rq, const char *name);
/* A parameter that is none of `known` (between blanks), or that is given twice, is refused: a misspelt as_of
 * must not be answered as of today. */
enum status request_check_query(const struct request *rq, const char *known, struct error *e) HX_MUST_CHECK;
/* Whole, in range, decimal; `fallback` when absent. The error names the parameter. */
enum status request_query_integer(const struct request *rq, const char *key, int64_t fallback, int64_t min,
                                  int64_t max, int64_t *out, struct error *e) HX_MUST_CHECK;
enum status request_param_integer(const struct request *rq, int param, int64_t min, int64_t max, int64_t *out,
                                  struct error *e) HX_MUST_CHECK;
/* bbox: the lower and the upper corner, four numbers, or six with heights, which are passed over. *present
 * tells whether there was one. */
enum status request_query_corners(const struct request *rq, double corners[4], bool *present,
                                  struct error *e) HX_MUST_CHECK;

/* ---- answering ---- */

/* The buffer's bytes move into the answer. Fails when an append to it failed. */
enum status reply_buffer(struct reply *r, struct buffer *b, const char *content_type,
                         struct error *e) HX_MUST_CHECK;
/* The JSON in `b` where `s` is STATUS_OK, else `s`; `b` is released in any case. `cache`: Cache-Control. */
enum status reply_json(struct reply *r, struct buffer *b, enum status s, const char *cache,
                       struct error *e) HX_MUST_CHECK;
/* Bytes that live as long as the server. */
enum status reply_static(struct reply *r, const void *bytes, size_t n, const char *content_type,
                         struct error *e) HX_MUST_CHECK;
/* An answer that is made while it is sent. `stream` is taken over, also by a failure. */
struct reply_stream;
enum status reply_stream(struct reply *r, const struct reply_stream *stream, const char *content_type,
                         struct error *e) HX_MUST_CHECK;
/* Any response that MHD can make; NULL reads as "memory is out". */
enum status reply_response(struct reply *r, struct MHD_Response *response, const char *content_type,
                           struct error *e) HX_MUST_CHECK;
void reply_header(struct reply *r, const char *name, const char *value);
/* The answer is a page that we made from data, of somebody's file perhaps: it may have its own style, and
 * nothing else. */
void reply_own_style(struct reply *r);
/* Turns the answer into 304 when the client already has it. Adds the ETag in any case. */
void reply_etag(const struct request *rq, struct reply *r, const char *etag);
/* Before any work: 304 when the client says that it has just this. False: it is to be answered. */
bool reply_unchanged(const struct request *rq, struct reply *r, const char *etag);
/* Any failure as application/problem+json. False only when memory is out. */
bool reply_problem(struct reply *r, unsigned http_status, const struct error *e);
/* The end of any reply. */
void reply_done(struct reply *r);
unsigned reply_status_of(enum status s);

#endif
