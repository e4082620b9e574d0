/* GeoJSON: what is accepted, what each guess is called, and the questions that are asked instead of
 * guessing. */
#include "features/parcel_test.h"

#define RING "[[111.70,40.80],[111.71,40.80],[111.71,40.81],[111.70,40.81],[111.70,40.80]]"
#define HOLE "[[111.703,40.803],[111.703,40.805],[111.705,40.805],[111.705,40.803],[111.703,40.803]]"
#define FAR_RING "[[111.80,40.80],[111.81,40.80],[111.81,40.81],[111.80,40.81],[111.80,40.80]]"
#define POLYGON "{\"type\":\"Polygon\",\"coordinates\":[" RING "]}"
#define FAR_FEATURE(members)                                                                                 \
    "{\"type\":\"Feature\"," members "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" FAR_RING "]}}"
#define FEATURE(members) "{\"type\":\"Feature\"," members "\"geometry\":" POLYGON "}"
#define GRID_RING                                                                                            \
    "[[37563000,4520000],[37563400,4520000],[37563400,4520300],[37563000,4520300],[37563000,4520000]]"
#define GRID(name)                                                                                           \
    "{\"type\":\"Polygon\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"" name                      \
    "\"}},\"coordinates\":[" GRID_RING "]}"

static void test_accepted_forms(void **state)
{
    const struct {
        const char *text;
        uint32_t parcels, polygons, rings;
    } forms[] = {
        {POLYGON, 1, 1, 1},
        {" \n" FEATURE(""), 1, 1, 1},
        {"\xEF\xBB\xBF" FEATURE("\"properties\":null,"), 1, 1, 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[" RING "," HOLE "]}", 1, 1, 2},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[" RING "," HOLE "],[" FAR_RING "]]}", 1, 2, 3},
        {"{\"type\":\"GeometryCollection\",\"geometries\":[" POLYGON
         ",{\"type\":\"Polygon\",\"coordinates\":[" FAR_RING "]}]}",
         1, 2, 2},
        {"{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("") "," FAR_FEATURE("") "]}", 2, 1, 1},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct parcel_set set = accept_text(*state, forms[i].text);
        assert_clean(&set);
        assert_int_equal(set.format, PARCEL_FORMAT_GEOJSON);
        assert_int_equal(set.n_parcels, forms[i].parcels);
        assert_int_equal(set.parcels[0].shape.n_polygons, forms[i].polygons);
        assert_int_equal(set.parcels[0].shape.n_rings, forms[i].rings);
        assert_string_equal(set.parcels[0].id, "1");
        assert_string_equal(set.parcels[0].name, "");
        assert_true(isnan(set.parcels[0].declared_area_m2));
        assert_int_equal(set.parcels[0].crs.epsg, 4326);
        assert_non_null(strstr(set.crs_note, "经纬度"));
    }
}

/* The coordinates of a lon/lat file come through to the bit. */
static void test_coordinates_are_kept(void **state)
{
    struct parcel_set set = accept_text(*state, POLYGON);
    const struct geo_shape *s = &set.parcels[0].shape;
    assert_int_equal(s->n_vertices, 5);
    assert_true(s->lon_deg[0] == 111.70 && s->lat_deg[0] == 40.80 && s->lon_deg[1] == 111.71);
    assert_int_equal(set.parcels[0].delivered_points, 5);
}

static void test_names_and_ids(void **state)
{
    const struct {
        const char *members, *id, *name;
    } cases[] = {
        {"\"id\":\"a-7\",", "a-7", ""},
        {"\"id\":12,", "12", ""},
        {"\"id\":3,\"properties\":{\"DKBH\":\"15010201\",\"DKMC\":\"示例\"},", "15010201", "示例"},
        {"\"properties\":{\"BSM\":9007199254740993,\"name\":\"x\"},", "9007199254740993", "x"},
        {"\"properties\":{\"地块编号\":\"甲\",\"XMMC\":\"项目\"},", "甲", "项目"},
        {"\"properties\":{\"id\":\"\",\"DKMC\":null},", "1", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, "{\"type\":\"Feature\",%s\"geometry\":" POLYGON "}", cases[i].members);
        struct parcel_set set = accept_text(*state, text);
        assert_string_equal(set.parcels[0].id, cases[i].id);
        assert_string_equal(set.parcels[0].name, cases[i].name);
    }
}

