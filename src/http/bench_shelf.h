/* The open indexes of the jobs whose results were looked at last, for their tiles: opening one of a million
 * parcels reads all its tables, which a tile must not wait for.
 *
 * Invariants: at most BENCH_SHELF_MAX are kept; one that somebody holds stays open, and readable after its
 * job is forgotten. Whether a job may be seen, and is there at all, is asked before (access_place.h).
 * Threads: any. */
#ifndef HX_HTTP_BENCH_SHELF_H
#define HX_HTTP_BENCH_SHELF_H

#include "base/sha256.h"
#include "index/layer_index.h"

enum { BENCH_SHELF_MAX = 4 };

struct bench_held {
    struct layer_index *index;
    uint8_t key[SHA256_BYTES]; /* of the audit */
};

struct bench_shelf;
struct bench_shelf *bench_shelf_new(void);    /* owned; NULL when memory is out */
void bench_shelf_free(struct bench_shelf *s); /* NULL-safe; nothing may be held */

/* `base` as of bench_open. One opening at a time: who asks for the same one waits for it. Give it back. */
enum status bench_shelf_take(struct bench_shelf *s, const char *base, const struct bench_held **out,
                             struct error *e) HX_MUST_CHECK;
void bench_shelf_give(struct bench_shelf *s, const struct bench_held *held); /* NULL-safe */

#endif
