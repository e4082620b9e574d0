/* Tiles of points, lines and areas: what no collection of the store holds yet (several kinds in one
 * feature), the edges of a tile, and what is refused rather than left out. The rest is seen from outside,
 * by other readers (test_tile_places.py). */
#include "http/mvt_decode.h"
#include "tile/mixed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const keys[MVT_KEYS] = {"code", "name", "kind", "merged"};

/* The tile 1/1/0 is the north-east quarter of the world: 0 to 180 degrees east. */
static const struct tile_id north_east = {.z = 1, .x = 1, .y = 0};

struct work {
    struct arena *arena;
    struct tile_scratch *scratch;
    struct buffer bytes;
    struct mvt_decoded tile;
    struct error error;
};

static void begin(struct work *w)
{
    memset(w, 0, sizeof *w);
    w->arena = arena_new(1 << 28);
    w->scratch = tile_scratch_new();
    buffer_init(&w->bytes, 0);
}

static void end(struct work *w)
{
    buffer_release(&w->bytes);
    tile_scratch_free(w->scratch);
    arena_free(w->arena);
}

static struct geojson_geometry *read(struct work *w, const char *text)
{
    struct geojson_geometry *g = arena_alloc(w->arena, sizeof *g);
    if (geojson_read(text, w->arena, g, &w->error))
        fail_msg("%s", w->error.en);
    return g;
}

static enum status draw(struct work *w, const struct mixed_feature *features, size_t n)
{
    struct mixed_layer layer = {.name = "l", .features = features, .n = n};
    memcpy(layer.keys, keys, sizeof keys);
    buffer_clear(&w->bytes);
    enum status s = tile_encode_mixed(&layer, &north_east, w->scratch, &w->bytes, &w->error);
    assert_true(s || mvt_decode(w->bytes.data, w->bytes.size, &w->tile));
    return s;
}

/* A feature of all kinds is one of each type, all with its id and its texts. */
static void test_a_collection(void **state)
{
    (void)state;
    struct work w;
    begin(&w);
    const struct mixed_feature f = {
        .id = 7,
        .tags = {"c", "n", "k"},
        .geometry =
            read(&w, "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":"
                     "[90,40]},{\"type\":\"LineString\",\"coordinates\":[[10,10],[20,20]]},{\"type\":"
                     "\"GeometryCollection\",\"geometries\":[{\"type\":\"Polygon\",\"coordinates\":[[[30,30],"
                     "[40,30],[40,40],[30,30]]]},{\"type\":\"Point\",\"coordinates\":[91,41,500]}]}]}")};
    assert_int_equal(draw(&w, &f, 1), STATUS_OK);
    assert_int_equal(w.tile.n_features, 3);
    unsigned types = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(w.tile.features[i].id, 7);
        assert_string_equal(w.tile.features[i].tags[1], "n");
        types |= 1u << w.tile.features[i].type;
    }
    assert_int_equal(types, 1u << MVT_POINT | 1u << MVT_LINE | 1u << MVT_POLYGON);
    end(&w);
}

/* What is beside the tile and its buffer is not in it, and an empty tile is no bytes. */
static void test_beside(void **state)
{
    (void)state;
    struct work w;
    begin(&w);
    struct mixed_feature f = {.id = 1};
    static const char *const beside[] = {
        "{\"type\":\"Point\",\"coordinates\":[-90,40]}",
        "{\"type\":\"LineString\",\"coordinates\":[[-10,10],[-20,80]]}",
        "{\"type\":\"LineString\",\"coordinates\":[[-60,-1],[-3,-60]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[-40,30],[-30,30],[-30,40],[-40,30]]]}", "null"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        f.geometry = read(&w, beside[i]);
        assert_int_equal(draw(&w, &f, 1), STATUS_OK);
        assert_int_equal(w.bytes.size, 0);
    }
    f.geometry = read(&w, "{\"type\":\"LineString\",\"coordinates\":[[-170,10],[170,10]]}");
    assert_int_equal(draw(&w, &f, 1), STATUS_OK);
    assert_int_equal(w.tile.features[0].x[0], -TILE_BUFFER_UNITS); /* it comes in at the buffer's edge */
    end(&w);
}

/* Lines that do not fit however few vertices they have are refused with the remedy; not one is left out. */
static void test_too_large(void **state)
{
    (void)state;
    enum { MANY = 60000 };
    struct work w;
    begin(&w);
    struct mixed_feature *features = calloc(MANY, sizeof *features);
    struct geojson_geometry *line = read(&w, "{\"type\":\"LineString\",\"coordinates\":[[10,10],[20,20]]}");
    for (int i = 0; i < MANY; i++)
        features[i] = (struct mixed_feature){.id = i + 1, .geometry = line};
    assert_int_equal(draw(&w, features, MANY), STATUS_UNSUPPORTED);
    assert_string_equal(w.error.code, "tile-too-large");
    assert_non_null(strstr(w.error.en, "zoom in"));
    free(features);
    end(&w);
}

/* A geometry that is none is an error with its text, never an empty one. */
static void test_no_geometry(void **state)
{
    (void)state;
    struct work w;
    begin(&w);
    static const char *const wrong[] = {"",
                                        "{}",
                                        "{\"type\":\"Point\"}",
                                        "{\"type\":\"Point\",\"coordinates\":[1]}",
                                        "{\"type\":\"Polygon\",\"coordinates\":[]}",
                                        "{\"type\":\"LineString\",\"coordinates\":[[1,2],[\"3\",4]]}",
                                        "{\"type\":\"Circle\",\"coordinates\":[1,2]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct geojson_geometry g;
        assert_int_equal(geojson_read(wrong[i], w.arena, &g, &w.error), STATUS_INVALID_INPUT);
        assert_string_equal(w.error.code, "bad-geometry");
    }
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_collection),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_no_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
