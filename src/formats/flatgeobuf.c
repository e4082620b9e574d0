/* FlatBuffers, as far as FlatGeobuf needs them. A message is a table; a table begins with the way back to its
 * vtable, which says at which of its bytes each field stands (0: not there); what has no fixed size (texts,
 * vectors, other tables) stands behind the table, and the field has the way there. All little-endian; numbers
 * are aligned from the first byte of the message's own length on. */
#include "formats/flatgeobuf.h"

#include <math.h>
#include <string.h>

static const unsigned char MAGIC[8] = {'f', 'g', 'b', 3, 'f', 'g', 'b', 1};

/* ---- bytes ---- */

static void put_integer(struct buffer *out, uint64_t v, size_t n_bytes)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < n_bytes; i++)
        bytes[i] = (unsigned char)(v >> 8 * i);
    buffer_append(out, bytes, n_bytes);
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static void pad(struct buffer *out, size_t start, size_t alignment)
{
    static const char zeros[8];
    size_t over = (out->size - start) % alignment;
    if (over)
        buffer_append(out, zeros, alignment - over);
}

static void write_over(struct buffer *out, size_t at, uint32_t v)
{
    for (size_t i = 0; !out->failed && i < 4; i++)
        out->data[at + i] = (char)(v >> 8 * i);
}

/* Notes at `slot` the way to what comes next. */
static void point_here(struct buffer *out, size_t slot)
{
    write_over(out, slot, (uint32_t)(out->size - slot));
}

/* A field with the way to something is written as 0 first; so is one that stays empty. */
static size_t put_slot(struct buffer *out)
{
    size_t at = out->size;
    put_integer(out, 0, 4);
    return at;
}

static void put_text(struct buffer *out, size_t start, size_t slot, const char *text)
{
    size_t n = strlen(text);
    pad(out, start, 4);
    point_here(out, slot);
    put_integer(out, n, 4);
    buffer_append(out, text, n + 1);
}

/* The message's length, and the way to its table, which begins behind a vtable of so many bytes. */
static size_t begin_message(struct buffer *out)
{
    size_t start = out->size;
    put_integer(out, 0, 4);
    put_slot(out);
    return start;
}

static void end_message(struct buffer *out, size_t start)
{
    pad(out, start, 8);
    write_over(out, start, (uint32_t)(out->size - start - 4));
}

/* A vtable and the beginning of its table, which is noted at `slot`; `at` has for each of the n fields where
 * in the table it stands, and the table has `size` bytes. */
static void begin_table(struct buffer *out, size_t slot, const uint8_t *at, size_t n, size_t size)
{
    size_t vtable = out->size;
    put_integer(out, 4 + 2 * n, 2);
    put_integer(out, size, 2);
    for (size_t i = 0; i < n; i++)
        put_integer(out, at[i], 2);
    if (n % 2)
        put_integer(out, 0, 2);
    point_here(out, slot);
    put_integer(out, out->size - vtable, 4);
}

/* ---- header ---- */

static void put_column(struct buffer *out, size_t start, size_t slot, const struct fgb_column *c)
{
    /* name, type, title */
    const uint8_t at[] = {4, 12, (uint8_t)(c->title ? 8 : 0)};
    pad(out, start, 4);
    begin_table(out, slot, at, sizeof at, 16);
    size_t name = put_slot(out), title = put_slot(out);
    put_integer(out, c->type, 4);
    put_text(out, start, name, c->name);
    if (c->title)
        put_text(out, start, title, c->title);
}

static void put_columns(struct buffer *out, size_t start, size_t slot, const struct fgb_head *h)
{
    pad(out, start, 4);
    point_here(out, slot);
    put_integer(out, h->n_columns, 4);
    size_t first = out->size;
    for (size_t i = 0; i < h->n_columns; i++)
        put_slot(out);
    for (size_t i = 0; i < h->n_columns; i++)
        put_column(out, start, first + 4 * i, &h->columns[i]);
}

static void put_crs(struct buffer *out, size_t start, size_t slot, int epsg)
{
    /* org, code */
    static const uint8_t at[] = {4, 8};
    pad(out, start, 4);
    begin_table(out, slot, at, sizeof at, 12);
    size_t org = put_slot(out);
    put_integer(out, (uint32_t)epsg, 4);
    put_text(out, start, org, "EPSG");
}

void fgb_head(struct buffer *out, const struct fgb_head *h)
{
    enum { N_FIELDS = 13, SIZE = 36 };
    const char *const texts[] = {h->name, h->title, h->description};
    size_t slots[3];
    buffer_append(out, MAGIC, sizeof MAGIC);
    size_t start = begin_message(out);
    /* name, envelope, geometry_type, has_z, has_m, has_t, has_tm, columns, features_count, index_node_size,
     * crs, title, description: the count is of 8 bytes, and the table begins where 8 divides */
    const uint8_t at[N_FIELDS] = {(uint8_t)(h->name ? 4 : 0),
                                  0,
                                  32,
                                  0,
                                  0,
                                  0,
                                  0,
                                  16,
                                  8,
                                  34,
                                  (uint8_t)(h->epsg ? 20 : 0),
                                  (uint8_t)(h->title ? 24 : 0),
                                  (uint8_t)(h->description ? 28 : 0)};
    begin_table(out, start + 4, at, N_FIELDS, SIZE);
    slots[0] = put_slot(out);
    put_integer(out, h->n_features, 8);
    size_t columns = put_slot(out), crs = put_slot(out);
    slots[1] = put_slot(out);
    slots[2] = put_slot(out);
    put_integer(out, h->kind, 2);
    put_integer(out, 0, 2); /* no index: without the field there would be one */
    for (size_t i = 0; i < 3; i++)
        if (texts[i])
            put_text(out, start, slots[i], texts[i]);
    put_columns(out, start, columns, h);
    if (h->epsg)
        put_crs(out, start, crs, h->epsg);
    end_message(out, start);
}

