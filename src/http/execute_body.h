/* The body of an execution (execute.yaml of OGC API - Processes): {"inputs": …, "outputs": …, "response":
 * …}, read into the parameters and the file of the route that does the work.
 *
 * A file is text in a string (WKT, 国土TXT, coordinates), GeoJSON as it is or as the value of {"value": …},
 * any other bytes as {"value": "…", "encoding": "base64"}, or {"href": …} of a saved project's input on this
 * server: nothing is fetched from elsewhere. GeoJSON is passed on byte by byte, so that its SHA-256 is that
 * of what was sent. Its kind is recognised from the bytes, as of every file. Invariant: a member, an input
 * or an output that nobody would look at is refused by name. Threads: one request's. */
#ifndef HX_HTTP_EXECUTE_BODY_H
#define HX_HTTP_EXECUTE_BODY_H

#include "http/processes.h"

enum { EXECUTE_VALUES_MAX = 32 };

struct execute_asked {
    struct request_value
        values[EXECUTE_VALUES_MAX]; /* what else the route must know (format, kind, body), too */
    size_t n;
    const char *file; /* NULL: none */
    size_t file_size;
    struct job_delivery delivery;
};

/* Texts are the arena's of the request's worker; `file` may lie in the body. */
enum status execute_body_read(const struct request *rq, const struct process *p, struct execute_asked *out,
                              struct error *e) HX_MUST_CHECK;

#endif
