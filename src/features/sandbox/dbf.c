#include "features/sandbox/dbf.h"

#include <string.h>

enum { HEAD_BYTES = 32, FIELD_BYTES = 32, PIECE_BYTES = 1 << 20, FIELDS_MAX = 4096 };

static unsigned u16(const unsigned char *b)
{
    return (unsigned)b[0] | (unsigned)b[1] << 8;
}

static bool find_fields(struct dbf *d, const unsigned char *head, struct arena *a)
{
    struct dbf_field *fields = arena_array(a, FIELDS_MAX, sizeof *fields);
    unsigned at = 1;
    for (size_t i = HEAD_BYTES; fields && i + FIELD_BYTES <= d->header_bytes && head[i] != 0x0D;
         i += FIELD_BYTES) {
        const unsigned char *f = head + i;
        if (d->n_fields == FIELDS_MAX)
            return false;
        struct dbf_field *to = &fields[d->n_fields++];
        bool text = f[11] == 'C'; /* a wide text has the upper byte of its width where others have decimals */
        *to = (struct dbf_field){arena_strndup(a, (const char *)f, strnlen((const char *)f, 11)), (char)f[11],
                                 at, f[16] + (text ? (unsigned)f[17] << 8 : 0), text ? 0 : f[17]};
        if (text && f[17] && at + to->width > d->row_bytes)
            to->width = f[16];
        at += to->width;
        if (!to->name || at > d->row_bytes)
            return false;
    }
    d->fields = fields;
    return fields != NULL;
}

static bool count_rows(struct dbf *d)
{
    if (VSIFSeekL(d->file, 0, SEEK_END) != 0)
        return false;
    vsi_l_offset size = VSIFTellL(d->file);
    if (size < d->header_bytes)
        return false;
    unsigned char last = 0;
    vsi_l_offset data = size - d->header_bytes;
    if (d->row_bytes == 1 && data > 0 && VSIFSeekL(d->file, size - 1, SEEK_SET) == 0 &&
        VSIFReadL(&last, 1, 1, d->file) == 1 && last == 0x1A)
        data--; /* without fields the mark of the end is as long as a row */
    vsi_l_offset rest = data % d->row_bytes;
    d->n_rows = (int64_t)(data / d->row_bytes);
    d->cut = rest > 1; /* one byte is the mark of the end */
    return true;
}

bool dbf_open(const char *name, struct arena *a, struct dbf *out)
{
    unsigned char start[HEAD_BYTES];
    struct dbf d = {.file = VSIFOpenL(name, "rb")};
    if (!d.file || VSIFReadL(start, 1, sizeof start, d.file) != sizeof start)
        return false;
    d.n_header = (int64_t)(u16(start + 4) | (uint64_t)u16(start + 6) << 16);
    d.header_bytes = u16(start + 8);
    d.row_bytes = u16(start + 10);
    if (d.header_bytes < HEAD_BYTES + 1 || d.row_bytes < 1)
        return false;
    unsigned char *head = arena_alloc(a, d.header_bytes);
    d.piece_max = PIECE_BYTES / (int64_t)d.row_bytes;
    d.piece = arena_alloc(a, (size_t)d.piece_max * d.row_bytes);
    if (!head || !d.piece || VSIFSeekL(d.file, 0, SEEK_SET) != 0 ||
        VSIFReadL(head, 1, d.header_bytes, d.file) != d.header_bytes)
        return false;
    if (!find_fields(&d, head, a) || !count_rows(&d))
        return false;
    *out = d;
    return true;
}

const unsigned char *dbf_row(struct dbf *d, int64_t i)
{
    if (i < 0 || i >= d->n_rows)
        return NULL;
    if (i < d->piece_from || i >= d->piece_from + d->piece_n) {
        int64_t n = d->n_rows - i < d->piece_max ? d->n_rows - i : d->piece_max;
        d->piece_n = 0;
        if (VSIFSeekL(d->file, d->header_bytes + (vsi_l_offset)i * d->row_bytes, SEEK_SET) != 0 ||
            VSIFReadL(d->piece, d->row_bytes, (size_t)n, d->file) != (size_t)n)
            return NULL;
        d->piece_from = i;
        d->piece_n = n;
    }
    return d->piece + (size_t)(i - d->piece_from) * d->row_bytes;
}

const char *dbf_cell(const struct dbf *d, const unsigned char *row, size_t field, size_t *n)
{
    const struct dbf_field *f = &d->fields[field];
    const char *text = (const char *)row + f->at;
    size_t k = strnlen(text, f->width);
    while (k > 0 && text[k - 1] == ' ')
        k--;
    while (k > 0 && *text == ' ')
        text++, k--;
    bool none = ((f->type == 'N' || f->type == 'F') && k > 0 && *text == '*') ||
                (f->type == 'D' && k == 8 && memcmp(text, "00000000", 8) == 0) ||
                (f->type == 'L' && k == 1 && *text == '?');
    *n = none ? 0 : k;
    return text;
}