/* ---- features ---- */

void fgb_init(struct fgb_writer *w, struct buffer *out)
{
    *w = (struct fgb_writer){.out = out};
    buffer_init(&w->properties, 0);
}

void fgb_release(struct fgb_writer *w)
{
    buffer_release(&w->properties);
}

/* Where in a feature's table its two fields are noted. */
enum { FEATURE_GEOMETRY = 20, FEATURE_PROPERTIES = 24 };

void fgb_feature_begin(struct fgb_writer *w)
{
    /* geometry, properties; what has no geometry gets its vtable mended at the end */
    static const uint8_t at[] = {4, 8};
    buffer_clear(&w->properties);
    w->start = begin_message(w->out);
    begin_table(w->out, w->start + 4, at, sizeof at, 12);
    w->slot = put_slot(w->out);
    put_slot(w->out);
}

enum { ENDS, XY, PARTS };

/* Which of the three a geometry has: the others are not there. */
static void begin_geometry(struct fgb_writer *w, enum fgb_kind kind, const bool has[3], size_t slots[3])
{
    /* ends, xy, z, m, t, tm, type, parts */
    const uint8_t at[] = {(uint8_t)(has[ENDS] ? 4 : 0),  (uint8_t)(has[XY] ? 8 : 0), 0, 0, 0, 0, 16,
                          (uint8_t)(has[PARTS] ? 12 : 0)};
    pad(w->out, w->start, 4);
    begin_table(w->out, w->slot, at, sizeof at, 20);
    for (int i = 0; i < 3; i++)
        slots[i] = put_slot(w->out);
    put_integer(w->out, kind, 4);
}

static void put_ends(struct fgb_writer *w, size_t slot, const struct fgb_points *p)
{
    pad(w->out, w->start, 4);
    point_here(w->out, slot);
    put_integer(w->out, p->n_rings, 4);
    for (uint32_t r = 1; r <= p->n_rings; r++)
        put_integer(w->out, p->start[r] - p->start[0], 4);
}

static void put_xy(struct fgb_writer *w, size_t slot, const struct fgb_points *p)
{
    uint32_t from = p->start ? p->start[0] : 0, to = p->start ? p->start[p->n_rings] : p->n;
    pad(w->out, w->start, 4);
    if ((w->out->size - w->start) % 8 == 0)
        put_integer(w->out, 0, 4); /* so that what follows their number lies where 8 divides */
    point_here(w->out, slot);
    put_integer(w->out, 2 * (uint64_t)(to - from), 4);
    unsigned char bytes[4096];
    size_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        const uint64_t both[2] = {bits_of(p->x[i]), bits_of(p->y[i])};
        for (int k = 0; k < 16; k++)
            bytes[n++] = (unsigned char)(both[k / 8] >> 8 * (k % 8));
        if (n == sizeof bytes || i + 1 == to) {
            buffer_append(w->out, bytes, n);
            n = 0;
        }
    }
}

void fgb_geometry(struct fgb_writer *w, enum fgb_kind kind, const struct fgb_points *p)
{
    /* a single line of several is told as such: GDAL refuses it without */
    const bool has[3] = {p->start && (p->n_rings > 1 || kind == FGB_MULTILINE), true, false};
    size_t slots[3];
    begin_geometry(w, kind, has, slots);
    if (has[ENDS])
        put_ends(w, slots[ENDS], p);
    put_xy(w, slots[XY], p);
}

struct fgb_parts fgb_parts(struct fgb_writer *w, enum fgb_kind kind, uint32_t n)
{
    const bool has[3] = {false, false, true};
    size_t slots[3];
    begin_geometry(w, kind, has, slots);
    point_here(w->out, slots[PARTS]);
    put_integer(w->out, n, 4);
    struct fgb_parts parts = {w->out->size};
    for (uint32_t i = 0; i < n; i++)
        put_slot(w->out);
    return parts;
}

void fgb_part(struct fgb_writer *w, struct fgb_parts *parts)
{
    w->slot = parts->next;
    parts->next += 4;
}

void fgb_integer(struct fgb_writer *w, uint16_t column, int64_t v)
{
    put_integer(&w->properties, column, 2);
    put_integer(&w->properties, (uint64_t)v, 8);
}

void fgb_number(struct fgb_writer *w, uint16_t column, double v)
{
    if (!isfinite(v))
        return;
    put_integer(&w->properties, column, 2);
    put_integer(&w->properties, bits_of(v), 8);
}

void fgb_text(struct fgb_writer *w, uint16_t column, const char *text)
{
    if (!text)
        return;
    size_t n = strlen(text);
    put_integer(&w->properties, column, 2);
    put_integer(&w->properties, n, 4);
    buffer_append(&w->properties, text, n);
}

void fgb_feature_end(struct fgb_writer *w)
{
    enum { VTABLE_GEOMETRY = 12 }; /* two bytes, and two of the properties' behind them */
    if (w->slot == w->start + FEATURE_GEOMETRY && !w->out->failed &&
        w->out->size == w->start + FEATURE_PROPERTIES + 4)
        w->out->data[w->start + VTABLE_GEOMETRY] = 0;
    pad(w->out, w->start, 4);
    point_here(w->out, w->start + FEATURE_PROPERTIES);
    put_integer(w->out, w->properties.size, 4);
    buffer_append(w->out, w->properties.data, w->properties.size);
    buffer_carry(w->out, &w->properties);
    end_message(w->out, w->start);
}
