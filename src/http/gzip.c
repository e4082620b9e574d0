#include "http/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum {
    GZIP_WINDOW = 15 + 16, /* 16: gzip and not zlib */
    GZIP_MEMORY = 8,
    PIECE_BYTES = 64 * 1024,
    STREAM_LEVEL = 1, /* while the client waits: 60 % of what the best saves, at a tenth of its time */
    WHOLE_LEVEL = 6,
};

enum status gzip_bytes(const void *bytes, size_t n, struct buffer *out, struct error *e)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)n};
    unsigned char piece[8192];
    if (n > UINT32_MAX ||
        deflateInit2(&z, WHOLE_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return error_no_memory(e);
    int done = Z_OK;
    while (done == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        done = deflate(&z, Z_FINISH);
        buffer_append(out, piece, sizeof piece - z.avail_out);
    }
    deflateEnd(&z);
    return done == Z_STREAM_END ? buffer_status(out, e) : error_no_memory(e);
}

struct gzip_stream {
    struct reply_stream plain;
    z_stream z;
    uint64_t n_read;
    bool input_ended, ended;
    char input[PIECE_BYTES];
};

static void stream_free(void *user)
{
    struct gzip_stream *g = user;
    deflateEnd(&g->z);
    if (g->plain.free_user)
        g->plain.free_user(g->plain.user);
    free(g);
}

/* The next bytes of the plain answer; false when it failed. */
static bool read_input(struct gzip_stream *g)
{
    if (g->z.avail_in > 0 || g->input_ended)
        return true;
    ssize_t n = g->plain.read(g->plain.user, g->n_read, g->input, sizeof g->input);
    g->input_ended = n == MHD_CONTENT_READER_END_OF_STREAM;
    if (n < 0)
        return g->input_ended;
    g->n_read += (uint64_t)n;
    g->z.next_in = (unsigned char *)g->input;
    g->z.avail_in = (unsigned)n;
    return true;
}

static ssize_t send_compressed(void *user, uint64_t position, char *out, size_t max)
{
    (void)position; /* MHD asks in order */
    struct gzip_stream *g = user;
    g->z.next_out = (unsigned char *)out;
    g->z.avail_out = max < PIECE_BYTES ? (unsigned)max : PIECE_BYTES;
    unsigned room = g->z.avail_out;
    while (!g->ended && g->z.avail_out == room) { /* much goes in before anything comes out */
        if (!read_input(g))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        int done = deflate(&g->z, g->input_ended ? Z_FINISH : Z_NO_FLUSH);
        g->ended = done == Z_STREAM_END;
        if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR)
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    unsigned n = room - g->z.avail_out;
    return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

struct MHD_Response *gzip_response(const struct reply_stream *stream)
{
    struct gzip_stream *g = malloc(sizeof *g);
    if (g) {
        *g = (struct gzip_stream){.plain = *stream};
        if (deflateInit2(&g->z, STREAM_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) ==
            Z_OK) {
            struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, stream->piece,
                                                                       send_compressed, g, stream_free);
            if (!r)
                stream_free(g);
            return r;
        }
        free(g);
    }
    if (stream->free_user)
        stream->free_user(stream->user);
    return NULL;
}
