#include "index/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status damaged(const char *path, const char *what_zh, const char *what_en, struct error *e)
{
    error_zh(e, "索引文件“%s”不能使用：%s。它可由数据库重建，原始数据没有受影响。", path, what_zh);
    return error_fail(
        e, STATUS_CORRUPT, "index-corrupt",
        "The index file \"%s\" cannot be used: %s. It can be rebuilt from the store, which is unaffected.",
        path, what_en);
}

static enum status map_file(const char *path, const void **bytes, size_t *n, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(e, "打开索引文件", "Opening the index file", path);
    struct stat st;
    if (fstat(fd, &st) != 0) {
        enum status s = error_errno(e, "读取索引文件", "Reading the index file", path);
        close(fd);
        return s;
    }
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size < sizeof(struct index_header)) {
        close(fd);
        return damaged(path, "文件太短", "it is too short", e);
    }
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    int why = errno;
    close(fd);
    if (p == MAP_FAILED) {
        errno = why;
        return error_errno(e, "映射索引文件", "Mapping the index file", path);
    }
    *bytes = p;
    *n = (size_t)st.st_size;
    return STATUS_OK;
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
    struct index_checksum own;
    index_checksum_init(&own);
    index_checksum_add(&own, h, offsetof(struct index_header, header_checksum));
    if (index_checksum_value(&own) != h->header_checksum)
        return damaged(path, "文件头损坏", "its header is damaged", e);
    if (h->file_bytes != n)
        return damaged(path, "文件不完整", "it is truncated", e);
    if (key && memcmp(h->key, key, SHA256_BYTES) != 0)
        return damaged(path, "它属于另一个图层版本（已过期）", "it belongs to another layer version (stale)",
                       e);
    return STATUS_OK;
}

/* A table of `count` items of `size` bytes at `at`, wholly within the file; NULL when it is not. */
static const void *section(const struct index_header *h, uint64_t at, uint64_t count, size_t size)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, (uint64_t)size, &bytes) || at % 64 != 0 || at < sizeof *h ||
        at > h->file_bytes || bytes > h->file_bytes - at)
        return NULL;
    return (const char *)h + at;
}

static bool sections_map(struct layer_index *ix)
{
    const struct index_header *h = ix->header;
    ix->vertices = section(h, h->vertices_at, h->n_vertices, 2 * sizeof(double));
    ix->features = section(h, h->features_at, (uint64_t)h->n_features + 1, sizeof *ix->features);
    ix->ring_start = section(h, h->ring_start_at, (uint64_t)h->n_rings + 1, sizeof(uint32_t));
    ix->ring_feature = section(h, h->ring_feature_at, h->n_rings, sizeof(uint32_t));
    ix->ring_node = section(h, h->ring_node_at, (uint64_t)h->n_rings + 1, sizeof(uint32_t));
    ix->nodes = section(h, h->nodes_at, h->n_nodes, sizeof *ix->nodes);
    ix->tree_ring = section(h, h->tree_ring_at, h->n_rings, sizeof(uint32_t));
    ix->tree_boxes = section(h, h->tree_boxes_at, h->n_tree_boxes, sizeof *ix->tree_boxes);
    ix->strings = section(h, h->strings_at, h->strings_bytes, 1);
    return ix->vertices && ix->features && ix->ring_start && ix->ring_feature && ix->ring_node && ix->nodes &&
           ix->tree_ring && ix->tree_boxes && ix->strings && h->strings_bytes > 0 &&
           ix->strings[h->strings_bytes - 1] == '\0';
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

enum status index_open(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                       struct error *e)
{
    const void *bytes = NULL;
    size_t n = 0;
    enum status s = map_file(path, &bytes, &n, e);
    if (s)
        return s;
    struct layer_index *ix = calloc(1, sizeof *ix);
    if (!ix) {
        munmap((void *)bytes, n);
        return error_no_memory(e);
    }
    ix->header = bytes;
    ix->mapped_bytes = n;
    ix->serial = index_serial_next();
    s = header_check(path, ix->header, n, key, e);
    if (!s &&
        !(sections_map(ix) && rings_in_bounds(ix) && features_in_bounds(ix) && index_tree_levels_set(ix)))
        s = damaged(path, "内部表损坏", "a table in it is damaged", e);
    if (s) {
        munmap((void *)bytes, n);
        free(ix);
        return s;
    }
    *out = ix;
    return STATUS_OK;
}

void index_close(struct layer_index *ix)
{
    if (!ix)
        return;
    munmap((void *)ix->header, ix->mapped_bytes);
    free(ix);
}

enum status index_verify(const struct layer_index *ix, struct error *e)
{
    struct index_checksum c;
    index_checksum_init(&c);
    index_checksum_add(&c, ix->header + 1, ix->mapped_bytes - sizeof *ix->header);
    if (index_checksum_value(&c) == ix->header->checksum)
        return STATUS_OK;
    error_zh(e, "索引文件内容与校验和不符；需由数据库重建。");
    return error_fail(e, STATUS_CORRUPT, "index-checksum",
                      "The index file does not match its checksum; it has to be rebuilt from the store.");
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
