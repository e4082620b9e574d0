/* What the tiles of a layer cost and show, zoom by zoom, as a table on standard output.
 *
 *   bench_tile [--tiles N] [--write DIR] [--each] FILE.hxi...
 *
 * For each zoom at most N tiles (64 unless told) that the layer meets, spread over it: how many, the largest
 * in KiB, milliseconds (median, worst), and how far the drawn area is from the true one within the tiles, in
 * per cent. DIR gets the tiles as Z-X-Y.mvt. --each prints a line for each tile instead: zoom, column, row,
 * bytes, milliseconds. Index files are those beside a store (STORE.index/) or of
 * bench_core. */
#include "tile/ring.h"
#include "tile/tile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_TILES = 4096 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- the drawn area: a reader of tiles that knows rings alone ---- */

struct reader {
    const unsigned char *at, *end;
};

static uint64_t varint(struct reader *r)
{
    uint64_t v = 0;
    for (int shift = 0; r->at < r->end; shift += 7) {
        unsigned char c = *r->at++;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (!(c & 0x80))
            break;
    }
    return v;
}

/* The next field: its number, and its bytes or number. */
static unsigned field(struct reader *r, struct reader *bytes)
{
    uint64_t key = varint(r);
    *bytes = *r;
    if ((key & 7) == 2) {
        uint64_t n = varint(r);
        bytes->at = r->at;
        bytes->end = r->at += n;
    } else {
        varint(r);
    }
    return (unsigned)(key >> 3);
}

/* Of a ring within 0 .. 4096, by moving its points there: edges outside run along the border. */
struct area {
    double sum, x0, y0, x, y;
};

static double held(double v)
{
    return v < 0 ? 0 : v > MVT_EXTENT ? MVT_EXTENT : v;
}

/* The integral of x dy within the tile along an edge; x beyond the tile counts as its border. */
static double edge_area(double ax, double ay, double bx, double by)
{
    if (ay == by)
        return 0;
    double t[6] = {0, 1}, sum = 0;
    int n = 2;
    const double cut[4] = {(0 - ay) / (by - ay), (MVT_EXTENT - ay) / (by - ay),
                           bx != ax ? (0 - ax) / (bx - ax) : 0, bx != ax ? (MVT_EXTENT - ax) / (bx - ax) : 0};
    for (int i = 0; i < 4; i++)
        if (cut[i] > 0 && cut[i] < 1)
            t[n++] = cut[i];
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && t[k - 1] > t[k]; k--) {
            double s = t[k];
            t[k] = t[k - 1];
            t[k - 1] = s;
        }
    for (int i = 0; i + 1 < n; i++) {
        double y0 = held(ay + (by - ay) * t[i]), y1 = held(ay + (by - ay) * t[i + 1]);
        double x0 = held(ax + (bx - ax) * t[i]), x1 = held(ax + (bx - ax) * t[i + 1]);
        sum += (x0 + x1) / 2 * (y1 - y0);
    }
    return sum;
}

static double geometry_area(struct reader r)
{
    double sum = 0;
    int32_t x = 0, y = 0, x0 = 0, y0 = 0;
    while (r.at < r.end) {
        uint64_t command = varint(&r), n = command >> 3;
        if ((command & 7) == 7) {
            sum += edge_area(x, y, x0, y0);
            continue;
        }
        for (; n > 0; n--) {
            uint64_t dx = varint(&r), dy = varint(&r);
            int32_t px = x, py = y;
            x += (int32_t)(dx >> 1) ^ -(int32_t)(dx & 1);
            y += (int32_t)(dy >> 1) ^ -(int32_t)(dy & 1);
            if ((command & 7) == 2) {
                sum += edge_area(px, py, x, y);
            } else {
                x0 = x;
                y0 = y;
            }
        }
    }
    return sum;
}

static double drawn_area(const struct buffer *b)
{
    struct reader tile = {(const unsigned char *)b->data, (const unsigned char *)b->data + b->size};
    double sum = 0;
    while (tile.at < tile.end) {
        struct reader layer, feature, part;
        if (field(&tile, &layer) != 3)
            continue;
        while (layer.at < layer.end)
            if (field(&layer, &feature) == 2)
                while (feature.at < feature.end)
                    if (field(&feature, &part) == 4)
                        sum += geometry_area(part);
    }
    return sum;
}

/* ---- the true area, in the same units ---- */

struct truth {
    const struct layer_index *ix;
    struct tile_projection p;
    double sum;
};

static bool add_feature(uint32_t feature, void *user)
{
    struct truth *t = user;
    struct index_feature f = index_feature_at(t->ix, feature);
    for (uint32_t r = 0; r < f.n_rings; r++) {
        const double *lon, *lat;
        uint32_t n = index_ring(t->ix, f.first_ring + r, &lon, &lat);
        double ax = 0, ay = 0;
        for (uint32_t i = 0; i < n; i++) {
            double x = lon[i] * t->p.x_scale - t->p.x_origin;
            double y = asinh(tan(lat[i] * (M_PI / 180))) * t->p.y_scale - t->p.y_origin;
            if (i)
                t->sum -= edge_area(ax, ay, x, y);
            ax = x;
            ay = y;
        }
    }
    return true;
}

