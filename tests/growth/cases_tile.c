/* What a tile costs as features become more. */
#include "growth/growth.h"
#include "tile/mixed.h"
#include "tile/tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const uint8_t key[SHA256_BYTES] = {1};

struct tile_work {
    struct layer_index *ix;
    struct tile_scratch *scratch;
    struct tile_id tile;
    struct buffer bytes;
};

static void do_tile(void *user)
{
    struct tile_work *w = user;
    struct error e = {0};
    growth_must(tile_encode(w->ix, "l", &w->tile, w->scratch, &w->bytes, &e), &e);
}

/* An index file being made, of rectangles. */
struct making {
    char path[64];
    struct index_builder *builder;
    struct geo_shape_builder shape;
    int64_t n;
};

static void making_begin(struct making *m)
{
    struct error e = {0};
    snprintf(m->path, sizeof m->path, "/tmp/hx-growth-tile-%ld.hxi", (long)getpid());
    growth_must(index_builder_new(m->path, key, &m->builder, &e), &e);
    geo_shape_builder_init(&m->shape);
    geo_shape_builder_clear(&m->shape);
    m->n = 0;
}

static void making_rectangle(struct making *m, const struct geo_box *b, bool hole)
{
    const double xy[] = {b->west_deg, b->south_deg, b->east_deg, b->south_deg,
                         b->east_deg, b->north_deg, b->west_deg, b->north_deg};
    if (!hole)
        geo_shape_builder_polygon(&m->shape);
    geo_shape_builder_ring(&m->shape);
    for (size_t k = 0; k < 8; k += 2)
        geo_shape_builder_point(&m->shape, xy[k], xy[k + 1]);
}

static void making_feature(struct making *m)
{
    struct geo_shape s;
    struct error e = {0};
    growth_must(geo_shape_builder_view(&m->shape, &s, &e), &e);
    growth_must(index_builder_add(m->builder, ++m->n, "", "", "", &s, &e), &e);
    geo_shape_builder_clear(&m->shape);
}

static void making_open(struct making *m, struct layer_index **ix)
{
    struct error e = {0};
    growth_must(index_builder_finish(m->builder, &e), &e);
    growth_must(index_open(m->path, key, ix, &e), &e);
    index_builder_free(m->builder);
    geo_shape_builder_release(&m->shape);
    unlink(m->path);
}

static void draw(struct tile_work *w, size_t least_bytes)
{
    buffer_init(&w->bytes, 0);
    growth_counted(do_tile, w);
    growth_expect(w->bytes.size > least_bytes && w->bytes.size <= TILE_MAX_BYTES);
    buffer_release(&w->bytes);
    index_close(w->ix);
    tile_scratch_free(w->scratch);
}

/* Bars as high as three tiles beside each other: each must be cut. */
void tile_of_bars(size_t n)
{
    struct tile_work w = {.scratch = tile_scratch_new(), .tile = {.z = 12, .x = 3310, .y = 1530}};
    struct geo_box t = tile_box(&w.tile, 0);
    double width = (t.east_deg - t.west_deg) / (double)n, height = t.north_deg - t.south_deg;
    struct making m;
    growth_expect(w.scratch != NULL);
    making_begin(&m);
    for (size_t i = 0; i < n; i++) {
        double x0 = t.west_deg + (double)i * width;
        const struct geo_box bar = {x0, t.south_deg - height, x0 + 0.9 * width, t.north_deg + height};
        making_rectangle(&m, &bar, false);
        making_feature(&m);
    }
    making_open(&m, &w.ix);
    draw(&w, 10 * n);
}

/* Specks, of which many lie in each cell of the dust. */
void tile_of_specks(size_t n)
{
    struct tile_work w = {.scratch = tile_scratch_new(), .tile = {.z = 5, .x = 25, .y = 11}};
    struct geo_box t = tile_box(&w.tile, 0);
    struct making m;
    growth_expect(w.scratch != NULL);
    making_begin(&m);
    for (size_t i = 0; i < n; i++) {
        double x = t.west_deg + 1 + (double)(i % 100) * 0.01, y = t.south_deg + 1 + (double)(i / 100) * 0.001;
        const struct geo_box speck = {x, y, x + 0.005, y + 0.0005};
        making_rectangle(&m, &speck, false);
        making_feature(&m);
    }
    making_open(&m, &w.ix);
    draw(&w, 50);
}

