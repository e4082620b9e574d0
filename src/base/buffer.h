/* A growing byte buffer with a named maximum, for output that is built piece by piece.
 *
 * Errors latch: after a failed append the buffer stays as it was and every later append is ignored, so that a
 * writer checks once, at the end, with buffer_status. `data` is always NUL-terminated once anything was
 * appended.
 * Threads: one owner. */
#ifndef HX_BASE_BUFFER_H
#define HX_BASE_BUFFER_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* owned */
    size_t size;
    size_t capacity;
    size_t limit; /* 0 reads as LIMIT_BUFFER_BYTES */
    enum status failed;
};

void buffer_init(struct buffer *b, size_t limit_bytes);
void buffer_release(struct buffer *b); /* frees the bytes; the struct can be initialised again */
void buffer_clear(struct buffer *b);   /* size 0, memory kept */
void buffer_append(struct buffer *b, const void *bytes, size_t n);
void buffer_append_str(struct buffer *b, const char *s);
void buffer_append_char(struct buffer *b, char c);
void buffer_printf(struct buffer *b, const char *fmt, ...) HX_PRINTF(2, 3);
/* What failed in `from` has failed in `to` as well: wherever bytes of one are put into the other, or a part
 * that could not be built would be missing from a whole that looks good. */
void buffer_carry(struct buffer *to, const struct buffer *from);
enum status buffer_status(const struct buffer *b, struct error *e) HX_MUST_CHECK;
/* Hands the bytes to the caller (free with free()); the buffer is empty afterwards. */
char *buffer_detach(struct buffer *b, size_t *n);

#endif
