/* 国土TXT files that must not be guessed at: each is refused with its own code, a place and a remedy. */
#include "features/parcel_test.h"

#define DATUM "[属性描述]\n坐标系=2000国家大地坐标系\n"
#define PLOT "5,11.9988,P1,示例地块,面,,,,@\n"
#define PLAIN "J1,1,4520000,563000\nJ2,1,4520000,563400\nJ3,1,4520300,563400\nJ1,1,4520000,563000\n"

/* The prefix says zone 37, the header 38: 250 km apart. Never a guess. */
static void test_sample_f_zone_conflict(void **state)
{
    char path[] = HX_SOURCE_DIR "/tests/features/samples/f_fullwidth_zone_conflict.txt";
    struct parcel_context *c = *state;
    struct parcel_set set;
    struct error e;
    char *bytes;
    size_t n;
    test_assert_ok(file_read(path, 1 << 20, c->arena, &bytes, &n, &e), &e);
    test_assert_refused(parse_bytes(c, bytes, n, &set, &e), STATUS_INVALID_INPUT, "zone-conflict", &e);
    assert_non_null(strstr(e.zh, "37"));
    assert_non_null(strstr(e.zh, "38"));
    assert_non_null(strstr(e.zh, "带号矛盾")); /* the plot's name */
}

