/* Who is at the other end of a connection, as far as its address tells. Threads: pure. */
#ifndef HX_HTTP_PEER_ADDRESS_H
#define HX_HTTP_PEER_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* An IPv6 address, or an IPv4 one mapped into one. */
struct peer_address {
    unsigned char bytes[16];
    bool is_known;
};

struct peer_address peer_address_of(const struct sockaddr *a); /* NULL: not known */
/* Somebody with a network of IPv6 has all of its addresses (a /64): they are one. */
bool peer_address_same(const struct peer_address *a, const struct peer_address *b);
bool peer_address_is_this_machine(const struct peer_address *a);
/* "192.0.2.1"; "?": not known. */
enum { PEER_ADDRESS_TEXT = 46 };
void peer_address_text(const struct peer_address *a, char out[PEER_ADDRESS_TEXT]);
/* The last of X-Forwarded-For: the one that our own proxy has seen; whoever stands before it may have been
 * made up. False: there is none (NULL), or it is no address. */
bool peer_address_forwarded(const char *forwarded_for, struct peer_address *out);

#endif
