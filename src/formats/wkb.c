#include "formats/wkb.h"

#include <string.h>

enum { WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6 };

#define EWKB_Z 0x80000000u
#define EWKB_M 0x40000000u
#define EWKB_SRID 0x20000000u

struct reader {
    const unsigned char *bytes;
    size_t size, at; /* at <= size */
    bool big_endian; /* of the geometry that is being read: each one says for itself */
    struct geo_shape_builder *builder;
    struct error *error;
};

static enum status fail_end(const struct reader *r)
{
    error_zh(r->error, "WKB在第%zu字节处中断（共%zu字节）；数据不完整，请重新导出。", r->at, r->size);
    return error_fail(r->error, STATUS_INVALID_INPUT, "wkb-truncated",
                      "The WKB ends too early at byte %zu (of %zu); it is incomplete, export it again.",
                      r->at, r->size);
}

static enum status fail_type(const struct reader *r, uint32_t code)
{
    error_zh(r->error,
             "WKB第%zu字节：几何类型%u不是面（Polygon、MultiPolygon）；曲线请先转为折线，集合请先拆开。",
             r->at - 4, code);
    return error_fail(
        r->error, STATUS_UNSUPPORTED, "wkb-type",
        "WKB byte %zu: geometry type %u is not Polygon or MultiPolygon; turn curves into line segments "
        "and take collections apart first.",
        r->at - 4, code);
}

static enum status fail_order(const struct reader *r, unsigned mark)
{
    error_zh(r->error, "WKB第%zu字节：字节序标记应为0或1，实为%u；这不是WKB。", r->at - 1, mark);
    return error_fail(r->error, STATUS_INVALID_INPUT, "wkb-byte-order",
                      "WKB byte %zu: the byte order mark should be 0 or 1 and is %u; this is not WKB.",
                      r->at - 1, mark);
}

static uint64_t take(struct reader *r, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)r->bytes[r->at + (size_t)i] << 8 * (r->big_endian ? bytes - 1 - i : i);
    r->at += (size_t)bytes;
    return v;
}

static bool has(const struct reader *r, size_t bytes)
{
    return r->size - r->at >= bytes;
}

static double take_double(struct reader *r)
{
    uint64_t bits = take(r, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Byte order, type and optional SRID. `dims` counts the ordinates of a point. */
static enum status read_header(struct reader *r, uint32_t *type, uint32_t *dims)
{
    if (!has(r, 5))
        return fail_end(r);
    unsigned mark = r->bytes[r->at++];
    if (mark > 1)
        return fail_order(r, mark);
    r->big_endian = mark == 0;
    uint32_t code = (uint32_t)take(r, 4);
    uint32_t plain = code & ~(EWKB_Z | EWKB_M | EWKB_SRID);
    uint32_t iso = plain / 1000; /* 1 Z, 2 M, 3 both */
    if (iso > 3)
        return fail_type(r, code);
    bool z = (code & EWKB_Z) || iso == 1 || iso == 3;
    bool m = (code & EWKB_M) || iso >= 2;
    if (code & EWKB_SRID) {
        if (!has(r, 4))
            return fail_end(r);
        r->at += 4;
    }
    *type = plain % 1000;
    *dims = 2u + z + m;
    return STATUS_OK;
}

/* A count, refused unless that many elements of at least `least` bytes each can still follow. */
static enum status read_count(struct reader *r, size_t least, uint32_t *count)
{
    if (!has(r, 4))
        return fail_end(r);
    uint32_t n = (uint32_t)take(r, 4);
    if (n > (r->size - r->at) / least)
        return fail_end(r);
    *count = n;
    return STATUS_OK;
}

static enum status read_ring(struct reader *r, uint32_t dims)
{
    uint32_t n;
    enum status s = read_count(r, (size_t)dims * 8, &n);
    if (s != STATUS_OK)
        return s;
    geo_shape_builder_ring(r->builder);
    for (uint32_t i = 0; i < n; i++) {
        double x = take_double(r);
        double y = take_double(r);
        r->at += (size_t)(dims - 2) * 8;
        geo_shape_builder_point(r->builder, x, y);
    }
    return STATUS_OK;
}

static enum status read_polygon_rings(struct reader *r, uint32_t dims)
{
    uint32_t n;
    enum status s = read_count(r, 4, &n);
    if (s == STATUS_OK)
        geo_shape_builder_polygon(r->builder);
    for (uint32_t i = 0; s == STATUS_OK && i < n; i++)
        s = read_ring(r, dims);
    return s;
}

static enum status read_parts(struct reader *r)
{
    uint32_t n;
    enum status s = read_count(r, 9, &n);
    for (uint32_t i = 0; s == STATUS_OK && i < n; i++) {
        uint32_t type, dims;
        s = read_header(r, &type, &dims);
        if (s == STATUS_OK && type != WKB_POLYGON)
            s = fail_type(r, type);
        if (s == STATUS_OK)
            s = read_polygon_rings(r, dims);
    }
    return s;
}

enum status wkb_read(const void *wkb, size_t n, struct geo_shape_builder *b, struct error *e)
{
    struct reader r = {.bytes = wkb, .size = n, .builder = b, .error = e};
    uint32_t type, dims;
    geo_shape_builder_clear(b);
    enum status s = read_header(&r, &type, &dims);
    if (s != STATUS_OK)
        return s;
    if (type == WKB_POLYGON)
        s = read_polygon_rings(&r, dims);
    else if (type == WKB_MULTIPOLYGON)
        s = read_parts(&r);
    else
        return fail_type(&r, type);
    if (s == STATUS_OK && r.at != n) {
        error_zh(e, "WKB在第%zu字节已结束，后面还有%zu个多余字节；数据可能损坏，请重新导出。", r.at,
                 n - r.at);
        return error_fail(
            e, STATUS_INVALID_INPUT, "wkb-trailing",
            "The WKB is complete at byte %zu but %zu more bytes follow; it may be damaged, export it "
            "again.",
            r.at, n - r.at);
    }
    return s ? s : geo_shape_builder_status(b, e);
}

static void put_u32(struct buffer *out, uint32_t v)
{
    unsigned char b[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                          (unsigned char)(v >> 24)};
    buffer_append(out, b, sizeof b);
}

static void put_header(struct buffer *out, uint32_t type, uint32_t count)
{
    buffer_append_char(out, 1);
    put_u32(out, type);
    put_u32(out, count);
}

static unsigned char *store_double(unsigned char *to, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(bits >> 8 * i);
    return to + 8;
}

/* Block by block: an append for each number would cost more than all else in an import. */
static void put_ring(struct buffer *out, const struct geo_shape *s, uint32_t ring)
{
    enum { BLOCK = 256 };
    unsigned char block[BLOCK * 16];
    uint32_t end = s->ring_start[ring + 1];
    put_u32(out, end - s->ring_start[ring]);
    for (uint32_t i = s->ring_start[ring]; i < end;) {
        unsigned char *to = block;
        for (uint32_t k = 0; k < BLOCK && i < end; k++, i++)
            to = store_double(store_double(to, s->lon_deg[i]), s->lat_deg[i]);
        buffer_append(out, block, (size_t)(to - block));
    }
}

void wkb_write(const struct geo_shape *s, struct buffer *out)
{
    put_header(out, WKB_MULTIPOLYGON, s->n_polygons);
    for (uint32_t p = 0; p < s->n_polygons; p++) {
        put_header(out, WKB_POLYGON, s->polygon_start[p + 1] - s->polygon_start[p]);
        for (uint32_t r = s->polygon_start[p]; r < s->polygon_start[p + 1]; r++)
            put_ring(out, s, r);
    }
}
