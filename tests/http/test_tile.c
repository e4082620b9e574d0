/* Vector tiles, on a layer of a few rectangles: what is drawn, where, which way round, and what may be
 * left out. */
#include "http/mvt_decode.h"
#include "tile/ring.h"
#include "tile/tile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[SHA256_BYTES] = {1};

struct fixture {
    char path[64];
    struct index_builder *builder;
    struct arena *arena;
    struct layer_index *ix;
    struct tile_scratch *scratch;
    struct buffer bytes;
    struct mvt_decoded tile;
    const char *zone; /* of what is added next */
};

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "/tmp/hx-tile-%d.hxi", (int)getpid());
    assert_int_equal(index_builder_new(f->path, key, &f->builder, NULL), STATUS_OK);
    f->arena = arena_new(1 << 24);
    f->scratch = tile_scratch_new();
    buffer_init(&f->bytes, 0);
    f->zone = "";
}

/* A rectangle, with a hole of a third of its width and height when `hole` is set. */
static void add_rectangle(struct fixture *f, int64_t id, const char *name, double west, double south,
                          double width, double height, bool hole)
{
    struct geo_shape_builder b;
    struct geo_shape shape;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    for (int ring = 0; ring < (hole ? 2 : 1); ring++) {
        double inset = ring ? 1.0 / 3 : 0;
        geo_shape_builder_ring(&b);
        for (int i = 0; i < 5; i++)
            geo_shape_builder_point(&b, west + width * (i == 1 || i == 2 ? 1 - inset : inset),
                                    south + height * (i == 2 || i == 3 ? 1 - inset : inset));
    }
    assert_int_equal(geo_shape_builder_finish(&b, f->arena, &shape, NULL), STATUS_OK);
    assert_int_equal(index_builder_add(f->builder, id, "BSM", name, f->zone, &shape, NULL), STATUS_OK);
    geo_shape_builder_release(&b);
}

static void finish(struct fixture *f)
{
    struct error e = {0};
    if (index_builder_finish(f->builder, &e) || index_open(f->path, key, &f->ix, &e))
        fail_msg("%s", e.en);
}

static void end(struct fixture *f)
{
    index_close(f->ix);
    index_builder_free(f->builder);
    tile_scratch_free(f->scratch);
    arena_free(f->arena);
    buffer_release(&f->bytes);
    unlink(f->path);
}

static struct tile_id tile_at(unsigned z, double lon, double lat)
{
    double n = ldexp(1, (int)z);
    double y = (1 - asinh(tan(lat * M_PI / 180)) / M_PI) / 2 * n;
    return (struct tile_id){.z = z, .x = (uint32_t)((lon + 180) / 360 * n), .y = (uint32_t)y};
}

static void encode(struct fixture *f, struct tile_id t)
{
    struct error e = {0};
    buffer_clear(&f->bytes);
    if (tile_encode(f->ix, "lines", &t, f->scratch, &f->bytes, &e))
        fail_msg("%s", e.en);
    assert_true(mvt_decode(f->bytes.data, f->bytes.size, &f->tile));
}

/* A feature arrives with its id and names; its outer ring has positive area and its hole negative (MVT
 * 2.1). */
static void test_feature_and_winding(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct tile_id t = tile_at(12, 111.706, 40.806);
    struct geo_box box = tile_box(&t, 0);
    add_rectangle(&f, 4711, "北山", box.west_deg + 0.01, box.south_deg + 0.01, 0.03, 0.03, true);
    finish(&f);
    encode(&f, t);
    assert_string_equal(f.tile.name, "lines");
    assert_int_equal(f.tile.version, 2);
    assert_int_equal(f.tile.extent, 4096);
    assert_int_equal(f.tile.n_features, 1);
    const struct mvt_decoded_feature *d = &f.tile.features[0];
    assert_int_equal(d->id, 4711);
    assert_int_equal(d->type, 3);
    assert_string_equal(d->tags[0], "BSM");
    assert_string_equal(d->tags[1], "北山");
    assert_string_equal(d->tags[2], "");
    assert_int_equal(d->n_rings, 2);
    assert_true(d->twice_area[0] > 0);
    assert_true(d->twice_area[1] < 0);
    /* the hole is a ninth of the rectangle, and both have only their corners */
    assert_true(llabs(d->twice_area[0] + 9 * d->twice_area[1]) < d->twice_area[0] / 50);
    assert_int_equal(d->n_points[0], 4);
    assert_int_equal(d->n_points[1], 4);
    end(&f);
}

