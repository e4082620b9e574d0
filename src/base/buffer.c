#include "base/buffer.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *b, size_t limit_bytes)
{
    memset(b, 0, sizeof *b);
    b->limit = limit_bytes ? limit_bytes : LIMIT_BUFFER_BYTES;
}

void buffer_release(struct buffer *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

void buffer_clear(struct buffer *b)
{
    b->size = 0;
    b->failed = STATUS_OK;
    if (b->data)
        b->data[0] = '\0';
}

static int buffer_reserve(struct buffer *b, size_t extra)
{
    if (b->failed)
        return 0;
    if (extra >= b->limit - b->size) { /* size <= limit; one byte is kept for the NUL */
        b->failed = STATUS_TOO_LARGE;
        return 0;
    }
    size_t need = b->size + extra + 1;
    if (need <= b->capacity)
        return 1;
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = STATUS_NO_MEMORY;
        return 0;
    }
    b->data = data;
    b->capacity = capacity;
    return 1;
}

void buffer_carry(struct buffer *to, const struct buffer *from)
{
    if (!to->failed)
        to->failed = from->failed;
}

void buffer_append(struct buffer *b, const void *bytes, size_t n)
{
    if (!buffer_reserve(b, n))
        return;
    if (n)
        memcpy(b->data + b->size, bytes, n);
    b->size += n;
    b->data[b->size] = '\0';
}

void buffer_append_str(struct buffer *b, const char *s)
{
    buffer_append(b, s, strlen(s));
}

void buffer_append_char(struct buffer *b, char c)
{
    buffer_append(b, &c, 1);
}

void buffer_printf(struct buffer *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && buffer_reserve(b, (size_t)n)) {
        vsnprintf(b->data + b->size, (size_t)n + 1, fmt, again);
        b->size += (size_t)n;
    }
    va_end(again);
}

enum status buffer_status(const struct buffer *b, struct error *e)
{
    if (b->failed == STATUS_TOO_LARGE) {
        error_zh(e, "输出超过上限 %zu 字节。", b->limit);
        return error_fail(e, STATUS_TOO_LARGE, "output-too-large",
                          "The output exceeds its limit of %zu bytes.", b->limit);
    }
    return b->failed ? error_no_memory(e) : STATUS_OK;
}

char *buffer_detach(struct buffer *b, size_t *n)
{
    char *data = b->data;
    if (n)
        *n = b->size;
    b->data = NULL;
    b->size = b->capacity = 0;
    return data;
}
