/* The bytes of a flat layer index (".hxi"). Private to index/.
 *
 * All numbers are little-endian as the processor has them; `byte_order` tells a foreign file. Offsets are
 * from the start of the file, every section starts on a multiple of 64.
 *
 *   0      struct index_header           256 bytes
 *   256    vertices                      per ring r, with s = ring_start[r] and n = ring_start[r+1] - s:
 *                                        n longitudes (double, degrees), then n latitudes; ring r begins at
 *                                        double number 2*s. The last vertex repeats the first.
 *   ...    struct index_box32            n_nodes: the edge trees, see below
 *   ...    struct index_box32            n_tree_boxes: the ring tree, see below
 *   ...    struct index_feature_row      n_features + 1 (the last row only closes first_ring)
 *   ...    uint32 ring_start             n_rings + 1, in vertices
 *   ...    uint32 ring_feature           n_rings
 *   ...    uint32 ring_node              n_rings + 1: first node of each ring's edge tree
 *   ...    uint32 tree_ring              n_rings: ring numbers in Hilbert order of their box centres
 *   ...    strings                       NUL-terminated UTF-8; offset 0 is the empty string
 *
 * From the feature rows on everything is structure: an address or the end of a loop is computed from it. Who
 * opens the file reads that part, and the header, into memory of its own and then validates it, so that it
 * cannot change any more. Before it are coordinates and boxes, which stay in the mapped file: whatever they
 * become, what is computed from them is a wrong number and nothing worse (layer_index.h: index_is_trusted).
 *
 * Edge tree of a ring with m edges: level 0 has ceil(m / INDEX_RUN) boxes, box k over edges k*RUN ..
 * k*RUN+RUN-1 (the last box fewer); level l+1 has one box for each INDEX_FAN boxes of level l; it ends at the
 * first level with at most INDEX_FAN boxes. Levels follow each other, lowest first. A ring of at most
 * INDEX_RUN edges has no tree.
 * Ring tree: level 0 has one box per ring in Hilbert order, level l+1 one box per INDEX_FAN; ends with one
 * box.
 *
 * A box holds 32-bit floats (west, south, -east, -north), rounded outward (about 1 m here): it may be too
 * large, never too small.
 * The checksum (XXH3, 64 bits) covers everything behind the header; the header has its own. It finds damage,
 * not malice: provenance rests on the store's SHA-256 of the source. */
#ifndef HX_INDEX_FORMAT_H
#define HX_INDEX_FORMAT_H

#include "base/sha256.h"
#include "geo/shape.h"
#include "index/layer_index.h"

#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#define INDEX_MAGIC "HXINDEX1"
enum {
    INDEX_VERSION = 2,
    INDEX_BYTE_ORDER = 0x01020304,
    INDEX_RUN = 16,
    INDEX_FAN = 8,
    INDEX_MAX_LEVELS = 12
};

/* East and north are stored negated, so that one comparison of four lanes tells on which sides two boxes
 * part. */
struct index_box32 {
    float west, south, minus_east, minus_north;
};

struct index_feature_row {
    int64_t id;
    double area_m2;
    uint32_t first_ring;
    uint32_t code, name, zone; /* offsets into the strings */
};

struct index_header {
    char magic[8];
    uint32_t byte_order;
    uint32_t version;
    uint8_t key[SHA256_BYTES];
    uint64_t file_bytes;
    uint64_t n_vertices;
    uint32_t n_features, n_rings, n_nodes, n_tree_boxes;
    uint64_t vertices_at, features_at, ring_start_at, ring_feature_at, ring_node_at, nodes_at, tree_ring_at,
        tree_boxes_at, strings_at, strings_bytes;
    double west, south, east, north; /* of all vertices */
    uint64_t checksum;               /* of the bytes behind the header */
    uint8_t reserved[48];
    uint64_t header_checksum; /* of the bytes before this field; the last 8 of 256 */
};
_Static_assert(sizeof(struct index_header) == 256, "the header is 256 bytes");
_Static_assert(sizeof(struct index_feature_row) == 32, "a feature row is 32 bytes");

struct index_file;

struct layer_index {
    const struct index_header *header; /* our own copy, as are all tables but these: */
    const double *vertices;            /* in the mapping, as are nodes and tree_boxes */
    uint64_t serial;                   /* of no other index in this process, not even one at the same place
                                          later */
    const struct index_feature_row *features;
    const uint32_t *ring_start, *ring_feature, *ring_node, *tree_ring;
    const struct index_box32 *nodes, *tree_boxes;
    const char *strings;
    int tree_levels; /* of the ring tree */
    uint32_t tree_level_at[INDEX_MAX_LEVELS + 1];
    struct index_file *file; /* NULL: made in memory, of no file */
};

uint64_t index_serial_next(void);
/* From the header's counts of rings and boxes; false when they contradict each other. */
bool index_tree_levels_set(struct layer_index *ix);