/* A ring of n vertices in a tile, rounded. */
static void round_ring(struct ring_set *out, struct tile_id t, const double *lon, const double *lat,
                       uint32_t n)
{
    struct tile_projection p = tile_projection_of(&t);
    struct unit_rings rings = {0};
    unit_rings_add(&rings, &p, lon, lat, n);
    ring_set_clear(out);
    ring_set_round(out, &rings, 0);
    assert_false(rings.out_of_memory || out->out_of_memory);
    unit_rings_release(&rings);
}

/* A point lands within half a unit of where the formula puts it, in both grids. */
static void test_position(void **state)
{
    (void)state;
    for (enum tile_matrix m = TILE_WEB_MERCATOR; m <= TILE_CGCS2000; m++) {
        struct tile_id t = tile_at(14, 111.706, 40.806);
        t.matrix = m;
        struct ring_set ring = {0};
        struct geo_box box = tile_box(&t, 0);
        const double lon[5] = {box.west_deg, box.east_deg, box.east_deg, box.west_deg, box.west_deg};
        const double lat[5] = {box.south_deg, box.south_deg, box.north_deg, box.north_deg, box.south_deg};
        round_ring(&ring, t, lon, lat, 5);
        assert_int_equal(ring.n, 4);
        assert_int_equal(ring_set_twice_area(&ring, 0), 2LL * 4096 * 4096);
        for (size_t i = 0; i < ring.n; i++) {
            assert_true(ring.points[i].x == 0 || ring.points[i].x == 4096);
            assert_true(ring.points[i].y == 0 || ring.points[i].y == 4096);
        }
        ring_set_release(&ring);
    }
}

/* The national grid begins with two tiles side by side, each half the world: 90E 30N is in the eastern one,
 * and three levels further on in column 12 of 16 and row 2 of 8. */
static void test_national_grid(void **state)
{
    (void)state;
    const struct tile_id whole = {1, 1, 0, TILE_CGCS2000}, fourth = {4, 12, 2, TILE_CGCS2000};
    struct geo_box box = tile_box(&whole, 0);
    assert_true(box.west_deg == 0 && box.east_deg == 180 && box.north_deg == 90 && box.south_deg == -90);
    box = tile_box(&fourth, 0);
    assert_true(box.west_deg == 90 && box.east_deg == 112.5 && box.north_deg == 45 && box.south_deg == 22.5);
    const struct tile_id zero = {0, 0, 0, TILE_CGCS2000}, below = {1, 0, 1, TILE_CGCS2000};
    assert_int_equal(tile_id_check(&whole, NULL), STATUS_OK);
    assert_int_equal(tile_id_check(&zero, NULL), STATUS_INVALID_INPUT);
    assert_int_equal(tile_id_check(&below, NULL), STATUS_INVALID_INPUT);
}

/* Repeated and collinear points and spikes go, also at the seam of the ring; what encloses nothing
 * vanishes. */
static void test_cleaning(void **state)
{
    (void)state;
    struct tile_id t = tile_at(14, 111.706, 40.806);
    struct geo_box b = tile_box(&t, 0);
    double w = b.east_deg - b.west_deg, mid = (b.south_deg + b.north_deg) / 2;
    /* starts in the middle of its lower edge, goes out on a spike at the right and comes back */
    const double lon[9] = {b.west_deg + w / 2, b.east_deg, b.east_deg, b.east_deg + w / 4, b.east_deg,
                           b.east_deg,         b.west_deg, b.west_deg, b.west_deg + w / 2};
    const double lat[9] = {b.south_deg, b.south_deg, mid,         mid,        mid,
                           b.north_deg, b.north_deg, b.south_deg, b.south_deg};
    struct ring_set ring = {0};
    round_ring(&ring, t, lon, lat, 9);
    assert_int_equal(ring.n, 4);
    const double flat_lat[4] = {mid, mid, mid, mid};
    round_ring(&ring, t, lon, flat_lat, 4);
    assert_int_equal(ring.n, 0);
    ring_set_release(&ring);
}

/* From zoom 12 on a feature smaller than a unit is still drawn by itself, as a square of one unit, and before
 * it leaves a trace: it must not vanish. */
static void test_tiny_feature_stays_at_high_zoom(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    add_rectangle(&f, 1, "小", 111.706, 40.806, 1e-6, 1e-6, false); /* about 0.1 m */
    finish(&f);
    for (unsigned z = TILE_EXACT_ZOOM; z <= TILE_MAX_ZOOM; z++) {
        encode(&f, tile_at(z, 111.7060005, 40.8060005));
        assert_int_equal(f.tile.n_features, 1);
        assert_true(f.tile.features[0].twice_area[0] >= 2);
    }
    encode(&f, tile_at(8, 111.706, 40.806)); /* without an id: as dust, and the least of it */
    assert_int_equal(f.tile.n_features, 1);
    assert_int_equal(f.tile.features[0].twice_area[0], 2);
    assert_int_equal(f.tile.features[0].id, 0);
    assert_string_equal(f.tile.features[0].tags[3], "1");
    end(&f);
}

