#include "index/hilbert.h"

#include <stdlib.h>

/* Source: Henry S. Warren, Hacker's Delight, 2nd edition, 16-2 (coordinates to distance). */
static uint32_t hilbert_distance(uint32_t x, uint32_t y)
{
    uint32_t d = 0;
    for (uint32_t s = 1u << 15; s > 0; s >>= 1) {
        uint32_t rx = (x & s) != 0, ry = (y & s) != 0;
        d += s * s * ((3 * rx) ^ ry);
        if (ry == 0) {
            if (rx) {
                x = 65535 - x;
                y = 65535 - y;
            }
            uint32_t t = x;
            x = y;
            y = t;
        }
    }
    return d;
}

static uint32_t grid_of(double v, double low, double high)
{
    double t = high > low ? (v - low) / (high - low) * 65535.0 : 0.0;
    return t <= 0 ? 0 : t >= 65535 ? 65535 : (uint32_t)t;
}

uint32_t hilbert_key_of(const struct geo_box *box, double lon_deg, double lat_deg)
{
    return hilbert_distance(grid_of(lon_deg, box->west_deg, box->east_deg),
                            grid_of(lat_deg, box->south_deg, box->north_deg));
}

static int by_key(const void *a, const void *b)
{
    const struct hilbert_key *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

void hilbert_sort(struct hilbert_key *keys, size_t n)
{
    qsort(keys, n, sizeof *keys, by_key);
}