/* A square of 400 m x 300 m in zone 37, whichever way the file names the zone. */
static void test_named_zones_are_converted(void **state)
{
    static const char *const texts[] = {GRID("EPSG:4525"), GRID("urn:ogc:def:crs:EPSG::4525"),
                                        GRID("http://www.opengis.net/def/crs/EPSG/0/4525"),
                                        "{\"type\":\"Polygon\",\"crs\":{\"type\":\"EPSG\",\"properties\":{"
                                        "\"code\":4525}},\"coordinates\":[" GRID_RING "]}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct parcel_set set = accept_text(*state, texts[i]);
        assert_clean(&set);
        assert_int_equal(set.parcels[0].crs.epsg, 4525);
        assert_area(&set, 0, 119988.2068, 0.05);
        assert_int_equal(set.parcels[0].delivered_points, 5);
        assert_true(set.parcels[0].shape.n_vertices > 5); /* edges straight in the grid are cut */
        assert_non_null(strstr(set.crs_note, "4525"));
    }
    static const char *const lonlat[] = {"urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490",
                                         "urn:ogc:def:crs:EPSG::4326"};
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"type\":\"Polygon\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"%s\"}},"
                 "\"coordinates\":[" RING "]}",
                 lonlat[i]);
        struct parcel_set set = accept_text(*state, text);
        assert_int_equal(set.parcels[0].shape.n_vertices, 5);
    }
}

static void test_guesses_are_told(void **state)
{
    const struct {
        const char *text, *warning;
    } cases[] = {
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.71,40.8],[111.71,40.81]]]}",
         "ring-closed"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8,1063],[111.71,40.8,1063],[111.71,40.81,1063],["
         "111.7,40.8,1063]]]}",
         "z-ignored"},
        {"{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("\"id\":1,") "," FEATURE("\"id\":2,") "]}",
         "plots-overlap"},
        {"{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("\"id\":1,") "," FAR_FEATURE(
             "\"id\":\"1\",") "]}",
         "parcel-id-repeated"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[116.4,30],[116.41,30],[116.41,30.01],[116.4,30]]]}",
         "outside-region"},
        {FEATURE("\"properties\":{\"DKMJ\":12},"), "declared-area-differs"},
        {FEATURE("\"properties\":{\"MJ\":936000},"), "declared-area-unit"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parcel_set set = accept_text(*state, cases[i].text);
        assert_int_equal(set.n_warnings, 1);
        assert_string_equal(set.warnings[0].code, cases[i].warning);
        assert_true(set.warnings[0].zh[0] && set.warnings[0].en[0]);
    }
}

