#include "index/index_file.h"
#include "index/index_seen.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static enum status damaged(const char *path, const char *what_zh, const char *what_en, struct error *e)
{
    error_zh(e, "索引文件“%s”不能使用：%s。它可由数据库重建，原始数据没有受影响。", path, what_zh);
    return error_fail(
        e, STATUS_CORRUPT, "index-corrupt",
        "The index file \"%s\" cannot be used: %s. It can be rebuilt from the store, which is unaffected.",
        path, what_en);
}

static enum status header_check(const char *path, const struct index_header *h, size_t n,
                                const uint8_t key[SHA256_BYTES], struct error *e)
{
    if (memcmp(h->magic, INDEX_MAGIC, sizeof h->magic) != 0)
        return damaged(path, "不是红线索引文件", "it is not a Hongxian index", e);
    if (h->byte_order != INDEX_BYTE_ORDER)
        return damaged(path, "由字节序不同的计算机生成", "it was written by a machine of another byte order",
                       e);
    if (h->version != INDEX_VERSION)
        return damaged(path, "格式版本不同", "its format version is another", e);
    if (index_header_checksum(h) != h->header_checksum)
        return damaged(path, "文件头损坏", "its header is damaged", e);
    if (h->file_bytes != n)
        return damaged(path, "文件不完整", "it is truncated", e);
    if (key && memcmp(h->key, key, SHA256_BYTES) != 0)
        return damaged(path, "它属于另一个图层版本（已过期）", "it belongs to another layer version (stale)",
                       e);
    return STATUS_OK;
}

/* Does a table of `count` items of `size` bytes at `at` lie within `first` .. `end`? */
static bool lies_in(uint64_t at, uint64_t count, size_t size, uint64_t first, uint64_t end)
{
    uint64_t bytes;
    return !__builtin_mul_overflow(count, (uint64_t)size, &bytes) && at % 64 == 0 && at >= first &&
           at <= end && bytes <= end - at;
}

/* Coordinates and boxes before the tables, which are to be copied. */
static bool sections_fit(const struct index_header *h)
{
    const uint64_t first = sizeof *h, tables = h->features_at, end = h->file_bytes;
    return tables >= first && tables <= end &&
           lies_in(h->vertices_at, h->n_vertices, 2 * sizeof(double), first, tables) &&
           lies_in(h->nodes_at, h->n_nodes, sizeof(struct index_box32), first, tables) &&
           lies_in(h->tree_boxes_at, h->n_tree_boxes, sizeof(struct index_box32), first, tables) &&
           lies_in(tables, (uint64_t)h->n_features + 1, sizeof(struct index_feature_row), tables, end) &&
           lies_in(h->ring_start_at, (uint64_t)h->n_rings + 1, sizeof(uint32_t), tables, end) &&
           lies_in(h->ring_feature_at, h->n_rings, sizeof(uint32_t), tables, end) &&
           lies_in(h->ring_node_at, (uint64_t)h->n_rings + 1, sizeof(uint32_t), tables, end) &&
           lies_in(h->tree_ring_at, h->n_rings, sizeof(uint32_t), tables, end) &&
           lies_in(h->strings_at, h->strings_bytes, 1, tables, end) && h->strings_bytes > 0;
}

static bool sections_set(struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    const char *mapped = ix->file->mapped, *tables = ix->file->tables;
    const uint64_t base = h->features_at;
    ix->vertices = (const double *)(mapped + h->vertices_at);
    ix->nodes = (const struct index_box32 *)(mapped + h->nodes_at);
    ix->tree_boxes = (const struct index_box32 *)(mapped + h->tree_boxes_at);
    ix->features = (const struct index_feature_row *)tables;
    ix->ring_start = (const uint32_t *)(tables + (h->ring_start_at - base));
    ix->ring_feature = (const uint32_t *)(tables + (h->ring_feature_at - base));
    ix->ring_node = (const uint32_t *)(tables + (h->ring_node_at - base));
    ix->tree_ring = (const uint32_t *)(tables + (h->tree_ring_at - base));
    ix->strings = tables + (h->strings_at - base);
    return ix->strings[h->strings_bytes - 1] == '\0';
}

