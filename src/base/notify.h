/* What the service manager that started this program is told: sd_notify(3), a datagram to $NOTIFY_SOCKET, and
 * what it says itself (WATCHDOG_USEC, LISTEN_FDS).
 *
 * Without a service manager nothing is sent, and nothing fails. Threads: notify_take by one, before the
 * others are started and before any child; the rest any. */
#ifndef HX_BASE_NOTIFY_H
#define HX_BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
    int fd;              /* connected; -1: nobody listens */
    int64_t watchdog_ms; /* by which it wants to hear WATCHDOG=1 each time; 0: it does not */
    int listening;       /* a socket that it has opened for us; -1: none */
};

/* Takes what stands in the environment out of it, so that no child speaks in our name. */
void notify_take(struct notify *n);
bool notify_is_heard(const struct notify *n);
/* Lines of "NAME=value". Waits a second at most; false: nobody has got them. */
bool notify_send(const struct notify *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
