/* What words say of a coordinate system, and what they only seem to say. */
#include "geo/crs/words.h"
#include "geo/geo_test.h"

#include <string.h>

struct saying {
    enum crs_text kind;
    const char *text;
    const char *refused; /* its code; NULL: fine */
    enum crs_datum datum;
    int zone;
    double meridian_deg;
};
#define R CRS_TEXT_REMARK
#define C CRS_TEXT_COLUMN
#define D CRS_TEXT_DATUM

static void say_all(const struct saying *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct crs_said said = {.zone = 0};
        struct error e = {.status = STATUS_OK};
        enum status s = crs_words(list[i].text, list[i].kind, &said, NULL, &e);
        const char *got = s == STATUS_OK ? "taken" : e.code,
                   *want = list[i].refused ? list[i].refused : "taken";
        if (strcmp(got, want) != 0 || said.datum != list[i].datum || said.zone != list[i].zone ||
            said.meridian_deg != list[i].meridian_deg)
            fail_msg("%s: %s, datum %d, zone %d, meridian %g", list[i].text, got, (int)said.datum, said.zone,
                     said.meridian_deg);
    }
}

/* 2000 is a datum, a year, or a scale; only the first makes an old datum acceptable. */
static void a_year_or_a_scale_is_no_datum(void **state)
{
    (void)state;
    static const struct saying list[] = {
        {D, "1954北京坐标系（2000年测）", "datum-refused", 0, 0, 0},
        {D, "1980西安坐标系转绘", "datum-refused", 0, 0, 0},
        {R, "西安80坐标系 1:2000地形图转绘", "datum-refused", 0, 0, 0},
        {R, "西安80坐标，1∶2000", "datum-refused", 0, 0, 0},
        {D, "Xian_1980_3_Degree_GK_Zone_37", "datum-refused", 0, 0, 0},
        {D, "北京54（2000-05测）", "datum-refused", 0, 0, 0},
        {D, "80", "datum-refused", 0, 0, 0},
        {D, "2000", NULL, CRS_DATUM_CGCS2000, 0, 0},
        {D, "2000国家大地坐标系", NULL, CRS_DATUM_CGCS2000, 0, 0},
        {D, "CGCS2000（2000.0历元）", NULL, CRS_DATUM_CGCS2000, 0, 0},
    };
    say_all(list, sizeof list / sizeof *list);
}

static void a_conversion_counts_when_it_was_made_and_says_to_what(void **state)
{
    (void)state;
    static const struct saying list[] = {
        {R, "由西安80转换为2000国家大地坐标系，带号37", NULL, CRS_DATUM_CGCS2000, 37, 0},
        {D, "80转2000", NULL, CRS_DATUM_CGCS2000, 0, 0},
        {D, "CGCS2000（由北京54转换）", NULL, CRS_DATUM_CGCS2000, 0, 0},
        {R, "西安80坐标系，未转换为2000坐标系", "datum-refused", 0, 0, 0},
        {R, "北京54坐标系，需转换为CGCS2000", "datum-refused", 0, 0, 0},
        {D, "2000转西安80", "datum-refused", 0, 0, 0},
        {D, "GCJ-02转CGCS2000", "web-map-refused", 0, 0, 0},
    };
    say_all(list, sizeof list / sizeof *list);
    struct crs_said said = {.zone = 0};
    struct error e;
    test_assert_ok(crs_words("由1980西安坐标系转换", R, &said, NULL, &e), &e);
    assert_int_equal(said.datum, CRS_DATUM_UNSAID);
    assert_int_equal(said.converted_from, CRS_DATUM_XIAN80);
}

