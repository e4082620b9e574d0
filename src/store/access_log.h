/* The log of who logged in, and who changed or took out what: append-only, hash-chained (schema/110).
 *
 * The seal of a row is the SHA-256, in lower-case hex, of
 *
 *     "hongxian log 1\n"  and then for each field, in this order:  name ":" length ":" value "\n"
 *
 *     id at person address action subject detail previous_sha256
 *
 * as that of records (store_records.h says what such a chain shows, and what it does not).
 * Threads: as store.h. */
#ifndef HX_STORE_ACCESS_LOG_H
#define HX_STORE_ACCESS_LOG_H

#include "store/store.h"

/* Who does what this handle does from now on, for the log: the name of somebody who logged in and the address
 * that the request came from. NULL and NULL, as a handle begins: the operating system's user of this process.
 * Texts are copied, and cut where they are too long. */
void store_act_as(struct store *s, const char *person, const char *address);

struct store_log_row {
    int64_t id;
    const char *at; /* UTC */
    const char *person, *address, *action, *subject, *detail;
    const char *previous_sha256, *sha256;
};

/* One row in a transaction of its own. `subject` and `detail` may be NULL. */
enum status store_log_write(struct store *s, const char *action, const char *subject, const char *detail,
                            struct error *e) HX_MUST_CHECK;

/* Rows from the day or time `since` on ("" or NULL: from the beginning) and behind `after_id`, at most
 * `limit` (0: all), in their order. Borrowed for the call; false stops. */
typedef bool store_log_fn(const struct store_log_row *r, void *user);
enum status store_log_read(struct store *s, const char *since, int64_t after_id, int64_t limit,
                           store_log_fn *fn, void *user, struct error *e) HX_MUST_CHECK;
/* Walks the chain: *broken_id is the first row that is wrong, or the number of one that is missing; 0: none.
 * Rows cut off at the end are not seen (see above). */
enum status store_log_verify(struct store *s, int64_t *broken_id, struct error *e) HX_MUST_CHECK;

#endif