static bool rings_in_bounds(const struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    if (ix->ring_start[0] != 0 || ix->ring_node[0] != 0)
        return false;
    uint32_t bad = 0; /* accumulated without branches: half a million rings are checked in a millisecond */
    for (uint32_t r = 0; r < h->n_rings; r++) {
        uint32_t size = ix->ring_start[r + 1] - ix->ring_start[r];
        bad |= ix->ring_start[r + 1] < ix->ring_start[r] || size < 4;
        bad |= ix->ring_feature[r] >= h->n_features || ix->tree_ring[r] >= h->n_rings;
        bad |= ix->ring_node[r + 1] - ix->ring_node[r] !=
               (size > INDEX_RUN + 1 ? index_edge_tree_size(size - 1) : 0);
        if (bad)
            return false;
    }
    return ix->ring_start[h->n_rings] == h->n_vertices && ix->ring_node[h->n_rings] == h->n_nodes;
}

static bool features_in_bounds(const struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    const struct index_feature_row *f = ix->features;
    if (f[0].first_ring != 0 || f[h->n_features].first_ring != h->n_rings)
        return false;
    for (uint32_t i = 0; i < h->n_features; i++) {
        if (f[i].first_ring > f[i + 1].first_ring || f[i].code >= h->strings_bytes ||
            f[i].name >= h->strings_bytes || f[i].zone >= h->strings_bytes)
            return false;
    }
    return true;
}

bool index_tree_levels_set(struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    uint32_t at = 0, n = h->n_rings;
    ix->tree_levels = 0;
    while (n > 0 && ix->tree_levels < INDEX_MAX_LEVELS) {
        ix->tree_level_at[ix->tree_levels++] = at;
        at += n;
        if (n == 1)
            break;
        n = index_div_up(n, INDEX_FAN);
    }
    ix->tree_level_at[ix->tree_levels] = at;
    return at == h->n_tree_boxes;
}

uint64_t index_serial_next(void)
{
    static atomic_uint_least64_t last;
    return atomic_fetch_add(&last, 1) + 1;
}

static enum status load(struct layer_index *ix, const char *path, const uint8_t key[SHA256_BYTES],
                        struct error *e)
{
    struct index_file *f = ix->file;
    enum status s = header_check(path, &f->header, (size_t)f->stamp.size, key, e);
    if (!s && !sections_fit(&f->header))
        s = damaged(path, "内部表损坏", "a table in it is damaged", e);
    if (!s)
        s = index_file_load(f, path, f->header.features_at, e);
    if (!s &&
        !(sections_set(ix) && rings_in_bounds(ix) && features_in_bounds(ix) && index_tree_levels_set(ix)))
        s = damaged(path, "内部表损坏", "a table in it is damaged", e);
    return s;
}

enum status index_open(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                       struct error *e)
{
    struct index_file *f;
    enum status s = index_file_open(path, &f, e);
    if (s)
        return s;
    struct layer_index *ix = calloc(1, sizeof *ix);
    if (!ix) {
        index_file_close(f);
        return error_no_memory(e);
    }
    *ix = (struct layer_index){.header = &f->header, .serial = index_serial_next(), .file = f};
    s = load(ix, path, key, e);
    if (s) {
        index_close(ix);
        return s;
    }
    *out = ix;
    return STATUS_OK;
}

void index_close(struct layer_index *ix)
{
    if (!ix)
        return;
    index_file_close(ix->file);
    free(ix);
}

/* ---- is what is read what was verified? ---- */

bool index_is_trusted(const struct layer_index *ix)
{
    return !ix->file || index_file_is_unchanged(ix->file);
}

bool index_has_changed(const struct layer_index *ix)
{
    return ix->file && atomic_load(&ix->file->changed);
}

const char *index_changed_text(bool english)
{
    return english
               ? "The layer's index file was changed or damaged while it was in use, so nothing can be "
                 "measured by it now; it is rebuilt from the store, try again shortly. If this comes "
                 "again, check the disk, and which program changes the file."
               : "该图层的索引文件在使用中被改动或损坏，暂不能据此测算；程序会由数据库重建索引，请稍后重试。"
                 "如反复出现，请检查磁盘，并查明是哪个程序改动了该文件。";
}

enum status index_changed(struct error *e)
{
    error_zh(e, "%s", index_changed_text(false));
    return error_fail(e, STATUS_CORRUPT, "index-changed", "%s", index_changed_text(true));
}

