/* Files of other kinds, uploaded by mistake: each gets a sentence that says what to send. */
#include "features/parcel_test.h"

#include "base/limits.h"
#include "base/text.h"
#include "formats/encoding.h"

static void refuse(const struct parcel_context *c, const void *bytes, size_t n, enum status want,
                   const char *code)
{
    struct parcel_set set;
    struct error e;
    test_assert_refused(parse_bytes(c, bytes, n, &set, &e), want, code, &e);
}

#define REFUSE(bytes, status, code) refuse(*state, bytes, sizeof(bytes) - 1, status, code)

static void test_wrong_kinds_of_file(void **state)
{
    REFUSE("", STATUS_INVALID_INPUT, "file-empty");
    REFUSE(" \r\n\t ", STATUS_INVALID_INPUT, "file-empty");
    REFUSE("\xEF\xBB\xBF", STATUS_INVALID_INPUT, "file-empty");
    REFUSE("PK\3\4\x14\0\0\0shape.shp", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("%PDF-1.7\n%\xE2\xE3", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("\0\0\x27\x0A\0\0\0\0\0\0\0\0", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("SQLite format 3\0rest", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("\x89PNG\r\n\x1A\n", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("<?xml version=\"1.0\"?><kml xmlns=\"x\"></kml>", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("PK\3\4\x14\0\0\0[Content_Types].xml", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("fgb\3fgb\0rest", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("  0\r\nSECTION\r\n", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("矿区范围拐点坐标\nXY001=1,2588801.00,39438457.00\n", STATUS_UNSUPPORTED, "format-mining");
    REFUSE("this is a letter", STATUS_INVALID_INPUT, "format-unknown");
    REFUSE("<html><body>404</body></html>", STATUS_UNSUPPORTED, "format-unsupported");
    REFUSE("{\"a\":\0 1}", STATUS_UNSUPPORTED, "format-binary");
    REFUSE("\x81\x82\xFF\xFF\x90\x01", STATUS_INVALID_INPUT, "text-encoding");
}

static void test_random_bytes_are_refused(void **state)
{
    uint64_t seed = 1;
    struct parcel_context *c = *state;
    for (int round = 0; round < 2000; round++) {
        unsigned char bytes[256];
        struct parcel_set set;
        struct error e;
        size_t n = test_random(&seed) % sizeof bytes;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)test_random(&seed);
        assert_true(parse_bytes(c, bytes, n, &set, &e) != STATUS_OK);
        arena_reset(c->arena);
    }
}

static void test_over_the_size_limit(void **state)
{
    struct parcel_set set;
    struct error e;
    char *big = calloc(1, LIMIT_BODY_BYTES + 1);
    assert_non_null(big);
    test_assert_refused(parcel_parse(*state, big, LIMIT_BODY_BYTES + 1, &set, &e), STATUS_TOO_LARGE,
                        "file-too-large", &e);
    free(big);
}

/* The error is optional; the status is not. */
static void test_error_may_be_null(void **state)
{
    struct parcel_set set;
    assert_int_equal(parcel_parse(*state, "x", 1, &set, NULL), STATUS_INVALID_INPUT);
}

/* An arena that is too small fails as memory, never as half a set. */
static void test_small_arena_is_out_of_memory(void **state)
{
    struct parcel_context c = *(struct parcel_context *)*state;
    const char text[] = TXT_HEAD TXT_PLOT TXT_SQUARE;
    for (size_t limit = 0; limit < 6000; limit += 16) {
        struct parcel_set set;
        struct error e;
        c.arena = arena_new(limit);
        enum status s = parse_bytes(&c, text, sizeof text - 1, &set, &e);
        if (s != STATUS_OK)
            assert_int_equal(s, STATUS_NO_MEMORY);
        arena_free(c.arena);
    }
}

static void test_utf8_validity(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t valid;
    } cases[] = {{"abc", 3},
                 {"红线", 6},
                 {"a\xC0\x80", 1},
                 {"\xED\xA0\x80", 0},
                 {"\xF0\x9F\x98\x80", 4},
                 {"\xF4\x90\x80\x80", 0},
                 {"ab\xE7\xBA", 2},
                 {"\xFF", 0},
                 {"\xE0\x80\x80", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_valid_prefix(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid);
}

/* Every format has its row in the one table: a name of its own, and the name that streams have for it, by
 * which it is found again. */
static void test_format_names(void **state)
{
    (void)state;
    for (int f = 0; f < PARCEL_FORMATS; f++) {
        const char *name = parcel_format_name((enum parcel_format)f);
        const char *driver = parcel_format_driver((enum parcel_format)f);
        assert_non_null(name);
        assert_non_null(driver);
        for (int k = 0; k < f; k++)
            assert_string_not_equal(parcel_format_name((enum parcel_format)k), name);
        assert_int_equal(parcel_format_of_driver(driver), f == PARCEL_FORMAT_KMZ ? PARCEL_FORMAT_KML : f);
    }
    assert_int_equal(parcel_format_of_driver("GeoJSONSeq"), PARCEL_FORMAT_GEOJSON);
    assert_string_equal(parcel_format_name((enum parcel_format)PARCEL_FORMATS), "unknown");
    assert_string_equal(parcel_format_name(PARCEL_FORMAT_GEOJSON), "geojson");
    assert_string_equal(parcel_format_name(PARCEL_FORMAT_TXT), "txt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_wrong_kinds_of_file),
        parcel_test(test_random_bytes_are_refused),
        parcel_test(test_over_the_size_limit),
        parcel_test(test_error_may_be_null),
        parcel_test(test_small_arena_is_out_of_memory),
        cmocka_unit_test(test_utf8_validity),
        cmocka_unit_test(test_format_names),
    };
    return cmocka_run_group_tests_name("parcel files", tests, NULL, NULL);
}
