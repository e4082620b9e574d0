#include "formats/gpkg.h"

#include "base/buffer.h"
#include "formats/wkb.h"

#include <string.h>

enum { PLAIN_HEADER = 8 };

void gpkg_put_header(unsigned char p[GPKG_HEADER_BYTES], const struct geo_box *b, int srs)
{
    const double envelope[4] = {b->west_deg, b->east_deg, b->south_deg, b->north_deg};
    memcpy(p, "GP\0\3", 4); /* version 1, little-endian, envelope of x and y */
    for (int i = 0; i < 4; i++)
        p[4 + i] = (unsigned char)((unsigned)srs >> 8 * i);
    memcpy(p + 8, envelope, sizeof envelope); /* every processor that we build for is little-endian */
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "gpkg_put_header copies doubles as they are");

const void *gpkg_geometry(const struct geo_shape *shape, int srs, struct arena *a, size_t *n)
{
    struct buffer wkb;
    buffer_init(&wkb, 0);
    wkb_write(shape, &wkb);
    unsigned char *p = wkb.failed ? NULL : arena_alloc(a, GPKG_HEADER_BYTES + wkb.size);
    if (p) {
        gpkg_put_header(p, &shape->box, srs);
        memcpy(p + GPKG_HEADER_BYTES, wkb.data, wkb.size);
        *n = GPKG_HEADER_BYTES + wkb.size;
    }
    buffer_release(&wkb);
    return p;
}

size_t gpkg_wkb_offset(const void *blob, size_t n)
{
    static const size_t envelope_bytes[8] = {0, 32, 48, 48, 64};
    const unsigned char *p = blob;
    if (n < PLAIN_HEADER || p[0] != 'G' || p[1] != 'P' || p[2] != 0 || (p[3] & 0x20))
        return 0;
    unsigned kind = p[3] >> 1 & 7;
    size_t at = PLAIN_HEADER + envelope_bytes[kind];
    return kind <= 4 && at < n ? at : 0;
}