enum status index_verify(const struct layer_index *ix, struct error *e)
{
    if (!ix->file)
        return STATUS_OK;
    index_file_settle(ix->file);
    uint64_t sum = index_file_checksum(ix->file);
    if (!index_is_trusted(ix)) /* whatever the sum is of */
        return index_changed(e);
    if (sum == ix->header->checksum)
        return STATUS_OK;
    error_zh(e, "索引文件内容与校验和不符；需由数据库重建。");
    return error_fail(e, STATUS_CORRUPT, "index-checksum",
                      "The index file does not match its checksum; it has to be rebuilt from the store.");
}

enum status index_open_verified(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                                struct error *e)
{
    struct layer_index *ix;
    enum status s = index_open(path, key, &ix, e);
    if (s)
        return s;
    if (!index_seen_is(path, ix->file)) {
        s = index_verify(ix, e);
        if (!s)
            index_seen_write(path, ix->file);
    }
    if (s)
        index_close(ix);
    else
        *out = ix;
    return s;
}

uint32_t index_n_features(const struct layer_index *ix)
{
    return ix->header->n_features;
}

uint32_t index_n_rings(const struct layer_index *ix)
{
    return ix->header->n_rings;
}

uint64_t index_n_vertices(const struct layer_index *ix)
{
    return ix->header->n_vertices;
}

static bool same_bytes(const void *a, const void *b, uint64_t n, size_t size)
{
    return memcmp(a, b, (size_t)n * size) == 0;
}

bool index_same_shapes(const struct layer_index *a, const struct layer_index *b)
{
    const struct index_header *h = a->header, *o = b->header;
    return h->n_vertices == o->n_vertices && h->n_rings == o->n_rings && h->n_features == o->n_features &&
           h->n_nodes == o->n_nodes && h->n_tree_boxes == o->n_tree_boxes &&
           same_bytes(a->ring_start, b->ring_start, (uint64_t)h->n_rings + 1, sizeof *a->ring_start) &&
           same_bytes(a->ring_feature, b->ring_feature, h->n_rings, sizeof *a->ring_feature) &&
           same_bytes(a->tree_ring, b->tree_ring, h->n_rings, sizeof *a->tree_ring) &&
           same_bytes(a->vertices, b->vertices, h->n_vertices, 2 * sizeof *a->vertices) &&
           same_bytes(a->nodes, b->nodes, h->n_nodes, sizeof *a->nodes) &&
           same_bytes(a->tree_boxes, b->tree_boxes, h->n_tree_boxes, sizeof *a->tree_boxes);
}

struct geo_box index_box(const struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    return (struct geo_box){h->west, h->south, h->east, h->north};
}

struct index_feature index_feature_at(const struct layer_index *ix, uint32_t feature)
{
    const struct index_feature_row *f = ix->features + feature;
    return (struct index_feature){.id = f->id,
                                  .code = ix->strings + f->code,
                                  .name = ix->strings + f->name,
                                  .zone = ix->strings + f->zone,
                                  .area_m2 = f->area_m2,
                                  .first_ring = f->first_ring,
                                  .n_rings = f[1].first_ring - f->first_ring};
}

static void ring_box_add(const struct layer_index *ix, uint32_t ring, struct geo_box *box)
{
    uint32_t at[INDEX_MAX_LEVELS], count[INDEX_MAX_LEVELS];
    const double *lon, *lat;
    uint32_t n = index_ring(ix, ring, &lon, &lat);
    int levels = index_edge_tree(n - 1, at, count);
    if (levels == 0)
        geo_box_add_all(box, lon, lat, n);
    for (uint32_t k = 0; levels > 0 && k < count[levels - 1]; k++) {
        const struct index_box32 *b = ix->nodes + ix->ring_node[ring] + at[levels - 1] + k;
        geo_box_add(box, (double)b->west, (double)b->south);
        geo_box_add(box, -(double)b->minus_east, -(double)b->minus_north);
    }
}

struct geo_box index_feature_box(const struct layer_index *ix, uint32_t feature)
{
    struct geo_box box = geo_box_empty();
    for (uint32_t r = ix->features[feature].first_ring; r < ix->features[feature + 1].first_ring; r++)
        ring_box_add(ix, r, &box);
    return box;
}

struct geo_box index_ring_box(const struct layer_index *ix, uint32_t ring)
{
    struct geo_box box = geo_box_empty();
    ring_box_add(ix, ring, &box);
    return box;
}

uint32_t index_ring(const struct layer_index *ix, uint32_t ring, const double **lon_deg,
                    const double **lat_deg)
{
    uint32_t n = index_ring_size(ix, ring);
    *lon_deg = index_ring_lon(ix, ring);
    *lat_deg = *lon_deg + n;
    return n;
}
