/* The configuration of the server as it is now: that of the start, but for what http_server_change has taken.
 *
 * Requests under way may still read the one of before, so that each stays until the end: there are as many as
 * an administrator has sent signals. Threads: any may read; one changes. */
#ifndef HX_HTTP_CURRENT_CONFIG_H
#define HX_HTTP_CURRENT_CONFIG_H

#include "http/server.h"

#include <stdatomic.h>

struct later_config;
struct current_config {
    struct http_config start; /* whoever makes the server may complete it until requests come */
    struct later_config *later;
    _Atomic(const struct http_config *) now; /* `start`, or the latest of `later` */
};

void current_config_init(struct current_config *c, const struct http_config *start);
void current_config_release(struct current_config *c);
const struct http_config *current_config(const struct current_config *c);

/* Makes the next one: as it is now, with limits, cors and public names of `wanted`. NULL when memory is out.
 * It is then either taken or dropped. */
struct later_config *current_config_next(const struct current_config *c, const struct http_config *wanted);
void current_config_take(struct current_config *c, struct later_config *next);
void current_config_drop(struct later_config *next);

#endif