static void test_each_refusal_has_its_code(void **state)
{
    const struct {
        const char *text;
        enum status status;
        const char *code, *says; /* part of the English sentence */
    } cases[] = {
        {"{\"type\":\"Polygon\",\"coordinates\":[[[40.8,111.7],[40.9,111.7],[40.9,111.8],[40.8,111.7]]]}",
         STATUS_INVALID_INPUT, "geojson-axis-order", "Are they swapped?"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[563000,4520000],[563400,4520000],[563400,4520300],[563000,"
         "4520000]]]}",
         STATUS_INVALID_INPUT, "zone-missing", "Which zone"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[12430000,4980000],[12430100,4980000],[12430100,4980100],["
         "12430000,4980000]]]}",
         STATUS_INVALID_INPUT, "crs-missing", "Which CRS"},
        {GRID("EPSG:4490"), STATUS_INVALID_INPUT, "geojson-out-of-range", "4490"},
        {GRID("EPSG:2361"), STATUS_UNSUPPORTED, "crs-datum-refused", "Xi'an"},
        {GRID("EPSG:3857"), STATUS_UNSUPPORTED, "crs-web-mercator", "GCJ-02"},
        {GRID("EPSG:32649"), STATUS_UNSUPPORTED, "crs-unsupported", "32649"},
        {GRID("EPSG:4524"), STATUS_INVALID_INPUT, "point-outside-crs", "zone"},
        {GRID("my own"), STATUS_INVALID_INPUT, "crs-missing", "my own"},
        {"{\"type\":\"Polygon\",\"crs\":7,\"coordinates\":[" RING "]}", STATUS_INVALID_INPUT, "crs-missing",
         "EPSG"},
        {"{\"type\":\"Feature\",\"geometry\":null}", STATUS_INVALID_INPUT, "source-no-geometry", "Feature 1"},
        {"{\"type\":\"FeatureCollection\",\"features\":[" FEATURE(
             "") ",{\"type\":\"Feature\",\"geometry\":null}]}",
         STATUS_INVALID_INPUT, "source-no-geometry", "Feature 2"},
        {"{\"type\":\"FeatureCollection\",\"features\":[7]}", STATUS_INVALID_INPUT, "source-no-geometry",
         "Feature 1"},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", STATUS_INVALID_INPUT, "geojson-no-features",
         "no features"},
        {"{\"type\":\"FeatureCollection\"}", STATUS_INVALID_INPUT, "geojson-no-features", "no features"},
        {"{\"type\":\"Point\",\"coordinates\":[111.7,40.8]}", STATUS_UNSUPPORTED, "geojson-geometry-type",
         "Point"},
        {"{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[]}}",
         STATUS_UNSUPPORTED, "geojson-geometry-type", "LineString"},
        {"{\"type\":\"Polygon\",\"coordinates\":[]}", STATUS_INVALID_INPUT, "source-no-geometry",
         "no geometry"},
        {"{\"type\":\"Polygon\"}", STATUS_INVALID_INPUT, "source-no-geometry", "no geometry"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[]]}", STATUS_INVALID_INPUT, "geojson-coordinates", "ring"},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[]}", STATUS_INVALID_INPUT, "source-no-geometry",
         "no geometry"},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[" RING "]}", STATUS_INVALID_INPUT, "geojson-position",
         "point 1"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.8],[111.8,40.9]]]}", STATUS_INVALID_INPUT,
         "geojson-position", "point 2"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.8,\"40.8\"],[111.8,40.9]]]}",
         STATUS_INVALID_INPUT, "geojson-position", "point 2"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.8,null],[111.8,40.9]]]}",
         STATUS_INVALID_INPUT, "geojson-position", "point 2"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[NaN,40.8],[111.8,40.9]]]}",
         STATUS_INVALID_INPUT, "json-not-a-number", "Line 1"},
        {"{\"type\":\"Polygon\",\n\"coordinates\":[[[111.7,40.8],[Infinity,40.8]]]}", STATUS_INVALID_INPUT,
         "json-not-a-number", "Line 2"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1e999,40.8]]]}", STATUS_INVALID_INPUT, "json-syntax",
         "line 1"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],", STATUS_INVALID_INPUT, "json-syntax",
         "line 1"},
        {"{\"type\":\"Polygon\",\"type\":\"Point\"}", STATUS_INVALID_INPUT, "json-syntax", "line 1"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.8,40.8],[111.7,40.8]]]}",
         STATUS_INVALID_INPUT, "ring-encloses-nothing", "Feature 1"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[111.7,40.8],[111.8,40.9],[111.8,40.8],[111.7,40.9],[111.7,"
         "40.8]]]}",
         STATUS_INVALID_INPUT, "self-intersection", "longitude 111.7500000"},
        {"{\"type\":\"Polygon\",\"coordinates\":[" RING "," FAR_RING "]}", STATUS_INVALID_INPUT,
         "hole-outside", "Feature 1"},
        {"{\"geometryType\":\"esriGeometryPolygon\",\"features\":[]}", STATUS_UNSUPPORTED, "geojson-type",
         "Esri"},
        {"{\"type\":\"Topology\",\"objects\":{}}", STATUS_INVALID_INPUT, "geojson-type", "not GeoJSON"},
        {"{}", STATUS_INVALID_INPUT, "geojson-type", "not GeoJSON"},
        {"[" POLYGON "]", STATUS_UNSUPPORTED, "format-unsupported", "JSON array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parcel_set set;
        struct error e;
        enum status s = parse_bytes(*state, cases[i].text, strlen(cases[i].text), &set, &e);
        if (s != cases[i].status || strcmp(e.code, cases[i].code) != 0)
            fail_msg("%.90s: %s %s (%s), want %s", cases[i].text, status_name(s), s ? e.code : "",
                     s ? e.en : "", cases[i].code);
        if (!strstr(e.en, cases[i].says))
            fail_msg("%s: the sentence does not say \"%s\": %s", cases[i].code, cases[i].says, e.en);
        assert_true(e.zh[0]);
    }
}

/* GBK files exist; the name must be right and the officer must hear of the guess. */
static void test_gbk_geojson(void **state)
{
    size_t n;
    struct parcel_set set;
    struct error e;
    char *bytes = encode(FEATURE("\"properties\":{\"DKMC\":\"示例地块\"},"), "GB18030", &n);
    test_assert_ok(parse_bytes(*state, bytes, n, &set, &e), &e);
    assert_string_equal(set.parcels[0].name, "示例地块");
    assert_warned(&set, "text-encoding");
    free(bytes);
}

/* Nesting costs stack in any JSON reader: refused before one sees it. */
static void test_deep_nesting_is_refused(void **state)
{
    char *text = malloc(200001);
    assert_non_null(text);
    memset(text, '[', 200000);
    memcpy(text, "{\"a\":", 5);
    text[200000] = '\0';
    refuse_text(*state, text, STATUS_TOO_LARGE, "json-too-large");
    free(text);
}

