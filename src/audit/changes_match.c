/* Two indexes side by side: features that are the same, then features of one code, ring by ring. Numbers that
 * are sorted by are only guesses; that two things are the same is decided by comparing all their bytes. */
#include "audit/changes_parts.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX, GROUP_LIMIT = 64 };

struct keyed {
    uint64_t key;
    uint32_t item; /* a feature or a ring of the index */
    uint32_t partner;
};

struct side {
    const struct layer_index *ix;
    struct keyed *items;
    size_t n;
};

/* ---- keys ---- */

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
    for (const unsigned char *c = p; n--; c++)
        h = (h ^ *c) * 1099511628211u;
    return h;
}

static uint64_t ring_key(const struct layer_index *ix, uint32_t ring)
{
    const double *lon, *lat;
    uint32_t n = index_ring(ix, ring, &lon, &lat), middle = n / 2;
    uint64_t h = mix(14695981039346656037u, &n, sizeof n);
    h = mix(h, lon, sizeof *lon);
    h = mix(h, lat, sizeof *lat);
    h = mix(h, lon + middle, sizeof *lon);
    return mix(h, lat + middle, sizeof *lat);
}

static uint64_t code_key(const struct layer_index *ix, uint32_t feature)
{
    const char *code = index_feature_at(ix, feature).code;
    return mix(14695981039346656037u, code, strlen(code));
}

static uint64_t feature_key(const struct layer_index *ix, uint32_t feature)
{
    struct index_feature f = index_feature_at(ix, feature);
    uint64_t parts[3] = {f.n_rings, ring_key(ix, f.first_ring), code_key(ix, feature)};
    return mix(14695981039346656037u, parts, sizeof parts);
}

/* ---- equality ---- */

static bool same_ring(const struct layer_index *a, uint32_t p, const struct layer_index *b, uint32_t q)
{
    const double *lon_a, *lat_a, *lon_b, *lat_b;
    uint32_t n = index_ring(a, p, &lon_a, &lat_a), m = index_ring(b, q, &lon_b, &lat_b);
    return n == m && memcmp(lon_a, lon_b, n * sizeof *lon_a) == 0 &&
           memcmp(lat_a, lat_b, n * sizeof *lat_a) == 0;
}

static bool same_code(const struct layer_index *a, uint32_t p, const struct layer_index *b, uint32_t q)
{
    return strcmp(index_feature_at(a, p).code, index_feature_at(b, q).code) == 0;
}

static bool same_feature(const struct layer_index *a, uint32_t p, const struct layer_index *b, uint32_t q)
{
    struct index_feature f = index_feature_at(a, p), g = index_feature_at(b, q);
    bool same = f.n_rings == g.n_rings && strcmp(f.code, g.code) == 0 && strcmp(f.name, g.name) == 0 &&
                strcmp(f.zone, g.zone) == 0;
    for (uint32_t r = 0; same && r < f.n_rings; r++)
        same = same_ring(a, f.first_ring + r, b, g.first_ring + r);
    return same;
}

/* ---- partners ---- */

typedef uint64_t key_fn(const struct layer_index *ix, uint32_t item);
typedef bool same_fn(const struct layer_index *a, uint32_t p, const struct layer_index *b, uint32_t q);

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static int by_item(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    return (x->item > y->item) - (x->item < y->item);
}

static void pair_group(struct side *a, size_t i, size_t i_end, struct side *b, size_t j, size_t j_end,
                       same_fn *same)
{
    for (; i < i_end; i++) {
        size_t tries = 0;
        for (size_t k = j; k < j_end && tries < GROUP_LIMIT; k++) {
            if (b->items[k].partner != NONE)
                continue;
            tries++;
            if (!same(a->ix, a->items[i].item, b->ix, b->items[k].item))
                continue;
            a->items[i].partner = b->items[k].item;
            b->items[k].partner = a->items[i].item;
            break;
        }
        while (j < j_end && b->items[j].partner != NONE)
            j++;
    }
}

/* Gives items of equal key that are the same to each other, earlier ones first; items are in their own order
 * afterwards. */
static void pair_up(struct side *a, struct side *b, key_fn *key, same_fn *same)
{
    struct side *sides[] = {a, b};
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->n; i++) {
            sides[s]->items[i].key = key(sides[s]->ix, sides[s]->items[i].item);
            sides[s]->items[i].partner = NONE;
        }
        qsort(sides[s]->items, sides[s]->n, sizeof *a->items, by_key);
    }
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        uint64_t x = a->items[i].key, y = b->items[j].key;
        size_t i_end = i, j_end = j;
        while (i_end < a->n && a->items[i_end].key == x)
            i_end++;
        while (j_end < b->n && b->items[j_end].key == y)
            j_end++;
        if (x == y)
            pair_group(a, i, i_end, b, j, j_end, same);
        i = x <= y ? i_end : i;
        j = y <= x ? j_end : j;
    }
    qsort(a->items, a->n, sizeof *a->items, by_item);
    qsort(b->items, b->n, sizeof *b->items, by_item);
}

static bool side_new(struct side *s, const struct layer_index *ix, uint32_t first, uint32_t n)
{
    *s = (struct side){ix, malloc(((size_t)n + 1) * sizeof *s->items), n};
    for (uint32_t i = 0; s->items && i < n; i++)
        s->items[i] = (struct keyed){0, first + i, NONE};
    return s->items != NULL;
}

