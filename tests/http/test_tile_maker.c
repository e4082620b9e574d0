/* Who makes the tiles that are kept: each once, whoever asks, and the first zooms before anybody does. */
#include "../shipped_lines.h"
#include "http/tile_maker.h"
#include "tile/tile.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_ASKING = 8, N_TILES = 12 };
static const uint8_t key[SHA256_BYTES] = {1};

struct fixture {
    struct snapshot *snapshot; /* one line is loaded */
    struct layer_snapshot layer;
    struct tile_cache *cache;
    struct tile_maker *maker;
};

/* A few thousand squares, so that a tile takes long enough for others to ask meanwhile. */
static const struct layer_index *squares(void)
{
    char path[64];
    struct index_builder *b;
    struct layer_index *ix;
    struct geo_shape_builder rings;
    struct geo_shape s;
    snprintf(path, sizeof path, "/tmp/hx-tile-maker-%ld.hxi", (long)getpid());
    assert_int_equal(index_builder_new(path, key, &b, NULL), STATUS_OK);
    geo_shape_builder_init(&rings);
    for (int i = 0; i < 4000; i++) {
        double x = 111 + 0.02 * (i % 80), y = 45 + 0.02 * (i / 80);
        geo_shape_builder_clear(&rings);
        geo_shape_builder_polygon(&rings);
        geo_shape_builder_ring(&rings);
        geo_shape_builder_point(&rings, x, y), geo_shape_builder_point(&rings, x + 0.01, y);
        geo_shape_builder_point(&rings, x + 0.01, y + 0.01), geo_shape_builder_point(&rings, x, y + 0.01);
        assert_int_equal(geo_shape_builder_view(&rings, &s, NULL), STATUS_OK);
        assert_int_equal(index_builder_add(b, i + 1, "", "", "", &s, NULL), STATUS_OK);
    }
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    assert_int_equal(index_open(path, key, &ix, NULL), STATUS_OK);
    index_builder_free(b);
    geo_shape_builder_release(&rings);
    unlink(path);
    return ix;
}

static void set_up(struct fixture *f, int64_t idle_ms)
{
    *f = (struct fixture){.snapshot = shipped_snapshot(), .cache = tile_cache_new(TILE_CACHE_BYTES)};
    f->layer.version = (struct store_version){.id = 1, .layer = "a", .source_sha256 = "0123456789abcdef0"};
    f->layer.index = squares();
    f->snapshot->line_layers[0] = &f->layer;
    f->maker = tile_maker_new(f->cache, 4, idle_ms);
    assert_non_null(f->maker);
}

static void tear_down(struct fixture *f)
{
    tile_maker_free(f->maker);
    tile_cache_free(f->cache);
    snapshot_unref(f->snapshot);
    index_close((struct layer_index *)f->layer.index);
}

static struct tile_id tile(int i)
{
    return (struct tile_id){(unsigned)i / 2, 0, 0, i % 2 && i > 1 ? TILE_CGCS2000 : TILE_WEB_MERCATOR};
}

struct asking {
    pthread_t id;
    struct fixture *f;
    const struct tile_kept *got[N_TILES];
};

static void *ask(void *user)
{
    struct asking *a = user;
    for (int i = 0; i < N_TILES; i++) {
        struct tile_id t = tile(i);
        if (tile_maker_make(a->f->maker, a->f->snapshot, &a->f->layer, &t, &a->got[i], NULL))
            return NULL;
    }
    return a;
}

/* Eight who ask for the same tiles at the same time get one and the same, which was made once, and whose
 * bytes are those of the tile. */
static void test_made_once(void **state)
{
    (void)state;
    struct fixture f;
    struct asking all[N_ASKING];
    struct tile_scratch *scratch = tile_scratch_new();
    set_up(&f, 1000000);
    for (int k = 0; k < N_ASKING; k++) {
        all[k] = (struct asking){.f = &f};
        assert_int_equal(pthread_create(&all[k].id, NULL, ask, &all[k]), 0);
    }
    for (int k = 0; k < N_ASKING; k++) {
        void *done = NULL;
        pthread_join(all[k].id, &done);
        assert_non_null(done);
    }
    size_t n_tiles = 0;
    for (int i = 0; i < N_TILES; i++) {
        struct buffer b;
        struct tile_id t = tile(i);
        buffer_init(&b, 0);
        bool before = false;
        for (int k = 0; k < i; k++)
            before = before || all[0].got[k] == all[0].got[i];
        n_tiles += !before;
        assert_int_equal(tile_encode(f.layer.index, "a", &t, scratch, &b, NULL), STATUS_OK);
        for (int k = 0; k < N_ASKING; k++) {
            assert_ptr_equal(all[k].got[i], all[0].got[i]);
            assert_int_equal(all[k].got[i]->plain_size, b.size);
            assert_true(b.size == 0 || memcmp(all[k].got[i]->plain, b.data, b.size) == 0);
            tile_kept_release(all[k].got[i]);
        }
        buffer_release(&b);
    }
    assert_int_equal(tile_maker_made(f.maker), n_tiles);
    assert_true(n_tiles > N_TILES / 2);
    tile_scratch_free(scratch);
    tear_down(&f);
}

/* The first zooms are made although nobody asks; who asks then makes nothing. */
static void test_prepared(void **state)
{
    (void)state;
    struct fixture f;
    const struct tile_kept *got;
    set_up(&f, 0);
    tile_maker_prepare(f.maker, f.snapshot);
    while (tile_maker_made(f.maker) < TILE_MAKER_PREPARED_ZOOM + 1)
        sched_yield();
    const struct tile_id all = {0, 0, 0, TILE_WEB_MERCATOR};
    size_t made = tile_maker_made(f.maker);
    assert_int_equal(tile_maker_make(f.maker, f.snapshot, &f.layer, &all, &got, NULL), STATUS_OK);
    assert_true(got->plain_size > 0);
    assert_int_equal(tile_maker_made(f.maker), made);
    tile_kept_release(got);
    tear_down(&f);
}

/* What is left to be prepared is no reason not to end. */
static void test_ends_at_once(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, 1000000);
    tile_maker_prepare(f.maker, f.snapshot);
    tile_maker_prepare(f.maker, f.snapshot);
    assert_int_equal(tile_maker_made(f.maker), 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_once),
        cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
