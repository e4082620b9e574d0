/* The HTTP server: routes, requests, answers and the web page's files, around one store.
 *
 * Not for: what an answer says (check/, render/, tile/, store/); who may ask what (admission.h, and where
 * the store has people access_gate.h), where a request begins and ends (framing.h). Invariants: the
 * configuration is const but for http_server_change, and so are the web files; a body over LIMIT_BODY_BYTES
 * is never kept; every failure is an application/problem+json document (RFC 9457) in both languages; a new
 * layer version is seen within ENGINE_LOOK_MS and no request under way loses its own; another store at the
 * path is taken up with the next request, and where there is none that can be, every answer that needs one is
 * 503. Threads: start
 * and stop belong to one thread, which must have blocked the signals that it waits for before start. */
#ifndef HX_HTTP_SERVER_H
#define HX_HTTP_SERVER_H

#include "base/notify.h"
#include "http/door_limits.h"

#include <stdint.h>

enum { HTTP_MAX_THREADS = 64, HTTP_MAX_NAMES = 16 };

struct http_config {
    const char *host; /* a name or address; NULL is 127.0.0.1 */
    uint16_t port;    /* 0 takes any free port */
    const char *store_path;
    const char *web_dir;    /* NULL: no page, only the interface for programs */
    const char *public_url; /* of links in answers (links.h); borrowed until stop; NULL: by each request */
    unsigned n_threads;     /* requests worked on at a time, half of them slow ones; 0: by the number of
                               processors; at least 2 */
    const char *cors; /* "*" or an origin (http_cors_check): whose pages may read what is published; borrowed;
                                 NULL: nobody else's */
    const char *public_names[HTTP_MAX_NAMES]; /* by which it is reached besides (http_public_name_check);
                                                 borrowed */
    size_t n_public_names;
    bool behind_proxy;              /* a proxy is all that reaches it: X-Forwarded-* are believed */
    const char *tls_cert, *tls_key; /* files in PEM; NULL: not encrypted; borrowed until stop */
    bool public_read; /* without people in the store: whoever comes reads what is published and checks,
                                       nothing is kept; with: what is published needs no login */
    struct door_limits limits;
    const char
        *login_header; /* in which `proxy`, an address, says who logged in there; both or NULL; borrowed */
    const char *proxy;
    bool allow_records;       /* POST /check?keep=1 writes to the store */
    const char *gdal_version; /* for the record; borrowed until stop */
    const struct notify
        *notify; /* who is told that it is ready, lives, stops; NULL: nobody; borrowed until stop */
};

/* Can it be a public_url? */
bool http_public_url_check(const char *url);
/* Can it be a public_name: a host's name, without a port? */
bool http_public_name_check(const char *name);
/* Can it be a cors? */
bool http_cors_check(const char *origin);

struct http_server;
/* Opens the store, loads the snapshot and the web files, and answers requests until http_server_stop. On a
 * socket that the service manager has opened (notify), where it has. */
enum status http_server_start(const struct http_config *config, struct http_server **out,
                              struct error *e) HX_MUST_CHECK;
const char *http_server_url(const struct http_server *s); /* "http://127.0.0.1:8080/" */
/* Takes limits, cors and public names of `wanted`, whose texts are borrowed until stop, and reads the
 * certificate and its key anew, without dropping a request; by the thread that stops it. A failure leaves all
 * as it was. */
enum status http_server_change(struct http_server *s, const struct http_config *wanted,
                               struct error *e) HX_MUST_CHECK;
/* Takes no new connections, lets requests under way finish (for some seconds), and frees everything.
 * NULL-safe. */
void http_server_stop(struct http_server *s);

#endif
