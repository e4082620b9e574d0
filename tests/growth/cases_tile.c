/* What a tile costs as features become more. */
#include "growth/growth.h"
#include "tile/tile.h"

#include <stdio.h>
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

/* Bars as high as three tiles beside each other: each must be cut. */
static void bars_open(struct tile_work *w, size_t n)
{
    char path[64];
    struct index_builder *builder;
    struct geo_shape_builder b;
    struct geo_shape s;
    struct error e = {0};
    struct geo_box t = tile_box(&w->tile, 0);
    double width = (t.east_deg - t.west_deg) / (double)n, height = t.north_deg - t.south_deg;
    snprintf(path, sizeof path, "/tmp/hx-growth-tile-%ld.hxi", (long)getpid());
    growth_must(index_builder_new(path, key, &builder, &e), &e);
    geo_shape_builder_init(&b);
    for (size_t i = 0; i < n; i++) {
        double x0 = t.west_deg + (double)i * width, x1 = x0 + 0.9 * width;
        double y0 = t.south_deg - height, y1 = t.north_deg + height;
        const double xy[] = {x0, y0, x1, y0, x1, y1, x0, y1};
        geo_shape_builder_clear(&b);
        geo_shape_builder_polygon(&b);
        geo_shape_builder_ring(&b);
        for (size_t k = 0; k < 8; k += 2)
            geo_shape_builder_point(&b, xy[k], xy[k + 1]);
        growth_must(geo_shape_builder_view(&b, &s, &e), &e);
        growth_must(index_builder_add(builder, (int64_t)i + 1, "", "", "", &s, &e), &e);
    }
    growth_must(index_builder_finish(builder, &e), &e);
    growth_must(index_open(path, key, &w->ix, &e), &e);
    index_builder_free(builder);
    geo_shape_builder_release(&b);
    unlink(path);
}

void tile_of_bars(size_t n)
{
    struct tile_work w = {.scratch = tile_scratch_new(), .tile = {12, 3310, 1530}};
    growth_expect(w.scratch != NULL);
    buffer_init(&w.bytes, 0);
    bars_open(&w, n);
    growth_counted(do_tile, &w);
    growth_expect(w.bytes.size > 10 * n);
    buffer_release(&w.bytes);
    index_close(w.ix);
    tile_scratch_free(w.scratch);
}
