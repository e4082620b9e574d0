#include "base/array.h"
#include "base/limits.h"
#include "geo/area.h"
#include "index/format.h"
#include "index/trees.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* A growing plain array; every table of the file is one of these until it is written. */
struct table {
    char *data;
    size_t count, capacity, item;
};

struct index_builder {
    char *path, *temporary;
    FILE *file;        /* header placeholder, then vertices as they come */
    char *file_buffer; /* the C library makes one of 4 KB itself, whatever size it is told */
    struct index_header header;
    XXH3_state_t *checksum;
    struct table features, ring_start, ring_feature, ring_node, ring_box, nodes, strings;
    double *row; /* one ring's longitudes and latitudes, as written */
    size_t row_capacity;
    bool finished;
};

static void *table_push(struct table *t, size_t n)
{
    char *data = array_room(t->data, &t->capacity, t->count + n, t->item);
    if (!data)
        return NULL;
    t->data = data;
    void *p = t->data + t->count * t->item;
    t->count += n;
    return p;
}

static bool table_push_u32(struct table *t, uint32_t v)
{
    uint32_t *p = table_push(t, 1);
    if (p)
        *p = v;
    return p != NULL;
}

static bool put(struct index_builder *b, const void *bytes, size_t n)
{
    if (n == 0)
        return true;
    XXH3_64bits_update(b->checksum, bytes, n);
    return fwrite(bytes, 1, n, b->file) == n;
}

static enum status io_error(const struct index_builder *b, struct error *e)
{
    return error_errno(e, "写入索引文件", "Writing the index file", b->temporary);
}

static bool builder_tables_init(struct index_builder *b)
{
    b->features.item = sizeof(struct index_feature_row);
    b->ring_start.item = b->ring_feature.item = b->ring_node.item = sizeof(uint32_t);
    b->nodes.item = b->ring_box.item = sizeof(struct index_box32);
    b->strings.item = 1;
    char *empty = table_push(&b->strings, 1);
    if (empty)
        *empty = '\0';
    return empty && table_push_u32(&b->ring_start, 0) && table_push_u32(&b->ring_node, 0);
}

enum status index_builder_new(const char *path, const uint8_t key[SHA256_BYTES], struct index_builder **out,
                              struct error *e)
{
    struct index_builder *b = calloc(1, sizeof *b);
    if (!b)
        return error_no_memory(e);
    size_t n = strlen(path) + 32;
    b->path = strdup(path);
    b->temporary = malloc(n);
    b->checksum = XXH3_createState();
    if (!b->path || !b->temporary || !b->checksum || !builder_tables_init(b)) {
        index_builder_free(b);
        return error_no_memory(e);
    }
    snprintf(b->temporary, n, "%s.tmp%ld", path, (long)getpid());
    memcpy(b->header.key, key, SHA256_BYTES);
    struct geo_box none = geo_box_empty();
    b->header.west = none.west_deg, b->header.south = none.south_deg;
    b->header.east = none.east_deg, b->header.north = none.north_deg;
    XXH3_64bits_reset(b->checksum);
    b->file = fopen(b->temporary, "wb");
    b->file_buffer = malloc((size_t)1 << 20);
    if (b->file && b->file_buffer)
        setvbuf(b->file, b->file_buffer, _IOFBF, (size_t)1 << 20);
    if (!b->file || fwrite(&b->header, sizeof b->header, 1, b->file) != 1) {
        enum status s = error_errno(e, "创建索引文件", "Creating the index file", b->temporary);
        index_builder_free(b);
        return s;
    }
    *out = b;
    return STATUS_OK;
}

void index_builder_free(struct index_builder *b)
{
    if (!b)
        return;
    if (b->file)
        fclose(b->file);
    free(b->file_buffer);
    XXH3_freeState(b->checksum);
    if (b->temporary && !b->finished)
        unlink(b->temporary);
    struct table *tables[] = {&b->features, &b->ring_start, &b->ring_feature, &b->ring_node,
                              &b->ring_box, &b->nodes,      &b->strings};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        free(tables[i]->data);
    free(b->row);
    free(b->path);
    free(b->temporary);
    free(b);
}

