/* JSON, GeoJSON and the text of the terminal, from a report made by hand: what it protects is said at each
 * test. */
#include "base/decimal.h"
#include "formats/json.h"
#include "report/forms.h"
#include "report/schema_walk.h"
#include "shipped_lines.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A square of 0.001 degrees near Hohhot. */
static const double square_lon[5] = {111.70, 111.701, 111.701, 111.70, 111.70};
static const double square_lat[5] = {40.80, 40.80, 40.801, 40.801, 40.80};
static const uint32_t square_rings[2] = {0, 5}, square_polygons[2] = {0, 1};
static const struct geo_shape square = {
    .lon_deg = square_lon,
    .lat_deg = square_lat,
    .ring_start = square_rings,
    .polygon_start = square_polygons,
    .n_vertices = 5,
    .n_rings = 1,
    .n_polygons = 1,
    .box = {111.70, 40.80, 111.701, 40.801},
};

struct sample {
    struct parcel parcel;
    struct parcel_report result;
    struct layer_finding layers[LINE_COUNT];
    struct arena *arena;
    struct layer_snapshot layer;
    struct feature_overlap feature;
    struct zone_overlap zones[2];
    struct rule rule;
    struct rule_hit hit;
    struct feature_note warning;
    struct report report;
};

static void fill_layer(struct sample *s)
{
    s->layer.version = (struct store_version){.id = 7,
                                              .layer = "ecological_red_line",
                                              .version_no = 3,
                                              .status = "current",
                                              .title_zh = "生态保护红线",
                                              .title_en = "Ecological red line",
                                              .kind = "line",
                                              .synthetic = true,
                                              .label = "示例数据",
                                              .source_name = "a.gpkg",
                                              .uid = "5f3a",
                                              .source_sha256 = "00112233",
                                              .source_crs = "EPSG:4490",
                                              .document_no = "文〔2024〕1号",
                                              .effective_from = "2024-01-01",
                                              .imported_at = ""};
    s->rule = (struct rule){.id = "ERL-GEN",
                            .sub_zone = "*",
                            .project_class = "*",
                            .verdict = VERDICT_PROHIBITED,
                            .severity = 4,
                            .title_zh = "压占\"生态\"保护红线",
                            .title_en = "Inside the red line",
                            .needs_zh = "须避让",
                            .needs_en = "Avoid it",
                            .basis = "142号",
                            .confidence = "read",
                            .source = "x",
                            .unit = ""};
    s->hit = (struct rule_hit){
        .rule = &s->rule, .area_m2 = 1234.56785, .class_assumed = true, .class_note = CLASS_NOT_GIVEN};
    s->feature = (struct feature_overlap){.feature_id = 9007199254740993,
                                          .code = "BSM1",
                                          .name = "北山",
                                          .zone = "",
                                          .area_m2 = 1234.56785,
                                          .width_m = NAN};
    s->zones[0] = (struct zone_overlap){"城镇集中建设区", 400};
    s->zones[1] = (struct zone_overlap){"边界外", 8962.5};
}

static void fill_findings(struct sample *s)
{
    for (int i = 0; i < LINE_COUNT; i++)
        s->layers[i] = (struct layer_finding){.line = line_at(snapshot_lines(s->report.snapshot), i),
                                              .area_m2 = NAN,
                                              .share = NAN,
                                              .sum_m2 = NAN,
                                              .uncovered_m2 = NAN,
                                              .reason_zh = "没有数据。",
                                              .reason_en = "No data."};
    struct layer_finding *red = &s->layers[LINE_ECOLOGICAL_RED_LINE];
    *red = (struct layer_finding){.layer = &s->layer,
                                  .line = red->line,
                                  .status = LAYER_OVERLAP,
                                  .area_m2 = 1234.56785,
                                  .share = 0.13186,
                                  .sum_m2 = 1234.56785,
                                  .uncovered_m2 = 0,
                                  .features = &s->feature,
                                  .n_features = 1,
                                  .zones = s->zones,
                                  .n_zones = 2,
                                  .rules = &s->hit,
                                  .n_rules = 1,
                                  .reason_zh = "",
                                  .reason_en = ""};
}

static void fill(struct sample *s)
{
    static struct snapshot *three_lines; /* one for all tests, and one arena */
    static struct arena *arena;
    if (!three_lines) {
        three_lines = shipped_snapshot();
        arena = arena_new((size_t)1 << 24);
    }
    arena_reset(arena);
    memset(s, 0, sizeof *s);
    s->arena = arena;
    s->report.snapshot = three_lines;
    fill_layer(s);
    s->parcel = (struct parcel){.id = "DK-1",
                                .name = "甲地块",
                                .use = "",
                                .shape = square,
                                .declared_area_m2 = NAN,
                                .crs = {.epsg = 4525}};
    s->warning =
        (struct feature_note){"closed", "第 1 圈没有闭合，已闭合。", "Ring 1 was open and was closed."};
    s->result = (struct parcel_report){.parcel = &s->parcel,
                                       .area_m2 = 9362.5,
                                       .verdict = VERDICT_PROHIBITED,
                                       .summary_zh = "压占生态保护红线。",
                                       .summary_en = "On the red line.",
                                       .layers = s->layers,
                                       .n_layers = LINE_COUNT,
                                       .warnings = &s->warning,
                                       .n_warnings = 1};
    fill_findings(s);
    s->report = (struct report){.parcels = {.format = PARCEL_FORMAT_GEOJSON,
                                            .parcels = &s->parcel,
                                            .n_parcels = 1,
                                            .crs_note = "EPSG:4525"},
                                .results = &s->result,
                                .verdict = VERDICT_PROHIBITED,
                                .snapshot = three_lines,
                                .project_class = "UNKNOWN",
                                .synthetic = true};
}