static double true_area(const struct layer_index *ix, const struct tile_id *t)
{
    struct truth truth = {ix, tile_projection_of(t), 0};
    struct geo_box box = tile_box(t, 0);
    if (index_candidates(ix, &box, add_feature, &truth, NULL))
        exit(2);
    return truth.sum;
}

/* ---- a zoom ---- */

static bool met(uint32_t feature, void *user)
{
    (void)feature;
    *(bool *)user = true;
    return false;
}

static double column_of(double lon_deg, unsigned z)
{
    return (lon_deg + 180) / 360 * ldexp(1, (int)z);
}

static double row_of(double lat_deg, unsigned z)
{
    return (1 - asinh(tan(lat_deg * M_PI / 180)) / M_PI) / 2 * ldexp(1, (int)z);
}

static size_t tiles_of(const struct layer_index *ix, unsigned z, size_t most, struct tile_id *tiles)
{
    struct geo_box box = index_box(ix);
    uint64_t x0 = (uint64_t)column_of(box.west_deg, z), x1 = (uint64_t)column_of(box.east_deg, z) + 1;
    uint64_t y0 = (uint64_t)row_of(box.north_deg, z), y1 = (uint64_t)row_of(box.south_deg, z) + 1;
    uint64_t all = (x1 - x0) * (y1 - y0), tried = all < 40 * most ? all : 40 * most;
    size_t n = 0;
    for (uint64_t i = 0; i < tried && n < most; i++) {
        uint64_t k = tried == all && all <= most ? i : (i * 0x9E3779B97F4A7C15u >> 11) % all;
        struct tile_id t = {z, (uint32_t)(x0 + k % (x1 - x0)), (uint32_t)(y0 + k / (x1 - x0)),
                            TILE_WEB_MERCATOR};
        struct geo_box at = tile_box(&t, 0);
        bool meets = false;
        if (index_candidates(ix, &at, met, &meets, NULL))
            exit(2);
        if (meets)
            tiles[n++] = t;
    }
    return n;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char *write_to;
static bool each; /* tile is told by itself */

static void write_tile(const struct tile_id *t, const struct buffer *b)
{
    char path[4200];
    if (!write_to || !b->size)
        return;
    snprintf(path, sizeof path, "%s/%u-%u-%u.mvt", write_to, t->z, t->x, t->y);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b->data, 1, b->size, f) != b->size || fclose(f))
        exit(2);
}

static void one_zoom(const struct layer_index *ix, unsigned z, size_t most, struct tile_scratch *s)
{
    static struct tile_id tiles[MAX_TILES];
    static double ms[MAX_TILES];
    size_t n = tiles_of(ix, z, most, tiles), largest = 0;
    double drawn = 0, truth = 0;
    struct buffer b;
    struct error e = {0};
    buffer_init(&b, 0);
    for (size_t i = 0; i < n; i++) {
        buffer_clear(&b);
        double from = now_ms();
        if (tile_encode(ix, "l", &tiles[i], s, &b, &e)) {
            fprintf(stderr, "bench_tile: %s\n", e.en);
            exit(2);
        }
        ms[i] = now_ms() - from;
        if (each) {
            printf("%u %u %u %zu %.4f\n", z, tiles[i].x, tiles[i].y, b.size, ms[i]);
            continue;
        }
        largest = b.size > largest ? b.size : largest;
        write_tile(&tiles[i], &b);
        drawn += drawn_area(&b);
        truth += true_area(ix, &tiles[i]);
    }
    buffer_release(&b);
    if (n == 0 || each)
        return;
    qsort(ms, n, sizeof *ms, ascending);
    printf("%4u %6zu %9.1f %9.2f %9.2f %+8.2f\n", z, n, (double)largest / 1024, ms[n / 2], ms[n - 1],
           truth > 0 ? 100 * (drawn / truth - 1) : 0);
}

int main(int argc, char **argv)
{
    size_t most = 64;
    struct tile_scratch *s = tile_scratch_new();
    for (int i = 1; i < argc && s; i++) {
        struct layer_index *ix;
        struct error e = {0};
        if (strcmp(argv[i], "--tiles") == 0 && i + 1 < argc) {
            most = strtoul(argv[++i], NULL, 10);
            most = most > MAX_TILES ? MAX_TILES : most;
            continue;
        }
        if (strcmp(argv[i], "--write") == 0 && i + 1 < argc) {
            write_to = argv[++i];
            continue;
        }
        if (strcmp(argv[i], "--each") == 0) {
            each = true;
            continue;
        }
        if (index_open(argv[i], NULL, &ix, &e)) {
            fprintf(stderr, "bench_tile: %s\n", e.en);
            return 2;
        }
        if (!each)
            printf("%s: %u features, %llu vertices\nzoom  tiles   KiB max ms median  ms worst   area %%\n",
                   argv[i], index_n_features(ix), (unsigned long long)index_n_vertices(ix));
        for (unsigned z = 0; z <= 15; z++)
            one_zoom(ix, z, most, s);
        index_close(ix);
    }
    tile_scratch_free(s);
    return 0;
}
