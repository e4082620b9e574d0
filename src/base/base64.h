/* Bytes as base64 (RFC 4648, with padding), as JSON carries them. Threads: pure. */
#ifndef HX_BASE_BASE64_H
#define HX_BASE_BASE64_H

#include "base/buffer.h"

#include <stdbool.h>

void base64_append(struct buffer *out, const void *bytes, size_t n);
/* Appends the bytes that n signs stand for; blanks and line ends between them are nothing. False when they
 * are no base64 from beginning to end, or memory is out, which the buffer tells. */
bool base64_read(const char *text, size_t n, struct buffer *out);

#endif
