/* Records of the child -> what a stream holds, cleaned. Nothing of them is believed. Private to sandbox/.
 * Threads: pure. */
#ifndef HX_FEATURES_SANDBOX_ANSWER_H
#define HX_FEATURES_SANDBOX_ANSWER_H

#include "features/sandbox/protocol.h"
#include "features/stream.h"

/* Each returns STATUS_NO_MEMORY, or STATUS_INVALID_INPUT with the sentence of a child that failed. What
 * they build is in `a`. */
enum status answer_header(struct record *r, struct arena *a, struct feature_stream_info *out,
                          struct error *e) HX_MUST_CHECK;
enum status answer_schema(struct record *r, struct arena *a, struct feature_schema *out,
                          struct error *e) HX_MUST_CHECK;
/* The feature has as many values as the schema has names. */
enum status answer_feature(struct record *r, const struct feature_schema *schema, struct arena *a,
                           struct feature *out, struct error *e) HX_MUST_CHECK;
enum status answer_note(struct record *r, struct arena *a, struct feature_note *out,
                        struct error *e) HX_MUST_CHECK;
/* The child's own sentence into *out; the result is STATUS_OK, not that of the sentence. */
enum status answer_error(struct record *r, struct error *out, struct error *e) HX_MUST_CHECK;
/* A text as UTF-8 without control characters; what is not becomes "?". NULL for null, and with *ok false
 * when memory is out. */
const char *answer_text(struct record_field f, struct arena *a, bool *ok);

/* The child has ended because it wanted more of the system than a reader may; the sentence names what. */
enum status answer_forbidden(struct record *r, struct error *e);
/* An end without END, bytes that are no records. */
enum status answer_fail(struct error *e);

#endif
