#include "index/format.h"

#include <string.h>

/* xxHash-style lanes: multiply, rotate, multiply. Not cryptographic: it finds damage, not malice. The store's
 * SHA-256 of the source is what provenance rests on. */
static const uint64_t prime[4] = {0x9E3779B185EBCA87u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u,
                                  0x85EBCA77C2B2AE63u};

void index_checksum_init(struct index_checksum *c)
{
    for (int i = 0; i < 4; i++)
        c->lane[i] = prime[i];
    c->bytes = 0;
}

static inline uint64_t mix(uint64_t lane, uint64_t v)
{
    lane += v * prime[1];
    lane = lane << 31 | lane >> 33;
    return lane * prime[0];
}

void index_checksum_add(struct index_checksum *c, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    c->bytes += n;
    uint64_t l0 = c->lane[0], l1 = c->lane[1], l2 = c->lane[2], l3 = c->lane[3], v[4];
    for (; n >= 32; n -= 32, p += 32) {
        memcpy(v, p, 32);
        l0 = mix(l0, v[0]), l1 = mix(l1, v[1]), l2 = mix(l2, v[2]), l3 = mix(l3, v[3]);
    }
    c->lane[0] = l0, c->lane[1] = l1, c->lane[2] = l2, c->lane[3] = l3;
    if (n) {
        memset(v, 0, sizeof v);
        memcpy(v, p, n);
        for (int i = 0; i < 4; i++)
            c->lane[i] = mix(c->lane[i], v[i]);
    }
}

uint64_t index_checksum_value(const struct index_checksum *c)
{
    uint64_t h = c->bytes;
    for (int i = 0; i < 4; i++)
        h = mix(h ^ c->lane[i], prime[i]);
    return h ^ h >> 29;
}
