/* A listening TCP socket for a host and port, with a sentence when there is none to be had. */
#ifndef HX_HTTP_LISTEN_H
#define HX_HTTP_LISTEN_H

#include "base/status.h"

#include <stdint.h>

enum { LISTEN_URL_SIZE = 320 };

/* `host` is a name or an address; port 0 takes any free one. `url` says where it really listens, *is_loopback
 * that only this machine reaches it. */
enum status listen_open(const char *host, uint16_t port, int *fd, char url[LISTEN_URL_SIZE],
                        bool *is_loopback, struct error *e) HX_MUST_CHECK;

/* The same with a socket that somebody else opened and that listens (LISTEN_FDS). *fd is that one, unless it
 * fails. */
enum status listen_take(int given, int *fd, char url[LISTEN_URL_SIZE], bool *is_loopback,
                        struct error *e) HX_MUST_CHECK;

#endif
