/* The server's look at itself, every few seconds, by a thread of its own: what the service manager is told
 * (base/notify.h) and what /metrics says of the store without touching it.
 *
 * "I live" is said only after a connection of our own was taken and answered, and after the store was read
 * by a worker, or, where all are at work, some worker has been given back not too long ago. So a server that
 * hangs is started again, and one that is merely busy, or whose store is gone, is not: a start would bring
 * neither back. Threads: pulse_seen any; the rest one. */
#ifndef HX_HTTP_PULSE_H
#define HX_HTTP_PULSE_H

#include "base/notify.h"
#include "base/status.h"

struct engine;
struct record_writer;
struct pulse;

struct pulse_parts {
    const struct notify *notify; /* NULL: nobody is told */
    struct engine *engine;
    struct record_writer *writer; /* NULL: nothing is kept */
    int listening;                /* the server's socket; borrowed, like the rest, until pulse_stop */
    const char *url;              /* for people */
};

/* Before any request; nothing is said or looked at yet. */
enum status pulse_new(const struct pulse_parts *parts, struct pulse **out, struct error *e) HX_MUST_CHECK;
/* Requests are taken: says READY=1, and looks for the first time. */
enum status pulse_start(struct pulse *p, struct error *e) HX_MUST_CHECK;
void pulse_stop(struct pulse *p); /* says STOPPING=1; NULL-safe */
void pulse_free(struct pulse *p); /* NULL-safe; after the last request */

struct pulse_sample {
    const char *state; /* of /health */
    size_t n_layers;
    int64_t n_records;               /* kept in the store; -1: not known yet */
    uint64_t store_bytes;            /* with its journal */
    uint64_t disk_free_bytes;        /* where it lies, for who is not root */
    unsigned long long looks, hangs; /* and of these, how often something did not answer */
};
struct pulse_sample pulse_seen(struct pulse *p);

#endif