static void assert_has(const struct buffer *b, const char *text)
{
    if (!strstr(b->data, text))
        fail_msg("\"%s\" is missing from:\n%s", text, b->data);
}

static void assert_decimal(double v, int decimals, const char *expected)
{
    char text[DECIMAL_SIZE];
    decimal_text(v, decimals, text);
    assert_string_equal(text, expected);
}

/* An officer's rounding: halves go away from zero, as they stand in decimal; nothing becomes "-0". */
static void test_rounding_is_half_away_from_zero(void **state)
{
    (void)state;
    assert_decimal(0.125, 2, "0.13");
    assert_decimal(2.675, 2, "2.68"); /* 2.67499999999999982236431605997495353221893310546875 in binary */
    assert_decimal(1.005, 2, "1.01");
    assert_decimal(-0.125, 2, "-0.13");
    assert_decimal(-0.001, 2, "0.00");
    assert_decimal(0.00004999, 4, "0.0000");
    assert_decimal(0.00005, 4, "0.0001");
    assert_decimal(999999.995, 2, "1000000.00");
    assert_decimal(1.5, 0, "2");
    assert_decimal(1e18, 2, "1000000000000000000.00");
    assert_decimal(NAN, 2, "");
    assert_decimal(INFINITY, 2, "");
}

/* Hectares and mu follow from the printed square metres (公顷: 0.5 m2 is half of the last place; 亩: m2 * 3 /
 * 2000), with the sign in front and no "-0". */
static void test_areas_in_three_units(void **state)
{
    (void)state;
    static const struct {
        int64_t cents;
        const char *m2, *ha, *mu;
    } areas[] = {{1234550, "12345.50", "1.2346", "18.52"},
                 {66667, "666.67", "0.0667", "1.00"},
                 {50, "0.50", "0.0001", "0.00"},
                 {49, "0.49", "0.0000", "0.00"},
                 {0, "0.00", "0.0000", "0.00"},
                 {-150000, "-1500.00", "-0.1500", "-2.25"},
                 {100000000000000, "1000000000000.00", "100000000.0000", "1500000000.00"}};
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        const struct decimal_area a = decimal_area_of(areas[i].cents);
        assert_string_equal(a.m2, areas[i].m2);
        assert_string_equal(a.ha, areas[i].ha);
        assert_string_equal(a.mu, areas[i].mu);
    }
}

/* What a file brings along may not break the JSON around it: quotes, control characters, bytes that are no
 * UTF-8, and brackets nested deeper than anybody indents. */
