#include "features/sandbox/protocol.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FLUSH_BYTES = 256 << 10, READ_BYTES = 256 << 10, HEAD_BYTES = 5 };
#define NULL_LENGTH UINT32_MAX

/* ---- writing ---- */

void record_writer_init(struct record_writer *w, int fd)
{
    *w = (struct record_writer){.fd = fd};
    buffer_init(&w->out, SANDBOX_RECORD_BYTES);
}

static void put_u32(unsigned char b[4], uint32_t v)
{
    for (int i = 0; i < 4; i++)
        b[i] = (unsigned char)(v >> 8 * i);
}

void record_u8(struct record_writer *w, unsigned v)
{
    buffer_append_char(&w->out, (char)v);
}

void record_u32(struct record_writer *w, uint32_t v)
{
    unsigned char b[4];
    put_u32(b, v);
    buffer_append(&w->out, b, sizeof b);
}

void record_i64(struct record_writer *w, int64_t v)
{
    record_u32(w, (uint32_t)(uint64_t)v);
    record_u32(w, (uint32_t)((uint64_t)v >> 32));
}

void record_f64(struct record_writer *w, double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    record_i64(w, bits);
}

void record_bytes(struct record_writer *w, const void *bytes, size_t n)
{
    record_u32(w, (uint32_t)n);
    if (n)
        buffer_append(&w->out, bytes, n);
}

void record_text(struct record_writer *w, const char *text)
{
    if (text)
        record_bytes(w, text, strlen(text));
    else
        record_u32(w, NULL_LENGTH);
}

void record_begin(struct record_writer *w, enum record_type type)
{
    w->at = w->out.size;
    record_u8(w, type);
    record_u32(w, 0);
}

enum status record_flush(struct record_writer *w, struct error *e)
{
    if (!file_write_all(w->fd, w->out.data, w->out.size))
        return error_errno(e, "写管道", "Writing to the pipe", "pipe");
    buffer_clear(&w->out);
    return STATUS_OK;
}

enum status record_end(struct record_writer *w, struct error *e)
{
    enum status s = buffer_status(&w->out, e);
    if (s != STATUS_OK)
        return s;
    put_u32((unsigned char *)w->out.data + w->at + 1, (uint32_t)(w->out.size - w->at - HEAD_BYTES));
    w->at = w->out.size;
    return w->out.size >= FLUSH_BYTES ? record_flush(w, e) : STATUS_OK;
}

void record_forbidden(unsigned char bytes[RECORD_FORBIDDEN_BYTES], uint32_t number)
{
    bytes[0] = RECORD_FORBIDDEN;
    put_u32(bytes + 1, RECORD_FORBIDDEN_BYTES - HEAD_BYTES);
    put_u32(bytes + HEAD_BYTES, number);
}

void record_drop(struct record_writer *w)
{
    w->out.size = w->at < w->out.size ? w->at : w->out.size;
    w->out.failed = STATUS_OK;
}

/* ---- reading ---- */

static enum record_got await(const struct record_reader *r)
{
    if (!r->until_ms)
        return RECORD_GOT;
    for (;;) {
        long long left = r->until_ms - clock_ms();
        struct pollfd p = {.fd = r->fd, .events = POLLIN};
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready > 0)
            return RECORD_GOT;
        if (ready == 0)
            return RECORD_LATE;
        if (errno != EINTR)
            return RECORD_BROKEN;
    }
}

/* Room for `need` bytes from r->from on, or for a piece more: memory follows what has come, not what was
 * announced. */
static bool make_room(struct record_reader *r)
{
    size_t have = r->to - r->from;
    if (r->from > 0 && (have == 0 || r->capacity - r->to < READ_BYTES)) {
        memmove(r->bytes, r->bytes + r->from, have);
        r->from = 0;
        r->to = have;
    }
    return ARRAY_RESERVE(r->bytes, r->capacity, r->to + READ_BYTES);
}

static enum record_got have(struct record_reader *r, size_t need)
{
    while (r->to - r->from < need) {
        if (!make_room(r))
            return RECORD_NO_MEMORY;
        enum record_got ready = await(r);
        if (ready != RECORD_GOT)
            return ready;
        ssize_t n = read(r->fd, r->bytes + r->to, r->capacity - r->to);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return r->to == r->from ? RECORD_NONE : RECORD_BROKEN;
        r->to += (size_t)n;
    }
    return RECORD_GOT;
}

static uint32_t get_u32(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

enum record_got record_magic(struct record_reader *r)
{
    size_t n = strlen(SANDBOX_MAGIC);
    enum record_got got = have(r, n);
    if (got != RECORD_GOT)
        return got;
    if (memcmp(r->bytes + r->from, SANDBOX_MAGIC, n) != 0)
        return RECORD_BROKEN;
    r->from += n;
    return RECORD_GOT;
}

enum record_got record_next(struct record_reader *r, struct record *out)
{
    enum record_got got = have(r, HEAD_BYTES);
    if (got != RECORD_GOT)
        return got;
    size_t n = get_u32(r->bytes + r->from + 1);
    if (n > SANDBOX_RECORD_BYTES)
        return RECORD_BROKEN;
    got = have(r, HEAD_BYTES + n);
    if (got != RECORD_GOT)
        return got == RECORD_NONE ? RECORD_BROKEN : got;
    *out = (struct record){(enum record_type)r->bytes[r->from], r->bytes + r->from + HEAD_BYTES, n, 0, false};
    r->from += HEAD_BYTES + n;
    return RECORD_GOT;
}

void record_reader_release(struct record_reader *r)
{
    free(r->bytes);
    r->bytes = NULL;
    r->capacity = r->from = r->to = 0;
}

static const unsigned char *take(struct record *r, size_t n)
{
    static const unsigned char zeros[8];
    if (r->bad || n > r->n - r->at) {
        r->bad = true;
        return zeros;
    }
    r->at += n;
    return r->bytes + r->at - n;
}

unsigned record_take_u8(struct record *r)
{
    return *take(r, 1);
}

uint32_t record_take_u32(struct record *r)
{
    return get_u32(take(r, 4));
}

int64_t record_take_i64(struct record *r)
{
    const unsigned char *b = take(r, 8);
    return (int64_t)((uint64_t)get_u32(b) | (uint64_t)get_u32(b + 4) << 32);
}

double record_take_f64(struct record *r)
{
    int64_t bits = record_take_i64(r);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

struct record_field record_take_field(struct record *r)
{
    uint32_t n = record_take_u32(r);
    if (n == NULL_LENGTH || r->bad)
        return (struct record_field){NULL, 0};
    if (n > r->n - r->at) {
        r->bad = true;
        return (struct record_field){NULL, 0};
    }
    r->at += n;
    return (struct record_field){(const char *)r->bytes + r->at - n, n};
}
