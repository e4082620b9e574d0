/* The cache of tiles: what it answers, what it forgets, and that nobody loses what he holds. */
#include "tile/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct tile_key key_of(int64_t version, uint32_t x)
{
    return (struct tile_key){.version = version, .content = 7, .tile = {.z = 8, .x = x, .y = 3}};
}

static const struct tile_kept *put(struct tile_cache *c, struct tile_key key, const char *text, size_t n)
{
    struct buffer plain, gzip;
    buffer_init(&plain, 0);
    buffer_init(&gzip, 0);
    for (size_t i = 0; i < n; i++)
        buffer_append_str(&plain, text);
    return tile_cache_put(c, &key, &plain, &gzip);
}

/* A tile is found again under its own version, grid and place, and under no other. */
static void test_found_by_its_key(void **state)
{
    (void)state;
    struct tile_cache *c = tile_cache_new(1 << 20);
    struct tile_key key = key_of(1, 5), other = key;
    tile_kept_release(put(c, key, "abc", 1));
    const struct tile_kept *t = tile_cache_find(c, &key);
    assert_non_null(t);
    assert_memory_equal(t->plain, "abc", t->plain_size);
    tile_kept_release(t);
    other.version = 2;
    assert_null(tile_cache_find(c, &other));
    other = key;
    other.content = 8;
    assert_null(tile_cache_find(c, &other));
    other = key;
    other.tile.matrix = TILE_CGCS2000;
    assert_null(tile_cache_find(c, &other));
    other = key;
    other.tile.y = 4;
    assert_null(tile_cache_find(c, &other));
    tile_cache_free(c);
}

/* It never keeps more than its limit, and what was used last stays longest. */
static void test_bounded(void **state)
{
    (void)state;
    enum { LIMIT = 100000 };
    struct tile_cache *c = tile_cache_new(LIMIT);
    struct tile_key first = key_of(1, 0), second = key_of(1, 1);
    for (uint32_t x = 0; x < 200; x++) {
        tile_kept_release(put(c, key_of(1, x), "0123456789", 100));
        const struct tile_kept *again = tile_cache_find(c, &first); /* asked for all the time */
        assert_non_null(again);
        tile_kept_release(again);
        assert_in_range(tile_cache_bytes(c), 1, LIMIT);
    }
    assert_null(tile_cache_find(c, &second));
    tile_cache_free(c);
}

/* Who holds a tile keeps its bytes although the cache forgets it; a tile larger than the cache is
 * answered. */
static void test_held_tiles_stay(void **state)
{
    (void)state;
    struct tile_cache *c = tile_cache_new(1000);
    struct tile_key key = key_of(1, 0);
    const struct tile_kept *large = put(c, key, "0123456789", 1000);
    assert_null(tile_cache_find(c, &key));
    assert_int_equal(tile_cache_bytes(c), 0);
    const struct tile_kept *small = put(c, key_of(1, 1), "x", 1);
    tile_cache_clear(c);
    assert_int_equal(tile_cache_bytes(c), 0);
    tile_cache_free(c);
    assert_memory_equal(large->plain, "0123456789", 10);
    assert_memory_equal(small->plain, "x", 1);
    tile_kept_release(large);
    tile_kept_release(small);
}

/* Of two who made the same tile both get the first one's. */
static void test_made_twice(void **state)
{
    (void)state;
    struct tile_cache *c = tile_cache_new(1 << 20);
    const struct tile_kept *a = put(c, key_of(1, 0), "a", 1), *b = put(c, key_of(1, 0), "b", 1);
    assert_ptr_equal(a, b);
    tile_kept_release(a);
    tile_kept_release(b);
    tile_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_by_its_key),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_held_tiles_stay),
        cmocka_unit_test(test_made_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