/* Equal strings in a row (county names, sub-zones) are stored once. */
static uint32_t string_add(struct index_builder *b, const char *s, uint32_t previous)
{
    if (!s || !*s)
        return 0;
    if (previous && strcmp(b->strings.data + previous, s) == 0)
        return previous;
    size_t n = strlen(s) + 1, at = b->strings.count;
    char *p = at + n <= UINT32_MAX ? table_push(&b->strings, n) : NULL;
    if (!p)
        return UINT32_MAX;
    memcpy(p, s, n);
    return (uint32_t)at;
}

static bool edge_tree_add(struct index_builder *b, const double *lon, const double *lat, uint32_t m)
{
    uint32_t n = index_edge_tree_size(m);
    struct index_box32 *nodes = n ? table_push(&b->nodes, n) : NULL;
    if (nodes)
        index_edge_tree_fill(nodes, lon, lat, m);
    return n == 0 || nodes;
}

static enum status ring_add(struct index_builder *b, const double *lon, const double *lat, uint32_t n,
                            struct error *e)
{
    if (!ARRAY_RESERVE(b->row, b->row_capacity, 2 * (size_t)n))
        return error_no_memory(e);
    memcpy(b->row, lon, n * sizeof *lon);
    memcpy(b->row + n, lat, n * sizeof *lat);
    if (!put(b, b->row, 2 * (size_t)n * sizeof(double)))
        return io_error(b, e);
    b->header.n_vertices += n;
    uint32_t feature = (uint32_t)b->features.count - 1;
    struct index_box32 *ring_box = table_push(&b->ring_box, 1);
    if (!ring_box || !table_push_u32(&b->ring_start, (uint32_t)b->header.n_vertices) ||
        !table_push_u32(&b->ring_feature, feature) || !edge_tree_add(b, lon, lat, n - 1) ||
        !table_push_u32(&b->ring_node, (uint32_t)b->nodes.count))
        return error_no_memory(e);
    *ring_box = index_edges_box(lon, lat, 0, n - 1);
    struct geo_box box = {b->header.west, b->header.south, b->header.east, b->header.north};
    geo_box_add_all(&box, lon, lat, n);
    b->header.west = box.west_deg, b->header.south = box.south_deg;
    b->header.east = box.east_deg, b->header.north = box.north_deg;
    return STATUS_OK;
}

enum status index_builder_add(struct index_builder *b, int64_t id, const char *code, const char *name,
                              const char *zone, const struct geo_shape *shape, struct error *e)
{
    return index_builder_add_measured(b, id, code, name, zone, shape, geo_shape_area_m2(shape), e);
}

enum status index_builder_add_measured(struct index_builder *b, int64_t id, const char *code,
                                       const char *name, const char *zone, const struct geo_shape *shape,
                                       double area_m2, struct error *e)
{
    if (b->header.n_vertices + shape->n_vertices > LIMIT_VERTICES_PER_LAYER ||
        b->ring_feature.count + shape->n_rings > LIMIT_RINGS_PER_LAYER) {
        error_zh(e, "图层太大：索引最多容纳 %zu 个顶点；请分旗县导入。", LIMIT_VERTICES_PER_LAYER);
        return error_fail(e, STATUS_TOO_LARGE, "layer-too-large",
                          "The layer is too large: an index holds at most %zu vertices; import it by county.",
                          LIMIT_VERTICES_PER_LAYER);
    }
    struct index_feature_row last = {0};
    if (b->features.count)
        last = ((struct index_feature_row *)b->features.data)[b->features.count - 1];
    struct index_feature_row row = {.id = id, .area_m2 = area_m2};
    row.first_ring = (uint32_t)b->ring_feature.count;
    row.code = string_add(b, code, last.code);
    row.name = string_add(b, name, last.name);
    row.zone = string_add(b, zone, last.zone);
    struct index_feature_row *p = table_push(&b->features, 1);
    if (!p || row.code == UINT32_MAX || row.name == UINT32_MAX || row.zone == UINT32_MAX)
        return error_no_memory(e);
    *p = row;
    for (uint32_t r = 0; r < shape->n_rings; r++) {
        uint32_t first = shape->ring_start[r], n = shape->ring_start[r + 1] - first;
        enum status s = ring_add(b, shape->lon_deg + first, shape->lat_deg + first, n, e);
        if (s)
            return s;
    }
    return STATUS_OK;
}