static int64_t twice_area_of(const struct fixture *f, const char *zone)
{
    int64_t sum = 0;
    for (int i = 0; i < f->tile.n_features; i++)
        if (!zone || strcmp(f->tile.features[i].tags[2], zone) == 0)
            sum += f->tile.features[i].twice_area_all;
    return sum;
}

/* At low zoom a plain of small plots keeps its density, each zone its own, and the tile says how many plots
 * are drawn together. */
static void test_dust_keeps_its_area(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    enum { SIDE = 20 };
    double plot = 1.5 * 360 / (256.0 * 4096); /* 1.5 units wide at zoom 8, gaps as wide */
    struct tile_id t = tile_at(8, 111.31, 40.61);
    struct geo_box box = tile_box(&t, 0);
    for (int i = 0; i < SIDE * SIDE; i++) {
        f.zone = i % 4 ? "甲" : "乙";
        add_rectangle(&f, i + 1, "", box.west_deg + 0.1 + 2 * plot * (i % SIDE),
                      box.south_deg + 0.1 + 1.5 * plot * (i / SIDE), plot, 0.75 * plot, false);
    }
    finish(&f);
    encode(&f, t);
    double expected = SIDE * SIDE * 1.5 * 1.5;
    assert_true(fabs((double)twice_area_of(&f, NULL) / 2 - expected) < 0.05 * expected);
    assert_true(fabs((double)twice_area_of(&f, "乙") / 2 - expected / 4) < 0.05 * expected / 4);
    assert_true(f.tile.n_features <= 8);
    for (int i = 0; i < f.tile.n_features; i++)
        assert_string_equal(f.tile.features[i].tags[3],
                            strcmp(f.tile.features[i].tags[2], "甲") == 0 ? "300" : "100");
    end(&f);
}

/* A river narrower than a unit is dust, and lies along its whole length, not in a heap. */
static void test_dust_lies_where_it_is(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct tile_id t = tile_at(8, 111.31, 40.61);
    struct geo_box box = tile_box(&t, 0);
    double unit = 360 / (256.0 * 4096);
    add_rectangle(&f, 1, "河", box.west_deg + 100 * unit, box.south_deg + 0.3, 1000 * unit, 0.04 * unit,
                  false);
    finish(&f);
    encode(&f, t);
    int32_t west = INT32_MAX, east = 0;
    for (int i = 0; i < f.tile.n_features; i++)
        for (int r = 0; r < f.tile.features[i].n_rings; r++) {
            west = f.tile.features[i].x[r] < west ? f.tile.features[i].x[r] : west;
            east = f.tile.features[i].x[r] > east ? f.tile.features[i].x[r] : east;
        }
    assert_true(west < 200 && east > 1000);
    assert_true(fabs((double)twice_area_of(&f, NULL) / 2 - 53) < 4); /* 1000 by 0.04 / cos(40.7) */
    end(&f);
}

/* A tile of more features than can be sent is drawn coarser: it stays within its budget, its area stays what
 * it is, and it says how many features are not drawn by themselves. */
static void test_budget(void **state)
{
    (void)state;
    enum { SIDE = 220 };
    struct fixture f;
    begin(&f);
    struct tile_id t = tile_at(12, 111.706, 40.806);
    struct geo_box box = tile_box(&t, 0);
    double width = (box.east_deg - box.west_deg) / SIDE, height = (box.north_deg - box.south_deg) / SIDE;
    for (int i = 0; i < SIDE * SIDE; i++) {
        char name[32];
        snprintf(name, sizeof name, "第%d号", i);
        add_rectangle(&f, i + 1, name, box.west_deg + width * (i % SIDE), box.south_deg + height * (i / SIDE),
                      0.7 * width, 0.7 * height, false);
    }
    finish(&f);
    encode(&f, t);
    double expected = 0.49 * 4096 * 4096;
    assert_in_range(f.bytes.size, 1000, TILE_MAX_BYTES);
    assert_true(fabs((double)twice_area_of(&f, NULL) / 2 - expected) < 0.05 * expected);
    assert_true(f.tile.n_features > 0 && strcmp(f.tile.features[0].tags[3], "48400") == 0);
    end(&f);
}

/* A feature larger than the tile is cut to the tile and its buffer, so that outlines do not show at tile
 * borders. */
