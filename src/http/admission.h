/* Who may ask what, before anything is read or done: by the name that this server was called by, and by the
 * page that asks.
 *
 * A browser lets the page of a site ask whatever answers at that site's name. A name that is made to lead
 * here after the page was loaded (DNS rebinding) would open everything to that page: only names that are
 * ours are answered, by every route. A page of another site may ask at our own name too, without reading the
 * answer: it is refused wherever something is changed, kept, or not published. A link that a person follows
 * (a browser says navigate, document) is no such page. Not for: people and what they may do
 * (access_gate.h). Threads: pure; the rules are const. */
#ifndef HX_HTTP_ADMISSION_H
#define HX_HTTP_ADMISSION_H

#include "http/route.h"
#include "http/server.h"

/* A whole host of an address, "gis.example.cn:8080" or "[::1]": is its name one of ours? Ours are localhost,
 * the addresses of loopback, the address that this connection came to, --host, --public-name, and the name in
 * --public-url; a port is not looked at. */
bool admission_knows_host(const struct http_config *c, struct MHD_Connection *connection, const char *host);

/* May this be asked? Refused with *http_status: 421 for a name that is none of ours, 403 for a page of
 * another site and for what --public-read leaves out. `route` is NULL where there is none. */
enum status admission_check(const struct http_config *c, const struct request *rq, const struct route *route,
                            unsigned *http_status, struct error *e) HX_MUST_CHECK;

/* May it listen where others reach it? Only when it is said who may read (people, or --public-read), and when
 * what is sent is kept from others' eyes, by a certificate or a proxy. */
enum status admission_may_listen(const struct http_config *c, bool is_loopback, bool has_people,
                                 struct error *e) HX_MUST_CHECK;

#endif