/* Ring numbers in Hilbert order, and the tree's boxes over them. Both owned by the caller on success. */
static bool tree_build(const struct index_builder *b, uint32_t **order, struct index_box32 **boxes,
                       uint32_t *n_boxes)
{
    uint32_t n = (uint32_t)b->ring_feature.count;
    struct geo_box all = {b->header.west, b->header.south, b->header.east, b->header.north};
    *n_boxes = index_ring_tree_size(n);
    *order = malloc((n + 1) * sizeof **order);
    *boxes = malloc((*n_boxes + 1) * sizeof **boxes);
    if (*order && *boxes &&
        index_ring_tree_fill(&all, (const struct index_box32 *)b->ring_box.data, n, *order, *boxes))
        return true;
    free(*order);
    free(*boxes);
    return false;
}

/* One section of the file: where its offset goes, and its bytes. */
static bool put_section(struct index_builder *b, uint64_t *at, const void *bytes, size_t n)
{
    static const uint8_t zeros[64] = {0};
    long here = ftell(b->file);
    if (here < 0)
        return false;
    size_t pad = (64 - (size_t)here % 64) % 64;
    *at = (uint64_t)here + pad;
    return put(b, zeros, pad) && put(b, bytes, n);
}

static bool put_table(struct index_builder *b, uint64_t *at, const struct table *t)
{
    return put_section(b, at, t->data, t->count * t->item);
}

static bool put_tables(struct index_builder *b, const uint32_t *order, const struct index_box32 *boxes)
{
    struct index_header *h = &b->header;
    return put_table(b, &h->nodes_at, &b->nodes) &&
           put_section(b, &h->tree_boxes_at, boxes, h->n_tree_boxes * sizeof *boxes) &&
           put_table(b, &h->features_at, &b->features) && put_table(b, &h->ring_start_at, &b->ring_start) &&
           put_table(b, &h->ring_feature_at, &b->ring_feature) &&
           put_table(b, &h->ring_node_at, &b->ring_node) &&
           put_section(b, &h->tree_ring_at, order, h->n_rings * sizeof *order) &&
           put_table(b, &h->strings_at, &b->strings);
}

static bool header_put(struct index_builder *b)
{
    struct index_header *h = &b->header;
    long end = ftell(b->file);
    if (end < 0)
        return false;
    memcpy(h->magic, INDEX_MAGIC, sizeof h->magic);
    h->byte_order = INDEX_BYTE_ORDER;
    h->version = INDEX_VERSION;
    h->file_bytes = (uint64_t)end;
    h->vertices_at = sizeof *h;
    h->strings_bytes = b->strings.count;
    h->checksum = XXH3_64bits_digest(b->checksum);
    h->header_checksum = index_header_checksum(h);
    return fseek(b->file, 0, SEEK_SET) == 0 && fwrite(h, sizeof *h, 1, b->file) == 1;
}

/* After this the path holds the whole new file or what it held before, whatever becomes of this process. It
 * is not synced, which takes longer than all the rest: what a power cut leaves of it fails its checksum,
 * and is rebuilt. */
static bool file_publish(struct index_builder *b)
{
    bool ok = fflush(b->file) == 0;
    ok = fclose(b->file) == 0 && ok;
    b->file = NULL;
    return ok && rename(b->temporary, b->path) == 0;
}

enum status index_builder_finish(struct index_builder *b, struct error *e)
{
    struct index_header *h = &b->header;
    h->n_features = (uint32_t)b->features.count;
    h->n_rings = (uint32_t)b->ring_feature.count;
    h->n_nodes = (uint32_t)b->nodes.count;
    struct index_feature_row *last = table_push(&b->features, 1);
    uint32_t *order = NULL;
    struct index_box32 *boxes = NULL;
    if (!last || !tree_build(b, &order, &boxes, &h->n_tree_boxes))
        return error_no_memory(e);
    *last = (struct index_feature_row){.first_ring = h->n_rings};
    bool ok = put_tables(b, order, boxes) && header_put(b) && file_publish(b);
    free(order);
    free(boxes);
    if (!ok)
        return io_error(b, e);
    b->finished = true;
    return STATUS_OK;
}