/* Keeps only what has no partner. */
static void side_rest(struct side *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->items[i].partner == NONE)
            s->items[n++] = s->items[i];
    s->n = n;
}

/* ---- marking ---- */

static void mark_run(struct changes *c, const double *lon, const double *lat, uint32_t first, uint32_t end)
{
    struct geo_box box = geo_box_of(lon + first, lat + first, end - first);
    changes_mark(c, &box);
}

static void mark_ring(struct changes *c, const struct layer_index *ix, uint32_t ring)
{
    const double *lon, *lat;
    uint32_t n = index_ring(ix, ring, &lon, &lat);
    mark_run(c, lon, lat, 0, n);
}

static void mark_feature(struct changes *c, const struct layer_index *ix, uint32_t feature)
{
    struct index_feature f = index_feature_at(ix, feature);
    for (uint32_t r = 0; r < f.n_rings; r++)
        mark_ring(c, ix, f.first_ring + r);
}

/* Both rings without what they have in common at their beginnings and ends, but with the vertices that join
 * it: the two runs together are a closed line, and the rings differ nowhere outside its box. */
static void mark_two(struct changes *c, const struct layer_index *a, uint32_t p, const struct layer_index *b,
                     uint32_t q)
{
    const double *lon_a, *lat_a, *lon_b, *lat_b;
    uint32_t n = index_ring(a, p, &lon_a, &lat_a), m = index_ring(b, q, &lon_b, &lat_b);
    uint32_t least = n < m ? n : m, head = 0, tail = 0;
    while (head < least && lon_a[head] == lon_b[head] && lat_a[head] == lat_b[head])
        head++;
    while (head + tail < least && lon_a[n - 1 - tail] == lon_b[m - 1 - tail] &&
           lat_a[n - 1 - tail] == lat_b[m - 1 - tail])
        tail++;
    uint32_t first = head > 0 ? head - 1 : 0, less = tail > 0 ? tail - 1 : 0;
    mark_run(c, lon_a, lat_a, first, n - less);
    mark_run(c, lon_b, lat_b, first, m - less);
}

static void mark_rest(struct changes *c, struct side *a, struct side *b)
{
    side_rest(a);
    side_rest(b);
    if (a->n == b->n) {
        for (size_t i = 0; i < a->n; i++)
            mark_two(c, a->ix, a->items[i].item, b->ix, b->items[i].item);
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        mark_ring(c, a->ix, a->items[i].item);
    for (size_t i = 0; i < b->n; i++)
        mark_ring(c, b->ix, b->items[i].item);
}

/* A feature that was changed: its rings that are the same mark nothing. */
static bool mark_changed(struct changes *c, const struct layer_index *a, uint32_t p,
                         const struct layer_index *b, uint32_t q)
{
    struct index_feature f = index_feature_at(a, p), g = index_feature_at(b, q);
    struct side x, y;
    bool ok = side_new(&x, a, f.first_ring, f.n_rings);
    ok = side_new(&y, b, g.first_ring, g.n_rings) && ok;
    if (ok) {
        pair_up(&x, &y, ring_key, same_ring);
        mark_rest(c, &x, &y);
    }
    free(x.items);
    free(y.items);
    return ok;
}

/* ---- two indexes ---- */

static bool take_pairs(const struct side *a, const struct side *b, struct feature_match *out)
{
    size_t n = 0;
    uint32_t last = 0;
    out->pairs = malloc((a->n + 1) * sizeof *out->pairs);
    out->in_order = true;
    for (size_t i = 0; out->pairs && i < a->n; i++) {
        uint32_t partner = a->items[i].partner;
        if (partner == NONE)
            continue;
        out->in_order = out->in_order && (n == 0 || partner > last);
        last = partner;
        out->pairs[n++] = (struct feature_pair){index_feature_at(a->ix, a->items[i].item).id,
                                                index_feature_at(b->ix, partner).id};
    }
    out->n = n;
    out->same = n == a->n && n == b->n;
    return out->pairs != NULL;
}

/* What has no partner: features of one code are compared ring by ring, the others have come or gone whole. */
static bool mark_features(struct changes *c, struct side *a, struct side *b)
{
    bool ok = true;
    side_rest(a);
    side_rest(b);
    pair_up(a, b, code_key, same_code);
    for (size_t i = 0; ok && i < a->n; i++) {
        if (a->items[i].partner == NONE)
            mark_feature(c, a->ix, a->items[i].item);
        else
            ok = mark_changed(c, a->ix, a->items[i].item, b->ix, a->items[i].partner);
    }
    for (size_t j = 0; j < b->n; j++)
        if (b->items[j].partner == NONE)
            mark_feature(c, b->ix, b->items[j].item);
    return ok;
}

enum status changes_compare(struct changes *c, const struct layer_index *then, const struct layer_index *now,
                            struct feature_match *out, struct error *e)
{
    struct side a, b;
    bool ok = side_new(&a, then, 0, index_n_features(then));
    ok = side_new(&b, now, 0, index_n_features(now)) && ok;
    if (ok)
        pair_up(&a, &b, feature_key, same_feature);
    ok = ok && take_pairs(&a, &b, out) && mark_features(c, &a, &b);
    free(a.items);
    free(b.items);
    return ok ? STATUS_OK : error_no_memory(e);
}
