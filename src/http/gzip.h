/* gzip of answers: whole, and of answers that are made while they are sent. Files of the page are compressed
 * by the build (web_files.h). Threads: one answer's. */
#ifndef HX_HTTP_GZIP_H
#define HX_HTTP_GZIP_H

#include "base/buffer.h"
#include "http/mhd.h"

/* Appends the compressed bytes. */
enum status gzip_bytes(const void *bytes, size_t n, struct buffer *out, struct error *e) HX_MUST_CHECK;

/* What MHD is given to make an answer piece by piece. */
struct reply_stream {
    size_t piece; /* bytes, about */
    MHD_ContentReaderCallback read;
    void *user;
    MHD_ContentReaderFreeCallback free_user;
};
/* The same answer compressed, in bounded memory. NULL when memory is out; then `user` is freed. */
struct MHD_Response *gzip_response(const struct reply_stream *stream);

#endif