static void test_mutations_end_well(void **state)
{
    static const char good[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"7\",\"properties\":{"
        "\"DKMC\":\"甲\"},"
        "\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[" RING "," HOLE "],[" FAR_RING "]]}}]}";
    static const char pieces[] = "[]{},:\"\\0123456789.-eE ntf\x80";
    struct parcel_context *c = *state;
    uint64_t seed = 7946;
    size_t accepted = 0;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof good];
        struct parcel_set set;
        struct error e = {.status = STATUS_OK};
        memcpy(text, good, sizeof good);
        for (uint64_t k = 1 + test_random(&seed) % 3; k > 0; k--)
            text[test_random(&seed) % (sizeof good - 1)] = pieces[test_random(&seed) % (sizeof pieces - 1)];
        enum status s = parse_bytes(c, text, sizeof good - 1, &set, &e);
        accepted += s == STATUS_OK;
        assert_true(s == STATUS_OK || (e.code[0] && e.zh[0] && e.en[0] && e.status == s));
        assert_true(s != STATUS_INTERNAL && s != STATUS_NO_MEMORY);
        arena_reset(c->arena);
    }
    assert_true(accepted > 500); /* the loop does reach the inside of the reader */
}

/* A property that names another system is not read past: the coordinates would lie a hundred metres off. */
static void test_properties_that_name_a_system(void **state)
{
    static const char form[] = "{\"type\":\"Feature\",\"properties\":{\"%s\":\"%s\"},\"geometry\":{\"type\":"
                               "\"Polygon\",\"coordinates\":["
                               "[[111.7,40.8],[111.71,40.8],[111.71,40.81],[111.7,40.8]]]}}";
    static const char *const refused[][2] = {
        {"坐标系", "1980西安坐标系"},   {"crs", "GCJ-02"},
        {"坐标系", "独立坐标系"},       {"坐标系统", "西安80（1:2000转绘）"},
        {"坐标系", "北京54(2000年测)"}, {"EPSG", "2361"}};
    static const char *const fine[][2] = {{"坐标系", "2000国家大地坐标系"},
                                          {"crs", "EPSG:4490"},
                                          {"备注", "西安80"},
                                          {"坐标系", "由西安80转换为CGCS2000"},
                                          {"项目名称", "高德地图数据中心"},
                                          {"坐标系", "CGCS2000_3_Degree_GK_Zone_36"}};
    static const char *const codes[] = {"datum-refused", "web-map-refused", "local-system-refused",
                                        "datum-refused", "datum-refused",   "crs-datum-refused"};
    char text[512];
    for (size_t i = 0; i < 6; i++) {
        snprintf(text, sizeof text, form, refused[i][0], refused[i][1]);
        refuse_text(*state, text, STATUS_UNSUPPORTED, codes[i]);
        snprintf(text, sizeof text, form, fine[i][0], fine[i][1]);
        accept_text(*state, text);
    }
}

/* A sentence quotes the place of a fault, and whoever reported it may have cut a character in half: what is
 * told is valid UTF-8 and moves no terminal's cursor. */
static void test_sentences_are_text(void **state)
{
    struct error e = refuse_text(*state, "{\"type\":\"Polygon\",\"c\\ud\xC2\xB0\":[]}", STATUS_INVALID_INPUT,
                                 "json-syntax");
    assert_non_null(strchr(e.zh, '?'));
    for (const char *s = e.zh; *s; s++)
        assert_false((unsigned char)*s == 0xC2);
    error_zh(&e, "%s", "\x1B[2J甲\xE7\x94");
    assert_string_equal(e.zh, " [2J甲");
    error_zh(&e, "%s", "\xF0\xA0\xAE\xB7\xED\xA0\x80\xC0\x80 x");
    assert_string_equal(e.zh, "\xF0\xA0\xAE\xB7????? x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_accepted_forms),     parcel_test(test_coordinates_are_kept),
        parcel_test(test_names_and_ids),      parcel_test(test_named_zones_are_converted),
        parcel_test(test_guesses_are_told),   parcel_test(test_each_refusal_has_its_code),
        parcel_test(test_gbk_geojson),        parcel_test(test_deep_nesting_is_refused),
        parcel_test(test_mutations_end_well), parcel_test(test_properties_that_name_a_system),
        parcel_test(test_sentences_are_text),
    };
    return cmocka_run_group_tests_name("parcel geojson", tests, NULL, NULL);
}
