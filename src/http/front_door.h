/* The connections of the server, and who of them is shown out.
 *
 * libmicrohttpd gives each connection a thread and looks at it only while bytes come: one that sends a byte
 * now and then, or reads one, holds its thread for ever. Here a thread of its own looks at all of them: what
 * has waited too long for a header, sends or reads too slowly, or lasts too long has its socket shut down,
 * which wakes and ends its thread. When the door is full, or one address has its share, the connection that
 * has waited longest between two requests gives way to a newcomer, then the one that has waited longest for
 * a header, then a body that is sent too slowly; where all are at work the newcomer is told so (503).
 * Invariants: a socket is shut down only under the lock under which it is taken off the list, and
 * libmicrohttpd closes it after that (MHD_CONNECTION_NOTIFY_CLOSED), so that no other file with its number
 * is ever met. Not for: what a request says (framing.h, admission.h). Threads: any; a guest's stages are
 * told by its own. */
#ifndef HX_HTTP_FRONT_DOOR_H
#define HX_HTTP_FRONT_DOOR_H

#include "http/door_limits.h"
#include "http/mhd.h"

#include <stdatomic.h>

enum door_stage {
    DOOR_WAITING, /* for a request */
    DOOR_HEADER,  /* its first line is there */
    DOOR_BODY,    /* its header is there */
    DOOR_WORK,    /* it is whole */
    DOOR_REPLY,   /* its answer is being sent */
};

struct front_door;
struct door_guest; /* a connection */

enum status door_open(const struct door_limits *limits, bool behind_proxy, bool is_encrypted,
                      struct front_door **out, struct error *e) HX_MUST_CHECK;
void door_close(struct front_door *d); /* NULL-safe; no connection may be left */
/* How many connections libmicrohttpd may have: some are only being told that the door is full. */
unsigned door_most_sockets(const struct front_door *d);
/* The longest that a connection may be silent by these limits. */
unsigned door_longest_wait_s(const struct front_door *d);
/* Others from now on, for who is inside, too. Any thread. */
void door_change_limits(struct front_door *d, const struct door_limits *limits);
/* No more than so many at a time, whatever is set; the reserve stays a part of them. Any thread. */
void door_bound(struct front_door *d, long connections);

/* For MHD_OPTION_NOTIFY_CONNECTION, with the door. */
void door_connection(void *door, struct MHD_Connection *connection, void **guest,
                     enum MHD_ConnectionNotificationCode what);
/* NULL for one that is being sent away. */
struct door_guest *door_guest_of(struct MHD_Connection *connection);

/* A guest's own thread tells how far it is. Functions of a guest are NULL-safe. */
void door_stage(struct door_guest *g, enum door_stage stage);
void door_body_came(struct door_guest *g, size_t n);
/* Behind a proxy: whose request it is. Fails with "too-many-requests" when he has his share under way. */
enum status door_client(struct front_door *d, struct door_guest *g, const char *forwarded_for,
                        struct error *e) HX_MUST_CHECK;
/* Becomes true when nobody waits for the answer any more: its client has left, its time is over, or the
 * server stops. */
const atomic_bool *door_cancelled(const struct door_guest *g);

/* Bytes of bodies in memory. False: there would be too many. */
bool door_bytes_take(struct front_door *d, size_t n);
void door_bytes_give(struct front_door *d, size_t n);

/* Whoever waits between two requests or for a header goes, and no newcomer is let in. */
void door_shut(struct front_door *d);
/* Requests under way are cancelled, and their connections shut down. */
void door_cut_all(struct front_door *d);

/* At this moment, and since the start. */
struct door_load {
    size_t connections, bodies; /* bodies in bytes */
    unsigned long long cut_slow, gave_way, sent_away;
};
struct door_load door_load(struct front_door *d);

#endif