static void test_each_refusal_has_its_code_and_line(void **state)
{
    const struct {
        const char *what, *text;
        enum status status;
        const char *code, *says; /* part of the Chinese sentence */
    } cases[] = {
        {"no prefix and no zone", DATUM "几度分带=3\n[地块坐标]\n" PLOT PLAIN, STATUS_INVALID_INPUT,
         "zone-missing", "缺少带号"},
        {"zone against width",
         DATUM "几度分带=6\n[地块坐标]\n" PLOT
               "1,1,4520000,37563000\n2,1,4520000,37563400\n3,1,4520300,37563400\n",
         STATUS_INVALID_INPUT, "zone-conflict", "第5行"},
        {"central meridian as zone", DATUM "带号=111\n[地块坐标]\n" PLOT PLAIN, STATUS_INVALID_INPUT,
         "zone-unknown", "第3行"},
        {"1.5-degree zones", DATUM "几度分带=1.5\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED, "zone-width",
         "第3行"},
        {"mixed prefixes",
         DATUM "[地块坐标]\n" PLOT "1,1,4520000,37563000\n2,1,4520000,38563400\n3,1,4520300,37563400\n",
         STATUS_INVALID_INPUT, "zone-mixed", "第6行"},
        {"prefix on some",
         DATUM "带号=37\n[地块坐标]\n" PLOT
               "1,1,4520000,37563000\n2,1,4520000,563400\n3,1,4520300,37563400\n",
         STATUS_INVALID_INPUT, "zone-mixed", "第7行"},
        {"prefix that is no zone",
         DATUM "[地块坐标]\n" PLOT "1,1,4520000,24563000\n2,1,4520000,24563400\n3,1,4520300,24563400\n",
         STATUS_INVALID_INPUT, "crs-no-such-zone", "24"},
        {"degrees", DATUM "[地块坐标]\n" PLOT "1,1,111.7,40.8\n2,1,111.8,40.8\n3,1,111.8,40.9\n",
         STATUS_INVALID_INPUT, "txt-degrees", "第5行"},
        {"degrees, minutes, seconds", DATUM "[地块坐标]\n" PLOT "1,1,111°42′00″,40°48′00″\n",
         STATUS_INVALID_INPUT, "txt-point", "第5行"},
        {"a constant taken off",
         DATUM "[地块坐标]\n" PLOT "1,1,20000,37563000\n2,1,20000,37563400\n3,1,20300,37563400\n",
         STATUS_INVALID_INPUT, "txt-coordinates", "第5行"},
        {"two points in a row",
         DATUM "[地块坐标]\n" PLOT "J1,1,4520000,37563000,J2,1,4520000,37563400\n"
               "J3,1,4520300,37563400,J4,1,4520300,37563300\nJ5,1,4520100,37563300,J6,1,4520100,37563000\n",
         STATUS_INVALID_INPUT, "txt-point-two", "第5行"},
        {"one point swapped",
         DATUM "[地块坐标]\n" PLOT "1,1,4520000,37563000\n2,1,37563400,4520000\n3,1,4520300,37563400\n",
         STATUS_INVALID_INPUT, "txt-coordinates", "第6行"},
        {"Xi'an 1980", "[属性描述]\n坐标系=1980西安坐标系\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED,
         "datum-refused", "第2行"},
        {"80", "[属性描述]\n坐标系=80国家大地坐标系\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED,
         "datum-refused", "转换参数"},
        {"Beijing 1954", "[属性描述]\n坐标系=北京54\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED,
         "datum-refused", "转换参数"},
        {"the old datum behind a colon",
         "[属性描述]\n坐标系：1980西安坐标系\n带号：37\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED,
         "datum-refused", "第2行"},
        {"the old datum under another key", "[属性描述]\n坐标系名称=北京54\n带号=37\n[地块坐标]\n" PLOT PLAIN,
         STATUS_UNSUPPORTED, "datum-refused", "第2行"},
        {"the old datum in a title", "某项目（1980西安坐标系）\n[属性描述]\n带号=37\n[地块坐标]\n" PLOT PLAIN,
         STATUS_UNSUPPORTED, "datum-refused", "第1行"},
        {"the old datum in a remark between rows", "[属性描述]\n带号=37\n[地块坐标]\n# 西安80\n" PLOT PLAIN,
         STATUS_UNSUPPORTED, "datum-refused", "第4行"},
        {"a name of the CRS against the zone",
         "[属性描述]\n坐标系=CGCS2000_3_Degree_GK_Zone_38\n带号=37\n[地块坐标]\n" PLOT PLAIN,
         STATUS_INVALID_INPUT, "crs-said-twice", "38"},
        {"a central meridian against the zone", DATUM "带号=37\n中央经线=114\n[地块坐标]\n" PLOT PLAIN,
         STATUS_INVALID_INPUT, "zone-conflict", "带号37、中央经线114"},
        {"a central meridian against the prefix",
         DATUM "中央经线=114\n[地块坐标]\n" PLOT
               "1,1,4520000,37563000\n2,1,4520000,37563400\n3,1,4520300,37563400\n",
         STATUS_INVALID_INPUT, "zone-conflict", "38"},
        {"a central meridian of no zone", DATUM "中央经线=112.5\n[地块坐标]\n" PLOT PLAIN,
         STATUS_INVALID_INPUT, "meridian-unknown", "中央经线"},
        {"a city's own", "[属性描述]\n坐标系=呼和浩特2000独立坐标系\n[地块坐标]\n" PLOT PLAIN,
         STATUS_UNSUPPORTED, "local-system-refused", "第2行"},
        {"unit", DATUM "计量单位=度\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED, "txt-unit", "第3行"},
        {"projection", DATUM "投影类型=UTM\n[地块坐标]\n" PLOT PLAIN, STATUS_UNSUPPORTED, "txt-projection",
         "第3行"},
        {"rows cut off", TXT_HEAD "9,11.9988,P1,示例,面,,,,@\n" TXT_SQUARE, STATUS_INVALID_INPUT,
         "txt-points-missing", "写的是9，实有5行"},
        {"cut off in a number, in a ring that is open",
         TXT_HEAD TXT_PLOT_UNCOUNTED
         "J1,1,4520000,37563000.125\nJ2,1,4520000,37563400.250\nJ3,1,4520300.125,37563400.2",
         STATUS_INVALID_INPUT, "file-cut", "第15行"},
        {"the area of another plot", TXT_HEAD ",15.2,P1,示例,面,,,,@\n" TXT_SQUARE, STATUS_INVALID_INPUT,
         "txt-area-differs", "152000.00平方米"},
        {"a hole that is not in the area",
         TXT_HEAD "10,11.9988公顷,P1,示例,面,,,,@\n" TXT_SQUARE
                  "1,2,4520100,37563100\n2,2,4520100,37563300\n3,2,4520200,37563300\n4,2,4520200,37563100\n1,"
                  "2,4520100,37563100\n",
         STATUS_INVALID_INPUT, "txt-area-differs", "119988.00平方米"},
        {"a line plot", TXT_HEAD "5,0,P1,路,线,,,,@\n" TXT_SQUARE, STATUS_UNSUPPORTED, "txt-not-area",
         "第12行"},
        {"letters in a coordinate", TXT_HEAD TXT_PLOT "J1,1,4520000.0o,37563000\n", STATUS_INVALID_INPUT,
         "txt-point", "第13行"},
        {"nan", TXT_HEAD TXT_PLOT "J1,1,nan,37563000\n", STATUS_INVALID_INPUT, "txt-point", "第13行"},
        {"an exponent too far", TXT_HEAD TXT_PLOT "J1,1,1e999,37563000\n", STATUS_INVALID_INPUT, "txt-point",
         "第13行"},
        {"an empty coordinate", TXT_HEAD TXT_PLOT "J1,1,,37563000\n", STATUS_INVALID_INPUT, "txt-point",
         "第13行"},
        {"a stray line", TXT_HEAD TXT_PLOT "hello\n" TXT_SQUARE, STATUS_INVALID_INPUT, "txt-row", "第13行"},
        {"two points", TXT_HEAD TXT_PLOT "J1,1,4520000,37563000\nJ2,1,4520000,37563400\n",
         STATUS_INVALID_INPUT, "txt-ring-short", "第13行"},
        {"points on one line",
         TXT_HEAD TXT_PLOT_UNCOUNTED "J1,1,4520000,37500000\nJ2,1,4521000,37500000\nJ3,1,4522000,37500000\n",
         STATUS_INVALID_INPUT, "ring-encloses-nothing", "示例地块"},
        {"a plot without points", TXT_HEAD TXT_PLOT TXT_PLOT TXT_SQUARE, STATUS_INVALID_INPUT,
         "txt-plot-empty", "第12行"},
        {"a plot row of three cells", TXT_HEAD "5,1,@\n" TXT_SQUARE, STATUS_INVALID_INPUT, "txt-plot-row",
         "第12行"},
        {"no plots", TXT_HEAD, STATUS_INVALID_INPUT, "txt-no-plots", "没有地块"},
        {"a bow tie",
         TXT_HEAD TXT_PLOT_UNCOUNTED
         "J1,1,4520000,37563000\nJ2,1,4520100,37563100\nJ3,1,4520100,37563010\nJ4,1,4520000,37563110\n",
         STATUS_INVALID_INPUT, "self-intersection", "示例地块"},
        {"overlapping parts",
         TXT_HEAD TXT_PLOT_UNCOUNTED TXT_SQUARE
         "J5,2,4520100,37563200\nJ6,2,4520100,37563800\nJ7,2,4520200,37563800\nJ5,2,4520100,37563200\n",
         STATUS_INVALID_INPUT, "self-intersection", "示例地块"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parcel_set set;
        struct error e;
        enum status s = parse_bytes(*state, cases[i].text, strlen(cases[i].text), &set, &e);
        if (s != cases[i].status || strcmp(e.code, cases[i].code) != 0)
            fail_msg("%s: %s %s (%s), want %s", cases[i].what, status_name(s), s ? e.code : "", s ? e.en : "",
                     cases[i].code);
        if (!strstr(e.zh, cases[i].says))
            fail_msg("%s: the sentence does not say %s: %s", cases[i].what, cases[i].says, e.zh);
        assert_true(e.en[0]);
    }
}

/* The crossing of a bow tie is given in the file's own grid, where the surveyor will look for it. */
static void test_crossing_in_grid_coordinates(void **state)
{
    struct error e = refuse_text(*state,
                                 TXT_HEAD TXT_PLOT_UNCOUNTED
                                 "J1,1,4520000,37563000\nJ2,1,4520100,37563100\nJ3,1,4520100,37563010\n"
                                 "J4,1,4520000,37563110\n",
                                 STATUS_INVALID_INPUT, "self-intersection");
    assert_non_null(strstr(e.zh, "X(北)4520055.0"));
    assert_non_null(strstr(e.zh, "Y(东)37563055.0"));
    assert_non_null(strstr(e.zh, "经度111.7"));
}

/* One bad plot among many refuses the file by the plot's name: nobody should take the rest for the whole. */
static void test_one_bad_plot_names_itself(void **state)
{
    struct error e = refuse_text(*state,
                                 TXT_HEAD TXT_PLOT_UNCOUNTED TXT_SQUARE
                                 "3,,P2,坏地块,面,,,,@\nJ1,1,4520000,37563000\nJ2,1,4520000,37563001\n",
                                 STATUS_INVALID_INPUT, "txt-ring-short");
    assert_non_null(strstr(e.zh, "第2个地块“坏地块”（第18行起）"));
    assert_non_null(strstr(e.en, "Plot 2 \"坏地块\" (from line 18)"));
}

static void test_too_many_rings(void **state)
{
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    strcpy(text, TXT_HEAD TXT_PLOT_UNCOUNTED);
    char *at = text;
    for (int i = 0; i < 4097; i++) {
        at += strlen(at);
        sprintf(at, "1,%d,4520000,%d\n2,%d,4520000,%d\n3,%d,4520001,%d\n", i, 37500000 + 2 * i, i,
                37500001 + 2 * i, i, 37500000 + 2 * i);
    }
    refuse_text(*state, text, STATUS_TOO_LARGE, "txt-too-many-rings");
    free(text);
}

/* Edges across the whole zone would need millions of vertices: they are refused, quickly, and not built. */
static void test_hostile_edges_are_bounded(void **state)
{
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    strcpy(text, TXT_HEAD TXT_PLOT_UNCOUNTED);
    char *at = text;
    for (int i = 0; i < 2000; i++) {
        at += strlen(at);
        sprintf(at, "%d,1,%d,%d\n", i, i % 2 ? 3900000 + i : 5900000 - i, i % 2 ? 37010000 : 37990000);
    }
    refuse_text(*state, text, STATUS_INVALID_INPUT, "edge-too-long");
    free(text);
}

/* No prefix of a file may crash or hang the reader; every one is read or refused (run under the
 * sanitizers). */
static void test_every_prefix_ends_well(void **state)
{
    static const char text[] = TXT_HEAD TXT_PLOT_UNCOUNTED TXT_SQUARE
        "J5,2,4520100,37563100\nJ6,2,4520100,37563200\nJ7,2,4520200,37563200\n";
    struct parcel_context *c = *state;
    for (size_t n = 0; n < sizeof text; n++) {
        struct parcel_set set;
        struct error e;
        enum status s = parse_bytes(c, text, n, &set, &e);
        assert_true(s == STATUS_OK || s == STATUS_INVALID_INPUT || s == STATUS_UNSUPPORTED);
        arena_reset(c->arena);
    }
}

/* 20 000 damaged files, deterministic: every answer is OK or a sentence, and what is OK has an area. */
static void test_mutations_end_well(void **state)
{
    static const char good[] = TXT_HEAD TXT_PLOT_UNCOUNTED TXT_SQUARE
        "J5,2,4520100,37563100\nJ6,2,4520100,37563200\nJ7,2,4520200,37563200\n";
    static const char pieces[] = ",,@@[]=\r\n0123456789.-J\xEF\xBC\x8C\x80\xFF";
    struct parcel_context *c = *state;
    uint64_t seed = 4490;
    size_t accepted = 0;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof good];
        struct parcel_set set;
        struct error e = {.status = STATUS_OK};
        memcpy(text, good, sizeof good);
        for (uint64_t k = 1 + test_random(&seed) % 4; k > 0; k--)
            text[test_random(&seed) % (sizeof good - 1)] = pieces[test_random(&seed) % (sizeof pieces - 1)];
        enum status s = parse_bytes(c, text, sizeof good - 1, &set, &e);
        if (s == STATUS_OK) {
            accepted++;
            for (size_t i = 0; i < set.n_parcels; i++)
                assert_true(geo_shape_area_m2(&set.parcels[i].shape) > 0);
        } else {
            assert_true(s != STATUS_INTERNAL && s != STATUS_NO_MEMORY);
            assert_true(e.code[0] && e.zh[0] && e.en[0]);
            assert_int_equal(e.status, s);
        }
        arena_reset(c->arena);
    }
    assert_true(accepted > 1000); /* the loop does reach the inside of the reader */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_sample_f_zone_conflict),
        parcel_test(test_each_refusal_has_its_code_and_line),
        parcel_test(test_crossing_in_grid_coordinates),
        parcel_test(test_one_bad_plot_names_itself),
        parcel_test(test_too_many_rings),
        parcel_test(test_hostile_edges_are_bounded),
        parcel_test(test_every_prefix_ends_well),
        parcel_test(test_mutations_end_well),
    };
    return cmocka_run_group_tests_name("parcel txt, refused", tests, NULL, NULL);
}
