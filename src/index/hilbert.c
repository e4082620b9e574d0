#include "index/hilbert.h"

#include <stdlib.h>
#include <string.h>

/* One bit in two: 0b...cba -> 0b...0c0b0a. */
static uint32_t spread(uint32_t v)
{
    v = (v | v << 8) & 0x00FF00FF;
    v = (v | v << 4) & 0x0F0F0F0F;
    v = (v | v << 2) & 0x33333333;
    return (v | v << 1) & 0x55555555;
}

/* Coordinates to distance on a curve of order 16, all bits at once: the turns of the curve are composed by a
 * parallel prefix over the bits instead of a loop from the highest to the lowest. Source: "rawrunprotected",
 * 2D Hilbert curves in O(1), 2009, public domain. */
static uint32_t hilbert_distance(uint32_t x, uint32_t y)
{
    uint32_t a = x ^ y, b = 0xFFFF ^ a, c = 0xFFFF ^ (x | y), d = x & (y ^ 0xFFFF);
    uint32_t A = a | b >> 1, B = a >> 1 ^ a, C = c >> 1 ^ (b & d >> 1) ^ c, D = (a & c >> 1) ^ d >> 1 ^ d;
    for (int shift = 2; shift <= 4; shift *= 2) {
        a = A, b = B, c = C, d = D;
        A = (a & a >> shift) ^ (b & b >> shift);
        B = (a & b >> shift) ^ (b & (a ^ b) >> shift);
        C ^= (a & c >> shift) ^ (b & d >> shift);
        D ^= (b & c >> shift) ^ ((a ^ b) & d >> shift);
    }
    a = A, b = B, c = C, d = D;
    C ^= (a & c >> 8) ^ (b & d >> 8);
    D ^= (b & c >> 8) ^ ((a ^ b) & d >> 8);
    a = C ^ C >> 1;
    b = D ^ D >> 1;
    uint32_t i0 = x ^ y, i1 = b | (0xFFFF ^ (i0 | a));
    return spread(i1) << 1 | spread(i0);
}

static uint32_t grid_of(double v, double low, double high)
{
    double t = high > low ? (v - low) / (high - low) * 65535.0 : 0.0;
    return !(t > 0) ? 0 : t >= 65535 ? 65535 : (uint32_t)t; /* no number, too */
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

/* Least significant digit first, 11 bits at a time; stable, so that equal keys keep the order of their
 * items. */
static void radix_sort(struct hilbert_key *keys, struct hilbert_key *other, size_t n)
{
    enum { BITS = 11, BUCKETS = 1 << BITS, PASSES = 3 };
    uint32_t at[PASSES][BUCKETS] = {{0}};
    for (size_t i = 0; i < n; i++)
        for (int p = 0; p < PASSES; p++)
            at[p][keys[i].key >> p * BITS & (BUCKETS - 1)]++;
    for (int p = 0; p < PASSES; p++) {
        uint32_t next = 0;
        for (int k = 0; k < BUCKETS; k++) {
            uint32_t count = at[p][k];
            at[p][k] = next;
            next += count;
        }
        for (size_t i = 0; i < n; i++)
            other[at[p][keys[i].key >> p * BITS & (BUCKETS - 1)]++] = keys[i];
        struct hilbert_key *t = keys;
        keys = other;
        other = t;
    }
}

/* Three times as fast for the edges of one parcel as counting 2048 buckets; likewise stable. */
enum { FEW = 64 };
static void insertion_sort(struct hilbert_key *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct hilbert_key key = keys[i];
        size_t k = i;
        for (; k > 0 && keys[k - 1].key > key.key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

void hilbert_sort_with(struct hilbert_key *keys, struct hilbert_key *other, size_t n)
{
    if (n <= FEW) { /* also none, when there may be no arrays at all */
        insertion_sort(keys, n);
        return;
    }
    radix_sort(keys, other, n);
    memcpy(keys, other, n * sizeof *keys); /* three passes end in the other array */
}

void hilbert_sort(struct hilbert_key *keys, size_t n)
{
    struct hilbert_key *other = n <= FEW ? NULL : malloc(n * sizeof *other);
    if (n > FEW && !other) {
        qsort(keys, n, sizeof *keys, by_key);
        return;
    }
    hilbert_sort_with(keys, other, n);
    free(other);
}