/* Many parts with a hole each in one feature: which hole is whose must not be asked of every pair. */
void tile_of_holes(size_t n)
{
    struct tile_work w = {.scratch = tile_scratch_new(), .tile = {.z = 12, .x = 3310, .y = 1530}};
    struct geo_box t = tile_box(&w.tile, 0);
    double width = (t.east_deg - t.west_deg) / 50, height = (t.north_deg - t.south_deg) / 200;
    struct making m;
    growth_expect(w.scratch != NULL);
    making_begin(&m);
    for (size_t i = 0; i < n; i++) {
        double x = t.west_deg + (double)(i % 50) * width, y = t.south_deg + (double)(i / 50) * height;
        const struct geo_box part = {x, y, x + 0.8 * width, y + 0.8 * height};
        const struct geo_box hole = {x + 0.2 * width, y + 0.2 * height, x + 0.6 * width, y + 0.6 * height};
        making_rectangle(&m, &part, false);
        making_rectangle(&m, &hole, true);
    }
    making_feature(&m);
    making_open(&m, &w.ix);
    draw(&w, 10 * n);
}

struct mixed_work {
    struct mixed_layer layer;
    struct tile_scratch *scratch;
    struct tile_id tile;
    struct buffer bytes;
};

static void do_mixed(void *user)
{
    struct mixed_work *w = user;
    struct error e = {0};
    growth_must(tile_encode_mixed(&w->layer, &w->tile, w->scratch, &w->bytes, &e), &e);
}

/* n points, and a line of n vertices that leaves the tile and comes back with every second one. */
void tile_of_points_and_a_line(size_t n)
{
    struct mixed_work w = {.scratch = tile_scratch_new(), .tile = {.z = 12, .x = 3310, .y = 1530}};
    struct geo_box t = tile_box(&w.tile, 0);
    double width = t.east_deg - t.west_deg, height = t.north_deg - t.south_deg;
    struct geojson_geometry *g = calloc(2, sizeof *g);
    struct geojson_part parts[2][2] = {{{GEOJSON_POINT, 0}, {GEOJSON_NONE, 1}},
                                       {{GEOJSON_LINE, 0}, {GEOJSON_NONE, 1}}};
    double at[2] = {t.west_deg + width / 2, t.south_deg + height / 2};
    uint32_t one[2] = {0, 1}, all[2] = {0, (uint32_t)n};
    double *x = calloc(n, sizeof *x), *y = calloc(n, sizeof *y);
    struct mixed_feature *features = calloc(n + 1, sizeof *features);
    growth_expect(w.scratch && g && x && y && features);
    g[0] = (struct geojson_geometry){GEOJSON_POINT, &at[0], &at[1], one, parts[0], 1, 1, 1};
    g[1] = (struct geojson_geometry){GEOJSON_LINE, x, y, all, parts[1], (uint32_t)n, 1, 1};
    for (size_t i = 0; i < n; i++) {
        x[i] = t.west_deg + width * (double)i / (double)n;
        y[i] = i % 2 ? t.north_deg + height : t.south_deg + height / 2;
        features[i] = (struct mixed_feature){.id = (int64_t)i + 1, .geometry = &g[0]};
    }
    features[n] = (struct mixed_feature){.id = (int64_t)n + 1, .geometry = &g[1]};
    w.layer = (struct mixed_layer){"l", {"a", "b", "c", "d"}, features, n + 1};
    buffer_init(&w.bytes, 0);
    growth_counted(do_mixed, &w);
    growth_expect(w.bytes.size > 10 * n && w.bytes.size <= TILE_MAX_BYTES);
    buffer_release(&w.bytes);
    tile_scratch_free(w.scratch);
    free(features);
    free(x);
    free(y);
    free(g);
}

/* A feature of many parts, of which four are in the tile: the others are no work. */
void tile_of_few_parts(size_t n)
{
    struct tile_work w = {.scratch = tile_scratch_new(), .tile = {.z = 10, .x = 827, .y = 382}};
    struct geo_box t = tile_box(&w.tile, 0);
    double width = (t.east_deg - t.west_deg) / 2, height = (t.north_deg - t.south_deg) / 2;
    struct making m;
    growth_expect(w.scratch != NULL);
    making_begin(&m);
    for (size_t i = 0; i < n; i++) {
        double x = t.west_deg + ((double)(i % 100) + 0.2) * width,
               y = t.south_deg + ((double)(i / 100) + 0.2) * height;
        const struct geo_box part = {x, y, x + 0.4 * width, y + 0.4 * height};
        making_rectangle(&m, &part, false);
    }
    making_feature(&m);
    making_open(&m, &w.ix);
    draw(&w, 30);
}
