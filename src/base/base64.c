#include "base/base64.h"

#include <nettle/base64.h>

enum { PIECE = 3 * 1024 };

void base64_append(struct buffer *out, const void *bytes, size_t n)
{
    char text[BASE64_ENCODE_RAW_LENGTH(PIECE)];
    const uint8_t *from = bytes;
    for (size_t at = 0; at < n; at += PIECE) {
        size_t m = n - at < PIECE ? n - at : PIECE;
        base64_encode_raw(text, m, from + at);
        buffer_append(out, text, BASE64_ENCODE_RAW_LENGTH(m));
    }
}

bool base64_read(const char *text, size_t n, struct buffer *out)
{
    struct base64_decode_ctx ctx;
    uint8_t bytes[BASE64_DECODE_LENGTH(PIECE)];
    base64_decode_init(&ctx);
    for (size_t at = 0; at < n; at += PIECE) {
        size_t m = n - at < PIECE ? n - at : PIECE, got = sizeof bytes;
        if (!base64_decode_update(&ctx, &got, bytes, m, text + at))
            return false;
        buffer_append(out, bytes, got);
    }
    return base64_decode_final(&ctx) && !out->failed;
}
