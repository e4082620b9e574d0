#include "features/readers/rings_wkb.h"

#include <string.h>

enum { WKB_HEADER = 5 };

static void put(unsigned char **to, const void *from, size_t n)
{
    memcpy(*to, from, n);
    *to += n;
}

static void put_header(unsigned char **to, uint32_t type, uint32_t count)
{
    const unsigned char little_endian = 1;
    put(to, &little_endian, 1);
    put(to, &type, 4);
    put(to, &count, 4);
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "put_header copies numbers as they are");

static size_t outer_rings(const struct ring_list *l)
{
    size_t n = 0;
    for (size_t r = 0; r < l->n_rings; r++)
        n += l->hole_of[r] < 0;
    return n;
}

bool rings_to_wkb(const struct ring_list *l, struct arena *a, const unsigned char **wkb_out, size_t *n_out)
{
    size_t polygons = outer_rings(l);
    size_t size = (WKB_HEADER + 4) * (1 + polygons) + 4 * l->n_rings + 16 * l->n;
    const uint32_t *order = ring_list_order(l, a);
    unsigned char *wkb = arena_alloc(a, size), *to = wkb;
    if (!order || !wkb)
        return false;
    put_header(&to, 6, (uint32_t)polygons);
    for (size_t i = 0; i < l->n_rings; i++) {
        size_t r = order[i], n = ring_list_size(l, r), last = i;
        if (l->hole_of[r] < 0) {
            while (last + 1 < l->n_rings && l->hole_of[order[last + 1]] >= 0)
                last++;
            put_header(&to, 3, (uint32_t)(last - i + 1));
        }
        uint32_t count = (uint32_t)n;
        put(&to, &count, 4);
        for (size_t k = l->start[r]; k < l->start[r] + n; k++) {
            put(&to, &l->x[k], 8);
            put(&to, &l->y[k], 8);
        }
    }
    *wkb_out = wkb;
    *n_out = (size_t)(to - wkb);
    return true;
}
