/* Links in answers: absolute, by the address at which the client reaches this service.
 *
 * That address is --public-url where it was given; else what the request says of it: with --behind-proxy
 * X-Forwarded-Proto, -Host and -Prefix, which the proxy before us sets, or Host. What is no plain address in
 * them is passed over: then the server's own stands there. Not for: what a link means (the handlers).
 * Threads: one request's. */
#ifndef HX_HTTP_LINKS_H
#define HX_HTTP_LINKS_H

#include "formats/json.h"
#include "http/request.h"

enum { LINK_BASE_SIZE = 512, LINK_PATH_SIZE = 512 };

#define MEDIA_JSON "application/json"
#define MEDIA_GEOJSON "application/geo+json"
#define MEDIA_SCHEMA "application/schema+json"
#define MEDIA_HTML "text/html"
#define MEDIA_CSV "text/csv"
#define MEDIA_FGB "application/flatgeobuf"
#define MEDIA_STYLE "application/vnd.mapbox.style+json"
#define MEDIA_OPENAPI_TYPE "application/vnd.oai.openapi+json"
#define MEDIA_OPENAPI MEDIA_OPENAPI_TYPE ";version=3.0"

struct links {
    char base[LINK_BASE_SIZE]; /* "https://map.example/hongxian", without a slash at its end */
};

void links_of(const struct request *rq, struct links *out);
/* One object of a "links" array. `path` begins with a slash; with `title` where it is not NULL. */
void link_write(struct json_writer *w, const struct links *l, const char *rel, const char *type,
                const char *title, const char *path);
/* The same answer in another form: the path with f=html, a page for people, or f=csv. */
void link_write_alternate(struct json_writer *w, const struct links *l, const char *path);
void link_write_csv(struct json_writer *w, const struct links *l, const char *path);
/* The same as a header, for documents of other standards, which have no place for links: rel "alternate",
 * f=html. */
void link_header_alternate(struct reply *reply, const struct request *rq, const char *path);
/* f=fgb, of a page, or of a whole collection (rel "enclosure" or the like). */
void link_write_fgb(struct json_writer *w, const struct links *l, const char *rel, const char *path);
/* The member "links" of a list in JSON: where it goes on, or nothing (NULL). */
void link_write_next(struct json_writer *w, const struct request *rq, const char *path);
/* Is this an address to put before paths: http or https, a host, perhaps a path, no slash at its end? */
bool link_base_check(const char *url);

#endif
