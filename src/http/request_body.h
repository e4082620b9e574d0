/* A request's body as it comes: held in memory, of a job written to disk, or read and thrown away, so that
 * the client gets to read why it is refused instead of a broken connection.
 *
 * Invariants: a body over its limit, or for which the others leave no room (front_door.h), is not kept.
 * Threads: its request's. */
#ifndef HX_HTTP_REQUEST_BODY_H
#define HX_HTTP_REQUEST_BODY_H

#include "base/buffer.h"
#include "http/front_door.h"

struct job_queue;
struct job_upload;

struct request_body {
    struct front_door *door;
    struct job_queue *jobs;
    bool is_wanted; /* else it is thrown away */
    bool spools;    /* it goes to disk */
    bool too_large;
    bool crowded;  /* there was no room for it beside the others' */
    size_t n_held; /* bytes that the door counts */
    size_t n_received;
    size_t limit;
    struct buffer bytes;
    struct job_upload *upload; /* of a job, once there is a body */
    struct error spoiled;      /* why the upload could not be written; status 0: nothing */
};

void request_body_init(struct request_body *b, struct front_door *door, struct job_queue *jobs);
/* What its request is. */
void request_body_expect(struct request_body *b, bool is_wanted, bool spools);
/* What the request says of its body before sending it. True when it is to be answered at once, with a
 * refusal: it is hopelessly long, or one that is too long (or not wanted, `refused`) waits for leave to be
 * sent. */
bool request_body_ends_early(struct request_body *b, struct MHD_Connection *connection, bool refused);
/* False: so much more came that the connection is to be cut. */
bool request_body_take(struct request_body *b, const char *bytes, size_t n);
/* What became of it before anybody looks at it. */
enum status request_body_status(const struct request_body *b, struct error *e) HX_MUST_CHECK;
/* Its memory goes back; an upload stays. */
void request_body_release(struct request_body *b);
void request_body_end(struct request_body *b);

#endif
