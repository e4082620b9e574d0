/* The programs of libmicrohttpd that serve one listening socket: one at a time, and with encryption those
 * before it, which still end what they have begun with the certificate of before.
 *
 * A new certificate is a new daemon beside the old one on the same socket; only when it runs is the old one
 * kept from taking newcomers. So no request is dropped, and files that are no certificate change nothing.
 * Threads: one. */
#ifndef HX_HTTP_DAEMONS_H
#define HX_HTTP_DAEMONS_H

#include "http/front_door.h"

struct daemon_parts {
    MHD_AccessHandlerCallback answer;
    MHD_RequestCompletedCallback completed;
    void *(*target)(void *user, const char *uri, struct MHD_Connection *connection);
    void *user; /* of the three */
    struct front_door *door;
    const char *cert, *key; /* files in PEM; NULL: not encrypted. Borrowed like the rest */
};

struct daemons;
/* `fd` listens, and belongs to it from then on, unless it fails. */
enum status daemons_start(const struct daemon_parts *parts, int fd, struct daemons **out,
                          struct error *e) HX_MUST_CHECK;
/* Reads the certificate and its key anew, and asks the door for its limits. A failure leaves all as it
 * was. */
enum status daemons_renew(struct daemons *d, struct error *e) HX_MUST_CHECK;
void daemons_shut(struct daemons *d); /* takes nobody any more */
void daemons_stop(struct daemons *d); /* NULL-safe; waits for every connection's thread */

#endif