static void test_json_text_is_quoted(void **state)
{
    (void)state;
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_string(&w, "a\"b\\c\n\x01\x7f中\xff\xe4\xb8z");
    assert_string_equal(b.data,
                        "\"a\\\"b\\\\c\\u000a\\u0001\\u007f中\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
    buffer_clear(&b);
    jw_init(&w, &b, true);
    for (int i = 0; i < 40; i++)
        jw_array_begin(&w);
    jw_integer(&w, 1);
    for (int i = 0; i < 40; i++)
        jw_array_end(&w);
    const char *one = strchr(b.data, '1');
    for (int i = 1; i <= 80; i++)
        assert_int_equal(one[-i], ' ');
    assert_int_equal(one[-81], '\n');
    buffer_release(&b);
}

/* Every object of a report has the keys of schema/report.schema.json, no more and no fewer. */
static void test_json_agrees_with_schema(void **state)
{
    (void)state;
    struct sample s;
    struct buffer b;
    fill(&s);
    buffer_init(&b, 0);
    assert_int_equal(form_json(&(const struct form_input){.report = &s.report, .arena = s.arena}, &b, NULL),
                     STATUS_OK);
    const char *fault = schema_walk(HX_SOURCE_DIR "/schema/report.schema.json", b.data);
    if (fault)
        fail_msg("%s", fault);
    buffer_release(&b);
}

/* What could not be measured is null, never 0; big ids keep their digits; areas have four decimals. */
static void test_json_numbers(void **state)
{
    (void)state;
    struct sample s;
    struct buffer b;
    fill(&s);
    buffer_init(&b, 0);
    assert_int_equal(form_json(&(const struct form_input){.report = &s.report, .arena = s.arena}, &b, NULL),
                     STATUS_OK);
    assert_has(&b, "\"declared_area_m2\": null");
    assert_has(&b, "\"status\": \"unmeasured\"");
    assert_has(&b, "\"area_m2\": null");
    assert_has(&b, "\"width_m\": null");
    assert_has(&b, "\"id\": 9007199254740993");
    assert_has(&b, "\"area_m2\": 1234.5679");
    assert_has(&b, "\"area_m2\": 9362.5000");
    assert_has(&b, "\"area_ha\": 0.9363"); /* 0.93625 */
    assert_has(&b, "\"area_mu\": 14.04");  /* 14.04375 */
    assert_has(&b, "\"rules_version\": \"");
    assert_has(&b, "\"format\": 2");
    assert_has(&b, "\"not_examined\": [");
    assert_has(&b, "压占\\\"生态\\\"保护红线");
    assert_has(&b, "不代替审批");
    assert_null(strstr(b.data, "nan"));
    buffer_release(&b);
}

static enum status text_of(const struct report *r, enum report_lang lang, struct buffer *b)
{
    struct arena *arena = arena_new(1 << 20);
    struct report_table table;
    enum status s = report_table_build(r, NULL, arena, &table, NULL);
    const struct form_input in = {.report = r, .lang = lang, .table = &table, .arena = arena};
    if (!s)
        s = form_text(&in, b, NULL);
    arena_free(arena);
    return s;
}

/* A zeroed report reads as unknown and unmeasured, whatever form it takes. */
static void test_zeroed_report_is_not_clear(void **state)
{
    (void)state;
    struct sample s;
    struct buffer b;
    fill(&s);
    memset(&s.result, 0, sizeof s.result);
    memset(s.layers, 0, sizeof s.layers);
    for (int i = 0; i < LINE_COUNT; i++)
        s.layers[i].line = line_at(snapshot_lines(s.report.snapshot), i);
    s.result.layers = s.layers;
    s.result.n_layers = LINE_COUNT;
    s.result.parcel = &s.parcel;
    s.result.summary_zh = s.result.summary_en = "";
    s.report.verdict = VERDICT_UNKNOWN;
    buffer_init(&b, 0);
    assert_int_equal(form_json(&(const struct form_input){.report = &s.report, .arena = s.arena}, &b, NULL),
                     STATUS_OK);
    assert_has(&b, "\"verdict\": \"unknown\"");
    assert_null(strstr(b.data, "clear"));
    buffer_clear(&b);
    assert_int_equal(text_of(&s.report, REPORT_LANG_EN, &b), STATUS_OK);
    assert_null(strstr(b.data, "clear"));
    assert_has(&b, "cannot be measured");
    buffer_release(&b);
}

/* The terminal's text names the verdict, the three units, the clause and how sure it is, and marks sample
 * data. */
static void test_text_in_both_languages(void **state)
{
    (void)state;
    struct sample s;
    struct buffer b;
    fill(&s);
    buffer_init(&b, 0);
    assert_int_equal(text_of(&s.report, REPORT_LANG_ZH, &b), STATUS_OK);
    assert_has(&b, "1234.57 平方米（0.1235 公顷，1.85 亩）");
    assert_has(&b, "占地块 13.19%");
    assert_has(&b, "【示例数据】");
    assert_has(&b, "142号（已读公布文本）");
    assert_has(&b, "未填项目类型");
    assert_has(&b, "第 1 圈没有闭合");
    buffer_clear(&b);
    assert_int_equal(text_of(&s.report, REPORT_LANG_EN, &b), STATUS_OK);
    assert_has(&b, "1234.57 m2 (0.1235 ha, 1.85 mu)");
    assert_has(&b, "Overall verdict Prohibited");
    assert_has(&b, "[sample data]");
    buffer_release(&b);
}

/* GeoJSON carries the parcel and the overlap that the caller built, and nothing that was not given. */
static void test_geojson_features(void **state)
{
    (void)state;
    struct sample s;
    struct buffer b;
    fill(&s);
    struct map_overlap overlap = {
        .parcel = 0, .line = s.layers[LINE_ECOLOGICAL_RED_LINE].line, .shape = square};
    struct report_maps maps = {.overlaps = &overlap, .n_overlaps = 1};
    const struct form_input in = {.report = &s.report, .maps = &maps, .arena = s.arena};
    buffer_init(&b, 0);
    assert_int_equal(form_geojson(&in, &b, NULL), STATUS_OK);
    assert_has(&b, "\"kind\":\"parcel\"");
    assert_has(&b, "\"kind\":\"overlap\",\"parcel\":\"DK-1\",\"layer\":\"ecological_red_line\"");
    assert_has(&b, "\"area_m2\":1234.5679");
    buffer_clear(&b);
    maps.n_overlaps = 0;
    assert_int_equal(form_geojson(&in, &b, NULL), STATUS_OK);
    assert_null(strstr(b.data, "\"overlap\""));
    buffer_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding_is_half_away_from_zero),
        cmocka_unit_test(test_areas_in_three_units),
        cmocka_unit_test(test_json_text_is_quoted),
        cmocka_unit_test(test_json_agrees_with_schema),
        cmocka_unit_test(test_json_numbers),
        cmocka_unit_test(test_zeroed_report_is_not_clear),
        cmocka_unit_test(test_text_in_both_languages),
        cmocka_unit_test(test_geojson_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
