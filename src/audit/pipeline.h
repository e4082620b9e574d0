/* Reader thread, worker threads, and the caller as the writer, over a ring of batches. Private to audit/.
 *
 * Batch k lives in slot k modulo the number of slots; it is filled, then worked on, then written, and a slot
 * is filled again only when it has been written: the ring bounds the memory. Workers take batches in order,
 * the writer waits for the next in order: rows come out as they went in. The first failure stops everybody
 * and is the one returned. */
#ifndef HX_AUDIT_PIPELINE_H
#define HX_AUDIT_PIPELINE_H

#include "audit/feed.h"
#include "audit/since.h"
#include "audit/sink.h"

struct pipeline_request {
    const struct snapshot *snapshot;
    const struct audit_request *audit;
    struct feed *feed;
    struct since *since;                   /* NULL: everything is measured */
    void (*format)(struct audit_batch *b); /* of the sink, or NULL */
    const atomic_bool *stop;               /* may be NULL */
};

/* Called on the caller's thread, batch after batch. */
typedef enum status pipeline_write_fn(const struct audit_batch *b, void *user, struct error *e);
/* stopped: *stop was set before the end; what was done by then is written, what was being done is not: it
 * ends inside a parcel, too, however dear that is (base/budget.h). */
enum status pipeline_run(const struct pipeline_request *r, pipeline_write_fn *fn, void *user, bool *stopped,
                         struct error *e) HX_MUST_CHECK;

#endif