static void test_large_feature_is_cut_to_buffer(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    add_rectangle(&f, 1, "", 100, 35, 20, 15, false);
    finish(&f);
    encode(&f, tile_at(15, 111.7, 40.8));
    assert_int_equal(f.tile.n_features, 1);
    assert_int_equal(f.tile.features[0].n_points[0], 4);
    int64_t side = MVT_EXTENT + 2 * TILE_BUFFER_UNITS;
    assert_true(llabs(f.tile.features[0].twice_area[0] - 2 * side * side) <= 8 * side);
    encode(&f, tile_at(15, 90, 40.8));
    assert_int_equal(f.bytes.size, 0); /* an empty tile is no bytes */
    end(&f);
}

/* The teeth of a comb that reach out of the tile are pieces of their own, without edges along the border
 * between them. */
static void test_pieces_are_apart(void **state)
{
    (void)state;
    enum { TEETH = 9 };
    struct fixture f;
    begin(&f);
    struct tile_id t = tile_at(15, 111.706, 40.806);
    struct geo_box box = tile_box(&t, 0);
    double w = box.east_deg - box.west_deg, h = box.north_deg - box.south_deg;
    struct geo_shape_builder b;
    struct geo_shape shape;
    geo_shape_builder_init(&b);
    geo_shape_builder_polygon(&b);
    geo_shape_builder_ring(&b);
    /* the back is west of the tile, the teeth reach across it and beyond */
    geo_shape_builder_point(&b, box.west_deg - 2 * w, box.south_deg);
    for (int i = 0; i < TEETH; i++) {
        double y = box.south_deg + h * (i + 0.25) / TEETH;
        geo_shape_builder_point(&b, box.west_deg - w, y);
        geo_shape_builder_point(&b, box.east_deg + w, y);
        geo_shape_builder_point(&b, box.east_deg + w, y + h / TEETH / 2);
        geo_shape_builder_point(&b, box.west_deg - w, y + h / TEETH / 2);
    }
    geo_shape_builder_point(&b, box.west_deg - w, box.north_deg);
    geo_shape_builder_point(&b, box.west_deg - 2 * w, box.north_deg);
    assert_int_equal(geo_shape_builder_finish(&b, f.arena, &shape, NULL), STATUS_OK);
    assert_int_equal(index_builder_add(f.builder, 1, "", "", "", &shape, NULL), STATUS_OK);
    geo_shape_builder_release(&b);
    finish(&f);
    encode(&f, t);
    assert_int_equal(f.tile.n_features, 1);
    assert_int_equal(f.tile.features[0].n_rings, TEETH);
    for (int r = 0; r < TEETH; r++)
        assert_int_equal(f.tile.features[0].n_points[r], 4);
    end(&f);
}

/* The same index gives the same bytes, whatever the scratch has drawn before. */
static void test_same_bytes(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (int i = 0; i < 50; i++) {
        f.zone = i % 3 ? "甲" : "乙";
        add_rectangle(&f, i + 1, "", 111 + 0.013 * i, 40.1 + 0.01 * (i * 7 % 13), 0.002 * i + 1e-4, 0.01,
                      i % 2);
    }
    finish(&f);
    for (unsigned z = 0; z <= 14; z += 2) {
        struct tile_id t = tile_at(z, 111.3, 40.15);
        encode(&f, t);
        struct tile_scratch *fresh = tile_scratch_new();
        struct buffer again;
        buffer_init(&again, 0);
        assert_int_equal(tile_encode(f.ix, "lines", &t, fresh, &again, NULL), STATUS_OK);
        assert_true(again.size > 0 && again.size == f.bytes.size);
        assert_memory_equal(again.data, f.bytes.data, again.size);
        buffer_release(&again);
        tile_scratch_free(fresh);
    }
    end(&f);
}

/* Only tiles that exist are made. */
static void test_tile_numbers(void **state)
{
    (void)state;
    const struct tile_id good = {.z = 0}, deep = {.z = 22, .x = (1u << 22) - 1}, too_deep = {.z = 23},
                         beside = {.z = 3, .x = 8};
    assert_int_equal(tile_id_check(&good, NULL), STATUS_OK);
    assert_int_equal(tile_id_check(&deep, NULL), STATUS_OK);
    assert_int_equal(tile_id_check(&too_deep, NULL), STATUS_INVALID_INPUT);
    assert_int_equal(tile_id_check(&beside, NULL), STATUS_INVALID_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feature_and_winding),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_national_grid),
        cmocka_unit_test(test_cleaning),
        cmocka_unit_test(test_tiny_feature_stays_at_high_zoom),
        cmocka_unit_test(test_dust_keeps_its_area),
        cmocka_unit_test(test_dust_lies_where_it_is),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_large_feature_is_cut_to_buffer),
        cmocka_unit_test(test_pieces_are_apart),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_tile_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
