#include "store/geometry_bytes.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The frame is 00 01, the SRID and the box; then comes 7C where WKB gives its byte order, and 69 where each
 * polygon within gives its own; FE ends it. */
enum {
    SRID = 4490,
    FRAME = 38,
    LITTLE_ENDIAN_MARK = 1,
    MULTI_MARK = 0x7C,
    PART_MARK = 0x69,
    END_MARK = 0xFE
};
enum { WKB_MARK = 1, WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6 };

static_assert((int)FRAME + 1 == (int)GEOMETRY_BYTES_MORE, "the frame and its end");

struct walk {
    const unsigned char *bytes;
    size_t n, at;
    struct geo_box box;
};

static bool take_u32(struct walk *w, uint32_t *v)
{
    if (w->n - w->at < 4)
        return false;
    memcpy(v, w->bytes + w->at, 4); /* little-endian, as the machines we run on */
    w->at += 4;
    return true;
}

static bool take_header(struct walk *w, unsigned char mark, uint32_t type, uint32_t *count)
{
    uint32_t is = 0;
    if (w->n - w->at < 1 || w->bytes[w->at] != mark)
        return false;
    w->at++;
    return take_u32(w, &is) && is == type && take_u32(w, count);
}

static bool take_ring(struct walk *w)
{
    uint32_t n;
    if (!take_u32(w, &n) || (w->n - w->at) / 16 < n)
        return false;
    struct geo_box box = w->box;
    for (uint32_t i = 0; i < n; i++, w->at += 16) {
        double p[2];
        memcpy(p, w->bytes + w->at, 16);
        box.west_deg = p[0] < box.west_deg ? p[0] : box.west_deg;
        box.east_deg = p[0] > box.east_deg ? p[0] : box.east_deg;
        box.south_deg = p[1] < box.south_deg ? p[1] : box.south_deg;
        box.north_deg = p[1] > box.north_deg ? p[1] : box.north_deg;
    }
    w->box = box;
    return true;
}

/* `to` holds a copy of what is walked, in which each polygon's mark becomes another. */
static bool mark_polygons(struct walk *w, unsigned char mark, uint32_t n, unsigned char other, char *to)
{
    for (uint32_t p = 0; p < n; p++) {
        size_t at = w->at;
        uint32_t n_rings;
        if (!take_header(w, mark, WKB_POLYGON, &n_rings))
            return false;
        to[at] = (char)other;
        for (uint32_t r = 0; r < n_rings; r++)
            if (!take_ring(w))
                return false;
    }
    return w->at == w->n;
}

static enum status fail_wkb(struct error *e)
{
    error_zh(e, "要写入的几何不是完整的 WKB MultiPolygon；请重新导出源数据再导入。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "feature-wkb",
        "The geometry to be written is not a complete WKB MultiPolygon; export the source again "
        "and import it.");
}

enum status geometry_bytes_of(const void *wkb, size_t n, struct buffer *out, struct geo_box *box,
                              struct error *e)
{
    struct walk w = {.bytes = wkb, .n = n, .box = {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    uint32_t n_polygons;
    if (!take_header(&w, WKB_MARK, WKB_MULTIPOLYGON, &n_polygons))
        return fail_wkb(e);
    static const char zeros[FRAME];
    buffer_clear(out);
    buffer_append(out, zeros, FRAME);
    buffer_append(out, wkb, n);
    buffer_append_char(out, (char)END_MARK);
    enum status st = buffer_status(out, e);
    if (st != STATUS_OK)
        return st;
    if (!mark_polygons(&w, WKB_MARK, n_polygons, PART_MARK, out->data + FRAME))
        return fail_wkb(e);
    int32_t srid = SRID;
    double mbr[4] = {w.box.west_deg, w.box.south_deg, w.box.east_deg, w.box.north_deg};
    out->data[1] = LITTLE_ENDIAN_MARK;
    memcpy(out->data + 2, &srid, 4);
    memcpy(out->data + 6, mbr, sizeof mbr);
    out->data[FRAME] = MULTI_MARK;
    *box = w.box;
    return STATUS_OK;
}

bool geometry_bytes_to_wkb(const void *bytes, size_t n, void *wkb)
{
    const unsigned char *from = bytes;
    struct walk w = {.bytes = wkb, .n = n - GEOMETRY_BYTES_MORE};
    uint32_t n_polygons;
    if (n <= GEOMETRY_BYTES_MORE || from[0] != 0 || from[1] != LITTLE_ENDIAN_MARK || from[n - 1] != END_MARK)
        return false;
    memcpy(wkb, from + FRAME, w.n);
    if (!take_header(&w, MULTI_MARK, WKB_MULTIPOLYGON, &n_polygons))
        return false;
    *(unsigned char *)wkb = WKB_MARK;
    return mark_polygons(&w, PART_MARK, n_polygons, WKB_MARK, wkb);
}