/* Of the bytes before header_checksum. */
uint64_t index_header_checksum(const struct index_header *h);

static inline uint32_t index_div_up(uint32_t n, uint32_t d)
{
    return n / d + (n % d != 0);
}

/* Levels of the edge tree of a ring with m edges: first node of each level (relative), and their number of
 * nodes.
 * Returns the number of levels; 0 when the ring has no tree. */
static inline int index_edge_tree(uint32_t m, uint32_t at[INDEX_MAX_LEVELS], uint32_t count[INDEX_MAX_LEVELS])
{
    if (m <= INDEX_RUN)
        return 0;
    int levels = 0;
    uint32_t n = index_div_up(m, INDEX_RUN), next = 0;
    for (;;) {
        at[levels] = next;
        count[levels] = n;
        next += n;
        levels++;
        if (n <= INDEX_FAN || levels == INDEX_MAX_LEVELS)
            return levels;
        n = index_div_up(n, INDEX_FAN);
    }
}

static inline uint32_t index_edge_tree_size(uint32_t m)
{
    uint32_t at[INDEX_MAX_LEVELS], count[INDEX_MAX_LEVELS];
    int levels = index_edge_tree(m, at, count);
    return levels ? at[levels - 1] + count[levels - 1] : 0;
}

/* The least float that is not below v, which is finite or infinite. Without a branch: half of all values
 * are below. */
static inline float index_float_up(double v)
{
    float f = (float)v;
    int32_t bits;
    memcpy(&bits, &f, sizeof bits);
    int32_t step = (double)f < v,
            sign = bits >> 31; /* the next float is one further from 0, or nearer when negative */
    bits += (step ^ sign) - sign;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline float index_float_down(double v)
{
    return -index_float_up(-v);
}

static inline struct index_box32 index_box32_of(const struct geo_box *b)
{
    return (struct index_box32){index_float_down(b->west_deg), index_float_down(b->south_deg),
                                -index_float_up(b->east_deg), -index_float_up(b->north_deg)};
}

/* A box as the upper limits that another box's four lanes are compared with. */
struct index_query {
    float east, north, minus_west, minus_south;
};

static inline struct index_query index_query_of(const struct geo_box *b)
{
    return (struct index_query){index_float_up(b->east_deg), index_float_up(b->north_deg),
                                -index_float_down(b->west_deg), -index_float_down(b->south_deg)};
}

/* Sides on which the box is not beyond the query: it begins west of the query's east end, and so on. All
 * four: they meet. */
enum { SIDE_WEST = 1, SIDE_SOUTH = 2, SIDE_EAST = 4, SIDE_NORTH = 8, SIDE_ALL = 15 };

/* Equal borders count as meeting. */
static inline unsigned index_sides_closed(const struct index_box32 *b, const struct index_query *q)
{
#if defined(__SSE__)
    return (unsigned)_mm_movemask_ps(_mm_cmple_ps(_mm_loadu_ps(&b->west), _mm_loadu_ps(&q->east)));
#else
    return (b->west <= q->east ? SIDE_WEST : 0u) | (b->south <= q->north ? SIDE_SOUTH : 0u) |
           (b->minus_east <= q->minus_west ? SIDE_EAST : 0u) |
           (b->minus_north <= q->minus_south ? SIDE_NORTH : 0u);
#endif
}

/* Equal borders do not. */
static inline unsigned index_sides_open(const struct index_box32 *b, const struct index_query *q)
{
#if defined(__SSE__)
    return (unsigned)_mm_movemask_ps(_mm_cmplt_ps(_mm_loadu_ps(&b->west), _mm_loadu_ps(&q->east)));
#else
    return (b->west < q->east ? SIDE_WEST : 0u) | (b->south < q->north ? SIDE_SOUTH : 0u) |
           (b->minus_east < q->minus_west ? SIDE_EAST : 0u) |
           (b->minus_north < q->minus_south ? SIDE_NORTH : 0u);
#endif
}

/* A coordinate that is copied out of the mapping lies in the world, whatever the file holds by now (NaN, too,
 * becomes a limit): who goes on with it, GEOS and the drawing of tiles, meets no number that he was never
 * tried with. Of a file that is as it was built this changes nothing. */
static inline double index_lon_in_world(double lon_deg)
{
    return lon_deg >= -180 ? (lon_deg <= 180 ? lon_deg : 180) : -180;
}

static inline double index_lat_in_world(double lat_deg)
{
    return lat_deg >= -90 ? (lat_deg <= 90 ? lat_deg : 90) : -90;
}

static inline const double *index_ring_lon(const struct layer_index *ix, uint32_t ring)
{
    return ix->vertices + 2 * (size_t)ix->ring_start[ring];
}

static inline uint32_t index_ring_size(const struct layer_index *ix, uint32_t ring)
{
    return ix->ring_start[ring + 1] - ix->ring_start[ring];
}

#endif
