#include "http/mvt_decode.h"

#include <stdio.h>
#include <string.h>

struct span {
    const unsigned char *at, *end;
    bool bad;
};

static uint64_t varint(struct span *s)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (s->at == s->end)
            break;
        unsigned char byte = *s->at++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return v;
    }
    s->bad = true;
    return 0;
}

static struct span bytes(struct span *s)
{
    uint64_t n = varint(s);
    struct span inner = {s->at, s->at, false};
    if (s->bad || n > (uint64_t)(s->end - s->at)) {
        s->bad = true;
        return inner;
    }
    inner.end = s->at += n;
    return inner;
}

static void text(struct span s, char *out, size_t size)
{
    snprintf(out, size, "%.*s", (int)(s.end - s.at), (const char *)s.at);
}

static int32_t unzigzag(uint64_t v)
{
    return (int32_t)((v >> 1) ^ (~(v & 1) + 1));
}

static bool decode_ring(struct span *s, struct mvt_decoded_feature *f, int32_t pen[2])
{
    int r = f->n_rings < MVT_MAX_RINGS ? f->n_rings++ : MVT_MAX_RINGS - 1; /* the last one again */
    if (varint(s) != (1 << 3 | 1))
        return false;
    int32_t x0 = pen[0] += unzigzag(varint(s)), y0 = pen[1] += unzigzag(varint(s));
    f->x[r] = x0;
    f->y[r] = y0;
    uint64_t command = varint(s);
    f->n_points[r] = 1 + (int)(command >> 3);
    f->twice_area[r] = 0;
    if ((command & 7) != 2 || f->n_points[r] < 3)
        return false;
    for (uint64_t i = 0; i < command >> 3; i++) {
        int32_t x = pen[0], y = pen[1];
        pen[0] += unzigzag(varint(s));
        pen[1] += unzigzag(varint(s));
        if (x == pen[0] && y == pen[1])
            return false; /* a repeated point */
        f->twice_area[r] += (int64_t)x * pen[1] - (int64_t)pen[0] * y;
    }
    f->twice_area[r] += (int64_t)pen[0] * y0 - (int64_t)x0 * pen[1];
    f->twice_area_all += f->twice_area[r];
    return varint(s) == (1 << 3 | 7) && !s->bad;
}

/* Points, or a line: the type stands before the geometry. */
static bool decode_path(struct span *s, struct mvt_decoded_feature *f, int32_t pen[2])
{
    uint64_t command = varint(s);
    if ((command & 7) != (f->n_rings && f->type == 2 ? 2 : 1) || command >> 3 < 1)
        return false;
    for (uint64_t i = 0; i < command >> 3 && !s->bad; i++) {
        pen[0] += unzigzag(varint(s));
        pen[1] += unzigzag(varint(s));
        if (f->n_rings == 0) {
            f->x[0] = pen[0];
            f->y[0] = pen[1];
        }
        f->n_rings = 1;
        f->n_points[0]++;
    }
    return !s->bad;
}

static bool decode_feature(struct span s, struct mvt_decoded_feature *f, uint32_t tags[8])
{
    memset(tags, 0xFF, 8 * sizeof *tags);
    while (s.at < s.end && !s.bad) {
        uint64_t key = varint(&s);
        if (key == (1 << 3 | 0)) {
            f->id = varint(&s);
        } else if (key == (2 << 3 | 2)) {
            struct span packed = bytes(&s);
            for (int i = 0; i < 8 && packed.at < packed.end; i++)
                tags[i] = (uint32_t)varint(&packed);
        } else if (key == (3 << 3 | 0)) {
            f->type = (unsigned)varint(&s);
        } else if (key == (4 << 3 | 2)) {
            struct span geometry = bytes(&s);
            int32_t pen[2] = {0, 0};
            while (geometry.at < geometry.end)
                if (!(f->type == 3 ? decode_ring(&geometry, f, pen) : decode_path(&geometry, f, pen)))
                    return false;
        } else {
            return false;
        }
    }
    return !s.bad;
}

static bool decode_layer(struct span s, struct mvt_decoded *out)
{
    static uint32_t tags[MVT_MAX_FEATURES][8];
    static char values[MVT_MAX_FEATURES * 4][64];
    size_t n_values = 0, n_keys = 0;
    while (s.at < s.end && !s.bad) {
        uint64_t key = varint(&s);
        if (key == (15 << 3 | 0)) {
            out->version = (unsigned)varint(&s);
        } else if (key == (5 << 3 | 0)) {
            out->extent = (unsigned)varint(&s);
        } else if (key == (1 << 3 | 2)) {
            text(bytes(&s), out->name, sizeof out->name);
        } else if (key == (3 << 3 | 2) && n_keys < 4) {
            text(bytes(&s), out->keys[n_keys++], 64);
        } else if (key == (4 << 3 | 2) && n_values < MVT_MAX_FEATURES * 4) {
            struct span value = bytes(&s);
            uint64_t kind = varint(&value);
            if (kind == (1 << 3 | 2))
                text(bytes(&value), values[n_values++], 64);
            else if (kind == (5 << 3 | 0))
                snprintf(values[n_values++], 64, "%llu", (unsigned long long)varint(&value));
            else
                return false;
        } else if (key == (2 << 3 | 2) && out->n_features < MVT_MAX_FEATURES) {
            int i = out->n_features++;
            if (!decode_feature(bytes(&s), &out->features[i], tags[i]))
                return false;
        } else {
            return false;
        }
    }
    for (int i = 0; i < out->n_features; i++)
        for (int k = 0; k < 8 && tags[i][k] != UINT32_MAX; k += 2) {
            if (tags[i][k] >= n_keys || tags[i][k + 1] >= n_values)
                return false;
            memcpy(out->features[i].tags[tags[i][k]], values[tags[i][k + 1]], 64);
        }
    return !s.bad;
}

bool mvt_decode(const void *data, size_t n, struct mvt_decoded *out)
{
    memset(out, 0, sizeof *out);
    struct span s = {data, (const unsigned char *)data + n, false};
    if (n == 0)
        return true;
    bool ok = varint(&s) == (3 << 3 | 2) && decode_layer(bytes(&s), out);
    return ok && !s.bad && s.at == s.end;
}
