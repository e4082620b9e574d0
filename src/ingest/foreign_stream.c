#include "ingest/foreign_stream.h"

#include <string.h>

static void put_u32(struct buffer *out, uint32_t v)
{
    unsigned char b[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                          (unsigned char)(v >> 24)};
    buffer_append(out, b, 4);
}

void foreign_write(struct buffer *out, enum foreign_record type, uint32_t number,
                   const struct foreign_text *texts, size_t n_texts)
{
    buffer_append_char(out, (char)type);
    put_u32(out, number);
    buffer_append_char(out, (char)n_texts);
    for (size_t i = 0; i < n_texts; i++) {
        put_u32(out, (uint32_t)texts[i].n);
        buffer_append(out, texts[i].bytes, texts[i].n);
    }
}

static bool get_u32(struct foreign_cursor *c, uint32_t *out)
{
    if (c->n - c->at < 4)
        return false;
    const unsigned char *b = c->bytes + c->at;
    *out = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    c->at += 4;
    return true;
}

bool foreign_next(struct foreign_cursor *c, struct foreign_message *out)
{
    if (c->at >= c->n)
        return false;
    out->type = (enum foreign_record)c->bytes[c->at++];
    if (!get_u32(c, &out->number) || c->at >= c->n)
        return false;
    out->n_texts = c->bytes[c->at++];
    if (out->n_texts > FOREIGN_TEXTS_MAX)
        return false;
    for (size_t i = 0; i < out->n_texts; i++) {
        uint32_t length;
        if (!get_u32(c, &length) || length > c->n - c->at)
            return false;
        out->texts[i] = (struct foreign_text){c->bytes + c->at, length};
        c->at += length;
    }
    return true;
}
