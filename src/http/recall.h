/* Checks of the last day that nobody kept in the record: what was sent and what was answered, found again by
 * their digest, so that a reload of the page or a second tab shows the same result and not another one by
 * newer data. In memory alone: nothing is written down, and a restart forgets them, as a check without a
 * trace promises; the record (record/) is for what must last.
 *
 * Invariants: an entry is found by the person alone who asked for it, and only for RECALL_SECONDS; all
 * together have at most RECALL_CHECKS and RECALL_BYTES, the oldest make room. The digest is of everything in
 * the entry, so that one digest never names two results. Threads: any. */
#ifndef HX_HTTP_RECALL_H
#define HX_HTTP_RECALL_H

#include "base/buffer.h"
#include "base/sha256.h"

#include <stdbool.h>

enum {
    RECALL_CHECKS = 512,
    RECALL_ONE_BYTES = 4 * 1024 * 1024, /* input and answer together */
    RECALL_BYTES = 8 * RECALL_ONE_BYTES,
    RECALL_SECONDS = 24 * 3600,
};

enum recall_part { RECALL_QUESTION, RECALL_REPORT, RECALL_INPUT, RECALL_PARTS };

struct recall_check {
    const char *person; /* who asked; "" where nobody logs in */
    struct {
        const char *bytes; /* the question and the report are JSON */
        size_t n;
    } parts[RECALL_PARTS];
};

struct recall;
struct recall *recall_new(void);    /* NULL when memory is out */
void recall_free(struct recall *r); /* NULL-safe */

/* Copies the check. False: it is too large, or memory is out, and there is no digest of it. `now_s` is of a
 * clock that nobody sets (base/clock.h), here and below. */
bool recall_add(struct recall *r, const struct recall_check *c, double now_s, char digest[SHA256_HEX_SIZE]);
/* Appends a part, which may be "". False: no such check of this person is there any more. */
bool recall_find(struct recall *r, const char *digest, const char *person, double now_s,
                 enum recall_part part, struct buffer *out);

#endif