static void a_datum_counts_where_one_is_stated(void **state)
{
    (void)state;
    static const struct saying list[] = {
        {R, "高德地图数据中心建设项目", NULL, 0, 0, 0},
        {R, "西安80后创意园", NULL, 0, 0, 0},
        {R, "北京54号院改造", NULL, 0, 0, 0},
        {R, "北京五环路工程", NULL, 0, 0, 0},
        {R, "G80西安至某段", NULL, 0, 0, 0},
        {R, "第38批次绿化带", NULL, 0, 0, 0},
        {C, "百度POI编号", NULL, 0, 0, 0},
        {D, "高德", "web-map-refused", 0, 0, 0},
        {D, "呼和浩特2000独立坐标系", "local-system-refused", 0, 0, 0},
    };
    say_all(list, sizeof list / sizeof *list);
    assert_int_equal(crs_key_of("项目名称"), CRS_KEY_NAME);
    assert_int_equal(crs_key_of("坐标系名称"), CRS_KEY_DATUM);
    assert_int_equal(crs_key_of("备注"), CRS_KEY_OTHER);
}

static void web_maps_are_refused_by_name(void **state)
{
    (void)state;
    static const struct saying list[] = {
        {C, "经度(百度)", "web-map-refused", 0, 0, 0},
        {C, "lng_gcj02", "web-map-refused", 0, 0, 0},
        {C, "bd_lng", "web-map-refused", 0, 0, 0},
        {R, "# 腾讯位置服务", "web-map-refused", 0, 0, 0},
        {R, "数据来源：高德地图", "web-map-refused", 0, 0, 0},
        {D, "BD-09", "web-map-refused", 0, 0, 0},
        {D, "火星坐标系", "web-map-refused", 0, 0, 0},
        {D, "谷歌（中国）", "web-map-refused", 0, 0, 0},
    };
    struct error e;
    say_all(list, sizeof list / sizeof *list);
    test_assert_refused(crs_words_of_attribute("OvCoordType", "GCJ-02", &e), STATUS_UNSUPPORTED,
                        "web-map-refused", &e);
    test_assert_refused(crs_words_of_attribute("坐标系", "西安80（1:2000转绘）", &e), STATUS_UNSUPPORTED,
                        "datum-refused", &e);
    test_assert_ok(crs_words_of_attribute("OvCoordType", "CGCS2000", &e), &e);
    test_assert_ok(crs_words_of_attribute("坐标系", "WGS 84 / UTM zone 49N", &e), &e);
    test_assert_ok(crs_words_of_attribute("备注", "GCJ-02", &e), &e);
}

static void meridians_are_read_in_degrees_minutes_and_seconds(void **state)
{
    (void)state;
    static const struct saying list[] = {
        {R, "中央子午线=108°00′00″", NULL, 0, 0, 108},
        {R, "中央经线：108度", NULL, 0, 0, 108},
        {R, "L0=111", NULL, 0, 0, 111},
        {D, "CGCS2000_3_Degree_GK_CM_111E", NULL, CRS_DATUM_CGCS2000, 0, 111},
        {R, "中央子午线108°30′", "meridian-unknown", 0, 0, 0},
        {R, "坐标为dd.mmss", "dms-packed", 0, 0, 0},
    };
    say_all(list, sizeof list / sizeof *list);
    static const char *const values[] = {"108",       "108°",     "108°00′", "108°00′00″",
                                         "108-00-00", "东经108°", "１０８"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct crs_said said = {.zone = 0};
        struct error e;
        test_assert_ok(crs_words_of_key(CRS_KEY_MERIDIAN, values[i], &said, &e), &e);
        test_assert_near(said.meridian_deg, 108, 0, values[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_or_a_scale_is_no_datum),
        cmocka_unit_test(a_conversion_counts_when_it_was_made_and_says_to_what),
        cmocka_unit_test(a_datum_counts_where_one_is_stated),
        cmocka_unit_test(web_maps_are_refused_by_name),
        cmocka_unit_test(meridians_are_read_in_degrees_minutes_and_seconds),
    };
    return cmocka_run_group_tests_name("crs words", tests, NULL, NULL);
}
